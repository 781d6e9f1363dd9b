"""Which clues wait before they match, and for whom. Pure: who files under which terms in, first states out."""

from collections.abc import Mapping

from intel.models import Clue
from kit.actor import Actor
from kit.capabilities import Capability
from members.queries.institutions import FilingTerms

_GRADES = (Clue.Proof.SUSPICION, Clue.Proof.REASONABLE, Clue.Proof.CLEAR)
# How many of the grades, counted from the top, wait for a second person.
_FROM_TOP = {"never": 0, "clear": 1, "reasonable": 2, "always": 3}


def first_states(actor: Actor, terms: FilingTerms) -> Mapping[str, str]:
    """The state that clues of a grade of proof begin in, for the grades that do not enter matching at once.

    At or above the institution's grade a clue is a draft, unless the member's own system says that a second person
    approved it there (scope `approved`). In band D whatever else is filed is held for the operator.
    """
    waiting = 0 if actor.may(Capability.FILE_APPROVED) else _FROM_TOP[terms.four_eyes_from]
    drafts = _GRADES[len(_GRADES) - waiting :]
    held = {grade.value: Clue.State.HELD.value for grade in _GRADES} if terms.needs_release else {}
    return {**held, **{grade.value: Clue.State.DRAFT.value for grade in drafts}}

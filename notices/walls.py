"""Who may no longer be told of what: an app that owns subjects says so, and notices asks at every way out.

notices stands below the apps whose subjects it names, so they come to it: `stand_before` registers a question once,
when the app is ready. A way out is: a number and its notices (fan out), a delivery to a webhook, the list of events.
"""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

Question = Callable[[int, Collection[UUID]], Collection[UUID]]
"""Of an institution (its key) and some subjects, those that it may not be told of now."""

_WALLS: dict[str, Question] = {}


def stand_before(types: Collection[str], question: Question) -> None:
    """Ask `question` before anything of these event types leaves. A type has one wall."""
    for code in types:
        _WALLS[code] = question


def walled_types() -> frozenset[str]:
    """The event types that have a wall."""
    return frozenset(_WALLS)


def hidden(institution: int, subjects: Mapping[str, Collection[UUID]]) -> set[tuple[str, UUID]]:
    """The pairs of type and subject, of these subjects by type, that the institution may not be told of now."""
    asked: dict[Question, set[UUID]] = {}
    for code, refs in subjects.items():
        if code in _WALLS:
            asked.setdefault(_WALLS[code], set()).update(refs)
    shut = {question: set(question(institution, refs)) for question, refs in asked.items()}
    return {
        (code, ref) for code, refs in subjects.items() if code in _WALLS for ref in refs if ref in shut[_WALLS[code]]
    }

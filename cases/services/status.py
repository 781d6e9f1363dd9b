"""The status of a unit's proceeding: each step with its document, its day and its clock; corrected, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop as _

from cases.documents import checked_day, checked_number
from cases.models import Participant, StatusEntry
from cases.police_status import NEEDS_NO_DOCUMENT, STEPS, TERMS, Term, begins, branch_after
from cases.queries.police import history, proceeding_to_change, status_facts
from cases.sealing import seal
from cases.services.telling import happened
from intel.reasons import checked_reason
from kit.actor import Actor
from kit.errors import Conflict, Invalid

NO_STEP = _("This status cannot follow the one the proceeding is at.")
NO_TERM = _("This term does not belong to the status.")
NO_LONGER = _("Choose a longer term than the one that runs: a step to the same status extends it.")


@dataclass(frozen=True, slots=True)
class Said:
    """A step as the officer gave it, unchecked."""

    status: str
    on: date
    document: str
    term: str
    note: str


def set_status(
    actor: Actor, ref: UUID, *, status: str, on: date, document: str = "", term: str = "", note: str = ""
) -> StatusEntry:
    """Add a step to the proceeding of the actor's own unit in the case: all participants are told, with its clock.

    `term` is the code of a term of `police_status.TERMS`; left out, the usual one of the status. A case that the
    members closed still takes steps. Raises Forbidden, NotFound, and Invalid, naming the field.
    """
    with transaction.atomic():
        case, unit = proceeding_to_change(actor, ref)
        entry = _entry(unit, history(unit), Said(status, on, document, term, note))
        entry.recorded_by_id = actor.user
        entry.save(force_insert=True)
        happened(actor, case, "police.status_set", entry.ref, event="case.status_set", **status_facts(entry))
    return entry


def correct_status(
    actor: Actor,
    ref: UUID,
    *,
    corrects: UUID,
    status: str,
    on: date,
    note: str,
    document: str = "",
    term: str = "",
) -> StatusEntry:
    """Put another step in the place of the unit's newest one, which stays readable as corrected; `note` says why.

    Raises Forbidden, NotFound, Invalid, and Conflict if it is not the newest one any more.
    """
    why = checked_reason(note, "note")
    with transaction.atomic():
        case, unit = proceeding_to_change(actor, ref)
        steps = history(unit)
        if not steps or steps[-1].ref != corrects:
            raise Conflict(_("Only the newest step can be corrected. Load the page again."), code="not_the_newest")
        entry = _entry(unit, steps[:-1], Said(status, on, document, term, why))
        entry.recorded_by_id, entry.corrects = actor.user, steps[-1]
        entry.save(force_insert=True)
        happened(actor, case, "police.status_corrected", entry.ref, event="case.status_set", **status_facts(entry))
    return entry


def _entry(unit: Participant, steps: Sequence[StatusEntry], said: Said) -> StatusEntry:
    """The step after these, checked and not yet saved."""
    last = steps[-1] if steps else None
    if said.status not in STEPS[last.status if last else ""]:
        raise Invalid(NO_STEP, errors={"status": [NO_STEP]})
    ref, needs_document = uuid4(), said.status not in NEEDS_NO_DOCUMENT
    entry = StatusEntry(
        ref=ref,
        participant=unit,
        status=said.status,
        branch=branch_after(last.branch if last else "", said.status),
        document=checked_number(said.document) if said.document.strip() or needs_document else "",
        on=checked_day(said.on, not_before=last.on if last else None),
        note=seal(checked_reason(said.note, "note"), "status/note", ref) if said.note.strip() else None,
    )
    _set_clock(entry, steps, _term(said.status, said.term))
    return entry


def _term(status: str, code: str) -> Term | None:
    terms = TERMS.get(status, ())
    if not code:
        return terms[0] if terms else None
    found = next((term for term in terms if term.code == code), None)
    if found is None:
        raise Invalid(NO_TERM, errors={"term": [NO_TERM]})
    return found


def _set_clock(entry: StatusEntry, steps: Sequence[StatusEntry], term: Term | None) -> None:
    if term is None:
        return
    entry.term = term.code
    entry.due_on = term.ends(begins(term, entry.status, entry.on, [(step.status, step.on) for step in steps]))
    last = steps[-1] if steps else None
    # The same status again is an extension, and one that extends nothing would only hide the day that has passed.
    if last and last.status == entry.status and last.due_on and entry.due_on <= last.due_on:
        raise Invalid(NO_LONGER, errors={"term": [NO_LONGER]})

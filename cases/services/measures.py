"""Measures against persons (强制措施): the police's alone until an officer releases one, item by item.

Facts of the log and the timeline name no person, not even by number: queries tell each reader the number they may know.
"""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from cases.documents import checked_day, checked_number
from cases.models import Case, Measure, Participant
from cases.queries.police import proceeding_to_change
from cases.sealing import seal
from cases.services.telling import happened
from cases.words import checked_words
from kit.actor import Actor
from kit.errors import Conflict, Invalid, NotFound

LONGEST_NAME = 60
MOST_PERSONS = 999


def record_measure(
    actor: Actor, ref: UUID, *, kind: str, document: str, on: date, person: int | None = None, name: str = ""
) -> Measure:
    """Record a measure of the actor's own unit against a person of the case, by number; without one, the next person.

    The name is sealed and shown to police units of the case alone. No member is told, and nothing a member reads
    changes. Raises Forbidden, NotFound, and Invalid, naming the field.
    """
    with transaction.atomic():
        case, unit = proceeding_to_change(actor, ref)
        if kind not in Measure.Kind.values:
            message = _("Choose the kind of the measure.")
            raise Invalid(message, errors={"kind": [message]})
        measure_ref = uuid4()
        measure = Measure.objects.create(
            ref=measure_ref,
            participant=unit,
            person=_person(case, person),
            name=seal(checked_words(name, "name", LONGEST_NAME), "measure/name", measure_ref) if name.strip() else None,
            kind=kind,
            document=checked_number(document),
            on=checked_day(on),
            recorded_by_id=actor.user,
        )
        facts: dict[str, Any] = {"measure": kind, "on": on.isoformat()}
        happened(actor, case, "police.measure_recorded", measure.ref, police_only=True, **facts)
    return measure


def end_measure(actor: Actor, ref: UUID, *, measure: UUID, ended_on: date) -> Measure:
    """Record the day a measure of the own unit ended. Members are told only if it was released to them.

    Raises Forbidden, NotFound, Invalid, and Conflict for one that has ended.
    """
    with transaction.atomic():
        case, unit = proceeding_to_change(actor, ref)
        found = _own(unit, measure)
        if found.ended_on is not None:
            raise Conflict(_("This measure has ended already."), code="measure_ended")
        found.ended_on = checked_day(ended_on, "ended_on", not_before=found.on)
        found.save(update_fields=["ended_on"])
        facts: dict[str, Any] = {"measure": found.kind, "on": ended_on.isoformat()}
        happened(actor, case, "police.measure_ended", found.ref, police_only=found.released_at is None, **facts)
    return found


def release_measure(actor: Actor, ref: UUID, *, measure: UUID) -> Measure:
    """Show one measure of the own unit to all participants, without the name. Not to be undone.

    They read the person as the next one of whom something is released: the police's number would tell of others.
    Raises Forbidden, NotFound, and Conflict for one that is released.
    """
    with transaction.atomic():
        case, unit = proceeding_to_change(actor, ref)
        found = _own(unit, measure)
        if found.released_at is not None:
            raise Conflict(_("This measure is released already."), code="measure_released")
        found.released_at, found.released_by_id, found.shown_as = timezone.now(), actor.user, _shown_as(case, found)
        found.save(update_fields=["released_at", "released_by", "shown_as"])
        facts: dict[str, Any] = {"measure": found.kind, "on": found.on.isoformat()}
        happened(actor, case, "police.measure_released", found.ref, **facts)
    return found


def _own(unit: Participant, ref: UUID) -> Measure:
    found = Measure.objects.select_for_update().filter(participant=unit, ref=ref).first()
    if found is None:
        raise NotFound
    return found


def _shown_as(case: Case, measure: Measure) -> int:
    # The case is locked: two releases at once get numbers of their own.
    released = Measure.objects.filter(participant__case=case).exclude(released_at=None)
    known = released.filter(person=measure.person).values_list("shown_as", flat=True).first()
    return known or (released.aggregate(last=Max("shown_as"))["last"] or 0) + 1


def _person(case: Case, person: int | None) -> int:
    last = Measure.objects.filter(participant__case=case).aggregate(last=Max("person"))["last"] or 0
    number = person or last + 1
    if not 1 <= number <= min(last + 1, MOST_PERSONS):
        message = _("Choose a person of this case, or the next one.")
        raise Invalid(message, errors={"person": [message]})
    return int(number)

"""What a proceeding came to: persons, amounts, refunds to victims. The newest entry of a unit counts."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from cases.documents import checked_day
from cases.models import Outcome
from cases.police_status import Status
from cases.queries.police import history, proceeding_to_change
from cases.services.telling import happened
from kit.actor import Actor
from kit.errors import Conflict, Invalid

_NOTHING = Decimal(0)
NOT_LESS = _("This cannot be less than nothing.")
NOT_MORE = _("More cannot be refunded than the case is about.")


def record_outcome(
    actor: Actor,
    ref: UUID,
    *,
    as_of: date,
    persons: int = 0,
    amount: Decimal = _NOTHING,
    frozen: Decimal = _NOTHING,
    refunded: Decimal = _NOTHING,
    victims_refunded: int = 0,
) -> Outcome:
    """State what the proceeding of the actor's own unit has come to, as of a day. All participants read it.

    Persons dealt with; yuan involved, frozen, given back; victims who got something back: totals, not what is new since
    the last time. Raises Forbidden, NotFound, Invalid, and Conflict before the unit accepted the case.
    """
    figures: dict[str, int | Decimal] = {
        "persons": persons,
        "amount": amount,
        "frozen": frozen,
        "refunded": refunded,
        "victims_refunded": victims_refunded,
    }
    _check(figures)
    with transaction.atomic():
        case, unit = proceeding_to_change(actor, ref)
        accepted = [step.on for step in history(unit) if step.status != Status.REPORTED]
        if not accepted:
            raise Conflict(_("An outcome follows the acceptance of the case (受案)."), code="not_accepted")
        day = checked_day(as_of, "as_of", not_before=accepted[0])
        outcome = Outcome.objects.create(participant=unit, as_of=day, recorded_by_id=actor.user, **figures)
        happened(actor, case, "police.outcome_recorded", outcome.ref, on=as_of.isoformat())
    return outcome


def _check(figures: Mapping[str, int | Decimal]) -> None:
    for field, figure in figures.items():
        if figure < 0:
            raise Invalid(NOT_LESS, errors={field: [NOT_LESS]})
    if figures["refunded"] > figures["amount"]:
        raise Invalid(NOT_MORE, errors={"refunded": [NOT_MORE]})

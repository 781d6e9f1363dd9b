"""What a proceeding came to: persons, amounts, refunds to victims. The newest entry of a unit counts."""

from dataclasses import dataclass
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

NOT_LESS = _("This cannot be less than nothing.")
NOT_MORE = _("More cannot be refunded than the case is about.")


@dataclass(frozen=True, slots=True)
class Figures:
    """Persons dealt with; yuan involved, frozen and given back; victims who got something back."""

    persons: int = 0
    amount: Decimal = Decimal(0)
    frozen: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    victims_refunded: int = 0


def record_outcome(actor: Actor, ref: UUID, *, as_of: date, figures: Figures) -> Outcome:
    """State what the proceeding of the actor's own unit has come to, as of a day. All participants read it.

    Raises Forbidden, NotFound, Invalid, and Conflict before the unit accepted the case.
    """
    _check(figures)
    with transaction.atomic():
        case, unit = proceeding_to_change(actor, ref)
        accepted = [step.on for step in history(unit) if step.status != Status.REPORTED]
        if not accepted:
            raise Conflict(_("An outcome follows the acceptance of the case (受案)."), code="not_accepted")
        outcome = Outcome.objects.create(
            participant=unit,
            as_of=checked_day(as_of, "as_of", not_before=accepted[0]),
            persons=figures.persons,
            amount=figures.amount,
            frozen=figures.frozen,
            refunded=figures.refunded,
            victims_refunded=figures.victims_refunded,
            recorded_by_id=actor.user,
        )
        happened(actor, case, "police.outcome_recorded", outcome.ref, on=as_of.isoformat())
    return outcome


def _check(figures: Figures) -> None:
    for field in ("persons", "amount", "frozen", "refunded", "victims_refunded"):
        if getattr(figures, field) < 0:
            raise Invalid(NOT_LESS, errors={field: [NOT_LESS]})
    if figures.refunded > figures.amount:
        raise Invalid(NOT_MORE, errors={"refunded": [NOT_MORE]})

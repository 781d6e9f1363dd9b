"""Legal holds, and the end of evidence: what has expired is erased by night unless a hold says otherwise."""

import time
from datetime import date, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from cases import locker
from cases.documents import checked_number, today
from cases.models import Case, CustodyEntry, Evidence, EvidencePart, EvidenceVersion
from cases.queries.cases import case_to_change
from cases.queries.evidence import evidence_in, is_held
from cases.rights import Right
from cases.services.custody import CustodyBroken, enter, guarded, lock_evidence
from cases.services.telling import happened
from cases.services.uploads import GIVEN_UP, drop
from intel.reasons import checked_reason
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Invalid
from members.actors import system_actor

log = structlog.get_logger(__name__)
Act = CustodyEntry.Act
State = EvidenceVersion.State
LONGEST = timedelta(days=10 * 366)


def hold_evidence(actor: Actor, case: UUID, *, evidence: UUID, instrument: str, until: date, reason: str) -> None:
    """Put a piece of evidence under a legal hold until the end of a day, or prolong one's own hold; a person does.

    The police do, or a lead of the institution that provided it; the police's hold takes the place of a member's. The
    case may be closed. Raises Forbidden, NotFound, Invalid, and Conflict for a shorter one and for another's hold.
    """
    _require_holder(actor)

    def held() -> None:
        with transaction.atomic():
            found = case_to_change(actor, case, Right.CONTRIBUTE, closed=True)
            item = lock_evidence(evidence_in(found, evidence).pk)
            _check_holder(actor, item)
            why, number = checked_reason(reason), _checked(instrument, until)
            if item.erased_at is not None:
                raise Conflict(_("This evidence was erased."), code="evidence_erased")
            if is_held(item) and item.hold_until is not None and until < item.hold_until:
                raise Conflict(_("The hold lasts longer already: it can only be prolonged."), code="held_longer")
            item.hold_instrument, item.hold_until, item.held_by_id = number, until, actor.user
            item.save(update_fields=["hold_instrument", "hold_until", "held_by"])
            enter(actor, item, Act.HELD, reason=why)
            happened(actor, found, "evidence.held", item.ref, until=until.isoformat())

    guarded(actor, case, evidence, None, held)


def release_hold(actor: Actor, case: UUID, *, evidence: UUID, reason: str) -> None:
    """End a legal hold early: whoever's institution put it does. Raises Forbidden, NotFound, Invalid, Conflict."""
    _require_holder(actor)

    def released() -> None:
        with transaction.atomic():
            found = case_to_change(actor, case, Right.CONTRIBUTE, closed=True)
            item = lock_evidence(evidence_in(found, evidence).pk)
            why = checked_reason(reason)
            if not may_release(actor, item) and is_held(item):
                raise Forbidden(_("Only whose hold it is ends it."), code="not_holder")
            if not is_held(item):
                raise Conflict(_("There is no legal hold on this evidence."), code="not_held")
            item.hold_instrument, item.hold_until, item.held_by = "", None, None
            item.save(update_fields=["hold_instrument", "hold_until", "held_by"])
            enter(actor, item, Act.RELEASED, reason=why)
            happened(actor, found, "evidence.hold_released", item.ref)

    guarded(actor, case, evidence, None, released)


def may_hold(actor: Actor, evidence: Evidence) -> bool:
    """Whether the actor may put this evidence under a hold, prolong it or end it."""
    if actor.user is None:
        return False
    if is_held(evidence) and evidence.held_by is not None:
        own = evidence.held_by.institution_id == actor.institution
        takes_over = actor.may(Capability.INVESTIGATE) and evidence.held_by.institution.side != "police"
        return (own and _is_entitled(actor, evidence)) or takes_over
    return _is_entitled(actor, evidence)


def may_release(actor: Actor, evidence: Evidence) -> bool:
    """Whether the actor may end the hold that lasts: for the institution that put it."""
    own = evidence.held_by is not None and evidence.held_by.institution_id == actor.institution
    return actor.user is not None and is_held(evidence) and own and _is_entitled(actor, evidence)


def expire_evidence() -> int:
    """Erase the cipher text of what has expired in closed cases and is under no hold; how many. Nightly, repeatable.

    Also drops uploads that were given up, and finishes erasures that broke off between the rows and the disk.
    """
    actor, day = system_actor("expiry"), today()
    over = Evidence.objects.filter(erased_at=None, expires_on__lt=day, case__state=Case.State.CLOSED)
    over = over.filter(Q(hold_until=None) | Q(hold_until__lt=day))
    count = sum(_erase(actor, pk, day) for pk in list(over.order_by("pk").values_list("pk", flat=True)))
    _drop_given_up(actor)
    for row in EvidenceVersion.objects.filter(state__in=(State.ERASED, State.REFUSED), parts__isnull=False).distinct():
        locker.erase(row.ref)
        EvidencePart.objects.filter(version=row).delete()
    locker.clear_arriving(time.time() - 86400)
    return count


def _erase(actor: Actor, pk: int, day: date) -> int:
    try:
        with transaction.atomic():
            # Read again under the locks: a hold may have come meanwhile, or the case have been opened again.
            of = Evidence.objects.values_list("case", flat=True).get(pk=pk)
            case = Case.objects.select_for_update(no_key=True).get(pk=of)
            item = lock_evidence(pk)
            if item.erased_at is not None or is_held(item, day) or case.state != Case.State.CLOSED:
                return 0
            item.erased_at = timezone.now()
            item.save(update_fields=["erased_at"])
            versions = item.versions.filter(state__in=(State.KEPT, State.CHECKING, State.UPLOADING))
            refs = list(versions.values_list("ref", flat=True))
            versions.update(state=State.ERASED)
            enter(actor, item, Act.ERASED)
            happened(actor, item.case, "evidence.erased", item.ref, evidence_kind=item.kind)
    except CustodyBroken:
        # Its record was tampered with: kept until people have looked into it.
        log.error("evidence.custody_broken", evidence=pk)
        return 0
    for ref in refs:
        locker.erase(ref)
        EvidencePart.objects.filter(version__ref=ref).delete()
    return 1


def _drop_given_up(actor: Actor) -> None:
    before = timezone.now() - GIVEN_UP
    idle = EvidenceVersion.objects.filter(state=State.UPLOADING, started_at__lt=before).annotate(
        last=Max("parts__arrived_at")
    )
    for pk in list(idle.filter(Q(last=None) | Q(last__lt=before)).values_list("pk", flat=True)):
        with transaction.atomic():
            row = EvidenceVersion.objects.select_for_update(of=("self",)).get(pk=pk)
            if row.state == State.UPLOADING:
                drop(actor, row)
        locker.erase(row.ref)


def _checked(instrument: str, until: date) -> str:
    number = checked_number(instrument, "instrument")
    if not today() <= until <= today() + LONGEST:
        message = _("A hold lasts until a day of the next ten years.")
        raise Invalid(message, errors={"until": [message]})
    return number


def _check_holder(actor: Actor, item: Evidence) -> None:
    if not may_hold(actor, item):
        message = _("Only the police or a lead of the provider put a legal hold; the police's is theirs alone.")
        raise Forbidden(message, code="not_holder")


def _require_holder(actor: Actor) -> None:
    if not actor.may(Capability.INVESTIGATE):
        actor.require(Capability.MANAGE_CASES)


def _is_entitled(actor: Actor, item: Evidence) -> bool:
    lead = actor.may(Capability.MANAGE_CASES) and item.institution_id == actor.institution
    return lead or actor.may(Capability.INVESTIGATE)

"""Counting values against quotas, atomically in PostgreSQL. Called inside the service's transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext_noop as _

from custody import quotas
from custody.models import Budget, Charge, QuotaDay
from kit.errors import Conflict, TooMany, Unprocessable
from members.queries.institutions import filing_terms

# What an institution's analysts use together is counted beside the institution's own days, under this key.
_PORTAL_KEY = "portal"


@dataclass(frozen=True, slots=True)
class Claim:
    """One request to be counted: who signs it, its id, the SHA-256 of its elements and how many there are."""

    signer: str
    request: UUID
    body: bytes
    count: int
    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Charged:
    """What is left of the quota or budget, and whether this call counted anything."""

    remaining: int
    is_new: bool


def charge_institution(claim: Claim, institution: int, budget: Budget | None) -> Charged:
    """Count against the budget if there is one, else against the institution's day, as long as its band makes it.

    Raises TooMany or Unprocessable over the limit, Conflict if the request id stands for other elements.
    """
    is_new = _enter(claim, budget)
    if budget is not None:
        return Charged(_count_budget(claim, budget) if is_new else budget.left, is_new)
    limit = quotas.standing_daily(filing_terms(institution).band)
    row, _is_first = QuotaDay.objects.get_or_create(
        institution_id=institution, user=None, key=claim.key, day=quotas.day_of(claim.at)
    )
    if is_new:
        # One conditional UPDATE: of any number of parallel requests exactly those pass that still fit.
        fits = QuotaDay.objects.filter(pk=row.pk, used__lte=limit - claim.count)
        if not fits.update(used=F("used") + claim.count):
            raise TooMany(
                _("The standing budget of today is used up; ask for a declared budget for more."),
                code="quota",
                retry_after=quotas.seconds_left(claim.at),
                limit=limit,
                remaining=max(0, limit - _used(row)),
            )
    return Charged(max(0, limit - _used(row)), is_new)


def charge_analyst(claim: Claim, user: int, institution: int) -> Charged:
    """Count against an analyst's minute and day, and against what the institution's analysts may use together.

    Raises TooMany, or Conflict for a request id with other elements.
    """
    is_new = _enter(claim, None)
    day = quotas.day_of(claim.at)
    QuotaDay.objects.get_or_create(institution=None, user_id=user, key=claim.key, day=day)
    row = QuotaDay.objects.select_for_update().get(institution=None, user_id=user, key=claim.key, day=day)
    if is_new:
        minute = claim.at.replace(second=0, microsecond=0)
        in_minute = row.minute_used if row.minute == minute else 0
        if row.used + claim.count > quotas.ANALYST_DAY:
            raise TooMany(
                _("Your values of today are used up; use the client for bulk work."),
                code="quota",
                retry_after=quotas.seconds_left(claim.at),
                limit=quotas.ANALYST_DAY,
                remaining=quotas.ANALYST_DAY - row.used,
            )
        if in_minute + claim.count > quotas.ANALYST_MINUTE:
            raise TooMany(
                _("Too many values in one minute; wait a moment."),
                code="burst",
                retry_after=60 - claim.at.second,
                limit=quotas.ANALYST_MINUTE,
                remaining=quotas.ANALYST_MINUTE - in_minute,
            )
        _count_together(claim, institution)
        row.used += claim.count
        row.minute, row.minute_used = minute, in_minute + claim.count
        row.save(update_fields=["used", "minute", "minute_used"])
    return Charged(quotas.ANALYST_DAY - row.used, is_new)


def _count_together(claim: Claim, institution: int) -> None:
    row, _is_first = QuotaDay.objects.get_or_create(
        institution_id=institution, user=None, key=_PORTAL_KEY, day=quotas.day_of(claim.at)
    )
    most = quotas.portal_daily(filing_terms(institution).band)
    if not QuotaDay.objects.filter(pk=row.pk, used__lte=most - claim.count).update(used=F("used") + claim.count):
        raise TooMany(
            _("Your institution's analysts have used up today's values together; use the client for bulk work."),
            code="quota",
            retry_after=quotas.seconds_left(claim.at),
            limit=most,
            remaining=max(0, most - _used(row)),
        )


def _enter(claim: Claim, budget: Budget | None) -> bool:
    """True if the request is new. Its row is rolled back with the transaction if the quota refuses it."""
    row, is_new = Charge.objects.get_or_create(
        signer=claim.signer,
        request=claim.request,
        defaults={"body_sha256": claim.body, "count": claim.count, "budget": budget},
    )
    if bytes(row.body_sha256) != claim.body:
        raise Conflict(_("This request id was used before for other elements."), code="request_reused")
    return is_new


def _count_budget(claim: Claim, budget: Budget) -> int:
    fits = Budget.objects.filter(pk=budget.pk, status=Budget.Status.GRANTED, used__lte=F("values") - claim.count)
    if not fits.update(used=F("used") + claim.count):
        budget.refresh_from_db()
        raise Unprocessable(
            _("The budget does not hold that many values any more."), code="budget_exhausted", remaining=budget.left
        )
    Budget.objects.filter(pk=budget.pk, used=F("values")).update(status=Budget.Status.EXHAUSTED)
    budget.refresh_from_db()
    return budget.left


def _used(row: QuotaDay) -> int:
    row.refresh_from_db(fields=["used"])
    return row.used

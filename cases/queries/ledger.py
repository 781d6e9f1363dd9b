"""The ledger: what the actor's institution was given and gave, by whom, to whom, when, under which basis. No values.

It is the institution's own record, kept three years or more (网络数据安全管理条例 art. 12, PIPL art. 56, per counsel),
so it outlasts its part in a case. Leaving a case ends each disclosure, so nothing is added to its row after that.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import F, Max
from django.utils import timezone

from cases.models import Disclosure, DisclosureSeal
from cases.queries.disclosures import DisclosureRow, row_of, sides_of
from cases.sealing import unseal
from kit.actor import Actor
from kit.capabilities import Capability

MOST = 10_000
"""Rows of a file; a page shows the newest SHOWN."""
SHOWN = 200
FIRST, LAST = date(2000, 1, 1), date(9000, 1, 1)
"""No row is older or newer, and moments beyond cannot be told in every time zone."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One disclosure: the row both sides see, its purpose, and what became of it."""

    row: DisclosureRow
    purpose: str
    was_given: bool
    last_shown_at: datetime | None
    fingerprints: tuple[str, ...]
    matches: bool | None
    """False if any recipient's evaluation gave another digest; None until one looked."""


def ledger_for(
    actor: Actor, *, since: date | None = None, until: date | None = None, most: int = SHOWN
) -> list[LedgerRow]:
    """What was asked for from the day `since` to `until`, in the alliance's zone, newest first. Raises Forbidden."""
    actor.require(Capability.VIEW_CASES)
    found = sides_of(actor).annotate(shown_at=Max("seals__unmaskings__at")).order_by("-asked_at", "-pk")
    if since is not None:
        found = found.filter(asked_at__gte=_start(max(since, FIRST)))
    if until is not None:
        found = found.filter(asked_at__lt=_start(min(until, LAST) + timedelta(days=1)))
    rows = list(found[:most])
    seals = _seals([one.pk for one in rows])
    return [_row(actor, one, seals.get(one.pk, [])) for one in rows]


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())


def _seals(disclosures: list[int]) -> dict[int, list[tuple[str, bool | None]]]:
    found = DisclosureSeal.objects.filter(disclosure__in=disclosures).order_by("pk")
    seals: dict[int, list[tuple[str, bool | None]]] = {}
    for of, fingerprint, matches in found.values_list("disclosure", F("key__fingerprint"), "matches"):
        seals.setdefault(of, []).append((fingerprint, matches))
    return seals


def _row(actor: Actor, one: Disclosure, seals: list[tuple[str, bool | None]]) -> LedgerRow:
    verdicts = [matches for _fingerprint, matches in seals if matches is not None]
    return LedgerRow(
        row=row_of(actor, one),
        purpose=unseal(one.purpose, "disclosure/purpose", one.ref),
        was_given=one.decided_at is not None and one.state != Disclosure.State.REFUSED,
        last_shown_at=one.shown_at,  # type: ignore[attr-defined]  # the annotation of ledger_for
        fingerprints=tuple(fingerprint for fingerprint, _matches in seals),
        matches=all(verdicts) if verdicts else None,
    )

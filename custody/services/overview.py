"""What operators watch: do the custodians answer, do they hold the same key, and what do all caps allow."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from custody import quotas
from custody.services import custodians
from custody.services.ceremony import transcript
from kit.actor import Actor
from kit.capabilities import Capability

# Custodians refuse requests that are older than five minutes by their own clock; a fifth of that is worth a look.
CLOCK_WARNING_SECONDS = 60


@dataclass(frozen=True, slots=True)
class CustodianRow:
    """One custodian as it answered just now."""

    custodian: int
    answers: bool
    milliseconds: float
    same_key: bool
    clock_off: int
    signers: int
    used_today: int
    daily_total: int
    daily_largest: int
    daily_portal: int

    @property
    def is_well(self) -> bool:
        """It answers, holds the pinned key and its clock agrees."""
        return self.answers and self.same_key and abs(self.clock_off) < CLOCK_WARNING_SECONDS


@dataclass(frozen=True, slots=True)
class Cap:
    """A quota: values a day, and the years in which so many a day cover every mainland mobile number."""

    label: str | Promise
    daily: int
    years: float | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The operators' page."""

    fingerprint: str
    epoch: int
    generation: int
    threshold: int
    number: int
    rows: tuple[CustodianRow, ...]
    caps: tuple[Cap, ...]

    @property
    def spare(self) -> int:
        """How many more custodians may fail before no evaluation is possible; negative if none is possible now."""
        return sum(row.is_well for row in self.rows) - self.threshold


def overview(actor: Actor) -> Overview:
    """Ask every custodian for its health now. Raises Unavailable without a ceremony."""
    actor.require(Capability.OPERATE)
    ceremony = transcript()
    now = int(timezone.now().timestamp())
    rows = tuple(_row(health, ceremony.fingerprint(), now) for health in custodians.health())
    return Overview(
        fingerprint=ceremony.fingerprint(),
        epoch=ceremony.epoch,
        generation=ceremony.generation,
        threshold=ceremony.t,
        number=ceremony.n,
        rows=rows,
        caps=tuple(_caps(rows, ceremony.t)),
    )


def _row(health: custodians.Health, fingerprint: str, now: int) -> CustodianRow:
    facts: dict[str, Any] = {name: value for name, value in health.facts.items() if isinstance(value, int)}
    return CustodianRow(
        custodian=health.custodian,
        answers=health.answers,
        milliseconds=health.milliseconds,
        same_key=health.facts.get("fingerprint") == fingerprint,
        clock_off=facts.get("clock", now) - now,
        signers=facts.get("signers", 0),
        used_today=facts.get("used_today", 0),
        daily_total=facts.get("daily_total", 0),
        daily_largest=facts.get("daily_largest", 0),
        daily_portal=facts.get("daily_portal", 0),
    )


def _caps(rows: tuple[CustodianRow, ...], threshold: int) -> Iterator[Cap]:
    # Each custodian counts for itself, so t of them can be asked in turn: the sum over t is what they allow together.
    largest = sum(row.daily_largest for row in rows) // threshold
    portal = sum(row.daily_portal for row in rows) // threshold
    everything = sum(row.daily_total for row in rows) // threshold
    yield _cap(_("An institution in band A or B, counted by the platform"), quotas.STANDING_DAILY)
    yield _cap(_("An institution, counted by the custodians"), largest)
    yield _cap(_("One analyst in the portal"), quotas.ANALYST_DAY)
    yield _cap(_("An institution's analysts together, in the portal"), quotas.INSTITUTION_PORTAL_DAY)
    yield _cap(_("The whole portal, counted by the custodians"), portal)
    yield _cap(_("All signers together, counted by the custodians"), everything)


def _cap(label: str | Promise, daily: int) -> Cap:
    return Cap(label, daily, quotas.enumeration_years(daily))

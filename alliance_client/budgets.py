"""Declared budgets at the member's side: which one pays, asking for one, approving one."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from alliance_client.errors import ConfigError, Unreachable
from privacy.encoding import Malformed
from privacy.requests import BudgetGrant

STANDING = "standing"
AUTO = "auto"


def grant_of(budget: Mapping[str, Any]) -> BudgetGrant:
    """The grant of a budget as the platform lists it. Raises Unreachable if it is no such thing."""
    try:
        return BudgetGrant.from_json(budget["grant"])
    except (Malformed, KeyError, TypeError) as error:
        raise Unreachable("not_the_platform", url="/api/v1/budgets") from error


def spendable(budgets: Iterable[Mapping[str, Any]], institution: str) -> list[BudgetGrant]:
    """The institution's own granted budgets that are neither used up nor past, the one that ends first in front."""
    today = datetime.now(UTC).date()
    found = []
    for budget in budgets:
        if budget.get("status") != "granted" or not budget.get("remaining"):
            continue
        grant = grant_of(budget)
        if str(grant.institution) == institution and grant.until >= today:
            found.append(grant)
    return sorted(found, key=lambda grant: (grant.until, str(grant.budget)))


@dataclass(slots=True)
class Purse:
    """What pays for evaluations: the standing budget first, then declared ones if that is wanted.

    `choice` is "auto", "standing" or a budget's reference; `listed` fetches the institution's spendable budgets.
    """

    choice: str
    listed: Callable[[], list[BudgetGrant]]
    grant: BudgetGrant | None = None
    """The declared budget in use; None is the standing one."""
    remaining: int | None = None
    """What the platform said was left, at the last answer."""
    _used_up: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def choose(self) -> None:
        """Open the budget that was named. Raises ConfigError if it is not granted."""
        if self.choice in {AUTO, STANDING}:
            return
        self.grant = next((grant for grant in self.listed() if str(grant.budget) == self.choice), None)
        if self.grant is None:
            raise ConfigError("budget_unknown", budget=self.choice)

    def open_next(self, *, after: BudgetGrant | None) -> BudgetGrant | None:
        """Turn to another budget since `after` ran out (another thread may have done so); None if there is none."""
        with self._lock:
            if self.choice != AUTO:
                return None
            if self.grant is not after:
                return self.grant
            if after is not None:
                self._used_up.add(str(after.budget))
            left = [grant for grant in self.listed() if str(grant.budget) not in self._used_up]
            if left:
                self.grant = left[0]
            return self.grant if left else None

"""Reads of what is left of a quota."""

from dataclasses import dataclass

from django.utils import timezone

from custody import quotas
from custody.models import QuotaDay
from kit.actor import Actor
from kit.capabilities import Capability


@dataclass(frozen=True, slots=True)
class AnalystQuota:
    """Values an analyst may have evaluated in the portal: a minute, a day, and what is left of today."""

    minute: int
    day: int
    left: int


def analyst_quota(actor: Actor) -> AnalystQuota:
    """The quota of the signed-in analyst. Raises Forbidden."""
    actor.require(Capability.EVALUATE)
    today = quotas.day_of(timezone.now())
    rows = QuotaDay.objects.filter(user_id=actor.user or 0, institution=None, key=quotas.KEYS[0], day=today)
    used = rows.values_list("used", flat=True).first() or 0
    return AnalystQuota(quotas.ANALYST_MINUTE, quotas.ANALYST_DAY, max(0, quotas.ANALYST_DAY - used))

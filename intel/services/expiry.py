"""The end of a clue: it expires when every kind it names has outlived its lifetime, and is erased after a grace."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from audit import services as audit
from intel.models import Clue
from intel.services.scoring import active_rule
from intel.services.steps import Locked, erase, lock_clues, show
from kit.actor import Actor
from members.actors import system_actor
from members.queries.circles import ownership
from privacy.kinds import BY_NUMBER

HARD_CAP = timedelta(days=5 * 365)
"""No clue matches longer than this after what it reports, whatever the rule says."""
GRACE = timedelta(days=30)
"""After it an expired clue's sightings are erased, with the digests that nobody else names."""
BATCH = 1_000

# From one key on, so that a night reads the table once. A value's lifetime is halved once all other ownership groups of
# its collision call it outdated; a clue lives as long as the longest-lived of its values. Only what is past the half
# of its lifetime looks at opinions.
_OVER = """
WITH life AS (SELECT * FROM unnest(%(kinds)s::int[], %(days)s::int[]) AS l (kind, days)),
owner AS (SELECT * FROM unnest(%(institutions)s::bigint[], %(groups)s::bigint[]) AS o (institution_id, group_id))
SELECT c.id FROM intel_clue c
WHERE c.id > %(after)s AND c.state IN ('filed', 'suspended')
  AND c.observed_at <= %(now)s - make_interval(days => %(shortest)s)
  AND (c.observed_at <= %(now)s - %(cap)s OR NOT EXISTS (
    SELECT FROM intel_sighting s JOIN intel_digest d ON d.id = s.digest_id JOIN life USING (kind)
    WHERE s.clue_id = c.id AND c.observed_at > %(now)s - make_interval(days => life.days)
      AND (c.observed_at > %(now)s - make_interval(days => life.days / 2) OR NOT coalesce((
        SELECT bool_and(coalesce(o.verdict = 'outdated', false))
        FROM intel_collision x JOIN intel_party p ON p.collision_id = x.id
        JOIN owner theirs ON theirs.institution_id = p.institution_id
        JOIN owner ours ON ours.institution_id = c.institution_id AND ours.group_id <> theirs.group_id
        LEFT JOIN intel_opinion o ON o.digest_id = d.id AND o.institution_id = p.institution_id
        WHERE x.digest_id = d.id), false))))
ORDER BY c.id LIMIT %(batch)s
"""
_EXPIRE = "UPDATE intel_clue SET state = 'expired', expired_at = %s WHERE id = ANY(%s)"


def expire_clues() -> int:
    """Expire what is over, a batch a transaction; how many. Nightly, and safe to repeat or to break off."""
    actor, now, after, count = system_actor("expiry"), timezone.now(), 0, 0
    while batch := _over(now, after):
        with transaction.atomic():
            clues = lock_clues(batch, Clue.State.FILED, Clue.State.SUSPENDED)
            _expire(actor, clues, now)
        after, count = batch[-1], count + len(clues)
    return count


def erase_expired() -> int:
    """Erase what clues named that expired longer ago than the grace; how many clues. Nightly, safe to repeat."""
    actor, count = system_actor("expiry"), 0
    over = Clue.objects.filter(state=Clue.State.EXPIRED, erased_at=None, expired_at__lte=timezone.now() - GRACE)
    while batch := list(over.order_by("expired_at", "pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            clues = lock_clues(batch, Clue.State.EXPIRED)
            erase([clue.pk for clue in clues])
            Clue.objects.filter(pk__in=[clue.pk for clue in clues]).update(erased_at=timezone.now())
            audit.record_each(actor, "clue.erased", [clue.ref for clue in clues])
        count += len(clues)
    return count


def _over(now: datetime, after: int) -> list[int]:
    _number, rule = active_rule()
    days = {kind: rule.curve(kind).days for kind in BY_NUMBER}
    owners = ownership()
    asked: dict[str, Any] = {
        "kinds": list(days.keys()),
        "days": list(days.values()),
        "shortest": min(days.values()) // 2,
        "institutions": list(owners.keys()),
        "groups": list(owners.values()),
        "now": now,
        "cap": HARD_CAP,
        "after": after,
        "batch": BATCH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OVER, asked)
        return [pk for (pk,) in cursor.fetchall()]


def _expire(actor: Actor, clues: list[Locked], now: datetime) -> None:
    if not clues:
        return
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRE, [now, [clue.pk for clue in clues]])
    audit.record_each(actor, "clue.expired", [clue.ref for clue in clues])
    show(actor, clues, live=False, cause="expiry")

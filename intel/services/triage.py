"""Triage: what an institution does with collisions in its own queue, one or many at a time. No other party sees it.

Whoever changes parties holds the locks of their digests, taken in the order of their keys, as matching does: so a
triage, a match and a score of the same collisions wait for each other and never in a circle.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import services as audit
from intel import triage as acts
from intel.models import Party, TriageAct
from intel.queries.queue import circles_shown
from intel.reasons import checked_reason
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Invalid, NotFound
from members.actors import system_actor
from members.queries.users import colleagues_for

MOST = 200
"""Collisions of one act."""
LONGEST_SNOOZE = 366
"""Days."""
WOKEN_AT_ONCE = 1000
_ALREADY, _DECIDED = "already", "decided"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act did: the collisions it changed, and how many it left as they were, by the reason why.

    `already`: it was so before. `decided`: it must be reopened first. `absent`: it is not, or no longer, one of ours.
    """

    changed: tuple[UUID, ...]
    unchanged: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Wish:
    """An act with what belongs to it, checked."""

    act: str
    reason: str = ""
    until: datetime | None = None
    assignee: int | None = None


@dataclass(frozen=True, slots=True)
class _Ours:
    """A party of our institution, locked, with what names its collision."""

    party: UUID
    digest: int
    ref: UUID
    status: str
    assignee: int | None
    until: datetime | None


def triage(
    actor: Actor,
    *,
    refs: Collection[UUID],
    act: str,
    reason: str = "",
    note: str = "",
    until: date | None = None,
    assignee: UUID | None = None,
) -> Outcome:
    """Do one act of `intel.triage.ACTS` with collisions (by reference, 1 to MOST) of the actor's own queue.

    `reason` is a code of `intel.triage.REASONS` and, like `note` (at most 400 characters, no indicator), belongs to a
    rejection; `until` is the day on which what is snoozed comes back; `assignee` the reference of a person of the
    institution, None for nobody. All or nothing of what can be done is done, and what was so before stays: twice is
    once. Raises Forbidden, Invalid, and NotFound if none of the collisions is ours, as if there were none.
    """
    actor.require(Capability.TRIAGE)
    actor.require(Capability.VIEW_COLLISIONS)
    institution = actor.own_institution()
    wanted = set(refs)
    if not 1 <= len(wanted) <= MOST:
        raise Invalid(_("Choose 1 to %(most)d collisions.") % {"most": MOST}, code="invalid_number")
    wish = _checked(actor, act, (reason, note), until, assignee)
    with transaction.atomic():
        ours = _lock(institution, list(circles_shown(actor)), wanted)
        if not ours:
            raise NotFound
        changing, left = _decide(wish, ours)
        _write(actor, institution, wish, changing)
        audit.record_each(actor, "collision.triaged", [one.ref for one in changing], act=act)
    if missing := len(wanted) - len(ours):
        left["absent"] = missing
    return Outcome(tuple(sorted(one.ref for one in changing)), dict(left))


def wake_snoozed() -> int:
    """What was snoozed until today or earlier is new again; how many. Idempotent, at most WOKEN_AT_ONCE a call."""
    actor, now = system_actor("triage"), timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_LOCK_SNOOZED, [now, WOKEN_AT_ONCE])
            digests = [digest for (digest,) in cursor.fetchall()]
            if not digests:
                return 0
            cursor.execute(_WAKE, [digests, now])
            woken = cursor.fetchall()
        TriageAct.objects.bulk_create(
            TriageAct(digest_id=digest, institution_id=institution, act=acts.WAKE, acted_at=now)
            for digest, institution, _ref in woken
        )
        audit.record_each(actor, "collision.triaged", [ref for _digest, _institution, ref in woken], act=acts.WAKE)
    return len(woken)


def _checked(actor: Actor, act: str, why: tuple[str, str], until: date | None, assignee: UUID | None) -> _Wish:
    """The act with what it needs and nothing else. Raises Invalid."""
    match act:
        case acts.ACCEPT | acts.REOPEN:
            return _Wish(act)
        case acts.REJECT:
            return _Wish(act, reason=_reason(*why))
        case acts.SNOOZE:
            return _Wish(act, until=_morning(until))
        case acts.ASSIGN:
            return _Wish(act, assignee=_colleague(actor, assignee))
    raise Invalid(_("The act is accept, reject, snooze, assign or reopen."), code="invalid_act")


def _reason(code: str, note: str) -> str:
    if code not in acts.REASONS:
        raise Invalid(_("Choose why you reject."), code="invalid_reason")
    said = note.strip()
    if not said and code == "other":
        raise Invalid(_("Say in a few words why you reject."), code="invalid_reason")
    if not said:
        return code
    if len(said) > 400:
        raise Invalid(_("At most 400 characters."), code="invalid_reason")
    return f"{code}: {checked_reason(said, 'note')}"


def _morning(day: date | None) -> datetime:
    today = timezone.localdate()
    if day is None or not 1 <= (day - today).days <= LONGEST_SNOOZE:
        raise Invalid(_("Snooze until a day from tomorrow to a year from now."), code="invalid_day")
    return timezone.make_aware(datetime.combine(day, time.min))


def _colleague(actor: Actor, ref: UUID | None) -> int | None:
    if ref is None:
        return None
    found = next((person.pk for person in colleagues_for(actor, Capability.TRIAGE) if person.ref == ref), None)
    if found is None:
        raise Invalid(_("Choose a person of your institution who triages."), code="invalid_assignee")
    return found


_LOCK = """
SELECT d.id FROM intel_digest d
WHERE d.id IN (SELECT c.digest_id FROM intel_collision c JOIN intel_party p ON p.collision_id = c.id
               WHERE c.ref = ANY(%s) AND p.institution_id = %s)
ORDER BY d.id FOR NO KEY UPDATE
"""
_OURS = """
SELECT p.id, c.digest_id, c.ref, p.status, p.assignee_id, p.snoozed_until
FROM intel_collision c JOIN intel_party p ON p.collision_id = c.id
WHERE c.ref = ANY(%s) AND p.institution_id = %s AND p.circle_id = ANY(%s)
"""
_LOCK_SNOOZED = """
SELECT d.id FROM intel_digest d
WHERE d.id IN (SELECT c.digest_id FROM intel_collision c JOIN intel_party p ON p.collision_id = c.id
               WHERE p.status = 'snoozed' AND p.snoozed_until <= %s ORDER BY p.snoozed_until LIMIT %s)
ORDER BY d.id FOR NO KEY UPDATE SKIP LOCKED
"""
_WAKE = """
UPDATE intel_party p SET status = 'new', snoozed_until = NULL
FROM intel_collision c
WHERE c.id = p.collision_id AND c.digest_id = ANY(%s) AND p.status = 'snoozed' AND p.snoozed_until <= %s
RETURNING c.digest_id, p.institution_id, c.ref
"""


def _lock(institution: int, circles: list[int], refs: set[UUID]) -> list[_Ours]:
    """Our parties of these collisions once nobody else changes them; read after the locks, so as they are now."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(refs), institution])
        cursor.execute(_OURS, [list(refs), institution, circles])
        return [_Ours(*row) for row in cursor.fetchall()]


def _decide(wish: _Wish, ours: Sequence[_Ours]) -> tuple[list[_Ours], Counter[str]]:
    """Those that the act changes, and how many it does not, by the reason why."""
    changing, left = [], Counter[str]()
    for one in ours:
        after = acts.status_after(one.status, wish.act)
        if _is_so(wish, one):
            left[_ALREADY] += 1
        elif after is None:
            left[_DECIDED] += 1
        else:
            changing.append(one)
    return changing, left


def _is_so(wish: _Wish, one: _Ours) -> bool:
    match wish.act:
        case acts.ASSIGN:
            return one.assignee == wish.assignee
        case acts.SNOOZE:
            return one.status == acts.SNOOZED and one.until == wish.until
        case acts.REOPEN:
            return one.status == acts.NEW
    return one.status == acts.status_after(acts.NEW, wish.act)


def _write(actor: Actor, institution: int, wish: _Wish, changing: Sequence[_Ours]) -> None:
    now = timezone.now()
    parties = Party.objects.filter(pk__in=[one.party for one in changing])
    if wish.act == acts.ASSIGN:
        parties.update(assignee=wish.assignee)
    elif changing:
        status = acts.status_after(changing[0].status, wish.act)
        decided = now if wish.act in {acts.ACCEPT, acts.REJECT} else None
        parties.update(status=status, snoozed_until=wish.until, decided_at=decided)
    TriageAct.objects.bulk_create(
        TriageAct(
            digest_id=one.digest,
            institution_id=institution,
            by_id=actor.user,
            act=wish.act,
            reason=wish.reason,
            acted_at=now,
        )
        for one in changing
    )

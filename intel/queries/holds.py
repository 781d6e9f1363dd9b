"""Holds as members read them: what does not match, why, since when, until when, and what was said about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone

from intel.models import Digest, HoldReview, Opinion, Party, Sighting, Submission
from intel.queries import crossing
from intel.queries.crossing import OtherReview
from intel.queries.queue import own_party
from intel.queries.warnings import lists_of
from kit.actor import Actor
from kit.capabilities import Capability
from members.queries.circles import CircleRow, ownership, wide_circles_for
from privacy.kinds import BY_NUMBER, Kind

DELISTED_FOR = timedelta(days=365)
"""How long a value that was found false stays out of matching; new evidence may come in before."""
INDEPENDENT = 2
"""Ownership groups that decide."""
MOST = 200
Hold = Digest.Hold


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a digest does not match now."""

    hold: str
    """warned, over_common or delisted."""
    lists: tuple[str, ...]
    """Of a warned one: each list and the entry's label, in the reader's language."""
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Stopped:
    """A digest of a submission that is on a warning list, so that it does not match."""

    kind: str
    lists: tuple[str, ...]
    clues: int
    """How many clues of the submission name it."""


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A collision of the institution whose digest is over-common."""

    ref: UUID
    kind: Kind
    circle: CircleRow
    clues: int
    held_at: datetime
    own: str
    """What the institution voted: release, keep, or nothing."""
    outcome: str
    """What two independent owners decided: keep, or nothing yet."""


@dataclass(frozen=True, slots=True)
class HoldDetail:
    """What holds a collision, and what its parties say of that."""

    ref: UUID
    hold: str
    """over_common, released, delisted (matched again by new evidence), or free."""
    since: datetime | None
    until: datetime | None
    own: HoldReview | None
    others: tuple[OtherReview, ...]
    outcome: str
    may_review: bool
    may_delist: bool
    """Two independent institutions called it false, and it was not delisted since."""


def stops_of(digests: Collection[int]) -> Mapping[int, Stop]:
    """Key of a held digest -> why it does not match; nothing for those that do. The caller filed them."""
    held = list(Digest.objects.filter(pk__in=digests, hold__in=(Hold.WARNED, Hold.OVER_COMMON, Hold.DELISTED)))
    lists = lists_of(held)
    return {
        one.pk: Stop(Hold(one.hold).name.lower(), lists.get(one.pk, ()), one.held_at, one.held_until)
        for one in held
        if one.held_at is not None
    }


# Held digests are few; for each, the sightings of this submission stand together in the index, because the keys of its
# clues do. So it costs what is held and not what was filed.
_STOPPED = """
SELECT d.id, count(*) FROM intel_digest d
JOIN intel_sighting s ON s.digest_id = d.id AND s.clue_id BETWEEN %(first)s AND %(last)s
JOIN intel_clue c ON c.id = s.clue_id AND c.submission_id = %(submission)s
WHERE d.hold = 1
GROUP BY d.id ORDER BY d.id LIMIT %(most)s
"""


def stopped_for(actor: Actor, submission: UUID) -> tuple[Stopped, ...]:
    """What of one of the institution's submissions is on a warning list now, at most MOST digests."""
    actor.require(Capability.VIEW_SUBMISSIONS)
    own = Submission.objects.filter(ref=submission, institution_id=actor.own_institution()).first()
    return () if own is None else stopped_in(own)


def stopped_in(submission: Submission) -> tuple[Stopped, ...]:
    """`stopped_for` for a caller that may see the submission."""
    clues = submission.clues.order_by("row").values_list("pk", flat=True)
    first, last = clues.first(), clues.last()
    if first is None or last is None:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_STOPPED, {"first": first, "last": last, "submission": submission.pk, "most": MOST})
        counts: dict[int, int] = dict(cursor.fetchall())
    held = Digest.objects.in_bulk(counts)
    lists = lists_of(list(held.values()))
    return tuple(Stopped(BY_NUMBER[held[pk].kind].label, lists.get(pk, ()), clues) for pk, clues in counts.items())


def holds_for(actor: Actor) -> list[HoldRow]:
    """The institution's collisions whose digest is over-common, the longest held first, at most MOST."""
    actor.require(Capability.VIEW_COLLISIONS)
    institution, circles = actor.own_institution(), {circle.pk: circle for circle in wide_circles_for(actor)}
    parties = (
        Party.objects.filter(
            institution_id=institution, circle_id__in=list(circles), collision__digest__hold=Hold.OVER_COMMON
        )
        .select_related("collision__digest")
        .order_by("collision__digest__held_at", "pk")[:MOST]
    )
    digests = [party.collision.digest for party in parties]
    own = dict(_votes(digests, institution).values_list("digest_id", "verdict"))
    outcomes = decisions(digests)
    return [
        HoldRow(
            ref=party.collision.ref,
            kind=BY_NUMBER[party.kind],
            circle=circles[party.circle_id],
            clues=party.clues,
            held_at=party.collision.digest.held_at or timezone.now(),
            own=own.get(party.collision.digest_id, ""),
            outcome=outcomes.get(party.collision.digest_id, ""),
        )
        for party in parties
    ]


def hold_for(actor: Actor, ref: UUID) -> HoldDetail | None:
    """What holds a collision of the actor's institution; None where nothing does and nothing may be done.

    Raises Forbidden, NotFound for a collision it is no party to.
    """
    party = own_party(actor, ref)
    digest, reviewer = party.collision.digest, actor.may(Capability.REVIEW_HOLDS)
    may_delist = reviewer and is_found_false(digest)
    if digest.hold == Hold.FREE and not may_delist:
        return None
    outcome = decisions([digest]).get(digest.pk, "")
    return HoldDetail(
        ref=ref,
        hold=Hold(digest.hold).name.lower(),
        since=digest.held_at,
        until=digest.held_until,
        own=_votes([digest], party.institution_id).first(),
        others=tuple(crossing.other_reviews(party.collision_id, party.institution_id)),
        outcome=outcome,
        may_review=reviewer and digest.hold == Hold.OVER_COMMON and not outcome,
        may_delist=may_delist,
    )


def _votes(digests: Sequence[Digest], institution: int) -> QuerySet[HoldReview]:
    """What an institution voted since these digests were held."""
    return HoldReview.objects.filter(
        digest__in=digests, institution_id=institution, reviewed_at__gte=F("digest__held_at")
    )


def decisions(digests: Sequence[Digest]) -> dict[int, str]:
    """Key of a digest -> the verdict that independent owners share since it was held; nothing while there is none."""
    owners, since = ownership(), {digest.pk: digest.held_at for digest in digests}
    groups: dict[tuple[int, str], set[int | None]] = {}
    for review in HoldReview.objects.filter(digest__in=digests):
        held = since[review.digest_id]
        if held is not None and review.reviewed_at >= held:
            groups.setdefault((review.digest_id, review.verdict), set()).add(owners.get(review.institution_id))
    return {digest: verdict for (digest, verdict), ours in sorted(groups.items()) if len(ours) >= INDEPENDENT}


def is_found_false(digest: Digest) -> bool:
    """Whether independent owners call it false, by opinions newer than its last delisting and at most a year old."""
    since = timezone.now() - DELISTED_FOR
    if digest.hold == Hold.DELISTED and digest.held_at is not None:
        since = max(since, digest.held_at)
    false = Opinion.objects.filter(digest=digest, verdict=Opinion.Verdict.FALSE, given_at__gt=since)
    owners = ownership()
    return len({owners.get(one) for one in false.values_list("institution_id", flat=True)}) >= INDEPENDENT


@dataclass(frozen=True, slots=True)
class StoppedKind:
    """One indicator of a clue that does not match, by its kind: the platform cannot say which value it is."""

    kind: Kind
    stop: Stop


def stops_for(actor: Actor, clue: UUID) -> list[StoppedKind]:
    """What of one clue of the actor's institution does not match, by kind; nothing for another's clue.

    A warning list is public. That a value is over-common or was found false tells of others who hold it, so it is said
    only of a clue that is in matching, where the institution may see the circle's collisions: otherwise a draft would
    find out what nobody learns of it.
    """
    actor.require(Capability.VIEW_SUBMISSIONS)
    wide = {circle.pk for circle in wide_circles_for(actor)}
    own = Sighting.objects.filter(clue__ref=clue, institution_id=actor.own_institution()).select_related("digest")
    held = own.exclude(digest__hold=Hold.FREE).order_by("digest__kind", "digest_id")
    named = {one.digest_id: one for one in held}
    return [
        StoppedKind(BY_NUMBER[named[pk].digest.kind], stop)
        for pk, stop in stops_of(named).items()
        if stop.hold == "warned" or (named[pk].is_live and named[pk].digest.circle_id in wide)
    ]

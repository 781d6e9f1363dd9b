"""The ONLY reads of intel that cross institutions: what the platform learns by joining members' data starts here.

Two promises are kept in this one file. What matching sees are keys and ownership groups, no sealed digest and no
private field. What one member may see of another leaves this file already cut down: a label for the name, a count
that says "<3" below three, months for days. The import contracts of pyproject.toml say who may call it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from django.db import connection
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from intel.models import Party, Sighting, VoiceUse
from intel.oracle import Seen

SMALLEST_COUNT = 3
_FEW = f"<{SMALLEST_COUNT}"


def shown_count(number: int) -> str:
    """A count of another institution's rows as a member may see it: its digits, or "<3"."""
    return str(number) if number >= SMALLEST_COUNT else _FEW


# --- Matching --------------------------------------------------------------------------------------------

# OFFSET 0 keeps each lookup by index its own: the planner would otherwise read the whole store once a batch is large,
# and a submission's matching must cost what the submission holds, not what the store does.
_INDEPENDENT_IN_SUBMISSION = """
WITH mine AS (
    SELECT DISTINCT s.digest_id FROM intel_clue c
    CROSS JOIN LATERAL (SELECT digest_id FROM intel_sighting WHERE clue_id = c.id OFFSET 0) s
    WHERE c.submission_id = %s
)
SELECT mine.digest_id FROM mine
CROSS JOIN LATERAL (SELECT institution_id FROM intel_sighting WHERE digest_id = mine.digest_id OFFSET 0) s
JOIN unnest(%s::bigint[], %s::bigint[]) AS owner (institution_id, group_id) USING (institution_id)
GROUP BY mine.digest_id HAVING min(owner.group_id) <> max(owner.group_id)
"""
_HOLDING = """
CREATE TEMPORARY TABLE holding ON COMMIT DROP AS
WITH held AS (
    SELECT touched.digest_id, s.institution_id, owner.group_id, count(*) AS clues,
           array_agg(DISTINCT c.typology ORDER BY c.typology) AS typologies,
           array_agg(DISTINCT c.role ORDER BY c.role) AS roles,
           min(c.observed_at) AS first_seen_at, max(c.observed_at) AS last_seen_at
    FROM unnest(%s::bigint[]) AS touched (digest_id)
    CROSS JOIN LATERAL (
        SELECT institution_id, clue_id FROM intel_sighting WHERE digest_id = touched.digest_id OFFSET 0) s
    CROSS JOIN LATERAL (SELECT typology, role, observed_at FROM intel_clue WHERE id = s.clue_id OFFSET 0) c
    JOIN unnest(%s::bigint[], %s::bigint[]) AS owner (institution_id, group_id) USING (institution_id)
    GROUP BY touched.digest_id, s.institution_id, owner.group_id
), judged AS (
    SELECT held.*, min(group_id) OVER same <> max(group_id) OVER same AS independent
    FROM held WINDOW same AS (PARTITION BY digest_id)
)
SELECT digest_id, institution_id, clues, typologies, roles, first_seen_at, last_seen_at FROM judged WHERE independent
"""


def independent_digests(submission: int, owners: Mapping[int, int]) -> list[int]:
    """Keys of the submission's digests that live sightings of two or more ownership groups hold, in no order.

    `owners` maps institution to ownership group (members.queries.circles.ownership). A digest belongs to one circle,
    so whoever shares it shares the circle that it was filed to.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INDEPENDENT_IN_SUBMISSION, [submission, list(owners.keys()), list(owners.values())])
        return [digest for (digest,) in cursor.fetchall()]


def gather_holdings(digests: Collection[int], owners: Mapping[int, int]) -> None:
    """Fill the temporary table `holding` with the truth about these digests, one row a party that should be.

    A digest that fewer than two ownership groups hold has no row. The caller holds the digests' locks and drops the
    table; the statement's snapshot is newer than the locks, so it sees everything that any earlier holder committed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLDING, [sorted(digests), list(owners.keys()), list(owners.values())])
        cursor.execute("ANALYZE holding")


# --- Checking --------------------------------------------------------------------------------------------


def sightings_by_digest() -> Iterator[tuple[int, list[Seen]]]:
    """Each digest's live sightings, for the invariant checker; streamed, one digest in memory at a time.

    Digests that a submission still waiting for its worker has touched are left out: their collisions may lag.
    """
    waiting = Sighting.objects.filter(digest=OuterRef("digest"), clue__submission__matched_at=None)
    rows = Sighting.objects.exclude(Exists(waiting)).order_by("digest_id", "clue_id")
    live = rows.values_list("digest_id", "digest__circle_id", "institution_id", "clue_id").iterator(chunk_size=5000)
    for digest, group in groupby(live, key=itemgetter(0)):
        yield digest, [Seen(circle, digest, institution, clue) for _, circle, institution, clue in group]


def parties_by_digest() -> Iterator[tuple[int, dict[int, int]]]:
    """Each collision's digest with its parties, institution to number of clues; left out as above."""
    waiting = Sighting.objects.filter(digest=OuterRef("collision__digest"), clue__submission__matched_at=None)
    rows = Party.objects.exclude(Exists(waiting)).order_by("collision__digest_id", "institution_id")
    held = rows.values_list("collision__digest_id", "institution_id", "clues").iterator(chunk_size=5000)
    for digest, group in groupby(held, key=itemgetter(0)):
        yield digest, {institution: clues for _, institution, clues in group}


# --- What one member sees of another ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OtherParty:
    """Another institution in a collision, as much of it as a member may see."""

    label: str
    """"A", "B" … "Z", "AA": to be shown as Institution A."""
    clues: str
    """How many clues it holds: digits, or "<3"."""
    typologies: tuple[str, ...]
    roles: tuple[str, ...]
    first_month: str
    """Month of its first observation, "2026-05"."""
    last_month: str


def other_parties(collisions: Collection[int], institution: int) -> Mapping[int, Sequence[OtherParty]]:
    """The other parties of each collision (by primary key), in the order of their labels.

    The caller has established that `institution` is a party of every one of these collisions.
    """
    found: dict[int, list[OtherParty]] = defaultdict(list)
    rows = Party.objects.filter(collision_id__in=collisions).exclude(institution_id=institution).order_by("label")
    for party in rows:
        found[party.collision_id].append(
            OtherParty(
                label=letters(party.label),
                clues=shown_count(party.clues),
                typologies=tuple(party.typologies),
                roles=tuple(party.roles),
                first_month=_month(party.first_seen_at),
                last_month=_month(party.last_seen_at),
            )
        )
    return found


def letters(label: int) -> str:
    """A label's letters: "A" for 1, "Z" for 26, "AA" for 27."""
    text = ""
    while label > 0:
        label, rest = divmod(label - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _month(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m")


@dataclass(frozen=True, slots=True)
class OtherLibrary:
    """A voice library that other members of a circle report from and this institution does not."""

    circle: int
    library: str
    members: str
    """How many other institutions report from it: digits, or "<3"."""


def other_voice_libraries(circles: Collection[int], institution: int) -> list[OtherLibrary]:
    """Libraries in use in these circles by others only, by circle and name: their voices do not compare with ours."""
    mine = VoiceUse.objects.filter(circle_id__in=circles, institution_id=institution)
    ours = set(mine.values_list("circle_id", "library"))
    uses = (
        VoiceUse.objects.filter(circle_id__in=circles)
        .exclude(institution_id=institution)
        .values_list("circle_id", "library")
        .annotate(members=Count("institution_id"))
        .order_by("circle_id", "library")
    )
    return [
        OtherLibrary(circle, library, shown_count(n)) for circle, library, n in uses if (circle, library) not in ours
    ]

"""What the invariant checker reads: sightings and parties, digest by digest."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from django.db.models import Exists, OuterRef

from intel.models import Party, Sighting
from intel.oracle import Seen


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

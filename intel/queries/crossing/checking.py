"""What the invariant checker reads: sightings and parties, digest by digest."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from intel.models import Clue, Digest, Party, Sighting
from intel.oracle import Seen


def sightings_by_digest() -> Iterator[tuple[int, list[Seen]]]:
    """Each digest's sightings, for the invariant checker; streamed, one digest in memory at a time.

    Digests that a submission still waiting for its worker has touched are left out, and those whose delisting is over
    and that the hourly task has not set free yet: their collisions may lag.
    """
    rows = Sighting.objects.exclude(Exists(_waiting(OuterRef("digest")))).exclude(_free_soon("digest"))
    told = rows.order_by("digest_id", "clue_id").values_list(
        "digest_id", "digest__circle_id", "institution_id", "clue_id", "is_live",
        "digest__hold", "digest__held_at", "clue__observed_at", "clue__proof",
    )  # fmt: skip
    for digest, group in groupby(told.iterator(chunk_size=5000), key=itemgetter(0)):
        yield (
            digest,
            [
                Seen(
                    circle,
                    digest,
                    institution,
                    clue,
                    is_live=is_live,
                    hold=hold,
                    is_new=held_at is not None and observed_at > held_at and proof == Clue.Proof.CLEAR,
                )
                for _, circle, institution, clue, is_live, hold, held_at, observed_at, proof in group
            ],
        )


def parties_by_digest() -> Iterator[tuple[int, dict[int, int]]]:
    """Each collision's digest with its parties, institution to number of clues; left out as above."""
    rows = Party.objects.exclude(Exists(_waiting(OuterRef("collision__digest")))).exclude(
        _free_soon("collision__digest")
    )
    rows = rows.order_by("collision__digest_id", "institution_id")
    held = rows.values_list("collision__digest_id", "institution_id", "clues").iterator(chunk_size=5000)
    for digest, group in groupby(held, key=itemgetter(0)):
        yield digest, {institution: clues for _, institution, clues in group}


def _waiting(digest: OuterRef) -> QuerySet[Sighting]:
    return Sighting.objects.filter(digest=digest, clue__submission__matched_at=None)


def _free_soon(digest: str) -> Q:
    return Q(**{f"{digest}__hold": Digest.Hold.DELISTED, f"{digest}__held_until__lte": timezone.now()})

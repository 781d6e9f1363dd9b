"""Which institutions hold a digest of a seized list: for giving each of them its own customers, and nothing else."""

from collections.abc import Collection
from uuid import UUID

from intel.models import Digest, Sighting

MOST_CLUES = 20
"""Own clues that a finding points at, the newest ones."""
_MATCHING = (Digest.Hold.FREE, Digest.Hold.RELEASED)


def holders_of(sealed: Collection[bytes]) -> dict[bytes, dict[int, list[UUID]]]:
    """For each of these sealed digests the institutions (keys) with a live sighting of it, with own clues' references.

    Whatever the circle: an institution learns of nothing but its own clue. A digest on a warning list, over-common or
    delisted is nobody's customer and is left out.
    """
    rows = (
        Sighting.objects.filter(digest__sealed__in=list(sealed), is_live=True, digest__hold__in=_MATCHING)
        .order_by("-clue_id")
        .values_list("digest__sealed", "institution_id", "clue__ref")
    )
    held: dict[bytes, dict[int, list[UUID]]] = {}
    for blob, institution, clue in rows:
        clues = held.setdefault(bytes(blob), {}).setdefault(institution, [])
        if len(clues) < MOST_CLUES:
            clues.append(clue)
    return held

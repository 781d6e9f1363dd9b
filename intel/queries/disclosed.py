"""What disclosures ask of collisions: who among a case's participants holds a digest, and whether a value gives it."""

from collections.abc import Collection

from django.utils.translation import gettext_noop as _

from intel.models import Digest
from intel.queries.crossing.holding import holding
from intel.queries.key_uses import live_keys
from intel.sealing import seal_points
from kit.errors import Conflict


def holders_among(digests: Collection[int], institutions: Collection[int]) -> frozenset[tuple[int, int]]:
    """The pairs of digest and institution (keys) where the institution is a party to the digest's collision.

    For `cases.queries.holders` alone, which says who may learn it.
    """
    return holding(digests, institutions)


def gives_digest(key: int, *, digest: bytes, epoch: int) -> bool:
    """Whether the 32 bytes that a member's client computed are the digest with this primary key.

    Raises Conflict if they were computed in another epoch than the digest's.
    """
    kept = Digest.objects.get(pk=key)
    if kept.epoch != epoch:
        raise Conflict(_("The key has changed since this was computed. Load the page again."), code="epoch_changed")
    return any(bytes(kept.sealed) == blob for [blob] in seal_points(digest, [kept.kind], epoch, live_keys("pepper")))

"""What cases ask of collisions: to be taken up, and to be let go when the last case that works on them ends."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from intel.models import Digest
from intel.queries.queue import own_party
from intel.services.matching import refresh_collisions
from kit.actor import Actor


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A collision that a case may stand on: its reference, its digest's key and its kind."""

    collision: UUID
    digest: int
    kind: int


def take_up(actor: Actor, collisions: Collection[UUID]) -> list[TakenUp]:
    """Keep the digests of collisions that the actor's institution is a party to, for a case; by digest.

    In the caller's transaction, which holds the digests locked from here on, so that none is forgotten before the case
    has its row for it. Raises Forbidden; NotFound for a collision the institution is no party to.
    """
    digests = sorted({own_party(actor, ref).collision.digest_id for ref in collisions})
    lock_digests(digests)
    # Asked again under the lock: one may have ended, or come to stand on another party's label, while we waited.
    taken = [own_party(actor, ref).collision for ref in collisions]
    Digest.objects.filter(pk__in=digests, is_kept=False).update(is_kept=True)
    return sorted((TakenUp(one.ref, one.digest_id, one.kind) for one in taken), key=lambda one: one.digest)


def lock_digests(digests: Collection[int]) -> None:
    """Lock digests (by key) as every refresh locks them, in the caller's transaction."""
    list(Digest.objects.select_for_update(no_key=True).filter(pk__in=list(digests)).order_by("pk").values_list("pk"))


def mark_in_case(actor: Actor, digests: Collection[int], *, worked_on: Collection[int]) -> None:
    """Make the collisions of these kept digests (by key) in a case where they are `worked_on`, and free otherwise.

    As the caller's last writes: the digests are locked, and the caller has read who works on them since.
    """
    among = Q(pk__in=list(digests))
    here = Q(pk__in=list(worked_on))
    entered = Digest.objects.filter(among & here, in_case=False).update(in_case=True)
    left = Digest.objects.filter(among & ~here, in_case=True).update(in_case=False)
    if entered or left:
        refresh_collisions(actor, digests, cause="case")

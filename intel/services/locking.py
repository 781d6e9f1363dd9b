"""Locking a collision for a decision of one of its parties."""

from uuid import UUID

from intel.models import Collision, Digest, Party
from kit.actor import Actor
from kit.errors import NotFound
from members.queries.circles import wide_circles_for


def locked_collision(actor: Actor, ref: UUID) -> Collision:
    """A collision the actor's institution is a party to, its digest locked as every refresh locks it.

    For the caller's transaction; the caller has required what it takes. Raises NotFound for any other collision.
    """
    circles = [circle.pk for circle in wide_circles_for(actor)]
    party = Party.objects.filter(
        collision__ref=ref, institution_id=actor.own_institution(), circle_id__in=circles
    ).values_list("collision__digest_id", flat=True)
    digest = Digest.objects.select_for_update(no_key=True).filter(pk__in=list(party)).first()
    # Asked again under the lock: the collision may have ended while we waited.
    found = None if digest is None or not party.exists() else Collision.objects.filter(ref=ref).first()
    if found is None or digest is None:
        raise NotFound
    found.digest = digest
    return found

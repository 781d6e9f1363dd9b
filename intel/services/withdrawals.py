"""Withdrawal of a clue: its sightings go, and with them whatever collision they carried."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from intel.models import Clue, Sighting
from intel.services.matching import refresh_collisions
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound


def withdraw_clue(actor: Actor, *, ref: UUID) -> None:
    """Withdraw a clue of the actor's institution. The row stays with its time of withdrawal; nothing matches it again.

    Idempotent. Raises Forbidden, NotFound for a clue of another institution as for an absent one.
    """
    actor.require(Capability.WITHDRAW)
    with transaction.atomic():
        clue = Clue.objects.select_for_update().filter(ref=ref, institution_id=actor.own_institution()).first()
        if clue is None:
            raise NotFound
        if clue.withdrawn_at is not None:
            return
        digests = list(Sighting.objects.filter(clue=clue).values_list("digest_id", flat=True))
        Sighting.objects.filter(clue=clue).delete()
        clue.withdrawn_at = timezone.now()
        clue.save(update_fields=["withdrawn_at"])
        audit.record(actor, "clue.withdrawn", clue.ref, digests=len(digests))
        refresh_collisions(actor, digests, cause=f"clue:{clue.ref}")

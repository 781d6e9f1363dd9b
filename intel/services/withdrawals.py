"""Withdrawal of a clue: its sightings go, whatever collision they carried, and digests that nobody else names."""

from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from audit import services as audit
from intel.models import Clue, Digest, Sighting, Submission
from intel.services.matching import refresh_collisions
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound


def withdraw_clue(actor: Actor, *, ref: UUID) -> None:
    """Withdraw a clue of the actor's institution. The row stays with its time of withdrawal; nothing matches it again.

    Idempotent, and nothing happens to a refused one, which names nothing any more. Raises Forbidden, NotFound for a
    clue of another institution as for an absent one.
    """
    actor.require(Capability.WITHDRAW)
    with transaction.atomic():
        clue = Clue.objects.select_for_update().filter(ref=ref, institution_id=actor.own_institution()).first()
        if clue is None:
            raise NotFound
        if clue.state in {Clue.State.WITHDRAWN, Clue.State.REFUSED}:
            return
        digests = list(Sighting.objects.filter(clue=clue).values_list("digest_id", flat=True))
        Sighting.objects.filter(clue=clue).delete()
        if clue.state in {Clue.State.DRAFT, Clue.State.HELD}:
            Submission.objects.filter(pk=clue.submission_id).update(waiting=F("waiting") - 1)
        clue.state, clue.withdrawn_at = Clue.State.WITHDRAWN, timezone.now()
        clue.save(update_fields=["state", "withdrawn_at"])
        # The last held clue of a submission takes it off the operator's list.
        held = Submission.objects.filter(pk=clue.submission_id, held_at__isnull=False)
        held.exclude(clues__state=Clue.State.HELD).update(held_at=None)
        audit.record(actor, "clue.withdrawn", clue.ref, digests=len(digests))
        refresh_collisions(actor, digests, cause=f"clue:{clue.ref}")
        forget_unnamed(digests)


# An upload that points at one of these digests holds FOR KEY SHARE on it until it commits: after this lock whoever
# has pointed at it is visible to the next statement, and nobody can point at it until we commit.
_LOCK = "SELECT id FROM intel_digest WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
_UNNAMED = """
SELECT d.id FROM intel_digest d
WHERE d.id = ANY(%s) AND d.hold NOT IN (1, 4) AND NOT d.is_kept
  AND NOT EXISTS (SELECT FROM intel_sighting s WHERE s.digest_id = d.id)
"""


def forget_unnamed(digests: list[int]) -> None:
    """Delete those of these digests that no clue names any more: what is withdrawn by everybody is not kept.

    One on a warning list or delisted stays: its row is the tombstone that a later filing must meet. One that a case
    stands on stays with the case.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [digests])
        cursor.execute(_UNNAMED, [digests])
        unnamed = [pk for (pk,) in cursor.fetchall()]
    # By the ORM: opinions, triage, offers and reviews of the digest go with it, and no database rule does that.
    Digest.objects.filter(pk__in=unnamed).delete()

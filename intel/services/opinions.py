"""What a party says of a collision: it moves the score, the state, the lifetime and the quality of who filed it."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit import services as audit
from intel.models import Collision, Opinion, Party, Sighting
from intel.reasons import nameless_reason
from intel.services.disputes import settle_disputes
from intel.services.holds import consider_delisting
from intel.services.locking import locked_collision
from intel.services.scoring import score_digests
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Invalid
from notices.services.events import NewEvent, publish
from privacy.kinds import BY_NUMBER

Verdict = Opinion.Verdict


def give_opinion(actor: Actor, *, ref: UUID, verdict: str, reason: str) -> None:
    """Say, for the actor's institution, what it thinks of a collision it is a party to; again changes it.

    `verdict` is confirmed, false, disputed or outdated; the other parties read it with its reason (1 to 500 characters,
    no indicator, no institution's name) under a label. Whether it counts is settled now: a confirmation does only if
    the institution's own evidence and filing came before the value was first disclosed, so an echo does not. The same
    opinion again changes nothing. Raises Forbidden, Invalid, NotFound for a collision of others as for an absent one.
    """
    actor.require(Capability.GIVE_OPINION)
    said = _checked(verdict, reason)
    with transaction.atomic():
        collision = locked_collision(actor, ref)
        digest, institution = collision.digest, actor.own_institution()
        before = Opinion.objects.filter(digest=digest, institution_id=institution).first()
        if before is not None and (before.verdict, before.reason) == (verdict, said):
            return
        fields = {
            "verdict": verdict,
            "reason": said,
            "counts": verdict != Verdict.CONFIRMED or _came_before(collision, institution),
            "given_by": actor.ref,
            "given_at": timezone.now(),
        }
        Opinion.objects.update_or_create(digest=digest, institution_id=institution, defaults=fields)
        kind = "opinion.given" if before is None else "opinion.changed"
        audit.record(actor, kind, ref, verdict=verdict, counts=fields["counts"])
        # Told before it has its consequences: a delisting ends the collision, and then there is nobody left to tell.
        _tell_others(collision, institution)
        _apply(actor, collision, is_false=verdict == Verdict.FALSE)


def withdraw_opinion(actor: Actor, *, ref: UUID) -> None:
    """Take the institution's opinion of a collision back. Idempotent.

    Raises Forbidden, NotFound for a collision of others as for an absent one.
    """
    actor.require(Capability.GIVE_OPINION)
    with transaction.atomic():
        collision = locked_collision(actor, ref)
        mine = Opinion.objects.filter(digest=collision.digest, institution_id=actor.own_institution()).first()
        if mine is None:
            return
        mine.delete()
        audit.record(actor, "opinion.withdrawn", ref, verdict=mine.verdict)
        _apply(actor, collision, is_false=False)


def _checked(verdict: str, reason: str) -> str:
    if verdict not in Verdict.values:
        message = _("An opinion is confirmed, false, disputed or outdated.")
        raise Invalid(message, errors={"verdict": [message]})
    return nameless_reason(reason)


def _came_before(collision: Collision, institution: int) -> bool:
    """The institution's own evidence and filing are older than the first disclosure of the value."""
    disclosed = collision.digest.disclosed_at or collision.found_at
    own = Sighting.objects.filter(digest=collision.digest, institution_id=institution, is_live=True)
    return own.filter(clue__observed_at__lt=disclosed, clue__filed_at__lt=disclosed).exists()


def _apply(actor: Actor, collision: Collision, *, is_false: bool) -> None:
    settle_disputes(actor, [collision.digest_id])
    score_digests([collision.digest_id])
    if is_false:
        consider_delisting(actor, collision.digest_id)


def _tell_others(collision: Collision, institution: int) -> None:
    others = Party.objects.filter(collision=collision).exclude(institution_id=institution).order_by("institution_id")
    publish(
        [
            NewEvent(
                party.institution_id,
                "opinion.given",
                collision.ref,
                collision.circle_id,
                {"kind": BY_NUMBER[collision.kind].label, "typologies": party.typologies, "score": party.score},
            )
            for party in others
        ]
    )

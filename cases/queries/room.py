"""How much evidence an institution keeps on the platform, and how much it may (`EVIDENCE_QUOTA_BYTES`)."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Sum

from cases.models import EvidenceVersion
from kit.actor import Actor
from kit.capabilities import Capability

State = EvidenceVersion.State
COUNTED = (State.UPLOADING, State.CHECKING, State.KEPT)
"""What lies on the disk or is on its way there. What was refused, dropped or erased counts no more."""


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes of cipher text of one institution over all cases: kept or running, and allowed."""

    used: int
    allowed: int

    @property
    def left(self) -> int:
        """What still fits; never below 0."""
        return max(0, self.allowed - self.used)

    @property
    def share(self) -> int:
        """Used, in percent of what is allowed; 100 at most."""
        return min(100, 100 * self.used // max(1, self.allowed))


def room_of(actor: Actor) -> Room:
    """The room of the actor's own institution. A running upload counts whole from its beginning. Raises Forbidden."""
    actor.require(Capability.VIEW_CASES)
    found = EvidenceVersion.objects.filter(evidence__institution=actor.own_institution(), state__in=COUNTED)
    used = found.aggregate(used=Sum("cipher_size"))["used"] or 0
    return Room(int(used), settings.EVIDENCE_QUOTA_BYTES)

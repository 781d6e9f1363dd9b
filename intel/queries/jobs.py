"""What the worker still has to do, for the operator: references and times, no institution and no business data."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from intel.models import Submission
from kit.actor import Actor
from kit.capabilities import Capability

MOST = 200


@dataclass(frozen=True, slots=True)
class JobRow:
    """A submission that is not matched: `starts` of a worker, `attempts` that ended in an error."""

    ref: UUID
    status: str
    received_at: datetime
    starts: int
    attempts: int


def jobs_for(actor: Actor) -> list[JobRow]:
    """Unmatched submissions, oldest first, at most MOST; failed ones may be retried. Raises Forbidden."""
    actor.require(Capability.OPERATE)
    unmatched = Submission.objects.filter(matched_at=None).order_by("received_at")[:MOST]
    return [JobRow(row.ref, row.status, row.received_at, row.starts, row.attempts) for row in unmatched]

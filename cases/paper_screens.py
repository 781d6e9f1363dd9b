"""What a case's page of evidence shows of certificate checks."""

from typing import Any

from cases.models import Case
from cases.queries.papers import papers_of
from kit.actor import Actor
from kit.capabilities import Capability


def papers_part(actor: Actor, case: Case) -> dict[str, Any]:
    """Context of templates/cases/_papers.html, for a case that was fetched for its reader."""
    return {"papers": papers_of(actor, case), "asks_issuers": actor.may(Capability.ASK_ISSUERS)}

"""What the pages show of seized lists: the part of a case's page "Victims", and what the filing page's script needs."""

from typing import Any
from uuid import uuid4

from cases.models import Case
from cases.queries.seized import lenders_for, lists_for, to_contact
from cases.services.seized import MOST_ROWS
from custody.queries.quotas import analyst_quota
from custody.services.ceremony import transcript
from intel.screens import ceremony
from kit.actor import Actor
from kit.capabilities import Capability


def seized_part(actor: Actor, case: Case) -> dict[str, Any]:
    """Context of templates/cases/_seized.html: the unit's lists of the case to its officers, to a member how many of
    its own customers wait to be contacted.
    """
    return {
        "seized_lists": lists_for(actor, case),
        "seized_to_contact": to_contact(actor, case),
        "files_seized": actor.may(Capability.INVESTIGATE),
    }


def filing(actor: Actor) -> dict[str, Any]:
    """Context of the page on which an officer files a list. Raises Forbidden."""
    lenders = lenders_for(actor)
    quota = analyst_quota(actor)
    return {
        "quota": quota,
        "lenders": lenders,
        "with_key": sum(bool(one["keys"]) for one in lenders),
        "most": MOST_ROWS,
        "filing": {
            "ref": str(uuid4()),
            "lenders": lenders,
            "most": MOST_ROWS,
            "minute": quota.minute,
            "left": quota.left,
        },
        "ceremony": ceremony(transcript()),
    }

"""Cases: the list, one of them, opening, and the invitations that wait for a lead.

Inviting, accepting, removing, handing over and closing take a lead who has just proved who they are: in the portal.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from alliance_client.sdk import Alliance
from alliance_client.wire import canonical


def cases(alliance: Alliance, **filters: str | int | None) -> Iterator[dict[str, Any]]:
    """The institution's cases, newest first: filters state (open, closed, all), led (own, others), typology, limit."""
    return alliance.transport.pages("cases", **filters)


def case(alliance: Alliance, reference: str) -> dict[str, Any]:
    """One case with who takes part and what it stands on. Raises NotFound."""
    return dict(alliance.transport.get(f"cases/{canonical(reference)}"))


def open_case(
    alliance: Alliance,
    *,
    title: str,
    typology: str,
    collisions: Sequence[str],
    summary: str = "",
    findable: bool = True,
) -> dict[str, Any]:
    """Open a case on collisions (references) of the institution; the case. Sent once: a repeat would open another."""
    body = {
        "title": title,
        "summary": summary,
        "typology": typology,
        "collisions": [canonical(one) for one in collisions],
        "is_findable": findable,
    }
    return dict(alliance.transport.post("cases", body, repeatable=False))


def add_collisions(alliance: Alliance, reference: str, collisions: Sequence[str]) -> int:
    """Add collisions (references) to a case; how many it did not have. Safe to repeat."""
    body = {"collisions": [canonical(one) for one in collisions]}
    found = alliance.transport.post(f"cases/{canonical(reference)}/collisions", body, repeatable=True)
    return int(found["added"])


def invitations(alliance: Alliance) -> list[dict[str, Any]]:
    """The invitations that a lead of the institution may answer."""
    return alliance.transport.rows("invitations")

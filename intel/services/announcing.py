"""Telling the parties what became of their collisions: one event a party and change, in the same transaction."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from intel.queries import crossing
from members.queries.circles import wide_circles
from members.queries.memberships import live_members
from notices.services.events import NewEvent, publish
from privacy.kinds import BY_NUMBER

MOST_CLUES = 20
"""References of a party's own clues that an event carries; the rest is on the page."""
Party = tuple[UUID, int]
"""A collision's reference and an institution's primary key."""


@dataclass(frozen=True, slots=True)
class Left:
    """An institution that a refresh took out of a collision, and where."""

    ref: UUID
    institution: int
    circle: int
    kind: int


def announce(changes: Mapping[str, Collection[UUID]], *, joined: Collection[Party], left: Collection[Left]) -> None:
    """Publish `changes`, event type to references of collisions, to the institutions that may see them now.

    Who joins a collision is told that it was found, the others that it widened; whoever is no longer in it, that it
    dissolved. Nobody is told of a circle that it left or that has too few ownership groups to show its collisions.
    """
    refs = {ref for these in changes.values() for ref in these}
    if not refs and not left:
        return
    live, wide, new = live_members(), wide_circles(), frozenset(joined)
    may_see = {(circle, institution) for circle in wide for institution in live.get(circle, ())}
    events = [
        NewEvent(one.institution, "collision.dissolved", one.ref, one.circle, {"kind": BY_NUMBER[one.kind].label})
        for one in left
        if (one.circle, one.institution) in may_see
    ]
    for party in crossing.news_of(refs, most=MOST_CLUES):
        if (party.circle, party.institution) not in may_see:
            continue
        facts: dict[str, str | int | list[str]] = {
            "kind": BY_NUMBER[party.kind].label,
            "typologies": party.typologies,
            "score": party.score,
            "clues": [str(ref) for ref in party.clues],
        }
        for code, these in changes.items():
            if party.ref in these:
                is_new = code == "collision.widened" and (party.ref, party.institution) in new
                told = "collision.found" if is_new else code
                events.append(NewEvent(party.institution, told, party.ref, party.circle, facts))
    publish(events)

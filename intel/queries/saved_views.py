"""The filters of the queue that a person keeps."""

from dataclasses import dataclass
from uuid import UUID

from intel.models import SavedView
from kit.actor import Actor
from kit.capabilities import Capability


@dataclass(frozen=True, slots=True)
class SavedViewRow:
    """A view: its name, and the query string of the queue's address."""

    ref: UUID
    name: str
    query: str


def saved_views_for(actor: Actor) -> list[SavedViewRow]:
    """The actor's own views, by name; none for an actor that is no person. Raises Forbidden."""
    actor.require(Capability.VIEW_COLLISIONS)
    if actor.user is None:
        return []
    views = SavedView.objects.filter(user=actor.user).order_by("name", "pk")
    return [SavedViewRow(view.ref, view.name, view.query) for view in views]

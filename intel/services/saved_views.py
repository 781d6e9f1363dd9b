"""Keeping filters of the queue under a name: each person has their own."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit import services as audit
from intel.models import SavedView
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Invalid, NotFound
from privacy.kinds import looks_like_indicator

MOST = 30
"""Views of one person."""
LONGEST_NAME = 60
LONGEST_QUERY = 500


def save_view(actor: Actor, *, name: str, query: str) -> UUID:
    """Keep a query string of the queue under a name; the same name is written over. The view's reference.

    Raises Forbidden, Invalid for a name that is empty, long or holds an indicator, Conflict beyond MOST views.
    """
    actor.require(Capability.VIEW_COLLISIONS)
    if actor.user is None:
        raise Invalid(_("Only a person keeps views."), code="no_person")
    said = " ".join(name.split())
    if not 1 <= len(said) <= LONGEST_NAME or not said.isprintable() or looks_like_indicator(said) is not None:
        message = _("A name has 1 to 60 characters, without a phone, card or ID number.")
        raise Invalid(message, code="invalid_name")
    if len(query) > LONGEST_QUERY:
        raise Invalid(_("These filters are too many to keep."), code="too_long")
    with transaction.atomic():
        others = list(SavedView.objects.select_for_update().filter(user=actor.user).exclude(name=said))
        if len(others) >= MOST:
            raise Conflict(_("You keep %(most)d views; delete one first.") % {"most": MOST}, code="too_many_views")
        view, _created = SavedView.objects.update_or_create(user_id=actor.user, name=said, defaults={"query": query})
        audit.record(actor, "saved_view.saved", view.ref)
    return view.ref


def delete_view(actor: Actor, *, ref: UUID) -> None:
    """Drop a view of the actor's own. Raises Forbidden, NotFound for another person's as for an absent one."""
    actor.require(Capability.VIEW_COLLISIONS)
    with transaction.atomic():
        deleted, _rows = SavedView.objects.filter(ref=ref, user=actor.user or 0).delete()
        if not deleted:
            raise NotFound
        audit.record(actor, "saved_view.deleted", ref)

"""Reads of a person's own watches, and of what can be watched."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise

from kit.actor import Actor
from kit.capabilities import Capability
from kit.language import in_readers_language
from members.queries.circles import circles_for
from notices.models import MailPace, Watch
from privacy.kinds import KINDS

Names = Mapping[str, object]
_typologies: list[Callable[[], Names]] = []


@dataclass(frozen=True, slots=True)
class WatchRow:
    """A watch with the name of what it is of."""

    ref: UUID
    scope: str
    scope_label: str | Promise
    target: str
    name: str
    portal: bool
    mail: int
    mail_label: str | Promise


def register_typologies(names: Callable[[], Names]) -> None:
    """Register, when the platform starts, what gives the typologies: code and name. Their list lives above here."""
    _typologies[:] = [names]


def typologies() -> Names:
    """The typologies that can be watched, by code."""
    return _typologies[0]() if _typologies else {}


def name_of_kind(label: str) -> str:
    """A kind's name in the reader's language; the label itself for one that is not known."""
    kind = KINDS.get(label)
    return in_readers_language(zh=kind.name_zh, en=kind.name_en) if kind else label


def watches_for(actor: Actor) -> QuerySet[Watch]:
    """The actor's own watches, oldest first. Raises Forbidden."""
    actor.require(Capability.BE_TOLD)
    watches = Watch.objects.select_related("circle").order_by("pk")
    return watches.filter(user_id=actor.user) if actor.user is not None else watches.none()


def watch_rows(actor: Actor) -> list[WatchRow]:
    """The actor's watches but the one of everything, with their names. Raises Forbidden.

    A circle that the institution left keeps no name.
    """
    circles = {circle.pk: str(circle) for circle in circles_for(actor)}
    return [_row(watch, circles) for watch in watches_for(actor).exclude(scope=Watch.Scope.OWN)]


def own_watch(actor: Actor) -> tuple[bool, int]:
    """Whether the actor is told in the portal, and at which pace by mail, of everything. Raises Forbidden."""
    watch = watches_for(actor).filter(scope=Watch.Scope.OWN).first()
    return (True, MailPace.NONE) if watch is None else (watch.portal, watch.mail)


def _row(watch: Watch, circles: Mapping[int, str]) -> WatchRow:
    match watch.scope:
        case Watch.Scope.KIND:
            name = name_of_kind(watch.target)
        case Watch.Scope.TYPOLOGY:
            name = str(typologies().get(watch.target, watch.target))
        case Watch.Scope.CIRCLE:
            name = circles.get(watch.circle_id or 0, "–")
        case Watch.Scope.SCORE:
            name = f"≥ {(watch.threshold or 0) // 100}"
        case _:
            name = watch.target
    return WatchRow(
        watch.ref,
        watch.scope,
        Watch.Scope(watch.scope).label,
        watch.target,
        name,
        watch.portal,
        watch.mail,
        MailPace(watch.mail).label,
    )

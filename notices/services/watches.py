"""Watches: what a person wants to be told of, and how."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from audit.services import record
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Invalid, NotFound
from members.queries.circles import circles_for
from notices.models import MailPace, Watch
from notices.queries.watches import typologies, watches_for
from privacy.kinds import KINDS

MOST = 100
"""Watches one person may have."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a watch is of, as its row says it."""

    target: str = ""
    circle: int | None = None
    threshold: int | None = None


def set_own_watch(actor: Actor, *, portal: bool, mail: int) -> None:
    """How the actor is told of everything about their institution's clues. Raises Forbidden, Invalid."""
    actor.require(Capability.BE_TOLD)
    _check_mail(mail)
    with transaction.atomic():
        watch, _new = Watch.objects.update_or_create(
            user_id=_person(actor), scope=Watch.Scope.OWN, defaults={"portal": portal, "mail": mail}
        )
        _record(actor, watch, "set")


def add_watch(actor: Actor, *, scope: str, target: str, portal: bool, mail: int) -> Watch:
    """Watch a clue (`target` is its reference), a kind (label), a typology (code), a circle (code) or collisions of a
    strength (0 to 100 points) and above; a second watch of one target replaces the first.

    Raises Forbidden; Invalid for a target that is none or a watch that tells by no way; Conflict beyond MOST.
    """
    actor.require(Capability.BE_TOLD)
    _check_mail(mail)
    if not portal and mail == MailPace.NONE:
        raise Invalid(_("Choose the portal, mail or both."), errors={"mail": [_("Choose the portal, mail or both.")]})
    found = _target(actor, scope, target.strip())
    with transaction.atomic():
        if len(watches_for(actor)) >= MOST:
            raise Conflict(_("A person has at most 100 watches. Remove one first."), code="watches")
        watch, _new = Watch.objects.update_or_create(
            user_id=_person(actor),
            scope=scope,
            target=found.target,
            circle_id=found.circle,  # type: ignore[misc] # None asks for IS NULL
            defaults={"portal": portal, "mail": mail, "threshold": found.threshold},
        )
        _record(actor, watch, "set")
    return watch


def watch_clue(actor: Actor, *, clue: str) -> Watch:
    """Watch one clue (its reference) in the portal and by mail at once. Raises Forbidden, Invalid, Conflict.

    A clue of another institution can be named and never told of: events name own clues only.
    """
    return add_watch(actor, scope=Watch.Scope.CLUE, target=clue, portal=True, mail=MailPace.INSTANT)


def remove_watch(actor: Actor, ref: UUID) -> None:
    """Remove one of the actor's watches. Raises Forbidden, NotFound."""
    actor.require(Capability.BE_TOLD)
    with transaction.atomic():
        watch = watches_for(actor).filter(ref=ref).exclude(scope=Watch.Scope.OWN).first()
        if watch is None:
            raise NotFound
        _record(actor, watch, "removed")
        watch.delete()


def _person(actor: Actor) -> int:
    actor.own_institution()
    if actor.user is None:
        raise Invalid(_("Only a person watches."), code="person_needed")
    return actor.user


def _record(actor: Actor, watch: Watch, act: str) -> None:
    record(actor, "watch.changed", watch.ref, act=act, scope=watch.scope, portal=watch.portal, mail=watch.mail)


def _target(actor: Actor, scope: str, target: str) -> Target:
    reads: dict[str, Callable[[], Target | None]] = {
        Watch.Scope.CLUE: lambda: _clue(target),
        Watch.Scope.KIND: lambda: Target(target) if target in KINDS else None,
        Watch.Scope.TYPOLOGY: lambda: Target(target) if target in typologies() else None,
        Watch.Scope.CIRCLE: lambda: next((Target(circle=c.pk) for c in circles_for(actor) if c.code == target), None),
        Watch.Scope.SCORE: lambda: _score(target),
    }
    found = reads[scope]() if scope in reads else None
    if found is None:
        why = _("There is nothing of this name to watch.")
        raise Invalid(why, code="watch_target", errors={"target": [why]})
    return found


def _clue(target: str) -> Target | None:
    try:
        return Target(str(UUID(target)))
    except ValueError:
        return None


def _score(target: str) -> Target | None:
    points = int(target) if target.isascii() and target.isdecimal() and len(target) <= 3 else -1
    return Target(threshold=points * 100) if 0 <= points <= 100 else None


def _check_mail(mail: int) -> None:
    if mail not in MailPace.values:
        raise Invalid(_("Some fields are not valid."), errors={"mail": [_("Choose one of the list.")]})

"""Circles: who matches with whom, and which voice libraries they share."""

import re
from collections.abc import Callable
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit.services import record
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Invalid
from members.models import Circle, Membership, VoiceLibrary
from members.queries.circles import circle_for
from members.queries.institutions import institution_for

Opened = Callable[[int], None]
_when_opened: list[Opened] = []
_when_joined_or_left: list[Opened] = []
_CODE = re.compile("[a-z0-9-]{1,40}")
_LIBRARY = re.compile("[a-z0-9.-]+:[a-z0-9.-]+:[a-z0-9.-]+")


def when_opened(act: Opened) -> None:
    """Have `act` called with the key of every circle that is created, in the transaction that creates it.

    For the packages above, which keep something for every circle.
    """
    _when_opened.append(act)


def when_joined_or_left(act: Opened) -> None:
    """Have `act` called with the key of every circle that somebody joins or leaves, in that transaction."""
    _when_joined_or_left.append(act)


def create_circle(actor: Actor, *, code: str, name_zh: str, name_en: str, is_confidential: bool = False) -> Circle:
    """Create an empty circle; its code never changes, members' systems name it in every clue.

    Of one that `is_confidential` no member learns who, or how many, is in it. Only the operator sees that.
    Raises Forbidden without ONBOARD, Invalid for a code or name that does not fit or a code in use.
    """
    actor.require(Capability.ONBOARD)
    errors = {}
    if not _CODE.fullmatch(code):
        errors["code"] = [_("A code has up to 40 lower-case letters, digits and hyphens.")]
    for field, value in (("name_zh", name_zh), ("name_en", name_en)):
        if not value.strip():
            errors[field] = [_("Give the circle's name in both languages.")]
    if errors:
        raise Invalid(_("Some fields are not valid."), errors=errors)
    with transaction.atomic():
        try:
            with transaction.atomic():
                circle = Circle.objects.create(
                    code=code, name_zh=name_zh.strip(), name_en=name_en.strip(), is_confidential=is_confidential
                )
        except IntegrityError as error:
            taken = {"code": [_("A circle has this code already.")]}
            raise Invalid(_("Some fields are not valid."), errors=taken) from error
        record(actor, "circle.created", circle.ref, code=code, confidential=is_confidential)
        for act in _when_opened:
            act(circle.pk)
    return circle


def change_circle(actor: Actor, circle: UUID, *, is_confidential: bool) -> None:
    """Make a circle's membership confidential or not, for its members, from now on.

    Raises Forbidden without ONBOARD, NotFound for an unknown circle. One that is so already is left alone.
    """
    actor.require(Capability.ONBOARD)
    with transaction.atomic():
        changing = circle_for(actor, circle)
        changed = Circle.objects.filter(pk=changing.pk).exclude(is_confidential=is_confidential)
        if changed.update(is_confidential=is_confidential):
            record(actor, "circle.changed", changing.ref, confidential=is_confidential)


def join_circle(actor: Actor, circle: UUID, *, institution: UUID) -> None:
    """Make a member institution part of a circle from now on.

    Raises Forbidden without ONBOARD, NotFound for an unknown circle or institution, Conflict for police, a regulator or
    the operator, and for one that is in already.
    """
    actor.require(Capability.ONBOARD)
    with transaction.atomic():
        into, joining = circle_for(actor, circle), institution_for(actor, institution)
        if joining.side != "member":
            raise Conflict(_("Only a member institution joins a circle."), code="not_a_member")
        try:
            with transaction.atomic():
                Membership.objects.create(circle=into, institution=joining)
        except IntegrityError as error:
            raise Conflict(_("The institution is in this circle already."), code="already_joined") from error
        record(actor, "circle.joined", into.ref, institution=str(joining.ref))
        for act in _when_joined_or_left:
            act(into.pk)


def leave_circle(actor: Actor, circle: UUID, *, institution: UUID) -> None:
    """End an institution's membership: from now on it files nothing to the circle and sees nothing of it.

    Its clues there stop matching (intel.services.leaving), until it joins again.

    Raises Forbidden without ONBOARD, NotFound for an unknown circle or institution, Conflict for one that is not in.
    """
    actor.require(Capability.ONBOARD)
    with transaction.atomic():
        out_of, leaving = circle_for(actor, circle), institution_for(actor, institution)
        live = Membership.objects.filter(circle=out_of, institution=leaving, left_at=None)
        if not live.update(left_at=timezone.now()):
            raise Conflict(_("The institution is not in this circle."), code="not_joined")
        record(actor, "circle.left", out_of.ref, institution=str(leaving.ref))
        for act in _when_joined_or_left:
            act(out_of.pk)


def register_voice_library(actor: Actor, circle: UUID, *, name: str) -> None:
    """Register a voice library of a circle, `vendor:library:engine-version`: voices compare only inside one.

    Raises Forbidden without ONBOARD, NotFound for an unknown circle, Invalid for another form of name, Conflict for one
    registered before.
    """
    actor.require(Capability.ONBOARD)
    wanted = name.strip().lower()
    if not _LIBRARY.fullmatch(wanted) or len(wanted) > 120:
        message = _("A voice library is named vendor:library:engine-version.")
        raise Invalid(message, errors={"name": [message]})
    with transaction.atomic():
        of = circle_for(actor, circle)
        try:
            with transaction.atomic():
                VoiceLibrary.objects.create(circle=of, name=wanted)
        except IntegrityError as error:
            raise Conflict(_("This voice library is registered already."), code="library_known") from error
        record(actor, "voice_library.registered", of.ref, name=wanted)

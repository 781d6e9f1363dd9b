"""Institutions come, are suspended and come back."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit.services import record
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Invalid
from members.models import Institution, OwnershipGroup
from members.queries.institutions import institution_for
from members.roles import Role
from members.services.invitations import Invitation, admit


@dataclass(frozen=True, slots=True)
class Banded:
    """An institution that changed its band."""

    pk: int
    ref: UUID
    before: str
    band: str


_FIRST_ROLE = {
    "member": Role.INSTITUTION_ADMIN,
    "police": Role.POLICE_OFFICER,
    "issuer": Role.ISSUER_CLERK,
    "regulator": Role.REGULATOR,
    "operator": Role.OPERATOR_SYSTEM,
}


def onboard_institution(
    actor: Actor, *, kind: str, name_zh: str, name_en: str, owner: str, admin_name: str, admin_email: str
) -> Invitation:
    """Create an institution with its first person: a member's admin, a police officer, a regulator.

    `owner` names a member's ownership group, made if it is new; empty for the others. Raises Forbidden without ONBOARD,
    Invalid for fields that do not fit.
    """
    actor.require(Capability.ONBOARD)
    institution = _draft(kind, name_zh.strip(), name_en.strip(), owner.strip())
    with transaction.atomic():
        if owner.strip():
            institution.group = OwnershipGroup.objects.get_or_create(name=owner.strip())[0]
        try:
            with transaction.atomic():
                institution.save()
        except IntegrityError as error:
            taken = {"name_zh": [_("An institution has this name already, in Chinese or in English.")]}
            raise Invalid(_("Some fields are not valid."), errors=taken) from error
        record(actor, "institution.created", institution.ref, institution_kind=kind)
        first = _FIRST_ROLE[institution.side]
        try:
            return admit(actor, institution, email=admin_email, name=admin_name, roles=[first])
        except Invalid as refusal:
            errors = {f"admin_{field}": words for field, words in refusal.extras["errors"].items()}
            raise Invalid(refusal.detail, errors=errors) from refusal


def suspend_institution(actor: Actor, ref: UUID) -> None:
    """Shut an institution's people and systems out with their next request; its clues stay.

    Raises Forbidden without ONBOARD, NotFound for an unknown one, Conflict for the operator itself or one suspended.
    """
    actor.require(Capability.ONBOARD)
    with transaction.atomic():
        institution = institution_for(actor, ref)
        if institution.side == "operator":
            raise Conflict(_("The operator cannot suspend itself."), code="not_yourself")
        _switch(institution, Institution.Status.ACTIVE, Institution.Status.SUSPENDED)
        record(actor, "institution.suspended", institution.ref)


def reinstate_institution(actor: Actor, ref: UUID) -> None:
    """Let a suspended institution in again. Raises Forbidden without ONBOARD, NotFound, Conflict for an active one."""
    actor.require(Capability.ONBOARD)
    with transaction.atomic():
        institution = institution_for(actor, ref)
        _switch(institution, Institution.Status.SUSPENDED, Institution.Status.ACTIVE)
        record(actor, "institution.reinstated", institution.ref)


def set_four_eyes(actor: Actor, *, four_eyes_from: str) -> None:
    """Set from which grade of proof clues of the actor's institution wait for a second person, from now on.

    Raises Forbidden without SET_FOUR_EYES, Invalid for what is no value of Institution.FourEyes.
    """
    actor.require(Capability.SET_FOUR_EYES)
    if four_eyes_from not in Institution.FourEyes.values:
        raise Invalid(_("Some fields are not valid."), errors={"four_eyes_from": [_("Choose from the list.")]})
    with transaction.atomic():
        own = Institution.objects.filter(pk=actor.own_institution())
        if own.exclude(four_eyes_from=four_eyes_from).update(four_eyes_from=four_eyes_from):
            record(actor, "institution.four_eyes_changed", actor.institution_ref, four_eyes_from=four_eyes_from)


def set_bands(actor: Actor, bands: Mapping[int, str]) -> list[Banded]:
    """Put institutions (by primary key) into these bands; those whose band it changed, with the one before.

    For the nightly quality task: `actor` is the system.
    """
    changed = []
    with transaction.atomic():
        for one in Institution.objects.select_for_update().filter(pk__in=list(bands)).order_by("pk"):
            before, one.band = one.band, bands[one.pk]
            if before != one.band:
                one.banded_at = timezone.now()
                one.save(update_fields=["band", "banded_at"])
                record(actor, "quality.banded", one.ref, band=one.band, before=before)
                changed.append(Banded(one.pk, one.ref, before, one.band))
    return changed


def _draft(kind: str, name_zh: str, name_en: str, owner: str) -> Institution:
    errors = {}
    institution = Institution(kind=kind, name_zh=name_zh, name_en=name_en)
    if kind not in Institution.Kind.values:
        errors["kind"] = [_("Choose a kind of institution from the list.")]
    elif (institution.side == "member") != bool(owner):
        errors["owner"] = [_("A member has an ownership group; police, regulator and operator have none.")]
    for field, value in (("name_zh", name_zh), ("name_en", name_en)):
        if not value:
            errors[field] = [_("Give the institution's name in both languages.")]
    if errors:
        raise Invalid(_("Some fields are not valid."), errors=errors)
    return institution


def _switch(institution: Institution, before: str, after: str) -> None:
    if not Institution.objects.filter(pk=institution.pk, status=before).update(status=after):
        raise Conflict(_("The institution is in that state already."), code="institution_state")

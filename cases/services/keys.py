"""The directory of public keys: publishing, replacing, revoking. Every change stands in the audit log by fingerprint.

A key of the institution is the concern of all its people: all who may publish are told when one enters or ends. What a
revocation does: nothing is sealed to the key again, its grants are gone, and where somebody else may have it, new
evidence of the cases it could read gets a new key. It does not take back what was opened before (docs/keys.md).
"""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit import services as audit
from cases.models import Case, KeyGrant, PublicKey
from cases.queries.keys import LIVE, live_keys, own_key_to_change
from cases.services.grants import next_generation
from cases.services.telling import happened
from intel.reasons import is_reason
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Invalid
from notices.services.events import NewEvent, publish
from privacy import hpke
from privacy.encoding import Malformed

LONGEST_NAME = 60
MOST_OF_INSTITUTION = 20
MOST_OF_PERSON = 5
"""Live keys of one holder: everything is sealed to each of them."""


def publish_key(
    actor: Actor, *, public: bytes, name: str, is_personal: bool = False, replaces: UUID | None = None
) -> PublicKey:
    """Put a public key (32 bytes) into the directory, as the institution's or as the actor's own.

    Raises Forbidden, NotFound for a `replaces` that is no key of theirs, Invalid for a name or key that will not do,
    Conflict "known_key" for one that is or was in the directory, "too_many_keys", "revoked".
    """
    actor.require(Capability.PUBLISH_KEYS)
    institution, user = actor.own_institution(), actor.user if is_personal else None
    if is_personal and user is None:
        raise Forbidden(_("A system publishes keys of its institution only."), code="no_person")
    fields = {"public": _checked_key(public), "name": _checked_name(name), "fingerprint": hpke.fingerprint(public)}
    try:
        with transaction.atomic():
            old = _replaced(actor, replaces, user)
            _leave_room(institution, user)
            key = PublicKey.objects.create(
                institution_id=institution, user_id=user, replaces=old, published_by=actor.ref, **fields
            )
            _tell(actor, "public_key.published", key, replaces=old.fingerprint if old else "")
    except IntegrityError:
        raise Conflict(_("This key is or was in the directory already: make a new one."), code="known_key") from None
    return key


def revoke_key(actor: Actor, *, ref: UUID, end: str) -> None:
    """End a key of the actor's institution, for one of the reasons of `PublicKey.End`; it never comes back.

    A key that was replaced is not ended while some case opens to it alone; a lost one, or one that somebody else may
    have, is. Raises Forbidden, NotFound, Invalid for a reason, Conflict "revoked" or "last_holder".
    """
    actor.require(Capability.PUBLISH_KEYS)
    if end not in PublicKey.End.values:
        message = _("Say why the key ends.")
        raise Invalid(message, errors={"end": [message]})
    with transaction.atomic():
        # The key's row first, then cases: as grants are given, so that none is given after this commits.
        key = own_key_to_change(actor, ref)
        if not key.is_live:
            raise Conflict(_("This key is revoked already."), code="revoked")
        key.revoked_at, key.end = timezone.now(), end
        key.save(update_fields=["revoked_at", "end"])
        grants = KeyGrant.objects.filter(key=key)
        _lock_cases(grants)
        if end == PublicKey.End.ROTATED and _is_last_holder(key):
            message = _("Some case opens to this key alone: take access over to another one first.")
            raise Conflict(message, code="last_holder")
        if end == PublicKey.End.COMPROMISED:
            _renew(actor, grants)
        number, _each = grants.delete()
        _tell(actor, "public_key.revoked", key, end=end, grants=number)


def _lock_cases(grants: QuerySet[KeyGrant]) -> None:
    """Lock the cases' rows: of two keys that end at once, the second sees that it was the last."""
    cases = Case.objects.filter(pk__in=grants.values("case")).select_for_update(no_key=True)
    list(cases.order_by("pk").values_list("pk"))


def _is_last_holder(key: PublicKey) -> bool:
    """Whether a generation of some case's key was given to no other live key: with this one it would be gone."""
    same = KeyGrant.objects.filter(case=OuterRef("case"), generation=OuterRef("generation"))
    others = same.filter(key__in=PublicKey.objects.filter(LIVE)).exclude(key=key)
    return KeyGrant.objects.filter(~Exists(others), key=key).exists()


def _renew(actor: Actor, grants: QuerySet[KeyGrant]) -> None:
    """New evidence of every open case that the key could read gets a new key, and the others are told. Rows locked."""
    for case in Case.objects.filter(pk__in=grants.values("case"), state=Case.State.OPEN).order_by("pk"):
        before = case.key_generation
        next_generation(case)
        if case.key_generation != before:
            happened(actor, case, "case.key_renewed", case.ref, generation=case.key_generation)


def _replaced(actor: Actor, ref: UUID | None, user: int | None) -> PublicKey | None:
    if ref is None:
        return None
    old = own_key_to_change(actor, ref)
    if old.user_id != user:
        message = _("A key is replaced by one of the same holder.")
        raise Invalid(message, errors={"replaces": [message]})
    if not old.is_live:
        raise Conflict(_("This key is revoked already."), code="revoked")
    return old


def _leave_room(institution: int, user: int | None) -> None:
    of_holder = live_keys([institution]).filter(user=user).count()
    if of_holder >= (MOST_OF_INSTITUTION if user is None else MOST_OF_PERSON):
        raise Conflict(_("There are too many keys in use: revoke those that nobody uses."), code="too_many_keys")


def _tell(actor: Actor, kind: str, key: PublicKey, **facts: str | int) -> None:
    holder = "institution" if key.user_id is None else "person"
    audit.record(actor, kind, key.ref, fingerprint=key.fingerprint, holder=holder, **facts)
    publish([NewEvent(key.institution_id, "public_key.changed", key.ref)])


def _checked_key(public: bytes) -> bytes:
    try:
        return hpke.checked_public(public)
    except Malformed:
        message = _("This is no public key.")
        raise Invalid(message, errors={"public": [message]}) from None


def _checked_name(name: str) -> str:
    said = name.strip()
    if len(said) > LONGEST_NAME or not is_reason(said):
        message = _("1 to 60 characters, without a phone, card or ID number.")
        raise Invalid(message, errors={"name": [message]})
    return said

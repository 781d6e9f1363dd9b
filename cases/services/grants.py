"""Grants: a generation of a case's key, sealed to one public key by a participant's browser or client.

The platform never has a case key. It keeps who was given it, and refuses to keep what would put somebody at the wrong
key: every grant of a generation states the same check value, a hash of the key, which whoever opens it compares.
Who may grant takes part and may contribute; who is granted to takes part, with a live key. Locks are taken in one
order: keys, then the case; so no grant slips past a revocation or a removal that commits at the same time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from audit import services as audit
from cases.models import Case, KeyGrant, PublicKey
from cases.queries.cases import case_for, case_to_change, cases_for, participants_of, rights_on
from cases.queries.keys import Recipient, is_own, live_keys, locked_keys, own_keys, recipients_of
from cases.rights import Right
from cases.sealing import bind, check_bound
from cases.services.telling import happened
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from privacy.encoding import b64
from privacy.envelope import SealError
from privacy.hpke import OVERHEAD

PLACE = "case-key"
SEALED_SIZE = OVERHEAD + 32
MOST_GRANTS = 500
"""Of one request."""


@dataclass(frozen=True, slots=True)
class Held:
    """A grant to one of the actor's own keys."""

    generation: int
    fingerprint: str
    sealed: bytes
    check_value: bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """A live key of a participant that has no grant of a generation that others have."""

    generation: int
    key: UUID


@dataclass(frozen=True, slots=True)
class CaseKeys:
    """What a client needs to take, make or give a case's key. `generations` has those that exist, ascending."""

    generation: int
    generations: Sequence[int]
    own: Sequence[Held]
    recipients: Sequence[Recipient]
    waiting: Sequence[Waiting]
    may_grant: bool

    def to_json(self) -> dict[str, Any]:
        """As the JSON doors send it: bytes are base64url."""
        return {
            "generation": self.generation,
            "generations": list(self.generations),
            "own": [
                {
                    "generation": one.generation,
                    "fingerprint": one.fingerprint,
                    "sealed": b64(one.sealed),
                    "check": b64(one.check_value),
                }
                for one in self.own
            ],
            "recipients": [one.to_json() for one in self.recipients],
            "waiting": [{"generation": one.generation, "key": str(one.key)} for one in self.waiting],
            "may_grant": self.may_grant,
        }


def case_keys(actor: Actor, ref: UUID) -> CaseKeys:
    """The case's key as it stands for the actor. Raises Forbidden, NotFound, and Conflict "not_what_was_kept"."""
    case = case_for(actor, ref)
    recipients = recipients_of(actor, case)
    granted = set(KeyGrant.objects.filter(case=case).values_list("generation", "key__ref"))
    generations = sorted({generation for generation, _key in granted})
    waiting = [
        Waiting(generation, one.key)
        for generation in generations
        for one in recipients
        if (generation, one.key) not in granted
    ]
    return CaseKeys(
        generation=case.key_generation,
        generations=generations,
        own=_own(actor, case),
        recipients=recipients,
        waiting=waiting,
        may_grant=Right.CONTRIBUTE in rights_on(actor, case),
    )


def make_case_key(
    actor: Actor, ref: UUID, *, generation: int, check_value: bytes, grants: Mapping[UUID, bytes]
) -> None:
    """Keep the first grants of a generation: a key that the actor's client made, sealed to every live key (reference).

    Raises Forbidden, NotFound, Invalid, and Conflict: "key_exists" where another client was first, "generation" where
    the case is at another one by now, "recipients_changed" where the keys are not exactly those of the participants,
    "no_own_key" where the actor could not open what they made.
    """
    case_for(actor, ref, Right.CONTRIBUTE)
    _check(check_value, grants)
    with transaction.atomic():
        keys = locked_keys(grants)
        case = case_to_change(actor, ref, Right.CONTRIBUTE)
        if KeyGrant.objects.filter(case=case, generation=generation).exists():
            raise Conflict(_("Another client made the key of this case first: take that one."), code="key_exists")
        if generation != case.key_generation:
            raise Conflict(_("The case has another generation of its key by now."), code="generation")
        live = _live(case)
        if set(keys) != set(live) or len(keys) != len(grants):
            raise Conflict(_("The recipients have changed: fetch them again."), code="recipients_changed")
        if not any(is_own(actor, key) for key in keys.values()):
            raise Conflict(_("Publish a key of your own first: nobody here could open this."), code="no_own_key")
        _keep(actor, case, generation, check_value, [(keys[one], sealed) for one, sealed in grants.items()])
        happened(actor, case, "case.key_made", case.ref, event="", generation=generation, keys=len(keys))


def grant_case_key(
    actor: Actor, ref: UUID, *, generation: int, check_value: bytes, grants: Mapping[UUID, bytes]
) -> int:
    """Give a generation that exists to keys that wait for it, and say to how many; a key that has it is passed over.

    In a closed case too: who takes part goes on reading it with a new key. Raises Forbidden, NotFound, Invalid, and
    Conflict: "no_key" where nobody made that generation, "other_key" where the check value is of another key,
    "not_held" where the actor has no grant of it, "not_a_recipient" for a key that is revoked or of nobody in the case.
    """
    case_for(actor, ref, Right.CONTRIBUTE)
    _check(check_value, grants)
    with transaction.atomic():
        keys = locked_keys(grants)
        case = case_to_change(actor, ref, Right.CONTRIBUTE, closed=True)
        held = KeyGrant.objects.filter(case=case, generation=generation)
        first = held.first()
        if first is None:
            raise Conflict(_("There is no such generation of this case's key."), code="no_key")
        if bytes(first.check_value) != check_value:
            raise Conflict(_("This is not the key that the others have."), code="other_key")
        if not held.filter(key__in=own_keys(actor)).exists():
            raise Conflict(_("You were not given this key, so you cannot give it."), code="not_held")
        live = _live(case)
        if len(keys) != len(grants) or not set(keys) <= live:
            raise Conflict(_("This key is revoked, or its holder takes no part."), code="not_a_recipient")
        having = set(held.values_list("key__ref", flat=True))
        new = [(keys[one], sealed) for one, sealed in grants.items() if one not in having]
        if new:
            _keep(actor, case, generation, check_value, new)
            happened(actor, case, "case.key_granted", case.ref, event="", generation=generation, keys=len(new))
        return len(new)


def refuse_grant(actor: Actor, ref: UUID, *, generation: int, fingerprint: str) -> None:
    """Drop a grant to one of the actor's own keys that does not open, or opens to another key: it waits again.

    The last grant of a generation is kept: with it the key would be gone for good. Raises Forbidden, NotFound, and
    Conflict "not_held" or "last_grant".
    """
    case_for(actor, ref)
    with transaction.atomic():
        case = case_to_change(actor, ref, Right.VIEW, closed=True)
        held = KeyGrant.objects.filter(case=case, generation=generation)
        found = held.filter(key__fingerprint=fingerprint, key__in=own_keys(actor)).first()
        if found is None:
            raise Conflict(_("You were not given this key, so you cannot give it."), code="not_held")
        if held.count() == 1:
            raise Conflict(_("It is the only grant of this generation: it is kept."), code="last_grant")
        found.delete()
        happened(actor, case, "case.key_dropped", case.ref, event="", generation=generation)


def end_grants(case: Case, institution: int) -> None:
    """Take the case's key from an institution that leaves or is removed, in the caller's transaction, case row locked.

    Its grants are deleted and new evidence gets a new generation. What it opened before it may have kept: no deletion
    here takes that back (docs/keys.md).
    """
    # First, because it looks for grants: where all were this institution's, it knows the key all the same.
    next_generation(case)
    KeyGrant.objects.filter(case=case, key__institution_id=institution).delete()


def next_generation(case: Case) -> None:
    """Let new evidence be encrypted under a new key, if the present one was ever made. The case's row is locked."""
    if KeyGrant.objects.filter(case=case, generation=case.key_generation).exists():
        case.key_generation += 1
        case.save(update_fields=["key_generation"])


def _own(actor: Actor, case: Case) -> list[Held]:
    found = (
        KeyGrant.objects.filter(case=case, key__in=own_keys(actor), key__revoked_at=None)
        .select_related("key")
        .order_by("generation", "pk")
    )
    return [_checked(actor, case, grant) for grant in found]


def _checked(actor: Actor, case: Case, grant: KeyGrant) -> Held:
    row = f"{case.ref}/{grant.generation}"
    sealed, check_value = bytes(grant.sealed), bytes(grant.check_value)
    try:
        check_bound(grant.mac, PLACE, row, grant.key.fingerprint, sealed, check_value)
    except SealError:
        with transaction.atomic():
            audit.record(actor, "case.key_refused", case.ref, generation=grant.generation)
        message = _("What is stored here is not what was kept. Nothing is shown; the operator can read why.")
        raise Conflict(message, code="not_what_was_kept") from None
    return Held(grant.generation, grant.key.fingerprint, sealed, check_value)


def _keep(
    actor: Actor, case: Case, generation: int, check_value: bytes, given: Sequence[tuple[PublicKey, bytes]]
) -> None:
    row = f"{case.ref}/{generation}"
    KeyGrant.objects.bulk_create(
        KeyGrant(
            case=case,
            generation=generation,
            key=key,
            sealed=sealed,
            check_value=check_value,
            mac=bind(PLACE, row, key.fingerprint, sealed, check_value),
            granted_by=actor.ref,
        )
        for key, sealed in given
    )


def _live(case: Case) -> set[UUID]:
    taking_part = participants_of(case).values_list("institution_id", flat=True)
    return set(live_keys(list(taking_part)).values_list("ref", flat=True))


def _check(check_value: bytes, grants: Mapping[UUID, bytes]) -> None:
    sizes = {len(sealed) for sealed in grants.values()}
    if len(check_value) != 32 or sizes != {SEALED_SIZE} or len(grants) > MOST_GRANTS:
        raise Invalid(_("The request is malformed."), code="malformed")


def cases_waiting(actor: Actor) -> list[UUID]:
    """The cases (references) in which a live key of the actor's lacks a generation that exists. Raises Forbidden."""
    mine = live_keys([actor.own_institution()]).filter(pk__in=own_keys(actor))
    keys = set(mine.values_list("pk", flat=True))
    grants = KeyGrant.objects.filter(case__in=cases_for(actor))
    made = set(grants.values_list("case__ref", "generation"))
    given = set(grants.filter(key__in=keys).values_list("case__ref", "generation", "key"))
    return sorted({ref for ref, generation in made for key in keys if (ref, generation, key) not in given})

"""The hands of those who hold keys, for tests: publishing one, making a case's key, giving and opening it."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from cases.models import Case, PublicKey
from cases.services.grants import case_keys, grant_case_key, make_case_key
from cases.services.keys import publish_key
from kit.actor import Actor
from privacy import hpke
from privacy.commitments import key_check

PLACE = "case-key"


@dataclass(frozen=True)
class Pair:
    """A key of the directory with the private half that its holder keeps."""

    key: PublicKey
    private: bytes


def new_pair(actor: Actor, *, name: str = "Office", is_personal: bool = False, replaces: UUID | None = None) -> Pair:
    """A key made and published by the actor."""
    private, public = hpke.generate()
    return Pair(publish_key(actor, public=public, name=name, is_personal=is_personal, replaces=replaces), private)


def sealed(case: Case, keys: list[PublicKey], case_key: bytes, generation: int = 1) -> dict[UUID, bytes]:
    """The case's key for each of the keys, as a client posts it."""
    row = f"{case.ref}/{generation}"
    return {key.ref: hpke.seal_to(bytes(key.public), case_key, place=PLACE, ref=row) for key in keys}


def make(actor: Actor, case: Case, keys: list[PublicKey], generation: int = 1) -> bytes:
    """Make a generation of the case's key for these keys; returns it."""
    case_key = secrets.token_bytes(32)
    check = key_check(str(case.ref), generation, case_key)
    grants = sealed(case, keys, case_key, generation)
    make_case_key(actor, case.ref, generation=generation, check_value=check, grants=grants)
    return case_key


def give(actor: Actor, case: Case, keys: list[PublicKey], case_key: bytes, generation: int = 1) -> int:
    """Give a generation to keys that wait; says to how many."""
    check = key_check(str(case.ref), generation, case_key)
    grants = sealed(case, keys, case_key, generation)
    return grant_case_key(actor, case.ref, generation=generation, check_value=check, grants=grants)


def opened(actor: Actor, case: Case, pair: Pair, generation: int = 1) -> bytes | None:
    """The case's key as the holder of the pair opens it; None without a grant."""
    for held in case_keys(actor, case.ref).own:
        if (held.generation, held.fingerprint) == (generation, pair.key.fingerprint):
            return hpke.open_sealed(pair.private, held.sealed, place=PLACE, ref=f"{case.ref}/{generation}")
    return None

"""The key of a case: who makes it, who is given it, and what is refused."""

import secrets
from hashlib import sha256
from uuid import UUID

import pytest
from django.utils import timezone

from cases.models import KeyGrant, PublicKey
from cases.services.grants import case_keys, grant_case_key, make_case_key
from kit.errors import Conflict, Forbidden, NotFound
from members.models import Institution, User
from privacy import hpke
from privacy.commitments import key_check
from tests.cases import Story, joint_case, remove
from tests.cast import Cast, actor

pytestmark = pytest.mark.django_db


def publish(institution: Institution, user: User | None = None) -> tuple[PublicKey, bytes]:
    private, public = hpke.generate()
    key = PublicKey.objects.create(
        institution=institution,
        user=user,
        name="Test",
        public=public,
        fingerprint=hpke.fingerprint(public),
        published_by="user:test",
    )
    return key, private


def sealed(case: UUID, keys: list[PublicKey], case_key: bytes, generation: int = 1) -> dict[UUID, bytes]:
    row = f"{case}/{generation}"
    return {key.ref: hpke.seal_to(bytes(key.public), case_key, place="case-key", ref=row) for key in keys}


def test_the_first_client_makes_it_for_all_and_each_opens_the_same(cast: Cast) -> None:
    story = joint_case(cast)
    ref, case_key = story.case.ref, secrets.token_bytes(32)
    keys = [publish(one) for one in (cast.north, cast.south, cast.police)]
    check = key_check(str(ref), 1, case_key)
    grants = sealed(ref, [key for key, _private in keys], case_key)
    make_case_key(actor(cast.north_analyst), ref, generation=1, check_value=check, grants=grants)
    held = case_keys(actor(cast.south_analyst), ref).own
    assert [one.fingerprint for one in held] == [keys[1][0].fingerprint]
    opened = hpke.open_sealed(keys[1][1], held[0].sealed, place="case-key", ref=f"{ref}/1")
    assert opened == case_key
    assert not case_keys(actor(cast.south_analyst), ref).waiting

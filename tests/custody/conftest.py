"""One ceremony and three running custodians for all tests of custody; each test enrols members of its own."""

from collections.abc import Iterator
from typing import Any

import pytest

from custody.services.signing_keys import register_key
from privacy import signing
from tests import cast
from tests.custody.world import Member, World


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    built = World(tmp_path_factory.mktemp("custodians"))
    built.start(1, 2, 3)
    yield built
    built.close()


@pytest.fixture
def custodians(world: World, settings: Any) -> World:
    """The platform set up with the running custodians, its portal identity enrolled."""
    settings.CUSTODIAN_URLS = world.urls
    settings.TRANSCRIPT_FILE = str(world.transcript_file)
    world.enrol("portal", settings.KEYRING.current("portal")[1])
    return world


@pytest.fixture
def people(db: None) -> cast.Cast:
    return cast.build()


@pytest.fixture
def north(people: cast.Cast, custodians: World) -> Member:
    """The bank's keys, registered at the platform by its admin and enrolled at every custodian."""
    member = Member(ref=people.north.ref)
    admin = cast.actor(people.north_admin)
    register_key(admin, purpose="signing", public_key=signing.public_key(member.seed))
    register_key(admin, purpose="approval", public_key=signing.public_key(member.approval_seed))
    custodians.enrol(str(member.ref), member.seed, member.approval_seed)
    return member

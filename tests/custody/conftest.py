"""One ceremony and three running custodians for all tests of custody; each test enrols members of its own."""

from collections.abc import Iterator

import pytest

from tests.custody.world import World


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    built = World(tmp_path_factory.mktemp("custodians"))
    built.start(1, 2, 3)
    yield built
    built.close()

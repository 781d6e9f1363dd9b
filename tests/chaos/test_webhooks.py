"""A receiver that fails half the time and is gone for a while gets every event all the same, signed and in order.

The small size; `scripts/bench webhooks` runs a thousand with two minutes' absence.
"""

from collections.abc import Iterator

import pytest

from alliance.embedded.live import Live, alliance
from alliance.embedded.testing import run_directory
from tests.chaos.webhook_storm import scaled, storm

pytestmark = [pytest.mark.live, pytest.mark.slow]


@pytest.fixture(scope="module")
def reaching_loopback() -> Iterator[Live]:
    with scaled(), alliance(run_directory("webhooks")) as live:
        yield live


def test_none_is_lost_and_each_is_signed_and_its_place_known(reaching_loopback: Live) -> None:
    outcome = storm(reaching_loopback, events=100, down=8, patience=90)
    assert outcome.received == outcome.published
    assert outcome.numbers == tuple(range(1, 101))
    assert (outcome.forged, outcome.undelivered) == (0, 0)
    assert outcome.refused > 20

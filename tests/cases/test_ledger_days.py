"""The ledger answers for any days that a reader may ask for."""

import pytest

from tests.cast import Cast, api_client, client_of, token_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("days", ["since=0001-01-01&until=9999-12-31", "since=9999-12-31", "until=0001-01-01"])
def test_days_at_the_ends_of_the_calendar_are_no_failure(cast: Cast, days: str) -> None:
    assert api_client(token_of(cast.north)).get(f"/api/v1/disclosures?{days}").status_code == 200
    assert client_of(cast.north_lead).get(f"/disclosures?{days}").status_code == 200

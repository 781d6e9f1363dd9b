"""The daily quota follows the band of an institution's quality."""

from uuid import uuid4

import pytest
from django.utils import timezone

from custody import quotas
from custody.services.charging import Claim, charge_analyst, charge_institution
from kit.errors import TooMany
from tests.cast import Cast


def claim(count: int) -> Claim:
    return Claim("signer", uuid4(), bytes(32), count, "id", timezone.now())


@pytest.mark.parametrize(("band", "daily"), [("A", 2000), ("B", 2000), ("C", 1000), ("D", 500)])
def test_the_standing_budget_follows_the_band(cast: Cast, band: str, daily: int) -> None:
    cast.north.band = band
    cast.north.save()
    assert charge_institution(claim(daily - 1), cast.north.pk, None).remaining == 1
    with pytest.raises(TooMany) as refused:
        charge_institution(claim(2), cast.north.pk, None)
    assert refused.value.extras == {"limit": daily, "remaining": 1}


def test_the_portal_follows_it_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "ANALYST_MINUTE", 10_000)
    monkeypatch.setattr(quotas, "ANALYST_DAY", 10_000)
    cast.north.band = "D"
    cast.north.save()
    charge_analyst(claim(250), cast.north_analyst.pk, cast.north.pk)
    with pytest.raises(TooMany):
        charge_analyst(claim(1), cast.north_analyst.pk, cast.north.pk)

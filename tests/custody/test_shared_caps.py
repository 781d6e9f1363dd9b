"""What one institution can take from all: the portal's cap, and the attention of whoever grants budgets."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from custody import quotas
from custody.services import budgets
from custody.services.charging import Charged, Claim, charge_analyst
from kit.errors import Conflict, TooMany
from members.models import User
from tests import cast

pytestmark = pytest.mark.django_db


def charge(user: User, count: int) -> Charged:
    request = uuid.uuid4()
    body = hashlib.sha256(request.bytes).digest()
    claim = Claim(signer="portal", request=request, body=body, count=count, key="id", at=timezone.now())
    with transaction.atomic():
        return charge_analyst(claim, user.pk, user.institution_id)


def test_analysts_by_the_dozen_share_their_institutions_part_of_the_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "INSTITUTION_PORTAL_DAY", 50)
    people = cast.build()
    charge(people.north_analyst, 20)
    charge(people.north_lead, 20)
    third = cast.person(people.north, "analyst", "Third Analyst")
    with pytest.raises(TooMany) as refused:
        charge(third, 11)
    assert (refused.value.code, refused.value.extras["remaining"]) == ("quota", 10)
    assert charge(third, 10).remaining == quotas.ANALYST_DAY - 10
    assert charge(people.south_analyst, 20).remaining == quotas.ANALYST_DAY - 20


def test_nobody_buries_the_requests_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "BUDGETS_OPEN", 2)
    people = cast.build()
    until = datetime.now(UTC).date() + timedelta(days=7)

    def ask(user: User) -> uuid.UUID:
        asked = budgets.request_budget(cast.actor(user), key="id", values=10, until=until, reason="Clues of the year")
        return asked.ref

    first = ask(people.north_lead)
    ask(people.north_lead)
    with pytest.raises(Conflict) as refused:
        ask(people.north_lead)
    assert refused.value.code == "many_open"
    ask(people.south_lead)
    budgets.refuse_budget(cast.actor(people.north_admin), ref=first)
    ask(people.north_lead)

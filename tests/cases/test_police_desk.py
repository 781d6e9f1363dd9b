"""What an officer finds on signing in: their unit's cases, by clock, and nobody else's."""

import pytest
from django.urls import reverse

from alliance.navigation import first_view
from tests.cases import joint_case
from tests.cast import Cast, actor, client_of

pytestmark = pytest.mark.django_db


def test_an_officer_who_signs_in_lands_there(cast: Cast) -> None:
    case = joint_case(cast).case
    assert first_view(actor(cast.police_officer)) == "cases:police-home"
    page = client_of(cast.police_officer).get(reverse("cases:police-home"))
    assert str(case.ref) in page.content.decode()


def test_a_member_has_no_desk(cast: Cast) -> None:
    assert first_view(actor(cast.north_analyst)) == "intel:home"
    assert client_of(cast.north_analyst).get(reverse("cases:police-home")).status_code == 403

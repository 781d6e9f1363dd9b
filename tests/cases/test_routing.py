"""Which police unit a case is routed to, and the directory it rests on."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Entry
from cases.models import Invitation, Place, PoliceUnit
from cases.queries.routing import suggestions
from cases.regions import PROVINCES, is_region, lies_in, stem
from cases.routing import Office, level_for, ranked
from cases.services.units import enter_unit
from kit.errors import Forbidden, Invalid, NotFound
from tests.cases import joint_case
from tests.cast import Cast, actor, client_of

pytestmark = pytest.mark.django_db
CITY = Office(1, "city", [("3301", ())])
COUNTY = Office(2, "county", [("330106", ())])
PROVINCE = Office(3, "province", [("33", ())])
ELSEWHERE = Office(4, "city", [("4401", ())])
FORGERS = Office(5, "city", [("3301", ("forged_material",))])
ALL = (CITY, COUNTY, PROVINCE, ELSEWHERE)


def order(
    places: list[tuple[str, str]], offices: tuple[Office, ...] = ALL, typology: str = "impersonation"
) -> list[int]:
    return [match.key for match in ranked(places, typology, offices)]


def test_one_county_goes_to_the_county_one_city_to_the_city_several_cities_to_the_province() -> None:
    assert order([("act", "330106")])[0] == 2
    assert order([("act", "330106"), ("result", "330102")])[0] == 1
    assert order([("act", "330106"), ("result", "330201")])[0] == 3
    assert level_for([("act", "330106"), ("result", "440106")]) == ""
    assert level_for([]) == ""


def test_the_place_of_the_act_outweighs_the_residence_of_a_suspect() -> None:
    found = order([("suspect", "440106"), ("act", "330100")])
    assert found.index(1) < found.index(4)


def test_a_unit_elsewhere_has_no_jurisdiction() -> None:
    assert order([("act", "330106")], (ELSEWHERE,)) == []
    assert order([("act", "330000")], (CITY,)) == []


def test_a_unit_that_takes_certain_typologies_takes_no_others_and_is_preferred_for_its_own() -> None:
    assert order([("act", "330100")], (FORGERS,)) == []
    assert order([("act", "330100")], (CITY, FORGERS), "forged_material") == [5, 1]


_regions = st.sampled_from(["330106", "330102", "330100", "330000", "440106", "440100", "110101"])
_places = st.lists(st.tuples(st.sampled_from(["act", "result", "suspect"]), _regions), max_size=5, unique=True)


@given(_places, st.permutations(ALL))
def test_the_suggestion_depends_on_places_and_offices_alone(
    places: list[tuple[str, str]], offices: list[Office]
) -> None:
    found = ranked(places, "impersonation", offices)
    assert {match.key for match in found} == {match.key for match in ranked(places[::-1], "impersonation", ALL)}
    assert [match.order for match in found] == sorted((match.order for match in found), reverse=True)
    for match in found:
        assert match.ties
        assert all(lies_in(place, region) for _tie, place, region in match.ties)


def test_a_region_is_a_code_of_a_province_there_is() -> None:
    assert is_region("33")
    assert is_region("330106")
    assert not any(map(is_region, ["", "3", "331", "99", "３３", "33010a", "3301061"]))
    assert stem("330000") == "33"
    assert len(PROVINCES) == 34


def enter(cast: Cast, **more: object) -> PoliceUnit:
    given: dict[str, object] = {
        "level": "city",
        "region": "330100",
        "region_name": "杭州",
        "jurisdictions": [("3301", ())],
    }
    return enter_unit(actor(cast.operator_system), unit=cast.police.ref, **(given | more))  # type: ignore[arg-type]


def test_the_system_operator_keeps_the_directory_and_nobody_else(cast: Cast) -> None:
    enter(cast, phone="0571-8888")
    enter(cast, jurisdictions=[("3301", ["impersonation"]), ("3302", [])])
    unit = PoliceUnit.objects.get()
    assert {one.region: one.typologies for one in unit.jurisdictions.all()} == {"3301": ["impersonation"], "3302": []}
    assert Entry.objects.filter(kind="police_unit.changed").count() == 2
    for user in (cast.north_lead, cast.police_officer, cast.operator_security):
        with pytest.raises(Forbidden):
            enter_unit(
                actor(user), unit=cast.police.ref, level="city", region="33", region_name="", jurisdictions=[("33", ())]
            )


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"region": "990000"}, "region"),
        ({"level": "town"}, "level"),
        ({"jurisdictions": []}, "jurisdictions"),
        ({"jurisdictions": [("33", ()), ("330000", ())]}, "jurisdictions"),
        ({"jurisdictions": [("33", ("nothing",))]}, "jurisdictions"),
        ({"jurisdictions": [("3", ())]}, "jurisdictions"),
    ],
)
def test_what_is_wrong_with_an_entry_is_named(cast: Cast, more: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        enter(cast, **more)
    assert list(refused.value.extras["errors"]) == [field]


def test_a_bank_is_no_unit(cast: Cast) -> None:
    given = {"level": "city", "region": "330100", "region_name": "杭州", "jurisdictions": [("3301", ())]}
    with pytest.raises(Invalid):
        enter_unit(actor(cast.operator_system), unit=cast.north.ref, **given)
    with pytest.raises(NotFound):
        enter_unit(actor(cast.operator_system), unit=cast.cards.ref, **given)


def test_the_form_of_a_unit_is_read_as_it_is_shown(cast: Cast) -> None:
    client = client_of(cast.operator_system)
    address = reverse("cases:unit-change", args=[cast.police.ref])
    given = {
        "level": "city",
        "region": "330100",
        "region_name": "杭州",
        "jurisdictions": "3301：impersonation，other\n33",
    }
    assert client.post(address, given).status_code == 302
    page = client.get(address).content.decode()
    assert "3301: impersonation, other" in page
    listed = client_of(cast.north_analyst).get(reverse("cases:units")).content.decode()
    assert "市公安局经侦支队" in listed or "City Police" in listed
    assert reverse("cases:unit-change", args=[cast.police.ref]) not in listed


def test_the_page_says_which_unit_and_why(cast: Cast) -> None:
    case = joint_case(cast, police=False).case
    enter(cast)
    page = client_of(cast.north_lead).get(reverse("cases:police", args=[case.ref])).content.decode()
    assert "330100" not in page
    Place.objects.create(case=case, tie="act", region="330106", added_by=cast.north)
    page = client_of(cast.north_lead).get(reverse("cases:police", args=[case.ref])).content.decode()
    assert "330106" in page


def test_that_a_unit_is_invited_is_told_to_who_may_invite(cast: Cast) -> None:
    case = joint_case(cast, police=False).case
    enter(cast)
    Place.objects.create(case=case, tie="result", region="330106", added_by=cast.north)
    Invitation.objects.create(
        case=case,
        institution=cast.police,
        is_police=True,
        instrument="1",
        invited_by=cast.north,
        expires_at=case.opened_at,
    )
    assert [one.state for one in suggestions(actor(cast.north_lead), case)] == ["invited"]
    assert [one.state for one in suggestions(actor(cast.south_lead), case)] == [""]


def test_a_unit_is_invited_from_its_suggestion_and_accepts_at_its_desk(cast: Cast) -> None:
    case = joint_case(cast, police=False).case
    enter(cast)
    Place.objects.create(case=case, tie="act", region="330106", added_by=cast.north)
    lead, officer = client_of(cast.north_lead), client_of(cast.police_officer)
    address = reverse("cases:invite-police", args=[case.ref])
    page = lead.get(f"{address}?unit={cast.police.ref}").content.decode()
    assert f'value="{cast.police.ref}" selected' in page
    assert f"?unit={cast.police.ref}" in page
    assert str(case.ref) not in officer.get(reverse("cases:police-home")).content.decode()
    given = {"unit": cast.police.ref, "instrument": "澜公（经）调证字〔2026〕0042号", "instrument_on": "2026-01-05"}
    assert lead.post(address, given).status_code == 302
    found = Invitation.objects.get()
    assert reverse("cases:invitation-detail", args=[found.ref]) in officer.get("/police").content.decode()
    assert officer.post(reverse("cases:invitation-accept", args=[found.ref])).status_code == 302
    assert reverse("cases:police", args=[case.ref]) in officer.get("/police").content.decode()

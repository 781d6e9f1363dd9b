"""Represented customers: victims by number to the others, by their own reference to their institution alone."""

from decimal import Decimal
from typing import Any

import pytest

from audit.models import Entry
from cases.models import Case, RepresentedCustomer, TimelineEntry
from cases.queries.cases import case_for
from cases.queries.customers import own_customers, shielded_customers, sums_of
from cases.services.customers import NewCustomer, mark_customers, open_complaint, track_redress
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cases import joint_case, remove
from tests.cast import Cast, actor, client_of

pytestmark = pytest.mark.django_db
MINE = "CRM-2026-000017"


def mark(cast: Cast, case: Case, *references: str, who: Any = None) -> list[RepresentedCustomer]:
    customers = [NewCustomer(one, Decimal("1280.50")) for one in references]
    return mark_customers(actor(who or cast.north_analyst), case=case.ref, customers=customers)


def redress(cast: Cast, customer: RepresentedCustomer, **changed: Any) -> RepresentedCustomer:
    said = {
        "redress": "offered",
        "fee_lost": Decimal("1280.50"),
        "fee_refunded": Decimal(0),
        "interest_relief": Decimal(0),
        "contacted_on": None,
    }
    return track_redress(actor(cast.north_analyst), ref=customer.ref, **said | changed)


def test_the_others_see_a_number_and_never_whose(cast: Cast) -> None:
    case = joint_case(cast).case
    mark(cast, case, MINE, "CRM-2026-000018")
    mark(cast, case, "S-1", who=cast.south_analyst)
    assert [(one.number, one.fee_lost) for one in shielded_customers(case)] == [
        (1, Decimal("1280.50")),
        (2, Decimal("1280.50")),
        (3, Decimal("1280.50")),
    ]
    for user in (cast.south_analyst, cast.south_lead, cast.police_officer):
        shown = client_of(user).get(f"/cases/{case.ref}/victims").content.decode()
        assert MINE not in shown
        assert "CRM-2026" not in shown
        with pytest.raises(NotFound):
            open_complaint(actor(user), ref=RepresentedCustomer.objects.get(number=1).ref, on=case.opened_at.date())
    assert MINE in client_of(cast.north_lead).get(f"/cases/{case.ref}/victims").content.decode()
    assert client_of(cast.outsider_analyst).get(f"/cases/{case.ref}/victims").status_code == 404


def test_the_reference_is_sealed_and_stands_in_no_log(cast: Cast) -> None:
    case = joint_case(cast).case
    mark(cast, case, MINE)
    assert MINE.encode() not in bytes(RepresentedCustomer.objects.get().own_reference)
    assert MINE not in repr(list(TimelineEntry.objects.values())) + repr(list(Entry.objects.values()))


def test_nobody_is_marked_twice_and_all_or_none_are_marked(cast: Cast) -> None:
    case = joint_case(cast).case
    mark(cast, case, MINE)
    with pytest.raises(Conflict):
        mark(cast, case, "CRM-2026-000018", MINE)
    with pytest.raises(Conflict):
        mark(cast, case, "CRM-2026-000019", "CRM-2026-000019")
    assert RepresentedCustomer.objects.count() == 1
    mark(cast, case, MINE, who=cast.south_analyst)  # another institution's reference is another customer
    assert RepresentedCustomer.objects.count() == 2


@pytest.mark.parametrize("reference", ["", "x" * 65, "13812345678", "11010519491231002X", "a\nb"])
def test_a_reference_that_names_somebody_is_refused(cast: Cast, reference: str) -> None:
    case = joint_case(cast).case
    with pytest.raises(Invalid):
        mark(cast, case, reference)


@pytest.mark.parametrize("fee", ["-1", "1.005", "NaN", "Infinity", "1000000000000"])
def test_an_amount_that_is_none_is_refused(cast: Cast, fee: str) -> None:
    case = joint_case(cast).case
    with pytest.raises(Invalid):
        mark_customers(actor(cast.north_analyst), case=case.ref, customers=[NewCustomer(MINE, Decimal(fee))])


def test_the_police_and_outsiders_mark_nobody(cast: Cast) -> None:
    case = joint_case(cast).case
    with pytest.raises(Forbidden):
        mark(cast, case, "P-1", who=cast.police_officer)
    with pytest.raises(NotFound):
        mark(cast, case, "O-1", who=cast.outsider_analyst)
    remove(case, cast.south)
    with pytest.raises(NotFound):
        mark(cast, case, "S-1", who=cast.south_analyst)


def test_redress_is_tracked_and_added_up(cast: Cast) -> None:
    case = joint_case(cast).case
    one, two = mark(cast, case, MINE, "CRM-2026-000018")
    redress(cast, one, redress="done", fee_refunded=Decimal("1280.50"), interest_relief=Decimal("300"))
    redress(cast, two)
    sums = sums_of(case)
    assert (sums.customers, sums.redressed) == (2, 1)
    assert (sums.fee_lost, sums.fee_refunded, sums.interest_relief) == (
        Decimal("2561.00"),
        Decimal("1280.50"),
        Decimal("300.00"),
    )
    for wrong in ({"redress": "gilded"}, {"fee_refunded": Decimal(-1)}):
        with pytest.raises(Invalid):
            redress(cast, one, **wrong)


def test_redress_goes_on_after_the_case_was_closed_or_left(cast: Cast) -> None:
    case = joint_case(cast).case
    (one,) = mark(cast, case, "S-1", who=cast.south_analyst)
    Case.objects.update(state="closed", closed_at=case.opened_at)
    remove(case, cast.south)
    before = TimelineEntry.objects.count()
    track_redress(
        actor(cast.south_analyst),
        ref=one.ref,
        redress="done",
        fee_lost=Decimal(10),
        fee_refunded=Decimal(10),
        interest_relief=Decimal(0),
        contacted_on=None,
    )
    assert [row.redress for row in own_customers(actor(cast.south_analyst))] == ["done"]
    assert TimelineEntry.objects.count() == before  # whoever left writes nothing into the case


def test_the_pages_mark_and_track(cast: Cast) -> None:
    case = joint_case(cast).case
    client = client_of(cast.north_analyst)
    address = f"/cases/{case.ref}/victims/mark"
    assert client.get(address).status_code == 200
    assert "12x" in client.post(address, {"customers": f"{MINE},12x"}).content.decode()
    assert client.post(address, {"customers": f"{MINE}，1280.50\n\nCRM-2\n"}).status_code == 302
    assert [one.fee_lost for one in own_customers(actor(cast.north_lead))] == [Decimal(0), Decimal("1280.50")]
    one = RepresentedCustomer.objects.get(number=1)
    page = f"/customers/{one.ref}"
    assert MINE in client.get(page).content.decode()
    assert MINE in client.get("/customers").content.decode()
    sent = {"redress": "done", "fee_lost": "1280.5", "fee_refunded": "1280.5", "interest_relief": "0"}
    assert client.post(page, sent | {"contacted_on": "2026-01-02"}).status_code == 302
    assert client.post(page, sent | {"fee_refunded": "-1"}).status_code == 200
    assert client.get(f"/cases/{case.ref}/victims").status_code == 200
    assert case_for(actor(cast.police_officer), case.ref)

"""Represented customers: victims by number to the others, by their own reference to their institution alone."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from cases.models import Case, RepresentedCustomer, TimelineEntry
from cases.queries.cases import case_for
from cases.queries.customers import own_customers, shielded_customers, sums_of
from cases.services.customers import (
    NewCustomer,
    answer_complaint,
    mark_customers,
    open_complaint,
    take_back_mark,
    track_redress,
)
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


def test_the_list_of_all_customers_says_of_which_case_each_is(cast: Cast) -> None:
    case = joint_case(cast).case
    (one,) = mark(cast, case, "S-1", who=cast.south_analyst)
    client, link = client_of(cast.south_analyst), reverse("cases:victims", kwargs={"ref": case.ref})
    pages = (reverse("cases:customers"), reverse("cases:customer-detail", kwargs={"ref": one.ref}))
    assert all(link in client.get(page).content.decode() for page in pages)
    remove(case, cast.south)
    for page in pages:
        after = client.get(page).content.decode()
        assert link not in after, "what is closed to it is no link"
        assert str(case.ref)[:8] in after


def test_a_mark_made_by_mistake_is_taken_back_and_stays_as_history(cast: Cast) -> None:
    case = joint_case(cast).case
    one, two = mark(cast, case, MINE, "CRM-2026-000018")
    redress(cast, one, redress="done", fee_refunded=Decimal(10))
    open_complaint(actor(cast.north_analyst), ref=one.ref, on=case.opened_at.date())
    take_back_mark(actor(cast.north_lead), ref=one.ref, reason="同名客户，登记有误")
    one.refresh_from_db()
    assert "同名" not in repr(bytes(one.taken_back_reason or b"").decode("utf-8", "replace"))
    assert [row.number for row in shielded_customers(case)] == [two.number]
    sums = sums_of(case)
    assert (sums.customers, sums.redressed, sums.fee_refunded) == (1, 0, Decimal(0))
    told = TimelineEntry.objects.order_by("-pk").values_list("kind", "facts")[0]
    assert told == ("customer.mark_taken_back", {"number": one.number})
    assert TimelineEntry.objects.filter(kind="case.customers_marked").exists()
    assert Entry.objects.filter(kind="customer.mark_taken_back", facts={"number": one.number}).exists()
    with pytest.raises(Conflict):
        redress(cast, one)
    with pytest.raises(Conflict):
        take_back_mark(actor(cast.north_lead), ref=one.ref, reason="再次")
    # What the customer complained of is not lost, and is answered as before; the same customer can be marked anew.
    answer_complaint(actor(cast.north_analyst), ref=one.ref, on=timezone.localdate())
    (again,) = mark(cast, case, MINE)
    assert again.number == 3
    own = {row.number: row for row in own_customers(actor(cast.north_analyst))}
    assert (own[1].complaint, own[1].taken_back_reason, own[3].complaint) == ("answered", "同名客户，登记有误", "none")


def test_only_the_own_institution_takes_a_mark_back_with_a_reason(cast: Cast) -> None:
    case = joint_case(cast).case
    (one,) = mark(cast, case, MINE)
    for user in (cast.south_lead, cast.police_officer, cast.outsider_analyst):
        with pytest.raises(NotFound):
            take_back_mark(actor(user), ref=one.ref, reason="登记有误")
    for reason in ("", "联系13812345678", "长" * 501):
        with pytest.raises(Invalid):
            take_back_mark(actor(cast.north_analyst), ref=one.ref, reason=reason)
    assert sums_of(case).customers == 1


def test_a_mark_is_taken_back_after_the_case_was_closed_and_left(cast: Cast) -> None:
    case = joint_case(cast).case
    (one,) = mark(cast, case, "S-1", who=cast.south_analyst)
    Case.objects.update(state="closed", closed_at=case.opened_at)
    remove(case, cast.south)
    take_back_mark(actor(cast.south_analyst), ref=one.ref, reason="登记有误")
    assert sums_of(case).customers == 0
    assert TimelineEntry.objects.filter(case=case, kind="customer.mark_taken_back").count() == 1


def test_the_page_takes_a_mark_back(cast: Cast) -> None:
    case = joint_case(cast).case
    (one,) = mark(cast, case, MINE)
    client = client_of(cast.north_analyst)
    address = f"/customers/{one.ref}/take-back"
    assert address in client.get(f"/customers/{one.ref}").content.decode()
    assert client.post(address, {"reason": ""}).status_code == 200
    assert client.post(address, {"reason": "登记有误"}).status_code == 302
    shown = client.get(f"/customers/{one.ref}").content.decode()
    assert "登记有误" in shown
    assert address not in shown
    assert MINE in client.get("/customers").content.decode()
    for user in (cast.south_analyst, cast.police_officer):
        page = client_of(user).get(f"/cases/{case.ref}/victims").content.decode()
        assert "登记有误" not in page
        assert client_of(user).get(address).status_code == 404


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

"""The pages of the queue: what they show and keep, what their forms do without a script, and what they cost."""

import csv
import io
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from audit.models import Entry
from intel.models import Party, SavedView
from intel.services import exports, saved_views
from kit.capabilities import Capability
from members import roles
from tests.cast import Cast, actor, client_of
from tests.intel.clues import file, row

QUEUE = reverse("intel:collisions")
HOSTILE = "\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def north(cast: Cast):
    return client_of(cast.north_analyst)


@pytest.fixture
def refs(cast: Cast):
    """References of six collisions of north and south."""
    for who in (cast.north_analyst, cast.south_analyst):
        file(actor(who), *[row(f"v{n}") for n in range(6)], match=True)
    return [str(ref) for ref in Party.objects.filter(institution=cast.north).values_list("collision__ref", flat=True)]


def statuses(cast: Cast) -> list[str]:
    return sorted(Party.objects.filter(institution=cast.north).values_list("status", flat=True))


def test_the_page_shows_what_is_to_do_with_its_score(north, refs):
    page = north.get(QUEUE)
    assert len(page.context["page"].rows) == page.context["page"].count == 6
    assert page.content.decode().count('class="score"') == 6
    Party.objects.update(status="accepted")
    assert north.get(QUEUE).context["page"].rows == []
    assert len(north.get(QUEUE, {"status": "all"}).context["page"].rows) == 6


def test_an_act_goes_back_to_the_same_filters_and_says_what_it_did(cast, north, refs):
    filters = {"order": "newest", "kind": "phone/1"}
    data = {"act": "accept", "ref": refs[:2], "list": urlencode(filters)}
    answer = north.post(reverse("intel:triage"), data, follow=True)
    assert answer.redirect_chain[0][0] == f"{QUEUE}?{urlencode(filters)}"
    assert "2" in str(next(iter(answer.context["messages"])))
    assert statuses(cast) == ["accepted"] * 2 + ["new"] * 4
    again = north.post(reverse("intel:triage"), {**data, "ref": [*refs[:3], str(uuid4())]}, follow=True)
    (message,) = [str(one) for one in again.context["messages"]]
    assert [sign for sign in message if sign.isdigit()] == ["1", "2", "1"]


def test_fifty_at_a_time_are_one_request(cast, north):
    for who in (cast.north_analyst, cast.south_analyst):
        file(actor(who), *[row(f"m{n}") for n in range(50)], match=True)
    page = north.get(QUEUE, {"rows": "100"})
    refs = [str(one.ref) for one in page.context["page"].rows]
    assert len(refs) == 50
    tomorrow = timezone.localdate() + timedelta(days=1)
    north.post(reverse("intel:triage"), {"act": "snooze", "until": tomorrow.isoformat(), "ref": refs})
    assert statuses(cast) == ["snoozed"] * 50
    north.post(reverse("intel:triage"), {"act": "reopen", "ref": refs})
    north.post(reverse("intel:triage"), {"act": "reject", "reason": "recycled", "note": "", "ref": refs})
    assert statuses(cast) == ["rejected"] * 50


@pytest.mark.parametrize(
    "data",
    [
        {"act": "accept"},
        {"act": "accept", "ref": ["x"]},
        {"act": "nothing"},
        {"act": "reject", "reason": ""},
        {"act": "snooze", "until": "soon"},
        {"act": "snooze", "until": "2020-01-01"},
        {"act": "assign", "assignee": "somebody"},
        {"act": "reject", "reason": "other", "note": "13812345678"},
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(cast, north, refs, data):
    if data != {"act": "accept"}:
        data = {"ref": refs, **data}
    answer = north.post(reverse("intel:triage"), data, follow=True)
    (message,) = answer.context["messages"]
    assert message.level_tag == "error"
    assert statuses(cast) == ["new"] * 6


def test_assigning_to_oneself_needs_no_name(cast, north, refs):
    north.post(reverse("intel:triage"), {"act": "assign", "assignee": "me", "ref": refs[:1]})
    assert len(north.get(QUEUE, {"assigned": "me"}).context["page"].rows) == 1
    assert "Nora Analyst" in north.get(QUEUE).content.decode()


def test_the_page_of_a_collision_triages_it_and_goes_back_to_the_list(cast, north, refs):
    address = reverse("intel:collision-detail", args=[refs[0]])
    data = {"act": "reject", "reason": "other", "note": HOSTILE, "list": "kind=phone%2F1&bad=1"}
    answer = north.post(reverse("intel:collision-triage", args=[refs[0]]), data, follow=True)
    assert answer.redirect_chain[0][0] == f"{address}?kind=phone%2F1"
    page = answer.content.decode()
    assert f'href="{QUEUE}?kind=phone%2F1"' in page
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    assert statuses(cast).count("rejected") == 1
    other = client_of(cast.outsider_analyst).post(reverse("intel:collision-triage", args=[refs[1]]), {"act": "accept"})
    assert other.status_code == 404


def test_filters_are_kept_under_a_name_by_each_person(cast, north, refs):
    data = {"name": f"  Mine {HOSTILE}  ", "list": "assigned=me&order=due&evil=1"}
    answer = north.post(reverse("intel:view-save"), data, follow=True)
    (view,) = SavedView.objects.all()
    assert (view.query, view.user) == ("order=due&assigned=me", cast.north_analyst)
    assert "<img src=x" not in answer.content.decode()
    north.post(reverse("intel:view-save"), {**data, "list": "status=all"})
    assert SavedView.objects.get().query == "status=all"
    colleague = client_of(cast.north_lead)
    assert colleague.get(QUEUE).context["views"] == []
    assert colleague.post(reverse("intel:view-delete", args=[view.ref])).status_code == 404
    for name in ("", " ", "x" * 61, "13812345678"):
        north.post(reverse("intel:view-save"), {"name": name, "list": ""})
    assert SavedView.objects.count() == 1
    assert north.post(reverse("intel:view-delete", args=[view.ref])).status_code == 302
    assert SavedView.objects.count() == 0
    assert Entry.objects.filter(kind__startswith="saved_view.").count() == 3


def test_views_of_one_person_are_not_endless(north, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 2)
    codes = [north.post(reverse("intel:view-save"), {"name": f"view {n}"}).status_code for n in range(3)]
    assert codes == [302, 302, 409]


def rows_of(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_queue_is_a_file_with_what_the_filters_show(cast, north, refs):
    north.post(reverse("intel:triage"), {"act": "accept", "ref": refs[:2]})
    cast.north_lead.name = "=cmd|' /C calc'!A0"
    cast.north_lead.save()
    Party.objects.filter(institution=cast.north).update(assignee=cast.north_lead)
    response = north.get(reverse("intel:collisions-csv"))
    assert f"{timezone.localdate():%Y-%m-%d}.csv" in response["Content-Disposition"]
    head, *rows = rows_of(response)
    assert (len(head), len(rows)) == (17, 4)
    assert {line[6 + 4] for line in rows} == {"'=cmd|' /C calc'!A0"}
    assert len(rows_of(north.get(reverse("intel:collisions-csv"), {"status": "all"}))) == 7
    book = north.get(reverse("intel:collisions-xlsx"), {"status": "accepted"})
    content = io.BytesIO(b"".join(book.streaming_content))
    sheet = CalamineWorkbook.from_filelike(content).get_sheet_by_name("collisions").to_python()
    assert (len(sheet), sheet[1][10]) == (3, "=cmd|' /C calc'!A0")
    entries = Entry.objects.filter(kind="collision.exported").order_by("pk")
    assert [entry.facts["rows"] for entry in entries] == [4, 6, 2]
    assert entries.last().facts["filters"] == {"status": "accepted"}


def test_a_file_has_an_end(north, refs, monkeypatch):
    monkeypatch.setattr(exports, "MOST", 4)
    monkeypatch.setattr(exports, "MAX_LIMIT", 2)
    assert len(rows_of(north.get(reverse("intel:collisions-csv")))) == 5


def test_the_pages_name_no_other_institution(cast, north, refs):
    addresses = [QUEUE, reverse("intel:collisions-csv"), reverse("intel:collision-detail", args=[refs[0]])]
    for address in addresses:
        response = north.get(address)
        text = (b"".join(response.streaming_content) if response.streaming else response.content).decode()
        for secret in (cast.south.name_zh, cast.south.name_en, cast.south_analyst.name):
            assert secret not in text


def test_the_pages_cost_few_statements_however_long_they_are(cast, north, refs):
    SavedView.objects.create(user=cast.north_analyst, name="all", query="status=all")
    cursor = north.get(QUEUE, {"rows": "20"}).context["page"].next_cursor
    assert cursor == ""
    detail = reverse("intel:collision-detail", args=[refs[0]])
    most = {QUEUE: 15, f"{QUEUE}?kind=phone/1&status=all": 15, reverse("intel:home"): 15, detail: 15}
    for address, bound in most.items():
        with CaptureQueriesContext(connection) as statements:
            north.get(address)
        assert len(statements) <= bound, (address, [one["sql"][:150] for one in statements.captured_queries])


def test_a_page_without_the_right_to_triage_has_no_buttons(cast, refs, monkeypatch):
    without = roles.CAPABILITIES[roles.Role.ANALYST] - {Capability.TRIAGE}
    monkeypatch.setitem(roles.CAPABILITIES, roles.Role.ANALYST, without)
    client = client_of(cast.north_analyst)
    for address in (QUEUE, reverse("intel:collision-detail", args=[refs[0]])):
        assert 'value="accept"' not in client.get(address).content.decode()
    assert client.post(reverse("intel:triage"), {"act": "accept", "ref": refs}).status_code == 403

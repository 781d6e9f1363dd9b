"""Who reads the log, what they find, and that reading is recorded."""

import pytest
from django.urls import reverse

from audit.models import Entry
from audit.queries.entries import Filter, entries_for
from audit.services import record
from audit.services.reading import PAGE, read_log
from kit.actor import Actor
from kit.errors import Forbidden
from tests.cast import Cast, actor, client_of

OTHERS = ["north_analyst", "north_admin", "police_officer", "regulator_reader", "operator_system", "operator_security"]
LOG = reverse("audit:log")


@pytest.mark.parametrize("who", OTHERS)
def test_only_the_audit_operator_reads(cast: Cast, who: str) -> None:
    user = getattr(cast, who)
    with pytest.raises(Forbidden):
        read_log(actor(user), Filter())
    record(Actor(ref="system:test"), "audit.read", "log")
    assert list(entries_for(actor(user), Filter())) == []
    assert client_of(user).get(LOG).status_code == 403


def test_reading_is_an_entry_that_says_what_was_looked_for(cast: Cast) -> None:
    read_log(actor(cast.operator_audit), Filter(kind="user.invited", institution=cast.north.ref))
    entry = Entry.objects.get(kind="audit.read")
    assert entry.actor == f"user:{cast.operator_audit.ref}"
    assert entry.facts == {"by_kind": "user.invited", "by_institution": str(cast.north.ref), "entries": 0}


def test_a_number_that_was_looked_for_is_not_written_down(cast: Cast) -> None:
    assert client_of(cast.operator_audit).get(f"{LOG}?subject=13812345678").status_code == 200
    assert Entry.objects.get(kind="audit.read").facts == {"by_subject": "withheld", "entries": 0}


def test_pages_follow_each_other_while_new_entries_arrive(cast: Cast) -> None:
    for number in range(PAGE * 2 + 5):
        record(Actor(ref="system:test"), "report.read", f"report {number}")
    reader, wanted = actor(cast.operator_audit), Filter(kind="report.read")
    seen: list[int] = []
    older = None
    while True:
        page = read_log(reader, wanted, before=older)
        seen += [entry.pk for entry in page.entries]
        record(Actor(ref="system:test"), "report.read", "newcomer")
        older = page.older
        if older is None:
            break
    assert len(seen) == len(set(seen)) == PAGE * 2 + 5
    assert seen == sorted(seen, reverse=True)


def test_the_filters_narrow(cast: Cast) -> None:
    record(actor(cast.north_admin), "report.read", "a")
    record(actor(cast.south_admin), "report.read", "b")
    reader = actor(cast.operator_audit)
    for wanted, subjects in (
        (Filter(actor=f"user:{cast.north_admin.ref}"), ["a"]),
        (Filter(institution=cast.south.ref), ["b"]),
        (Filter(subject="b"), ["b"]),
        (Filter(kind="report.read"), ["b", "a"]),
        (Filter(since=Entry.objects.get(subject="b").at), ["b"]),
        (Filter(until=Entry.objects.get(subject="b").at, kind="report.read"), ["a"]),
    ):
        found = [entry.subject for entry in entries_for(reader, wanted).filter(kind="report.read")]
        assert found == subjects


def test_the_page_shows_entries_and_refuses_a_filter_it_cannot_read(cast: Cast) -> None:
    record(actor(cast.north_admin), "report.read", "a")
    client = client_of(cast.operator_audit)
    body = client.get(LOG, {"kind": "report.read"}).content.decode()
    assert cast.north.name_zh in body
    assert client.get(LOG, {"institution": "x"}).status_code == 400
    assert client.get(LOG, {"before": "-1"}).status_code == 400
    assert client.get(LOG, {"since": "2026-11-01", "until": "2026-11-30", "kind": ""}).status_code == 200
    assert Entry.objects.filter(kind="audit.read").count() == 2


def test_the_log_cannot_be_posted_to(cast: Cast) -> None:
    assert client_of(cast.operator_audit).post(LOG).status_code == 405


@pytest.mark.parametrize("query", ["until=9999-12-31", "since=0001-01-01&until=0001-01-01", f"before={10**30}"])
def test_the_edges_of_the_calendar_find_nothing_and_break_nothing(cast: Cast, query: str) -> None:
    assert client_of(cast.operator_audit).get(f"{LOG}?{query}").status_code == 200

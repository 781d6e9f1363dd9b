"""What is released of one person tells nobody how many others there are: members and police number them apart."""

import json
import re

import pytest
from django.db import transaction

from audit.models import Entry
from cases.documents import today
from cases.models import Measure, TimelineEntry
from cases.package import papers
from cases.package.facts import facts_of
from cases.package.records import case_records, log_records
from cases.queries.police import measures_in
from cases.queries.timeline import timeline_of
from cases.services.measures import end_measure, record_measure, release_measure
from cases.timeline_words import lines
from kit.capabilities import Capability
from members.models import User
from notices.models import Event
from tests.cases import Story, joint_case
from tests.cast import Cast, actor, api_client, client_of, token_of

pytestmark = pytest.mark.django_db
REFERENCES = re.compile(r"\b[0-9a-f]{8}(?:(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?\b")
MOMENTS = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[^\"<]*")
DRAWN = re.compile(r"unit-\d+|value=\"\w{64}\"|cursor=[\w=-]+")
PAGES = ("", "/police", "/timeline")


def record(cast: Cast, story: Story, person: int | None = None, document: str = "拘1") -> Measure:
    officer = actor(cast.police_officer)
    return record_measure(
        officer, story.case.ref, kind="detention", document=document, on=today(), person=person, name="钱大山"
    )


def release(cast: Cast, story: Story, one: Measure) -> Measure:
    return release_measure(actor(cast.police_officer), story.case.ref, measure=one.ref)


def read_by(user: User, story: Story) -> str:
    """All that somebody reads of the case: pages, API, package and events, without what is drawn at random."""
    case, who = story.case, actor(user)
    client = client_of(user)
    told = [client.get(f"/cases/{case.ref}{page}").content.decode().split("<main")[1] for page in PAGES]
    if not who.may(Capability.INVESTIGATE):
        system = api_client(token_of(user.institution))
        told += [system.get(f"/api/v1/cases/{case.ref}/{path}").content.decode() for path in ("police", "timeline")]
    facts = facts_of(who, case, package=case.ref, built_at=case.opened_at)
    told += [case_records(facts).decode(), log_records(facts).decode()]
    told += [repr(papers._proceeding(one, facts)) for one in facts.proceedings]
    told += [line.text for line in lines(timeline_of(who, case).rows)]
    told.append(
        json.dumps(list(Event.objects.filter(institution=who.institution).order_by("pk").values_list("type", "facts")))
    )
    whole = REFERENCES.sub("ref", "\n".join(told))
    return MOMENTS.sub("at", DRAWN.sub("drawn", whole))


def told_of(cast: Cast, total: int, *released: int) -> list[str]:
    """What a member reads of a case of `total` persons after something of these was released, in this order."""
    with transaction.atomic():
        story = joint_case(cast)
        # The same document for all, or for none, so that nothing but the number differs.
        measures = [record(cast, story) for _ in range(total)]
        for person in released:
            one = release(cast, story, measures[person - 1])
            end_measure(actor(cast.police_officer), story.case.ref, measure=one.ref, ended_on=today())
        found = read_by(cast.north_lead, story).splitlines()
        transaction.set_rollback(True)
    return found


def test_one_person_released_of_five_reads_as_one_of_one(cast: Cast) -> None:
    alone = told_of(cast, 1, 1)
    assert "拘1" in "".join(alone)
    for person in (1, 3, 5):
        assert told_of(cast, 5, person) == alone
    assert told_of(cast, 5, 4, 2) == told_of(cast, 2, 1, 2)


def test_members_count_persons_by_release_and_know_one_again(cast: Cast) -> None:
    story = joint_case(cast)
    first, second, third = (record(cast, story) for _ in range(3))
    again = record(cast, story, person=3, document="捕1")
    for one in (third, first, again):
        release(cast, story, one)
    member, officer = actor(cast.south_analyst), actor(cast.police_officer)
    assert [(row.person, row.document) for row in measures_in(member, story.case)] == [
        (1, "拘1"),
        (1, "捕1"),
        (2, "拘1"),
    ]
    own = {(row.person, row.shown_as) for row in measures_in(officer, story.case)}
    assert own == {(1, 2), (2, None), (3, 1)}
    second.refresh_from_db()
    assert second.shown_as is None


def test_the_police_read_their_own_number_and_the_members(cast: Cast) -> None:
    story = joint_case(cast)
    record(cast, story)
    release(cast, story, record(cast, story))
    context = client_of(cast.police_officer).get(f"/cases/{story.case.ref}/police").context
    assert [(row.person, row.shown_as) for row in context["units"][0].measures] == [(1, None), (2, 1)]
    for user, number in ((cast.police_officer, "2"), (cast.north_lead, "1")):
        assert timeline_of(actor(user), story.case).rows[0].about == number


def test_no_log_and_no_entry_holds_a_person(cast: Cast) -> None:
    story = joint_case(cast)
    release(cast, story, record(cast, story))
    facts = list(Entry.objects.filter(kind__startswith="police.measure").values_list("facts", flat=True))
    facts += TimelineEntry.objects.filter(kind__startswith="police.measure").values_list("facts", flat=True)
    assert len(facts) == 4
    assert not any({"person", "name", "shown_as"} & set(one) for one in facts)

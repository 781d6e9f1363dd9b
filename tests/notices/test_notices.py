"""Who is told of what: once, by the right watches, and only while they may see it."""

import threading
import uuid

import pytest
from django.db import connection
from django.test import Client

from audit.models import Entry
from members.models import User
from members.roles import Role
from notices.models import MailPace, Notice, Watch
from notices.queries.notices import moments_for, unread_count
from notices.services import reading, watches
from notices.services.events import NewEvent, publish
from notices.services.fan_out import fan_out
from tests import cast as people
from tests.cast import Cast
from tests.notices.world import happen


def told(person: User) -> int:
    return Notice.objects.filter(user=person).count()


def silence(person: User) -> None:
    """No default watch: what is told afterwards is told because of another one."""
    watches.set_own_watch(people.actor(person), portal=False, mail=MailPace.NONE)


def watch(person: User, scope: str, target: str, mail: int = MailPace.NONE) -> Watch:
    return watches.add_watch(people.actor(person), scope=scope, target=target, portal=True, mail=mail)


def test_analysts_and_leads_are_told_of_their_institutions_clues(cast: Cast) -> None:
    happen(cast.north)
    assert (told(cast.north_analyst), told(cast.north_lead)) == (1, 1)
    assert (told(cast.north_admin), told(cast.south_analyst), told(cast.operator_system)) == (0, 0, 0)


def test_an_admin_is_told_of_a_webhook_that_was_switched_off_and_by_mail(cast: Cast) -> None:
    happen(cast.north, "webhook.disabled")
    assert Notice.objects.get().user == cast.north_admin
    assert Notice.objects.get().mail == MailPace.INSTANT


def test_nobody_is_told_of_what_is_for_systems_only(cast: Cast) -> None:
    happen(cast.north, "submission.matched", "webhook.test")
    assert not Notice.objects.exists()


def test_many_watches_make_one_notice_at_the_quickest_pace(cast: Cast) -> None:
    watch(cast.north_analyst, "kind", "phone/1", MailPace.DAILY)
    watch(cast.north_analyst, "typology", "other", MailPace.INSTANT)
    happen(cast.north, kind="phone/1", typologies=["other"], score=100)
    notice = Notice.objects.get(user=cast.north_analyst)
    assert (notice.portal, notice.mail) == (True, MailPace.INSTANT)


@pytest.mark.parametrize(
    ("scope", "target", "meets", "misses"),
    [
        ("kind", "phone/1", {"kind": "phone/1"}, {"kind": "card/1"}),
        ("typology", "other", {"typologies": ["impersonation", "other"]}, {"typologies": ["impersonation"]}),
        ("score", "70", {"score": 7000}, {"score": 6999}),
        ("score", "70", {"score": 10000}, {}),
    ],
)
def test_a_watch_meets_what_it_names(
    cast: Cast, scope: str, target: str, meets: dict[str, object], misses: dict[str, object]
) -> None:
    silence(cast.north_analyst)
    watch(cast.north_analyst, scope, target)
    happen(cast.north, **misses)
    assert told(cast.north_analyst) == 0
    happen(cast.north, **meets)
    assert told(cast.north_analyst) == 1


def test_a_watch_of_a_clue_meets_its_collisions_and_its_own_events(cast: Cast) -> None:
    silence(cast.north_analyst)
    clue = uuid.uuid4()
    watch(cast.north_analyst, "clue", str(clue))
    happen(cast.north, clues=[str(uuid.uuid4())])
    happen(cast.north, clues=[str(uuid.uuid4()), str(clue)])
    publish([NewEvent(cast.north.pk, "clue.decided", clue)])
    fan_out(cast.north.pk)
    assert told(cast.north_analyst) == 2


def test_a_watch_of_a_circle_meets_its_collisions(cast: Cast) -> None:
    silence(cast.north_analyst)
    people.join(cast.loans, cast.north)
    watch(cast.north_analyst, "circle", "cards")
    happen(cast.north, circle=cast.loans.pk)
    happen(cast.north, "collision.found", "quality.banded", circle=cast.cards.pk)
    assert told(cast.north_analyst) == 1


def test_a_watch_of_another_institutions_clue_is_never_met(cast: Cast) -> None:
    clue = uuid.uuid4()
    watch(cast.outsider_analyst, "clue", str(clue))
    happen(cast.north, clues=[str(clue)])
    assert told(cast.outsider_analyst) == 0


@pytest.mark.parametrize(("scope", "target"), [("kind", "x"), ("typology", "'"), ("circle", "loans"), ("score", "101")])
def test_what_does_not_exist_cannot_be_watched(cast: Cast, scope: str, target: str) -> None:
    client = people.client_of(cast.north_analyst)
    form = {"what": f"{scope}:{target}", "portal": "on", "mail": "0"}
    assert client.post("/notices/watches", form).status_code == 400
    assert not Watch.objects.exists()


def test_a_watch_is_added_changed_and_removed_in_the_portal(cast: Cast) -> None:
    client = people.client_of(cast.north_analyst)
    for mail in ("3", "1"):
        form = {"what": "circle:cards", "portal": "on", "mail": mail}
        assert client.post("/notices/watches", form).status_code == 302
    watched = Watch.objects.get()
    assert (watched.scope, watched.circle, watched.mail) == ("circle", cast.cards, MailPace.DAILY)
    assert str(cast.cards) in client.get("/notices/watches").content.decode()
    client.post(f"/notices/watches/{watched.ref}/removal")
    assert not Watch.objects.exists()
    assert Entry.objects.filter(kind="watch.changed").count() == 3


def test_a_clue_is_watched_from_its_page(cast: Cast) -> None:
    client = people.client_of(cast.north_analyst)
    clue = uuid.uuid4()
    assert client.post("/notices/watches/clue", {"clue": str(clue)}).status_code == 302
    assert Watch.objects.get().target == str(clue)
    assert client.post("/notices/watches/clue", {"clue": "x"}).status_code == 400


def test_a_role_that_was_taken_away_takes_its_notices_along(cast: Cast) -> None:
    happen(cast.north)
    assert unread_count(people.actor(cast.north_analyst)) == 1
    cast.north_analyst.roles = [Role.INSTITUTION_ADMIN]
    cast.north_analyst.save()
    assert unread_count(people.actor(cast.north_analyst)) == 0
    assert moments_for(people.actor(cast.north_analyst)).rows == []


def test_a_circle_that_was_left_takes_its_notices_along(cast: Cast) -> None:
    happen(cast.north, circle=cast.cards.pk)
    ref = Notice.objects.get(user=cast.north_analyst).ref
    client = people.client_of(cast.north_analyst)
    cast.cards.memberships.filter(institution=cast.north).update(left_at="2026-01-01T00:00Z")
    assert client.get(f"/notices/{ref}").status_code == 404
    assert b"data-opens-row" not in client.get("/notices/").content


def test_a_circle_too_small_to_show_its_collisions_tells_of_none(cast: Cast) -> None:
    cast.cards.memberships.exclude(institution__in=[cast.north, cast.south]).update(left_at="2026-01-01T00:00Z")
    happen(cast.north, circle=cast.cards.pk)
    assert told(cast.north_analyst) == 0


def test_a_disabled_person_is_told_nothing(cast: Cast) -> None:
    cast.north_analyst.is_active = False
    cast.north_analyst.save()
    happen(cast.north)
    assert told(cast.north_analyst) == 0


def test_many_of_one_minute_stand_in_one_row(cast: Cast) -> None:
    happen(cast.north, *["collision.found"] * 30, "collision.widened")
    rows = moments_for(people.actor(cast.north_analyst)).rows
    assert sorted((row.type.code, row.number, row.unread) for row in rows) == [
        ("collision.found", 30, 30),
        ("collision.widened", 1, 1),
    ]


def test_a_row_names_each_subject_once_however_often_it_was_told_of(cast: Cast) -> None:
    twice, once = uuid.uuid4(), uuid.uuid4()
    publish([NewEvent(cast.north.pk, "collision.found", subject, None, {}) for subject in (once, twice, twice)])
    fan_out(cast.north.pk)
    (row,) = moments_for(people.actor(cast.north_analyst)).rows
    assert (row.number, [one.subject for one in row.newest]) == (3, [twice, once])


def test_the_page_goes_on_where_it_ended(cast: Cast) -> None:
    for _ in range(3):
        happen(cast.north, "collision.found", "collision.widened", "opinion.given")
    seen = []
    actor, cursor = people.actor(cast.north_analyst), ""
    for _ in range(20):
        page = moments_for(actor, cursor=cursor, limit=1)
        seen += [row.number for row in page.rows]
        cursor = page.next_cursor
        if not cursor:
            break
    assert sum(seen) == 9


def test_opening_a_notice_leads_to_its_subject_and_marks_it_read(cast: Cast) -> None:
    (event,) = happen(cast.north)
    client = people.client_of(cast.north_analyst)
    answer = client.get(f"/notices/{Notice.objects.get(user=cast.north_analyst).ref}")
    assert answer.headers["Location"] == f"/collisions/{event.subject}"
    assert unread_count(people.actor(cast.north_analyst)) == 0
    assert unread_count(people.actor(cast.north_lead)) == 1


def test_marking_all_spares_what_came_after_the_page(cast: Cast) -> None:
    happen(cast.north)
    actor = people.actor(cast.north_analyst)
    newest = Notice.objects.filter(user=cast.north_analyst).latest("pk").pk
    happen(cast.north)
    reading.read_all(actor, up_to=newest)
    assert unread_count(actor) == 1


def test_the_bell_counts_and_answers_304_while_nothing_changed(cast: Cast) -> None:
    happen(cast.north, *["collision.found"] * 3)
    client = people.client_of(cast.north_analyst)
    headers = {"HX-Request": "true", "Alliance-Background": "1"}
    first = client.get("/notices/bell", headers=headers)
    assert b'bell-count">3<' in first.content
    assert client.get("/notices/bell", headers={**headers, "If-None-Match": first["ETag"]}).status_code == 304
    happen(cast.north)
    assert client.get("/notices/bell", headers={**headers, "If-None-Match": first["ETag"]}).status_code == 200


def test_the_bell_counts_no_further_than_it_says(cast: Cast) -> None:
    happen(cast.north, *["collision.found"] * 130)
    assert b'bell-count">99+<' in people.client_of(cast.north_analyst).get("/notices/").content


def test_the_list_of_notices_answers_304_while_nothing_changed(cast: Cast) -> None:
    happen(cast.north)
    client = people.client_of(cast.north_analyst)
    headers = {"HX-Request": "true", "Alliance-Background": "1"}
    first = client.get("/notices/", headers=headers)
    assert client.get("/notices/", headers={**headers, "If-None-Match": first["ETag"]}).status_code == 304


def test_hostile_text_is_shown_as_text(cast: Cast) -> None:
    hook = "<script>alert(1)</script>"
    client = people.client_of(cast.north_admin)
    form = {"name": hook, "url": f"https://example.com/{hook}", "types": ["collision.found"]}
    answer = client.post("/notices/webhooks/new", form)
    assert hook.encode() not in answer.content
    answer = client.get(f"/notices/?type={hook}&cursor={hook}")
    assert hook.encode() not in answer.content


def test_pages_cost_few_statements(cast: Cast, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    happen(cast.north, *["collision.found"] * 30)
    client: Client = people.client_of(cast.north_analyst)
    client.get("/notices/")
    with django_assert_max_num_queries(9):
        client.get("/notices/")


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_and_again_tell_each_person_once() -> None:
    bank = people.institution("Crowded Bank", "拥挤银行")
    for number in range(3):
        people.person(bank, Role.ANALYST, f"Analyst {number}")
    publish([NewEvent(bank.pk, "collision.found", uuid.uuid4()) for _ in range(500)])
    threads = [threading.Thread(target=_fan_out, args=(bank.pk,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fan_out(bank.pk)
    assert Notice.objects.count() == 500 * 3


def _fan_out(institution: int) -> None:
    fan_out(institution)
    connection.close()

"""Letters: one a window, in the reader's language and time, of references only, and never lost."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from alliance import env
from members.models import User
from members.roles import Role
from notices.models import Letter, MailPace, Notice
from notices.services import watches
from notices.services.letters import pending_letters, send_letter, window_of, write_letters
from tests import cast as people
from tests.cast import Cast
from tests.notices.world import happen

HOUR = timedelta(hours=1)


def paced(person: User, pace: int) -> None:
    watches.set_own_watch(people.actor(person), portal=True, mail=pace)


def post() -> None:
    """Write what is due, and send it."""
    write_letters()
    for pk in Letter.objects.filter(sent_at=None, dropped_at=None).values_list("pk", flat=True):
        send_letter(pk)


def age(days: float) -> None:
    Notice.objects.update(created_at=timezone.now() - timedelta(days=days))


def test_it_is_plain_text_with_references_and_links_only(cast: Cast) -> None:
    paced(cast.north_analyst, MailPace.INSTANT)
    (event,) = happen(cast.north, circle=cast.cards.pk, kind="phone/1", typologies=["other"], clues=[str(uuid.uuid4())])
    post()
    (letter,) = mail.outbox
    assert letter.to == [cast.north_analyst.email]
    assert f"http://localhost:8000/collisions/{event.subject}" in letter.body
    everything = letter.message().as_string() + letter.body
    for secret in (*names(cast), "phone", "other", event.facts["clues"][0], cast.cards.name_zh, "Cards"):
        assert secret not in everything, secret
    assert letter.content_subtype == "plain"
    assert not letter.attachments


def names(cast: Cast) -> list[str]:
    return [name for one in (cast.north, cast.south) for name in (one.name_en, one.name_zh)]


@pytest.mark.parametrize(
    ("locale", "zone", "offset"), [("en", "America/New_York", -5), ("zh-hans", "Asia/Shanghai", 8)]
)
def test_it_is_in_the_readers_language_and_time(cast: Cast, locale: str, zone: str, offset: int) -> None:
    User.objects.filter(pk=cast.north_analyst.pk).update(locale=locale, timezone=zone)
    paced(cast.north_analyst, MailPace.INSTANT)
    (event,) = happen(cast.north)
    type(event).objects.update(created_at=datetime(2026, 1, 15, 12, 34, tzinfo=UTC))
    post()
    (letter,) = mail.outbox
    local = datetime(2026, 1, 15, 12, 34, tzinfo=UTC) + timedelta(hours=offset)
    assert f"{local:%Y-%m-%d %H:%M}" in letter.body
    assert zone in letter.body
    if locale == "en":
        assert letter.subject == "Alliance: 1 notice"
        assert not re.search(r"[\u4e00-\u9fff]", letter.body)


def test_many_at_once_are_one_letter_a_minute(cast: Cast) -> None:
    paced(cast.north_analyst, MailPace.INSTANT)
    happen(cast.north, *["collision.found"] * 70)
    post()
    happen(cast.north)
    post()
    assert [letter.subject.rsplit(" ", 1)[0] for letter in mail.outbox] == [mail.outbox[0].subject.rsplit(" ", 1)[0]]
    assert mail.outbox[0].body.count("/collisions/") == 50
    assert "20" in mail.outbox[0].body
    Letter.objects.update(window=timezone.now() - timedelta(minutes=2))
    post()
    assert len(mail.outbox) == 2


def test_an_hours_letter_holds_what_came_before_the_hour(cast: Cast) -> None:
    paced(cast.north_analyst, MailPace.HOURLY)
    happen(cast.north)
    post()
    assert mail.outbox == []
    age(days=1 / 24)
    post()
    assert len(mail.outbox) == 1
    happen(cast.north)
    age(days=1 / 24)
    post()
    assert len(mail.outbox) == 1, "never two for one window"


def test_windows_begin_where_the_reader_is() -> None:
    now = datetime(2026, 3, 4, 1, 30, 20, tzinfo=UTC)  # 9:30 in Shanghai, 20:30 of the day before in New York
    assert window_of(MailPace.INSTANT, now, "Asia/Shanghai") == datetime(2026, 3, 4, 1, 30, tzinfo=UTC)
    assert window_of(MailPace.HOURLY, now, "Asia/Kathmandu") == datetime(2026, 3, 4, 1, 15, tzinfo=UTC)
    assert window_of(MailPace.DAILY, now, "Asia/Shanghai") == datetime(2026, 3, 4, 0, 0, tzinfo=UTC)
    assert window_of(MailPace.DAILY, now, "America/New_York") == datetime(2026, 3, 3, 13, 0, tzinfo=UTC)


class DownBackend(EmailBackend):
    """A mail server that is not there."""

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError


def test_a_mail_server_that_is_down_loses_nothing(cast: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.notices.test_mail.DownBackend"
    paced(cast.north_analyst, MailPace.INSTANT)
    happen(cast.north)
    post()
    letter = Letter.objects.get()
    assert (letter.sent_at, letter.attempts) == (None, 1)
    assert letter.due_at > timezone.now()
    Letter.objects.update(due_at=timezone.now() - HOUR)
    assert pending_letters() == [letter.pk]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_letter(letter.pk)
    assert len(mail.outbox) == 1
    send_letter(letter.pk)
    assert len(mail.outbox) == 1
    assert pending_letters() == []


def test_a_letter_that_goes_twice_has_one_message_id(cast: Cast) -> None:
    paced(cast.north_analyst, MailPace.INSTANT)
    happen(cast.north)
    post()
    Letter.objects.update(sent_at=None, due_at=timezone.now() - HOUR)  # killed before it was noted
    post()
    ids = {letter.extra_headers["Message-ID"] for letter in mail.outbox}
    assert (len(mail.outbox), len(ids)) == (2, 1)


def test_another_worker_leaves_a_letter_alone_that_is_on_its_way(cast: Cast) -> None:
    paced(cast.north_analyst, MailPace.INSTANT)
    happen(cast.north)
    write_letters()
    Letter.objects.update(due_at=timezone.now() + HOUR)
    send_letter(Letter.objects.get().pk)
    assert mail.outbox == []


def test_what_the_reader_may_no_longer_see_is_not_written(cast: Cast) -> None:
    paced(cast.north_analyst, MailPace.INSTANT)
    happen(cast.north)
    write_letters()
    User.objects.filter(pk=cast.north_analyst.pk).update(roles=[Role.INSTITUTION_ADMIN])
    send_letter(Letter.objects.get().pk)
    assert mail.outbox == []
    assert Letter.objects.get().dropped_at is not None


def test_a_mail_address_may_be_any_of_the_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(url: str) -> env.Mail:
        monkeypatch.setenv("X_MAIL", url)
        return env.mail("X_MAIL", "")

    submission = read("smtp+tls://me%40bank:p%3Aw@mail.example")
    assert (submission.host, submission.port, submission.starttls) == ("mail.example", 587, True)
    assert (submission.user, submission.password) == ("me@bank", "p:w")
    assert read("smtps://mail.example").ssl
    assert read("smtp://mail.example:2525").port == 2525
    assert read("file:///var/mail").directory == "/var/mail"
    for wrong in ("http://mail.example", "smtp://", "", "file://"):
        with pytest.raises(ImproperlyConfigured):
            read(wrong)

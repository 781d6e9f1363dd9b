"""Writing and sending one letter: plain text, references and links only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notices.event_types import EventType

MOST_LINES = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One notice in a letter."""

    at: datetime
    type: EventType
    subject: UUID


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a letter is for and how they read."""

    email: str
    locale: str
    timezone: str


def send(reader: Reader, ref: UUID, lines: Sequence[Line], more: int) -> None:
    """Send a letter of these lines, and of `more` notices that only the portal lists. Raises OSError (SMTPException is
    one) when it cannot be handed over."""
    with translation.override(reader.locale):
        message = EmailMessage(
            subject=_subject(len(lines) + more),
            body=_body(reader, lines, more),
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[reader.email],
            headers={"Message-ID": message_id(ref), "Auto-Submitted": "auto-generated"},
        )
    message.send()


def message_id(ref: UUID) -> str:
    """The same for a letter however often it is sent, so that a mailbox shows it once (RFC 5322, section 3.6.4)."""
    return f"<letter.{ref}@{urlsplit(settings.BASE_URL).hostname}>"


def _subject(number: int) -> str:
    return ngettext("Alliance: %(n)d notice", "Alliance: %(n)d notices", number) % {"n": number}


def _body(reader: Reader, lines: Sequence[Line], more: int) -> str:
    zone = ZoneInfo(reader.timezone)
    text = [_("You watch these in the alliance. Times are in %(zone)s.") % {"zone": reader.timezone}, ""]
    for line in lines:
        text.append(f"{line.at.astimezone(zone):%Y-%m-%d %H:%M}  {line.type.label}")
        href = line.type.href(line.subject)
        text += [f"    {settings.BASE_URL}{href}" if href else f"    {line.subject}"]
    if more:
        text += ["", ngettext("And %(n)d more.", "And %(n)d more.", more) % {"n": more}]
    text += ["", _("All notices:") + f" {settings.BASE_URL}{reverse('notices:notices')}"]
    text += [_("What you are mailed of:") + f" {settings.BASE_URL}{reverse('notices:watches')}"]
    return "\n".join(text) + "\n"

"""Reads of a person's own sessions."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession

from kit.actor import Actor


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser the person is signed in with."""

    started_at: datetime
    address: str
    browser: str
    is_current: bool


def sessions_for(actor: Actor, *, current: str) -> list[SessionRow]:
    """The signed-in person's sessions, newest first; `current` is the key of the one that asks. None for a system."""
    sessions = UserSession.objects.filter(user_id=actor.user).order_by("-created_at") if actor.user is not None else []
    return [SessionRow(one.created_at, one.ip, one.user_agent, one.session_key == current) for one in sessions]

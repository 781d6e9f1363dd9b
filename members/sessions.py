"""What a session remembers of time, and when it has lasted long enough. Pure over a mapping and a clock."""

from collections.abc import MutableMapping
from typing import Any

STARTED = "started_at"
SEEN = "seen_at"
WRITE_EVERY = 60
"""Seconds between two writes of `seen_at`: an analyst's clicks cost one write a minute."""

Session = MutableMapping[str, Any]


def begin(session: Session, now: float) -> None:
    """Start both clocks; `now` in Unix seconds."""
    session[STARTED] = session[SEEN] = int(now)


def over(session: Session, now: float, *, idle: int, absolute: int) -> str | None:
    """Why the session is over: `idle`, `absolute` or, for one without clocks, `unknown`; None while it lasts.

    `idle` and `absolute` in seconds. A session that never went through `begin` fails closed.
    """
    if not isinstance(session.get(STARTED), int) or not isinstance(session.get(SEEN), int):
        return "unknown"
    if now - session[STARTED] >= absolute:
        return "absolute"
    return "idle" if now - session[SEEN] >= idle else None


def touch(session: Session, now: float) -> None:
    """Note that a person was here, at most once a minute."""
    if now - session[SEEN] >= WRITE_EVERY:
        session[SEEN] = int(now)

"""Following the institution's events: page after page, with a bookmark that survives a restart."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from alliance_client.config import write_private
from alliance_client.errors import ConfigError

LONGEST_BOOKMARK = 64
WAIT = 5
"""Seconds for which the platform holds a question open."""
PAUSE = 2.0
"""Seconds between two questions that brought nothing."""


def read_bookmark(path: Path) -> str:
    """The cursor in a bookmark's file; empty, which is the beginning, if there is no file. Raises ConfigError."""
    if not path.exists():
        return ""
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    if len(text) > LONGEST_BOOKMARK or not text.isascii() or not text.isprintable():
        raise ConfigError("damaged", path=path, reason="not a bookmark")
    return text


def follow(
    ask: Callable[..., dict[str, Any]], bookmark: Path, *, forever: bool, pause: float = PAUSE
) -> Iterator[dict[str, Any]]:
    """Events one after the other; the bookmark is written once all of a page were taken."""
    cursor = read_bookmark(bookmark)
    while True:
        page = ask(cursor, wait=WAIT if forever else 0)
        yield from page["results"]
        if page["next_cursor"] != cursor:
            cursor = str(page["next_cursor"])
            write_private(bookmark, cursor + "\n")
        if not page["has_more"]:
            if not forever:
                return
            if not page["results"]:
                time.sleep(pause)

"""Following events: in order, from a bookmark, and none lost to whoever stops in the middle."""

from pathlib import Path
from typing import Any

import pytest

from alliance_client.errors import ConfigError
from alliance_client.events import follow, read_bookmark


class Feed:
    """Seven events, three a page."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, cursor: str, *, wait: int) -> dict[str, Any]:
        self.asked.append(cursor)
        after = int(cursor or 0)
        events = [{"sequence": number} for number in range(after + 1, 8)][:3]
        last = events[-1]["sequence"] if events else after
        return {"results": events, "next_cursor": str(last), "has_more": last < 7}


def numbers(feed: Feed, bookmark: Path) -> list[int]:
    return [event["sequence"] for event in follow(feed, bookmark, forever=False)]


def test_it_reads_all_and_goes_on_from_its_bookmark(tmp_path: Path) -> None:
    feed, bookmark = Feed(), tmp_path / "cursor"
    assert numbers(feed, bookmark) == [1, 2, 3, 4, 5, 6, 7]
    assert feed.asked == ["", "3", "6"]
    assert numbers(feed, bookmark) == []
    assert bookmark.stat().st_mode & 0o777 == 0o600


def test_whoever_stops_in_the_middle_of_a_page_is_given_it_again(tmp_path: Path) -> None:
    feed, bookmark = Feed(), tmp_path / "cursor"
    it = follow(feed, bookmark, forever=False)
    assert [next(it)["sequence"] for _ in range(5)] == [1, 2, 3, 4, 5]
    it.close()
    assert numbers(feed, bookmark) == [4, 5, 6, 7]


def test_a_damaged_bookmark_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cursor").write_bytes(b"\x00\xff")
    with pytest.raises(ConfigError):
        read_bookmark(tmp_path / "cursor")

"""The member's client reads the real API: page after page, in order, from its bookmark."""

from pathlib import Path
from typing import Any

import pytest

from alliance_client.events import follow
from alliance_client.http import Transport
from tests import cast as people
from tests.notices.world import happen


@pytest.mark.django_db(transaction=True)
def test_the_client_follows_the_events(live_server: Any, tmp_path: Path) -> None:
    bank = people.institution("Following Bank", "跟随银行")
    token = people.token_of(bank, ["events"])
    happen(bank, *["collision.found"] * 450)
    transport = Transport(live_server.url, token)

    def ask(cursor: str, *, wait: int) -> dict[str, Any]:
        return dict(transport.get("events", cursor=cursor, wait=wait, limit=200))

    bookmark = tmp_path / "cursor"
    assert [one["sequence"] for one in follow(ask, bookmark, forever=False)] == list(range(1, 451))
    happen(bank)
    assert [one["sequence"] for one in follow(ask, bookmark, forever=False)] == [451]
    transport.close()

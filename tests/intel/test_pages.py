"""The pages of intel: what they show, what their scripts post, and that a poll costs nothing while nothing changes."""

import json
import uuid
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from intel.queries.collisions import collisions_for
from intel.queries.submissions import submissions_for
from tests.cast import Cast, actor, client_of
from tests.intel.clues import EPOCH, file, match_pending, row

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def north(cast: Cast):
    return client_of(cast.north_analyst)


def post(client, *rows: object, key: str | None = None, filename: str = ""):
    body = "".join(json.dumps(one) + "\n" for one in rows)
    headers = {"Idempotency-Key": key or str(uuid.uuid4()), "Accept": "application/json"}
    return client.post(
        f"{reverse('intel:submit')}?epoch={EPOCH}",
        body,
        content_type="application/x-ndjson",
        headers={**headers, **({"Alliance-Filename": filename} if filename else {})},
    )


def test_empty_pages_say_what_to_do(north):
    for name in ("home", "submissions", "collisions"):
        page = north.get(reverse(f"intel:{name}")).content.decode()
        assert reverse("intel:submit") in page
        assert "empty-state" in page


def test_posted_digests_become_a_submission_to_follow(cast: Cast, north):
    answer = post(north, row("one"))
    assert (answer.status_code, answer.json()["accepted"], answer.json()["errors"]) == (202, 1, [])
    (submission,) = submissions_for(actor(cast.north_analyst)).rows
    assert answer.json()["location"] == reverse("intel:submission-detail", args=[submission.ref])
    assert submission.channel == "portal"


def test_a_repeated_post_files_once(cast: Cast, north):
    key = str(uuid.uuid4())
    first, second = post(north, row("one"), key=key), post(north, row("one"), key=key)
    assert first.json()["location"] == second.json()["location"]
    assert len(submissions_for(actor(cast.north_analyst)).rows) == 1


def test_a_file_brings_its_name_and_back_come_the_rows_refused(cast: Cast, north):
    answer = post(north, row("one"), row("two", typology="nothing"), filename="%E7%BA%BF%E7%B4%A2.xlsx")
    assert (answer.json()["accepted"], answer.json()["rejected"]) == (1, 1)
    assert [error["row"] for error in answer.json()["errors"]] == [2]
    (submission,) = submissions_for(actor(cast.north_analyst)).rows
    assert (submission.channel, submission.filename) == ("file", "线索.xlsx")
    csv = north.get(reverse("intel:submission-errors", args=[submission.ref]))
    assert csv["Content-Type"].startswith("text/csv")
    assert "unknown_typology" in csv.content.decode("utf-8-sig")


def test_a_progress_is_polled_until_it_is_matched_and_no_longer(cast: Cast, north):
    receipt = file(actor(cast.north_analyst), row("one"))
    address = reverse("intel:submission-detail", args=[receipt.reference])
    first = north.get(address, headers=FRAGMENT)
    assert b"data-live" in first.content
    assert north.get(address, headers={**FRAGMENT, "If-None-Match": first["ETag"]}).status_code == 304
    match_pending()
    second = north.get(address, headers={**FRAGMENT, "If-None-Match": first["ETag"]})
    assert (second.status_code, b"data-live" in second.content) == (200, False)


def test_a_fragment_is_a_part_of_its_page(cast: Cast, north):
    file(actor(cast.north_analyst), row("one"), match=True)
    address = reverse("intel:submissions")
    page, fragment = north.get(address).content.decode(), north.get(address, headers=FRAGMENT).content.decode()
    assert "<html" not in fragment
    assert fragment.strip() in page


def test_the_pages_of_a_collision_name_nobody(cast: Cast, north):
    file(actor(cast.north_analyst), row("shared"), match=True)
    file(actor(cast.south_analyst), row("shared", own_reference="S-1", note="their note"), match=True)
    (collision,) = collisions_for(actor(cast.north_analyst)).rows
    for address in (reverse("intel:collisions"), reverse("intel:collision-detail", args=[collision.ref])):
        page = north.get(address).content.decode()
        for secret in (cast.south.name_zh, cast.south.name_en, str(cast.south.ref), "S-1", "their note"):
            assert secret not in page
    assert "&lt;3" in page


def test_the_number_of_new_collisions_links_to_just_those(cast: Cast, north):
    file(actor(cast.north_analyst), row("before"), match=True)
    file(actor(cast.south_analyst), row("before"), match=True)
    north.get(reverse("intel:collisions"))  # looks
    home = north.get(reverse("intel:home"))
    assert home.context["home"].waiting.found == 1
    asked = {"status": "all", "order": "newest", "since": home.context["since"].isoformat()}
    assert urlencode(asked).replace("&", "&amp;") in home.content.decode()
    assert len(north.get(reverse("intel:collisions"), asked).context["page"].rows) == 1


def test_a_filter_that_is_no_choice_is_left_out(cast: Cast, north):
    file(actor(cast.north_analyst), row("shared"), match=True)
    file(actor(cast.south_analyst), row("shared"), match=True)
    address = reverse("intel:collisions")
    assert len(north.get(address, {"kind": "phone/1"}).context["page"].rows) == 1
    assert len(north.get(address, {"kind": "qq/1"}).context["page"].rows) == 0
    assert (
        len(
            north.get(address, {"kind": "'; --", "since": "soon", "least": "many", "status": "x", "assigned": "x"})
            .context["page"]
            .rows
        )
        == 1
    )

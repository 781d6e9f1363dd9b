"""The API of intel, as a member's system meets it."""

import csv
import gzip
import io
import json
import random
from typing import Any
from urllib.parse import quote

import pytest

from intel.models import Clue, Collision, RowError, Submission
from tests.cast import Cast, actor, api_client, token_of
from tests.intel.clues import digest, file, match_pending, row

NDJSON = "application/x-ndjson"


def ndjson(*rows: object) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in rows)


def post(client: Any, body: bytes, *, key: str = "key", epoch: object = 1, type: str = NDJSON, **headers: str) -> Any:
    extra = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    return client.generic(
        "POST", f"/api/v1/submissions?epoch={epoch}", body, content_type=type, HTTP_IDEMPOTENCY_KEY=key, **extra
    )


@pytest.fixture
def north(cast: Cast):
    return api_client(token_of(cast.north))


@pytest.fixture
def south(cast: Cast):
    return api_client(token_of(cast.south))


@pytest.fixture
def collided(cast: Cast, north, south):
    """One collision of north and south."""
    file(actor(cast.north_analyst), row("a", own_reference="N-1"), match=True)
    file(actor(cast.south_analyst), row("a", own_reference="S-1"), match=True)
    return Collision.objects.get()


def test_it_accepts_a_submission(north):
    response = post(north, ndjson(row("a"), row("b")), alliance_filename=quote("线索.csv"))
    assert response.status_code == 202
    answer = response.json()
    assert (answer["status"], answer["accepted"], answer["rejected"]) == ("matching", 2, 0)
    assert response["Location"] == f"/api/v1/submissions/{answer['reference']}"
    assert north.get(response["Location"]).json()["filename"] == "线索.csv"


def test_it_accepts_gzip(north):
    assert post(north, gzip.compress(ndjson(row("a"))), content_encoding="gzip").json()["accepted"] == 1


def test_plain_and_packed_are_the_same_body(north):
    first = post(north, ndjson(row("a")))
    again = post(north, gzip.compress(ndjson(row("a"))), content_encoding="gzip")
    assert (again.status_code, again.content) == (202, first.content)


def test_a_replay_after_matching_gets_the_same_bytes(north):
    first = post(north, ndjson(row("a")))
    match_pending()
    assert post(north, ndjson(row("a"))).content == first.content


def test_a_replay_with_another_body_is_422(north):
    post(north, ndjson(row("a")))
    response = post(north, ndjson(row("b")))
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")


def random_bytes(size: int) -> bytes:
    return random.Random(7).randbytes(size)


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"", {}, 400, "empty"),
        (b"{", {}, 400, "malformed"),
        (ndjson(row("a")) + b'{"circle": "ca', {}, 400, "malformed"),
        (ndjson(row("a")) + b"\n" + ndjson(row("b")), {}, 400, "malformed"),
        (b"[" * 5000, {}, 400, "malformed"),
        (b'{"a": "' + b"x" * 40_000 + b'"}', {}, 400, "malformed"),
        ("线索".encode("gbk"), {}, 400, "malformed"),
        (ndjson(row("a")).decode().encode("utf-16"), {}, 400, "malformed"),
        (random_bytes(3_000_000), {}, 400, "malformed"),
        (random_bytes(1000), {"content_encoding": "gzip"}, 400, "damaged_gzip"),
        (gzip.compress(ndjson(row("a")))[:-9], {"content_encoding": "gzip"}, 400, "damaged_gzip"),
        (gzip.compress(ndjson(row("a"))) + b"tail", {"content_encoding": "gzip"}, 400, "damaged_gzip"),
        (ndjson(row("a")), {"content_encoding": "br"}, 415, "unsupported_media_type"),
        (ndjson(row("a")), {"type": "text/csv"}, 415, "unsupported_media_type"),
        (ndjson(row("a")), {"key": ""}, 400, "invalid_idempotency_key"),
        (ndjson(row("a")), {"epoch": "x"}, 400, "invalid"),
        (ndjson(row("a")), {"epoch": 7}, 400, "unknown_epoch"),
    ],
    ids=range(17),
)
def test_a_bad_request_stores_nothing_and_says_why(north, body, headers, status, code):
    response = post(north, body, **headers)
    assert (response.status_code, response.json().get("code")) == (status, code)
    assert response["Content-Type"].startswith("application/problem+json")
    assert (Submission.objects.count(), Clue.objects.count(), RowError.objects.count()) == (0, 0, 0)


def test_a_bomb_is_refused_when_it_passes_the_bound(north, settings):
    settings.SUBMISSION_MAX_BYTES = 1_000_000
    response = post(north, gzip.compress(bytes(50_000_000)), content_encoding="gzip")
    assert (response.status_code, response.json()["code"]) == (413, "too_many_bytes")
    assert post(north, b"x" * 1_000_001).status_code == 413


def test_members_of_a_gzip_stream_are_read_one_after_the_other(north):
    body = gzip.compress(ndjson(row("a"))) + gzip.compress(ndjson(*[row(f"v{n}") for n in range(999)]))
    assert post(north, body, content_encoding="gzip").json()["accepted"] == 1000


def test_a_stream_of_endless_empty_members_is_refused(north):
    body = gzip.compress(b"", mtime=0) * 20_000 + gzip.compress(ndjson(row("a")))
    response = post(north, body, content_encoding="gzip")
    assert (response.status_code, response.json()["code"]) == (400, "damaged_gzip")


def test_a_file_name_that_holds_a_value_is_not_kept(north):
    for number, name in enumerate(("13812345678.xlsx", "客户 110101199003074477 线索.csv")):
        answer = post(north, ndjson(row(f"v{number}")), key=f"k{number}", alliance_filename=quote(name))
        assert answer.json()["accepted"] == 1
    assert list(Submission.objects.values_list("filename", flat=True)) == ["", ""]


def test_row_errors_come_as_ndjson_and_csv(north):
    answer = post(north, ndjson({}, row("a"), row("b", typology="x"))).json()
    address = f"/api/v1/submissions/{answer['reference']}/errors"
    lines = [json.loads(line) for line in b"".join(north.get(address).streaming_content).splitlines()]
    assert [(line["row"], line["field"], line["code"]) for line in lines] == [
        (1, "circle", "missing"),
        (3, "typology", "unknown_typology"),
    ]
    table = b"".join(north.get(address, HTTP_ACCEPT="text/csv").streaming_content).decode("utf-8-sig")
    assert [line[:3] for line in csv.reader(io.StringIO(table))][1:] == [
        ["1", "circle", "missing"],
        ["3", "typology", "unknown_typology"],
    ]


def test_the_sentence_of_a_row_error_is_in_the_readers_language(north):
    answer = post(north, ndjson({})).json()
    address = f"/api/v1/submissions/{answer['reference']}/errors"
    details = [
        json.loads(b"".join(north.get(address, HTTP_ACCEPT_LANGUAGE=language).streaming_content))["detail"]
        for language in ("en", "zh-hans")
    ]
    assert details == ["This field is missing.", "缺少该字段。"]


def test_submissions_of_others_are_not_found(north, south):
    answer = post(north, ndjson({})).json()
    for tail in ("", "/errors"):
        absent = south.get(f"/api/v1/submissions/00000000-0000-4000-8000-000000000000{tail}")
        foreign = south.get(f"/api/v1/submissions/{answer['reference']}{tail}")
        assert (foreign.status_code, foreign.content) == (404, absent.content)
    assert south.get("/api/v1/submissions").json() == {"results": [], "next_cursor": ""}


def test_submissions_are_listed_by_status(north):
    post(north, ndjson(row("a")), key="1")
    match_pending()
    post(north, ndjson(row("b")), key="2")
    assert len(north.get("/api/v1/submissions").json()["results"]) == 2
    assert len(north.get("/api/v1/submissions?status=matching").json()["results"]) == 1
    assert north.get("/api/v1/submissions?status=lost").status_code == 400


def test_withdrawing_answers_204_each_time_and_404_to_others(cast, north, south):
    file(actor(cast.north_analyst), row("a"))
    address = f"/api/v1/clues/{Clue.objects.get().ref}"
    assert south.delete(address).status_code == 404
    assert north.delete(address).status_code == 204
    assert north.delete(address).status_code == 204
    assert Clue.objects.get().withdrawn_at is not None


def test_a_collision_shows_the_other_side_under_a_label(cast, north, collided):
    (found,) = north.get("/api/v1/collisions").json()["results"]
    (other,) = found["others"]
    assert found["reference"] == str(collided.ref)
    assert (found["clues"], other["clues"]) == (1, "<3")
    assert {found["label"], other["label"]} == {"A", "B"}
    assert set(other) == {"label", "clues", "typologies", "roles", "first_month", "last_month", "name"}
    detail = north.get(f"/api/v1/collisions/{collided.ref}")
    assert [clue["own_reference"] for clue in detail.json()["own_clues"]] == ["N-1"]
    for secret in (cast.south.name_en, cast.south.name_zh, str(cast.south.ref), "S-1", digest("a")):
        assert secret not in detail.content.decode()


def test_an_outsider_gets_the_bytes_of_an_absent_collision(cast, collided):
    outsider = api_client(token_of(cast.outsider))
    bystander = api_client(token_of(cast.harbour_bank))
    absent = outsider.get("/api/v1/collisions/00000000-0000-4000-8000-000000000000")
    for client in (outsider, bystander):
        response = client.get(f"/api/v1/collisions/{collided.ref}")
        assert (response.status_code, response.content) == (404, absent.content)
        assert client.get("/api/v1/collisions").json() == {"results": [], "next_cursor": ""}


def test_each_scope_opens_its_own_door_only(cast, collided):
    reader = api_client(token_of(cast.north, ["collisions"]))
    writer = api_client(token_of(cast.north, ["submit"]))
    assert post(reader, ndjson(row("b"))).status_code == 403
    assert reader.get("/api/v1/submissions").status_code == 403
    assert reader.get("/api/v1/collisions").status_code == 200
    assert writer.get("/api/v1/collisions").status_code == 403
    assert writer.get(f"/api/v1/collisions/{collided.ref}").status_code == 403


def test_nobody_without_a_credential_gets_in(db):
    for address in ("submissions", "collisions", "kinds", "typologies"):
        assert api_client().get(f"/api/v1/{address}").status_code == 401


def test_kinds_and_typologies_are_listed(north):
    assert [kind["label"] for kind in north.get("/api/v1/kinds").json()["results"]][:2] == ["phone/1", "voice/1"]
    assert north.get("/api/v1/typologies").json()["results"][0]["name_zh"] == "反催收"


def test_every_list_is_wrapped_alike(db):
    schema = api_client().get("/api/v1/schema", HTTP_ACCEPT="application/vnd.oai.openapi+json").json()
    for path, acts in schema["paths"].items():
        for act in acts.values():
            for answer in act["responses"].values():
                for shape in answer.get("content", {}).values():
                    assert shape["schema"].get("type") != "array", path
                    named = schema["components"]["schemas"].get(shape["schema"].get("$ref", "").rpartition("/")[2], {})
                    if "next_cursor" in named.get("properties", {}):
                        assert "results" in named["properties"], path


def test_the_schema_and_its_reference_are_public(db):
    schema = api_client().get("/api/v1/schema", HTTP_ACCEPT="application/vnd.oai.openapi+json").json()
    assert "/api/v1/submissions" in schema["paths"]
    assert NDJSON in schema["paths"]["/api/v1/submissions"]["post"]["requestBody"]["content"]
    page = api_client().get("/api/v1/docs").content.decode()
    assert "<style" not in page
    assert "onclick" not in page

"""A file on its way to the platform: what arrives, what is charged, what survives a break."""

import csv
import gzip
import json
import stat
from pathlib import Path

import pytest

from alliance_client import journal
from alliance_client.errors import ConfigError, CustodiansUnavailable, RequestRefused, Unreachable
from alliance_client.sdk import Alliance, Reading
from alliance_client.submission import Upload
from privacy.encoding import b64
from tests.client.conftest import Member

HEADS = ["电话号码", "电话号码2", "声纹编号", "手法", "证明程度", "发现时间", "角色", "共享组", "备注", "自有编号"]


def clue(number: int, **changes: str) -> dict[str, str]:
    row = {
        "电话号码": f"138{number:08d}",
        "手法": "反催收",
        "发现时间": "2026-05-01 09:30",
        "共享组": "credit",
        "自有编号": f"X-{number}",
    }
    return {**row, **changes}


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.DictWriter(file, HEADS)
        out.writeheader()
        out.writerows(rows)
    return path


def test_digests_arrive_and_nothing_else_of_the_values(member: Member, tmp_path: Path) -> None:
    rows = [clue(1, 电话号码2="0755-26012345", 声纹编号="yuwen:shared:4.1:C7", 备注="夜间来电"), clue(2)]
    with member.client() as alliance:
        summary = alliance.submit(write_csv(tmp_path / "线索.csv", rows))
    digest = member.platform.digest
    first, second = member.platform.rows()
    assert first == {
        "circle": "credit",
        "typology": "anti_collection",
        "proof": "suspicion",
        "role": "unknown",
        "observed_at": "2026-05-01T09:30:00+08:00",
        "digests": [
            {"kind": "phone/1", "digest": b64(digest("phone/1", "+8613800000001"))},
            {"kind": "phone/1", "digest": b64(digest("phone/1", "+8675526012345"))},
            {
                "kind": "voice/1",
                "digest": b64(digest("voice/1", "yuwen:shared:4.1:C7")),
                "library": "yuwen:shared:4.1",
            },
        ],
        "note": "夜间来电",
        "own_reference": "X-1",
    }
    assert second["digests"] == [{"kind": "phone/1", "digest": b64(digest("phone/1", "+8613800000002"))}]
    assert (summary.progress.clues, summary.refused, summary.progress.values) == (2, 0, 4)
    assert [found["filename"] for found in member.platform.submissions.values()] == ["线索.csv"]


def test_a_file_that_is_named_for_a_value_travels_without_its_name(member: Member, tmp_path: Path) -> None:
    with member.client() as alliance:
        alliance.submit(write_csv(tmp_path / "13812345678 calls.csv", [clue(1)]))
    assert [found["filename"] for found in member.platform.submissions.values()] == [""]


def test_a_value_is_evaluated_once_in_an_upload(member: Member, tmp_path: Path) -> None:
    rows = [clue(number % 3, 自有编号="") for number in range(60)]
    with member.client() as alliance:
        alliance.submit(write_csv(tmp_path / "a.csv", rows))
    assert member.platform.charges == 3
    assert len(member.platform.rows()) == 60


def test_a_clue_without_a_reference_gets_one_that_names_its_row(member: Member, tmp_path: Path) -> None:
    with member.client() as alliance:
        alliance.submit(write_csv(tmp_path / "a.csv", [clue(1, 自有编号="")]))
    tag, _, row = member.platform.rows()[0]["own_reference"].partition("-")
    assert (len(tag), row) == (6, "2")


def test_large_files_travel_as_several_submissions(
    member: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Upload.__init__.__kwdefaults__, "most_clues", 40)
    with member.client() as alliance:
        summary = alliance.submit(write_csv(tmp_path / "a.csv", [clue(number) for number in range(100)]))
    assert [len(found["rows"]) for found in member.platform.submissions.values()] == [40, 40, 20]
    assert [part.clues for part in summary.parts] == [40, 40, 20]
    assert [row["own_reference"] for row in member.platform.rows()] == [f"X-{number}" for number in range(100)]


def test_the_same_file_again_sends_nothing(member: Member, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [clue(1), clue(2)])
    with member.client() as alliance:
        alliance.submit(path)
        charged, first = member.platform.charges, len(member.platform.submissions)
        summary = alliance.submit(path)
        assert (member.platform.charges, len(member.platform.submissions)) == (charged, first)
        assert summary.parts[0].receipt["accepted"] == 2
        again = alliance.submit(path, again=True)
    assert again.parts[0].receipt["repeats"] == summary.parts[0].receipt["reference"]
    assert len(member.platform.rows()) == 2


def test_an_upload_goes_on_where_it_broke_off(member: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Upload.__init__.__kwdefaults__, "most_clues", 500)
    path = write_csv(tmp_path / "a.csv", [clue(number) for number in range(2100)])
    with member.client() as alliance:
        real = Alliance.submit_body

        def breaks(self: Alliance, body: bytes, **rest: str) -> dict[str, object]:
            if len(member.platform.submissions) == 2:
                raise KeyboardInterrupt
            return real(self, body, **rest)

        monkeypatch.setattr(Alliance, "submit_body", breaks)
        with pytest.raises(KeyboardInterrupt):
            alliance.submit(path)
        monkeypatch.setattr(Alliance, "submit_body", real)
        summary = alliance.submit(path)
    assert [row["own_reference"] for row in member.platform.rows()] == [f"X-{number}" for number in range(2100)]
    assert member.platform.charges == 2100
    assert [part.clues for part in summary.parts] == [500, 500, 500, 500, 100]


def test_a_batch_whose_answer_was_lost_is_not_charged_again(member: Member, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [clue(1), clue(2)])
    with member.client() as alliance:
        member.platform.hiccups = ["pass", "pass", *["cut"] * 4]
        with pytest.raises(Unreachable):
            alliance.submit(path)
        assert member.platform.charges == 2
        member.platform.hiccups.clear()
        alliance.submit(path)
    assert member.platform.charges == 2
    assert len(member.platform.rows()) == 2


def test_a_lost_answer_to_a_submission_does_not_double_it(member: Member, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [clue(1)])
    with member.client() as alliance:
        member.platform.hiccups = ["pass", "pass", "pass", "cut"]
        alliance.submit(path)
    assert len(member.platform.submissions) == 1
    assert member.platform.paths.count("/api/v1/submissions") == 2


def test_the_same_key_with_another_body_is_refused(member: Member) -> None:
    with member.client() as alliance:
        first = gzip.compress(b'{"digests": []}\n')
        receipt = alliance.submit_body(first, idempotency_key="k")
        assert alliance.submit_body(first, idempotency_key="k") == receipt
        with pytest.raises(RequestRefused, match="used before with another body") as caught:
            alliance.submit_body(gzip.compress(b'{"digests": [1]}\n'), idempotency_key="k")
    assert caught.value.code == "idempotency_key_reused"


def test_rows_the_platform_refuses_come_back_with_their_row(member: Member, tmp_path: Path) -> None:
    member.platform.refuse_rows = {2: ("digests[0].digest", "invalid_point")}
    path = write_csv(tmp_path / "a.csv", [clue(1), clue(2, 电话号码="138"), clue(3), clue(4)])
    found = []
    with member.client() as alliance:
        summary = alliance.submit(path, at_end=lambda _source, kept: found.extend(kept.problems(warnings=False)))
    assert [(one.row, one.code) for one in found] == [(3, "unrecognised"), (4, "invalid_point")]
    assert summary.refused == 2
    assert len(member.platform.rows()) == 2


def test_the_state_holds_no_plain_value_and_only_its_owner_reads_it(member: Member, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [clue(1, 备注="备注甲")])
    with member.client() as alliance:
        alliance.submit(path)
    directory = journal.default_directory(path)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    for file in directory.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert b"13800000001" not in file.read_bytes()
    assert [file.name for file in directory.iterdir()] == ["journal.sqlite"]


def test_two_uploads_of_one_file_at_once_are_refused(member: Member, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [clue(1)])
    held = journal.Journal(journal.default_directory(path), secret=bytes(32))
    with member.client() as alliance, pytest.raises(ConfigError) as caught:
        alliance.submit(path)
    held.close()
    assert caught.value.code == "busy"


def test_defaults_fill_what_the_file_does_not_say(member: Member, tmp_path: Path) -> None:
    path = tmp_path / "hosts.jsonl"
    path.write_text("".join(json.dumps({"domain": host}) + "\n" for host in ("www.Scam.top", "黑貓宅配.top")))
    defaults = {"circle": "agency", "typology": "other", "observed_at": "2026-05-01T00:00:00+08:00"}
    with member.client() as alliance:
        alliance.submit(path, reading=Reading(defaults))
    digests = [row["digests"][0]["digest"] for row in member.platform.rows()]
    expected = [member.platform.digest("domain/1", name) for name in ("scam.top", "xn--09s945i07cm1q.top")]
    assert digests == list(map(b64, expected))


def test_values_done_before_an_error_are_kept(member: Member, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [clue(number) for number in range(2200)])
    with member.client(threads=1) as alliance:
        real = member.platform.evaluate

        def fails_later(body: bytes) -> dict[str, object]:
            if member.platform.charges >= 1900:
                member.platform.down = {1, 2}
            return real(body)

        member.platform.evaluate = fails_later  # type: ignore[method-assign]
        with pytest.raises(CustodiansUnavailable):
            alliance.submit(path)
        member.platform.evaluate = real  # type: ignore[method-assign]
        member.platform.down = set()
        alliance.submit(path)
    assert member.platform.charges == 2200
    assert len(member.platform.rows()) == 2200

"""Warning lists at the member: dropped before anything is evaluated, believed only with the pinned key's signature."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from alliance_client.config import Config
from alliance_client.errors import FileRefused, TrustError
from alliance_client.warnings import read_list
from privacy import signing
from privacy.encoding import unb64
from privacy.warnings import MOST_ENTRIES, WarningDocument, checked, read_entry
from tests.client.conftest import Member
from tests.client.console import run
from tests.client.platform import ALLIANCE_SEED, TOKEN

KEY = signing.text_of(signing.public_key(ALLIANCE_SEED))
ROWS = (
    "电话号码,微信号,手法,证明程度,发现时间,共享组\n"
    "13812345678,,反催收,合理怀疑,2026-05-01 09:30,credit\n"
    "95588,,反催收,合理怀疑,2026-05-01 09:30,credit\n"
    "95533,wxid_abc123def456,反催收,合理怀疑,2026-05-01 09:30,credit\n"
)


def hotlines(*written: str) -> WarningDocument:
    entries = [read_entry("phone/1", one, "工商银行") for one in written or ("95588", "95*")]
    return WarningDocument(
        version=UUID(int=1, version=4),
        code="hotlines",
        number=1,
        sort="hotline",
        name_zh="公共热线",
        name_en="Hotlines",
        epoch=1,
        in_force_since="2026-05-01T09:30:00Z",
        entries=tuple(checked(entries, "hotline")),
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "clues.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_what_is_listed_is_left_out_and_counted(member: Member, file: Path) -> None:
    member.platform.lists = [hotlines()]
    done = run("submit", str(file), "--json")
    assert done.code == 12
    found = json.loads(done.out)
    assert (found["clues"], found["refused"], found["listed"], found["only_listed"]) == (2, 1, 2, 1)
    assert found["values"] == 2
    [refused] = found["first_refused"]
    assert refused["row"] == 3
    assert "Hotlines: 工商银行" in refused["message"]
    kinds = [[one["kind"] for one in row["digests"]] for row in member.platform.rows()]
    assert kinds == [["phone/1"], ["wechat/1"]]
    assert "2 indicators left out" in run("submit", str(file), "--again").out


def test_what_the_platform_stops_is_told(member: Member, file: Path) -> None:
    """A list that took force after this client had asked: the receipt says it."""
    member.platform.stopped = [{"kind": "phone/1", "lists": ["Hotlines: 工商银行"], "clues": 2}]
    done = run("submit", str(file))
    assert done.code == 0
    assert "2 clues name a phone/1" in done.err
    assert "Hotlines: 工商银行" in done.err


def test_nothing_is_left_out_without_a_list(member: Member, file: Path) -> None:
    done = run("submit", str(file), "--json")
    assert done.code == 0
    assert json.loads(done.out)["listed"] == 0


@pytest.mark.parametrize("change", ["key", "entry"])
def test_a_list_that_the_pinned_key_did_not_sign_stops_the_upload(member: Member, file: Path, change: str) -> None:
    member.platform.lists = [hotlines()]
    if change == "key":
        member.platform.list_seed = bytes(range(32))
    else:
        run("warnings", "list")
        kept = member.home / "warnings.json"
        kept.write_text(kept.read_text(encoding="utf-8").replace("cn-sc:95588", "cn-sc:95599"), encoding="utf-8")
    done = run("submit", str(file))
    assert done.code == 6
    assert "hotlines" in done.err
    assert not member.platform.submissions
    assert member.platform.charges == 0


def test_an_unchanged_list_is_not_sent_again(member: Member) -> None:
    member.platform.lists = [hotlines()]
    with member.client() as client:
        assert client.warning_lists() == client.warning_lists() == tuple(member.platform.lists)
        member.platform.lists = [replace(hotlines("95599"), number=2)]
        assert client.warning_lists()[0].number == 2


def test_the_kept_lists_serve_a_dry_run_without_a_network(member: Member, file: Path) -> None:
    member.platform.lists = [hotlines()]
    assert run("submit", str(file), "--dry-run").code == 12
    member.platform.hiccups = ["cut"] * 50
    done = run("submit", str(file), "--dry-run", "--offline", "--json")
    assert (done.code, json.loads(done.out)["listed"]) == (12, 2)


def test_init_pins_the_key_and_refuses_another(member: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "fresh"
    monkeypatch.setenv("ALLIANCE_HOME", str(home))
    monkeypatch.setenv("ALLIANCE_CREDENTIAL", TOKEN)
    arguments = ("init", "--url", member.url, "--fingerprint", member.platform.transcript.fingerprint())
    other = signing.text_of(signing.public_key(bytes(32)))
    assert run(*arguments, "--alliance-key", other).code == 6
    assert run(*arguments, "--alliance-key", "nonsense").code == 3
    assert not (home / "config.json").exists()
    assert run(*arguments, "--alliance-key", KEY).code == 0
    assert Config.load(home).alliance_key == KEY
    first_use = run(*arguments)
    assert first_use.code == 0
    assert KEY in first_use.err


def test_a_client_from_before_pins_at_first_use_and_a_new_key_is_pinned_by_hand(member: Member) -> None:
    config = Config.load(member.home)
    replace(config, alliance_key="").save_settings()
    done = run("warnings", "list")
    assert KEY in done.err
    assert Config.load(member.home).alliance_key == KEY
    member.platform.lists = [hotlines()]
    member.platform.list_seed = bytes(range(32))
    assert run("warnings", "list").code == 6
    new = signing.text_of(signing.public_key(bytes(range(32))))
    assert run("ceremony", "--alliance-key", new).code == 0
    assert Config.load(member.home).fingerprint == config.fingerprint
    assert run("warnings", "list").code == 0


def test_propose_show_and_approve_compute_the_digests_here(member: Member, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "类型,要素值,说明\n电话号码,95588,工商银行\n电话号码,400*,400 热线\n域名,www.court.gov.cn,法院\n",
        encoding="gb18030",
    )
    head = ("--code", "public", "--name-zh", "公共", "--name-en", "Public", "--reason", "Everybody calls them")
    done = run("warnings", "propose", str(path), *head, "--yes", "--json")
    assert done.code == 0, done.err
    version = json.loads(done.out)["version"]
    stored = member.platform.versions[version["reference"]]
    digests = unb64(stored["digests"], "digests")
    expected = member.platform.digest("domain/1", "court.gov.cn") + member.platform.digest("phone/1", "cn-sc:95588")
    assert digests == expected
    assert "court.gov.cn" in run("warnings", "show", version["reference"]).out
    assert run("warnings", "approve", version["reference"], "--yes").code == 0
    stored["entries"][1]["value"] = "cn-sc:95599"
    done = run("warnings", "approve", version["reference"], "--yes", "--json")
    assert json.loads(done.out)["error"]["code"] == "digests_differ"
    assert done.code != 0
    assert run("warnings", "refuse", version["reference"], "--reason", "wrong label").code == 0
    assert "refused" in run("warnings", "list").out


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("", "list_columns", "kind, value, label"),
        ("kind,value\nphone,95588\n", "list_columns", "label"),
        ("kind,value,label\nnothing,95588,Bank\n", "list_row", "row 2"),
        ("kind,value,label\nphone,95588,Bank\ncnid,11010519491231002X,Person\n", "list_row", "row 3"),
        ("kind,value,label\nphone,138****5678,Bank\n", "list_row", "row 2"),
        ("kind,value,label\nphone,13812345678,Bank\n", "list_row", "mobile"),
        ("kind,value,label\nphone,95588,\n", "list_row", "label"),
        ("kind,value,label\n\nphone,95588,Bank\nphone,955 88,Again\n", "list_row", "row 4"),
        ("kind,value,label\nphone,1*,Wide\n", "list_row", "prefix"),
    ],
)
def test_a_malformed_list_names_its_row(tmp_path: Path, text: str, code: str, said: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        read_list(path, "hotline")
    assert refused.value.code == code
    assert said in refused.value.say("en")
    assert refused.value.say("zh")


def test_a_list_that_is_too_long_or_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    rows = "".join(f"phone,{number}*,Bank\n" for number in range(10_000, 20_001))
    assert rows.count("\n") == MOST_ENTRIES + 1
    path.write_text("kind,value,label\n" + rows, encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        read_list(path, "hotline")
    assert refused.value.facts["reason"] == "list_long"
    path.write_bytes(b"PK\x03\x04\x00\x00")
    with pytest.raises(FileRefused):
        read_list(path, "hotline")
    with pytest.raises(FileRefused):
        read_list(tmp_path / "none.csv", "hotline")


def test_an_approver_does_not_believe_entries_that_may_not_be_listed(member: Member, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("kind,value,label\nphone,95588,Bank\n", encoding="utf-8")
    head = ("--code", "public", "--name-zh", "公共", "--name-en", "Public", "--reason", "Everybody calls them")
    version = json.loads(run("warnings", "propose", str(path), *head, "--yes", "--json").out)["version"]
    member.platform.versions[version["reference"]]["entries"][0]["value"] = "+8613812345678"
    with member.client() as client, pytest.raises(TrustError):
        client.approve_warnings(client.warning_version(version["reference"]))

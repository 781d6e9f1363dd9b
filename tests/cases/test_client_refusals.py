"""What a command of cases says when it cannot do what is asked: one line, its exit code, and nothing is recorded."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alliance_client.joint import keys
from audit.models import Entry
from cases.models import Case, CustodyEntry, Evidence, Package
from tests.cases import joint_case
from tests.cases.lockers import upload
from tests.cases.machines import Machine
from tests.cast import Cast, actor, token_of
from tests.client.console import run

pytestmark = pytest.mark.django_db(transaction=True)
ABSENT = "11111111-2222-4333-8444-555555555555"
COMMANDS = (
    ("cases", "show", "CASE"),
    ("cases", "add", "CASE", "OTHER"),
    ("cases", "open", "OTHER", "--title", "t", "--typology", "other"),
    ("disclosures", "list", "CASE"),
    ("disclosures", "askable", "CASE"),
    ("disclosures", "propose", "CASE", "OTHER", "--stdin"),
    ("disclosures", "show", "CASE", "OTHER", "--reason", "r"),
    ("disclosures", "withdraw", "CASE", "OTHER", "--yes"),
    ("evidence", "list", "CASE"),
    ("evidence", "put", "CASE", "FILE", "--kind", "chat", "--title", "t"),
    ("evidence", "get", "CASE", "OTHER", "-o", "OUT", "--reason", "r"),
    ("evidence", "history", "CASE", "OTHER"),
    ("evidence", "drop", "CASE", "OTHER"),
    ("keys", "give", "CASE", "--yes"),
    ("keys", "revoke", "OTHER", "--why", "lost", "--yes"),
    ("package", "CASE", "-o", "OUT", "--reason", "r"),
    ("papers", "ask", "OTHER", "--facts", "FACTS"),
    ("papers", "show", "OTHER", "--facts"),
    ("police", "show", "CASE"),
    ("police", "suggest", "CASE"),
    ("police", "answer", "CASE", "OTHER", "--text", "t"),
    ("seized", "mark", "OTHER", "contacted"),
)


@pytest.fixture(name="case")
def _case(cast: Cast) -> Case:
    return joint_case(cast).case


@pytest.fixture(name="north")
def _north(cast: Cast, live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.setenv("ALLIANCE_PASSPHRASE", "correct horse battery")
    monkeypatch.setenv("ALLIANCE_LANG", "en")
    (tmp_path / "file.txt").write_text("hello")
    (tmp_path / "facts.json").write_text(json.dumps({"number": "1"}))
    made = Machine(tmp_path / "north", live_server.url, token_of(cast.north), monkeypatch)
    monkeypatch.setenv("ALLIANCE_HOME", str(made.home))
    yield made
    made.alliance.transport.close()


def said(tmp_path: Path, command: tuple[str, ...], **names: str) -> tuple[int, str]:
    """The exit code, and the one line on standard error."""
    paths = {"FILE": "file.txt", "FACTS": "facts.json", "OUT": "out"}
    given = {**names, **{name: str(tmp_path / path) for name, path in paths.items()}}
    done = run(*(given.get(word, word) for word in command), given="1")
    assert (done.out, done.err.count("\n")) == ("", 1), done.out + done.err
    return done.code, done.err


def test_what_is_no_reference_or_names_nothing(north: Machine, tmp_path: Path) -> None:
    north.make()
    for command in COMMANDS:
        code, line = said(tmp_path, command, CASE="2026-17", OTHER="abc")
        assert (code, "is no reference" in line) == (5, True), command
        code, line = said(tmp_path, command, CASE=ABSENT, OTHER=ABSENT)
        assert (code, line) == (5, "The platform knows nothing under that reference.\n"), command


def test_a_platform_that_does_not_answer(north: Machine, tmp_path: Path) -> None:
    north.make()
    settings = north.home / "config.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "url": "http://127.0.0.1:9"}))
    code, line = said(tmp_path, ("keys", "make", "New", "-o", "OUT"))
    assert (code, "does not answer" in line) == (9, True)
    assert len(list((north.home / "keys").glob("*.key"))) == 1, "a key was made that nobody knows of"


def test_without_a_key_nothing_is_recorded(north: Machine, cast: Cast, case: Case, tmp_path: Path) -> None:
    upload(actor(cast.north_analyst), case.ref, b"evidence")
    before = (CustodyEntry.objects.count(), Entry.objects.count())
    refs = {"CASE": str(case.ref), "OTHER": str(Evidence.objects.get().ref)}
    for command in (
        ("evidence", "get", "CASE", "OTHER", "-o", "OUT", "--reason", "r"),
        ("evidence", "put", "CASE", "FILE", "--kind", "chat", "--title", "t"),
        ("keys", "give", "CASE", "--yes"),
    ):
        code, line = said(tmp_path, command, **refs)
        assert (code, "alliance keys make" in line) == (3, True)
    assert (CustodyEntry.objects.count(), Entry.objects.count()) == before


def test_a_file_that_could_not_be_written_is_refused_first(north: Machine, case: Case, tmp_path: Path) -> None:
    out, ref = str(tmp_path / "none" / "file"), str(case.ref)
    for command in (
        ("package", ref, "-o", out, "--reason", "r"),
        ("evidence", "get", ref, ABSENT, "-o", out, "--reason", "r"),
        ("keys", "make", "New", "-o", out),
        ("template", out),
    ):
        code, line = said(tmp_path, command)
        assert (code, line) == (3, f"There is no folder {tmp_path / 'none'}: make it first.\n")
    assert not Package.objects.exists()
    assert not (north.home / "keys").exists()


def test_a_reference_in_capitals_is_the_same_case(north: Machine, case: Case, tmp_path: Path) -> None:
    north.make()
    made = keys.case_key(north.alliance, str(case.ref).upper())
    assert keys.case_key(north.alliance, str(case.ref)) == made

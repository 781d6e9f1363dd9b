"""A package says the whole case, is signed, and names what was changed in it, wherever that is."""

import ast
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from audit.models import Entry
from cases.models import CustodyEntry, EvidenceVersion, Package, PackageDocument
from cases.package.script import verify_script
from cases.queries.packages import signing_fingerprint
from cases.services.packages import build_package, take_package
from kit.errors import Conflict, Forbidden, NotFound
from privacy.verify_archive import Wrong
from privacy.verify_package import check, exit_code, lines
from tests.cases import Story, remove
from tests.cases.lockers import upload
from tests.cases.packages import Made, made_package, zip_of
from tests.cast import Cast, actor

pytestmark = pytest.mark.django_db
CONTENT = random.Random(7).randbytes(70_000)
PATH = "evidence/001-v1.png"
CLIENT_ZIP = "f0a025fb72edcd16ffb65fd5b27e9cdcf291056ac87c50b62ac12081de09ebfd"
"""SHA-256 of what client-zip 2.5 writes of the three files below, as frontend/package.js calls it."""


@pytest.fixture
def made(cast: Cast, story: Story) -> Made:
    upload(actor(cast.north_analyst), story.case.ref, CONTENT)
    return made_package(actor(cast.police_officer), story.case.ref, {PATH: CONTENT})


def flipped(raw: bytes, at: int, bit: int = 0) -> bytes:
    return raw[:at] + bytes([raw[at] ^ (1 << bit)]) + raw[at + 1 :]


def test_it_is_whole_as_an_archive_and_as_a_folder(made: Made, tmp_path: Path) -> None:
    for path in (made.zip(tmp_path), made.folder(tmp_path)):
        found = check(path, signing_fingerprint())
        assert (found.problems, found.absent, exit_code(found)) == ([], [], 0)
        assert "校验通过" in list(lines(found, True))
        assert found.facts["timestamp"] is None
        assert any("integrity only" in line for line in lines(found, False))


def test_it_holds_every_document_that_the_police_ask_for(made: Made) -> None:
    names = set(made.files)
    assert {"report.pdf", "loss-table.xlsx", "evidence-list.xlsx", "statements/01.pdf", "verify.py"} <= names
    assert {f"records/{name}.json" for name in ("case", "custody", "disclosures", "log")} <= names
    assert made.files["report.pdf"].startswith(b"%PDF-")
    log = json.loads(made.files["records/log.json"])
    assert {"case.opened", "evidence.received"} <= {one["kind"] for one in log}
    (stated,) = json.loads(made.files["manifest.json"])["evidence"]
    assert (stated["path"], stated["size"]) == (PATH, len(CONTENT))


def test_evidence_that_was_left_out_is_said_to_be_missing_and_is_no_alarm(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(zip_of({name: raw for name, raw in made.files.items() if name != PATH}))
    found = check(path)
    assert (found.problems, found.absent, exit_code(found)) == ([], [PATH], 3)


def test_one_flipped_bit_in_any_file_is_named_with_its_offset(made: Made, tmp_path: Path) -> None:
    chance = random.Random(1)
    folder = made.folder(tmp_path)
    for path, raw in made.files.items():
        if path == PATH:
            continue  # without the archive's CRC-32 only the file is named
        for at in {0, len(raw) - 1, chance.randrange(len(raw)), chance.randrange(len(raw))}:
            (folder / path).write_bytes(flipped(raw, at, chance.randrange(8)))
            problems = check(folder).problems
            assert (path, at) in [(one["file"], one["offset"]) for one in problems], (path, at, problems)
        (folder / path).write_bytes(raw)
    (folder / PATH).write_bytes(flipped(CONTENT, 5))
    assert [one["file"] for one in check(folder).problems] == [PATH]


def test_one_flipped_bit_anywhere_in_the_archive_is_named(made: Made, tmp_path: Path) -> None:
    chance, target = random.Random(2), made.zip(tmp_path)
    whole = target.read_bytes()
    names = {path: whole.index(raw) for path, raw in made.files.items()}
    outside = [at for at in range(len(whole)) if not any(s <= at < s + len(made.files[p]) for p, s in names.items())]
    for at in chance.sample(outside, 120):
        target.write_bytes(flipped(whole, at, chance.randrange(8)))
        code, said = outcome(target)
        assert code != 0, at
        assert any("package.zip" in one or str(at) in one for one in said), (at, said)
    for path, start in names.items():
        at = chance.randrange(len(made.files[path]))
        target.write_bytes(flipped(whole, start + at))
        found = check(target)
        assert (path, at) in [(one["file"], one["offset"]) for one in found.problems], (path, at, found.problems)


def outcome(target: Path) -> tuple[int, list[str]]:
    try:
        found = check(target)
    except Wrong as error:
        return 2, [str(error)]
    return exit_code(found), list(lines(found, False))


def test_a_record_that_was_rewritten_is_named(made: Made, tmp_path: Path) -> None:
    for name in ("case", "custody", "log"):
        path = f"records/{name}.json"
        rows = made.files[path].split(b"\n")
        rows[1] = rows[1].replace(b"20", b"19").replace(b"a", b"b")
        (problem,) = check(made.zip(tmp_path, **{path: b"\n".join(rows)})).problems
        assert (problem["file"], problem["record"]) == (path, 1)


def test_a_manifest_that_was_signed_by_somebody_else_is_refused_by_the_key(made: Made, tmp_path: Path) -> None:
    (problem,) = check(made.zip(tmp_path), "00" * 32).problems
    assert (problem["file"], problem["code"]) == ("seal.json", "key")


def test_a_file_that_was_added_or_taken_out_is_named(made: Made, tmp_path: Path) -> None:
    (added,) = check(made.zip(tmp_path, **{"evidence/009-v1.exe": b"MZ"})).problems
    assert (added["file"], added["code"]) == ("evidence/009-v1.exe", "unlisted")
    path = tmp_path / "less.zip"
    path.write_bytes(zip_of({name: raw for name, raw in made.files.items() if name != "report.pdf"}))
    (gone,) = check(path).problems
    assert (gone["file"], gone["code"]) == ("report.pdf", "missing")


def test_its_script_needs_neither_the_project_nor_a_library(made: Made, tmp_path: Path) -> None:
    ast.parse(verify_script().decode(), feature_version=(3, 8))
    script = tmp_path / "verify.py"
    script.write_bytes(made.files["verify.py"])
    for python in pythons():
        done = subprocess.run(
            [python, "-I", "-S", str(script), str(made.zip(tmp_path)), "--json", "--key", signing_fingerprint()],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={},
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done
        assert json.loads(done.stdout)["whole"]


def pythons() -> Iterator[str]:
    yield sys.executable
    yield from map(str, Path.home().glob(".pyenv/versions/3.8.*/bin/python"))


def test_only_the_institution_that_built_it_is_given_it(cast: Cast, story: Story, made: Made) -> None:
    with pytest.raises(NotFound):
        take_package(actor(cast.north_lead), story.case.ref, made.row.ref)
    with pytest.raises(NotFound):
        build_package(actor(cast.outsider_analyst), story.case.ref)
    with pytest.raises(Forbidden):
        build_package(actor(cast.regulator_reader), story.case.ref)
    remove(story.case, cast.police)
    with pytest.raises(NotFound):
        take_package(actor(cast.police_officer), story.case.ref, made.row.ref)


def test_building_and_taking_it_are_recorded(made: Made) -> None:
    kinds = list(Entry.objects.filter(kind__startswith="package.").order_by("id").values_list("kind", flat=True))
    assert kinds == ["package.built", "package.downloaded"]


def test_what_was_changed_in_the_database_is_not_handed_out(cast: Cast, story: Story, made: Made) -> None:
    row = PackageDocument.objects.get(package=made.row, path="report.pdf")
    other = PackageDocument.objects.get(package=made.row, path="evidence-list.xlsx")
    PackageDocument.objects.filter(pk=row.pk).update(sealed=other.sealed)
    with pytest.raises(Conflict):
        take_package(actor(cast.police_officer), story.case.ref, made.row.ref)
    PackageDocument.objects.filter(pk=row.pk).update(sealed=row.sealed)
    Package.objects.filter(pk=made.row.pk).update(
        manifest=bytes(made.row.manifest).replace(b"not sealed", b"is sealed")
    )
    with pytest.raises(Conflict):
        take_package(actor(cast.police_officer), story.case.ref, made.row.ref)
    assert Entry.objects.filter(kind="package.refused").count() == 2


def test_evidence_whose_row_was_exchanged_is_not_packaged(cast: Cast, story: Story, made: Made) -> None:
    EvidenceVersion.objects.update(source_sha256=bytes(32))
    with pytest.raises(Conflict) as refused:
        build_package(actor(cast.police_officer), story.case.ref)
    assert refused.value.code == "not_what_was_kept"
    assert CustodyEntry.objects.exists()


def test_no_text_of_the_case_stands_in_the_database(made: Made) -> None:
    row = Package.objects.get(pk=made.row.pk)
    stored = bytes(row.manifest) + b"".join(bytes(one.sealed) for one in row.documents.all())
    assert "代理维权团伙".encode() not in stored
    assert "转账截图".encode() not in stored


def test_an_archive_is_written_as_the_browser_writes_it() -> None:
    files = {"manifest.json": b"hello", PATH: b"\7" * 1000 + bytes(33), "空.txt": b""}
    assert sha256(zip_of(files)).hexdigest() == CLIENT_ZIP

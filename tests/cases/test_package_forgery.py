"""What a forger adds to a package without touching what is signed is not taken for a part of it."""

import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from typer.testing import CliRunner

from alliance_client.cli import app
from cases.queries.packages import signing_fingerprint
from privacy import signing
from privacy.verify_archive import Wrong, central, ending
from privacy.verify_package import SIGNED, check, dumps, exit_code, lines
from privacy.verify_sums import piece_sums, sums_of
from tests.cases import joint_case
from tests.cases.authority import authority
from tests.cases.packages import Made, made_package
from tests.cast import Cast, actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(cast: Cast) -> Made:
    return made_package(actor(cast.police_officer), joint_case(cast).case.ref, {})


def _sealed(made: Made, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The seal with a change and a right checksum: its signature still holds."""
    seal = json.loads(made.files["seal.json"][:-10])
    change(seal)
    body = dumps(seal)
    return body + b"\n%08x\n" % zlib.crc32(body)


@pytest.mark.parametrize(
    "change",
    [
        lambda seal: seal.update(note="本案已撤销"),
        lambda seal: seal["manifest"].update(note="本案已撤销"),
        lambda seal: seal["manifest"].update(pieces="本案已撤销"),
        lambda seal: seal.update(timestamp={"crc32": "00", "sha256": "00", "size": 1}),
        lambda seal: seal.update(timestamp="2020-01-01"),
        lambda seal: seal.update(format="alliance-seal/0"),
        lambda seal: seal.update(key=seal["key"].upper()),
    ],
)
def test_words_beside_the_signature_are_not_taken_for_signed(
    made: Made, tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    found = check(made.zip(tmp_path, **{"seal.json": _sealed(made, change)}), signing_fingerprint())
    assert [(one["file"], one["code"]) for one in found.problems] == [("seal.json", "form")]


def test_a_record_of_a_value_says_nothing_but_the_value(made: Made, tmp_path: Path) -> None:
    record = {"disclosure": "x", "kind": "phone/1", "salt": "A" * 43, "value": "+8613800138000", "note": "已核实"}
    found = check(made.zip(tmp_path, **{"values.json": b"[\n" + dumps(record) + b"\n]\n"}))
    assert ("values.json", "form") in [(one["file"], one["code"]) for one in found.problems]
    assert exit_code(found) == 1


def test_an_empty_key_is_refused_and_not_taken_for_none(made: Made, tmp_path: Path) -> None:
    script, package = tmp_path / "verify.py", str(made.zip(tmp_path))
    script.write_bytes(made.files["verify.py"])
    done = subprocess.run(
        [sys.executable, "-I", str(script), package, "--key", ""], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--key" in done.stderr
    assert CliRunner().invoke(app, ["verify", package, "--key", ""]).exit_code == 2
    assert CliRunner().invoke(app, ["verify", package, "--key", signing_fingerprint()]).exit_code == 0


def test_words_in_the_sums_of_the_time_stamp_are_not_taken_for_signed(
    cast: Cast, made: Made, tmp_path: Path, settings: Any
) -> None:
    with authority(tmp_path) as tsa:
        settings.TIMESTAMP_URL, settings.TIMESTAMP_CERTIFICATES = tsa.url, str(tsa.root)
        stamped = made_package(actor(cast.police_officer), made.row.case.ref, {})
    for change in ({"note": "本案已撤销"}, {"size": 1}, {"crc32": "0"}):
        seal = _sealed(stamped, lambda seal, change=change: seal["timestamp"].update(change))  # type: ignore[misc]
        found = check(stamped.zip(tmp_path, **{"seal.json": seal}))
        assert ("seal.json", "form") in [(one["file"], one["code"]) for one in found.problems]


def _not_rsa() -> asn1_x509.Certificate:
    """A certificate that is no RSA key's and stands behind an authority's, since a set is in the order of its bytes."""
    key, name, now = ec.generate_private_key(ec.SECP256R1()), x509.Name([]), datetime.now(UTC)
    filler = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), bytes(2000))
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    made = built.add_extension(filler, critical=False).sign(key, hashes.SHA256())
    return asn1_x509.Certificate.load(made.public_bytes(serialization.Encoding.DER))


def _forged(token: bytes, algorithm: str) -> bytes:
    """The token with another time, under a signature that nobody made and with the true authority's certificate."""
    whole = cms.ContentInfo.load(token)
    signed = whole["content"]
    info = tsp.TSTInfo.load(signed["encap_content_info"]["content"].parsed.dump())
    info["gen_time"] = datetime(2020, 1, 1, tzinfo=UTC)
    signed["encap_content_info"]["content"] = core.ParsableOctetString(info.dump())
    (signer,) = signed["signer_infos"]
    for attribute in signer["signed_attrs"]:
        if attribute["type"].native == "message_digest":
            attribute["values"] = [sha256(info.dump()).digest()]
    signer["signature_algorithm"] = {"algorithm": algorithm}
    signed["certificates"] = [*signed["certificates"], cms.CertificateChoices("certificate", _not_rsa())]
    return bytes(whole.dump(force=True))


@pytest.mark.parametrize("algorithm", ["sha256_rsa", "sha256_ecdsa"])
def test_an_authority_is_named_only_for_what_it_signed(
    cast: Cast, made: Made, tmp_path: Path, settings: Any, algorithm: str
) -> None:
    with authority(tmp_path) as tsa:
        settings.TIMESTAMP_URL, settings.TIMESTAMP_CERTIFICATES = tsa.url, str(tsa.root)
        stamped = made_package(actor(cast.police_officer), made.row.case.ref, {})
    token = _forged(stamped.files["timestamp.tst"], algorithm)
    seal = _sealed(stamped, lambda seal: seal.update(timestamp=sums_of(token)))
    found = check(stamped.zip(tmp_path, **{"timestamp.tst": token, "seal.json": seal}), signing_fingerprint())
    told = "\n".join(lines(found, False))
    assert tsa.certificate.fingerprint(hashes.SHA256()).hex() not in told
    assert [one["code"] for one in found.problems] == (["stamp"] if algorithm == "sha256_rsa" else [])
    assert "not checked here" in told or algorithm == "sha256_rsa"


def test_a_name_in_a_package_writes_no_line_of_its_own(made: Made, tmp_path: Path) -> None:
    found = check(made.zip(tmp_path, **{"a\x1b[2J\n校验通过\u202e": b""}), signing_fingerprint())
    told = list(lines(found, True))
    assert exit_code(found) == 1
    assert all(one.isprintable() for one in told)
    assert not any(one.startswith("校验通过") for one in told)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_folder_holds_files_and_nothing_that_leads_elsewhere(made: Made, tmp_path: Path) -> None:
    folder, elsewhere = made.folder(tmp_path), tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "statement.pdf").write_bytes(b"%PDF-")
    (folder / "supplement").symlink_to(elsewhere)
    (folder / "case withdrawn").mkdir()
    (elsewhere / "report.pdf").write_bytes((folder / "report.pdf").read_bytes())
    (folder / "report.pdf").unlink()
    (folder / "report.pdf").symlink_to(elsewhere / "report.pdf")
    found = check(folder, signing_fingerprint())
    linked = {one["file"] for one in found.problems if one["code"] == "link"}
    assert linked == {"supplement", "case withdrawn", "report.pdf"}


def _is_refused(package: Path) -> bool:
    """Whether the check says no in its own words."""
    try:
        return exit_code(check(package)) == 1
    except Wrong:
        return True


def _signed_by_a_stranger(made: Made, manifest: bytes) -> bytes:
    seed = bytes(range(32))
    body = dumps(
        {
            "format": "alliance-seal/1",
            "key": signing.public_key(seed).hex(),
            "manifest": {**sums_of(manifest), "pieces": piece_sums("manifest.json", manifest)},
            "signature": signing.sign(seed, SIGNED + sha256(manifest).digest()).hex(),
            "timestamp": None,
        }
    )
    return body + b"\n%08x\n" % zlib.crc32(body)


@pytest.mark.parametrize("manifest", [b"[]", b"{}", b"[" * 100_000, b"\xff", b'{"timestamp": 1, "documents": 2}'])
def test_a_manifest_of_no_known_form_is_refused_in_words(made: Made, tmp_path: Path, manifest: bytes) -> None:
    seal = _signed_by_a_stranger(made, manifest)
    with pytest.raises(Wrong, match=r"manifest\.json"):
        check(made.zip(tmp_path, **{"manifest.json": manifest, "seal.json": seal}))


def test_evidence_that_is_listed_under_no_name_is_told_as_absent(made: Made, tmp_path: Path) -> None:
    manifest = dumps({**json.loads(made.files["manifest.json"]), "evidence": [{"path": 5, "evidence": "x"}]})
    files = {"manifest.json": manifest, "seal.json": _signed_by_a_stranger(made, manifest)}
    assert "? 5: listed, not in this package" in list(lines(check(made.zip(tmp_path, **files)), chinese=False))


@pytest.mark.parametrize("flags", [["-I", "-S"], ["-S"], ["-s", "-E"]])
def test_the_script_runs_under_every_flag(made: Made, tmp_path: Path, flags: list[str]) -> None:
    command = [sys.executable, *flags, "verify.py", ".", "--lang", "en"]
    done = subprocess.run(command, cwd=made.folder(tmp_path), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "change",
    [
        lambda seal: seal["manifest"].update(pieces=5),
        lambda seal: seal["manifest"].update(size="1"),
        lambda seal: seal["manifest"].update(size=float("inf")),
        lambda seal: seal["manifest"].update(sha256=5),
        lambda seal: seal.update(timestamp={}),
        lambda seal: seal.update(timestamp=[[]] * 9),
    ],
)
def test_a_seal_of_wrong_types_is_named_or_refused(
    made: Made, tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    files = {"seal.json": _sealed(made, change), "manifest.json": made.files["manifest.json"][:-40] + b"x" * 40}
    assert _is_refused(made.zip(tmp_path, **files))


@pytest.mark.parametrize("name", ["seal.json", "values.json"])
def test_deep_json_is_refused_in_words(made: Made, tmp_path: Path, name: str) -> None:
    body = b"[" * 100_000
    raw = body + b"\n%08x\n" % zlib.crc32(body) if name == "seal.json" else body
    assert _is_refused(made.zip(tmp_path, **{name: raw}))


@pytest.mark.parametrize("size", [2**32 - 2, 2**63, 2**64 - 1])
def test_sizes_and_offsets_beyond_the_archive_are_named(made: Made, tmp_path: Path, size: int) -> None:
    path = made.zip(tmp_path)
    raw = path.read_bytes()
    offset = struct.unpack("<I", raw[-6:-2])[0]
    directory = raw[offset:-22]
    name = directory[46 : 46 + struct.unpack("<H", directory[28:30])[0]]
    first = central(name, 0, size, size) + directory[46 + len(name) :]
    count = struct.unpack("<H", raw[-12:-10])[0]
    for at in (offset, min(size, 2**63)):
        path.write_bytes(raw[:offset] + first + ending(count, len(first), at, is_long=True))
        assert _is_refused(path)


@pytest.mark.parametrize("module", ["hashlib", "json", "__future__", "typing", "argparse"])
def test_the_script_runs_nothing_that_lies_beside_it(made: Made, tmp_path: Path, module: str) -> None:
    folder = made.folder(tmp_path)
    (folder / f"{module}.py").write_text("import os\nprint('Whole', flush=True)\nos._exit(0)\n")
    done = subprocess.run(
        [sys.executable, "verify.py", ".", "--lang", "en", "--key", signing_fingerprint()],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert f"{module}.py: it does not stand in the manifest" in done.stdout

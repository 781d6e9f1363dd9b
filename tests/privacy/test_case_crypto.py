"""Keys, seals and evidence, pure: RFC 9180 by another hand, GB/T 32905's examples, and the vectors both sides share."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from privacy import hpke, locker, recovery
from privacy.commitments import commitment, is_committed, key_check
from privacy.encoding import Malformed, unb64
from privacy.envelope import SealError
from tests.privacy.build_case_vectors import FIXED, FOLDER, STANDARD_SM3, counted
from tests.privacy.test_oprf_js import node

FRONTEND = Path(__file__).resolve().parent.parent.parent / "frontend"
FILES: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))
}
SUITE_KEM, SHA256 = b"KEM" + bytes([0, 0x20]), hashes.SHA256()


def vectors(file: str) -> list[Any]:
    return [pytest.param(one, id=one["name"]) for one in FILES[file]["vectors"]]


# RFC 9180, section 4 and 5, written from its text: what opens here was not sealed by the library alone.


def extract(salt: bytes, suite: bytes, label: bytes, ikm: bytes) -> bytes:
    return HKDF.extract(SHA256, salt or bytes(32), b"HPKE-v1" + suite + label + ikm)


def expand(prk: bytes, suite: bytes, label: bytes, info: bytes, size: int) -> bytes:
    labelled = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return HKDFExpand(SHA256, size, labelled).derive(prk)


def open_by_the_rfc(private: bytes, sealed: bytes, info: bytes, *, aead: int, aad: bytes = b"") -> bytes:
    """Base mode, first message: aead 1 is AES-128-GCM, 2 is AES-256-GCM."""
    own, enc = X25519PrivateKey.from_private_bytes(private), sealed[:32]
    dh = own.exchange(X25519PublicKey.from_public_bytes(enc))
    both = enc + own.public_key().public_bytes_raw()
    shared = expand(extract(b"", SUITE_KEM, b"eae_prk", dh), SUITE_KEM, b"shared_secret", both, 32)
    suite = b"HPKE" + bytes([0, 0x20, 0, 1, 0, aead])
    context = b"\0" + extract(b"", suite, b"psk_id_hash", b"") + extract(b"", suite, b"info_hash", info)
    secret = extract(shared, suite, b"secret", b"")
    key = expand(secret, suite, b"key", context, {1: 16, 2: 32}[aead])
    return AESGCM(key).decrypt(expand(secret, suite, b"base_nonce", context, 12), sealed[32:], aad)


def test_the_other_hand_opens_the_vector_of_the_rfc() -> None:
    """RFC 9180, appendix A.1.1.1: our KEM and KDF, with the AEAD of the appendix."""
    private = bytes.fromhex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8")
    sealed = bytes.fromhex(
        "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"
        "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a"
    )
    plain = open_by_the_rfc(private, sealed, b"Ode on a Grecian Urn", aead=1, aad=b"Count-0")
    assert plain == b"Beauty is truth, truth beauty"


@pytest.mark.parametrize("vector", vectors("seals"))
def test_a_seal_opens_where_it_belongs_and_nowhere_else(vector: dict[str, Any]) -> None:
    private, sealed = bytes.fromhex(vector["private"]), bytes.fromhex(vector["sealed"])
    assert hpke.fingerprint(hpke.public_of(private)) == vector["fingerprint"]
    where = {"place": vector["place"], "ref": vector["ref"]}
    if vector.get("error"):
        with pytest.raises(SealError):
            hpke.open_sealed(private, sealed, **where)
        return
    assert hpke.open_sealed(private, sealed, **where).hex() == vector["plain"]
    info = f"alliance/seal/1\x1f{vector['place']}\x1f{vector['ref']}\x1f{vector['fingerprint']}".encode()
    assert open_by_the_rfc(private, sealed, info, aead=2).hex() == vector["plain"]


def test_no_two_seals_are_alike_and_no_place_is_invented() -> None:
    _private, public = hpke.generate()
    assert hpke.seal_to(public, b"x", place="paper", ref="1") != hpke.seal_to(public, b"x", place="paper", ref="1")
    with pytest.raises(ValueError, match="nothing is sealed"):
        hpke.seal_to(public, b"x", place="elsewhere", ref="1")


LOW_ORDER = (
    bytes(32),
    b"\x01" + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
)
"""Points everybody shares a secret with (RFC 7748, section 6.1)."""


@pytest.mark.parametrize("public", LOW_ORDER)
def test_nothing_is_sealed_to_a_point_of_low_order(public: bytes) -> None:
    with pytest.raises(Malformed):
        hpke.seal_to(public, b"x", place="paper", ref="1")


@pytest.mark.parametrize("name", sorted(FIXED))
def test_the_vectors_are_what_the_code_builds(name: str) -> None:
    assert FIXED[name]() == FILES[name]["vectors"]


@pytest.mark.parametrize(("name", "text", "times", "wanted"), STANDARD_SM3)
def test_sm3_is_that_of_the_standard(name: str, text: str, times: int, wanted: str) -> None:
    assert locker.sm3(text.encode() * times).hex() == wanted


@pytest.mark.parametrize("vector", vectors("files"))
def test_a_file_comes_back_as_it_was_however_it_is_read(vector: dict[str, Any]) -> None:
    data, key = counted(vector["size"]), bytes.fromhex(vector["file_key"])
    cipher = b"".join(locker.encrypt_chunks(key, io.BytesIO(data), len(data)))
    assert b"".join(locker.decrypt_chunks(key, io.BytesIO(cipher))) == data
    assert locker.sums_of(io.BytesIO(cipher)).sha256().hex() == vector["cipher_sha256"]


def test_an_upload_goes_on_with_the_same_bytes() -> None:
    data, key = counted(3 * locker.CHUNK + 5), bytes(32)
    whole = list(locker.encrypt_chunks(key, io.BytesIO(data), len(data)))
    later = io.BytesIO(data[2 * locker.CHUNK :])
    assert list(locker.encrypt_chunks(key, later, len(data), first_chunk=2)) == whole[2:]


def chunks() -> tuple[bytes, list[bytes]]:
    data, key = counted(2 * locker.CHUNK + 9), bytes(range(32))
    return key, list(locker.encrypt_chunks(key, io.BytesIO(data), len(data)))


@pytest.mark.parametrize(
    "order",
    [(1, 0, 2), (0, 2), (0, 1), (0, 0, 1, 2), (0, 1, 2, 2), (2,), ()],
    ids=lambda order: "-".join(map(str, order)),
)
def test_chunks_that_were_moved_dropped_or_repeated_are_refused(order: tuple[int, ...]) -> None:
    key, made = chunks()
    with pytest.raises(SealError):
        list(locker.decrypt_chunks(key, io.BytesIO(b"".join(made[place] for place in order))))


def test_a_changed_byte_is_refused_in_every_chunk() -> None:
    key, made = chunks()
    cipher = b"".join(made)
    for at in (0, locker.CHUNK + locker.TAG, len(cipher) - 1):
        changed = bytearray(cipher)
        changed[at] ^= 1
        with pytest.raises(SealError):
            list(locker.decrypt_chunks(key, io.BytesIO(bytes(changed))))


def test_a_file_that_grew_or_shrank_is_not_encrypted_to_its_end() -> None:
    for size in (9, 11):
        with pytest.raises(ValueError, match="not as long"):
            list(locker.encrypt_chunks(bytes(32), io.BytesIO(bytes(10)), size))


def test_no_two_versions_share_a_key() -> None:
    base: dict[str, Any] = {"salt": bytes(32), "case": "a", "evidence": "b", "version": 1, "source_sha256": bytes(32)}
    changes: list[dict[str, Any]] = [
        {}, {"salt": b"1" * 32}, {"case": "c"}, {"evidence": "d"}, {"version": 2}, {"source_sha256": b"1" * 32}
    ]  # fmt: skip
    assert len({locker.file_key(bytes(32), **base | change) for change in changes}) == len(changes)


def test_parts_add_up_to_the_cipher_text() -> None:
    for size in (0, 1, locker.CHUNK, 8 * locker.CHUNK, 8 * locker.CHUNK + 1, 2 << 30):
        parts = [locker.part_size(size, number) for number in range(locker.part_count(size))]
        assert sum(parts) == locker.cipher_size(size)
        assert all(part == locker.PART_SIZE for part in parts[:-1])
        with pytest.raises(ValueError, match="has no part"):
            locker.part_size(size, len(parts))


def test_a_commitment_holds_for_its_value_alone() -> None:
    made = commitment("ref", "phone/1", "+8613800138000", bytes(32))
    base = {"ref": "ref", "kind": "phone/1", "value": "+8613800138000"}
    assert is_committed(made, **base, salt=bytes(32))
    for change in ({"ref": "other"}, {"kind": "qq/1"}, {"value": "+8613800138001"}):
        assert not is_committed(made, **base | change, salt=bytes(32))
    assert not is_committed(made, **base, salt=b"1" * 32)
    assert not is_committed(made, **base, salt=b"")
    assert key_check("case", 1, bytes(32)) != key_check("case", 2, bytes(32))


@pytest.mark.parametrize("vector", vectors("recovery"))
def test_a_recovery_file_opens_with_its_passphrase(vector: dict[str, Any]) -> None:
    kinds = {"passphrase": SealError, "file": Malformed}
    if error := vector.get("error"):
        with pytest.raises(kinds[error]):
            recovery.read(vector["file"], vector["passphrase"])
    else:
        assert recovery.read(vector["file"], vector["passphrase"]).hex() == vector["private"]
        assert hpke.fingerprint(recovery.public_in(vector["file"])) == hpke.fingerprint(
            hpke.public_of(bytes.fromhex(vector["private"]))
        )


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(ValueError, match="12 characters"):
        recovery.write(bytes(range(32)), "too short")


@pytest.mark.skipif(
    shutil.which("node") is None or not (FRONTEND / "node_modules" / "@hpke").is_dir(),
    reason="needs Node and frontend/node_modules",
)
def test_the_browsers_part_holds_and_python_reads_what_it_writes() -> None:
    run = 'const { runVectors } = await import("./cases-vectors.js"); '
    done = node(f"{run}console.log(JSON.stringify(await runVectors(given)));", list(FILES.values()))
    assert done["failures"] == []
    assert done["count"] == sum(len(file["vectors"]) for file in FILES.values())
    made = done["made"]
    private = recovery.read(made["file"], made["passphrase"])
    assert private.hex() == made["private"]
    assert hpke.open_sealed(private, unb64(made["sealed"], "sealed"), place="paper", ref="one") == b"sealed here"

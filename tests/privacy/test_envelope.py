"""Sealing at rest: equality survives for digests, a text opens only where it was put, keys have ids."""

import json
import secrets
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy import envelope
from privacy.encoding import b64
from privacy.envelope import KeyFileError, KeyRing, SealError

PEPPER = secrets.token_bytes(64)
PLACE: dict[str, int] = {"suite": 1, "epoch": 1, "kind": 1}


def file(**keys: Any) -> dict[str, Any]:
    return {"format": "alliance-keys/1", "embedded": True, "keys": keys}


def key(*ids: str, size: int = 32, current: str | None = None) -> dict[str, Any]:
    return {"current": current or ids[-1], "k": {name: b64(secrets.token_bytes(size)) for name in ids}}


RING = KeyRing.parse(json.dumps(file(note=key("k1", "k2", "k3", current="k2"), pepper=key("k1", size=64))))


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.integers(0, 65_535), st.integers(1, 2**32 - 1))
def test_a_sealed_digest_has_48_bytes_opens_and_is_always_the_same(digest: bytes, kind: int, epoch: int) -> None:
    place = {"suite": 1, "epoch": epoch, "kind": kind}
    sealed = envelope.seal_digest(PEPPER, "k1", digest, **place)
    assert len(sealed) == 48
    assert sealed == envelope.seal_digest(PEPPER, "k1", digest, **place)
    assert envelope.open_digest(PEPPER, "k1", sealed, **place) == digest


@pytest.mark.parametrize("change", [{"suite": 2}, {"epoch": 2}, {"kind": 2}])
def test_one_digest_in_two_places_looks_unrelated_and_opens_only_in_its_own(change: dict[str, int]) -> None:
    digest = secrets.token_bytes(32)
    here, there = envelope.seal_digest(PEPPER, "k1", digest, **PLACE), {**PLACE, **change}
    assert envelope.seal_digest(PEPPER, "k1", digest, **there) != here
    with pytest.raises(SealError):
        envelope.open_digest(PEPPER, "k1", here, **there)


def test_another_pepper_pepper_id_or_a_changed_bit_does_not_open() -> None:
    sealed = envelope.seal_digest(PEPPER, "k1", bytes(32), **PLACE)
    for pepper, name, value in (
        (secrets.token_bytes(64), "k1", sealed),
        (PEPPER, "k2", sealed),
        (PEPPER, "k1", bytes([sealed[0] ^ 1]) + sealed[1:]),
        (PEPPER, "k1", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (PEPPER, "k1", sealed[:-1]),
        (PEPPER, "k1", b""),
    ):
        with pytest.raises(SealError):
            envelope.open_digest(pepper, name, value, **PLACE)


def test_many_at_once_equal_one_by_one() -> None:
    digests, kinds = secrets.token_bytes(32 * 5), [1, 2, 1, 12, 2]
    together = envelope.seal_digests(PEPPER, "k1", digests, suite=1, epoch=3, kinds=kinds)
    single = [
        envelope.seal_digest(PEPPER, "k1", digests[at * 32 : at * 32 + 32], suite=1, epoch=3, kind=kind)
        for at, kind in enumerate(kinds)
    ]
    assert together == b"".join(single)
    assert envelope.seal_digests(PEPPER, "k1", b"", suite=1, epoch=3, kinds=[]) == b""
    for cut in (digests[:-1], digests[:-32]):
        with pytest.raises(ValueError, match=r"32-byte|one kind"):
            envelope.seal_digests(PEPPER, "k1", cut, suite=1, epoch=3, kinds=kinds)


def test_a_digest_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        envelope.seal_digest(PEPPER, "k1", bytes(31), **PLACE)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200), st.binary(max_size=60))
def test_a_text_opens_in_its_context(text: str, context: bytes) -> None:
    key_id, secret = RING.current("note")
    sealed = envelope.seal_text(secret, key_id, text, context=context)
    assert sealed[0] == envelope.ALGORITHM_GCM
    assert envelope.sealed_key_id(sealed) == "k2"
    assert envelope.open_text(RING, "note", sealed, context=context) == text


def test_a_text_moved_changed_or_cut_does_not_open() -> None:
    sealed = envelope.seal_text(RING.get("note", "k2"), "k2", "随手记", context=b"clue/note/1")
    relabelled = sealed.replace(b"k2", b"k1", 1)
    for value, context in (
        (sealed, b"clue/note/2"),
        (relabelled, b"clue/note/1"),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"clue/note/1"),
        (sealed[:20], b"clue/note/1"),
        (b"\x02" + sealed[1:], b"clue/note/1"),
        (b"", b"clue/note/1"),
        (b"\x01\x02\xff\xff" + bytes(40), b"clue/note/1"),
    ):
        with pytest.raises(SealError):
            envelope.open_text(RING, "note", value, context=context)


def test_the_same_text_never_looks_the_same() -> None:
    sealed = {envelope.seal_text(RING.get("note", "k2"), "k2", "a", context=b"") for _ in range(50)}
    assert len(sealed) == 50


def test_a_ring_knows_its_current_key_and_the_old_ones() -> None:
    assert RING.current("note") == ("k2", RING.get("note", "k2"))
    assert RING.ids("note") == ("k2", "k1", "k3")
    assert RING.embedded
    for ask in (
        lambda: RING.current("mfa"),
        lambda: RING.ids("mfa"),
        lambda: RING.get("note", "k9"),
        lambda: RING.get("mfa", "k1"),
    ):
        with pytest.raises(KeyFileError):
            ask()


def test_a_text_whose_key_is_gone_says_so() -> None:
    sealed = envelope.seal_text(secrets.token_bytes(32), "k9", "a", context=b"")
    with pytest.raises(KeyFileError, match="note k9"):
        envelope.open_text(RING, "note", sealed, context=b"")


def test_keys_do_not_show_in_a_trace() -> None:
    assert repr(RING.get("note", "k1")) not in repr(RING)
    assert "_keys" not in repr(RING)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "JSON"),
        ("[]", "object"),
        (json.dumps({**file(), "format": "alliance-keys/2"}), "format"),
        (json.dumps({**file(), "embedded": 1}), "embedded"),
        (json.dumps({**file(), "keys": []}), "keys"),
        (json.dumps({**file(), "more": 1}), "unknown"),
        (json.dumps(file(note={"current": "k1"})), "lacks k"),
        (json.dumps(file(note={"current": "k1", "k": []})), "ids"),
        (json.dumps(file(note={"current": "k2", "k": {"k1": b64(bytes(32))}})), "current"),
        (json.dumps(file(note=key("k1", size=31))), "32"),
        (json.dumps(file(pepper=key("k1", size=32))), "64"),
        (json.dumps(file(django=key("k1", size=16))), "shorter"),
        (json.dumps(file(note=key("K 1"))), "id"),
        (json.dumps(file(note={"current": "k1", "k": {"k1": "***"}})), "base64url"),
    ],
)
def test_a_key_file_that_cannot_be_used_says_why(content: str, reason: str) -> None:
    with pytest.raises(KeyFileError, match=reason):
        KeyRing.parse(content)


def test_the_message_about_a_bad_key_never_shows_it() -> None:
    secret = b64(secrets.token_bytes(31))
    with pytest.raises(KeyFileError) as caught:
        KeyRing.parse(json.dumps(file(note={"current": "k1", "k": {"k1": secret}})))
    assert secret not in str(caught.value)

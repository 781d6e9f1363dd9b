"""The leak scanner finds what it is for; a scanner that finds nothing proves nothing."""

import base64
import hashlib
import os

import pytest
from cryptography.hazmat.primitives import hashes

from tests.leaks import Scanner

PHONE = ("phone/1", "+8616012345678")
VALUES = [
    PHONE,
    ("wechat/1", "wxid_abc123def456gh"),
    ("voice/1", "yuwen:shared:4.1:C0001234"),
    ("card/1", "6299991234567890128"),
    ("cnid/1", "99019919900101001X"),
]


def sm3(raw: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(raw)
    return digest.finalize()


def md5(raw: bytes) -> bytes:
    return hashlib.md5(raw, usedforsecurity=False).digest()


PLANTED = {
    "bare": b"16012345678",
    "with +86": b"+8616012345678",
    "with 86": b"8616012345678",
    "in groups": b"160 1234 5678",
    "hex": b"16012345678".hex().encode(),
    "upper hex": b"+8616012345678".hex().upper().encode(),
    "base64": base64.b64encode(b"16012345678"),
    "base64 inside a text": base64.b64encode(b'{"phone":"16012345678","x":1}'),
    "base64 of another offset": base64.b64encode(b"x16012345678"),
    "base64 of the third offset": base64.b64encode(b"xy16012345678zz"),
    "base64url of a hash": base64.urlsafe_b64encode(sm3(b"16012345678")),
    "utf-16": "16012345678".encode("utf-16-le"),
    "md5": md5(b"16012345678").hex().encode(),
    "md5, raw": md5(b"16012345678"),
    "sha1": hashlib.sha1(b"+8616012345678", usedforsecurity=False).hexdigest().encode(),
    "sha256": hashlib.sha256(b"+8616012345678").hexdigest().upper().encode(),
    "sha256 of the message": hashlib.sha256(b"phone/1\x1f+8616012345678").hexdigest().encode(),
    "sm3": sm3(b"8616012345678").hex().encode(),
}


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(VALUES, texts=["客户称已委托他人处理。", "JLB-000123"])


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("offset", range(8))
def test_it_finds_a_phone(scanner: Scanner, planted: str, offset: int) -> None:
    noise = os.urandom(1000 + offset)
    assert {leak.value for leak in scanner.scan("here", noise + PLANTED[planted] + noise)} == {PHONE[1]}


@pytest.mark.parametrize(("kind", "value"), VALUES)
def test_it_finds_every_kind(scanner: Scanner, kind: str, value: str) -> None:
    assert {(one.kind, one.value) for one in scanner.scan("log", f"at=1 {value} ok".encode())} == {(kind, value)}


def test_it_finds_a_note_and_an_own_reference(scanner: Scanner) -> None:
    assert scanner.scan("dump", "…客户称已委托他人处理。…".encode())
    assert scanner.scan("dump", "客户称已委托他人处理。".encode().hex().encode())
    assert scanner.scan("dump", b"ref JLB-000123\n")


def test_it_says_nothing_of_clean_bytes(scanner: Scanner) -> None:
    assert scanner.scan("here", os.urandom(1 << 20)) == []
    assert scanner.scan("here", b"16012345679 +8616012345 1601234567 short") == []
    assert scanner.scan("here", b"") == []
    assert scanner.scan("here", b"1234567") == []

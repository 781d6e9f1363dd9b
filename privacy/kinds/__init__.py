"""The registry of kinds: what an indicator may be, and its one canonical spelling.

A label such as `phone/1` is immutable: it is hashed with the value, so a changed rule is a new label. The
twin for the browser is `frontend/kinds.js`; `tests/vectors/kinds` is run by both.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from privacy.kinds.accounts import account, qq, voice, wechat
from privacy.kinds.network import domain, imei, ip, oaid
from privacy.kinds.papers import card, cnid, uscc
from privacy.kinds.phone import phone
from privacy.kinds.text import REASONS, WARNINGS, Canonical, Refused, folded_of, luhn

__all__ = [
    "BY_NUMBER",
    "KINDS",
    "REASONS",
    "WARNINGS",
    "Canonical",
    "Kind",
    "Refused",
    "looks_like_indicator",
    "message",
    "normalise",
    "voice_library",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of indicator.

    `number` stands in the database and is never reused. A `weak` kind never corroborates alone. The values of a
    `public` kind can be listed by anybody, so their digests can be guessed within a quota.
    """

    number: int
    label: str
    name_en: str
    name_zh: str
    weak: bool
    public: bool
    example: str


def _kinds() -> tuple[Kind, ...]:
    return (
        Kind(1, "phone/1", "Phone number", "电话号码", False, False, "138 1234 5678"),
        Kind(2, "voice/1", "Voiceprint ID", "声纹编号", False, False, "vendor:library:3.2:C000123"),
        Kind(3, "account/1", "Agent-ad account", "中介广告账号", False, False, "抖音:uid:1234567890"),
        Kind(4, "cnid/1", "Resident ID", "身份证号", False, False, "11010519491231002X"),
        Kind(5, "card/1", "Bank card", "银行卡号", False, False, "6222 0212 3456 7890 128"),
        Kind(6, "wechat/1", "WeChat ID", "微信号", False, False, "wxid_abc123def456"),
        Kind(7, "qq/1", "QQ number", "QQ号", False, False, "123456789"),
        Kind(8, "imei/1", "IMEI", "手机串号（IMEI）", True, False, "490154203237518"),
        Kind(
            9,
            "oaid/1",
            "Advertising device ID",
            "设备广告标识（OAID/IDFA）",
            False,
            False,
            "6d92078a-8246-4ba4-ae5b-76104861e7dc",
        ),
        Kind(10, "ip/1", "IP address", "IP地址", True, False, "1.2.3.4"),
        Kind(11, "domain/1", "Domain", "域名", False, True, "www.example.com"),
        Kind(12, "uscc/1", "Company code", "统一社会信用代码", False, True, "91350100M000100Y43"),
    )


KINDS: Mapping[str, Kind] = MappingProxyType({kind.label: kind for kind in _kinds()})
BY_NUMBER: Mapping[int, Kind] = MappingProxyType({kind.number: kind for kind in _kinds()})

_NORMALISERS: Mapping[str, Callable[[str], Canonical]] = MappingProxyType(
    {
        "phone/1": phone,
        "voice/1": voice,
        "account/1": account,
        "cnid/1": cnid,
        "card/1": card,
        "wechat/1": wechat,
        "qq/1": qq,
        "imei/1": imei,
        "oaid/1": oaid,
        "ip/1": ip,
        "domain/1": domain,
        "uscc/1": uscc,
    }
)

_PHONE_IN = re.compile(
    r"(?<![0-9])(?:(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}"
    r"|0(?:10|2[0-9]|[3-9][0-9]{2})[ -]?[2-8][0-9]{6,7})(?![0-9])"
)
_CNID_IN = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
_CARD_IN = re.compile(r"(?<![0-9])[3-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{3,4}(?:[ -]?[0-9]{1,3})?(?![0-9])")


def normalise(label: str, text: str) -> Canonical:
    """The canonical spelling of one written value of the kind `label`. Idempotent. Raises Refused."""
    normaliser = _NORMALISERS.get(label)
    if normaliser is None:
        raise Refused("kind")
    return normaliser(text)


def message(label: str, canonical: str) -> bytes:
    """The OPRF input: label, 0x1F, canonical value in UTF-8. No label or value holds 0x1F."""
    return f"{label}\x1f{canonical}".encode()


def voice_library(canonical: str) -> str:
    """The library `vendor:library:engine` of a canonical voice/1."""
    return canonical.rsplit(":", 1)[0]


def looks_like_indicator(text: str) -> str | None:
    """ "phone", "cnid" or "card" if a free text holds one: then it must not travel as a reference or a note.

    However long the text is: a comment may be longer than any value.
    """
    whole = folded_of(text)
    for found in _CNID_IN.finditer(whole):
        if _accepted(cnid, found[0]):
            return "cnid"
    for found in _CARD_IN.finditer(whole):
        if luhn(re.sub("[ -]", "", found[0])):
            return "card"
    return "phone" if _PHONE_IN.search(whole) else None


def _accepted(normaliser: Callable[[str], Canonical], text: str) -> bool:
    try:
        normaliser(text)
    except Refused:
        return False
    return True

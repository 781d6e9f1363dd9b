"""Devices and addresses: imei/1, oaid/1, ip/1, domain/1.

The ranges of addresses and the scripts of host names are written out here and not taken from a library:
a library's tables move with its version, and both languages must give the same key for years.
"""

import ipaddress
import re
import unicodedata

from privacy.kinds.text import Canonical, Refused, clean, digits_of, luhn

_RESERVED_4 = tuple(
    ipaddress.IPv4Network(block)
    for block in [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ]
)
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
_RESERVED_6 = (ipaddress.IPv6Network("2001:db8::/32"), ipaddress.IPv6Network("3fff::/20"))
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*://)?([^/?#\\@:\[\] \t\r\n]+)(?::[0-9]{1,5})?(?:[/?#][^\n]*)?\Z", re.I | re.A)
_LABEL_PLAIN = re.compile("^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\\Z")
# Lower-case letters and digits of Latin, Greek, Cyrillic, Hebrew, Arabic, Thai, kana, Han and Hangul.
_LABEL_WIDE = re.compile(
    "^[a-z0-9_\u00df-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u052f\u05d0-\u05ea\u0620-\u064a\u0660-\u0669"
    "\u066e-\u06d3\u06f0-\u06fc\u0e01-\u0e3a\u0e40-\u0e4e\u1e00-\u1eff\u3005-\u3007\u3041-\u3096\u30a1-\u30fa"
    "\u30fc-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U0002a6df-]+\\Z"
)


def imei(text: str) -> Canonical:
    """The first 14 digits of an IMEI (3GPP TS 23.003): 14, 15 with a check digit, or 16 with a version."""
    digits = digits_of(text)
    if not 14 <= len(digits) <= 16:
        raise Refused("length")
    if not digits[:14].strip("0"):
        raise Refused("zero")
    if len(digits) != 15 or luhn(digits):
        return Canonical(digits[:14])
    if digits[14] != "0":
        raise Refused("checksum")
    return Canonical(digits[:14], None, ("spare",))


def oaid(text: str) -> Canonical:
    """An OAID or IDFA: 16, 32 or 64 hexadecimal digits in lower case, without a UUID's hyphens."""
    whole = clean(text).lower()
    if re.search("[*\u2022\u25cf\u25cb\u00d7]", whole):
        raise Refused("masked")
    if re.match("^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\\Z", whole):
        whole = whole.replace("-", "")
    if not re.match("^[0-9a-f]+\\Z", whole):
        raise Refused("unrecognised")
    if not whole.strip("0"):
        raise Refused("zero")
    if len(whole) not in {16, 32, 64}:
        raise Refused("length")
    return Canonical(whole)


def ip(text: str) -> Canonical:
    """An IPv4 address in four decimals, or IPv6 as RFC 5952 writes it; v4-mapped becomes IPv4."""
    whole = clean(text)
    if re.search("[,;|\u3001]", whole):
        raise Refused("several")
    if re.search(r"[*\u2022\u25cf\u25cb\u00d7]", whole):
        raise Refused("masked")
    if re.match(r"^\[[0-9A-Fa-f:.]+\]\Z", whole):
        whole = whole[1:-1]
    if not re.match("^[0-9A-Fa-f:.]+\\Z", whole):
        raise Refused("unrecognised")
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(whole)
    except ValueError:
        raise Refused("unrecognised") from None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if isinstance(address, ipaddress.IPv4Address):
        reserved = any(address in block for block in _RESERVED_4)
    else:
        reserved = address not in _GLOBAL_6 or any(address in block for block in _RESERVED_6)
    if reserved:
        raise Refused("private")
    return Canonical(address.compressed)


def domain(text: str) -> Canonical:
    """A whole host name, from itself or a URL: lower case, IDNA's xn-- form, no leading `www.`.

    Not UTS 46, whose tables change: NFKC, lower case code point by code point, NFC, then RFC 3492 for a label
    of the scripts above. On names that a registry sells both give the same. An xn-- label is kept as it is.
    Raises Refused: domain, idna, unrecognised, several, masked.
    """
    whole = clean(text).replace("\u3002", ".").replace("[.]", ".").replace("(.)", ".")
    if re.search(r"[*\u2022\u25cf\u25cb]", whole):
        raise Refused("masked")
    found = _HOST.match(whole)
    if found is None:
        raise Refused("several" if re.search("[,;|\u3001 \n]", whole) else "domain")
    if re.search("[,;|\u3001]", found[1]):
        raise Refused("several")
    host = unicodedata.normalize("NFC", "".join(sign.lower() for sign in found[1]))
    labels = [_label(label) for label in re.sub(r"\.\Z", "", host).split(".")]
    while len(labels) > 2 and labels[0] == "www":
        labels = labels[1:]
    value = ".".join(labels)
    if len(labels) < 2 or len(value) > 253 or re.match("^[0-9]+\\Z|^0x[0-9a-f]*\\Z", labels[-1]):
        raise Refused("domain")
    return Canonical(value)


def _label(label: str) -> str:
    """One label in its ASCII form (RFC 3492, RFC 1035's 63 octets)."""
    if not label.isascii():
        if not _LABEL_WIDE.match(label):
            raise Refused("idna")
        label = "xn--" + label.encode("punycode").decode("ascii")
    if len(label) > 63 or not _LABEL_PLAIN.match(label):
        raise Refused("domain")
    return label

"""Numbers of papers and cards: cnid/1 (GB 11643), card/1 (ISO/IEC 7812), uscc/1 (GB 32100)."""

import re

from privacy.kinds.text import Canonical, Refused, clean, digits_of, luhn

_CNID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CNID_CHECK = "10X98765432"
_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def cnid(text: str) -> Canonical:
    """A resident identity number, 18 characters; an old one of 15 digits is extended. Raises Refused."""
    whole = re.sub("[ \t-]", "", clean(text)).upper()
    if re.search("[*\u2022\u25cf\u25cb\u00d7]|X{2,}", whole):
        raise Refused("masked")
    if re.search("[,;/|\u3001&]", whole):
        raise Refused("several")
    if re.match(r"^[0-9](\.[0-9]+)?E[+]?[0-9]+\Z", whole):
        raise Refused("scientific")
    if re.match("^[1-9][0-9]{14}\\Z", whole):
        body = whole[:6] + "19" + whole[6:]
        _refuse_date(body)
        return Canonical(body + _cnid_check(body))
    if not re.match("^[1-9][0-9]{16}[0-9X]\\Z", whole):
        raise Refused("length" if re.match("^[1-9][0-9]*X?\\Z", whole) else "unrecognised")
    _refuse_date(whole)
    if _cnid_check(whole) != whole[17]:
        raise Refused("checksum")
    return Canonical(whole)


def _cnid_check(body: str) -> str:
    """ISO 7064 mod 11-2 over the first 17 digits."""
    total = sum(int(sign) * weight for sign, weight in zip(body, _CNID_WEIGHTS, strict=False))
    return _CNID_CHECK[total % 11]


def _refuse_date(body: str) -> None:
    year, month, day = int(body[6:10]), int(body[10:12]), int(body[12:14])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not (1850 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]):
        raise Refused("date")
    if month == 2 and day == 29 and not leap:
        raise Refused("date")


def card(text: str) -> Canonical:
    """A bank card, 12 to 19 digits. A failed Luhn check is the warning "luhn", never a refusal."""
    digits = digits_of(text)
    if not 12 <= len(digits) <= 19:
        raise Refused("length")
    if not digits.strip("0"):
        raise Refused("unrecognised")
    return Canonical(digits, None, () if luhn(digits) else ("luhn",))


def uscc(text: str) -> Canonical:
    """A unified social credit code, 18 characters in capitals. Raises Refused."""
    whole = re.sub("[ \t-]", "", clean(text)).upper()
    if re.search("[*\u2022\u25cf\u25cb\u00d7]", whole):
        raise Refused("masked")
    if re.search("[,;/|\u3001&]", whole):
        raise Refused("several")
    if not re.match("^[0-9A-Z]+\\Z", whole):
        raise Refused("unrecognised")
    if len(whole) != 18:
        raise Refused("length")
    if not re.match("^[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}\\Z", whole):
        raise Refused("unrecognised")
    total = sum(_USCC_SIGNS.index(sign) * weight for sign, weight in zip(whole, _USCC_WEIGHTS, strict=False))
    if _USCC_SIGNS[(31 - total % 31) % 31] != whole[17]:
        raise Refused("checksum")
    return Canonical(whole)

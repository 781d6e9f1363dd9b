"""phone/1: E.164, or `cn-sc:` and the digits of a service number, with its area code where it is a local one.

No metadata of any library takes part: libraries' tables drift, and a key must not.
"""

import re

from privacy.kinds.text import Canonical, Refused, clean

_LABEL = re.compile(
    "^(?:telephone|tel|phone|mobile|cell|fax|手机号码|手机号|手机|联系电话|联系方式|电话号码|电话|座机|固话|号码)"
    r"[ ]*[:.]?[ ]*(?=[+(\[0-9])",
    re.I | re.A,
)
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_MASK = re.compile("[*\u2022\u25cf\u25cb\u00d7]|[xX]{2,}|[?]{2,}")
_SCIENTIFIC = re.compile(r"^[0-9](?:\.[0-9]+)?[eE][+]?[0-9]+\Z")
_REMARK = re.compile(r"[ ]*\([^()0-9]+\)\Z")
_SEVERAL = re.compile("[,;/|\\\\\u3001&]|和|或")
_BLANKS = re.compile("[ \t\r\n]+")
_SEPARATORS = re.compile("[ \t\r\n().\\[\\]\u00b7\u30fb-]")
_EXTENSION = re.compile(
    r"^([^\n]*[0-9)])[ ]*(?:转分机号?|转|分机号?|extension|ext\.?|x|#|~)[ :]*([0-9]{1,6})\Z", re.I | re.A
)
_EXTENSION_BRACKETS = re.compile(r"^([^\n]*[0-9])[ ]*\(([0-9]{1,6})\)\Z")
_EXTENSION_DASH = re.compile(r"^([^\n]*[0-9]{7})-([0-9]{1,6})\Z")

_MOBILE = re.compile(r"^1[3-9][0-9]{9}\Z")
_TOLL = re.compile(r"^[48]00[0-9]{7}\Z")
_CARRIER_PREFIX = re.compile(r"^(?:12593|12520|179[0-9]{2}|10193|11808)(0?1[3-9][0-9]{9}|0[0-9]{9,11})\Z")
_AREA = re.compile(r"^0(10|2[0-9]|[3-9][0-9]{2})([0-9]*)\Z")
_SUBSCRIBER = re.compile(r"^[2-9][0-9]{6,7}\Z")
_SERVICE = re.compile(
    r"^(?:11[0249]|12[02]|1[0-2][0-9]{3}|11[68]114|1010[0-9]{4}|106[5689](?:[0-9]{4}|[0-9]{7,16})"
    r"|95[0-9]{3,10}|96[0-9]{3,4})\Z"
)
_SERVICE_NATIONAL = re.compile(r"^(?:95[0-9]{3}|10[0-9]{3})\Z")
_SERVICE_LOCAL = re.compile(r"^(?:96[0-9]{3,4}|12[0-9]{3})\Z")
_FOREIGN = re.compile(r"^[1-9][0-9]{6,14}\Z")


def phone(text: str) -> Canonical:
    """The canonical phone/1 of one written number. Raises Refused."""
    cleaned = clean(text)
    if _MOBILE.match(cleaned):  # nearly all of them, and no rule below would change it
        return Canonical("+86" + cleaned)
    whole = _LABEL.sub("", _DASHES.sub("-", cleaned))
    if re.search("[0-9]", whole) is None:
        raise Refused("unrecognised")
    if whole.startswith("cn-sc:"):
        return _service_again(whole)
    _refuse_unusable(whole)
    whole = _REMARK.sub("", re.sub(r"^([0-9]{2,})\.0+\Z", r"\1", whole))
    if _SEVERAL.search(whole) or sum(_count(part) >= 7 for part in _BLANKS.split(whole)) > 1:
        raise Refused("several")
    for pattern in (_EXTENSION, _EXTENSION_BRACKETS):
        if found := pattern.match(whole):
            return _with_extension(_number(found[1]), found[2])
    if found := _EXTENSION_DASH.match(whole):
        try:
            return _with_extension(_number(found[1]), found[2])
        except Refused:
            return _answer(_number(whole), whole)
    return _answer(_number(whole), whole)


def _count(text: str) -> int:
    return len(re.findall("[0-9]", text))


def _refuse_unusable(whole: str) -> None:
    if _MASK.search(whole):
        raise Refused("masked")
    if _SCIENTIFIC.match(whole):
        raise Refused("scientific")


def _service_again(whole: str) -> Canonical:
    """A canonical service number read again: the parts must give the same text."""
    again = _national(whole[len("cn-sc:") :].replace(":", ""), prefixed=False)
    if again != whole:
        raise Refused("unrecognised")
    return Canonical(again)


def _answer(number: str, written: str) -> Canonical:
    """With a warning where a + before 1 and ten more digits may be a slip in front of a mainland mobile."""
    slip = re.match(r"^\+1[3-9]", written) and re.match(r"^\+1[3-9][0-9]{9}\Z", number)
    return Canonical(number, None, ("nanp",) if slip else ())


def _with_extension(number: str, extension: str) -> Canonical:
    return Canonical(number, extension, ("extension",) if re.match(r"^\+861[3-9][0-9]{9}\Z", number) else ())


def _number(written: str) -> str:
    """The canonical form of a number without its extension."""
    body = _SEPARATORS.sub("", re.sub(r"^([ (\[]*(?:\+|00)[^\n]*)\(0\)", r"\1", written))
    found = re.match(r"^(\+*)(86\+)?([0-9]+)\Z", body)
    if found is None:
        if "+" in body.lstrip("+"):
            raise Refused("several")
        raise Refused("letter" if re.search("[A-Za-z]", body) and _count(body) >= 5 else "unrecognised")
    digits = ("86" if found[2] else "") + found[3]
    if digits.startswith("000"):
        raise Refused("international")
    if digits.startswith("00"):
        return _international(digits[2:])
    if found[1]:
        return _international(digits)
    return _bare(digits)


def _international(digits: str) -> str:
    if digits.startswith("0"):
        raise Refused("international")
    if digits.startswith("86"):
        return _national(digits[2:], prefixed=True)
    if not _FOREIGN.match(digits):
        raise Refused("unrecognised")
    return "+" + digits


def _bare(digits: str) -> str:
    """Digits with neither + nor 00: national, or 86 and a number too long to be a local one."""
    if digits.startswith("86") and len(digits) >= 11 and digits[2] != "0":
        return _national(digits[2:], prefixed=True)
    return _national(digits, prefixed=False)


def _national(digits: str, *, prefixed: bool) -> str:
    """A number of the mainland plan; `prefixed`: +86 stood before it, so an area code may lack its 0."""
    carrier = _CARRIER_PREFIX.match(digits)
    if carrier and not prefixed:
        digits = carrier[1]
    if _MOBILE.match(digits) or _TOLL.match(digits):
        return "+86" + digits
    if _MOBILE.match(digits[1:]) and digits[0] == "0":
        return "+86" + digits[1:]
    if prefixed and (found := _AREA.match("0" + digits)) and _SUBSCRIBER.match(found[2]):
        return "+86" + digits
    if _SERVICE.match(digits):
        return "cn-sc:" + digits
    area = _AREA.match("0" + digits if prefixed and not digits.startswith("0") else digits)
    if area is None:
        raise Refused("unrecognised")
    return _in_area(area[1], area[2])


def _in_area(area: str, subscriber: str) -> str:
    if _SUBSCRIBER.match(subscriber):
        return "+86" + area + subscriber
    if _SERVICE_NATIONAL.match(subscriber):
        return "cn-sc:" + subscriber
    if _SERVICE_LOCAL.match(subscriber):
        return f"cn-sc:0{area}:{subscriber}"
    if len(subscriber) in {6, 9, 10}:
        raise Refused("length")
    raise Refused("unrecognised")

"""What all kinds share: the folding of text, the answer, and the reasons of refusal.

The rules are a contract with `frontend/kinds/text.js`; `tests/vectors/kinds` is run by both.
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 2048
"""Code points of the longest text that is looked at."""

# NFKC of a code point differs between Unicode versions only where the code point is newer than one of
# them. Outside these ranges text becomes U+FFFD first, so an old Python and a new browser always agree.
_UNSTABLE = re.compile(
    "[^\\x00-\u9fff\uac00-\ud7a3\uf900-\uffff\U0001d400-\U0001d7ff\U0001f100-\U0001f1ff\U00020000-\U0002fa1f]"
)
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_BLANK = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\u1680\u2028\u2029"
_EDGES = _BLANK + "\"'`\u2018\u2019\u201c\u201d\u300c\u300d"

REASONS: dict[str, tuple[str, str]] = {
    "unrecognised": ("This is not a value of this kind.", "无法识别为该类型的要素。"),
    "long": ("The text is longer than any value of this kind.", "内容过长，不是该类型的要素。"),
    "masked": ("The value is masked; the whole value is needed.", "该值已脱敏（含 * 或 x），需要完整的值。"),
    "several": (
        "There is more than one value, or a sign that no value has; write one value to a field.",
        "含有多个值或多余的符号，每个单元格只填一个值。",
    ),
    "letter": ("A letter stands among the digits.", "数字中混有字母。"),
    "scientific": (
        "A spreadsheet turned the number into scientific notation; format the column as text.",
        "数值被表格软件转成了科学计数法，请把该列设为“文本”格式后重新填写。",
    ),
    "precision": (
        "A spreadsheet keeps only 15 digits of a number and has changed this one; format the column as text.",
        "表格软件只保留 15 位数字，该值已被改动，请把该列设为“文本”格式后重新填写。",
    ),
    "international": (
        "The international prefix is not valid; write + and the country code.",
        "国际前缀有误，请写成“+国家代码 号码”。",
    ),
    "length": ("The number has too few or too many digits.", "位数不对。"),
    "checksum": ("The check digit does not fit: a digit is mistyped.", "校验位不符，号码可能录入有误。"),
    "date": ("The date of birth in the number does not exist.", "号码中的出生日期不存在。"),
    "zero": ("The identifier is all zeros: the device hides it.", "标识全为 0，说明设备未提供该标识。"),
    "phone": (
        "This is a mobile number; file it under the kind phone.",
        "这是手机号，请按“电话号码”类型填写。",
    ),
    "platform": ("The platform is not on the list of this kind.", "平台不在名单内。"),
    "library": (
        "A voiceprint ID is vendor:library:engine:cluster.",
        "声纹编号须写成“厂商:声纹库:引擎版本:聚类编号”。",
    ),
    "private": ("The address is private or reserved: it names nobody.", "该地址为内网或保留地址，不指向任何人。"),
    "domain": ("The host name is not valid.", "域名不合法。"),
    "idna": (
        "The host name holds a character outside the accepted scripts; write its xn-- form.",
        "域名含有不支持的字符，请改写为 xn-- 形式。",
    ),
    "kind": ("There is no such kind.", "没有这种要素类型。"),
}
"""Code of refusal -> (English, Chinese)."""

WARNINGS: dict[str, tuple[str, str]] = {
    "luhn": (
        "The card number fails the Luhn check: it is accepted, but look for a mistyped digit.",
        "银行卡号未通过 Luhn 校验：已接受，但请核对是否录错。",
    ),
    "spare": (
        "The last digit of the IMEI is 0 in place of a check digit: it is accepted.",
        "IMEI 末位是 0 而不是校验位：已接受。",
    ),
    "nanp": (
        "With + this is a North American number; write a mainland mobile without +.",
        "带“+”时按北美号码处理；若是大陆手机号，请去掉“+”。",
    ),
    "extension": (
        "An extension on a mobile number is often a relay of a delivery or ride service.",
        "手机号带分机，可能是外卖、网约车等平台的隐私中转号。",
    ),
    "assumed_uid": (
        "No kind of name was given; it was read as the platform's own identifier.",
        "未注明标识类别，已按平台内部编号（uid）处理。",
    ),
}
"""Code of warning -> (English, Chinese). A value with a warning is accepted."""


class Refused(ValueError):
    """A text that is no value of its kind. `code` is a key of REASONS; the texts never repeat the value."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.message_en, self.message_zh = REASONS[code]
        super().__init__(self.message_en)


@dataclass(frozen=True, slots=True)
class Canonical:
    """The one spelling of an indicator. `extension` is beside the key; `warnings` are keys of WARNINGS."""

    value: str
    extension: str | None = None
    warnings: tuple[str, ...] = ()


def clean(text: str) -> str:
    """NFKC without invisible and bidirectional characters, trimmed of blanks and of quotes around it all.

    Raises Refused("long") past LONGEST code points and Refused("unrecognised") when nothing remains.
    """
    if len(text) > LONGEST:
        raise Refused("long")
    folded = folded_of(text)
    if not folded:
        raise Refused("unrecognised")
    return folded


def folded_of(text: str) -> str:
    """What `clean` makes of a text of any length, a long one or an empty one too."""
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", _UNSTABLE.sub("\ufffd", text)))
    return text.strip(_EDGES)


def digits_of(text: str) -> str:
    """The digits of a number written with blanks, hyphens or dots' zero decimals, or the reason why not.

    Raises Refused: masked, several, scientific, letter, unrecognised.
    """
    whole = re.sub(r"^([0-9]+)\.0+\Z", r"\1", clean(text))
    if re.search("[0-9]", whole) is None:
        raise Refused("unrecognised")
    if re.search("[*\u2022\u25cf\u25cb\u00d7]|[xX]{2,}", whole):
        raise Refused("masked")
    if re.search(r"^[0-9](\.[0-9]+)?[eE][+]?[0-9]+\Z", whole):
        raise Refused("scientific")
    if re.search("[,;/|\\\\\u3001&]", whole):
        raise Refused("several")
    digits = re.sub("[ \t\r\n\u2010-\u2015\u2212-]", "", whole)
    if re.search("^[0-9]+\\Z", digits):
        return digits
    raise Refused("letter" if re.search("[A-Za-z]", digits) else "unrecognised")


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B over all the digits, the last being the check digit."""
    total = 0
    for place, sign in enumerate(reversed(digits)):
        number = int(sign) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0

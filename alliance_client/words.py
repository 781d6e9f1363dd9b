"""The words of a file of clues: heads of columns and what may stand in them, in Chinese and English."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from privacy.kinds import KINDS

# field -> (head of the template in Chinese, in English, other names)
HEADS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "kind": ("类型", "kind", ("要素类型", "type", "indicator kind")),
    "value": ("要素值", "value", ("要素", "线索值", "indicator")),
    "typology": ("手法", "typology", ("作案手法", "类别")),
    "proof": ("证明程度", "proof", ("grade of proof", "证据程度")),
    "observed_at": ("发现时间", "observed_at", ("observed at", "时间", "日期", "date", "time")),
    "role": ("角色", "role", ("人员角色",)),
    "circle": ("共享组", "circle", ("共享组代码",)),
    "note": ("备注", "note", ("说明", "remark", "notes")),
    "own_reference": ("自有编号", "own_reference", ("own reference", "编号", "案件编号", "reference")),
}
SINGLE_FIELDS = frozenset(HEADS) - {"kind", "value"}
IGNORED_HEADS = ("错误原因", "reason", "原始行号", "row", "序号", "行号")
"""Columns that the error file adds, or that only number rows: a corrected error file can be uploaded as it is."""

INDICATOR_HEADS: Mapping[str, tuple[str, ...]] = {
    "phone/1": ("电话号码", "phone", "电话", "手机号", "手机", "手机号码", "联系电话", "mobile", "phone number"),
    "voice/1": ("声纹编号", "voice", "声纹", "声纹id", "voiceprint", "voiceprint id"),
    "account/1": ("广告账号", "account", "中介广告账号", "账号", "ad account"),
    "cnid/1": ("身份证号", "cnid", "身份证", "身份证号码", "证件号码", "resident id", "id number"),
    "card/1": ("银行卡号", "card", "银行卡", "卡号", "bank card"),
    "wechat/1": ("微信号", "wechat", "微信", "wechat id"),
    "qq/1": ("qq号", "qq", "qq号码", "qq number"),
    "imei/1": ("imei", "手机串号", "串号"),
    "oaid/1": ("oaid", "idfa", "设备广告标识"),
    "ip/1": ("ip地址", "ip", "ip address"),
    "domain/1": ("域名", "domain", "网址", "host"),
    "uscc/1": ("统一社会信用代码", "uscc", "信用代码", "company code"),
}

PROOFS: Mapping[str, tuple[str, ...]] = {
    "suspicion": ("线索存疑", "存疑", "疑似"),
    "reasonable": ("合理怀疑", "reasonable grounds"),
    "clear": ("证据确凿", "确凿", "clear evidence"),
}
ROLES: Mapping[str, tuple[str, ...]] = {
    "agent": ("黑产中介", "中介"),
    "actor": ("疑似行为人", "行为人", "suspected actor"),
    "victim": ("潜在被害人", "被害人", "potential victim"),
    "unknown": ("不明", "未知"),
}
TYPOLOGIES: Mapping[str, tuple[str, ...]] = {
    "anti_collection": ("反催收", "organised anti-collection"),
    "illegal_complaint_agency": ("非法代理维权", "代理投诉", "非法代理投诉", "illegal complaint agency"),
    "illegal_surrender_agency": ("非法代理退保", "代理退保", "illegal policy-surrender agency"),
    "credit_repair_fraud": ("征信修复", "credit-repair fraud"),
    "illegal_loan_broker": ("不法贷款中介", "illegal loan brokerage"),
    "forged_material": ("伪造材料", "forged material"),
    "impersonation": ("冒充身份", "impersonation"),
    "induced_loan_fraud": ("诱导贷款诈骗", "loan fraud by inducement"),
    "debt_disruption": ("债闹", "organised debt disruption"),
    "other": ("其他", "other"),
}
"""Names of the platform's list; a code that is newer than this client passes through and the platform judges it."""


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """A head or a word as it is compared: NFKC, lower case, single blanks, no remark in brackets, no asterisk."""
    plain = unicodedata.normalize("NFKC", text).replace("\ufeff", "").strip().lower()
    plain = re.sub(r"\s*\([^)]*\)$", "", plain).strip("*: ")
    return re.sub(r"[\s_]+", " ", plain)


def _index(words: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {folded(word): code for code, names in words.items() for word in (code, *names)}


FIELD_OF = {folded(name): field for field, (zh, en, more) in HEADS.items() for name in (zh, en, *more)}
IGNORED = {folded(name) for name in IGNORED_HEADS}
KIND_OF = _index(INDICATOR_HEADS) | {folded(kind.name_zh): kind.label for kind in KINDS.values()}
KIND_OF |= {folded(kind.name_en): kind.label for kind in KINDS.values()}
KIND_OF |= {label.partition("/")[0]: label for label in KINDS}
PROOF_OF = _index(PROOFS)
ROLE_OF = _index(ROLES)
TYPOLOGY_OF = _index(TYPOLOGIES)

# What can be wrong with a row, beside the reasons of privacy.kinds.
ROW_TEXTS: Mapping[str, tuple[str, str]] = {
    "not_an_object": ("The line is not a JSON object.", "该行不是 JSON 对象。"),
    "unknown_field": ("The line has a field that is unknown.", "该行含有无法识别的字段。"),
    "missing": ("This field is empty.", "该项为空。"),
    "listed": (
        "Left out: it stands on a warning list ({detail}).",
        "已略去：该值在警示名单上（{detail}）。",
    ),
    "only_listed": (
        "All of the row stands on a warning list ({detail}), so there is nothing to file.",
        "该行的全部要素均在警示名单上（{detail}），无可报送内容。",
    ),
    "no_indicators": ("The row has no indicator.", "该行没有任何要素。"),
    "too_many_indicators": (
        "The row has more than 20 indicators; split it into several clues.",
        "该行要素超过 20 个，请拆成多条线索。",
    ),
    "unknown_kind": ("This kind is unknown.", "没有这种要素类型。"),
    "unknown_circle": ("Your institution is in no circle of this code.", "贵机构不在该共享组中。"),
    "unknown_typology": ("This typology is not in the list.", "该手法不在列表中。"),
    "unknown_proof": ("Write 线索存疑, 合理怀疑 or 证据确凿.", "证明程度只能是：线索存疑、合理怀疑、证据确凿。"),
    "unknown_role": (
        "Write 黑产中介, 疑似行为人, 潜在被害人 or 不明.",
        "角色只能是：黑产中介、疑似行为人、潜在被害人、不明。",
    ),
    "unknown_library": (
        "This voice library is not registered in the circle.",
        "该声纹库未在共享组登记，无法比对。",
    ),
    "invalid_time": ("The time cannot be read; write 2026-05-01 09:30.", "时间无法识别，请写成 2026-05-01 09:30。"),
    "future_time": ("The time lies in the future.", "时间在未来。"),
    "too_old": ("The time lies more than 5 years back.", "时间早于 5 年前，不得报送。"),
    "note_too_long": ("A note holds at most 2,000 characters.", "备注最多 2000 字。"),
    "note_has_indicator": (
        "The note holds what looks like a phone, card or ID number; remove it.",
        "备注中疑似含有电话、银行卡或身份证号，请删除。",
    ),
    "reference_too_long": ("An own reference holds at most 64 characters.", "自有编号最多 64 个字符。"),
    "reference_has_indicator": (
        "The own reference looks like a phone, card or ID number; use an opaque key.",
        "自有编号疑似电话、银行卡或身份证号，请改用内部编号。",
    ),
}

"""The list of typologies a clue may name. Version 1; a code is never reused and never changes its meaning.

Lawful agents exist, so the names say 非法: a typology accuses an act, not a trade.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kit.language import in_readers_language

VERSION = 1


@dataclass(frozen=True, slots=True)
class Typology:
    """A way of working, under its stable code."""

    code: str
    name_en: str
    name_zh: str

    def __str__(self) -> str:
        return in_readers_language(zh=self.name_zh, en=self.name_en)


_LIST = (
    Typology("anti_collection", "Organised anti-collection", "反催收"),
    Typology("illegal_complaint_agency", "Illegal complaint agency", "非法代理维权"),
    Typology("illegal_surrender_agency", "Illegal policy-surrender agency", "非法代理退保"),
    Typology("credit_repair_fraud", "Credit-repair fraud", "征信修复"),
    Typology("illegal_loan_broker", "Illegal loan brokerage", "不法贷款中介"),
    Typology("forged_material", "Forged material", "伪造材料"),
    Typology("impersonation", "Impersonation", "冒充身份"),
    Typology("induced_loan_fraud", "Loan fraud by inducement", "诱导贷款诈骗"),
    Typology("debt_disruption", "Organised debt disruption", "债闹"),
    Typology("other", "Other", "其他"),
)

TYPOLOGIES: Mapping[str, Typology] = MappingProxyType({typology.code: typology for typology in _LIST})
"""Every typology by its code, in the order in which pages list them."""


def name_of(code: str) -> str:
    """The name of a typology in the reader's language; the code itself for one this version does not list."""
    return str(TYPOLOGIES.get(code, code))

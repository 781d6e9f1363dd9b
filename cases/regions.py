"""Regions by their GB/T 2260 code: six digits, two for the province, two for the prefecture, two for the county.

Only the provinces are named here; a finer region is told by its code and the name that the directory of units has.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kit.language import in_readers_language


@dataclass(frozen=True, slots=True)
class Province:
    """A province, an autonomous region, a municipality or a special administrative region."""

    code: str
    name_zh: str
    name_en: str

    def __str__(self) -> str:
        return in_readers_language(zh=self.name_zh, en=self.name_en)


_LIST = (
    ("11", "北京市", "Beijing"),
    ("12", "天津市", "Tianjin"),
    ("13", "河北省", "Hebei"),
    ("14", "山西省", "Shanxi"),
    ("15", "内蒙古自治区", "Inner Mongolia"),
    ("21", "辽宁省", "Liaoning"),
    ("22", "吉林省", "Jilin"),
    ("23", "黑龙江省", "Heilongjiang"),
    ("31", "上海市", "Shanghai"),
    ("32", "江苏省", "Jiangsu"),
    ("33", "浙江省", "Zhejiang"),
    ("34", "安徽省", "Anhui"),
    ("35", "福建省", "Fujian"),
    ("36", "江西省", "Jiangxi"),
    ("37", "山东省", "Shandong"),
    ("41", "河南省", "Henan"),
    ("42", "湖北省", "Hubei"),
    ("43", "湖南省", "Hunan"),
    ("44", "广东省", "Guangdong"),
    ("45", "广西壮族自治区", "Guangxi"),
    ("46", "海南省", "Hainan"),
    ("50", "重庆市", "Chongqing"),
    ("51", "四川省", "Sichuan"),
    ("52", "贵州省", "Guizhou"),
    ("53", "云南省", "Yunnan"),
    ("54", "西藏自治区", "Xizang"),
    ("61", "陕西省", "Shaanxi"),
    ("62", "甘肃省", "Gansu"),
    ("63", "青海省", "Qinghai"),
    ("64", "宁夏回族自治区", "Ningxia"),
    ("65", "新疆维吾尔自治区", "Xinjiang"),
    ("71", "台湾省", "Taiwan"),
    ("81", "香港特别行政区", "Hong Kong"),
    ("82", "澳门特别行政区", "Macao"),
)
PROVINCES: Mapping[str, Province] = MappingProxyType({code: Province(code, zh, en) for code, zh, en in _LIST})
"""Every province by the two digits of its code."""


def stem(code: str) -> str:
    """A code without the pairs of zeros behind it: what it begins with is the region it lies in. Pure."""
    while code.endswith("00"):
        code = code[:-2]
    return code


def is_region(code: str) -> bool:
    """Whether the code is 2, 4 or 6 digits of a region in a province there is."""
    return len(code) in {2, 4, 6} and code.isascii() and code.isdecimal() and code[:2] in PROVINCES


def lies_in(region: str, wider: str) -> bool:
    """Whether the region is the wider one or a part of it. What is only known to a province lies in no city of it."""
    return stem(region).startswith(stem(wider))


def region_name(code: str) -> str:
    """The province's name and the code, in the reader's language."""
    province = PROVINCES.get(code[:2])
    full = code.ljust(6, "0")
    return f"{province} {full}" if province else full

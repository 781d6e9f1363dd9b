"""The loss table and the evidence list: rows for a spreadsheet, in Chinese, without a formula in them."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from django.utils.translation import override

from cases.models import Evidence
from cases.package.facts import Facts
from cases.package.words import day, moment
from kit.sheets import write_xlsx

Row = Sequence[object]


def loss_table(facts: Facts) -> bytes:
    """The loss table (损失明细表): each represented customer by number, what was lost and made good, in yuan."""
    return _workbook(_losses(facts), "损失明细表")


def evidence_list(facts: Facts) -> bytes:
    """The evidence list (证据清单): every version with its place in the package and its checksums."""
    with override("zh-hans"):
        return _workbook(_evidence(facts), "证据清单")


def _losses(facts: Facts) -> Iterable[Row]:
    yield ("客户编号", "受理机构", "支付代理费用（元）", "已退费用（元）", "减免利息（元）", "权益恢复", "净损失（元）")
    for one in facts.customers:
        net = one.fee_lost - one.fee_refunded
        relief, label = one.interest_relief, one.redress_label
        yield (one.number, one.institution, one.fee_lost, one.fee_refunded, relief, label, net)
    sums = facts.sums
    net = sums.fee_lost - sums.fee_refunded
    yield (f"合计 {sums.customers} 人", "", sums.fee_lost, sums.fee_refunded, sums.interest_relief, "", net)


def _evidence(facts: Facts) -> Iterable[Row]:
    yield (
        *("序号", "包内文件", "证据编号", "名称", "种类", "提供单位", "取得日期", "调取文书号", "版本", "原文件名"),
        *("字节数", "SHA-256", "SM3", "接收时间", "保管记录条数"),
    )
    for file in facts.files:
        item, version = file.item, file.version
        yield (
            *(file.number, file.path, item["reference"], item["title"], str(Evidence.Kind(item["kind"]).label)),
            *(item["provider"]["name_zh"], day(item["acquired_on"]), item["request"], version["number"]),
            *(version["name"], version["size"], version["source_sha256"], version["source_sm3"]),
            *(moment(version["kept_at"]), len(item["custody"])),
        )


def _workbook(rows: Iterable[Row], sheet: str) -> bytes:
    target = BytesIO()
    write_xlsx(rows, target, sheet=sheet)
    return target.getvalue()

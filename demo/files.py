"""The files that members' systems write: csv, workbook or jsonl, with the heads and words of the client's template."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta, timezone
from pathlib import Path

import xlsxwriter

from demo.plan import Row

CHINA = timezone(timedelta(hours=8))
_FIXED = ("手法", "证明程度", "发现时间", "角色", "共享组", "备注", "自有编号")
_KINDS = {
    "phone/1": "电话号码",
    "voice/1": "声纹编号",
    "account/1": "广告账号",
    "cnid/1": "身份证号",
    "card/1": "银行卡号",
    "wechat/1": "微信号",
    "qq/1": "QQ号",
    "imei/1": "IMEI",
    "oaid/1": "OAID",
    "ip/1": "IP地址",
    "domain/1": "域名",
    "uscc/1": "统一社会信用代码",
}
_TYPOLOGIES = {
    "anti_collection": "反催收",
    "illegal_complaint_agency": "非法代理维权",
    "illegal_surrender_agency": "非法代理退保",
    "credit_repair_fraud": "征信修复",
    "illegal_loan_broker": "不法贷款中介",
    "forged_material": "伪造材料",
    "impersonation": "冒充身份",
    "induced_loan_fraud": "诱导贷款诈骗",
    "debt_disruption": "债闹",
}
_PROOFS = {"suspicion": "线索存疑", "reasonable": "合理怀疑", "clear": "证据确凿"}
_ROLES = {"agent": "黑产中介", "actor": "疑似行为人", "victim": "潜在被害人", "unknown": "不明"}


def write_rows(rows: Sequence[Row], path: Path) -> None:
    """Write clues into a file of the kind its suffix names; the directory exists."""
    match path.suffix:
        case ".csv":
            # Spreadsheets take a csv for the local code page unless it begins with the mark of UTF-8.
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows(_table(rows))
        case ".xlsx":
            _write_workbook(rows, path)
        case _:
            path.write_text("".join(_line(row) for row in rows), encoding="utf-8")


def _write_workbook(rows: Sequence[Row], path: Path) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False}) as workbook:
        sheet = workbook.add_worksheet("线索")
        for number, cells in enumerate(_table(rows)):
            for column, cell in enumerate(cells):
                if cell:
                    sheet.write_string(number, column, cell)


def _table(rows: Sequence[Row]) -> Iterator[list[str]]:
    """Heads, then a line a clue; a kind has as many columns as the fullest clue needs (电话号码, 电话号码2)."""
    most: Counter[str] = Counter()
    for row in rows:
        most |= Counter(one.kind for one in row.indicators)
    heads = [(kind, place) for kind in _KINDS for place in range(1, most[kind] + 1)]
    yield [*_FIXED, *(_KINDS[kind] + ("" if place == 1 else str(place)) for kind, place in heads)]
    for row in rows:
        seen: Counter[str] = Counter()
        cells = {}
        for one in row.indicators:
            seen[one.kind] += 1
            cells[one.kind, seen[one.kind]] = one.written
        yield [*_fixed(row), *(cells.get(head, "") for head in heads)]


def _fixed(row: Row) -> list[str]:
    return [
        _TYPOLOGIES[row.typology],
        _PROOFS[row.proof],
        f"{row.observed_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        _ROLES[row.role],
        row.circle,
        row.note,
        row.own_reference,
    ]


def _line(row: Row) -> str:
    clue = {
        "circle": row.circle,
        "typology": row.typology,
        "proof": row.proof,
        "observed_at": row.observed_at.isoformat(),
        "role": row.role,
        "indicators": [{"kind": one.kind, "value": one.written} for one in row.indicators],
        "note": row.note,
        "own_reference": row.own_reference,
    }
    return json.dumps({name: value for name, value in clue.items() if value}, ensure_ascii=False) + "\n"

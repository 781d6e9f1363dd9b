"""The error file: the original rows that were refused, and why; and the template to fill in.

Nothing written here can be a live formula: workbooks get text cells only, csv cells that begin like one get a leading
apostrophe (OWASP, CSV injection).
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import orjson
import xlsxwriter

from alliance_client import words
from alliance_client.config import check_target, write_private
from alliance_client.files import Source
from alliance_client.rows import Problem, SourceRow
from privacy.kinds import KINDS

ROW_HEAD, REASON_HEAD = "原始行号", "错误原因"
_FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def reason(problems: Iterable[Problem]) -> str:
    """All that is wrong with one row, in Chinese and English."""
    found = list(problems)
    return "；".join(_said(found, "zh")) + " / " + " ".join(_said(found, "en"))


def _said(problems: Sequence[Problem], language: str) -> Iterator[str]:
    for one in problems:
        yield f"{one.head}: {one.say(language)}" if one.head else one.say(language)


def default_path(path: Path) -> Path:
    """`clues.xlsx` -> `clues.errors.xlsx`."""
    return path.with_name(f"{path.stem}.errors{path.suffix.lower()}")


def write_errors(source: Source, problems: Iterable[Problem], target: Path) -> int:
    """Write the refused rows of a source with their reasons, in the form that the suffix names; how many there are.

    `problems` come in the order of the rows. The result can be corrected and uploaded as it is.
    """
    refused = _with_rows(source, problems)
    suffix = target.suffix.lower()
    if suffix == ".xlsx":
        return _write_workbook(source, refused, target)
    if suffix == ".csv":
        return _write_csv(source, refused, target)
    return _write_lines(refused, target)


def _with_rows(source: Source, problems: Iterable[Problem]) -> Iterator[tuple[SourceRow, str]]:
    groups = groupby(problems, key=lambda one: one.row)
    wanted = next(groups, None)
    for row in source.rows():
        if wanted is None:
            return
        if row.number == wanted[0]:
            yield row, reason(wanted[1])
            wanted = next(groups, None)


def _heads(source: Source, row: SourceRow) -> list[str]:
    return list(source.heads) or [one.head for one in row.columns]


def _cells(source: Source, row: SourceRow) -> list[str]:
    cells = [cell if cell is not None else "" for cell in row.cells]
    return cells + [""] * (len(source.heads) - len(cells))


def _write_workbook(source: Source, refused: Iterator[tuple[SourceRow, str]], target: Path) -> int:
    _make_private(target)
    written = 0
    with xlsxwriter.Workbook(str(target), {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet("errors")
        text = workbook.add_format({"num_format": "@"})
        for row, why in refused:
            if written == 0:
                _write_texts(sheet, 0, [*_heads(source, row), ROW_HEAD, REASON_HEAD], text)
            written += 1
            _write_texts(sheet, written, [*_cells(source, row), str(row.number), why], text)
    return written


def _write_texts(sheet: xlsxwriter.worksheet.Worksheet, at: int, texts: Sequence[str], form: object) -> None:
    for column, text in enumerate(texts):
        sheet.write_string(at, column, text[:32_767], form)


def _write_csv(source: Source, refused: Iterator[tuple[SourceRow, str]], target: Path) -> int:
    _make_private(target)
    written = 0
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        for row, why in refused:
            if written == 0:
                out.writerow([_guarded(head) for head in [*_heads(source, row), ROW_HEAD, REASON_HEAD]])
            written += 1
            out.writerow([_guarded(cell) for cell in [*_cells(source, row), str(row.number), why]])
    return written


def _write_lines(refused: Iterator[tuple[SourceRow, str]], target: Path) -> int:
    _make_private(target)
    written = 0
    with target.open("wb") as file:
        for row, why in refused:
            written += 1
            file.write(orjson.dumps({**_original(row), ROW_HEAD: row.number, REASON_HEAD: why}) + b"\n")
    return written


def _original(row: SourceRow) -> dict[str, object]:
    """The object of a line again, from its columns and cells."""
    fields: dict[str, object] = {}
    pairs: dict[int, dict[str, str]] = {}
    for one, cell in zip(row.columns, row.cells, strict=False):
        if one.field in {"kind", "value"}:
            pairs.setdefault(one.pair, {})[one.field] = cell or ""
        elif one.field == "indicator":
            values = fields.setdefault(one.head, [])
            assert isinstance(values, list)  # noqa: S101 (no other field shares the name of a kind)
            values.append(cell or "")
        else:
            fields[one.head] = cell or ""
    return {**fields, "indicators": list(pairs.values())} if pairs else fields


def _guarded(cell: str) -> str:
    """A csv cell that no spreadsheet takes for a formula."""
    return "'" + cell if _FORMULA.match(cell) else cell


def _make_private(target: Path) -> None:
    # The rows hold plain values: only their owner may read the file, whatever the umask says.
    write_private(target, "")


TEMPLATE_KINDS = ("phone/1", "voice/1", "account/1", "wechat/1", "cnid/1", "card/1")


def write_template(target: Path) -> None:
    """Write an empty table: one clue a row, several indicators by columns. Raises ConfigError where it cannot be."""
    check_target(target)
    fields = [
        words.HEADS[name] for name in ("circle", "typology", "proof", "observed_at", "role", "note", "own_reference")
    ]
    kinds = [words.INDICATOR_HEADS[label][0] for label in TEMPLATE_KINDS]
    heads = [*kinds, words.HEADS["kind"][0], words.HEADS["value"][0], *(names[0] for names in fields)]
    if target.suffix.lower() == ".csv":
        target.write_text(",".join(heads) + "\r\n", encoding="utf-8-sig")
        return
    with xlsxwriter.Workbook(str(target)) as workbook:
        text, bold = workbook.add_format({"num_format": "@"}), workbook.add_format({"bold": True, "num_format": "@"})
        sheet = workbook.add_worksheet("线索")
        # Text format throughout: a spreadsheet must neither round a card number nor drop a leading zero.
        sheet.set_column(0, len(heads) - 1, 20, text)
        _write_texts(sheet, 0, heads, bold)
        sheet.freeze_panes(1, 0)
        _validate(sheet, heads, "类型", [kind.name_zh for kind in KINDS.values()])
        _validate(sheet, heads, "证明程度", [names[0] for names in words.PROOFS.values()])
        _validate(sheet, heads, "角色", [names[0] for names in words.ROLES.values()])
        _validate(sheet, heads, "手法", [names[0] for names in words.TYPOLOGIES.values()])
        _write_help(workbook.add_worksheet("说明 help"), text)


def _validate(sheet: xlsxwriter.worksheet.Worksheet, heads: Sequence[str], head: str, choices: Sequence[str]) -> None:
    at = heads.index(head)
    sheet.data_validation(1, at, 100_000, at, {"validate": "list", "source": list(choices), "error_type": "warning"})


def _write_help(sheet: xlsxwriter.worksheet.Worksheet, form: object) -> None:
    sheet.set_column(0, 3, 34)
    lines = [["列 column", "English", "其他写法 also", "示例 example"]]
    for zh, en, more in words.HEADS.values():
        lines.append([zh, en, "、".join(more), ""])
    for label, names in words.INDICATOR_HEADS.items():
        lines.append([names[0], names[1] if len(names) > 1 else "", "、".join(names[2:]), KINDS[label].example])
    for at, texts in enumerate(lines):
        _write_texts(sheet, at, texts, form)

"""One row of a file, checked at the member: a draft of a clue, or everything that is wrong with it."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo

from alliance_client import words
from alliance_client.columns import Cell, Column
from privacy.kinds import REASONS, WARNINGS, Refused, looks_like_indicator, normalise, voice_library
from privacy.warnings import Entry, Stoplist, WarningDocument

MOST_INDICATORS = 20
LONGEST_NOTE = 2000
LONGEST_REFERENCE = 64
OLDEST_YEARS = 5
CLOCK_SLACK = timedelta(minutes=1)
CHINA = timezone(timedelta(hours=8))
VOICE = "voice/1"
_TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?)?[分秒]?)?"
    r" ?(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row as the file has it: `number` is the one a spreadsheet or an editor shows, cells go with `columns`."""

    number: int
    columns: Sequence[Column]
    cells: Sequence[Cell]
    problem: str = ""
    """Why the row could not be read at all: a key of words.ROW_TEXTS."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of one row. A warning does not keep the row back."""

    row: int
    head: str
    code: str
    is_warning: bool = False
    detail: str = ""
    """The platform's own sentence, where the platform refused the row; of a listed value, the list and whose it is."""

    def say(self, language: str) -> str:
        """The reason in "en" or "zh"."""
        text = words.ROW_TEXTS.get(self.code) or REASONS.get(self.code) or WARNINGS.get(self.code)
        return text[language == "zh"].replace("{detail}", self.detail) if text else self.detail or self.code


@dataclass(frozen=True, slots=True)
class Draft:
    """A clue before its indicators are digests. `plain_indicators` are pairs of kind and canonical value."""

    row: int
    circle: str
    typology: str
    proof: str
    observed_at: str
    role: str
    note: str
    own_reference: str
    plain_indicators: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(slots=True)
class Checker:
    """Checks rows against the institution's circles and the clock.

    `defaults` fill fields that a file has no column for or leaves empty; `libraries` are the registered voice
    libraries of each circle, None if the circles are unknown (offline).
    """

    libraries: Mapping[str, Sequence[str]] | None
    defaults: Mapping[str, str]
    now: datetime
    zone: tzinfo = CHINA
    stoplist: Stoplist = field(default_factory=Stoplist)
    """The warning lists in force: what stands on one is left out of its row."""

    def check(self, row: SourceRow) -> tuple[Draft | None, list[Problem]]:
        """The draft, or None, and all that is wrong or doubtful."""
        if row.problem:
            return None, [Problem(row.number, "", row.problem)]
        found: list[Problem] = []
        texts = {
            one.field: cell.strip()
            for one, cell in zip(row.columns, row.cells, strict=False)
            if cell and one.field in words.SINGLE_FIELDS
        }

        def report(name: str, code: str) -> None:
            head = next((one.head for one in row.columns if one.field == name), name)
            found.append(Problem(row.number, head, code))

        def text(name: str) -> str:
            return texts.get(name) or self.defaults.get(name, "")

        indicators = self._indicators(row, found)
        circle = self._circle(text("circle"), report)
        self._voices(row, indicators, circle, found)
        draft = Draft(
            row=row.number,
            circle=circle,
            typology=_word(text("typology"), words.TYPOLOGY_OF, "typology", report, open_list=True),
            proof=_word(text("proof"), words.PROOF_OF, "proof", report),
            observed_at=self._moment(text("observed_at"), report),
            role=_word(text("role"), words.ROLE_OF, "role", report),
            note=_free(text("note"), "note", "note", LONGEST_NOTE, report),
            own_reference=_free(text("own_reference"), "own_reference", "reference", LONGEST_REFERENCE, report),
            plain_indicators=tuple(indicators),
        )
        return (None if any(not one.is_warning for one in found) else draft), found

    def _indicators(self, row: SourceRow, found: list[Problem]) -> dict[tuple[str, str], str]:
        """(kind, canonical) -> head of its column, each value once."""
        result: dict[tuple[str, str], str] = {}
        given, listed = 0, ""
        for label, cell, head in _written(row):
            given += 1
            if cell is None:
                found.append(Problem(row.number, head, "precision"))
            elif label is None:
                found.append(Problem(row.number, head, "unknown_kind"))
            else:
                try:
                    canonical = normalise(label, cell)
                except Refused as refusal:
                    found.append(Problem(row.number, head, refusal.code))
                    continue
                if found_on := self.stoplist.find(label, canonical.value):
                    listed = _whose(*found_on)
                    found.append(Problem(row.number, head, "listed", is_warning=True, detail=listed))
                    continue
                result.setdefault((label, canonical.value), head)
                found.extend(Problem(row.number, head, code, is_warning=True) for code in canonical.warnings)
        if given == 0:
            found.append(Problem(row.number, "", "no_indicators"))
        if listed and not result and all(one.is_warning for one in found):
            found.append(Problem(row.number, "", "only_listed", detail=listed))
        if given > MOST_INDICATORS:
            found.append(Problem(row.number, "", "too_many_indicators"))
        return result

    def _circle(self, circle: str, report: Callable[[str, str], None]) -> str:
        if not circle:
            report("circle", "missing")
        elif self.libraries is not None and circle not in self.libraries:
            report("circle", "unknown_circle")
        return circle

    def _voices(
        self, row: SourceRow, indicators: Mapping[tuple[str, str], str], circle: str, found: list[Problem]
    ) -> None:
        if self.libraries is None or circle not in self.libraries:
            return
        for (label, value), head in indicators.items():
            if label == VOICE and voice_library(value) not in self.libraries[circle]:
                found.append(Problem(row.number, head, "unknown_library"))

    def _moment(self, text: str, report: Callable[[str, str], None]) -> str:
        if not text:
            report("observed_at", "missing")
            return ""
        moment = read_time(text, self.zone)
        if moment is None:
            report("observed_at", "invalid_time")
            return ""
        if moment > self.now + CLOCK_SLACK:
            report("observed_at", "future_time")
        elif moment < self.now - timedelta(days=365.25 * OLDEST_YEARS):
            report("observed_at", "too_old")
        return moment.isoformat()


def _whose(document: WarningDocument, entry: Entry) -> str:
    return f"{document.name_zh} / {document.name_en}: {entry.label}"


def read_time(text: str, zone: tzinfo) -> datetime | None:
    """A time as people and spreadsheets write it; without an offset it is one of `zone`. None if unreadable."""
    found = _TIME.fullmatch(text if text.isascii() else unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    offset = found[7]
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=zone)
        if offset:
            mark = "+00:00" if offset == "Z" else offset
            moment = moment.replace(tzinfo=datetime.strptime(mark, "%z").tzinfo)
    except ValueError:
        return None
    return moment


def _written(row: SourceRow) -> Iterator[tuple[str | None, Cell, str]]:
    """(kind or None if unknown, cell, head) of each indicator that the row gives."""
    given = [(one, cell) for one, cell in zip(row.columns, row.cells, strict=False) if cell is None or cell.strip()]
    for one, cell in given:
        if one.field == "indicator":
            yield one.kind, cell, one.head
        elif one.field == "value":
            kind = next((text for other, text in given if other.field == "kind" and other.pair == one.pair), None)
            yield words.KIND_OF.get(words.folded(kind or "")), cell, one.head


def _word(
    text: str, known: Mapping[str, str], name: str, report: Callable[[str, str], None], *, open_list: bool = False
) -> str:
    """The code of a word of a closed list; of an open list a well-formed code passes through."""
    if not text:
        report(name, "missing")
        return ""
    if code := known.get(words.folded(text)):
        return code
    if open_list and re.fullmatch("[a-z][a-z_]{1,39}", text):
        return text
    report(name, f"unknown_{name}")
    return ""


def _free(text: str, name: str, code: str, longest: int, report: Callable[[str, str], None]) -> str:
    if len(text) > longest:
        report(name, f"{code}_too_long")
    elif text and looks_like_indicator(text) is not None:
        report(name, f"{code}_has_indicator")
    return text

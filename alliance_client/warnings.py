"""Warning lists at the member: fetched, verified under the pinned alliance key, kept, and written from a table.

Public values that are nobody's guilt are dropped here, before anything is evaluated. A list counts only with the
alliance's signature under the key that `init` pinned; what a platform says without it is refused.
"""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from alliance_client.config import Config, write_private
from alliance_client.errors import FileRefused, TrustError
from alliance_client.http import Transport
from alliance_client.words import KIND_OF, ROW_TEXTS, folded
from privacy import signing
from privacy.encoding import Malformed
from privacy.kinds import REASONS as KIND_REASONS
from privacy.kinds import Refused
from privacy.warnings import REASONS, BadEntry, BadListSignature, Entry, WarningDocument, checked, opened, read_entry

KEPT = "warnings.json"
_MOST_BYTES = 4 * 1024 * 1024
_HEADS = {
    "kind": ("kind", "类型", "要素类型"),
    "value": ("value", "要素值", "值", "号码"),
    "label": ("label", "说明", "归属", "单位", "whose it is"),
}


def offered_key(answer: Any) -> str:
    """The alliance's key as the platform names it, `ed25519:…`. Raises TrustError if there is none."""
    try:
        return signing.text_of(signing.key_of(str(answer["alliance_key"]), "alliance_key"))
    except (Malformed, KeyError, TypeError) as error:
        raise TrustError("warning_lists", reason=f"no alliance key: {error}") from error


def verified(answer: Any, alliance_key: str) -> tuple[WarningDocument, ...]:
    """The lists of an answer, every one signed with the pinned key. Raises TrustError."""
    try:
        return opened(answer, signing.key_of(alliance_key, "alliance_key"))
    except BadListSignature as error:
        raise TrustError("list_signature", code_of_list=str(error)) from error
    except Malformed as error:
        raise TrustError("warning_lists", reason=str(error)) from error


def fetched(transport: Transport, config: Config) -> tuple[WarningDocument, ...]:
    """The lists in force, asked for with the tag of those kept here, verified, and kept. Raises AllianceError."""
    tag, answer = _kept(config.home)
    response = transport.send("GET", "warning-lists", headers={"If-None-Match": tag} if tag else None)
    if response.status_code != 304:
        answer = orjson.loads(response.content)
    documents = verified(answer, config.alliance_key)
    if response.status_code != 304:
        kept = {"tag": response.headers.get("ETag", ""), "answer": answer}
        write_private(config.home / KEPT, json.dumps(kept, ensure_ascii=False))
    return documents


def kept(config: Config) -> tuple[WarningDocument, ...]:
    """The lists as they were last fetched, verified again; none if they never were. Raises TrustError."""
    _tag, answer = _kept(config.home)
    return () if answer is None else verified(answer, config.alliance_key)


def _kept(home: Path) -> tuple[str, Any]:
    """What is kept is only a copy: one that cannot be read is fetched anew."""
    try:
        found = json.loads((home / KEPT).read_text(encoding="utf-8"))
        return str(found["tag"]), found["answer"]
    except (OSError, ValueError, KeyError, TypeError):
        return "", None


def read_list(path: Path, sort: str, *, encoding: str | None = None) -> list[Entry]:
    """The entries of a table in csv with the columns kind, value, label (类型, 要素值, 说明), in the order of lists.

    A value that ends in a star is a prefix: 95*. Raises FileRefused that names the row.
    """
    rows = list(csv.reader(io.StringIO(_text(path, encoding)), strict=False))
    heads = [folded(head) for head in rows[0]] if rows else []
    at = {
        name: next((heads.index(folded(one)) for one in also if folded(one) in heads), -1)
        for name, also in _HEADS.items()
    }
    if missing := [name for name, place in at.items() if place < 0]:
        raise FileRefused("list_columns", path=path, missing=", ".join(missing))
    found: list[Entry] = []
    numbers: list[int] = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in at.items()}
        found.append(_entry(path, number, cells))
        numbers.append(number)
    try:
        return checked(found, sort)
    except BadEntry as error:
        raise _refused(path, numbers[error.place - 1], error.code) from error


def _refused(path: Path, row: int, why: str) -> FileRefused:
    english, chinese = REASONS.get(why) or KIND_REASONS.get(why) or ROW_TEXTS[why]
    return FileRefused("list_row", path=path, row=row, reason=why, why=f"{english} {chinese}")


def _entry(path: Path, number: int, cells: dict[str, str]) -> Entry:
    kind = KIND_OF.get(folded(cells["kind"]))
    if kind is None:
        raise _refused(path, number, "unknown_kind")
    try:
        return read_entry(kind, cells["value"], cells["label"])
    except Refused as refusal:
        raise _refused(path, number, refusal.code) from refusal


def _text(path: Path, encoding: str | None) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FileRefused("file_missing", path=path) from error
    if len(raw) > _MOST_BYTES:
        raise FileRefused("list_size", path=path, limit=_MOST_BYTES)
    for name in (encoding,) if encoding else ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\0" not in text:
            return text
    raise FileRefused("list_text", path=path)


def entries_of(version: Any) -> list[Entry]:
    """The entries of a version as the API gives it, checked here. Raises TrustError for what may not be listed."""
    try:
        entries = [Entry.from_json(dict(one)) for one in version["entries"]]
        if entries != checked(entries, str(version["version"]["sort"])):
            raise Malformed("the entries are not in order")
    except (Malformed, BadEntry, KeyError, TypeError) as error:
        raise TrustError("warning_lists", reason=str(error)) from error
    return entries


def exact(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """(kind, value) of the entries that have a digest, in their order."""
    return [(entry.kind, entry.value) for entry in entries if not entry.is_prefix]

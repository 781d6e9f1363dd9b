"""Warning lists: public values that are nobody's guilt, as they are written, signed and looked up. Pure.

The twin for the browser is `frontend/warnings.js`; `tests/vectors/warnings` is run by both.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from privacy import encoding, signing
from privacy.ceremony import MAX_NUMBER
from privacy.encoding import Malformed
from privacy.kinds import Refused, looks_like_indicator, normalise

FORMAT = "alliance-warning-list/1"
CONTEXT = b"alliance/warning-list/1\x00"
MOST_ENTRIES = 10_000
SORTS = ("hotline", "court", "courier", "member", "other")
LISTABLE = ("phone/1", "account/1", "ip/1", "domain/1", "uscc/1")
"""Kinds that organisations have in public. What is a person's (papers, cards, voices, devices) is never listed."""
_CODE = re.compile("[a-z0-9][a-z0-9-]{0,39}")
_PREFIX = re.compile(r"cn-sc:(?:0[0-9]{2,3}:)?[0-9]{2,}|\+86[48]00[0-9]{0,6}")
_WRITTEN_PREFIX = re.compile(r"(.+?)(?:\*|…|\.\.\.)")
_MOBILE = re.compile(r"\+861[3-9][0-9]{9}")
_MOMENT = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_LONGEST_VALUE, _LONGEST_LABEL, _LONGEST_NAME = 200, 120, 120

REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "list_kind": (
            "Only phones, accounts, addresses, domains and company codes are listed, never what belongs to a person.",
            "名单只收电话、账号、IP、域名和统一社会信用代码，不收属于个人的要素。",
        ),
        "list_canonical": ("Write the value in its canonical form.", "请填写规范化后的值。"),
        "list_prefix": (
            "A prefix is one of service numbers (95*, 12*, 96*) or of 400 and 800 numbers.",
            "前缀只能是服务号码（如 95*、12*、96*）或 400、800 号码。",
        ),
        "list_mobile": (
            "A mobile number belongs to a person; only a list of members' own lines may name one.",
            "手机号属于个人，仅“成员自有号码”名单可列入。",
        ),
        "list_label": (
            "A label has 1 to 120 characters and holds no phone, card or ID number.",
            "说明为 1 至 120 个字符，不得含电话、银行卡或身份证号。",
        ),
        "list_double": ("This value is in the list twice.", "该值在名单中重复。"),
        "list_long": ("A list has at most 10,000 entries.", "一份名单最多 10,000 条。"),
    }
)
"""What can be wrong with an entry, beside the reasons of privacy.kinds: English and Chinese."""


class BadEntry(ValueError):
    """An entry that may not stand in a list: its `place` (from 1) and a code of REASONS or of privacy.kinds.REASONS."""

    def __init__(self, place: int, code: str) -> None:
        super().__init__(f"entry {place}: {code}")
        self.place = place
        self.code = code


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One public value of a list in canonical form, or a prefix of canonical values; ordered as lists are."""

    kind: str
    is_prefix: bool
    value: str
    label: str = ""

    def to_json(self) -> dict[str, object]:
        """The entry as a JSON object."""
        return {"kind": self.kind, "value": self.value, "prefix": self.is_prefix, "label": self.label}

    @classmethod
    def from_json(cls, message: object) -> "Entry":
        """An entry from its JSON object; whether it may be listed is `checked`'s to say. Raises Malformed."""
        found = encoding.fields(message, ("kind", "value", "prefix", "label"), "an entry")
        if not isinstance(found["prefix"], bool):
            raise Malformed("prefix must be true or false")
        return cls(
            kind=_line(found["kind"], "kind", 40),
            is_prefix=found["prefix"],
            value=_line(found["value"], "value", _LONGEST_VALUE),
            label=_line(found["label"], "label", _LONGEST_LABEL),
        )


def read_entry(kind: str, written: str, label: str) -> Entry:
    """An entry as a person writes it: a value, or the beginning of phone numbers with a star (95*, 400*).

    Raises Refused of privacy.kinds for a value that is none of the kind.
    """
    text = written.strip()
    if kind == "phone/1" and (found := _WRITTEN_PREFIX.fullmatch(text)):
        start = found[1].strip()
        if re.fullmatch("[48]00[0-9]*", start):
            start = "+86" + start
        return Entry(kind, True, start if start.startswith(("+", "cn-sc:")) else f"cn-sc:{start}", label.strip())
    return Entry(kind, False, normalise(kind, text).value, label.strip())


def checked(entries: Iterable[Entry], sort: str) -> list[Entry]:
    """The entries in the order of lists, if every one may stand in a list of this sort. Raises BadEntry.

    A prefix is a narrow thing on purpose: one of mobile numbers would keep half of all clues from being filed.
    """
    found: dict[tuple[str, bool, str], Entry] = {}
    for place, entry in enumerate(entries, start=1):
        if place > MOST_ENTRIES:
            raise BadEntry(place, "list_long")
        if code := _wrong(entry, sort):
            raise BadEntry(place, code)
        if (mark := (entry.kind, entry.is_prefix, entry.value)) in found:
            raise BadEntry(place, "list_double")
        found[mark] = entry
    return sorted(found.values())


def _wrong(entry: Entry, sort: str) -> str:
    """The code of the first thing wrong with an entry; empty if it may stand."""
    if entry.kind not in LISTABLE:
        return "list_kind"
    if not _is_label(entry.label):
        return "list_label"
    if entry.is_prefix:
        return "" if entry.kind == "phone/1" and _PREFIX.fullmatch(entry.value) else "list_prefix"
    try:
        canonical = normalise(entry.kind, entry.value).value
    except Refused as refusal:
        return refusal.code
    if canonical != entry.value or len(canonical) > _LONGEST_VALUE:
        return "list_canonical"
    return "list_mobile" if sort != "member" and _MOBILE.fullmatch(canonical) else ""


def _is_label(text: str) -> bool:
    fits = 1 <= len(text) <= _LONGEST_LABEL and text == text.strip() and text.isprintable()
    return fits and looks_like_indicator(text) is None


@dataclass(frozen=True, slots=True)
class WarningDocument:
    """A version of a list as it is published: what the alliance signs."""

    version: UUID
    code: str
    number: int
    sort: str
    name_zh: str
    name_en: str
    epoch: int
    in_force_since: str
    """UTC to the second: 2026-05-01T09:30:00Z."""
    entries: tuple[Entry, ...]

    def to_json(self) -> dict[str, object]:
        """The document as a JSON object."""
        return {
            "format": FORMAT,
            "version": str(self.version),
            "code": self.code,
            "number": self.number,
            "sort": self.sort,
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "epoch": self.epoch,
            "in_force_since": self.in_force_since,
            "entries": [entry.to_json() for entry in self.entries],
        }

    def signing_bytes(self) -> bytes:
        """What the alliance signs: the context and the canonical JSON (RFC 8785) in UTF-8."""
        return CONTEXT + canonical_json(self.to_json())

    @classmethod
    def from_json(cls, message: object) -> "WarningDocument":
        """A document whose entries may all stand in its list, in order. Raises Malformed."""
        found = encoding.fields(message, _FIELDS, "the list")
        if found["format"] != FORMAT:
            raise Malformed("the list has an unknown format")
        if found["sort"] not in SORTS or not isinstance(found["entries"], list):
            raise Malformed("the list has an unknown sort or no entries")
        entries = tuple(Entry.from_json(entry) for entry in found["entries"])
        try:
            if list(entries) != checked(entries, str(found["sort"])):
                raise Malformed("the entries are not in order")
        except BadEntry as error:
            raise Malformed(str(error)) from error
        return cls(
            version=encoding.uuid(found["version"], "version"),
            code=encoding.text(found["code"], "code", _CODE),
            number=encoding.whole(found["number"], "number", 1, MAX_NUMBER),
            sort=str(found["sort"]),
            name_zh=_line(found["name_zh"], "name_zh", _LONGEST_NAME),
            name_en=_line(found["name_en"], "name_en", _LONGEST_NAME),
            epoch=encoding.whole(found["epoch"], "epoch", 1, MAX_NUMBER),
            in_force_since=encoding.text(found["in_force_since"], "in_force_since", _MOMENT),
            entries=entries,
        )


_FIELDS = (
    "format", "version", "code", "number", "sort", "name_zh", "name_en", "epoch", "in_force_since", "entries",
)  # fmt: skip


def canonical_json(value: object) -> bytes:
    """JSON as RFC 8785 writes it, for values of objects, lists, texts, booleans and integers."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()


def opened(message: object, alliance_key: bytes) -> tuple[WarningDocument, ...]:
    """The documents of a published answer, {"alliance_key", "lists": [{"document", "signature"}]}.

    Every signature must hold under the key that the reader pinned; the key that stands in the answer is not used.
    Raises Malformed, BadListSignature.
    """
    found = encoding.fields(message, ("alliance_key", "lists"), "the warning lists")
    if not isinstance(found["lists"], list):
        raise Malformed("lists must be a list")
    documents = []
    for one in found["lists"]:
        signed = encoding.fields(one, ("document", "signature"), "a list")
        document = WarningDocument.from_json(signed["document"])
        signature = encoding.unb64(signed["signature"], "signature", signing.SIGNATURE_SIZE)
        if not signing.is_signed(alliance_key, document.signing_bytes(), signature):
            raise BadListSignature(document.code)
        documents.append(document)
    return tuple(documents)


class BadListSignature(ValueError):
    """A list is not signed by the alliance; the text is the list's code."""


class Stoplist:
    """All lists in force, for looking up what must not be filed; a lookup costs the same however long they are."""

    def __init__(self, documents: Sequence[WarningDocument] = ()) -> None:
        self._found: dict[tuple[str, bool, str], tuple[WarningDocument, Entry]] = {}
        for document in documents:
            for entry in document.entries:
                self._found.setdefault((entry.kind, entry.is_prefix, entry.value), (document, entry))
        self._lengths = sorted({len(value) for _kind, is_prefix, value in self._found if is_prefix})

    def find(self, kind: str, canonical: str) -> tuple[WarningDocument, Entry] | None:
        """The list and the entry that a canonical value stands under, None if it is free.

        An exact entry goes before a prefix, a short prefix before a long one, a list before those after it.
        """
        if exact := self._found.get((kind, False, canonical)):
            return exact
        starts = (canonical[:length] for length in self._lengths if length <= len(canonical))
        return next((found for start in starts if (found := self._found.get((kind, True, start)))), None)


def is_code(text: str) -> bool:
    """Whether a text may be the code of a list: 1 to 40 small letters, digits and hyphens."""
    return _CODE.fullmatch(text) is not None


def _line(value: object, field: str, most: int) -> str:
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise Malformed(f"{field} must be a text of at most {most} printable characters")
    return value

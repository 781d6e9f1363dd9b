"""One file to the platform: read, check, evaluate, spool, send; flat in memory, resumable at every step.

Rows flow in chunks of at most 2,000 values that are new to the upload. Chunks are evaluated on all cores and come back
in order; their clues go to a spool of up to 100,000 lines, which is one submission. The spool is closed before it is
sent and kept until the platform has it, so every attempt sends the same bytes under the same idempotency key.
"""

import gzip
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import orjson

from alliance_client.evaluation import Batch, Evaluator
from alliance_client.files import Source
from alliance_client.journal import CLOSED, DIGEST_SIZE, OPEN, SENT, Journal, Part
from alliance_client.pipeline import in_order
from alliance_client.rows import MOST_INDICATORS, VOICE, Checker, Draft, Problem
from privacy.encoding import b64
from privacy.kinds import message, voice_library
from privacy.requests import MAX_VALUES

MOST_CLUES = 100_000
CHUNK_ROWS = 4_000


class Platform(Protocol):
    """What an upload needs of the SDK."""

    def submit_body(self, body: bytes, *, idempotency_key: str, filename: str) -> dict[str, Any]:
        """Send gzipped lines; the platform's answer."""

    def submission_errors(self, reference: str) -> Iterator[dict[str, Any]]:
        """The rows of a submission that the platform refused."""


@dataclass(slots=True)
class Progress:
    """How far an upload is; handed to the listener after every chunk."""

    position: int = 0
    size: int = 0
    rows: int = 0
    clues: int = 0
    refused: int = 0
    warnings: int = 0
    values: int = 0
    """Values evaluated in this run."""
    reused: int = 0
    """Values that needed no evaluation, since the file or an earlier run had them."""
    sent: int = 0
    """Clues that the platform has."""


Listener = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class _Clue:
    draft: Draft
    keys: tuple[bytes, ...]


@dataclass(slots=True)
class _Chunk:
    """Rows in a row, and the values among them that are new: key -> OPRF input."""

    clues: list[_Clue] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    fresh: dict[bytes, bytes] = field(default_factory=dict)
    rows: int = 0
    position: int = 0


class RowFlow:
    """The rows of a file in chunks, checked, with the values that the journal does not know yet."""

    def __init__(self, source: Source, checker: Checker, journal: Journal, listener: Listener | None = None) -> None:
        self.progress = Progress(size=source.size)
        self._source = source
        self._checker = checker
        self._journal = journal
        self._listener = listener or (lambda _progress: None)
        self._under_way: set[bytes] = set()
        self._tag = journal.fact("tag")

    def rehearse(self) -> None:
        """Check every row and count the values; nothing is evaluated. For a journal that is thrown away after."""
        for chunk in self._chunks(after=0):
            with self._journal.writing():
                self._journal.keep_problems(chunk.problems)
                # Zeros in place of digests: only whether a value was there before matters here.
                self._journal.keep_values(list(chunk.fresh), bytes(DIGEST_SIZE * len(chunk.fresh)))
            self._count(chunk)

    def _chunks(self, *, after: int) -> Iterator[_Chunk]:
        chunk = _Chunk()
        for row in self._source.rows():
            if row.number <= after:
                continue
            draft, problems = self._checker.check(row)
            chunk.rows += 1
            chunk.problems.extend(problems)
            chunk.position = self._source.position
            if draft is not None:
                self._add(chunk, draft)
            if len(chunk.fresh) > MAX_VALUES - MOST_INDICATORS or chunk.rows >= CHUNK_ROWS:
                yield chunk
                chunk = _Chunk()
        if chunk.rows:
            yield chunk

    def _add(self, chunk: _Chunk, draft: Draft) -> None:
        keys = []
        for label, value in draft.plain_indicators:
            given = message(label, value)
            key = self._journal.key(given)
            keys.append(key)
            if key in self._under_way or self._journal.knows(key):
                self.progress.reused += 1
            else:
                self._under_way.add(key)
                chunk.fresh[key] = given
        named = draft if draft.own_reference else replace(draft, own_reference=f"{self._tag}-{draft.row}")
        chunk.clues.append(_Clue(named, tuple(keys)))

    def _count(self, chunk: _Chunk) -> None:
        self._under_way.difference_update(chunk.fresh)
        self.progress.position = chunk.position
        self.progress.rows += chunk.rows
        self.progress.clues += len(chunk.clues)
        self.progress.refused += chunk.rows - len(chunk.clues)
        self.progress.warnings += len({one.row for one in chunk.problems if one.is_warning})
        self.progress.values += len(chunk.fresh)
        self._listener(self.progress)


class Upload(RowFlow):
    """One run over a file with its journal."""

    def __init__(
        self,
        source: Source,
        checker: Checker,
        journal: Journal,
        *,
        platform: Platform,
        evaluator: Evaluator,
        threads: int,
        listener: Listener | None = None,
        most_clues: int = MOST_CLUES,
    ) -> None:
        super().__init__(source, checker, journal, listener)
        self._platform = platform
        self._evaluator = evaluator
        self._threads = threads
        self._most_clues = most_clues

    def run(self) -> list[Part]:
        """Bring everything to the platform that is not there yet; the parts as it has them. Raises AllianceError."""
        done = self._journal.rewind()
        for part in self._journal.parts():
            self.progress.clues += part.clues
            self._send(part)
        self._finish_pending()
        writer = _PartWriter(self._journal, self._most_clues, self._send)
        try:
            for chunk, _ in in_order(self._evaluate, self._chunks(after=done), threads=self._threads):
                with self._journal.writing():
                    self._journal.keep_problems(chunk.problems)
                writer.write(chunk.clues)
                self._count(chunk)
            writer.close_part()
        finally:
            writer.abandon()
        return self._journal.parts()

    def _evaluate(self, chunk: _Chunk) -> None:
        """On a thread of the pipeline: the digests of the chunk's new values, into the journal."""
        if not chunk.fresh:
            return
        batch = Batch.of(list(chunk.fresh.values()))
        self._journal.keep_pending(batch, list(chunk.fresh))
        digests = self._evaluator.finish(batch)
        with self._journal.writing():
            self._journal.keep_values(list(chunk.fresh), digests)
            self._journal.drop_pending(batch)

    def _finish_pending(self) -> None:
        """Ask again for what an earlier run was charged for and never received."""
        for batch, keys in self._journal.pending():
            digests = self._evaluator.finish(batch)
            with self._journal.writing():
                self._journal.keep_values(keys, digests)
                self._journal.drop_pending(batch)
            self.progress.values += len(keys)

    def _send(self, part: Part) -> None:
        """Send a closed part, note what the platform made of it and forget the spool. A sent one is skipped."""
        if part.state == SENT:
            self.progress.sent += part.clues
            return
        spool = self._journal.spool(part.part)
        answer = self._platform.submit_body(
            spool.read_bytes(),
            idempotency_key=self._journal.idempotency_key(part.part),
            filename=self._source.path.name,
        )
        sent = replace(part, state=SENT, receipt=answer)
        refused = list(self._refused_by_platform(sent)) if answer.get("rejected") else []
        with self._journal.writing():
            self._journal.put_part(sent)
            self._journal.keep_problems(refused)
        spool.unlink(missing_ok=True)
        self.progress.sent += part.clues
        self._listener(self.progress)

    def _refused_by_platform(self, part: Part) -> Iterator[Problem]:
        for found in self._platform.submission_errors(str(part.receipt["reference"])):
            row = self._journal.row_of(part.part, int(found["row"]))
            if row is not None:
                yield Problem(row, str(found.get("field", "")), str(found["code"]), detail=str(found.get("detail", "")))


class _PartWriter:
    """Writes clues to the spool of the open part and closes it when it is full."""

    def __init__(self, journal: Journal, most_clues: int, send: Callable[[Part], None]) -> None:
        self._journal = journal
        self._most_clues = most_clues
        self._send = send
        self._file: gzip.GzipFile | None = None
        self._part = Part(len(journal.parts()), OPEN, 0, 0)

    def write(self, clues: list[_Clue]) -> None:
        """Add clues in the order of their rows; sends every part that fills up."""
        while clues:
            room = self._most_clues - (self._part.clues if self._file else 0)
            self._write_some(clues[:room])
            clues = clues[room:]
            if self._part.clues >= self._most_clues:
                self.close_part()

    def _write_some(self, clues: list[_Clue]) -> None:
        file = self._file or self._open()
        lines, kept = [], []
        for line, clue in enumerate(clues, self._part.clues + 1):
            values = [self._journal.value(key) for key in clue.keys]
            lines.append(orjson.dumps(wire_row(clue.draft, [digest for _, digest in values])))
            kept.append((line, clue.draft.row, [number for number, _ in values]))
        file.write(b"\n".join(lines) + b"\n")
        self._part = replace(self._part, clues=self._part.clues + len(clues), last_row=clues[-1].draft.row)
        with self._journal.writing():
            self._journal.put_part(self._part)
            self._journal.keep_clues(self._part.part, kept)

    def _open(self) -> gzip.GzipFile:
        self._part = Part(len(self._journal.parts()) + 1, OPEN, 0, 0)
        path = self._journal.spool(self._part.part)
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        self._file = gzip.open(path, "wb", compresslevel=1)  # noqa: SIM115 (closed by close_part or abandon)
        return self._file

    def close_part(self) -> None:
        """Close the open part, if there is one, and send it."""
        if self._file is None:
            return
        self._file.close()
        self._file = None
        self._part = replace(self._part, state=CLOSED)
        with self._journal.writing():
            self._journal.put_part(self._part)
        self._send(self._part)

    def abandon(self) -> None:
        """Let go of an open spool; the next run writes it anew."""
        if self._file is not None:
            self._file.close()
            self._file = None


def wire_row(draft: Draft, digests: list[bytes]) -> dict[str, object]:
    """A clue as the platform takes it: digests in place of indicators, empty fields left out."""
    row: dict[str, object] = {
        "circle": draft.circle,
        "typology": draft.typology,
        "proof": draft.proof,
        "observed_at": draft.observed_at,
        "role": draft.role,
        "digests": [
            _wire_digest(label, value, digest)
            for (label, value), digest in zip(draft.plain_indicators, digests, strict=True)
        ],
    }
    free: Mapping[str, str] = {"note": draft.note, "own_reference": draft.own_reference}
    return {**row, **{name: text for name, text in free.items() if text}}


def _wire_digest(label: str, value: str, digest: bytes) -> dict[str, str]:
    found = {"kind": label, "digest": b64(digest)}
    if label == VOICE:
        found["library"] = voice_library(value)
    return found

"""The SDK: everything the `alliance` command does, for a member's own systems."""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import orjson

from alliance_client import journal as journals
from alliance_client import warnings
from alliance_client.budgets import AUTO, Purse, grant_of, spendable
from alliance_client.config import Config, default_home, write_private
from alliance_client.errors import ConfigError
from alliance_client.evaluation import Evaluator, Notice
from alliance_client.events import follow
from alliance_client.files import Source, open_source, sha256_of
from alliance_client.http import UPLOAD_TIMEOUT, Retry, Transport
from alliance_client.journal import Journal, Part
from alliance_client.pipeline import worker_threads
from alliance_client.rows import CHINA, Checker
from alliance_client.submission import Listener, Progress, RowFlow, Upload
from alliance_client.wire import canonical
from privacy.encoding import b64
from privacy.kinds import looks_like_indicator, message, normalise
from privacy.requests import BudgetGrant
from privacy.warnings import Entry, Stoplist, WarningDocument

DEFAULTS: Mapping[str, str] = {"role": "unknown", "proof": "suspicion"}
"""What a row has where its file says nothing."""
AtEnd = Callable[[Source, Journal], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read."""

    defaults: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    sheet: str | None = None
    ignored: Sequence[str] = ()
    zone: timezone = CHINA

    def open(self, path: Path) -> Source:
        """The source of a file. Raises FileRefused."""
        return open_source(path, encoding=self.encoding, sheet=self.sheet, ignored=self.ignored)

    def checker(self, libraries: Mapping[str, Sequence[str]] | None, stoplist: Stoplist | None = None) -> Checker:
        """What the rows are checked against, as of now."""
        return Checker(libraries, {**DEFAULTS, **self.defaults}, datetime.now(UTC), self.zone, stoplist or Stoplist())


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a file."""

    progress: Progress
    parts: tuple[Part, ...]
    refused: int
    """Rows refused here or by the platform."""
    warnings: int
    remaining: int | None
    """Values left in the budget that was charged last, if any was."""
    liars: tuple[int, ...] = ()
    """Custodians whose proofs did not hold."""
    listed: int = 0
    """Indicators left out because they stand on a warning list."""
    only_listed: int = 0
    """Rows refused because all of them does."""


class Alliance(AbstractContextManager["Alliance"]):
    """One institution's connection to its platform. Methods raise the types of alliance_client.errors."""

    def __init__(
        self,
        config: Config,
        *,
        language: str = "en",
        budget: str = AUTO,
        notice: Notice | None = None,
        retry: Retry | None = None,
        threads: int | None = None,
    ) -> None:
        self.config = config
        self._transport = Transport(config.url, config.credential(), language=language, retry=retry)
        self._purse = Purse(budget, self._spendable)
        self._notice = notice
        self._threads = threads or worker_threads()
        self._evaluator: Evaluator | None = None

    @classmethod
    def load(cls, home: Path | None = None, **options: Any) -> "Alliance":
        """The connection that `alliance init` configured."""
        return cls(Config.load(home or default_home()), **options)

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    @property
    def transport(self) -> Transport:
        """The way to the platform, for the modules of `alliance_client.joint`."""
        return self._transport

    # reading

    def whoami(self) -> dict[str, Any]:
        """The institution, the credential and what it may do."""
        return dict(self._transport.get("whoami"))

    def circles(self) -> list[dict[str, Any]]:
        """The institution's circles with the voice libraries registered in them."""
        return self._transport.rows("circles")

    def submissions(self, **filters: str | int | None) -> Iterator[dict[str, Any]]:
        """The institution's submissions, newest first."""
        return self._transport.pages("submissions", **filters)

    def submission(self, reference: str) -> dict[str, Any]:
        """One submission: its state and counts."""
        return dict(self._transport.get(f"submissions/{canonical(reference)}"))

    def submission_errors(self, reference: str) -> Iterator[dict[str, Any]]:
        """The rows of a submission that the platform refused: {"row", "field", "code", "detail"}."""
        headers = {"Accept": "application/x-ndjson"}
        answer = self._transport.send("GET", f"submissions/{canonical(reference)}/errors", headers=headers)
        return (orjson.loads(line) for line in answer.content.splitlines() if line)

    def collisions(self, **filters: str | int | None) -> Iterator[dict[str, Any]]:
        """The institution's collisions; filters: kind, circle, typology, since (a day), status, state, least (points),
        assigned, due, order (newest, score or due), limit."""
        return self._transport.pages("collisions", **filters)

    def triage(
        self, references: Sequence[str], *, act: str, reason: str = "", note: str = "", until: date | None = None
    ) -> dict[str, Any]:
        """Accept, reject (why), snooze (until) or reopen 1 to 200 collisions: {"changed": [], "unchanged": {}}."""
        body = {
            "references": [canonical(reference) for reference in references],
            "act": act,
            "reason": reason,
            "note": note,
            "until": until.isoformat() if until else None,
        }
        return dict(self._transport.post("collisions/triage", body, repeatable=True))

    def collision(self, reference: str) -> dict[str, Any]:
        """One collision."""
        return dict(self._transport.get(f"collisions/{canonical(reference)}"))

    def events(self, cursor: str = "", *, wait: int = 0, limit: int = 200) -> dict[str, Any]:
        """What happened to the institution after a cursor: {"results": [...], "next_cursor", "has_more"}."""
        return dict(self._transport.get("events", cursor=cursor, wait=wait, limit=limit))

    def follow_events(self, bookmark: Path, *, forever: bool = True) -> Iterator[dict[str, Any]]:
        """Every event since the one that the file `bookmark` names, in order; `forever` waits for more.

        The bookmark moves on when the next page is asked for, so whoever stops in the middle of one is given it again.
        """
        return follow(self.events, bookmark, forever=forever)

    # writing

    def withdraw(self, reference: str) -> None:
        """Withdraw one clue; what depended on it is undone."""
        self._transport.send("DELETE", f"clues/{canonical(reference)}")

    def submit_body(self, body: bytes, *, idempotency_key: str, filename: str = "") -> dict[str, Any]:
        """Send gzipped lines of digests. The same key and body give the same answer, another body is refused."""
        headers = {
            "Content-Type": "application/x-ndjson",
            "Content-Encoding": "gzip",
            "Idempotency-Key": idempotency_key,
        }
        # A name such as 13812345678.xlsx holds a value, and values stay here.
        if filename and looks_like_indicator(filename) is None:
            headers["Alliance-Filename"] = quote(filename[-120:])
        answer = self._transport.send(
            "POST",
            "submissions",
            params={"epoch": self.evaluator.transcript.epoch},
            headers=headers,
            content=body,
            timeout=UPLOAD_TIMEOUT,
        )
        return dict(orjson.loads(answer.content))

    def digests(self, values: Sequence[tuple[str, str]]) -> list[bytes]:
        """The digests of (kind, written value) pairs, 32 bytes each. Raises privacy.kinds.Refused for a bad value."""
        inputs = [message(label, normalise(label, written).value) for label, written in values]
        distinct = list(dict.fromkeys(inputs))
        blob = self.evaluator.digests(distinct, threads=self._threads) if distinct else b""
        found = {given: blob[at * 32 : (at + 1) * 32] for at, given in enumerate(distinct)}
        return [found[given] for given in inputs]

    def submit(
        self,
        path: Path,
        *,
        reading: Reading | None = None,
        state: Path | None = None,
        again: bool = False,
        listener: Listener | None = None,
        at_end: AtEnd | None = None,
    ) -> Summary:
        """Upload a file, or go on with an upload that broke off. `at_end` sees source and journal once all is done."""
        how = reading or Reading()
        directory = state or journals.default_directory(path)
        journals.check_writable(directory)
        with ExitStack() as opened:
            source = opened.enter_context(how.open(path))
            journal = Journal(directory, secret=self.config.signing_seed())
            opened.callback(journal.close)
            journal.begin(self._about(path, how), again=again)
            upload = Upload(
                source,
                self.checker(how),
                journal,
                platform=self,
                evaluator=self.evaluator,
                threads=self._threads,
                listener=listener,
            )
            parts = tuple(upload.run())
            if at_end is not None:
                at_end(source, journal)
            refused, warned = journal.count_problems()
            listed, only_listed = (journal.count_coded(code) for code in ("listed", "only_listed"))
        liars = tuple(self.evaluator.custodians.liars)
        return Summary(upload.progress, parts, refused, warned, self._purse.remaining, liars, listed, only_listed)

    def checker(self, reading: Reading) -> Checker:
        """What rows are checked against: circles, defaults, the clock."""
        libraries = {str(one["code"]): tuple(map(str, one["voice_libraries"])) for one in self.circles()}
        return reading.checker(libraries, Stoplist(self.warning_lists()))

    def _about(self, path: Path, how: Reading) -> dict[str, str]:
        """What makes two runs the same upload."""
        reading = orjson.dumps([dict(how.defaults), how.encoding, how.sheet, list(how.ignored), str(how.zone)])
        return {
            "file": sha256_of(path),
            "reading": reading.decode(),
            "platform": self.config.url,
            "institution": self.config.institution,
            "ceremony": self.config.fingerprint,
        }

    # warning lists

    def warning_lists(self) -> tuple[WarningDocument, ...]:
        """The lists in force, each verified under the pinned alliance key. Raises TrustError.

        A client that was set up before keys were pinned pins the one the platform names, and says so.
        """
        if not self.config.alliance_key:
            key = warnings.offered_key(self._transport.get("warning-lists"))
            self.config = replace(self.config, alliance_key=key)
            self.config.save_settings()
            if self._notice is not None:
                self._notice("alliance_key_pinned", {"key": key})
        return warnings.fetched(self._transport, self.config)

    def warning_versions(self) -> list[dict[str, Any]]:
        """The newest versions of all lists."""
        return self._transport.rows("warning-versions")

    def warning_version(self, reference: str) -> dict[str, Any]:
        """One version with its entries."""
        return dict(self._transport.get(f"warning-versions/{canonical(reference)}"))

    def entries_of(self, version: Mapping[str, Any]) -> list[Entry]:
        """The entries of a version, checked again here: what may not be listed is not approved. Raises TrustError."""
        return warnings.entries_of(version)

    def propose_warnings(self, entries: Sequence[Entry], **head: str) -> dict[str, Any]:
        """Propose a whole list with digests computed here; `head`: code, sort, name_zh, name_en, reason."""
        digests = b"".join(self.digests(warnings.exact(entries)))
        body = {
            **head,
            "epoch": self.evaluator.transcript.epoch,
            "entries": [entry.to_json() for entry in entries],
            "digests": b64(digests),
        }
        return dict(self._transport.post("warning-versions", body, repeatable=False))

    def approve_warnings(self, version: Mapping[str, Any]) -> dict[str, Any]:
        """Compute every digest of a version here and approve it with them."""
        digests = b"".join(self.digests(warnings.exact(self.entries_of(version))))
        body = {"epoch": self.evaluator.transcript.epoch, "digests": b64(digests)}
        address = f"warning-versions/{version['version']['reference']}/approval"
        return dict(self._transport.post(address, body, repeatable=False))

    def refuse_warnings(self, reference: str, reason: str) -> dict[str, Any]:
        """Refuse a version, or take one's own proposal back."""
        address = f"warning-versions/{canonical(reference)}/refusal"
        return dict(self._transport.post(address, {"reason": reason}, repeatable=False))

    # budgets

    def budgets(self) -> list[dict[str, Any]]:
        """The institution's declared budgets, newest first."""
        return self._transport.rows("budgets")

    def request_budget(self, *, values: int, until: date, reason: str) -> dict[str, Any]:
        """Ask for so many values until the end of a day. Not repeated by itself: a second copy would ask twice."""
        body = {"key": self.evaluator.transcript.key, "values": values, "until": until.isoformat(), "reason": reason}
        return dict(self._transport.post("budgets", body, repeatable=False))

    def grant(self, reference: str) -> BudgetGrant:
        """The grant of a budget as it would be signed."""
        return grant_of(self._transport.get(f"budgets/{canonical(reference)}"))

    def approve_budget(self, grant: BudgetGrant, seed: bytes) -> dict[str, Any]:
        """Sign exactly this grant with the approval key (32-byte seed) and hand the signature in."""
        signature = grant.signed("institution", seed).institution_signature
        address = f"budgets/{grant.budget}/approval"
        return dict(self._transport.post(address, {"signature": b64(signature)}, repeatable=False))

    def _spendable(self) -> list[BudgetGrant]:
        return spendable(self.budgets(), self.config.institution)

    @property
    def evaluator(self) -> Evaluator:
        """The evaluator under the pinned ceremony, made at first use. Raises TrustError, ConfigError."""
        if self._evaluator is None:
            self._purse.choose()
            self._evaluator = Evaluator(
                self._transport,
                self.config.transcript(),
                signer=self.config.institution,
                seed=self.config.signing_seed(),
                purse=self._purse,
                notice=self._notice,
            )
        return self._evaluator


def rehearse(
    path: Path,
    reading: Reading,
    *,
    libraries: Mapping[str, Sequence[str]] | None,
    stoplist: Stoplist | None = None,
    listener: Listener | None = None,
    at_end: AtEnd | None = None,
) -> Summary:
    """Check a whole file without evaluating or sending anything; `libraries` None leaves circles unchecked."""
    with ExitStack() as opened:
        source = opened.enter_context(reading.open(path))
        folder = opened.enter_context(TemporaryDirectory(prefix="alliance-"))
        journal = Journal(Path(folder), secret=secrets.token_bytes(32))
        opened.callback(journal.close)
        flow = RowFlow(source, reading.checker(libraries, stoplist), journal, listener)
        flow.rehearse()
        if at_end is not None:
            at_end(source, journal)
        refused, warned = journal.count_problems()
        listed, only_listed = (journal.count_coded(code) for code in ("listed", "only_listed"))
    return Summary(flow.progress, (), refused, warned, None, (), listed, only_listed)


def remember_upload(home: Path, tag: str, path: Path) -> None:
    """Note which file a tag in own references stands for, so that `alliance collisions` can name row and file."""
    known = uploads_of(home)
    if known.get(tag) != str(path.resolve()):
        write_private(home / "uploads.json", json.dumps({**known, tag: str(path.resolve())}, indent=1))


def uploads_of(home: Path) -> dict[str, str]:
    """Tag -> file of the uploads made from here."""
    index = home / "uploads.json"
    try:
        found = json.loads(index.read_text(encoding="utf-8")) if index.exists() else {}
    except ValueError as error:
        raise ConfigError("damaged", path=index, reason="not JSON") from error
    return {str(tag): str(path) for tag, path in found.items()}

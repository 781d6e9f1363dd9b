"""From OPRF inputs to digests: blind, ask a quorum through the platform, verify every proof, unblind.

A retry repeats the request id and the elements, so neither wall counts it twice; only the quorum and the stamp
change. A custodian that failed is avoided for a while, one that lied is named and never asked again.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import combinations
from uuid import UUID, uuid4

from alliance_client.budgets import Purse
from alliance_client.errors import AllianceError, CustodiansUnavailable, QuotaExhausted, TrustError
from alliance_client.http import Transport, unix_time
from privacy import oprf, ristretto
from privacy.ceremony import Transcript
from privacy.encoding import Malformed
from privacy.oprf import Blinded
from privacy.requests import MAX_VALUES, BudgetGrant, EvaluationAnswer, EvaluationRequest, verified_parts

AVOID_SECONDS = 30.0
ROUNDS = 6
"""How often one batch is asked for before its error is given to the caller; custodians serve a request 8 times."""
LONGEST_PAUSE = 75.0
"""Seconds to wait for a quota by the minute; a longer wait is the caller's business."""

Notice = Callable[[str, dict[str, object]], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """A blinded batch under its request id. `blinded.blinds` is secret and never leaves the member."""

    request: UUID
    blinded: Blinded

    @classmethod
    def of(cls, messages: Sequence[bytes]) -> "Batch":
        """Blind up to 2,000 OPRF inputs (privacy.kinds.message)."""
        if not 1 <= len(messages) <= MAX_VALUES:
            raise ValueError(f"a batch holds 1 to {MAX_VALUES} values")
        return cls(uuid4(), oprf.blind(messages))


@dataclass(slots=True)
class Custodians:
    """Which custodians to ask: what is known of their health, shared by all threads of a client."""

    t: int
    n: int
    _avoid_until: dict[int, float] = field(default_factory=dict)
    _liars: set[int] = field(default_factory=set)
    _turn: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def failed(self, custodian: int) -> None:
        """It did not answer: ask others for a while."""
        with self._lock:
            self._avoid_until[custodian] = time.monotonic() + AVOID_SECONDS

    def lied(self, custodian: int) -> None:
        """Its proof did not hold: never ask it again."""
        with self._lock:
            self._liars.add(custodian)

    @property
    def liars(self) -> list[int]:
        """Whose proofs did not hold."""
        with self._lock:
            return sorted(self._liars)

    @property
    def too_few_honest(self) -> bool:
        """Whether no quorum can be formed any more."""
        return self.n - len(self.liars) < self.t

    def quorum(self, tried: set[tuple[int, ...]]) -> tuple[int, ...] | None:
        """A quorum of honest custodians, healthy and untried ones first, else None; load goes round."""
        with self._lock:
            now = time.monotonic()
            self._turn += 1
            honest = [index for index in range(1, self.n + 1) if index not in self._liars]
            candidates = [quorum for quorum in combinations(honest, self.t) if quorum not in tried]
            if not candidates:
                return None

            def burden(quorum: tuple[int, ...]) -> tuple[int, int]:
                avoided = sum(self._avoid_until.get(index, 0) > now for index in quorum)
                return avoided, (candidates.index(quorum) + self._turn) % len(candidates)

            return min(candidates, key=burden)


class Evaluator:
    """Digests of one institution's values. Its methods may run in several threads at once."""

    def __init__(
        self,
        transport: Transport,
        transcript: Transcript,
        *,
        signer: str,
        seed: bytes,
        purse: Purse,
        notice: Notice | None = None,
    ) -> None:
        self.custodians = Custodians(transcript.t, transcript.n)
        self._transport = transport
        self.transcript = transcript
        self._signer = signer
        self._seed = seed
        self._purse = purse
        self._notice = notice or (lambda _name, _facts: None)

    def digests(self, messages: Sequence[bytes], *, threads: int) -> bytes:
        """The blob of digests of any number of OPRF inputs, in batches on `threads` threads. Raises AllianceError."""
        size = max(1, min(MAX_VALUES, -(-len(messages) // threads)))
        parts = [messages[at : at + size] for at in range(0, len(messages), size)]
        with ThreadPoolExecutor(threads) as pool:
            return b"".join(pool.map(lambda part: self.finish(Batch.of(part)), parts))

    def finish(self, batch: Batch) -> bytes:
        """The blob of digests of one batch, asking one quorum after another. Raises AllianceError."""
        tried: set[tuple[int, ...]] = set()
        silent: set[int] = set()
        last: AllianceError | None = None
        for _ in range(ROUNDS):
            quorum = self.custodians.quorum(tried)
            if quorum is None and self.custodians.too_few_honest:
                break
            if quorum is None:
                # Every quorum of honest custodians failed once; a custodian that restarts is back in a moment.
                time.sleep(1)
                tried.clear()
                continue
            grant = self._purse.grant
            try:
                return self._ask(batch, quorum, grant)
            except CustodiansUnavailable as error:
                last = error
                tried.add(quorum)
                silent.update(map(int, error.facts["failed"]))
                for custodian in silent:
                    self.custodians.failed(custodian)
                self._notice("custodians", {"failed": error.facts["failed"]})
            except TrustError as error:
                last = error
                if error.text != "proof":
                    raise
                self.custodians.lied(int(error.facts["custodian"]))
                self._notice("proof", {"custodian": error.facts["custodian"]})
            except QuotaExhausted as error:
                last = error
                if "served_often" in str(error.facts.get("reasons")):
                    # Asked for too often to be served again, after many breaks: a new request, counted anew.
                    batch = replace(batch, request=uuid4())
                else:
                    self._make_room(error, grant)
        raise self._give_up(last, silent)

    def _give_up(self, last: AllianceError | None, silent: set[int]) -> AllianceError:
        if isinstance(last, CustodiansUnavailable):
            known = {"t": self.custodians.t, "n": self.custodians.n, "failed": ", ".join(map(str, sorted(silent)))}
            return CustodiansUnavailable("custodians", code=last.code, **{**last.facts, **known})
        if last is not None:
            return last
        return TrustError("proof", custodian=", ".join(map(str, self.custodians.liars)))

    def _make_room(self, error: QuotaExhausted, grant: BudgetGrant | None) -> None:
        """Wait for a quota by the minute, or turn to a declared budget; raises the error if neither helps."""
        wait = float(error.facts.get("retry_after") or 0)
        if error.code != "budget_exhausted" and 0 < wait <= LONGEST_PAUSE:
            self._notice("waiting", {"seconds": wait})
            time.sleep(wait)
            return
        opened = self._purse.open_next(after=grant)
        if opened is None:
            raise error
        self._notice("budget", {"budget": str(opened.budget)})

    def _ask(self, batch: Batch, quorum: tuple[int, ...], grant: BudgetGrant | None) -> bytes:
        transcript, blinded = self.transcript, batch.blinded
        request = EvaluationRequest(
            request=batch.request,
            signer=self._signer,
            epoch=transcript.epoch,
            generation=transcript.generation,
            key=transcript.key,
            suite=transcript.suite,
            quorum=quorum,
            issued_at=unix_time(),
            elements=blinded.elements,
            budget=grant,
        ).signed(self._seed)
        found = self._transport.post("evaluations", request.to_json(), repeatable=True)
        try:
            answer = EvaluationAnswer.from_json(found)
            parts = verified_parts(transcript, quorum, blinded.elements, answer)
        except Malformed as error:
            raise TrustError("answer", code="malformed", reason=str(error)) from error
        except oprf.ProofError as error:
            if error.custodian is None:
                raise TrustError("answer", code=error.code, reason=str(error)) from error
            raise TrustError("proof", code=error.code, custodian=error.custodian) from error
        self._purse.remaining = answer.remaining
        try:
            return oprf.finalise(blinded.blinds, parts)
        except ristretto.InvalidElement as error:
            raise TrustError("answer", code=error.code, reason=str(error)) from error

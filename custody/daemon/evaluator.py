"""The custodian's decision: is this request genuine, fresh, meant for me and within its quota? Then evaluate it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from custody.daemon.ledger import Claim, Ledger, Signer
from custody.daemon.refused import Refused
from custody.daemon.state import Share
from privacy import ristretto, shares
from privacy.ceremony import Transcript
from privacy.requests import BadSignature, BudgetGrant, EvaluationPart, EvaluationRequest, evaluate_part

# A request may be this many seconds older or newer than the custodian's clock.
CLOCK_WINDOW = 300
# The registry's name for the key that grants budgets on the alliance's side.
ALLIANCE = "alliance"


@dataclass(frozen=True, slots=True)
class Answer:
    """One custodian's part, and whether it was charged now or when the request came first."""

    part: EvaluationPart
    charged: bool


class Evaluator:
    """One custodian: its share, the transcript it belongs to, its books and its clock (unix seconds)."""

    def __init__(
        self, share: Share, transcript: Transcript, ledger: Ledger, clock: Callable[[], float] = time.time
    ) -> None:
        self.share = share
        self.transcript = transcript
        self.ledger = ledger
        self.clock = clock

    def evaluate(self, request: EvaluationRequest) -> Answer:
        """Check, charge, then compute E_i = λ_i·s_i·B for every element with one proof (docs/protocol.md).

        Raises Refused; nothing is charged unless every check passed, and nothing is evaluated that was not charged.
        """
        at = int(self.clock())
        signer = self._authentic(request)
        self._fresh(request, at)
        self._meant_for_me(request)
        if request.budget is not None:
            self._granted(request.budget, request, signer, at)
        _check_elements(request.elements)
        charged = self.ledger.charge(_claim(request, signer, at))
        part = evaluate_part(self.share.value, self.share.custodian, self.transcript, request.quorum, request.elements)
        return Answer(part, charged)

    def _authentic(self, request: EvaluationRequest) -> Signer:
        signer = self.ledger.signer(request.signer)
        unknown = Refused(401, "signature", "The request is not signed by a key enrolled at this custodian.")
        if signer is None:
            raise unknown
        try:
            request.verify(signer.public_key)
        except BadSignature as error:
            raise unknown from error
        if signer.revoked_at is not None:
            raise Refused(403, "revoked", "This signer is revoked at this custodian.")
        return signer

    def _fresh(self, request: EvaluationRequest, at: int) -> None:
        if abs(at - request.issued_at) > CLOCK_WINDOW:
            raise Refused(
                401, "stale", f"The request is not within {CLOCK_WINDOW} seconds of this custodian's clock.", clock=at
            )

    def _meant_for_me(self, request: EvaluationRequest) -> None:
        mine = self.transcript
        if (request.epoch, request.generation, request.key) != (mine.epoch, mine.generation, mine.key):
            raise Refused(
                409,
                "epoch",
                "This custodian holds a share of another epoch, generation or key.",
                epoch=mine.epoch,
                generation=mine.generation,
                key=mine.key,
            )
        try:
            shares.check_quorum_numbers(request.quorum, mine.t, mine.n)
        except shares.ShareError as error:
            raise Refused(422, "quorum", f"{error}.") from error
        if len(request.quorum) != mine.t:
            raise Refused(422, "quorum", f"The quorum must name exactly {mine.t} custodians.")
        if self.share.custodian not in request.quorum:
            raise Refused(422, "quorum", f"The quorum does not name this custodian, {self.share.custodian}.")

    def _granted(self, grant: BudgetGrant, request: EvaluationRequest, signer: Signer, at: int) -> None:
        alliance = self.ledger.signer(ALLIANCE)
        if alliance is None or alliance.revoked_at is not None or signer.approval_key is None:
            raise Refused(403, "budget_signature", "This custodian has not enrolled both keys that a budget needs.")
        if str(grant.institution) != signer.name or grant.key != request.key:
            raise Refused(403, "budget_mismatch", "The budget is another institution's or another key's.")
        try:
            grant.verify(signer.approval_key, alliance.public_key)
        except BadSignature as error:
            raise Refused(
                403, "budget_signature", "A budget needs the signatures of its institution and of the alliance."
            ) from error
        if grant.until < datetime.fromtimestamp(at, UTC).date():
            raise Refused(403, "budget_expired", f"The budget ended on {grant.until.isoformat()}.")


def _check_elements(elements: bytes) -> None:
    flags = ristretto.valid_points(elements)
    if not all(flags):
        first = flags.index(0) + 1
        raise Refused(422, "invalid_point", f"Element {first} is not a valid group element.", element=first)


def _claim(request: EvaluationRequest, signer: Signer, at: int) -> Claim:
    budget = request.budget
    return Claim(
        signer=signer,
        request=str(request.request),
        body=request.content(),
        count=request.count,
        at=at,
        budget=None if budget is None else str(budget.budget),
        budget_values=0 if budget is None else budget.values,
    )

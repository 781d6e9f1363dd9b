"""Facts that a client sealed to keys of the directory: tied to their row when stored, handed out to one's own keys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _

from audit import services as audit
from cases.models import PaperSeal, PublicKey, SeizedSeal
from cases.sealing import bind, check_bound
from kit.actor import Actor
from kit.errors import Conflict
from privacy.encoding import b64
from privacy.envelope import SealError


@dataclass(frozen=True, slots=True)
class HeldFacts:
    """Facts sealed to one of the reader's own keys."""

    fingerprint: str
    sealed: bytes

    def to_json(self) -> dict[str, Any]:
        """As the JSON doors send it."""
        return {"fingerprint": self.fingerprint, "sealed": b64(self.sealed)}


def facts_tag(place: str, ref: UUID | str, key: PublicKey, sealed: bytes) -> bytes:
    """What ties cipher text to its place, its row and its key; `hand_out` checks it."""
    return bind(place, ref, key.fingerprint, sealed)


def hand_out(
    actor: Actor,
    rows: Iterable[PaperSeal | SeizedSeal],
    *,
    place: str,
    ref: UUID | str,
    subject: UUID,
    opened: str,
    refused: str,
) -> Sequence[HeldFacts]:
    """The facts in `rows`, which are sealed to the actor's own keys; the look is recorded as of the kind `opened`.

    Raises Conflict: "not_what_was_kept" where a row does not hold what was put there, recorded as of the kind
    `refused`; "no_key" where there is no row. The caller opens no transaction: a refusal has to stay recorded.
    """
    try:
        held = [_held(one, place, ref) for one in rows]
    except SealError:
        audit.record(actor, refused, subject)
        message = _("What is stored here is not what was kept. Nothing is shown; the operator can read why.")
        raise Conflict(message, code="not_what_was_kept") from None
    if not held:
        raise Conflict(_("The facts were sealed to no key of yours."), code="no_key")
    audit.record(actor, opened, subject)
    return held


def _held(one: PaperSeal | SeizedSeal, place: str, ref: UUID | str) -> HeldFacts:
    sealed = bytes(one.sealed)
    check_bound(one.mac, place, ref, one.key.fingerprint, sealed)
    return HeldFacts(one.key.fingerprint, sealed)

"""Disclosures: a plain value asked for, or given; encrypted and opened here, so that the platform never has it.

with Alliance.load() as alliance:
    asked = disclosures.ask(alliance, case, item, holder, basis="duty", reference="…", purpose="…", until=day)
    disclosures.propose(alliance, case, reference, value)        # at the holder; a lead approves it in the portal
    found = disclosures.show(alliance, case, reference, reason="…")
    found.value, found.commitment                                 # opened with a key of alliance_client.joint.keys
    disclosures.check(alliance, case, found)                      # True if it gives the collision's digest
"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from alliance_client.errors import ConfigError, TrustError
from alliance_client.joint import keys
from alliance_client.sdk import Alliance
from alliance_client.wire import canonical, public_key
from privacy import hpke
from privacy.commitments import SALT_SIZE, commitment, is_committed
from privacy.encoding import b64, unb64
from privacy.kinds import message, normalise

PLACE = "disclosure"
BASES = ("consent", "duty", "contract", "instrument")


@dataclass(frozen=True, slots=True)
class Value:
    """A disclosed value as it was opened here. `salt` is as secret as the value: with it the commitment is checked."""

    disclosure: str
    kind: str
    value: str = field(repr=False)
    salt: bytes = field(repr=False)
    commitment: bytes
    fingerprint: str


def disclosures(alliance: Alliance, case: str) -> list[dict[str, Any]]:
    """Those of a case that the institution asked for or was asked for, newest first."""
    return alliance.transport.rows(f"cases/{canonical(case)}/disclosures")


def askable(alliance: Alliance, case: str) -> list[dict[str, Any]]:
    """{"item", "kind", "holder", "name"}: which value of whom may be asked for."""
    return alliance.transport.rows(f"cases/{canonical(case)}/disclosures/askable")


def disclosure(alliance: Alliance, case: str, reference: str) -> dict[str, Any]:
    """One of them with its purpose, its keys and what may be done with it now; never the cipher text."""
    return dict(alliance.transport.get(_path(case, reference)))


def ledger(alliance: Alliance, *, since: date | None = None, until: date | None = None) -> list[dict[str, Any]]:
    """What the institution gave and was given, in all cases, newest first; never a value."""
    first, last = (day.isoformat() if day else None for day in (since, until))
    return alliance.transport.rows("disclosures", since=first, until=last)


def ask(
    alliance: Alliance,
    case: str,
    item: str,
    holder: str,
    *,
    basis: str,
    reference: str,
    purpose: str,
    until: date,
) -> dict[str, Any]:
    """Ask the participant `holder` for the value behind the collision `item`, both as `askable` names them."""
    body = {
        "item": canonical(item),
        "holder": canonical(holder),
        "basis": basis,
        "reference": reference,
        "purpose": purpose,
        "until": until.isoformat(),
    }
    return dict(alliance.transport.post(f"cases/{canonical(case)}/disclosures", body, repeatable=False))


def propose(alliance: Alliance, case: str, reference: str, value: str) -> int:
    """Encrypt the value to every key of who asked and hand it in; to how many. A lead approves it in the portal.

    Raises privacy.kinds.Refused for a value that is none of its kind, RequestRefused if it is not the one behind the
    collision, TrustError for a key that does not have its fingerprint, ConfigError if nothing can be proposed.
    """
    found = disclosure(alliance, case, reference)
    if not found["recipients"]:
        raise ConfigError("nothing_to_propose", case=case)
    ref, kind = canonical(reference), str(found["disclosure"]["kind"])
    plain_value = normalise(kind, value).value
    salt = secrets.token_bytes(SALT_SIZE)
    plain = json.dumps({"kind": kind, "value": plain_value, "salt": b64(salt)}, ensure_ascii=False).encode()
    sealed = [
        {"key": one["key"], "sealed": b64(hpke.seal_to(public_key(one), plain, place=PLACE, ref=ref))}
        for one in found["recipients"]
    ]
    body = {**_evaluated(alliance, kind, plain_value), "commitment": b64(commitment(ref, kind, plain_value, salt))}
    alliance.transport.post(f"{_path(case, reference)}/propose", {**body, "seals": sealed}, repeatable=True)
    return len(sealed)


def withdraw(alliance: Alliance, case: str, reference: str) -> None:
    """Take back what was asked for, proposed or given: the cipher text is emptied."""
    alliance.transport.send("DELETE", _path(case, reference), repeatable=False)


def show(alliance: Alliance, case: str, reference: str, *, reason: str) -> Value:
    """The value, opened here; the platform records that it was looked at, and why.

    Raises ConfigError where none is given, or without a key it was encrypted to; TrustError if it does not open, is of
    another kind, or does not fit the commitment.
    """
    ref, mine = canonical(reference), set(keys.held(alliance.config.home))
    there = [one["fingerprint"] for one in disclosure(alliance, case, reference)["seals"] if one["is_there"]]
    if not there:
        raise ConfigError("nothing_to_show")
    mark = next((one for one in there if one in mine), None)
    if mark is None:
        raise ConfigError("not_sealed_to_us", path=keys.folder(alliance.config.home))
    said = {"fingerprint": mark, "reason": reason}
    given = alliance.transport.post(f"{_path(case, reference)}/unmask", said, repeatable=False)
    opened = keys.opened(alliance, unb64(given["sealed"], "sealed"), mark, place=PLACE, ref=ref)
    try:
        plain = json.loads(opened)
        found = Value(
            disclosure=ref,
            kind=str(plain["kind"]),
            value=str(plain["value"]),
            salt=unb64(plain["salt"], "salt", SALT_SIZE),
            commitment=unb64(given["commitment"], "commitment", 32),
            fingerprint=mark,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise TrustError("seal", place=PLACE, ref=ref) from error
    fits = is_committed(found.commitment, ref=ref, kind=found.kind, value=found.value, salt=found.salt)
    if found.kind != given["kind"] or not fits:
        raise TrustError("committed", ref=ref)
    return found


def check(alliance: Alliance, case: str, found: Value) -> bool:
    """Whether the opened value gives the collision's digest, evaluated here; both sides learn the answer."""
    body = {"fingerprint": found.fingerprint, **_evaluated(alliance, found.kind, found.value)}
    return bool(alliance.transport.post(f"{_path(case, found.disclosure)}/check", body, repeatable=True)["matches"])


def _evaluated(alliance: Alliance, kind: str, canonical: str) -> dict[str, Any]:
    evaluator = alliance.evaluator
    digest = evaluator.digests([message(kind, canonical)], threads=1)
    return {"digest": b64(digest), "epoch": evaluator.transcript.epoch}


def _path(case: str, reference: str) -> str:
    return f"cases/{canonical(case)}/disclosures/{canonical(reference)}"

"""Keys that values and case keys are sealed to: held here as files of mode 0600, their public halves in the directory.

with Alliance.load() as alliance:
    bytes_, generation = keys.case_key(alliance, case)          # for privacy.locker.file_key; made if need be
    keys.give_access(alliance, case)                             # to keys that wait, with what is held here
    for one in keys.recipients(alliance, case, institution):     # whom to seal to: one.public, one.reference
        hpke.seal_to(one.public, plain, place="disclosure", ref=ref)
    plain = keys.opened(alliance, sealed, fingerprint, place="disclosure", ref=ref)
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alliance_client.config import make_home, read_seed, write_private
from alliance_client.errors import ConfigError, RequestRefused, TrustError
from alliance_client.sdk import Alliance
from alliance_client.wire import canonical, public_key
from privacy import hpke
from privacy.commitments import key_check
from privacy.encoding import b64, unb64
from privacy.envelope import SealError

PLACE = "case-key"
_FINGERPRINT = re.compile("[0-9a-f]{64}")
_LOOK_AGAIN = frozenset({"key_exists", "generation", "recipients_changed"})
"""Another client was first, a key was published or somebody left meanwhile."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A live key to seal to; its fingerprint was recomputed here."""

    reference: str
    fingerprint: str
    public: bytes
    name: str
    institution: str
    institution_name: str
    holder: str


@dataclass(frozen=True, slots=True)
class CaseKey:
    """A generation of a case's key, 32 bytes."""

    bytes: bytes
    generation: int


def folder(home: Path) -> Path:
    """Where the private keys lie: one file each, named by fingerprint."""
    return home / "keys"


def held(home: Path) -> list[str]:
    """The fingerprints of the keys held here."""
    return sorted(path.stem for path in folder(home).glob("*.key") if _FINGERPRINT.fullmatch(path.stem))


def keep(home: Path, private: bytes) -> str:
    """Hold a 32-byte private key here; returns its fingerprint."""
    make_home(folder(home))
    mark = hpke.fingerprint(hpke.public_of(private))
    write_private(folder(home) / f"{mark}.key", b64(private) + "\n")
    return mark


def private_of(home: Path, fingerprint: str) -> bytes:
    """A private key held here, by its fingerprint or an unambiguous beginning. Raises ConfigError."""
    found = [mark for mark in held(home) if mark.startswith(fingerprint)]
    if len(found) != 1 or not fingerprint:
        raise ConfigError("key_missing", path=folder(home) / f"{fingerprint}.key")
    private = read_seed(folder(home) / f"{found[0]}.key")
    if hpke.fingerprint(hpke.public_of(private)) != found[0]:
        raise ConfigError("damaged", path=folder(home) / f"{found[0]}.key", reason="another key than its name says")
    return private


def directory(alliance: Alliance) -> list[dict[str, Any]]:
    """The directory as the institution may see it, newest first. Each public key is held against its fingerprint."""
    found = alliance.transport.rows("public-keys")
    for one in found:
        public_key(one)
    return found


def publish(alliance: Alliance, fingerprint: str, *, name: str, replaces: str | None = None) -> dict[str, Any]:
    """Publish the public half of a key held here as the institution's."""
    public = hpke.public_of(private_of(alliance.config.home, fingerprint))
    body = {"name": name, "public": b64(public), "replaces": replaces}
    return dict(alliance.transport.post("public-keys", body, repeatable=False))


def revoke(alliance: Alliance, reference: str, *, end: str) -> None:
    """End a key of the institution: rotated, lost or compromised."""
    alliance.transport.post(f"public-keys/{canonical(reference)}/revocation", {"end": end}, repeatable=False)


def recipients(alliance: Alliance, case: str, institution: str | None = None) -> list[Recipient]:
    """The live keys of those who take part in a case, or of one of them. Raises TrustError for a forged fingerprint."""
    found = alliance.transport.rows(f"cases/{canonical(case)}/recipients", institution=institution)
    return [_recipient(one) for one in found]


def opened(alliance: Alliance, sealed: bytes, fingerprint: str, *, place: str, ref: str) -> bytes:
    """What was sealed to a key held here. Raises ConfigError without the key, TrustError if it does not open."""
    private = private_of(alliance.config.home, fingerprint)
    try:
        return hpke.open_sealed(private, sealed, place=place, ref=ref)
    except SealError as error:
        raise TrustError("seal", place=place, ref=ref) from error


def waiting_cases(alliance: Alliance) -> list[str]:
    """The cases in which a live key of the institution waits for access."""
    return [str(one) for one in alliance.transport.get("public-keys/waiting")["results"]]


def state_of(alliance: Alliance, case: str) -> dict[str, Any]:
    """The case's key as it stands: generation, generations, own, recipients, waiting, may_grant."""
    return dict(alliance.transport.get(f"cases/{canonical(case)}/key-grants"))


def case_key(alliance: Alliance, case: str, generation: int | None = None) -> CaseKey:
    """The key of a case: of a generation, or the one of new evidence, which is made if nobody made it.

    Raises ConfigError "case_key_waiting" while the keys held here wait for access, TrustError where grants do not open.
    """
    case = canonical(case)  # what is sealed names it so
    for _turn in range(3):
        state = state_of(alliance, case)
        wanted = state["generation"] if generation is None else generation
        if wanted in state["generations"] or wanted != state["generation"]:
            return _taken(alliance, case, state, wanted)
        try:
            return _made(alliance, case, state)
        except RequestRefused as error:
            if error.code not in _LOOK_AGAIN:
                raise
    raise ConfigError("case_key_waiting", case=case)


def give_access(alliance: Alliance, case: str, only: Sequence[str] | None = None) -> list[Recipient]:
    """Give what is held here to the keys that wait, or to those among them named by fingerprint; says to which."""
    case = canonical(case)
    state = state_of(alliance, case)
    found = {one.reference: one for one in map(_recipient, state["recipients"])}
    given: dict[str, Recipient] = {}
    for generation in sorted({one["generation"] for one in state["waiting"]}):
        waiting = [found[one["key"]] for one in state["waiting"] if one["generation"] == generation]
        chosen = [one for one in waiting if only is None or one.fingerprint in only]
        if not chosen:
            continue
        try:
            key = _taken(alliance, case, state, generation)
        except ConfigError:
            continue  # a generation that is not held here: others may give it
        _grant(alliance, case, key, chosen, is_new=False)
        given |= {one.reference: one for one in chosen}
    return list(given.values())


def _taken(alliance: Alliance, case: str, state: dict[str, Any], generation: int) -> CaseKey:
    mine, refused = set(held(alliance.config.home)), False
    for grant in state["own"]:
        if grant["generation"] != generation or grant["fingerprint"] not in mine:
            continue
        private = private_of(alliance.config.home, grant["fingerprint"])
        try:
            found = hpke.open_sealed(private, unb64(grant["sealed"], "sealed"), place=PLACE, ref=f"{case}/{generation}")
            if key_check(case, generation, found) == unb64(grant["check"], "check", 32):
                return CaseKey(found, generation)
        except (SealError, ValueError):
            pass  # reported below, as one that opens to another key is
        refused = True
        _report(alliance, case, generation, grant["fingerprint"])
    if refused:
        raise TrustError("seal", place=PLACE, ref=f"{case}/{generation}")
    raise ConfigError("case_key_waiting", case=case) if mine else ConfigError("no_own_key")


def _report(alliance: Alliance, case: str, generation: int, fingerprint: str) -> None:
    body = {"generation": generation, "fingerprint": fingerprint}
    try:
        alliance.transport.post(f"cases/{canonical(case)}/key-refusals", body, repeatable=False)
    except RequestRefused as error:
        if error.code != "last_grant":
            raise


def _made(alliance: Alliance, case: str, state: dict[str, Any]) -> CaseKey:
    found = [_recipient(one) for one in state["recipients"]]
    if not {one.fingerprint for one in found} & set(held(alliance.config.home)):
        raise ConfigError("no_own_key")
    key = CaseKey(secrets.token_bytes(hpke.KEY_SIZE), state["generation"])
    _grant(alliance, case, key, found, is_new=True)
    return key


def _grant(alliance: Alliance, case: str, key: CaseKey, to: Sequence[Recipient], *, is_new: bool) -> None:
    row = f"{case}/{key.generation}"
    body = {
        "new": is_new,
        "generation": key.generation,
        "check": b64(key_check(case, key.generation, key.bytes)),
        "grants": [
            {"key": one.reference, "sealed": b64(hpke.seal_to(one.public, key.bytes, place=PLACE, ref=row))}
            for one in to
        ],
    }
    alliance.transport.post(f"cases/{canonical(case)}/key-grants", body, repeatable=not is_new)


def _recipient(one: dict[str, Any]) -> Recipient:
    public = public_key(one)
    return Recipient(
        reference=str(one["key"]),
        fingerprint=str(one["fingerprint"]),
        public=public,
        name=str(one["name"]),
        institution=str(one["institution"]),
        institution_name=str(one["institution_name"]),
        holder=str(one["holder"]),
    )

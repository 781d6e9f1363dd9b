"""The server's keys and the database passwords of the one-machine mode, made once."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from alliance.embedded.state import State
from custody.daemon.state import write_private
from privacy import signing
from privacy.encoding import b64
from privacy.envelope import FORMAT, SIZES, KeyRing

_SIZES = {"django": 48, **SIZES}


@dataclass(frozen=True, slots=True)
class Passwords:
    """Of the database roles."""

    postgres: str
    owner: str
    app: str


def create_key_file(path: Path, *, embedded: bool) -> None:
    """Write a new key file, 0600; to one that is there only the keys are added that an older version did not know.

    Production refuses one that is marked as embedded.
    """
    names = {name: {"current": "k1", "k": {"k1": b64(secrets.token_bytes(size))}} for name, size in _SIZES.items()}
    document = {"format": FORMAT, "embedded": embedded, "keys": names}
    if path.exists():
        found = json.loads(path.read_text(encoding="utf-8"))
        document = found | {"keys": names | found["keys"]}
        if document == found:
            return
    write_private(path, json.dumps(document, indent=1) + "\n")


def passwords(state: State) -> Passwords:
    """The database passwords, made at the first call."""
    path = state.keys / "postgres.json"
    if not path.exists():
        write_private(path, json.dumps({role: secrets.token_urlsafe(24) for role in Passwords.__slots__}) + "\n")
    return Passwords(**json.loads(path.read_text(encoding="utf-8")))


def public_key(state: State, name: str) -> str:
    """The public half (base64url) of the current Ed25519 key called `name`: "portal" or "alliance"."""
    _id, seed = KeyRing.parse(state.key_file.read_text(encoding="utf-8")).current(name)
    return b64(signing.public_key(seed))

"""The server's keys and the database passwords of the one-machine mode, made once."""

import base64
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from alliance.embedded.state import State, private_file

# Name and length in bytes; docs/operations.md says what each is for.
LENGTHS = {"django": 48, "pepper": 64, "note": 32, "mfa": 32, "portal": 32, "alliance": 32}


@dataclass(frozen=True, slots=True)
class Passwords:
    """Of the database roles."""

    postgres: str
    owner: str
    app: str


def create_key_file(path: Path, *, embedded: bool) -> None:
    """Write a new key file, 0600; one that is there is kept. Production refuses one that is marked as embedded."""
    if path.exists():
        return
    names = {
        name: {"current": "k1", "k": {"k1": encode(secrets.token_bytes(length))}} for name, length in LENGTHS.items()
    }
    document = {"format": "alliance-keys/1", "embedded": embedded, "keys": names}
    private_file(path, json.dumps(document, indent=1) + "\n")


def passwords(state: State) -> Passwords:
    """The database passwords, made at the first call."""
    path = state.keys / "postgres.json"
    if not path.exists():
        private_file(path, json.dumps({role: secrets.token_urlsafe(24) for role in Passwords.__slots__}) + "\n")
    return Passwords(**json.loads(path.read_text(encoding="utf-8")))


def public_key(state: State, name: str) -> str:
    """The public half (base64url) of the current Ed25519 key called `name`: "portal" or "alliance"."""
    entry = json.loads(state.key_file.read_text(encoding="utf-8"))["keys"][name]
    seed = base64.urlsafe_b64decode(entry["k"][entry["current"]] + "==")
    return encode(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())


def encode(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

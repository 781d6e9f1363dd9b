"""The key file, outside the database and its backups: new ids for rotation, old ones removed, always whole on disk."""

import json
import secrets
from pathlib import Path
from typing import Any

from custody.daemon.state import write_private
from privacy.encoding import b64
from privacy.envelope import SIZES, KeyFileError, KeyRing

# Keys whose stored values can be sealed again; the others are identities, which are replaced by enrolling new ones.
ROTATED = ("pepper", "note", "mfa", "case")


def read(path: Path) -> KeyRing:
    """The ring in the file as it is now; a running process keeps the one it was started with."""
    return KeyRing.parse(path.read_text(encoding="utf-8"))


def next_id(path: Path, name: str) -> str:
    """The id that `begin` will add. Raises KeyFileError for a key that is not rotated, or whose rotation is open."""
    _check(name)
    _, ring = _open(path)
    if len(ring.ids(name)) > 1:
        raise KeyFileError(f"an earlier rotation of {name} is not finished: {', '.join(ring.ids(name)[1:])} remains")
    return f"k{1 + max(int(i[1:]) for i in (*ring.ids(name), 'k0') if i[1:].isdigit())}"


def begin(path: Path, name: str) -> str:
    """Add a fresh id of the key and make it current; return the id. The old ids stay until `finish`.

    Raises KeyFileError for a key that is not rotated, or while an earlier rotation of it is unfinished.
    """
    key_id = next_id(path, name)
    content, _ = _open(path)
    content["keys"][name]["k"][key_id] = b64(secrets.token_bytes(SIZES[name]))
    content["keys"][name]["current"] = key_id
    _write(path, content)
    return key_id


def finish(path: Path, name: str, key_id: str) -> None:
    """Remove an old id of the key, after nothing stored needs it any more. Raises KeyFileError for the current id."""
    _check(name)
    content, ring = _open(path)
    if key_id not in ring.ids(name):
        raise KeyFileError(f"the key file has no key {name} {key_id}")
    if key_id == ring.current(name)[0]:
        raise KeyFileError(f"{name} {key_id} is the current key; begin a rotation first")
    del content["keys"][name]["k"][key_id]
    _write(path, content)


def _check(name: str) -> None:
    if name not in ROTATED:
        raise KeyFileError(f"{name} is not rotated here; these are: {', '.join(ROTATED)}")


def _open(path: Path) -> tuple[dict[str, Any], KeyRing]:
    text = path.read_text(encoding="utf-8")
    ring = KeyRing.parse(text)
    content: dict[str, Any] = json.loads(text)
    return content, ring


def _write(path: Path, content: dict[str, Any]) -> None:
    """Replace the file in one step, with its owner, mode 0600; what is written is parsed before it takes its place."""
    text = json.dumps(content, indent=1) + "\n"
    KeyRing.parse(text)
    write_private(path, text, owner=path.stat())

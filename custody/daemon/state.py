"""A custodian's state directory: its share (0600), the ceremony transcript, and its books."""

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from privacy import ristretto
from privacy.ceremony import Transcript
from privacy.encoding import b64, unb64

SHARE_FORMAT = "alliance-share/1"


class StateError(Exception):
    """The state directory cannot be used; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True, repr=False)
class Share:
    """What one custodian keeps secret: `value` is its scalar s_i."""

    custodian: int
    epoch: int
    generation: int
    key: str
    value: bytes


def share_file(directory: Path) -> Path:
    """Where the share lies."""
    return directory / "share.json"


def transcript_file(directory: Path) -> Path:
    """Where this custodian's copy of the ceremony transcript lies."""
    return directory / "transcript.json"


def ledger_file(directory: Path) -> Path:
    """Where the registry and the counters lie."""
    return directory / "ledger.sqlite3"


def prepare(directory: Path) -> None:
    """Create the directory for this user only; refuse one that others may enter."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    _only_ours(directory)


def write_private(path: Path, text: str, *, owner: os.stat_result | None = None) -> None:
    """Write a file that only its owner reads, whole or not at all, and durable before this returns.

    `owner`: the status of a file whose owner it gets; without it, it is ours.
    """
    scratch = path.with_name(f".{path.name}.new")
    scratch.unlink(missing_ok=True)
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        if owner is not None:
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    scratch.replace(path)
    parent = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)


def write_share(directory: Path, share: Share) -> None:
    """Store the share; refuse to overwrite one, since a lost share is lost for good."""
    if share_file(directory).exists():
        raise StateError(f"{share_file(directory)} exists; a new ceremony needs a new state directory.")
    write_private(
        share_file(directory),
        json.dumps(
            {
                "format": SHARE_FORMAT,
                "custodian": share.custodian,
                "epoch": share.epoch,
                "generation": share.generation,
                "key": share.key,
                "share": b64(share.value),
            },
            indent=1,
        ),
    )


def read_share(directory: Path) -> Share:
    """The share of this directory; StateError if it is missing, malformed or readable by others."""
    _only_ours(directory)
    path = share_file(directory)
    text = read_private(path)
    try:
        fields = json.loads(text)
        if fields["format"] != SHARE_FORMAT:
            raise StateError(f"{path} is not in the format {SHARE_FORMAT}.")
        share = Share(
            custodian=int(fields["custodian"]),
            epoch=int(fields["epoch"]),
            generation=int(fields["generation"]),
            key=str(fields["key"]),
            value=unb64(fields["share"], "share", 32),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StateError(f"{path} is damaged.") from error
    return share


def read_transcript(directory: Path) -> Transcript:
    """This custodian's own copy of the transcript, unchecked: `load` checks it."""
    path = transcript_file(directory)
    try:
        return Transcript.from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StateError(f"{path} is missing: finish the ceremony first.") from None


def load(directory: Path) -> tuple[Share, Transcript]:
    """The share and the transcript it belongs to; StateError if they do not fit together.

    A custodian that would answer with a share of another ceremony is caught here, before a client has to catch it.
    """
    share, transcript = read_share(directory), read_transcript(directory)
    transcript.check()
    if (share.epoch, share.generation, share.key) != (transcript.epoch, transcript.generation, transcript.key):
        raise StateError("The share belongs to another epoch, generation or key than the transcript.")
    if ristretto.multiply_base(share.value) != transcript.public_keys.get(share.custodian):
        raise StateError("The share does not belong to the transcript's public key of this custodian.")
    return share, transcript


def read_private(path: Path) -> str:
    """The text of a secret file; StateError if it is missing or others may read it."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise StateError(f"{path} is missing.") from None
    if stat.S_IMODE(mode) & 0o077:
        raise StateError(f"{path} may be read by others; set its mode to 0600.")
    return path.read_text(encoding="utf-8")


def _only_ours(directory: Path) -> None:
    if stat.S_IMODE(directory.stat().st_mode) & 0o077:
        raise StateError(f"{directory} may be entered by others; set its mode to 0700.")

"""What the client keeps on the member's machine: address, credential, keys and the pinned ceremony.

Everything lies in one directory of mode 0700. Secrets are files of their own, mode 0600; one that others can read is
refused. The approval key approves budgets: give its file to the person who approves and delete it here.
"""

import json
import os
import secrets
import stat
from dataclasses import dataclass
from itertools import combinations, islice
from pathlib import Path

from alliance_client.errors import ConfigError, TrustError
from privacy import ceremony, signing
from privacy.ceremony import CeremonyError, Transcript
from privacy.encoding import Malformed, b64, unb64

FORMAT = "alliance-client/1"
MOST_QUORUMS_CHECKED = 500


def default_home() -> Path:
    """$ALLIANCE_HOME, else ~/.config/alliance."""
    given = os.environ.get("ALLIANCE_HOME")
    return Path(given) if given else Path.home() / ".config" / "alliance"


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one institution at one platform."""

    home: Path
    url: str
    institution: str
    """The institution's reference, under which its requests are signed."""
    fingerprint: str
    alliance_key: str = ""
    """The alliance's public key as it was pinned, under which warning lists must be signed; empty until it is."""

    @classmethod
    def load(cls, home: Path) -> "Config":
        """Read it back. Raises ConfigError."""
        path = home / "config.json"
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            if found.pop("format") != FORMAT:
                raise ConfigError("damaged", path=path, reason="unknown format")
            return cls(home=home, **found)
        except FileNotFoundError:
            raise ConfigError("not_initialised", home=home) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigError("damaged", path=path, reason=type(error).__name__) from error

    def save(self, transcript: Transcript) -> None:
        """Write settings and the pinned transcript, whole or not at all."""
        write_private(self.home / "ceremony.json", json.dumps(transcript.to_json(), indent=1))
        self.save_settings()

    def save_settings(self) -> None:
        """Write the settings alone, whole or not at all."""
        names = ("url", "institution", "fingerprint", "alliance_key")
        settings = {"format": FORMAT, **{name: getattr(self, name) for name in names}}
        write_private(self.home / "config.json", json.dumps(settings, indent=1))

    def transcript(self) -> Transcript:
        """The pinned transcript, checked again. Raises TrustError if the file no longer fits the fingerprint."""
        path = self.home / "ceremony.json"
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise ConfigError("damaged", path=path, reason=type(error).__name__) from error
        return trusted(text, self.fingerprint)

    def credential(self) -> str:
        """ALLIANCE_CREDENTIAL, else the file `credential`. Raises ConfigError."""
        given = os.environ.get("ALLIANCE_CREDENTIAL")
        if given:
            return given.strip()
        path = self.home / "credential"
        if not path.exists():
            raise ConfigError("no_credential")
        return read_private(path).strip()

    def signing_seed(self) -> bytes:
        """The 32-byte Ed25519 seed that signs evaluation requests. Raises ConfigError."""
        return read_seed(self.home / "signing.key")

    def approval_seed(self, path: Path | None = None) -> bytes:
        """The seed that approves budgets, from here or from where its holder keeps it. Raises ConfigError."""
        return read_seed(path or self.home / "approval.key")


def trusted(message: object, fingerprint: str) -> Transcript:
    """The transcript, if it is the one whose fingerprint was given out of band and everything in it follows.

    Every quorum is checked: t distinct custodians whose keys, each weighted by its Lagrange factor, add up to the
    public key. Raises TrustError.
    """
    try:
        transcript = Transcript.from_json(message)
        if not ceremony.is_fingerprint_of(fingerprint, transcript):
            raise TrustError("fingerprint", wanted=fingerprint)
        transcript.check()
        if transcript.t < 2:
            raise TrustError("one_custodian", t=transcript.t)
        for quorum in islice(combinations(range(1, transcript.n + 1), transcript.t), MOST_QUORUMS_CHECKED):
            ceremony.check_quorum(transcript, quorum)
    except CeremonyError as error:
        raise TrustError("ceremony", code=error.code, reason=str(error)) from error
    return transcript


def make_home(home: Path) -> None:
    """Create the directory for its owner alone."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    home.chmod(0o700)


def make_seed(path: Path) -> bytes:
    """A new Ed25519 seed in a file of mode 0600; an existing one is kept. Returns the public key, 32 bytes."""
    if not path.exists():
        write_private(path, b64(secrets.token_bytes(32)) + "\n")
    return signing.public_key(read_seed(path))


def read_seed(path: Path) -> bytes:
    """The 32 bytes of a seed file. Raises ConfigError."""
    if not path.exists():
        raise ConfigError("key_missing", path=path)
    try:
        return unb64(read_private(path).strip(), "key", 32)
    except Malformed as error:
        raise ConfigError("damaged", path=path, reason="not a key") from error


def check_target(path: Path) -> None:
    """Raise ConfigError unless a new file can be written there: asked before anything is done, or put on record.

    A folder is not made: a mistyped one, or a stick that is not plugged in, must not become a folder here.
    """
    if path.exists():
        raise ConfigError("exists", path=path)
    check_folder(path)


def check_folder(path: Path) -> None:
    """Raise ConfigError unless a file can be written, or replaced, there."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise ConfigError("no_folder", path=folder)
    if not os.access(folder, os.W_OK):
        raise ConfigError("not_writable", path=folder)


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600, replacing it at once so that a crash leaves the old or the new one."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read_private(path: Path) -> str:
    """A secret file's text. Raises ConfigError if anybody but its owner can read it."""
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigError("file_mode", path=path)
    return path.read_text(encoding="utf-8")

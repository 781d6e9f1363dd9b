"""Where the one-machine alliance keeps what it keeps."""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from alliance.embedded.errors import CannotStart

ROOT = Path(__file__).resolve().parent.parent.parent
CUSTODIANS = (1, 2, 3)
NOBODY = 65534
# sockaddr_un holds 108 bytes; the longest name below a run directory is postgres/.s.PGSQL.5432.lock.
_SOCKET_NAME_BYTES = 32


@dataclass(frozen=True, slots=True)
class State:
    """A state directory. Keys lie beside the data directories, never inside one, so no data backup holds a key."""

    root: Path

    @property
    def postgres(self) -> Path:
        """The database cluster's home (its data directory is `data` inside)."""
        return self.root / "postgres"

    @property
    def broker(self) -> Path:
        """The broker's append-only file."""
        return self.root / "broker"

    @property
    def keys(self) -> Path:
        """Key file and database passwords, 0700."""
        return self.root / "keys"

    @property
    def key_file(self) -> Path:
        """ALLIANCE_KEYS_FILE."""
        return self.keys / "keys.json"

    @property
    def transcript(self) -> Path:
        """ALLIANCE_TRANSCRIPT_FILE; public."""
        return self.root / "custodians" / "transcript.json"

    @property
    def mail(self) -> Path:
        """The mail that the alliance would have sent, a file a connection."""
        return self.root / "mail"

    @property
    def evidence(self) -> Path:
        """ALLIANCE_EVIDENCE_DIR: the cipher text of evidence."""
        return self.root / "evidence"

    @property
    def demo(self) -> Path:
        """The demo alliance's files; `demo/members` plays the institutions' own machines."""
        return self.root / "demo"

    @property
    def demo_loaded(self) -> Path:
        """Written when the demo alliance has been loaded."""
        return self.root / "demo.json"

    @property
    def log(self) -> Path:
        """One file per child."""
        return self.root / "log"

    @property
    def lock(self) -> Path:
        """Held by the supervisor as long as it lives; holds its process id and address."""
        return self.root / "supervisor.lock"

    def custodian(self, number: int) -> Path:
        """A custodian's own directory: its share, its registry."""
        return self.root / "custodians" / str(number)

    @property
    def run(self) -> Path:
        """Unix sockets. Under a deep path they go to the temporary directory: a socket's path has 107 bytes at most."""
        inside = self.root / "run"
        if len(os.fsencode(inside)) + _SOCKET_NAME_BYTES < 108:
            return inside
        mark = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"alliance-{os.getuid()}-{mark}"

    @property
    def broker_socket(self) -> Path:
        """The broker's socket."""
        return self.run / "broker.sock"

    @property
    def control_socket(self) -> Path:
        """The supervisor's socket."""
        return self.run / "control.sock"

    def make(self) -> None:
        """Create the directories; refuse a socket directory that somebody else put there."""
        self.root.mkdir(parents=True, exist_ok=True)
        for directory in (self.keys, self.broker, self.mail, self.evidence, self.log, *map(self.custodian, CUSTODIANS)):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Root's database runs as nobody and has to pass through; the sockets inside are guarded by their own modes.
        self.run.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
        if self.run.is_symlink() or self.run.stat().st_uid != os.geteuid():
            raise CannotStart(f"{self.run} belongs to somebody else. Remove it or set TMPDIR.")

    def erase(self) -> None:
        """Remove everything but the environment beside it."""
        custodians = self.root / "custodians"
        kept = (
            self.postgres,
            self.broker,
            self.keys,
            custodians,
            self.mail,
            self.evidence,
            self.demo,
            self.log,
            self.run,
        )
        for directory in kept:
            shutil.rmtree(directory, ignore_errors=True)
        self.demo_loaded.unlink(missing_ok=True)

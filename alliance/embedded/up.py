"""What `scripts/up` brings up, in which order."""

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO
from urllib.parse import quote

from alliance.embedded import broker, custodians, keys, postgres
from alliance.embedded.errors import CannotStart, Stopped
from alliance.embedded.ports import Ports, answer
from alliance.embedded.process import Start
from alliance.embedded.state import CUSTODIANS, ROOT, State
from alliance.embedded.supervisor import Service, Supervisor, take_lock
from alliance.translations import compile_catalogues

# Of webhooks on one machine: whether loopback is let through, and a retry schedule that need not be waited for.
_PASSED_ON = ("ALLIANCE_WEBHOOKS_TO_LOOPBACK", "ALLIANCE_WEBHOOK_RETRY_SECONDS")
# What a parent shell may have set that is not for this alliance.
_FOREIGN = ("PG", "DATABASE_", "TEST_DATABASE_", "BROKER_", "CELERY_", "DJANGO_", "ALLIANCE_", "CUSTODIAN_", "GRANIAN_")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    state: State
    ports: Ports
    fresh: bool = False
    demo: bool = True


def inherited_environment() -> dict[str, str]:
    """Our environment without what belongs to another alliance or database."""
    kept = {name: value for name, value in os.environ.items() if name in _PASSED_ON or not name.startswith(_FOREIGN)}
    return kept | {"PYTHONUNBUFFERED": "1", "NO_PROXY": "localhost,127.0.0.1", "no_proxy": "localhost,127.0.0.1"}


def environment(options: Options) -> dict[str, str]:
    """What web, worker, beat and `manage.py` read: the variables of docs/operations.md."""
    state, passwords = options.state, keys.passwords(options.state)
    cluster = cluster_of(state)
    return inherited_environment() | {
        "ALLIANCE_MODE": "embedded",
        "ALLIANCE_STATE": str(state.root),
        "DATABASE_URL": cluster.url("alliance_app", passwords.app, "alliance"),
        "DATABASE_OWNER_URL": cluster.url("alliance_owner", passwords.owner, "alliance"),
        "BROKER_URL": broker.url(state),
        "ALLIANCE_KEYS_FILE": str(state.key_file),
        "ALLIANCE_TRANSCRIPT_FILE": str(state.transcript),
        "ALLIANCE_EVIDENCE_DIR": str(state.evidence),
        "CUSTODIAN_URLS": custodians.urls(options.ports),
        "ALLIANCE_BASE_URL": f"http://localhost:{options.ports.web}",
        "ALLIANCE_EMAIL_URL": f"file://{quote(str(state.mail))}",
    }


def up(options: Options, out: TextIO) -> int:
    """Bring the alliance up and tend it until it is told to end; 0, or 1 after saying what went wrong."""
    begun = time.monotonic()
    state = options.state
    try:
        lock = take_lock(state)
        options.ports.check()
        if options.fresh:
            state.erase()
            shutil.rmtree(cluster_of(state).data.parent, ignore_errors=True)  # it may have had to lie elsewhere
        state.make()
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    supervisor = Supervisor(state, lock, out)
    try:
        supervisor.announce(url=f"http://localhost:{options.ports.web}", port=options.ports.web)
        _bring_up(options, supervisor, begun)
        supervisor.watch()
    except Stopped:
        supervisor.say("Stopping.")
        return 0
    except CannotStart as error:
        supervisor.say(f"\n{error}")
        return 1
    finally:
        supervisor.stop()
        supervisor.say("Everything has ended.")


def _bring_up(options: Options, supervisor: Supervisor, begun: float) -> None:
    state, bare = options.state, inherited_environment()
    supervisor.say("Alliance, all on one machine. It shows the protocol; its protection needs custodians apart.")
    keys.create_key_file(state.key_file, embedded=True)
    cluster = cluster_of(state)
    cluster.end_leftover()
    passwords = keys.passwords(state)
    if not cluster.marker.exists():
        supervisor.say("  creating the database")
    cluster.initialise(passwords.postgres, state.log / "setup.log")
    _hold_ceremony(state, supervisor, bare)
    supervisor.start(
        Service("postgres", cluster.start({}), cluster.ready, patience=30),
        Service("broker", broker.start(state, bare), lambda _pid: broker.ready(state)),
        *(_custodian(options, number, bare) for number in CUSTODIANS),
    )
    if not cluster.marker.exists():
        roles = {"alliance_owner": passwords.owner, "alliance_app": passwords.app}
        postgres.create_roles(cluster.url("postgres", passwords.postgres, "postgres"), roles, "alliance")
        cluster.marker.touch()
    django = environment(options)
    compile_catalogues()
    _migrate(cluster, supervisor, django)
    # What serves never holds the password with which tables can be changed.
    serving = {name: value for name, value in django.items() if name != "DATABASE_OWNER_URL"}
    supervisor.start(
        Service("web", web(options.ports, serving), lambda _pid: web_ready(options.ports)),
        Service("worker", celery(serving, *_WORKER), lambda _pid: broker.consumers(state) > 0, patience=20),
        Service("beat", celery(serving, "beat", "--pidfile=", "--schedule", str(state.run / "beat")), _running),
    )
    supervisor.say(f"Ready after {time.monotonic() - begun:.1f} s")
    if options.demo:
        _load_demo(state, supervisor, django)
    supervisor.say(f"Open http://localhost:{options.ports.web}  Logs: {state.log}  Stop: Ctrl-C, or scripts/down")


_WORKER = ("worker", "--loglevel", "INFO", "--concurrency", "2", "--without-gossip", "--without-mingle", "-O", "fair")


def _hold_ceremony(state: State, supervisor: Supervisor, bare: dict[str, str]) -> None:
    complete = state.root / "custodians" / "complete"
    if complete.exists():
        return
    supervisor.say("  three custodians make the key and enrol the portal")
    supervisor.run("the key ceremony", custodians.ceremony(state, bare))
    for enrolment in custodians.enrolments(state, bare):
        supervisor.run("the enrolment at a custodian", enrolment)
    complete.touch()


def _migrate(cluster: postgres.Cluster, supervisor: Supervisor, django: Mapping[str, str]) -> None:
    """Bring the tables up to date, unless this cluster has seen these very migrations and libraries."""
    files = [*sorted(ROOT.glob("*/migrations/*.py")), ROOT / "requirements.txt"]
    schema = hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
    if cluster.marker.read_text(encoding="ascii") == schema:
        return
    supervisor.say("  bringing the tables up to date")
    supervisor.run("manage.py migrate", manage(django, "migrate", "--no-input"))
    cluster.marker.write_text(schema, encoding="ascii")


def cluster_of(state: State) -> postgres.Cluster:
    """The database cluster of a state directory."""
    return postgres.cluster(state.postgres, state.run / "postgres")


def _custodian(options: Options, number: int, bare: dict[str, str]) -> Service:
    start = custodians.serve(options.state, options.ports, number, bare)
    return Service(f"custodian-{number}", start, lambda _pid: custodians.ready(options.ports, number))


def _load_demo(state: State, supervisor: Supervisor, django: Mapping[str, str]) -> None:
    """Load the demo alliance once, with its command's own progress; show the sign-ins at every start."""
    if not state.demo_loaded.exists():
        supervisor.say("Loading the demo alliance through the member's client.")
        supervisor.run("manage.py load_demo", manage(django, "load_demo"), show=True)
        state.demo_loaded.write_text(json.dumps({"loaded_at": int(time.time())}) + "\n", encoding="utf-8")
    elif (sign_ins := state.demo / "sign-ins.txt").exists():
        # To the terminal only: passwords, even of invented people, belong in no log.
        supervisor.show(sign_ins.read_text(encoding="utf-8"))


def manage(django: Mapping[str, str], *arguments: str) -> Start:
    """A command of manage.py."""
    return Start([sys.executable, "manage.py", *arguments], django, ROOT)


def celery(django: Mapping[str, str], *arguments: str) -> Start:
    """A Celery process."""
    return Start([sys.executable, "-m", "celery", "-A", "alliance", *arguments], django, ROOT)


def web(ports: Ports, django: Mapping[str, str]) -> Start:
    """granian over WSGI: two processes, so that one long request stops nobody."""
    options = {
        "--interface": "wsgi",
        "--host": "127.0.0.1",
        "--port": str(ports.web),
        "--workers": "2",
        "--blocking-threads": "4",
        "--backlog": "256",
        "--workers-kill-timeout": "8",
        "--log-level": "warning",
    }
    arguments = [part for pair in options.items() for part in pair]
    command = [sys.executable, "-m", "granian", *arguments, "--no-ws", "--respawn-failed-workers"]
    return Start([*command, "alliance.wsgi:application"], django, ROOT)


def web_ready(ports: Ports) -> bool:
    """Whether the web process answers and reaches the database."""
    return answer(ports.web, "/health/ready")[0] == 200


def _running(pid: int) -> bool:
    """Whether a process is there: beat has nothing to ask."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True

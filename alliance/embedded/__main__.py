"""`python -m alliance.embedded up | down | status | manage | new-keys | test-services`; scripts call it."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from alliance.embedded import control, keys
from alliance.embedded.errors import CannotStart
from alliance.embedded.ports import Ports
from alliance.embedded.state import ROOT, State
from alliance.embedded.testing import test_database
from alliance.embedded.up import Options, environment, up


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; 0, or 1 after a sentence on standard error."""
    options = _parser().parse_args(arguments)
    state = State(options.state.resolve())
    try:
        return int(options.run(state, options))
    except CannotStart as error:
        print(error, file=sys.stderr)
    except PermissionError as error:
        print(f"{error.filename} belongs to another user of this machine; work as that user.", file=sys.stderr)
    return 1


def _up(state: State, options: argparse.Namespace) -> int:
    return up(Options(state, Ports(options.port), fresh=options.fresh, demo=not options.no_demo), sys.stdout)


def _down(state: State, _options: argparse.Namespace) -> int:
    print("Everything has ended." if control.down(state) else "Nothing was up.")
    return 0


def _status(state: State, _options: argparse.Namespace) -> int:
    facts = control.holder(state)
    if facts is None:
        print("Nothing is up.")
        return 1
    answer = control.ask(state, "status")
    print(f"{facts.get('url')} {answer['phase']} (supervisor {facts.get('pid')})")
    for name, child in answer["children"].items():
        print(f"  {name:12} {'ready' if child['ready'] else 'not ready':10} process {child['pid']}")
    return 0


def _manage(state: State, options: argparse.Namespace) -> int:
    """Run manage.py with what the running alliance's web process runs with; its exit code."""
    facts = control.holder(state)
    if facts is None or "port" not in facts:
        raise CannotStart("Nothing is up. Start it: scripts/up")
    given = environment(Options(state, Ports(facts["port"])))
    return subprocess.run([sys.executable, "manage.py", *options.rest], env=given, cwd=ROOT, check=False).returncode


def _new_keys(_state: State, options: argparse.Namespace) -> int:
    path: Path = options.file
    if path.exists():
        raise CannotStart(f"{path} exists. Keys that are lost cannot be made again, so it is not overwritten.")
    keys.create_key_file(path, embedded=False)
    print(f"{path} holds new keys. Back it up apart from the database.")
    return 0


def _test_services(_state: State, options: argparse.Namespace) -> int:
    """Run a command with TEST_DATABASE_URL of the test cluster; without one print it until Ctrl-C."""
    command: list[str] = options.rest
    with test_database() as url:
        if command:
            return subprocess.run(command, env={**os.environ, "TEST_DATABASE_URL": url}, check=False).returncode
        print(f"export TEST_DATABASE_URL='{url}'", flush=True)
        try:
            sys.stdin.read()
        except KeyboardInterrupt:
            print()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="alliance.embedded", description=__doc__)
    parser.add_argument("--state", type=Path, default=ROOT / "var", help="state directory (default: var)")
    commands = parser.add_subparsers(required=True)

    def command(name: str, run: Callable[[State, argparse.Namespace], int], what: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=what)
        sub.set_defaults(run=run)
        return sub

    sub = command("up", _up, "start everything; Ctrl-C ends it")
    sub.add_argument(
        "--port", type=int, default=8000, help="web port; custodians take 101 to 103 above (default: 8000)"
    )
    sub.add_argument("--fresh", action="store_true", help="forget everything and begin anew")
    sub.add_argument("--no-demo", action="store_true", help="do not load the demo alliance")
    command("down", _down, "end what `up` started")
    command("status", _status, "say what runs")
    sub = command("manage", _manage, "run manage.py in the running alliance")
    sub.add_argument("rest", nargs=argparse.REMAINDER, metavar="ARGUMENT")
    command("new-keys", _new_keys, "make the key file of a production alliance").add_argument("file", type=Path)
    sub = command("test-services", _test_services, "run a command with the test PostgreSQL")
    sub.add_argument("rest", nargs=argparse.REMAINDER, metavar="COMMAND")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""`python -m custody.daemon serve | enrol | revoke | list | health`: run a custodian and keep its registry."""

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from custody.daemon import registry, server
from custody.daemon.app import Application, log
from custody.daemon.evaluator import Evaluator
from custody.daemon.ledger import Ledger
from custody.daemon.state import StateError, ledger_file, load, prepare


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; 0, or 1 with a sentence on standard error."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (StateError, ValueError, OSError) as error:
        sys.stderr.write(f"custodian: {error}\n")
        return 1


def serve(options: argparse.Namespace) -> int:
    """Answer requests until SIGTERM."""
    share, transcript = load(options.state)
    ledger = Ledger(ledger_file(options.state))
    host, _, port = options.listen.rpartition(":")
    listening = server.create(
        Application(Evaluator(share, transcript, ledger)), host.strip("[]"), int(port), options.threads
    )
    log(
        "serving",
        custodian=share.custodian,
        listen=options.listen,
        epoch=transcript.epoch,
        generation=transcript.generation,
        fingerprint=transcript.fingerprint(),
    )
    try:
        server.run(listening)
    finally:
        ledger.close()
    return 0


def enrol(options: argparse.Namespace) -> int:
    """Enrol one signer, or all of a registry file; the same values again change nothing."""
    if options.file:
        signers, revoked = registry.read(options.file)
    elif options.signer and options.public_key:
        signers, revoked = (
            [registry.signer(options.signer, options.public_key, options.approval_key, options.daily, options.burst)],
            [],
        )
    else:
        raise ValueError("enrol needs --signer and --public-key, or --file")
    ledger = _ledger(options.state)
    at = int(time.time())
    changed = sum(ledger.enrol(signer, at=at, replace=options.replace) for signer in signers)
    gone = sum(ledger.revoke(name, at=at) for name in revoked)
    ledger.close()
    sys.stdout.write(f"{changed} enrolled, {len(signers) - changed} unchanged, {gone} revoked\n")
    return 0


def revoke(options: argparse.Namespace) -> int:
    """Refuse a signer from the next request on."""
    ledger = _ledger(options.state)
    found = ledger.revoke(options.signer, at=int(time.time()))
    ledger.close()
    if not found:
        raise ValueError(f"{options.signer} is not enrolled")
    return 0


def list_signers(options: argparse.Namespace) -> int:
    """Print the registry, one tab-separated line a signer: name, daily, burst, used today, state."""
    ledger = _ledger(options.state)
    used = ledger.used_today(int(time.time()))
    for row in ledger.signers():
        state = "revoked" if row.revoked_at else "enrolled"
        sys.stdout.write(f"{row.name}\t{row.daily}\t{row.burst}\t{used.get(row.name, 0)}\t{state}\n")
    ledger.close()
    return 0


def health(options: argparse.Namespace) -> int:
    """Ask a running custodian for its health; 0 if it answers."""
    if not options.url.startswith(("http://", "https://")):
        raise ValueError("--url begins with http:// or https://")
    with urllib.request.urlopen(f"{options.url.rstrip('/')}/v1/health", timeout=5) as answer:  # noqa: S310 - checked above
        json.dump(json.load(answer), sys.stdout, indent=1)
    sys.stdout.write("\n")
    return 0


def _ledger(directory: Path) -> Ledger:
    prepare(directory)
    return Ledger(ledger_file(directory))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="custodian", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def command(name: str, function: object, *, state: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=(function.__doc__ or "").strip())
        sub.set_defaults(run=function)
        if state:
            sub.add_argument("--state", type=Path, required=True, help="this custodian's state directory")
        return sub

    sub = command("serve", serve)
    sub.add_argument("--listen", default="127.0.0.1:8101", help="host:port")
    # More threads than cores, so that a small request does not queue behind bulk ones.
    sub.add_argument("--threads", type=int, default=8)
    sub = command("enrol", enrol)
    sub.add_argument("--signer", help="an institution's reference, portal or alliance")
    sub.add_argument("--public-key", help="ed25519:BASE64URL")
    sub.add_argument("--approval-key", help="ed25519:BASE64URL; signs budgets for the institution")
    sub.add_argument("--daily", type=int, default=0, help="values a day")
    sub.add_argument("--burst", type=int, default=0, help="values a minute")
    sub.add_argument("--file", type=Path, help="a registry file from the platform, compared out of band")
    sub.add_argument("--replace", action="store_true", help="change a signer that is enrolled already")
    command("revoke", revoke).add_argument("--signer", required=True)
    command("list", list_signers)
    command("health", health, state=False).add_argument("--url", default="http://127.0.0.1:8101")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""`python -m custody.ceremony`: generate the custodians' shared key, on one machine or between hosts.

One machine (the embedded alliance; it demonstrates the protocol and does not provide its protection):

    python -m custody.ceremony --states D1 D2 D3 --threshold 2 --out transcript.json

Between hosts each custodian runs its own rounds and hands the files it writes to all others, by any channel:

    identity --state D                                   prints the identity to read out to the others
    setup    --identities ID1 ID2 ID3 --threshold 2 --out setup.json        the same file for everybody
    announce --state D --custodian 1 --setup setup.json --out announce-1.json
    open     --state D --messages announce-*.json --out open-1.json
    seal     --state D --messages open-*.json --out seal-1.json
    conclude --state D --messages seal-*.json --out part-1.json             writes the share, forgets the rest
    assemble --parts part-*.json --out transcript.json                      anyone; prints the fingerprint
    finish   --state D --transcript transcript.json                         each custodian compares the fingerprint

A message may travel through any hands: it is signed, and shares in it are sealed to their receivers.
"""

import argparse
import json
import secrets
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from custody.daemon.state import (
    Share,
    StateError,
    load,
    prepare,
    read_private,
    share_file,
    transcript_file,
    write_private,
    write_share,
)
from privacy import rounds, signing
from privacy.ceremony import Transcript
from privacy.encoding import b64, unb64


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step; 0, or 1 with a sentence on standard error that names the custodian at fault if there is one."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (StateError, ValueError, KeyError, OSError) as error:
        sys.stderr.write(f"ceremony: {error}\n")
        return 1
    return 0


def run_here(options: argparse.Namespace) -> None:
    """All rounds at once for state directories on this machine."""
    if not options.states or not options.out:
        raise ValueError("give --states and --out, or one of the rounds; --help lists them")
    for directory in options.states:
        prepare(directory)
        if share_file(directory).exists():
            raise StateError(f"{directory} holds a share already; a new ceremony needs new state directories")
    seeds = {index: _identity(directory) for index, directory in enumerate(options.states, 1)}
    transcript, shares = rounds.run_here(options.key, options.epoch, options.threshold, seeds)
    for index, directory in enumerate(options.states, 1):
        _keep(directory, transcript, index, shares[index])
        _write(transcript_file(directory), transcript.to_json())
        load(directory)
    _write(options.out, transcript.to_json())
    _say(transcript)


def identity(options: argparse.Namespace) -> None:
    """Make this custodian's identity key if it has none, and print its public half."""
    prepare(options.state)
    sys.stdout.write(f"{signing.text_of(signing.public_key(_identity(options.state)))}\n")


def setup(options: argparse.Namespace) -> None:
    """Write down what all custodians agree on: identities in order, threshold, key and epoch."""
    identities = {index: signing.key_of(text, "identity") for index, text in enumerate(options.identities, 1)}
    agreed = rounds.Setup(options.key, options.epoch, 0, options.threshold, identities)
    agreed.hash()
    _write(options.out, _setup_json(agreed))


def announce(options: argparse.Namespace) -> None:
    """Round 1: deal, and commit to the dealing."""
    prepare(options.state)
    if share_file(options.state).exists() or _notes_file(options.state).exists():
        raise StateError(f"{options.state} holds a share or an open ceremony already")
    content = json.loads(options.setup.read_text(encoding="utf-8"))
    agreed = _setup(content)
    state, message = rounds.announce(agreed, options.custodian, seed=_identity(options.state))
    _note(options.state, {"setup": content, "state": state.to_json()})
    _write(options.out, message.to_json())


def open_dealing(options: argparse.Namespace) -> None:
    """Round 2: show the commitments once everybody has announced."""
    notes, agreed, state = _notes(options.state)
    announcements = _messages(options.messages)
    message = rounds.open_dealing(agreed, state, announcements, seed=_identity(options.state))
    _note(options.state, {**notes, "announcements": [each.to_json() for each in announcements]})
    _write(options.out, message.to_json())


def seal(options: argparse.Namespace) -> None:
    """Round 3: check the openings, seal a share to every custodian."""
    notes, agreed, state = _notes(options.state)
    openings = _messages(options.messages)
    message = rounds.seal_shares(agreed, state, _noted(notes, "announcements"), openings, seed=_identity(options.state))
    _note(options.state, {**notes, "openings": [each.to_json() for each in openings]})
    _write(options.out, message.to_json())


def conclude(options: argparse.Namespace) -> None:
    """Round 4: check and add up the shares, store the result, sign the transcript, forget the dealing."""
    notes, agreed, state = _notes(options.state)
    value, part = rounds.conclude(
        agreed,
        state,
        _noted(notes, "announcements"),
        _noted(notes, "openings"),
        _messages(options.messages),
        seed=_identity(options.state),
    )
    _keep(options.state, part, state.custodian, value)
    ((custodian, signature),) = part.signatures.items()
    content = {"transcript": {**part.to_json(), "signatures": []}, "signed_by": custodian, "signature": b64(signature)}
    _write(options.out, content)
    _notes_file(options.state).unlink()


def assemble(options: argparse.Namespace) -> None:
    """Join everybody's signatures into the transcript that members pin."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in options.parts]
    transcript = rounds.assemble([_part(content) for content in found])
    _write(options.out, transcript.to_json())
    _say(transcript)


def finish(options: argparse.Namespace) -> None:
    """Keep the assembled transcript beside the share, if they belong together."""
    transcript = Transcript.from_json(options.transcript.read_text(encoding="utf-8"))
    transcript.check()
    _write(transcript_file(options.state), transcript.to_json())
    try:
        load(options.state)
    except StateError:
        transcript_file(options.state).unlink()
        raise
    _say(transcript)


def _identity(directory: Path) -> bytes:
    path = directory / "identity.json"
    if not path.exists():
        write_private(path, json.dumps({"format": "alliance-identity/1", "seed": b64(secrets.token_bytes(32))}))
    return unb64(json.loads(read_private(path))["seed"], "identity", 32)


def _keep(directory: Path, transcript: Transcript, custodian: int, value: bytes) -> None:
    write_share(directory, Share(custodian, transcript.epoch, transcript.generation, transcript.key, value))


def _setup_json(agreed: rounds.Setup) -> dict[str, Any]:
    return {
        "key": agreed.key,
        "epoch": agreed.epoch,
        "threshold": agreed.t,
        "identities": [b64(agreed.identities[index]) for index in sorted(agreed.identities)],
    }


def _setup(content: dict[str, Any]) -> rounds.Setup:
    identities = {index: signing.key_of(text, "identity") for index, text in enumerate(content["identities"], 1)}
    return rounds.Setup(str(content["key"]), int(content["epoch"]), 0, int(content["threshold"]), identities)


def _notes_file(directory: Path) -> Path:
    return directory / "ceremony.json"


def _note(directory: Path, notes: dict[str, Any]) -> None:
    write_private(_notes_file(directory), json.dumps(notes))


def _notes(directory: Path) -> tuple[dict[str, Any], rounds.Setup, rounds.State]:
    notes = json.loads(read_private(_notes_file(directory)))
    return notes, _setup(notes["setup"]), rounds.State.from_json(notes["state"])


def _noted(notes: dict[str, Any], name: str) -> list[rounds.Message]:
    if name not in notes:
        raise StateError("an earlier round of this ceremony has not been run")
    return [rounds.Message.from_json(content) for content in notes[name]]


def _messages(paths: Sequence[Path]) -> list[rounds.Message]:
    return [rounds.Message.from_json(path.read_text(encoding="utf-8")) for path in paths]


def _part(content: dict[str, Any]) -> Transcript:
    """A transcript that one custodian signed: its one signature stands in the place of its number."""
    custodian = int(content["signed_by"])
    whole = Transcript.from_json(
        {**content["transcript"], "signatures": [content["signature"]] * content["transcript"]["n"]}
    )
    return replace(whole, signatures={custodian: whole.signatures[custodian]})


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _say(transcript: Transcript) -> None:
    sys.stdout.write(f"{transcript.t} of {transcript.n} custodians, epoch {transcript.epoch}\n")
    sys.stdout.write(f"fingerprint {transcript.fingerprint()}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ceremony", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.set_defaults(run=run_here)
    parser.add_argument("--states", type=Path, nargs="+", help="one directory a custodian, all on this machine")
    parser.add_argument("--out", type=Path, help="where the transcript goes")
    _agreement(parser)
    commands = parser.add_subparsers()

    def command(name: str, function: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=(function.__doc__ or "").strip())
        sub.set_defaults(run=function)
        return sub

    command("identity", identity).add_argument("--state", type=Path, required=True)
    sub = command("setup", setup)
    sub.add_argument("--identities", nargs="+", required=True)
    sub.add_argument("--out", type=Path, required=True)
    _agreement(sub)
    sub = command("announce", announce)
    sub.add_argument("--state", type=Path, required=True)
    sub.add_argument("--custodian", type=int, required=True)
    sub.add_argument("--setup", type=Path, required=True)
    sub.add_argument("--out", type=Path, required=True)
    for name, function in (("open", open_dealing), ("seal", seal), ("conclude", conclude)):
        sub = command(name, function)
        sub.add_argument("--state", type=Path, required=True)
        sub.add_argument("--messages", type=Path, nargs="+", required=True)
        sub.add_argument("--out", type=Path, required=True)
    sub = command("assemble", assemble)
    sub.add_argument("--parts", type=Path, nargs="+", required=True)
    sub.add_argument("--out", type=Path, required=True)
    sub = command("finish", finish)
    sub.add_argument("--state", type=Path, required=True)
    sub.add_argument("--transcript", type=Path, required=True)
    return parser


def _agreement(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threshold", type=int, default=2)
    parser.add_argument("--key", default="id", help="which key of the alliance")
    parser.add_argument("--epoch", type=int, default=1)


if __name__ == "__main__":
    sys.exit(main())

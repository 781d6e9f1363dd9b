"""Three real custodians on loopback after a real ceremony, and a member's side of the line to ask them with."""

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from custody import ceremony
from custody.daemon.__main__ import main as custodian
from privacy import oprf, signing
from privacy.ceremony import Transcript
from privacy.encoding import b64
from privacy.requests import BudgetGrant, EvaluationAnswer, EvaluationPart, EvaluationRequest, verified_parts

ROOT = Path(__file__).resolve().parents[2]
# Below the ephemeral range, where another process's outgoing connection may hold a port.
# Twenty apart for each process, so that parallel runs do not race for one.
_ports = count(21_000 + os.getpid() % 500 * 20)


def free_port() -> int:
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError


@dataclass
class Reply:
    status: int
    body: dict[str, Any]
    headers: dict[str, str]


@dataclass
class Member:
    """An institution's own keys; the custodians hold the public halves."""

    ref: UUID = field(default_factory=uuid4)
    seed: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    approval_seed: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def grant(self, alliance_seed: bytes, **changes: Any) -> BudgetGrant:
        fields = {"budget": uuid4(), "institution": self.ref, "key": "id", "values": 100}
        until = datetime.now(UTC).date() + timedelta(days=1)
        unsigned = BudgetGrant(**{**fields, "until": until, **changes})
        return unsigned.signed("institution", self.approval_seed).signed("alliance", alliance_seed)


class World:
    """A ceremony of 2 of 3 and its custodians as real processes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.states = {index: directory / f"custodian-{index}" for index in (1, 2, 3)}
        self.transcript_file = directory / "transcript.json"
        states = [str(path) for path in self.states.values()]
        assert ceremony.main(["--states", *states, "--threshold", "2", "--out", str(self.transcript_file)]) == 0
        self.transcript = Transcript.from_json(self.transcript_file.read_text())
        self.ports = {index: free_port() for index in self.states}
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        self.alliance_seed = secrets.token_bytes(32)
        self.enrol("alliance", self.alliance_seed)

    @property
    def urls(self) -> dict[int, str]:
        return {index: f"http://127.0.0.1:{port}" for index, port in self.ports.items()}

    def log_file(self, index: int) -> Path:
        return self.directory / f"custodian-{index}.log"

    def start(self, *indices: int) -> None:
        for index in indices:
            command = [sys.executable, "-m", "custody.daemon", "serve", "--state", str(self.states[index])]
            with self.log_file(index).open("ab") as log:
                self.processes[index] = subprocess.Popen(
                    [*command, "--listen", f"127.0.0.1:{self.ports[index]}"], cwd=ROOT, stderr=log
                )
        for index in indices:
            self._await(index)

    def _await(self, index: int) -> None:
        for _ in range(200):
            assert self.processes[index].poll() is None, self.log_file(index).read_text()
            try:
                self.call(index, "GET", "/v1/health")
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"custodian {index} does not answer")

    def stop(self, *indices: int) -> None:
        for index in indices:
            process = self.processes.pop(index)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0

    def close(self) -> None:
        self.stop(*list(self.processes))

    def enrol(
        self, name: str, seed: bytes, approval_seed: bytes | None = None, *, daily: int = 10_000, burst: int = 10_000
    ) -> None:
        keys = [f"--public-key=ed25519:{b64(signing.public_key(seed))}"]
        if approval_seed is not None:
            keys.append(f"--approval-key=ed25519:{b64(signing.public_key(approval_seed))}")
        for state in self.states.values():
            caps = [f"--daily={daily}", f"--burst={burst}", "--replace"]
            assert custodian(["enrol", "--state", str(state), "--signer", name, *keys, *caps]) == 0

    def member(self, *, daily: int = 10_000, burst: int = 10_000) -> Member:
        member = Member()
        self.enrol(str(member.ref), member.seed, member.approval_seed, daily=daily, burst=burst)
        return member

    def request(
        self, member: Member, elements: bytes, quorum: tuple[int, ...] = (1, 2), **changes: Any
    ) -> EvaluationRequest:
        unsigned = EvaluationRequest(
            request=uuid4(),
            signer=str(member.ref),
            epoch=1,
            generation=0,
            key="id",
            suite=1,
            quorum=quorum,
            issued_at=int(time.time()),
            elements=elements,
        )
        return replace(unsigned, **changes).signed(member.seed)

    def call(self, index: int, method: str, path: str, body: bytes | None = None) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[index], timeout=20)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return Reply(response.status, json.loads(response.read()), dict(response.getheaders()))
        finally:
            connection.close()

    def ask(self, index: int, request: EvaluationRequest) -> Reply:
        return self.call(index, "POST", "/v1/evaluate", json.dumps(request.to_json()).encode())

    def evaluate(self, member: Member, messages: list[bytes], quorum: tuple[int, ...], **changes: Any) -> bytes:
        """The whole of the member's side: blind, ask, verify every proof against the pinned transcript, finalise."""
        blinded = oprf.blind(messages)
        request = self.request(member, blinded.elements, quorum, **changes)
        replies = [self.ask(index, request) for index in quorum]
        assert [reply.status for reply in replies] == [200] * len(quorum), replies
        parts = tuple(EvaluationPart.from_json(reply.body["part"]) for reply in replies)
        answer = EvaluationAnswer(1, 0, quorum, parts, 0)
        return oprf.finalise(blinded.blinds, verified_parts(self.transcript, quorum, blinded.elements, answer))


def some_elements(number: int) -> bytes:
    return oprf.blind([f"phone/1\x1f+86138{index:08d}".encode() for index in range(number)]).elements

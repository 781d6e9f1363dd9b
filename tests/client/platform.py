"""A small platform on a real socket for the client's tests: the API of the contract over the real privacy functions.

Its custodians are threads of this process with real shares; they can be down, lie, or refuse for want of quota.
"""

import gzip
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID, uuid4

from privacy import oprf, ristretto, rounds, shares, signing
from privacy.encoding import b64, unb64
from privacy.kinds import message
from privacy.requests import (
    BudgetGrant,
    EvaluationAnswer,
    EvaluationPart,
    EvaluationRequest,
    evaluate_part,
)
from privacy.warnings import WarningDocument

TOKEN = "alc_test_secret"
INSTITUTION = UUID("0b7c9a30-58c7-4b9e-8f0e-2f6a61d0c001")
ALLIANCE_SEED = hashlib.sha256(b"the alliance's side of a budget").digest()


class Problem(Exception):
    def __init__(self, status: int, code: str, detail: str = "", **extras: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.extras = status, code, detail or code, extras


@dataclass
class Platform:
    """What the tests set (failures, quota) and look at (what arrived)."""

    standing: int = 1_000_000
    down: set[int] = field(default_factory=set)
    lying: set[int] = field(default_factory=set)
    hiccups: list[int | str] = field(default_factory=list)
    """What happens to the next requests first: an HTTP status, or "cut" for a broken connection after the work."""
    token: str = TOKEN
    circles: dict[str, list[str]] = field(default_factory=lambda: {"credit": ["yuwen:shared:4.1"], "agency": []})
    refuse_rows: dict[int, tuple[str, str]] = field(default_factory=dict)
    voices: list[dict[str, Any]] = field(default_factory=list)
    stopped: list[dict[str, Any]] = field(default_factory=list)
    member_key: bytes = b""
    approval_key: bytes = b""
    budgets: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    charged: dict[UUID, bytes] = field(default_factory=dict)
    charges: int = 0
    worn_out: set[UUID] = field(default_factory=set)
    """Request ids that custodians answered too often."""
    evaluations: list[tuple[int, ...]] = field(default_factory=list)
    lists: list[WarningDocument] = field(default_factory=list)
    """Warning lists in force."""
    list_seed: bytes = ALLIANCE_SEED
    """What signs them; not what the member pinned, if a test wants a forger."""
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    submissions: dict[str, dict[str, Any]] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    collisions: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    """What was asked of the collisions: query strings and bodies of triage."""

    def __post_init__(self) -> None:
        seeds = {index: hashlib.sha256(b"custodian %d" % index).digest() for index in (1, 2, 3)}
        self.transcript, self.shares = rounds.run_here("id", 1, 2, seeds)
        self.served = dict.fromkeys(self.shares, 0)

    # what the tests compare with

    def digest(self, label: str, canonical: str) -> bytes:
        """k·H(x), with the key put together as no party ever does."""
        key = ristretto.scalar_add(
            shares.weighted_share(self.shares[1], 1, (1, 2)), shares.weighted_share(self.shares[2], 2, (1, 2))
        )
        return oprf.evaluate(key, oprf.hash_to_group(message(label, canonical)))

    def rows(self) -> list[dict[str, Any]]:
        """All lines that were accepted, in order of arrival."""
        return [row for found in self.submissions.values() for row in found["rows"]]

    def granted(self, values: int, *, approve_with: bytes, until: str = "2099-01-01") -> UUID:
        """A budget with both signatures."""
        ref = uuid4()
        self.budgets[ref] = {"values": values, "until": until, "used": 0, "status": "granted", "reason": "test"}
        grant = self.grant(ref).signed("institution", approve_with).signed("alliance", ALLIANCE_SEED)
        self.budgets[ref]["grant"] = grant
        return ref

    def grant(self, ref: UUID) -> BudgetGrant:
        row = self.budgets[ref]
        if "grant" in row:
            return row["grant"]
        until = json.loads(json.dumps(row["until"]))
        return BudgetGrant.from_json(
            {
                "budget": str(ref),
                "institution": str(INSTITUTION),
                "key": "id",
                "values": row["values"],
                "until": until,
                "institution_signature": None,
                "alliance_signature": None,
            }
        )

    def budget_json(self, ref: UUID) -> dict[str, Any]:
        row = self.budgets[ref]
        shown = {name: row[name] for name in ("values", "until", "used", "status", "reason")}
        left = row["values"] - row["used"]
        return {"reference": str(ref), "key": "id", "remaining": left, **shown, "grant": self.grant(ref).to_json()}

    # the API

    def evaluate(self, body: bytes) -> dict[str, Any]:
        request = EvaluationRequest.from_json(body)
        if request.signer != str(INSTITUTION) or not signing.is_signed(
            self.member_key, request.signing_bytes(), request.signature
        ):
            raise Problem(403, "signature", "The request is not signed with the institution's key.")
        if abs(request.issued_at - time.time()) > 120:
            raise Problem(403, "custodian_refused", reasons={"1": "stale"}, failed=[1])
        with self.lock:
            remaining = self._charge(request)
            self.evaluations.append(request.quorum)
        if request.request in self.worn_out:
            reasons = {str(index): "served_often" for index in request.quorum}
            raise Problem(429, "custodian_quota", reasons=reasons, headers={"Retry-After": "60"})
        failed = [index for index in request.quorum if index in self.down]
        if failed:
            reasons = {str(index): "unreachable" for index in failed}
            raise Problem(503, "custodian_failed", failed=failed, reasons=reasons, headers={"Retry-After": "1"})
        parts = tuple(self._part(index, request) for index in request.quorum)
        answer = EvaluationAnswer(request.epoch, request.generation, request.quorum, parts, remaining)
        return answer.to_json()

    def _part(self, index: int, request: EvaluationRequest) -> EvaluationPart:
        with self.lock:
            self.served[index] += 1
        share = self.shares[index] if index not in self.lying else ristretto.random_scalars(1)
        return evaluate_part(share, index, self.transcript, request.quorum, request.elements)

    def _charge(self, request: EvaluationRequest) -> int:
        body = hashlib.sha256(request.elements).digest()
        known = self.charged.get(request.request)
        if known is not None and known != body:
            raise Problem(409, "request_reused")
        row = None
        if request.budget is not None:
            row = self.budgets.get(request.budget.budget)
            if row is None or request.budget != self.grant(request.budget.budget):
                raise Problem(403, "budget_unknown")
            request.budget.verify(self.approval_key, signing.public_key(ALLIANCE_SEED))
        left = row["values"] - row["used"] if row else self.standing
        if known is not None:
            return left
        if request.count > left:
            if row is not None:
                raise Problem(422, "budget_exhausted", "The budget does not hold that many values.", remaining=left)
            raise Problem(429, "quota", "The standing budget is used up.", headers={"Retry-After": "40000"})
        self.charged[request.request] = body
        self.charges += request.count
        if row is not None:
            row["used"] += request.count
        else:
            self.standing -= request.count
        return left - request.count

    def submit(self, body: bytes, key: str, filename: str, epoch: str) -> dict[str, Any]:
        if epoch != "1":
            raise Problem(400, "unknown_epoch")
        sha = hashlib.sha256(body).hexdigest()
        with self.lock:
            if key in self.submissions:
                if self.submissions[key]["sha"] != sha:
                    raise Problem(422, "idempotency_key_reused", "The key was used with another body.")
                return self.submissions[key]["receipt"]
            lines = [json.loads(line) for line in body.splitlines()]
            errors = [
                {"row": number, "field": field_, "code": code, "detail": "Not this one."}
                for number, (field_, code) in self.refuse_rows.items()
                if number <= len(lines)
            ]
            bad = {error["row"] for error in errors}
            repeats = next(
                (old["receipt"]["reference"] for old in self.submissions.values() if old["sha"] == sha), None
            )
            receipt = {
                "reference": str(uuid4()),
                "status": "matching",
                "accepted": len(lines) - len(bad),
                "rejected": len(bad),
                "digests": sum(len(line["digests"]) for line in lines),
                "repeats": repeats,
                "voices": self.voices,
                "stopped": self.stopped,
            }
            rows = [line for number, line in enumerate(lines, 1) if number not in bad]
            found = {"sha": sha, "receipt": receipt, "rows": [] if repeats else rows, "errors": errors}
            self.submissions[key] = {**found, "filename": filename}
            return receipt

    def answer(self, method: str, path: str, query: dict[str, str], headers: Any, body: bytes) -> tuple[int, bytes]:  # noqa: PLR0912 (a table of addresses)
        if headers.get("Authorization") != f"Bearer {self.token}":
            raise Problem(401, "credential_expired", "The credential has expired.")
        match method, *path.removeprefix("/api/v1/").split("/"):
            case "GET", "whoami":
                me = {"ref": str(INSTITUTION), "name_zh": "试行", "name_en": "Test Bank", "kind": "bank"}
                found: Any = {"name": "t", "institution": me, "scopes": ["submit"], "missing": [], "expires_at": None}
            case "GET", "ceremony":
                found = self.transcript.to_json()
            case "GET", "circles":
                found = {"results": [{"code": code, "voice_libraries": own} for code, own in self.circles.items()]}
            case "GET", "warning-lists":
                found = None if headers.get("If-None-Match") == self.tag_lists() else self._lists()
            case "GET", "warning-versions":
                found = {"results": [one["version"] for one in self.versions.values()]}
            case "POST", "warning-versions":
                return 201, json.dumps(self._propose(json.loads(body))).encode()
            case "GET", "warning-versions", ref:
                found = {name: value for name, value in self.versions[ref].items() if name != "digests"}
            case "POST", "warning-versions", ref, "approval":
                if json.loads(body)["digests"] != self.versions[ref]["digests"]:
                    raise Problem(409, "digests_differ", "Your client computed other digests.")
                self.versions[ref]["version"]["approvals"].append("South Bank")
                found = self.versions[ref]
            case "POST", "warning-versions", ref, "refusal":
                self.versions[ref]["version"] |= {"state": "refused", "refusal": json.loads(body)["reason"]}
                found = self.versions[ref]
            case "POST", "evaluations":
                found = self.evaluate(body)
            case "POST", "submissions":
                found = self.submit(
                    gzip.decompress(body),
                    headers["Idempotency-Key"],
                    unquote(headers.get("Alliance-Filename", "")),
                    query["epoch"],
                )
                return 202, json.dumps(found).encode()
            case "GET", "submissions":
                found = self._page(query)
            case "GET", "collisions":
                self.asked.append(query)
                found = {"results": self.collisions, "next_cursor": ""}
            case "POST", "collisions", "triage":
                self.asked.append(json.loads(body))
                found = {"changed": self.asked[-1]["references"][:1], "unchanged": {"already": 1}}
            case "GET", "submissions", ref, "errors":
                rows = next(one["errors"] for one in self.submissions.values() if one["receipt"]["reference"] == ref)
                return 200, b"".join(json.dumps(row).encode() + b"\n" for row in rows)
            case "GET", "budgets":
                found = {"results": [self.budget_json(ref) for ref in self.budgets]}
            case "POST", "budgets":
                asked, ref = json.loads(body), uuid4()
                self.budgets[ref] = {**asked, "used": 0, "status": "requested"}
                return 201, json.dumps(self.budget_json(ref)).encode()
            case "GET", "budgets", ref:
                found = self.budget_json(UUID(ref))
            case "POST", "budgets", ref, "approval":
                found = self._approve(UUID(ref), unb64(json.loads(body)["signature"], "signature", 64))
            case "DELETE", "clues", ref:
                self.withdrawn.append(ref)
                return 204, b""
            case _:
                raise Problem(404, "not_found")
        return (304, b"") if found is None else (200, json.dumps(found).encode())

    def _lists(self) -> dict[str, Any]:
        signed = [
            {"document": one.to_json(), "signature": b64(signing.sign(self.list_seed, one.signing_bytes()))}
            for one in self.lists
        ]
        return {"alliance_key": signing.text_of(signing.public_key(self.list_seed)), "lists": signed}

    def tag_lists(self) -> str:
        """The ETag of the lists as they are now."""
        return f'"{hashlib.sha256(json.dumps(self._lists()).encode()).hexdigest()}"'

    def _propose(self, asked: dict[str, Any]) -> dict[str, Any]:
        head = {name: asked[name] for name in ("code", "sort", "name_zh", "name_en", "reason", "epoch")}
        version = {
            **head,
            "reference": str(uuid4()),
            "number": 1,
            "state": "proposed",
            "refusal": "",
            "size": len(asked["entries"]),
            "proposed_by": "North Bank",
            "approvals": [],
        }
        kept = {"entries": asked["entries"], "added": asked["entries"], "removed": [], "digests": asked["digests"]}
        self.versions[version["reference"]] = {"version": version, **kept}
        return self.versions[version["reference"]]

    def _page(self, query: dict[str, str]) -> dict[str, Any]:
        at, limit = int(query.get("cursor", 0)), int(query["limit"])
        rows = [one["receipt"] | {"filename": one["filename"]} for one in self.submissions.values()]
        extra = {"received_at": "", "collisions": 0}
        more = str(at + limit) if at + limit < len(rows) else ""
        return {"results": [row | extra for row in rows[at : at + limit]], "next_cursor": more}

    def _approve(self, ref: UUID, signature: bytes) -> dict[str, Any]:
        grant = self.grant(ref)
        if not signing.is_signed(self.approval_key, grant.signing_bytes(), signature):
            raise Problem(400, "signature")
        self.budgets[ref]["status"] = "approved"
        return self.budget_json(ref)

    # the socket

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve on a free port; the address."""
        handler = type("Handler", (_Handler,), {"platform": self})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    @classmethod
    def for_member(cls, signing_seed: bytes, approval_seed: bytes, **options: Any) -> Self:
        """A platform that has the member's two public keys."""
        return cls(
            member_key=signing.public_key(signing_seed), approval_key=signing.public_key(approval_seed), **options
        )


class _Handler(BaseHTTPRequestHandler):
    platform: Platform
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with self.platform.lock:
            self.platform.paths.append(parts.path)
            hiccup = self.platform.hiccups.pop(0) if self.platform.hiccups else None
        if isinstance(hiccup, int):
            return self._send(hiccup, b"", {"Content-Length": "0"})
        try:
            status, found = self.platform.answer(self.command, parts.path, query, self.headers, body)
            headers = {"Content-Type": "application/json", "ETag": self.platform.tag_lists()}
        except Problem as problem:
            headers = {"Content-Type": "application/problem+json", **problem.extras.pop("headers", {})}
            status = problem.status
            shown = {"title": "no", "status": status, "code": problem.code, "detail": problem.detail}
            found = json.dumps({**shown, **problem.extras}).encode()
        if hiccup == "cut":
            self.close_connection = True
            return None
        return self._send(status, found, headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _handle  # noqa: N815 (the names http.server looks up)

    def log_message(self, *_: object) -> None:
        pass

"""The custodian's three addresses as a WSGI application, and one log line a request without any element or value."""

import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from custody.daemon.evaluator import ALLIANCE, Evaluator
from custody.daemon.refused import Refused
from privacy.encoding import Malformed
from privacy.requests import MAX_VALUES, PORTAL, EvaluationRequest

# 2,000 elements in base64url are 85,334 bytes; the rest is the envelope and a budget.
MAX_BODY = 128 * 1024
REASONS = {
    200: "OK",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    411: "Length Required",
    413: "Content Too Large",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    503: "Service Unavailable",
}


def log(event: str, **facts: Any) -> None:
    """One JSON line on standard error; callers pass counts, names and times, never an element."""
    line = {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "event": event, **facts}
    sys.stderr.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stderr.flush()


class Application:
    """GET /v1/health, GET /v1/transcript and POST /v1/evaluate for one evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.started = time.monotonic()
        self._transcript = evaluator.transcript.to_json()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began, facts = time.monotonic(), dict[str, Any]()
        headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
        try:
            status, body = 200, self._route(environ, facts)
        except Refused as refused:
            status, body = refused.status, refused.body()
            facts["code"] = refused.code
            if refused.retry_after is not None:
                headers.append(("Retry-After", str(refused.retry_after)))
        except sqlite3.OperationalError as error:
            # The books cannot be written (disk full, locked): fail closed, since an uncounted answer breaks the quota.
            status, body = 503, {"code": "unavailable", "detail": "The custodian's books cannot be written."}
            facts.update(code="unavailable", reason=str(error))
            headers.append(("Retry-After", "5"))
        payload = json.dumps(body, ensure_ascii=False).encode()
        headers.append(("Content-Length", str(len(payload))))
        log(
            "request",
            custodian=self.evaluator.share.custodian,
            method=environ["REQUEST_METHOD"],
            path=str(environ["PATH_INFO"])[:64],
            status=status,
            ms=round((time.monotonic() - began) * 1000, 1),
            **facts,
        )
        start_response(f"{status} {REASONS[status]}", headers)
        return [payload]

    def _route(self, environ: WSGIEnvironment, facts: dict[str, Any]) -> dict[str, Any]:
        routes: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
            "/v1/health": ("GET", self._health),
            "/v1/transcript": ("GET", lambda: self._transcript),
            "/v1/evaluate": ("POST", lambda: self._evaluate(environ, facts)),
        }
        found = routes.get(environ["PATH_INFO"])
        if found is None:
            raise Refused(404, "not_found", "There is nothing here.")
        method, handler = found
        if environ["REQUEST_METHOD"] != method:
            raise Refused(405, "method", f"Use {method}.")
        return handler()

    def _evaluate(self, environ: WSGIEnvironment, facts: dict[str, Any]) -> dict[str, Any]:
        try:
            request = EvaluationRequest.from_json(_body(environ))
        except Malformed as error:
            raise Refused(422, "malformed", str(error)) from error
        facts.update(
            request=str(request.request),
            signer=request.signer,
            count=request.count,
            budget=str(request.budget.budget) if request.budget else None,
        )
        answer = self.evaluator.evaluate(request)
        facts["charged"] = answer.charged
        return {
            "epoch": request.epoch,
            "generation": request.generation,
            "quorum": list(request.quorum),
            "part": answer.part.to_json(),
        }

    def _health(self) -> dict[str, Any]:
        evaluator, ledger = self.evaluator, self.evaluator.ledger
        at = int(evaluator.clock())
        active = [s for s in ledger.signers() if s.revoked_at is None and s.name != ALLIANCE]
        return {
            "custodian": evaluator.share.custodian,
            "epoch": evaluator.transcript.epoch,
            "generation": evaluator.transcript.generation,
            "key": evaluator.transcript.key,
            "fingerprint": evaluator.transcript.fingerprint(),
            "clock": at,
            "uptime": int(time.monotonic() - self.started),
            "max_values": MAX_VALUES,
            "signers": len(active),
            "daily_total": sum(s.daily for s in active),
            "daily_largest": max((s.daily for s in active), default=0),
            "daily_portal": next((s.daily for s in active if s.name == PORTAL), 0),
            "used_today": sum(ledger.used_today(at).values()),
        }


def _body(environ: WSGIEnvironment) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    if not length.isdigit():
        raise Refused(411, "length", "Send the body with its Content-Length.")
    if int(length) > MAX_BODY:
        raise Refused(413, "too_large", f"A request holds at most {MAX_BODY} bytes.")
    body: bytes = environ["wsgi.input"].read(int(length))
    return body

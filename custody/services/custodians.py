"""Talking to custodians: fan a request out to its quorum, ask for health. Never inside a transaction."""

import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx2
import structlog
from django.conf import settings

from privacy.requests import EvaluationPart, EvaluationRequest

log = structlog.get_logger(__name__)

CONNECT_SECONDS = 1.0
# What a small request waits for behind bulk work on a busy custodian.
ANSWER_SECONDS = 5.0
# An honest custodian needs 0.2 ms a value on an idle core; this leaves it room to be busy.
ANSWER_SECONDS_PER_VALUE = 0.005
# 2,000 elements in base64url and their envelope, with room; a custodian that sends more is not read further.
MAX_ANSWER = 256 * 1024


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one custodian gave no part. `status` is 0 if it did not answer at all; `code` is its own word or ours."""

    custodian: int
    code: str
    status: int = 0
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """What one custodian says about itself, or that it is silent."""

    custodian: int
    url: str
    answers: bool
    milliseconds: float = 0.0
    facts: Mapping[str, Any] = field(default_factory=dict)


def fan_out(request: EvaluationRequest) -> tuple[list[EvaluationPart], list[Failure]]:
    """Ask every custodian of the quorum at once; parts and failures in the quorum's order, one each.

    The parts are not verified here: only the member's own verification means anything to the member.
    """
    body = json.dumps(request.to_json()).encode()
    size = len(request.elements)
    patience = ANSWER_SECONDS + ANSWER_SECONDS_PER_VALUE * request.count
    asked = {custodian: _lane(custodian).submit(_ask, custodian, body, size, patience) for custodian in request.quorum}
    parts: list[EvaluationPart] = []
    failures: list[Failure] = []
    until = time.monotonic() + CONNECT_SECONDS + patience
    for custodian, future in asked.items():
        try:
            result = future.result(timeout=max(0.0, until - time.monotonic()))
        except TimeoutError:
            # Its lane is full of others that wait; this one leaves the queue and counts as unanswered.
            future.cancel()
            result = Failure(custodian, "timeout")
        parts.append(result) if isinstance(result, EvaluationPart) else failures.append(result)
    return parts, failures


def health() -> list[Health]:
    """The health of every configured custodian, asked at once."""
    # Not in the lanes: whether a custodian answers must show while its lane is full.
    known = sorted(settings.CUSTODIAN_URLS)
    if not known:
        return []
    with ThreadPoolExecutor(len(known)) as threads:
        return list(threads.map(_health, known))


def _ask(custodian: int, body: bytes, size: int, patience: float) -> EvaluationPart | Failure:
    url = settings.CUSTODIAN_URLS.get(custodian)
    if url is None:
        return Failure(custodian, "not_configured")
    began = time.monotonic()
    try:
        with _bounded("POST", f"{url}/v1/evaluate", patience, content=body) as (response, answer):
            result = _read(custodian, response, answer, size)
    except httpx2.TimeoutException:
        result = Failure(custodian, "timeout")
    except httpx2.HTTPError:
        result = Failure(custodian, "unreachable")
    if isinstance(result, Failure):
        milliseconds = round((time.monotonic() - began) * 1000)
        log.warning("custodian.failed", custodian=custodian, reason=result.code, ms=milliseconds)
    return result


def _read(custodian: int, response: httpx2.Response, answer: bytes, size: int) -> EvaluationPart | Failure:
    try:
        content = json.loads(answer)
        if response.status_code != 200:
            after = response.headers.get("retry-after", "")
            return Failure(
                custodian, str(content["code"])[:40], response.status_code, int(after) if after.isdigit() else None
            )
        part = EvaluationPart.from_json(content["part"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return Failure(custodian, "garbled", response.status_code)
    if part.custodian != custodian or len(part.elements) != size:
        return Failure(custodian, "garbled", response.status_code)
    return part


def _health(custodian: int) -> Health:
    url = settings.CUSTODIAN_URLS[custodian]
    began = time.monotonic()
    try:
        with _bounded("GET", f"{url}/v1/health", ANSWER_SECONDS) as (response, answer):
            facts = json.loads(answer) if response.status_code == 200 else None
    except (httpx2.HTTPError, ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict) or facts.get("custodian") != custodian:
        return Health(custodian, url, answers=False)
    return Health(custodian, url, True, round((time.monotonic() - began) * 1000, 1), facts)


@contextmanager
def _bounded(
    method: str, url: str, patience: float, content: bytes | None = None
) -> Iterator[tuple[httpx2.Response, bytes]]:
    timeout = httpx2.Timeout(patience, connect=CONNECT_SECONDS)
    headers = {"content-type": "application/json"} if content else {}
    with _client().stream(method, url, content=content, headers=headers, timeout=timeout) as response:
        answer = bytearray()
        for chunk in response.iter_bytes():
            answer += chunk
            if len(answer) > MAX_ANSWER:
                raise httpx2.DecodingError("the answer is too long")
        yield response, bytes(answer)


@cache
def _client() -> httpx2.Client:
    # Idle connections are dropped before a custodian would close them (it does so after 60 s), so that no request is
    # written into a closing one. No proxy of the environment stands between the platform and its custodians.
    return httpx2.Client(
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=30),
        trust_env=False,
        follow_redirects=False,
    )


@cache
def _lane(custodian: int) -> ThreadPoolExecutor:
    # One lane each: a custodian that stopped reading fills its own threads and nobody else's.
    return ThreadPoolExecutor(max_workers=16, thread_name_prefix=f"custodian-{custodian}")

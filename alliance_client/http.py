"""The one way to the platform: explicit time-outs, retries that are safe, problem documents as typed errors."""

import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
import orjson
import stamina

from alliance_client import errors

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
TIMEOUT = httpx2.Timeout(connect=5, read=30, write=30, pool=30)
UPLOAD_TIMEOUT = httpx2.Timeout(connect=5, read=300, write=60, pool=30)
LONGEST_WAIT = 20.0
"""Seconds that a Retry-After may ask for before the error is handed to the caller instead."""


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a request is tried and for how long: exponential back-off with jitter."""

    attempts: int = 6
    seconds: float = 90
    first_wait: float = 0.2


class _Temporary(Exception):
    """An answer that asks for another try; `error` is what it becomes when there is none."""

    def __init__(self, error: errors.AllianceError, wait: float | None) -> None:
        super().__init__(error)
        self.error = error
        self.wait = wait


class Transport:
    """Sends requests with the credential of one institution. Safe for several threads at once."""

    def __init__(self, url: str, credential: str, *, language: str = "en", retry: Retry | None = None) -> None:
        self.url = checked_url(url)
        self._retry = retry or Retry()
        self._client = httpx2.Client(
            base_url=self.url + "/api/v1/",
            timeout=TIMEOUT,
            follow_redirects=False,  # a redirect would carry the credential to another address
            trust_env=urlsplit(self.url).hostname not in LOOPBACK,  # no proxy stands before this machine itself
            headers={
                "Authorization": f"Bearer {credential}",
                "Accept": "application/json, application/problem+json",
                "Accept-Language": "zh-hans" if language == "zh" else "en",
                "User-Agent": "alliance-client/1",
            },
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str, **params: str | int | None) -> Any:
        """The JSON of a GET; parameters that are None are left out. Raises AllianceError."""
        given = {name: value for name, value in params.items() if value is not None}
        return self._json(self.send("GET", path, params=given))

    def post(self, path: str, body: object, *, repeatable: bool, timeout: httpx2.Timeout = TIMEOUT) -> Any:
        """The JSON answer to a JSON body. `repeatable`: the platform takes a second copy for the first."""
        content = orjson.dumps(body)
        headers = {"Content-Type": "application/json"}
        return self._json(
            self.send("POST", path, content=content, headers=headers, repeatable=repeatable, timeout=timeout)
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        repeatable: bool = True,
        timeout: httpx2.Timeout = TIMEOUT,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        content: bytes | None = None,
    ) -> httpx2.Response:
        """One request, repeated while that is safe and may help. Raises AllianceError for every refusal."""

        def hook(error: Exception) -> bool | float:
            if isinstance(error, _Temporary):
                return error.wait if error.wait is not None else True
            if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout):
                return True
            return repeatable and isinstance(error, httpx2.TransportError)

        try:
            for attempt in stamina.retry_context(
                on=hook,
                attempts=self._retry.attempts,
                timeout=self._retry.seconds,
                wait_initial=self._retry.first_wait,
                wait_max=10,
            ):
                with attempt:
                    response = self._client.request(
                        method, path, headers=headers, params=params, content=content, timeout=timeout
                    )
                    self._raise(response, repeatable=repeatable)
                    return response
        except _Temporary as temporary:
            raise temporary.error from None
        except httpx2.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise errors.Unreachable("unreachable", url=self.url, reason=reason) from error
        raise AssertionError("stamina either returns or raises")

    def rows(self, path: str, **params: str | int | None) -> list[dict[str, Any]]:
        """The rows of a list that comes whole. Raises AllianceError."""
        return list(self.get(path, **params)["results"])

    def pages(self, path: str, **params: str | int | None) -> Iterator[dict[str, Any]]:
        """Every row of a list that comes in pages, following its cursor."""
        cursor: str | None = None
        while True:
            page = self.get(path, **params, cursor=cursor)
            yield from page["results"]
            cursor = page.get("next_cursor")
            if not cursor:
                return

    def _json(self, response: httpx2.Response) -> Any:
        try:
            return orjson.loads(response.content) if response.content else None
        except orjson.JSONDecodeError as error:
            raise errors.Unreachable("not_the_platform", url=self.url) from error

    def _raise(self, response: httpx2.Response, *, repeatable: bool) -> None:
        # 304 comes only to who asked whether something changed (RFC 9110, section 15.4.5).
        if response.status_code < 300 or response.status_code == 304:
            return
        error = self._error(response)
        wait = retry_after(response)
        again = response.status_code in {502, 504} or (response.status_code in {429, 503} and wait is not None)
        # Another quorum helps at once where waiting for the failed custodian may not: the caller decides.
        if again and repeatable and not error.code.startswith("custodian") and (wait or 0) <= LONGEST_WAIT:
            raise _Temporary(error, None if wait is None else wait + random.random())  # noqa: S311 (jitter)
        raise error

    def _error(self, response: httpx2.Response) -> errors.AllianceError:
        problem = _problem(response)
        status, code = response.status_code, str(problem.pop("code", "")) or f"http_{response.status_code}"
        known = {"type", "title", "status", "detail"}
        facts: dict[str, Any] = {name: value for name, value in problem.items() if name not in known}
        detail = str(problem.get("detail") or problem.get("title") or f"HTTP {status}")
        fields = [f"{field}: {text}" for field, text in _named(problem.get("errors")) if text != detail]
        facts["detail"] = " ".join([detail, "; ".join(fields)]) if fields else detail
        if (wait := retry_after(response)) is not None:
            facts.setdefault("retry_after", wait)
        if status < 400 or (not problem and status < 500):
            return errors.Unreachable("not_the_platform", code=code, url=self.url)
        return typed(status, code, facts)


def _named(errors: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """The fields that a refusal names, with its texts: lists and dicts of any depth (docs at /api/v1/docs)."""
    if isinstance(errors, dict):
        for name, below in errors.items():
            yield from _named(below, f"{field}.{name}" if field else str(name))
    elif isinstance(errors, list):
        for one in errors:
            yield from _named(one, field)
    elif isinstance(errors, str):
        yield field, errors


_BY_CODE: Mapping[str, tuple[type[errors.AllianceError], str]] = {
    "epoch": (errors.TrustError, "key_changed"),
    "custodian_failed": (errors.CustodiansUnavailable, "custodians"),
    "custodian_refused": (errors.NotAllowed, "custodian_refused"),
    "custodian_quota": (errors.QuotaExhausted, "quota"),
    "budget_exhausted": (errors.QuotaExhausted, "budget_exhausted"),
    "budget_expired": (errors.QuotaExhausted, "budget_exhausted"),
    "idempotency_key_reused": (errors.RequestRefused, "replay"),
}
_BY_STATUS: Mapping[int, tuple[type[errors.AllianceError], str]] = {
    401: (errors.CredentialRefused, "credential"),
    403: (errors.NotAllowed, "forbidden"),
    404: (errors.NotFound, "not_found"),
    429: (errors.QuotaExhausted, "quota"),
}


def typed(status: int, code: str, facts: dict[str, Any]) -> errors.AllianceError:
    """The typed error of a problem document: its HTTP status, its code and its other members."""
    reasons = facts.get("reasons")
    if isinstance(reasons, dict):
        facts["reasons"] = ", ".join(f"{number}: {why}" for number, why in reasons.items())
    texts = {"epoch": "?", "generation": "?", "failed": [], "t": "?", "n": "?", "reasons": ""}
    kind, text = _BY_CODE.get(code) or _BY_STATUS.get(status) or (errors.RequestRefused, "refused")
    if status >= 500 and kind is errors.RequestRefused:
        kind, text = errors.Unreachable, "unavailable"
    return kind(text, code=code, **{**texts, **facts})


def checked_url(url: str) -> str:
    """The address without a trailing slash. Raises ConfigError unless it is https, or http on this machine."""
    parts = urlsplit(url.strip())
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url.strip().rstrip("/")
    raise errors.ConfigError("plain_http", url=url)


def retry_after(response: httpx2.Response) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, section 10.2.3, the delay form)."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None


def _problem(response: httpx2.Response) -> dict[str, Any]:
    if not response.headers.get("Content-Type", "").startswith("application/problem+json"):
        return {}
    try:
        found = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def unix_time() -> int:
    """Seconds since 1970, for the stamp of a signed request."""
    return int(time.time())

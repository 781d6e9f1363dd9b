"""People in front of browsers: signing in by the real pages, and a record of everything a page says and sends."""

import base64
import hmac
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psycopg
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request

from alliance.embedded import control
from alliance.embedded.errors import CannotStart
from alliance.embedded.live import Live
from alliance.embedded.ports import Ports
from alliance.embedded.state import State
from demo import roster
from demo.places import Places
from privacy.envelope import KeyRing, open_text

SEED = "SELECT a.data->>'secret' FROM mfa_authenticator a JOIN members_user u ON u.id = a.user_id WHERE u.email = %s"
STEP = 30
"""Seconds of one code of an authenticator app (RFC 6238)."""
REPORT = """addEventListener("securitypolicyviolation", (event) => console.error(
  `securitypolicyviolation: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`))"""
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
_FLAGS = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync")  # fmt: skip


def launch_options(chromium: str, is_root: bool) -> dict[str, Any]:
    """How Chromium is started for the tests; only root, whom its sandbox refuses, goes without one."""
    flags = [*_FLAGS, *(["--no-sandbox"] if is_root else [])]
    return {"executable_path": chromium, "args": flags}


def running(state: State) -> Live:
    """The alliance that runs in this state directory. Raises CannotStart."""
    facts = control.holder(state)
    if facts is None or "url" not in facts:
        raise CannotStart(f"No alliance runs in {state.root}: start one with scripts/up.")
    return Live(state, Ports(int(urlsplit(facts["url"]).port or 0)), int(facts["pid"]))


def one_time_code(secret: str, at: float) -> str:
    """What an authenticator app with this base32 secret shows at a Unix time."""
    mac = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(at // STEP)), "sha1")
    (number,) = struct.unpack_from(">I", mac, mac[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06d}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    email: str
    password: str
    role: str


@dataclass
class Watch:
    """What the pages of one browser did: errors they logged, dialogs they opened, requests they sent."""

    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def over(self, context: BrowserContext) -> "Watch":
        """Watch every page of a context, those it opens later too."""
        context.on("console", self._said)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("dialog", self._asked)
        context.on("request", self._sent)
        context.add_init_script(REPORT)
        return self

    def sent(self) -> Iterator[tuple[str, bytes]]:
        """Everything that left the browser: where to, and the address, headers and body in one."""
        for request in self.requests:
            headers = "\n".join(request.headers.values())
            yield request.url, f"{request.url}\n{headers}\n".encode() + (request.post_data_buffer or b"")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def _sent(self, request: Request) -> None:
        self.requests.append(request)

    def _asked(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()


class Stage:
    """A live alliance with the demo's cast, and one browser."""

    def __init__(self, live: Live, browser: Browser) -> None:
        self.live, self.browser, self.url = live, browser, live.base_url
        lines = Places(live.state).logins.read_text(encoding="utf-8").splitlines()
        rows = [line.split("\t") for line in lines]
        self.people = {email: Person(email, password, role) for role, email, password, _ in rows}
        self._sessions: dict[str, Any] = {}

    def person(self, code: str, name: str = "analyst") -> Person:
        """Somebody of the demo by institution and mail name."""
        return self.people[roster.mail(name, code)]

    @contextmanager
    def visitor(self, **options: Any) -> Iterator[tuple[Page, Watch]]:
        """A fresh browser profile in which nobody has signed in."""
        # Without animations a colour is not judged halfway to another one.
        still = {"viewport": WIDE, "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce"}
        options = {"locale": "zh-CN", **still} | options
        context = self.browser.new_context(base_url=self.url, **options)
        context.set_default_timeout(20_000)
        watch = Watch().over(context)
        try:
            yield context.new_page(), watch
        finally:
            context.close()

    @contextmanager
    def signed_in(self, person: Person, *, anew: bool = False, **options: Any) -> Iterator[tuple[Page, Watch]]:
        """A fresh profile with the person's session: they sign in once a run, however many tests need them.

        `anew` signs them in again: for acts that ask for a proof of identity not older than five minutes.
        """
        if anew or person.email not in self._sessions:
            with self.visitor() as (page, _):
                self.sign_in(page, person)
                self._sessions[person.email] = page.context.storage_state()
        with self.visitor(storage_state=self._sessions[person.email], **options) as both:
            yield both

    def sign_in(self, page: Page, person: Person, secret: str | None = None) -> None:
        """Password, then the code of their app, as a person types them. A code works once: then wait for the next."""
        page.goto("/accounts/login/")
        page.locator("#id_login").fill(person.email)
        page.locator("#id_password").fill(person.password)
        page.locator("#id_password").press("Enter")
        page.wait_for_url("**/accounts/code/*")
        self.give_code(page, secret or self.secret(person.email))
        page.wait_for_url(lambda url: "/accounts/" not in url)

    def give_code(self, page: Page, secret: str) -> None:
        """Type the code of now into the page that asks for it; once more if that code was used up before."""
        for _ in range(2):
            step = time.time() // STEP
            page.locator("#id_code").fill(one_time_code(secret, time.time()))
            with page.expect_navigation():
                page.locator("#id_code").press("Enter")
            if not page.locator("#id_code").count():
                return
            time.sleep(max(0.0, (step + 1) * STEP - time.time()) + 0.2)

    def prove(self, page: Page, person: Person) -> None:
        """Give the app's code if the page asks once more who this is."""
        page.wait_for_load_state()
        if page.locator("#id_code").count():
            self.give_code(page, self.secret(person.email))

    def secret(self, email: str) -> str:
        """The seed of a person's authenticator app, opened with the alliance's own key file."""
        with psycopg.connect(self.live.superuser_url) as connection:
            row = connection.execute(SEED, [email]).fetchone()
        assert row is not None, f"{email} has no authenticator app"
        ring = KeyRing.parse(self.live.state.key_file.read_text(encoding="utf-8"))
        return open_text(ring, "mfa", base64.b64decode(row[0]), context=b"mfa_authenticator.data")

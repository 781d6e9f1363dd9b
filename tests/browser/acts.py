"""What people do in the portal, through its pages."""

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page, expect

from demo.roster import CREDIT, LIBRARY_YUWEN

PHONE, VOICE = "phone/1", "voice/1"
VERSION = re.compile(r"/warnings/[0-9a-f-]{36}$")
MATCHED = "#progress .steps-line li:nth-child(4)[data-state=done]"


@dataclass(frozen=True, slots=True)
class Seen:
    """A phone number and a voiceprint ID that were seen together, as typed; new ones each time."""

    phone: str
    voice: str

    @classmethod
    def new(cls) -> "Seen":
        """Values that nobody filed before."""
        return cls(f"139 {random.randint(1000, 9999)} {random.randint(1000, 9999)}", f"C{uuid4().hex[:12].upper()}")

    @property
    def values(self) -> list[tuple[str, str]]:
        """What is hashed: (kind, canonical)."""
        phone = "+86" + self.phone.replace(" ", "")
        return [(PHONE, phone), (VOICE, f"{LIBRARY_YUWEN}:{self.voice}")]

    @property
    def texts(self) -> list[str]:
        """What is typed."""
        return [self.phone, self.voice]


def choose_kind(page: Page, kind: str) -> None:
    """Choose a kind by its button."""
    page.locator(f'[data-field="kind"] label:has(input[value="{kind}"])').click()


def add(page: Page, kind: str, value: str) -> None:
    """Type one indicator and add it to the clue."""
    choose_kind(page, kind)
    if kind == VOICE:
        page.locator("#library").select_option(LIBRARY_YUWEN)
    page.locator("#value").press_sequentially(value)
    page.locator('[data-field="add"]').click()


def describe(page: Page, *, circle: str = CREDIT, note: str = "", reference: str = "") -> None:
    """Sections 2 and 3 of the form."""
    page.locator("#typology").select_option("anti_collection")
    page.locator("#circle").select_option(circle)
    page.locator('[data-field="role"] label:has(input[value="agent"])').click()
    page.locator("#reference").fill(reference)
    page.locator("#note").fill(note)


def submit(page: Page, indicators: Iterable[tuple[str, str]], *, note: str = "", reference: str = "") -> str:
    """File one clue and wait until it is matched; the address of the submission."""
    page.goto("/submit")
    for kind, value in indicators:
        add(page, kind, value)
    describe(page, note=note, reference=reference)
    page.locator('[data-field="send"]').click()
    page.wait_for_url("**/submissions/*")
    await_matched(page)
    return page.url


def submit_seen(page: Page, seen: Seen, *, note: str = "", reference: str = "") -> str:
    """File a clue of a phone number and a voiceprint ID."""
    return submit(page, [(PHONE, seen.phone), (VOICE, seen.voice)], note=note, reference=reference)


def await_matched(page: Page) -> None:
    """Wait until the live part of the submission's page says that matching is done."""
    expect(page.locator(MATCHED)).to_be_visible(timeout=60_000)


def find(page: Page, kind: str, value: str) -> None:
    """Retype a value on the page of collisions and ask for it."""
    page.goto("/collisions")
    page.locator("details.find > summary").click()
    page.locator("#find-kind").select_option(kind)
    page.locator("#find-value").fill(value)
    page.locator('#find [data-field="go"]').click()


# --- Text that would run if it were ever shown unescaped -----------------------------------------------------------

HOSTILE_SHORT = "\"'><img src=x data-xss onerror=alert(1)>"
HOSTILE = HOSTILE_SHORT + "</script><svg data-xss onload=alert(2)>"
"""79 characters; `[data-xss]` finds it as an element even where the CSP keeps it from running."""


def press(page: Page) -> None:
    """Send the form of the page."""
    page.locator("main form button[type=submit].btn-primary").first.click()


def invite(page: Page, name: str, email: str, role: str) -> str:
    """Invite a colleague; the link that is shown once."""
    page.goto("/members/users/invite")
    page.locator("#id_name").fill(name)
    page.locator("#id_email").fill(email)
    page.locator(f'input[name=roles][value="{role}"]').check()
    press(page)
    return page.locator("#link").inner_text()


def onboard(page: Page, name: str, email: str) -> str:
    """Onboard a bank whose names, owner and first person are all called the same; the invitation's link."""
    page.goto("/members/institutions/onboard")
    page.locator("#id_kind").select_option("bank")
    for field in ("name_zh", "name_en", "owner"):
        page.locator(f"#id_{field}").fill(name)
    page.locator("#id_admin_name").fill(name[:80])
    page.locator("#id_admin_email").fill(email)
    press(page)
    return page.locator("#link").inner_text()


def create_circle(page: Page, code: str, name: str, *members: str) -> str:
    """Make a circle with these institutions, by the names in their choices; its address."""
    page.goto("/members/circles/create")
    page.locator("#id_code").fill(code)
    page.locator("#id_name_zh").fill(name)
    page.locator("#id_name_en").fill(name)
    press(page)
    address = page.url
    for member in members:
        page.locator("#id_institution").select_option(label=member)
        page.locator('form[action$="/join"] button').click()
    return address


def create_credential(page: Page, name: str) -> None:
    """Create a credential with every scope."""
    page.goto("/members/credentials/create")
    page.locator("#id_name").fill(name)
    for box in page.locator("input[name=scopes]").all():
        box.check()
    press(page)


def create_webhook(page: Page, name: str) -> None:
    """Create a webhook to which nothing will be sent in a test, and leave the page with its secret."""
    page.goto("/notices/webhooks/new")
    page.locator("#id_name").fill(name)
    page.locator("#id_url").fill("https://1.1.1.1/alliance")
    for box in page.locator("input[name=types]").all():
        box.set_checked(box.get_attribute("value") == "quality.banded")
    press(page)
    page.locator("#secret").wait_for()


def request_budget(page: Page, reason: str, until: str) -> str:
    """Ask for a budget; its address."""
    page.goto("/custody/budgets/new")
    page.locator("#id_values").fill("1000")
    page.locator("#id_until").fill(until)
    page.locator("#id_reason").fill(reason)
    press(page)
    return page.url


def propose_rule(page: Page, reason: str) -> str:
    """Propose a scoring rule; its address."""
    page.goto("/operations/rules/new")
    page.locator("#id_reason").fill(reason)
    page.locator("#id_groups").fill("6.50")
    press(page)
    expect(page.locator("#runs")).to_be_visible()
    return page.url


def run_in_shadow(page: Page) -> None:
    """From a proposed rule's page: run it in shadow, see it end and its difference drawn."""
    page.locator("form[action$='/shadow'] button").click()
    page.wait_for_url("**/operations/runs/*")
    if page.locator("#run").count():
        page.locator("#run a[href*='/operations/runs/']").click(timeout=60_000)
    for chart in ("chart-tenths", "chart-stretches"):
        expect(page.locator(f"[data-chart={chart}] canvas")).to_be_visible()


def take_invitation(page: Page, link: str, password: str) -> str:
    """Follow the link and set a password; the secret for the authenticator app that the next page shows."""
    for _ in range(2):  # an impatient person pastes it twice
        page.goto(link)
    assert page.locator("#id_code").input_value() == link.partition("#")[2]
    page.wait_for_url(lambda url: "#" not in url)  # no code stays in the address bar
    page.locator("#id_password").fill(password)
    page.locator("#id_again").fill(password)
    press(page)
    page.wait_for_url("**/accounts/factors/app/")
    return page.locator("#authenticator_secret").input_value()


def keep_codes(page: Page) -> None:
    """Say that the recovery codes are saved, where the page shows them; else it holds one back."""
    for box in page.locator("#codes_saved").all():
        box.check()


def submit_file(page: Page, path: Path, circle: str = CREDIT) -> None:
    """Submit every good row of a file and wait until it is filed."""
    page.goto("/submit/file")
    page.locator("#d-circle").select_option(circle)
    page.locator('[data-field="input"]').set_input_files(path)
    page.locator('[data-field="send"]').click()
    expect(page.locator('[data-field="result"]')).to_be_visible(timeout=60_000)


def propose_list(page: Page, code: str, name: str, *lines: str) -> str:
    """Propose a warning list, called the same in both languages; the address of its version."""
    page.goto("/warnings/new")
    page.locator("#entries").fill("\n".join(lines))
    page.locator("#id_code").fill(code)
    for field in ("name_zh", "name_en", "reason"):
        page.locator(f"#id_{field}").fill(name)
    page.locator('[data-field="go"]').click()
    page.wait_for_url(VERSION, timeout=60_000)
    return page.url


def approve_list(page: Page, address: str) -> None:
    """Have the browser compute a version's digests, and approve it with them."""
    page.goto(address)
    with page.expect_navigation(timeout=60_000):
        page.locator('#approve [data-field="go"]').click()
    expect(page.locator("#approve")).to_have_count(0)

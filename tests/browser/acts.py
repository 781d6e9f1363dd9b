"""What people do in the portal, through its pages."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid4

from playwright.sync_api import Page, expect

from demo.roster import CREDIT, LIBRARY_YUWEN

PHONE, VOICE = "phone/1", "voice/1"
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
    page.locator("#find-kind").select_option(kind)
    page.locator("#find-value").fill(value)
    page.locator('#find [data-field="go"]').click()

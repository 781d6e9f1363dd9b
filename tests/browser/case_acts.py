"""What people do in joint cases, through the pages."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Download, Page, expect

from alliance_client.rows import CHINA
from tests.browser import acts

CASE = re.compile(r"/cases/[0-9a-f-]{36}$")
PASSPHRASE = "江岸 水塔 纸鸢 石桥 灯火"


@dataclass(frozen=True, slots=True)
class Key:
    """A key somebody made in a browser: its fingerprint, and where its recovery file was saved."""

    fingerprint: str
    recovery: Path


def confirm(page: Page) -> None:
    """Answer the page's question with yes."""
    page.locator("#confirm [data-yes]").click()


def offer_handshake(page: Page, collision: str) -> None:
    """Offer to open our name to the one other party of a collision."""
    page.goto(collision)
    page.locator("form[action$='/handshakes'] button").first.click()
    with page.expect_navigation():
        confirm(page)


def open_case(page: Page, collision: str, title: str, summary: str) -> str:
    """Open a case from a collision's page; its address."""
    page.goto(collision)
    page.locator("[aria-labelledby='case-title'] button").click()
    page.locator("#id_title").fill(title)
    page.locator("#id_summary").fill(summary)
    page.locator("#id_typology").select_option("illegal_complaint_agency")
    page.locator("main form button[type='submit']").first.click()
    page.wait_for_url(CASE)
    return page.url


def add_place(page: Page, case: str, region: str) -> None:
    """Say where the case touches the ground."""
    page.goto(f"{case}/places")
    page.locator("#id_region").fill(region)
    _send(page)


def invite(page: Page, case: str, name: str, part: str = "disclose") -> None:
    """Invite a member whose name is open to us."""
    page.goto(f"{case}/invitations/new")
    page.locator("#id_who").select_option(label=name)
    page.locator(f"input[name='part'][value='{part}'], #id_part").first.evaluate(
        "(field, part) => { field.tagName === 'SELECT' ? field.value = part : field.checked = true }", part
    )
    _send(page)


def invite_police(page: Page, case: str, unit: str, instrument: str) -> None:
    """Invite a police unit under a legal instrument."""
    page.goto(f"{case}/invitations/police")
    page.locator("#id_unit").select_option(label=unit)
    page.locator("#id_instrument").fill(instrument)
    page.locator("#id_instrument_on").fill(f"{_today():%Y-%m-%d}")
    _send(page)


def accept(page: Page) -> None:
    """Accept the invitation that waits for us."""
    page.goto("/cases")
    page.locator("a[href^='/invitations/']").first.click()
    page.locator("form[action$='/acceptance'] button").click()
    page.wait_for_url(CASE)


def save_key(page: Page, name: str, directory: Path, holder: str = "institution") -> Key:
    """Make a key in this browser and save its recovery file; without that it cannot be published."""
    page.goto("/keys")
    page.locator("#key-name").fill(name)
    page.locator(f"input[name='holder'][value='{holder}']").check()
    page.locator("#key-passphrase").fill(PASSPHRASE)
    page.locator("#key-again").fill(PASSPHRASE)
    page.locator("#make button[type='submit']").click()
    expect(page.locator("#made")).to_be_visible()
    fingerprint = page.locator("[data-field='made-fingerprint']").inner_text().strip()
    expect(page.locator("[data-field='publish']")).to_be_disabled()
    with page.expect_download() as saved:
        page.locator("[data-field='save']").click()
    recovery = directory / f"{fingerprint[:16]}.json"
    saved.value.save_as(recovery)
    page.locator("[data-field='saved']").check()
    return Key(fingerprint, recovery)


def publish_key(page: Page, key: Key, prove: Callable[[Page], None] = lambda page: None) -> None:
    """Publish a saved key; `prove` answers a page that asks once more who this is."""
    with page.expect_navigation():
        page.locator("[data-field='publish']").click()
    prove(page)
    expect(page.locator("td .fingerprint", has_text=key.fingerprint)).to_be_visible()


def make_key(page: Page, name: str, directory: Path, holder: str = "institution") -> Key:
    """Make a key in this browser, save its recovery file, publish it."""
    key = save_key(page, name, directory, holder)
    publish_key(page, key)
    return key


def give_access(page: Page, case: str) -> None:
    """Give every key that waits access to the case's evidence."""
    page.goto(f"{case}/keys")
    waiting = page.locator("[data-give]")
    expect(waiting.first).to_be_visible()
    while waiting.count():
        with page.expect_navigation():
            waiting.first.click()
            if page.locator("#confirm[open]").count():
                confirm(page)


def add_evidence(page: Page, case: str, *, kind: str, title: str, file: Path) -> str:
    """Add a file as evidence and wait until it was checked; the address of the evidence."""
    page.goto(f"{case}/evidence/new")
    page.locator("#evidence-add [name=kind]").select_option(kind)
    page.locator("#evidence-add [name=title]").fill(title)
    page.locator("#evidence-add [name=source]").fill("客户投诉受理台账，原件在档")
    page.locator("#evidence-file").set_input_files(file)
    page.locator("[data-field='go']").click()
    page.wait_for_url(re.compile(r"/evidence/[0-9a-f-]{36}$"), timeout=60_000)
    address = page.url
    expect(page.locator("#evidence-read")).to_be_visible(timeout=60_000)
    return address


def view_evidence(page: Page, address: str, why: str) -> None:
    """Show a piece of evidence in the page."""
    page.goto(address)
    page.locator("#read-reason").fill(why)
    page.locator("[data-field='view']").click()
    expect(page.locator("#evidence-read [data-field='shown']")).to_be_visible(timeout=30_000)


def ask_value(page: Page, case: str, purpose: str) -> str:
    """Ask for the value behind the case's first collision; the disclosure's address."""
    page.goto(f"{case}/disclosures/ask")
    page.locator("#id_what").select_option(index=0)
    page.locator("#id_basis").select_option(index=0)
    page.locator("#id_reference").fill("同意书 2026-11")
    page.locator("#id_purpose").fill(purpose)
    _send(page)
    page.wait_for_url(re.compile(r"/disclosures/[0-9a-f-]{36}$"))
    return page.url


def propose_value(page: Page, disclosure: str, value: str) -> None:
    """Type the value; the browser digests and encrypts it."""
    page.goto(f"{disclosure}/propose")
    page.locator("#plain-value").press_sequentially(value)
    page.locator("#propose [data-field='go']").click()
    page.wait_for_url(disclosure, timeout=60_000)


def approve_value(page: Page, disclosure: str) -> None:
    """Approve as the second person."""
    page.goto(disclosure)
    page.locator("form[action$='/approve'] button").click()
    with page.expect_navigation():
        confirm(page)


def unmask(page: Page, disclosure: str, why: str) -> str:
    """Have the value shown; what the page shows."""
    page.goto(disclosure)
    page.locator("#unmask textarea, #unmask input[name='reason']").first.fill(why)
    expect(page.locator("#unmask [data-field='go']")).to_be_enabled()
    page.locator("#unmask [data-field='go']").click()
    page.wait_for_url(re.compile("/shown/"))
    expect(page.locator("#shown [data-field='value']")).not_to_contain_text("●")
    return page.locator("#shown [data-field='value']").inner_text()


def check_value(page: Page) -> None:
    """Have the browser compute the digest of what it was shown, and the platform compare."""
    page.locator("#shown [data-field='check']").click()
    expect(page.locator("#shown [data-field='say']")).to_have_class(re.compile("ok"), timeout=60_000)


def set_status(page: Page, case: str, step: str, document: str) -> None:
    """Set the next status of the officer's own unit with its document."""
    page.goto(f"{case}/police/status?step={step}")
    if page.locator("#id_document").count():
        page.locator("#id_document").fill(document)
    _send(page)
    page.wait_for_url(f"{case}/police")


def request_evidence(page: Page, case: str, to: str, document: str, items: str) -> None:
    """Send a notice to hand over evidence."""
    page.goto(f"{case}/police/requests/new")
    page.locator("#id_to").select_option(label=to)
    page.locator("#id_document").fill(document)
    page.locator("#id_items").fill(items)
    page.locator("#id_due_on").fill(f"{_today() + timedelta(days=7):%Y-%m-%d}")
    _send(page)
    page.wait_for_url(f"{case}/police")


def answer_request(page: Page, case: str, text: str) -> None:
    """Answer the request that waits for us with the evidence added for it."""
    page.goto(f"{case}/police")
    page.locator("a[href$='/answer']").first.click()
    boxes = page.locator("input[name='evidence']")
    if boxes.count():
        boxes.first.check()
    page.locator("#id_answer").fill(text)
    _send(page)
    page.wait_for_url(f"{case}/police")


def build_package(page: Page, case: str) -> None:
    """Build a package; the browser stands on its page."""
    page.goto(f"{case}/packages")
    page.locator("form[action$='/packages/build'] button, form.actions button").first.click()
    page.wait_for_url(re.compile(r"/packages/[0-9a-f-]{36}"), timeout=60_000)


def save_package(page: Page, why: str) -> Download:
    """Assemble the package in the browser and save it."""
    # Without the picker of the browser's own, which no test can answer, the page saves as any download.
    page.evaluate("delete window.showSaveFilePicker; window.showSaveFilePicker = undefined")
    page.locator("#package-reason").fill(why)
    with page.expect_download(timeout=60_000) as saved:
        page.locator("#package [data-field='go']").click()
    return saved.value


def collision_of(page: Page, value: str) -> str:
    """The address of the collision of a phone number, found by retyping it."""
    acts.find(page, acts.PHONE, value)
    page.locator('#find [data-field="found"] a').first.click()
    page.wait_for_url(re.compile(r"/collisions/[0-9a-f-]{36}$"))
    return page.url


def fill(page: Page, address: str, **fields: str) -> None:
    """Fill these fields of a page's form and send it."""
    page.goto(address)
    for name, text in fields.items():
        page.locator(f"main form [name={name}]").fill(text)
    _send(page)


def _send(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form.card button.btn-primary, main form button.btn-primary").first.click()


def _today() -> date:
    return datetime.now(CHINA).date()

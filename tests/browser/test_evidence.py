"""Evidence in a real browser: encrypted there, uploaded, broken off and gone on with, shown and saved again."""

import secrets
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cases.models import Case, CustodyEntry, EvidencePart, EvidenceVersion
from tests.browser import case_acts
from tests.browser.hall import Hall
from tests.browser.stage import Watch
from tests.cases import joint_case
from tests.cases.lockers import check_at_once
from tests.cast import Cast
from tests.intel.conftest import _ceremony, transcript_path

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["_ceremony", "transcript_path"]


def png() -> bytes:
    """A picture of one red pixel."""

    def chunk(name: bytes, content: bytes) -> bytes:
        whole = name + content
        return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0\xff\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@dataclass(frozen=True, slots=True)
class Desk:
    """A person at a browser, signed in, with a key in it; and what its pages said and sent."""

    page: Page
    watch: Watch

    def go(self, path: str) -> Page:
        """Open a page."""
        self.page.goto(path)
        return self.page


@pytest.fixture(name="case")
def _case(cast: Cast) -> Case:
    return joint_case(cast, police=False, south=False).case


@pytest.fixture(name="desk")
def _desk(hall: Hall, case: Case, cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Desk]:
    check_at_once(monkeypatch)
    cast.north_analyst.locale = "en"
    cast.north_analyst.save()
    with hall.signed_in(cast.north_analyst) as page:
        case_acts.make_key(page, "Office", tmp_path)
        yield Desk(page, hall.watch)


def _add(page: Page, path: Path, title: str = "Transfer receipt", kind: str = "screenshot") -> None:
    page.select_option("#about-kind", kind)
    page.fill("#about-title", title)
    page.set_input_files("#evidence-file", path)
    page.click('[data-field="go"]')


def _fetch(page: Page, button: str) -> None:
    page.fill('[data-field="reason"]', "second look")
    page.click(f'[data-field="{button}"]')


def test_a_picture_is_encrypted_shown_and_saved_again(desk: Desk, case: Case, tmp_path: Path) -> None:
    path = tmp_path / "receipt.png"
    path.write_bytes(png())
    _add(desk.go(f"/cases/{case.ref}/evidence/new"), path)
    page = desk.page
    expect(page.locator("#custody-title")).to_be_visible()
    assert EvidenceVersion.objects.get().state == "kept"

    _fetch(page, "view")
    picture = page.locator('[data-field="shown"] img')
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") == 1
    with page.expect_download() as download:
        _fetch(page, "copy")
    assert download.value.path().read_bytes() == png()
    expect(page.locator('[data-field="copy"]')).to_be_focused()
    assert list(CustodyEntry.objects.order_by("number").values_list("act", flat=True)) == [
        "received",
        "viewed",
        "copied",
    ]
    assert desk.watch.errors == []
    sent = b"".join(request.post_data_buffer or b"" for request in desk.watch.requests)
    assert b"IHDR" not in sent


def test_enter_reads_it_unless_it_ends_the_spelling_of_a_character(desk: Desk, case: Case, tmp_path: Path) -> None:
    path = tmp_path / "receipt.png"
    path.write_bytes(png())
    _add(desk.go(f"/cases/{case.ref}/evidence/new"), path)
    page = desk.page
    expect(page.locator("#custody-title")).to_be_visible()
    pressed = "(field, key) => field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ...key }))"
    # Without a reason: what is missing is said at once if the button was pressed.
    for key, said in (({"isComposing": True}, 0), ({"keyCode": 229}, 0), ({"keyCode": 13}, 1)):
        page.locator("#read-reason").evaluate(pressed, key)
        expect(page.locator("#read-reason-mistake")).to_have_count(said)


def test_markup_is_shown_as_characters(desk: Desk, case: Case, tmp_path: Path) -> None:
    path = tmp_path / "chat.html"
    path.write_text("<script>alert(1)</script><img src=x onerror=alert(2)>聊天记录")
    _add(desk.go(f"/cases/{case.ref}/evidence/new"), path, "Chat", "chat")
    page = desk.page
    expect(page.locator("#custody-title")).to_be_visible()
    _fetch(page, "view")
    expect(page.locator('[data-field="shown"] pre')).to_contain_text("<script>alert(1)</script>")
    assert page.locator('[data-field="shown"] *').count() == 1
    assert (desk.watch.dialogs, desk.watch.errors) == ([], [])


def test_an_upload_that_broke_off_goes_on_with_the_same_file(desk: Desk, case: Case, tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    content = secrets.token_bytes(18 * 2**20)
    path.write_bytes(content)
    page = desk.go(f"/cases/{case.ref}/evidence/new")
    page.route("**/parts/1", lambda route: route.abort())
    _add(page, path, "Call", "recording")
    expect(page.locator('[data-field="say"]')).to_contain_text("Trying again", timeout=90_000)
    page.click('[data-field="pause"]')
    expect(page.locator('[data-field="say"]')).to_contain_text("Paused", timeout=90_000)
    assert EvidencePart.objects.count() == 1
    page.unroute("**/parts/1")

    page = desk.go(f"/cases/{case.ref}/evidence")
    expect(page.locator(".alert-warning")).to_contain_text("not finished")
    page.locator("tbody a", has_text="Call").click()
    page.get_by_text("Go on: choose the same file again").click()
    other = tmp_path / "other.wav"
    for wrong in (b"short", secrets.token_bytes(len(content))):
        other.write_bytes(wrong)
        page.set_input_files("#evidence-file", other)
        page.click('[data-field="go"]')
        expect(page.locator('[data-field="problem"]')).to_contain_text("another file", timeout=90_000)
        expect(page.locator('[data-field="go"]')).to_be_enabled()
    page.set_input_files("#evidence-file", path)
    page.click('[data-field="go"]')
    expect(page.locator("#custody-title")).to_be_visible(timeout=120_000)
    assert EvidenceVersion.objects.get().state == "kept", "nothing was begun anew"
    with page.expect_download() as download:
        _fetch(page, "copy")
    assert download.value.path().read_bytes() == content


def test_what_was_exchanged_is_not_shown(desk: Desk, case: Case, tmp_path: Path) -> None:
    path = tmp_path / "receipt.png"
    path.write_bytes(png())
    _add(desk.go(f"/cases/{case.ref}/evidence/new"), path)
    page = desk.page
    expect(page.locator("#custody-title")).to_be_visible()
    EvidencePart.objects.update(sha256=bytes(32))
    _fetch(page, "view")
    expect(page.locator('#evidence-read [data-field="problem"]')).to_contain_text("not what was kept")
    page.reload()
    expect(page.locator("table")).to_contain_text("Refused")

"""The main job in real browsers: two banks type what they saw, both see the collision, nobody sees a value."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from demo.roster import BY_CODE, LIBRARY_YUWEN
from tests.browser import acts
from tests.browser.stage import Stage, Watch
from tests.leaks import Scanner

FIRST, SECOND, OUTSIDER = "jianglan-bank", "muzhou-bank", "anche-insurance"
NOTE, REFERENCE = "对方自称律师，要求停止催收", "GD-2026-0042"


@dataclass
class Side:
    """One bank's analyst: the page, and what it sent."""

    page: Page
    watch: Watch
    submission: str = ""


@dataclass
class Story:
    """Both sides after both have submitted the same."""

    seen: acts.Seen
    first: Side
    second: Side
    early: str


@pytest.fixture(scope="module")
def story(stage: Stage) -> Iterator[Story]:
    """The first bank submits and finds nothing; the second submits the same."""
    with ExitStack() as open_ones:
        first, second = (
            Side(*open_ones.enter_context(stage.signed_in(stage.person(code)))) for code in (FIRST, SECOND)
        )
        seen = acts.Seen.new()
        first.submission = acts.submit_seen(first.page, seen, note=NOTE, reference=REFERENCE)
        early = first.page.locator("#progress").inner_text()
        second.submission = acts.submit_seen(second.page, seen)
        yield Story(seen, first, second, early)


def collision_of(side: Side, seen: acts.Seen) -> str:
    """The address of the collision of the phone number, found by retyping it."""
    acts.find(side.page, acts.PHONE, seen.phone)
    link = side.page.locator('#find [data-field="found"] a').first
    link.click()
    side.page.wait_for_url(re.compile(r"/collisions/[0-9a-f-]{36}$"))
    return side.page.url


def test_what_will_be_hashed_is_shown_while_typing(stage: Stage) -> None:
    with stage.signed_in(stage.person(FIRST)) as (page, watch):
        page.goto("/submit")
        box, preview = page.locator("#value"), page.locator("#preview")
        box.press_sequentially("0086 138-1234-567")
        expect(preview).to_have_class(re.compile("bad"))
        box.press_sequentially("8")
        expect(preview.locator("code")).to_have_text("+8613812345678")
        expect(preview).to_have_class(re.compile("ok"))
        acts.choose_kind(page, "cnid/1")
        expect(preview).to_have_class(re.compile("bad"))
        box.fill("11010519491231002X")
        expect(preview.locator("code")).to_have_text("11010519491231002X")
        assert not [request for request in watch.requests if request.method == "POST"]
        assert watch.errors == []


def test_a_voice_is_hashed_under_no_library_but_the_one_chosen(stage: Stage) -> None:
    with stage.signed_in(stage.person(SECOND)) as (page, _):
        page.goto("/submit")
        acts.choose_kind(page, acts.VOICE)
        page.locator("#value").fill("C20260501A7")
        expect(page.locator("#preview")).to_have_class(re.compile("warn"))
        page.locator("#library").select_option(LIBRARY_YUWEN)
        expect(page.locator("#preview code")).to_have_text(f"{LIBRARY_YUWEN}:C20260501A7")
        page.reload()
        assert page.locator("#library").input_value() == LIBRARY_YUWEN, "the last choice is remembered"


def test_the_first_to_file_is_told_that_nobody_else_holds_it(story: Story) -> None:
    assert "没有其他机构持有" in story.early


def test_both_sides_see_the_collision_and_not_each_others_names(story: Story) -> None:
    story.second.page.goto(story.second.submission)
    assert story.second.page.locator("#progress a[href='/collisions']").count() == 1
    for side, other in ((story.first, SECOND), (story.second, FIRST)):
        side.page.goto("/collisions")
        expect(side.page.locator("#results tbody tr", has_text=re.compile("机构 ?[A-Z]")).first).to_be_visible()
        collision_of(side, story.seen)
        page = side.page.content()
        assert re.search("机构 ?[A-Z]", side.page.locator(".party:not(.own)").inner_text())
        assert BY_CODE[other].name_zh not in page
        assert BY_CODE[other].name_en not in page


def test_the_other_side_gets_neither_note_nor_reference(story: Story) -> None:
    collision_of(story.second, story.seen)
    assert NOTE not in story.second.page.content()
    assert REFERENCE not in story.second.page.content()
    collision_of(story.first, story.seen)
    assert REFERENCE in story.first.page.locator("[aria-labelledby=own-title]").inner_text()
    story.first.page.locator("[aria-labelledby=own-title] a[data-opens-row]").first.click()
    expect(story.first.page.locator("main")).to_contain_text(NOTE)


def test_an_outsider_sees_nothing(stage: Stage, story: Story) -> None:
    addresses = [collision_of(story.first, story.seen), story.first.submission]
    with stage.signed_in(stage.person(OUTSIDER)) as (page, _):
        page.goto("/collisions")
        assert page.locator("#results tbody tr").count() == 0
        acts.find(page, acts.PHONE, story.seen.phone)
        expect(page.locator('#find [data-field="answer"]')).to_have_class(re.compile("warn"))
        for address in addresses:
            real = page.request.get(address)
            absent_one = re.sub(r"[0-9a-f-]{36}", str(uuid4()), address)
            absent = page.request.get(absent_one)
            assert real.status == absent.status == 404
            assert plain(real.text()) == plain(absent.text())


def plain(page: str) -> str:
    """A page without what differs between any two answers: tokens, and the address that was asked for."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[A-Za-z0-9]{64}", "", page)


def test_no_plain_value_left_any_browser(story: Story) -> None:
    scanner = Scanner(story.seen.values, story.seen.texts)
    sides = (story.first, story.second)
    sent = [(url, content) for side in sides for url, content in side.watch.sent()]
    assert [leak for url, content in sent for leak in scanner.scan(url, content)] == []
    bodies = b"".join(content for url, content in sent if "/submit" in url or "/custody/" in url)
    assert b'"digest"' in bodies
    assert b'"elements"' in bodies
    assert REFERENCE.encode() in bodies, "what is sent is not recorded"
    assert [error for side in sides for error in side.watch.errors] == []
    stored = [side.page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)") for side in sides]
    assert [leak for text in stored for leak in scanner.scan("storage", text.encode())] == []


def test_a_note_with_a_number_in_it_stays_here(stage: Stage) -> None:
    seen = acts.Seen.new()
    with stage.signed_in(stage.person(FIRST)) as (page, watch):
        page.goto("/submit")
        acts.add(page, acts.PHONE, seen.phone)
        acts.describe(page, note=f"回拨 {seen.phone}")
        page.locator('[data-field="send"]').click()
        expect(page.locator('[data-field="problem"]')).to_be_visible()
        assert not [request for request in watch.requests if request.method == "POST"]


def test_without_javascript_the_form_refuses(stage: Stage) -> None:
    with stage.signed_in(stage.person(FIRST), java_script_enabled=False) as (page, watch):
        for address in ("/submit", "/submit/file"):
            page.goto(address)
            expect(page.locator(".no-script.alert")).to_be_visible()
            buttons = page.locator('main button[type=submit], main input[type="file"]')
            assert all(button.is_disabled() for button in buttons.all())
        page.goto("/submit")
        page.locator("#value").fill("13812345678")
        page.locator("#value").press("Enter")
        page.goto("/home")
        assert "138" not in page.url
        assert not [request for request in watch.requests if request.method == "POST"]


def test_a_withdrawn_clue_ends_the_collision_for_both(story: Story) -> None:
    address = collision_of(story.second, story.seen)
    collision_of(story.first, story.seen)
    story.first.page.locator("[aria-labelledby=own-title] a[data-opens-row]").first.click()
    story.first.page.locator('main form[action$="/withdrawal"] button').click()
    story.first.page.locator("#confirm button[value=no]").click()
    expect(story.first.page.locator('main form[action$="/withdrawal"] button')).to_be_visible()
    story.first.page.locator('main form[action$="/withdrawal"] button').click()
    story.first.page.locator("#confirm [data-yes]").click()
    expect(story.first.page.locator(".alert-success")).to_be_visible()
    assert story.second.page.request.get(address).status == 404
    acts.find(story.second.page, acts.PHONE, story.seen.phone)
    expect(story.second.page.locator('#find [data-field="answer"]')).to_have_class(re.compile("ok"))
    assert "/clues/" in (story.second.page.locator('#find [data-field="found"] a').get_attribute("href") or "")

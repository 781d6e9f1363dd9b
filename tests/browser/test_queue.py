"""The triage queue in a real browser: by keyboard, fifty at a time, and with no script at all."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from demo import roster
from demo.plan import Indicator, Row
from tests.browser.crawl import Walk
from tests.browser.stage import NARROW, Stage, Watch
from tests.live_world import PHONE, World, new_points

US, THEM = "jianglan-bank", "muzhou-bank"
TYPOLOGY = "forged_material"
LIST = f"/collisions?typology={TYPOLOGY}"
NUMBER = 64
ROWS = "#results tbody tr"


@pytest.fixture(scope="module")
def queued(world: World) -> None:
    """NUMBER collisions that are ours alone to triage: nothing else names their typology."""
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    rows = [
        Row(
            institution=US,
            circle=roster.CREDIT,
            typology=TYPOLOGY,
            proof="suspicion",
            role="agent",
            observed_at=at,
            indicators=(Indicator(PHONE, point, point),),
            note="",
            own_reference="",
            story="queue",
        )
        for point in new_points(NUMBER)
    ]
    world.file(US, rows)
    world.file(THEM, [replace(row, institution=THEM) for row in rows])
    world.await_matched(120)


@pytest.fixture
def queue(stage: Stage, queued: None) -> Iterator[tuple[Page, Watch]]:
    """An analyst before the queue."""
    with stage.signed_in(stage.person(US)) as (page, watch):
        page.goto(LIST)
        yield page, watch
        assert (watch.errors, watch.dialogs) == ([], [])


def number(page: Page) -> int:
    """How many the page says there are."""
    return int(page.locator("#results h2 .tone").inner_text())


def said(page: Page) -> str:
    """What the portal says of the last act."""
    return page.locator("#messages .alert").inner_text()


def reference(page: Page, row: int) -> str:
    return page.locator(ROWS).nth(row).locator("a[data-opens-row]").inner_text()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def acted(page: Page, *keys: str) -> None:
    """Keys that send the form."""
    with page.expect_navigation():
        press(page, *keys)


def test_a_row_is_accepted_by_one_key_and_the_next_one_is_there(queue: tuple[Page, Watch]) -> None:
    page, _ = queue
    before, second, third = number(page), reference(page, 1), reference(page, 2)
    press(page, "j", "j")
    assert focused(page) == second
    acted(page, "a")
    assert "1" in said(page)
    assert number(page) == before - 1
    assert focused(page) == third, "one goes on where one was"
    assert page.url.endswith(LIST)


def test_rejecting_asks_why(queue: tuple[Page, Watch]) -> None:
    page, _ = queue
    first = reference(page, 0)
    press(page, "j", "r")
    expect(page.locator("#triage-reason")).to_be_focused()
    acted(page, "Tab", "Enter")  # into the words, and Enter sends without a reason
    expect(page.locator("#messages .alert-danger")).to_be_visible()
    assert (reference(page, 0), focused(page)) == (first, first)
    press(page, "r")
    page.locator("#triage-reason").select_option("recycled")
    page.locator("#triage-note").fill("停机后再放号")
    acted(page, "Enter")
    expect(page.locator("#messages .alert-success")).to_be_visible()
    assert reference(page, 0) != first
    page.goto(f"{LIST}&status=rejected")
    page.locator(ROWS).first.locator("a[data-opens-row]").click()
    expect(page.locator(".line")).to_contain_text("停机后再放号")


def test_snooze_assign_and_open_have_keys_too(queue: tuple[Page, Watch]) -> None:
    page, _ = queue
    mine = reference(page, 0)
    acted(page, "j", "m")
    page.goto(f"{LIST}&assigned=me")
    assert reference(page, 0) == mine
    press(page, "j", "s")
    expect(page.locator("#triage-until")).to_be_focused()
    acted(page, "Enter")
    page.goto(f"{LIST}&status=snoozed")
    assert reference(page, 0) == mine
    acted(page, "j", "o")
    expect(page.locator("h1")).to_contain_text(mine)
    page.locator(".crumbs a").first.click()
    assert page.url.endswith(f"typology={TYPOLOGY}"), "the way back keeps the filters"
    assert "status=snoozed" in page.url
    page.go_back()
    page.go_back()
    assert "status=snoozed" in page.url


def test_shift_chooses_all_in_between(queue: tuple[Page, Watch]) -> None:
    page, _ = queue
    press(page, "j", "x", "j", "j", "j", "Shift+X")
    assert page.locator("input[name=ref]:checked").count() == 4
    expect(page.locator("[data-chosen]")).to_contain_text("4")
    press(page, "x")
    assert page.locator("input[name=ref]:checked").count() == 3
    page.locator("input[name=ref]").nth(9).click(modifiers=["Shift"])
    assert page.locator("input[name=ref]:checked").count() == 10


def test_fifty_at_a_time_ask_first(queue: tuple[Page, Watch]) -> None:
    page, _ = queue
    before = number(page)
    assert before > 50
    page.locator("[data-all]").check()
    assert page.locator("input[name=ref]:checked").count() == 50
    page.locator('[data-key="a"]').click()
    expect(page.locator("#confirm [data-question]")).to_contain_text("50")
    page.locator("#confirm button[value=no]").click()
    assert number(page) == before
    press(page, "a")
    with page.expect_navigation():
        page.locator("#confirm [data-yes]").click()
    assert "50" in said(page)
    assert number(page) == before - 50
    page.goto(f"{LIST}&status=accepted")
    page.locator("[data-all]").check()
    page.locator('button[value="reopen"]').click()
    with page.expect_navigation():
        page.locator("#confirm [data-yes]").click()
    page.goto(LIST)
    assert number(page) >= before


def test_nothing_chosen_sends_nothing(queue: tuple[Page, Watch]) -> None:
    page, watch = queue
    page.locator('[data-key="a"]').click()
    expect(page.locator("#announcements")).not_to_be_empty()
    press(page, "a", "r", "s", "m")
    assert not [request for request in watch.requests if request.method == "POST"]


def test_filters_are_in_the_address_and_kept_under_a_name(queue: tuple[Page, Watch]) -> None:
    page, _ = queue
    page.goto("/collisions")
    page.locator(".more-filters summary").click()
    page.locator("#filter-typology").select_option(TYPOLOGY)
    page.locator("#filter-least").fill("1")
    page.locator("form.filters button[type=submit]").click()
    page.wait_for_url(re.compile("least=1"))
    assert f"typology={TYPOLOGY}" in page.url
    page.locator(".tabs .menu summary").click()
    page.locator("#view-name").fill("伪造 <b>材料</b>")
    with page.expect_navigation():
        page.locator("#view-name").press("Enter")
    tab = page.locator(".tabs nav a[aria-current]")
    expect(tab).to_have_text("伪造 <b>材料</b>")
    page.goto("/collisions")
    page.locator(".tabs nav a", has_text="伪造").click()
    assert page.locator("#filter-least").input_value() == "1"
    page.locator(".tabs .menu summary").click()
    page.locator(".tabs .view button").first.click()
    with page.expect_navigation():
        page.locator("#confirm [data-yes]").click()
    assert page.locator(".tabs nav a", has_text="伪造").count() == 0


def test_the_help_lists_the_keys_and_a_search_key_is_typed(queue: tuple[Page, Watch]) -> None:
    page, _ = queue
    press(page, "?")
    for key in ("x", "a", "r", "s", "m", "o", "j", "k", "/"):
        assert page.locator("#keys kbd", has_text=re.compile(f"^{re.escape(key)}$")).count() >= 1
    press(page, "Escape", "/")
    assert page.evaluate("document.activeElement.closest('[role=search]') !== null")


def test_the_file_of_the_list_is_there_to_keep(queue: tuple[Page, Watch]) -> None:
    page, _ = queue
    page.locator(".list-export summary").click()
    with page.expect_download() as download:
        page.locator('.list-export a[href*="csv"]').click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert download.value.suggested_filename.endswith(".csv")
    assert len(text.splitlines()) == number(page) + 1


def test_narrow_and_dark_it_is_sound_with_everything_open(queue: tuple[Page, Watch]) -> None:
    page, watch = queue
    page.locator("[data-all]").check()
    walk = Walk(page, watch, "zh-hans")
    page.set_viewport_size(NARROW)
    page.emulate_media(color_scheme="dark")
    for panel in ("r", "s", "m"):
        page.locator(f'[data-panel="{panel}"] summary').click()
        box = page.locator(f'[data-panel="{panel}"] .panel').bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROW["width"]
        assert walk.axe() == []
        page.locator(f'[data-panel="{panel}"] summary').click()


def test_without_javascript_boxes_and_buttons_do_the_same(stage: Stage, queued: None) -> None:
    with stage.signed_in(stage.person(US), java_script_enabled=False) as (page, _watch):
        page.goto(LIST)
        before = number(page)
        for place in (0, 1):
            page.locator("input[name=ref]").nth(place).check()
        page.locator('[data-panel="r"] summary').click()
        page.locator("#triage-reason").select_option("family")
        page.locator("#triage-note").fill("一家人")
        page.locator("#triage-note").press("Enter")
        assert number(page) == before, "Enter in a field presses no button"
        page.locator('[data-panel="r"] button').click()
        assert "2" in said(page)
        assert number(page) == before - 2
        page.locator(ROWS).first.locator("a[data-opens-row]").click()
        page.locator('.own-triage button[value="accept"]').click()
        expect(page.locator("#messages .alert-success")).to_be_visible()
        page.locator('.own-triage button[value="reopen"]').click()
        assert "?" in page.url

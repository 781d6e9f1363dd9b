"""The regulator's and the operator's pages in a real browser, wide and narrow, light and dark."""

import hashlib
import random
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.stage import NARROW, WIDE, Stage
from tests.live_world import CODES, World

REPORTS = ("members", "submissions", "clues", "collisions")


@pytest.fixture(scope="module")
def filed(world: World) -> World:
    """Three institutions filed and the worker matched: something to count."""
    rng = random.Random(11)
    for code in CODES[:3]:
        world.file(code, world.draw(rng, code, 40))
    world.await_matched(60)
    return world


def serious(page: Page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in violations if v["impact"] in {"serious", "critical"}]


def test_the_regulator_lands_on_the_reports_and_finds_nothing_else(stage: Stage):
    with stage.signed_in(stage.person("regulator", "regulator")) as (page, _):
        page.goto("/")
        expect(page).to_have_url(re.compile("/reports/$"))
        assert page.locator("nav a.item").all_inner_texts() == ["统计报表"]


def test_the_period_is_part_of_the_address_and_the_file_has_the_pages_checksum(stage: Stage, filed, tmp_path: Path):
    with stage.signed_in(stage.person("regulator", "regulator")) as (page, _):
        page.goto("/reports/clues")
        page.locator("#id_first").fill(page.locator("#id_last").input_value())
        page.get_by_role("button", name="查看").click()
        page.wait_for_url(re.compile(r"first=\d{4}-\d{2}&last="))
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").click()
        download.value.save_as(tmp_path / "clues.csv")
        checksum = hashlib.sha256((tmp_path / "clues.csv").read_bytes()).hexdigest()
        assert checksum in page.locator("main").inner_text()
        page.go_back()
        expect(page).to_have_url(re.compile("/reports/clues$"))


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light")])
def test_the_pages_are_accessible_keep_the_policy_and_fit(stage: Stage, filed, size, scheme):
    for person, addresses in (
        (stage.person("regulator", "regulator"), ["/reports/", *(f"/reports/{name}" for name in REPORTS)]),
        (stage.person("operator", "system"), ["/operations/"]),
    ):
        with stage.signed_in(person, viewport=size, color_scheme=scheme) as (page, watch):
            for address in addresses:
                page.goto(address)
                page.wait_for_load_state("networkidle")
                assert serious(page) == [], address
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
            assert watch.errors == []


def test_operators_see_the_machinery_run(stage: Stage):
    with stage.signed_in(stage.person("operator", "system")) as (page, _):
        page.goto("/operations/")
        # The first sweep comes some seconds after the start; the page asks again by itself.
        expect(page.locator("#operate .stat .tone")).to_have_text(["正常"] * 4, timeout=40_000)

"""The pictures of the documentation, taken from a running demo alliance.

python -m tests.browser.pictures DIRECTORY [--state var]
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from alliance.embedded.errors import CannotStart
from alliance.embedded.state import ROOT, State
from demo.roster import CREDIT, LIBRARY_YUWEN
from tests.browser import acts
from tests.browser.stage import NARROW, Stage, launch_options, running

BANK = "jianglan-bank"
MOST_BYTES = 150_000
WINDOW = {"width": 1280, "height": 860}


def main(arguments: list[str]) -> int:
    """0 once every picture is there; 1 if no alliance runs or a picture is too heavy for a repository."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.pictures", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--state", type=Path, default=ROOT / "var", help="of the running alliance (default: var)")
    given = parser.parse_args(arguments)
    given.directory.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium")
    if chromium is None:
        print("No Chromium: set CHROMIUM_PATH.", file=sys.stderr)
        return 1
    try:
        live = running(State(given.state.absolute()))
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options(chromium, os.geteuid() == 0))
        take(Stage(live, browser), given.directory)
        browser.close()
    heavy = [path.name for path in given.directory.glob("*.png") if path.stat().st_size > MOST_BYTES]
    if heavy:
        print(f"More than {MOST_BYTES // 1000} kB: {', '.join(heavy)}", file=sys.stderr)
    return 1 if heavy else 0


def take(stage: Stage, directory: Path) -> None:
    """All pictures: in Chinese first, then the one of the collisions in English too."""
    person = stage.person(BANK)
    with stage.signed_in(person, viewport=WINDOW) as (page, _):
        choose_language(page, "zh-hans")
        show(page, "/home", directory / "home.png")
        show(page, "/collisions", directory / "collisions-zh.png")
        page.set_viewport_size(WINDOW)
        page.goto("/submit")
        acts.add(page, acts.PHONE, "138 1234 5678")
        acts.describe(page, reference="GD-2026-0042")
        acts.choose_kind(page, acts.VOICE)
        page.locator("#library").select_option(LIBRARY_YUWEN)
        page.locator("#value").press_sequentially("C20260501A7")
        expect(page.locator("#preview code")).to_be_visible()
        page.screenshot(path=directory / "submit.png")
        page.set_viewport_size(NARROW)
        show(page, "/home", directory / "narrow.png")
        page.set_viewport_size(WINDOW)
        choose_language(page, "en")
        show(page, "/collisions", directory / "collisions-en.png")
        show(page, telling_collision(page), directory / "collision.png")
        choose_language(page, "zh-hans")


def telling_collision(page: Page) -> str:
    """The address of a collision of a phone number in the larger circle: of those listed, the one with most sides."""
    page.goto(f"/collisions?kind=phone%2F1&circle={CREDIT}")
    rows = page.locator("tr[data-row]").all()
    widest = max(rows, key=lambda row: row.locator(".tone-purple").count())
    return str(widest.locator("a[data-opens-row]").get_attribute("href"))


def choose_language(page: Page, language: str) -> None:
    """Set the person's own language."""
    page.goto("/members/profile")
    page.locator("#id_locale").select_option(language)
    acts.press(page)


def show(page: Page, address: str, path: Path) -> None:
    """Take the picture of a page as it stands in the window, once its charts are drawn."""
    page.goto(address)
    for chart in page.locator("[data-chart]").all():
        expect(chart.locator("canvas")).to_be_visible()
    page.wait_for_timeout(500)
    page.screenshot(path=path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

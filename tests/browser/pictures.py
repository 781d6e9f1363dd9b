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
from tests.browser import acts, case_acts
from tests.browser.stage import NARROW, Stage, launch_options, running

BANK, OTHER, UNIT = "jianglan-bank", "shuochuan-bank", "police"
MOST_BYTES = 150_000
WINDOW = {"width": 1280, "height": 860}
LOW = {"width": 1280, "height": 700}
WHY, REPORT = "立案审查", "移送案卷"


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
        stage = Stage(live, browser)
        take(stage, given.directory)
        take_case(stage, given.directory)
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


def take_case(stage: Stage, directory: Path) -> None:
    """The pictures of the demo's joint case, in Chinese: the case, a disclosure, then what its officer sees."""
    with stage.signed_in(stage.person(BANK, "lead"), viewport=WINDOW) as (page, _):
        choose_language(page, "zh-hans")
        page.goto("/cases?state=all")
        case = str(page.locator("a[data-opens-row][href^='/cases/']").last.get_attribute("href"))
        page.set_viewport_size(LOW)
        show(page, case, directory / "case.png")
        page.goto(f"{case}/disclosures")
        rows = page.locator("a[data-opens-row]")
        asked = (
            f"{stage.url}{rows.first.get_attribute('href')}"
            if rows.count()
            else case_acts.ask_value(page, f"{stage.url}{case}", "与本行受害客户核对")
        )
    with stage.signed_in(stage.person(OTHER), viewport=WINDOW) as (page, _):
        choose_language(page, "zh-hans")
        show(page, f"{asked}/propose", directory / "case-disclosure.png")
    with stage.signed_in(stage.person(UNIT, "officer"), viewport=WINDOW) as (page, _):
        choose_language(page, "zh-hans")
        show(page, f"{case}/police", directory / "case-police.png")
        read_recovery(page, stage.live.state.root / "demo" / "members" / UNIT)
        page.goto(f"{case}/evidence")
        letter = page.locator("a[data-opens-row]", has_text="投诉信模板").first
        item = str(letter.get_attribute("href"))
        case_acts.view_evidence(page, f"{stage.url}{item}", WHY)
        page.goto(item)
        page.locator("#custody-title").evaluate("(title) => title.scrollIntoView({block: 'center'})")
        page.wait_for_timeout(500)
        page.screenshot(path=directory / "case-evidence.png")
        case_acts.build_package(page, f"{stage.url}{case}")
        case_acts.save_package(page, REPORT)
        page.wait_for_timeout(500)
        page.screenshot(path=directory / "case-package.png")


def read_recovery(page: Page, machine: Path) -> None:
    """Read the recovery file that lies on a member's machine of the demo into this browser."""
    page.goto("/keys")
    form = page.locator("form:has(input[type=file])")
    form.locator("input[type=file]").set_input_files(machine / "recovery.json")
    form.locator("input[type=password]").fill((machine / "recovery-passphrase").read_text(encoding="utf-8").strip())
    form.locator("button[type=submit]").click()
    expect(page.locator("#keyring .tone-green")).to_be_visible(timeout=30_000)


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

"""A joint case with hostile text in every field that somebody can fill, and a page of each kind behind it."""

from pathlib import Path

from playwright.sync_api import Page

from demo.roster import BY_CODE
from tests.browser import acts, case_acts
from tests.browser.stage import Stage, Watch

FIRST, SECOND, UNIT = "jianglan-bank", "muzhou-bank", "澜城市公安局经济犯罪侦查支队"
CLINIC = "澜城市第一人民医院"
INSTRUMENT = "调证字〔2026〕1号"
LONGEST = 110
TITLE = acts.HOSTILE[:LONGEST]


def work(stage: Stage, seen: acts.Seen, directory: Path) -> None:
    """Both banks have filed what was seen. Afterwards every page of a case can be reached by somebody's links."""
    with (
        stage.signed_in(stage.person(FIRST, "lead")) as (lead, lead_watch),
        stage.signed_in(stage.person(SECOND, "lead")) as (other, other_watch),
        stage.signed_in(stage.person("police", "officer")) as (officer, officer_watch),
        stage.signed_in(stage.person("hospital", "clerk")) as (clerk, clerk_watch),
    ):
        collision = case_acts.collision_of(lead, seen.phone)
        for page in (lead, other):
            case_acts.offer_handshake(page, collision)
        case = case_acts.open_case(lead, collision, TITLE, acts.HOSTILE)
        case_acts.add_place(lead, case, "339902")
        case_acts.invite(lead, case, BY_CODE[SECOND].name_zh)
        case_acts.accept(other)
        for page, name in ((lead, "a"), (other, "b"), (officer, "c"), (clerk, "d")):
            case_acts.make_key(page, acts.HOSTILE_SHORT[:50] + name, directory)
        case_acts.invite_police(lead, case, UNIT, INSTRUMENT)
        case_acts.accept(officer)
        _evidence(lead, case, directory)
        case_acts.ask_value(other, case, acts.HOSTILE)
        _words(lead, case)
        _police(officer, case)
        case_acts.build_package(lead, case)
        _paper(lead)
        standing = case_acts.open_case(other, collision, TITLE, acts.HOSTILE)
        case_acts.invite(other, standing, BY_CODE[FIRST].name_zh)
        for watch in (lead_watch, other_watch, officer_watch, clerk_watch):
            _check(watch)


def _evidence(page: Page, case: str, directory: Path) -> None:
    file = directory / f"{acts.HOSTILE_SHORT.replace('/', '')}.html"
    file.write_text(f"<script>alert(1)</script>{acts.HOSTILE}", encoding="utf-8")
    case_acts.add_evidence(page, case, kind="chat", title=TITLE, file=file)


def _words(page: Page, case: str) -> None:
    case_acts.fill(page, f"{case}/comments", body=acts.HOSTILE)
    case_acts.fill(page, f"{case}/tasks/add", title=TITLE)
    case_acts.fill(page, f"{case}/victims/mark", customers=f"{acts.HOSTILE_SHORT[:40]}, 12.50")


def _police(page: Page, case: str) -> None:
    case_acts.set_status(page, case, "accepted", acts.HOSTILE_SHORT)
    case_acts.fill(page, f"{case}/police/measures/new", name=acts.HOSTILE_SHORT, document=acts.HOSTILE_SHORT)
    case_acts.request_evidence(page, case, BY_CODE[FIRST].name_zh, acts.HOSTILE_SHORT, acts.HOSTILE)


def _paper(page: Page) -> None:
    page.goto("/papers/ask")
    issuer = page.locator("#issuer option", has_text=CLINIC).get_attribute("value")
    page.locator("#issuer").select_option(issuer)
    page.locator("#sort").select_option("diagnosis")
    page.locator("#fact-name").fill(acts.HOSTILE_SHORT)
    page.locator("#fact-says").fill(acts.HOSTILE)
    with page.expect_navigation():
        page.locator("#paper [data-field='send']").click()


def _check(watch: Watch) -> None:
    assert (watch.errors, watch.dialogs) == ([], [])

"""Every page of every role: readable to a machine, in one language, inside the window, and deaf to hostile text."""

import csv
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from demo.roster import BY_CODE
from tests.browser import acts, hostile_case
from tests.browser.crawl import DOWNLOADS, Walk
from tests.browser.stage import Stage
from tests.browser.test_sign_in import addresses

ROLES = (
    ("jianglan-bank", "analyst"),
    ("jianglan-bank", "lead"),
    ("jianglan-bank", "admin"),
    ("police", "officer"),
    ("hospital", "clerk"),
    ("regulator", "regulator"),
    ("operator", "system"),
    ("operator", "security"),
    ("operator", "audit"),
)
ACCOUNT = ("account_", "mfa_", "members:profile")
# Pages that no link leads to, or only before one is signed in.
HIDDEN = (
    "/accounts/passkeys/",
    "/accounts/passkeys/add/",
    "/accounts/factors/recovery-codes/new/",
    "/accounts/factors/app/remove/",
    "/accounts/factors/reauthenticate/",
    "/accounts/reauthenticate/",
    "/accounts/logout/",
)
# What answers to POST alone, to scripts, or to nobody who has both factors (test_sign_in has a passkey's), or stands
# only where an upload broke off (test_evidence goes on with one).
NO_PAGES = DOWNLOADS | {
    "cases:disclosure-approve", "cases:disclosure-refuse", "cases:disclosure-withdraw", "cases:disclosure-unmask",
    "cases:disclosure-check", "cases:disclosure-shown",
    "start", "live", "ready", "set-language", "custody:evaluate", "custody:ceremony", "custody:budget-approve",
    "custody:budget-grant", "custody:budget-refuse", "custody:key-revoke", "intel:job-retry", "intel:clue-withdraw",
    "intel:clues-approve", "intel:clues-refuse", "intel:clue-suspend", "intel:clue-resume", "intel:filing-release",
    "intel:filing-decline", "intel:opinion-give", "intel:opinion-withdraw",
    "intel:handshake-offer", "intel:handshake-withdraw", "members:circle-change",
    "intel:triage", "intel:collision-triage", "intel:view-save", "intel:view-delete",
    "intel:warning-approve", "intel:warning-refuse", "intel:hold-review", "intel:hold-delist",
    "intel:find", "members:sessions-end", "members:user-renew", "members:user-disable", "members:user-enable",
    "members:credential-revoke", "members:institution-suspend", "members:institution-reinstate", "members:circle-join",
    "members:circle-leave", "members:voice-library-register", "mfa_activate_totp", "mfa_login_webauthn",
    "mfa_view_recovery_codes", "mfa_remove_webauthn", "mfa_edit_webauthn", "mfa_reauthenticate_webauthn",
    "mfa_authenticate", "notices:bell", "notices:notice-open", "notices:notices-read", "notices:notice-read",
    "notices:watch-own",
    "notices:watch-clue", "notices:watch-remove", "notices:webhook-rotate", "notices:webhook-test",
    "notices:webhook-disable", "notices:webhook-enable", "notices:webhook-remove", "notices:webhook-replay",
    "notices:delivery-replay", "intel:rule-shadow", "intel:rule-switch", "intel:rule-refuse",
    "cases:key-publish", "cases:key-revoke", "cases:keys-waiting", "cases:case-key-grants", "cases:case-key-refusals",
    "cases:collisions-add", "cases:place-remove", "cases:case-reopen", "cases:link-offer", "cases:link-answer",
    "cases:invitation-withdraw", "cases:invitation-accept", "cases:invitation-decline", "cases:hand-over-withdraw",
    "cases:hand-over-answer",
    "cases:task-decide", "cases:complaint-open", "cases:complaint-answer",
    "cases:package-build", "cases:package-contents", "cases:package-values",
    "cases:evidence-seal", "cases:evidence-hold", "cases:evidence-release", "cases:evidence-hand-over",
    "cases:evidence-verify", "cases:evidence-uploads", "cases:evidence-upload", "cases:evidence-upload-part",
    "cases:evidence-arrival", "cases:evidence-drop", "cases:evidence-resume", "cases:evidence-openings",
    "cases:evidence-part",
    "cases:measure-release", "cases:request-withdraw",
    "cases:paper-facts", "cases:paper-answer", "cases:seized-open", "cases:seized-decide",
}  # fmt: skip


@pytest.fixture(scope="module")
def visited() -> set[str]:
    """Names of all pages visited so far in this run."""
    return set()


@pytest.fixture(scope="module")
def hostile(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hostile text in every field that somebody can fill."""
    mark, seen = uuid4().hex[:8], acts.Seen.new()
    bank = BY_CODE["jianglan-bank"].name_zh
    with stage.signed_in(stage.person("operator", "system")) as (page, _):
        acts.onboard(page, f"{acts.HOSTILE} {mark}", f"first-{mark}@new.demo.example")
        acts.create_circle(page, f"circle-{mark}", acts.HOSTILE, bank, f"{acts.HOSTILE} {mark}")
    with stage.signed_in(stage.person("jianglan-bank", "admin")) as (page, _):
        acts.invite(page, acts.HOSTILE, f"hostile-{mark}@jianglan-bank.demo.example", "analyst")
        acts.create_credential(page, acts.HOSTILE)
        acts.create_webhook(page, acts.HOSTILE)
    with stage.signed_in(stage.person("jianglan-bank", "lead")) as (page, _):
        until = datetime.now(UTC).date() + timedelta(days=20)
        acts.request_budget(page, acts.HOSTILE, until.isoformat())
        acts.propose_list(page, f"list-{mark}", acts.HOSTILE, f"phone, 95{random.randint(100, 999)}, {acts.HOSTILE}")
    with stage.signed_in(stage.person("operator", "security")) as (page, watch):
        acts.propose_rule(page, acts.HOSTILE)
        acts.run_in_shadow(page)
        assert (watch.errors, watch.dialogs) == ([], [])
    file = tmp_path_factory.mktemp("files") / f"{acts.HOSTILE_SHORT}.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(["电话号码", "手法", "发现时间", "备注"])
        lines.writerow([acts.Seen.new().phone, "反催收", "2026-05-01 09:30", acts.HOSTILE])
    for code in ("jianglan-bank", "muzhou-bank"):
        with stage.signed_in(stage.person(code)) as (page, watch):
            acts.submit_seen(page, seen, note=acts.HOSTILE, reference=acts.HOSTILE_SHORT)
            acts.submit_file(page, file)
            assert (watch.errors, watch.dialogs) == ([], [])
    hostile_case.work(stage, seen, tmp_path_factory.mktemp("case"))


def not_a_leads_own() -> Iterator[str]:
    """Names of the pages of intel that an analyst has too."""
    own = {"intel:warning-propose", "intel:clues-waiting"}
    return (name for name in addresses() if name.startswith("intel:") and name not in own)


@contextmanager
def in_language(stage: Stage, code: str, name: str, language: str) -> Iterator[Walk]:
    """A person who has chosen the language."""
    with stage.signed_in(stage.person(code, name)) as (page, watch):
        page.goto("/members/profile")
        page.locator("#id_locale").select_option(language)
        acts.press(page)
        yield Walk(page, watch, language)
        page.goto("/members/profile")
        page.locator("#id_locale").select_option("zh-hans")
        acts.press(page)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("who", ROLES, ids="-".join)
@pytest.mark.usefixtures("hostile")
def test_every_page_of_a_role_is_sound(stage: Stage, visited: set[str], who: tuple[str, str], language: str) -> None:
    is_first, starts, skip = who == ROLES[0], ["/", "/members/whoami"], ACCOUNT
    if is_first:
        # What an analyst sees of a case, a lead sees too, with more to do there.
        starts, skip = [*starts, *HIDDEN], ("cases:",)
    elif who[1] == "lead":  # what an analyst has was walked as an analyst; a lead has the budgets too
        starts, skip = ["/custody/budgets", "/warnings/new", "/clues/waiting"], (*ACCOUNT, *not_a_leads_own())
    with in_language(stage, *who, language) as walk:
        walk.from_page(*starts, skip=skip)
        visited |= set(walk.seen)
        walk.visit(f"/{uuid4()}", status=404)
    assert not walk.faults, "\n".join(walk.faults)


def test_hostile_filters_stay_text(stage: Stage) -> None:
    asked = {
        ("jianglan-bank", "analyst"): (
            *("/collisions", "status", "kind", "circle", "typology", "state", "assigned", "due", "least", "order"),
            *("since", "rows", "cursor"),
        ),
        ("jianglan-bank", "lead"): ("/submissions", "status", "cursor"),
        ("operator", "audit"): ("/audit/log", "kind", "subject", "actor", "institution", "since", "until", "before"),
        ("jianglan-bank", "admin"): ("/notices/", "type", "unread", "cursor"),
        ("regulator", "regulator"): ("/reports/collisions", "first", "last"),
    }
    for who, (path, *names) in asked.items():
        with stage.signed_in(stage.person(*who)) as (page, watch):
            page.goto(f"{path}?{urlencode(dict.fromkeys(names, acts.HOSTILE))}")
            assert page.locator("h1").count() == 1
            assert page.locator("[data-xss]").count() == 0
            harmless = ("status of 4", "The specified value")  # refused by the portal, or by Chromium's own field
            assert [error for error in watch.errors if not any(part in error for part in harmless)] == []
            assert watch.dialogs == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_before_signing_in_is_sound(stage: Stage, visited: set[str], language: str) -> None:
    locale = {"zh-hans": "zh-CN", "en": "en-GB"}[language]
    with stage.visitor(locale=locale) as (page, watch):
        walk = Walk(page, watch, language).from_page("/accounts/login/", "/members/enrol")
        person = stage.person("muzhou-bank", "lead")
        page.goto("/accounts/login/")
        page.locator("#id_login").fill(person.email)
        page.locator("#id_password").fill(person.password)
        acts.press(page)
        page.wait_for_url("**/accounts/code/*")
        walk.visit("/accounts/code/")
        visited |= set(walk.seen)
    assert not walk.faults, "\n".join(walk.faults)


def test_every_address_was_visited_or_is_no_page(visited: set[str]) -> None:
    if len(visited) < 20:
        pytest.skip("only meaningful after the whole walk")
    missing = {name for name in addresses() if not name.startswith("api")} - visited - NO_PAGES
    assert missing == set()

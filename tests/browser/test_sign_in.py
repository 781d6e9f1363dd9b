"""Coming in: by invitation, with a second factor or not at all, with a passkey, and with the keyboard alone."""

import re
from uuid import uuid4

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Locator, Page, expect

from tests.browser import acts
from tests.browser.crawl import Walk
from tests.browser.stage import Person, Stage

PASSWORD = "correct horse battery staple"
# What a person without a second factor reaches, and what anybody reaches.
ENROLMENT = {"account_logout", "account_reauthenticate", "mfa_activate_totp", "mfa_add_webauthn", "mfa_index"}
OPEN = ENROLMENT | {"set-language", "live", "ready", "account_login", "mfa_authenticate", "mfa_login_webauthn"}
OPEN |= {"members:enrol"}
DESCRIPTIONS = {"/api/v1/schema", "/api/v1/docs"}
EXAMPLES = {"uuid": str(uuid4()), "int": "1", "slug": "members", "str": "x"}


def addresses() -> dict[str, str]:
    """Every address of the portal with example arguments, by name; those of the API are named `api`."""
    found: dict[str, str] = {}

    def walk(patterns: list[URLPattern | URLResolver], path: str, space: str) -> None:
        for one in patterns:
            here = path + str(one.pattern)
            if isinstance(one, URLResolver):
                walk(one.url_patterns, here, f"{one.namespace}:" if one.namespace else space)
            else:
                example = re.sub(r"<(\w+):\w+>", lambda kind: EXAMPLES[kind[1]], here)
                name = "api" if here.startswith("api/") else space + (one.name or here)
                found[f"{name} /{example}" if name == "api" else name] = "/" + example

    walk(get_resolver().url_patterns, "", "")
    return found


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, as somebody without a mouse does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab never reaches {target}")


def test_without_a_second_factor_only_its_enrolment_is_reached(stage: Stage) -> None:
    email = f"{uuid4().hex[:10]}@jianglan-bank.demo.example"
    with stage.visitor() as (page, _):
        stage.sign_in(page, stage.person("jianglan-bank", "admin"))
        link = acts.invite(page, acts.HOSTILE, email, "analyst")
    with stage.visitor() as (page, watch):
        secret = acts.take_invitation(page, link, PASSWORD)
        enrolment = reverse("mfa_activate_totp")
        for name, address in addresses().items():
            answer = page.request.get(address, max_redirects=0)
            if name.startswith("api"):
                assert answer.status in ({200} if address in DESCRIPTIONS else {401, 405}), address
            elif name not in OPEN:
                assert (answer.status, answer.headers.get("location")) == (302, enrolment), address
        page.goto("/collisions")
        assert page.url.endswith(enrolment)
        secret = page.locator("#authenticator_secret").input_value()
        stage.give_code(page, secret)
        acts.keep_codes(page)
        page.goto("/members/whoami")
        expect(page.locator("main")).to_contain_text("报送线索")
        assert page.locator("[data-xss]").count() == 0
        assert (watch.errors, watch.dialogs) == ([], [])
    with stage.visitor() as (page, _):
        stage.sign_in(page, Person(email, PASSWORD, "analyst"), secret)
        assert page.url.endswith("/home")


def test_a_passkey_is_enrolled_and_opens_the_portal(stage: Stage) -> None:
    with stage.visitor() as (page, watch):
        stage.sign_in(page, stage.person("beiyu-bank"))
        protocol = page.context.new_cdp_session(page)
        protocol.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                   "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
        device = protocol.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
        page.goto("/accounts/passkeys/add/")
        page.locator("#id_name").fill(acts.HOSTILE_SHORT)
        if page.locator("#id_passwordless").count():
            page.locator("#id_passwordless").check()
        page.locator("#mfa_webauthn_add").click()
        page.wait_for_url(re.compile("/(recovery-codes|factors)/$"))
        walk = Walk(page, watch, "zh-hans")
        acts.keep_codes(page)
        walk.inspect()
        keys = protocol.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
        assert [key["rpId"] for key in keys] == ["localhost"]
        page.goto("/accounts/passkeys/")
        expect(page.locator("main")).to_contain_text(acts.HOSTILE_SHORT)
        walk.from_page("/accounts/passkeys/", skip=("intel:", "members:", "account_"))
        assert set(walk.seen) >= {"mfa_list_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn"}
        assert not walk.faults, "\n".join(walk.faults)
        page.goto("/accounts/logout/")
        page.locator("main form button[type=submit]").click()
        page.goto("/home")
        assert "/accounts/login/" in page.url
        page.locator("#passkey_login").click()
        page.wait_for_url("**/home")
        assert watch.errors == []


def test_after_signing_out_the_back_button_shows_nothing(stage: Stage) -> None:
    with stage.visitor() as (page, _):
        stage.sign_in(page, stage.person("hengyue-life"))
        cookies = page.context.cookies()
        assert {cookie["name"] for cookie in cookies} >= {"__Host-session", "__Host-csrf"}
        assert all(c["name"].startswith("__Host-") and c["secure"] and c["httpOnly"] for c in cookies)
        assert all(c["sameSite"] == "Lax" and c["path"] == "/" for c in cookies)
        page.goto("/submissions")
        page.goto("/accounts/logout/")
        page.locator("main form button[type=submit]").click()
        page.wait_for_url("**/accounts/login/**")
        page.go_back()
        page.go_back()
        assert "/accounts/login/" in page.url


def test_signing_in_and_submitting_take_no_mouse(stage: Stage) -> None:
    person, seen = stage.person("hengyue-life", "lead"), acts.Seen.new()
    with stage.visitor() as (page, watch):
        page.goto("/accounts/login/")
        tab_to(page, page.locator("#id_login"))
        page.keyboard.type(person.email)
        page.keyboard.press("Tab")
        page.keyboard.type(person.password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/accounts/code/*")
        stage.give_code(page, stage.secret(person.email))
        page.wait_for_url("**/home")
        page.keyboard.press("Tab")
        assert page.locator(".skip").evaluate("element => element === document.activeElement")
        page.keyboard.press("Enter")
        page.keyboard.press("g")
        page.keyboard.press("s")
        page.wait_for_url("**/submit")
        tab_to(page, page.locator("#value"))
        page.keyboard.type(seen.phone)
        page.keyboard.press("Enter")
        expect(page.locator(".chip")).to_have_count(1)
        tab_to(page, page.locator("#typology"))
        page.keyboard.press("ArrowDown")
        tab_to(page, page.locator('[data-field="send"]'))
        page.keyboard.press("Enter")
        page.wait_for_url("**/submissions/*")
        acts.await_matched(page)
        assert watch.errors == []
        walk_the_list(page)


def walk_the_list(page: Page) -> None:
    """The keys of every page: `/`, `j`, `k`, Enter and `?`."""
    page.goto("/submissions")
    rows = page.locator("tr[data-row] a[data-opens-row]")
    page.keyboard.press("j")
    expect(rows.first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(rows.first).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    expect(rows.first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/submissions/[0-9a-f-]{36}$"))
    page.goto("/collisions")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.closest('[role=search]') !== null")
    page.goto("/submit")
    page.keyboard.press("/")
    expect(page.locator("#value")).to_be_focused()
    page.keyboard.type("?j/")
    assert page.locator("#value").input_value() == "?j/"
    assert page.locator("#keys").is_hidden()

"""An invited person in a real browser: from the link to a passkey, and in again with the passkey alone."""

import os

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect, sync_playwright

from audit.models import Entry
from members.models import User
from members.roles import Role
from members.services.invitations import invite_user
from tests.cast import actor, build

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STRONG = "seven green bicycles"


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch):
    """A browser with a security key that a finger always rests on."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps a loop in this thread; the ORM objects
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM_PATH") or None, args=["--no-sandbox"]
        )
        page = browser.new_context(locale="en").new_page()
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                   "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        yield page
        browser.close()


def test_from_the_invitation_to_a_passkey_and_back_in(live_server, page: Page) -> None:
    cast = build()
    # Passkeys belong to a host name; an address such as 127.0.0.1 has none.
    base = live_server.url.replace("127.0.0.1", "localhost")
    violations: list[str] = []
    page.on("console", lambda message: violations.append(message.text) if message.type == "error" else None)
    invited = invite_user(actor(cast.north_admin), email="pat@north.example", name="Pat Key", roles=[Role.ANALYST])

    page.goto(f"{base}{reverse('members:enrol')}#{invited.code}")
    expect(page.locator("[name=code]")).to_have_value(invited.code)
    assert "#" not in page.url
    page.locator("[name=password]").fill(STRONG)
    page.locator("[name=again]").fill(STRONG)
    page.locator("[name=again]").press("Enter")
    page.wait_for_url(f"**{reverse('mfa_activate_totp')}")

    page.goto(base + reverse("mfa_add_webauthn"))
    name = page.locator("[name=name]")
    name.fill("My laptop")
    passwordless = page.locator("[name=passwordless]")
    if passwordless.count():
        passwordless.check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(f"**{reverse('mfa_view_recovery_codes')}")

    page.goto(base + reverse("members:profile"))
    page.locator("details.menu").last.locator("summary").click()
    page.locator(f"form[action='{reverse('account_logout')}'] button").click()
    page.goto(base + reverse("account_login"))
    page.locator("#passkey_login").click()
    page.wait_for_function("!window.location.pathname.startsWith('/accounts/')")
    page.goto(base + reverse("members:whoami"))
    expect(page.locator("main")).to_contain_text("Pat Key")

    user = User.objects.get(ref=invited.user)
    started = Entry.objects.filter(kind="session.started", subject=str(user.ref)).order_by("id")
    assert [entry.facts["by"] for entry in started] == ["password", "passkey"]
    assert violations == []

"""An invited person from the link to a passkey, and in again with the passkey alone."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.stage import Stage

EMAIL, PASSWORD = "pat.key@operator.example", "seven green bicycles"
KEY = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
       "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip


def give_a_security_key(page: Page) -> None:
    """A key on which a finger always rests (WebAuthn, section 11)."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})


def test_from_the_invitation_to_a_passkey_and_back_in(stage: Stage) -> None:
    link = urlsplit(stage.live.manage("create_operator", EMAIL, "--name", "Pat Key").strip().splitlines()[-1])
    with stage.visitor() as (page, watch):
        give_a_security_key(page)
        page.goto(f"{link.path}#{link.fragment}")
        expect(page.locator("[name=code]")).to_have_value(link.fragment)
        assert "#" not in page.url
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=again]").fill(PASSWORD)
        page.locator("[name=again]").press("Enter")
        page.wait_for_url("**/accounts/factors/app/")

        page.goto("/accounts/passkeys/add/")
        page.locator("[name=name]").fill("My laptop")
        page.locator("[name=passwordless]").check()
        page.locator("#mfa_webauthn_add").click()
        page.wait_for_url("**/accounts/factors/recovery-codes/")
        page.locator("#codes_saved").check()  # the page asks before it is left with codes unsaved

        page.goto("/members/profile")
        page.locator("details.menu").last.locator("summary").click()
        page.locator("form[action='/accounts/logout/'] button").click()
        page.goto("/members/whoami")
        page.wait_for_url("**/accounts/login/**")
        page.locator("#passkey_login").click()
        # The policy forbids the page to evaluate strings, so the address is watched from outside.
        page.wait_for_url(lambda url: "/accounts/" not in url)
        page.goto("/members/whoami")
        expect(page.locator("main")).to_contain_text("Pat Key")

        assert watch.errors == []
        assert not any(link.fragment in request.url for request in watch.requests)

"""A paper checked with its issuer, and a seized list given back to the banks: each person in a browser of their own.

Against the platform in this process and three real custodians: nothing of the demo is needed.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cases.models import SeizedFinding
from privacy.encoding import b64
from privacy.kinds import message
from tests.browser import case_acts
from tests.browser.hall import Hall
from tests.cases import Story, joint_case
from tests.cast import Cast, actor
from tests.custody.world import World
from tests.intel import clues

pytestmark = pytest.mark.django_db(transaction=True)
NAMED, HELD = "+8613800138000", "+8613912345678"
"""The first is on the list with its lender's name; the second is there alone, and a bank outside the case filed it."""
SECRETS = ("张三", "13800138000", "13912345678", "住院2026-0042")


@pytest.fixture
def story(cast: Cast, tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Iterator[Story]:
    """A case with the police, and a customer that a bank outside of it filed."""
    world = World(tmp_path_factory.mktemp("custodians"))
    world.start(1, 2, 3)
    try:
        settings.CUSTODIAN_URLS, settings.TRANSCRIPT_FILE = world.urls, str(world.transcript_file)
        world.enrol("portal", settings.KEYRING.current("portal")[1])
        story = joint_case(cast)
        digest = world.evaluate(world.member(), [message("phone/1", HELD)], (1, 2))
        digests = [{"kind": "phone/1", "digest": b64(digest)}]
        row = clues.row(circle="loans", digests=digests, role="victim", own_reference="LN-9")
        clues.file(actor(cast.outsider_analyst), row, match=True)
        yield story
    finally:
        world.close()


def ask(page: Page, issuer: object) -> str:
    """Ask about a hospital record; returns the address of the check."""
    page.goto("/papers/ask")
    page.locator("#issuer").select_option(str(issuer))
    page.locator("#sort").select_option("diagnosis")
    page.locator("#fact-number").fill("住院2026-0042")
    page.locator("#fact-name").fill("张三")
    with page.expect_navigation():
        page.locator("[data-field=send]").click()
    return page.url


def file_list(page: Page, story: Story, lender: object) -> None:
    """Paste a list, look at what was checked, and file it."""
    page.goto(f"/cases/{story.case.ref}/victims")
    page.locator(f"a[href='/cases/{story.case.ref}/seized/file']").click()
    rows = [f"手机号,138 0013 8000,{lender},借条一张", "phone,13912345678,,", "手机号,abc,,"]
    page.locator("#pasted").fill("\n".join(["类型,值,机构,备注", *rows]))
    page.locator("[data-field=read]").click()
    for name, number in (("good", 2), ("sealed", 1), ("values", 2), ("bad", 1)):
        expect(page.locator(f"[data-field={name}]")).to_have_text(str(number))
    page.locator("#instrument").fill("扣字7号")
    page.locator("#found-on").fill("2026-11-01")
    page.locator("[data-field=send]").click()
    expect(page.locator("[data-field=done]")).to_be_visible()


def test_a_paper_and_a_list_go_through_three_browsers(hall: Hall, cast: Cast, story: Story, tmp_path: Path) -> None:
    with ExitStack() as all_of_them:
        asker, clerk, lender = (
            all_of_them.enter_context(hall.signed_in(one))
            for one in (cast.north_analyst, cast.clinic_clerk, cast.south_analyst)
        )
        for page in (asker, clerk, lender):
            case_acts.make_key(page, "office", tmp_path)
        address = ask(asker, cast.clinic.ref)
        clerk.goto(address)
        clerk.locator("[data-field=open]").click()
        expect(clerk.locator("[data-field=shown]")).to_contain_text("张三")
        clerk.locator("input[name=answer][value=not_ours]").check()
        clerk.locator("input[name=document]").fill("院函2026-17")
        clerk.locator("form[action$='/answer'] [type=submit]").click()
        expect(clerk.locator("form[action$='/answer']")).to_have_count(0)
        asker.goto(address)
        expect(asker.locator("main")).to_contain_text("院函2026-17")
        with hall.signed_in(cast.police_officer) as officer:
            file_list(officer, story, cast.south.name_zh)
        lender.goto("/seized")
        lender.locator("[data-person] button").click()
        expect(lender.locator("[data-person] p")).to_contain_text(NAMED)
        expect(lender.locator("[data-person] p")).to_contain_text("借条一张")
        with hall.signed_in(cast.outsider_analyst) as other:
            other.goto("/seized")
            expect(other.locator("tbody tr")).to_have_count(1)
            expect(other.locator("tbody")).to_contain_text("LN-9")
            expect(other.locator("[data-person]")).to_have_count(0)
    assert set(SeizedFinding.objects.values_list("institution", flat=True)) == {cast.south.pk, cast.outsider.pk}
    assert hall.watch.errors == []
    for url, sent in hall.watch.sent():
        assert not any(secret.encode() in sent for secret in SECRETS), url

"""A phone number goes from one bank to another: asked for, typed, approved, shown and checked, by browsers and clients.

The value is looked for, in all its usual spellings, in everything the browsers sent and in the whole database.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page, expect

from alliance_client.joint import cases, disclosures, keys
from alliance_client.sdk import Alliance
from demo.clients import MemberClient
from privacy import hpke
from tests.browser import acts, case_acts
from tests.browser.stage import Stage, Watch
from tests.leaks import Scanner
from tests.live_world import World

HOLDER, ASKER = "jianglan-bank", "muzhou-bank"
PURPOSE, WHY, BASIS = "核对两行发现的同一中介", "核对本行客户投诉", "反电信网络诈骗法第二十六条"
MASK = "●●●●●●●●"
CLIENTS = """
from demo import keys, roster
from demo.places import Places
keys.initialise_clients(roster.DEMO, Places.here())
keys.enrol_signers(roster.DEMO, Places.here())
"""
JOIN = """
from cases.models import Case, Participant
from cases.rights import OF_MEMBER
from cases.services.rights import grant_rights
from members.models import User
case, other = Case.objects.get(ref="{case}"), User.objects.get(email="{email}").institution
Participant.objects.create(case=case, institution=other)
grant_rights(case, other.pk, OF_MEMBER)
"""


@dataclass
class Story:
    """Two banks with one number, and the pages of those who act."""

    stage: Stage
    world: World
    seen: acts.Seen
    case: str = ""
    watches: list[Watch] = field(default_factory=list)

    @contextmanager
    def at(self, code: str, name: str = "analyst") -> Iterator[Page]:
        """Somebody's browser; what it does is watched."""
        with self.stage.signed_in(self.stage.person(code, name), anew=True) as (page, watch):
            self.watches.append(watch)
            yield page

    def open(self, page: Page) -> None:
        """The newest disclosure of the case."""
        page.goto(f"/cases/{self.case}/disclosures")
        page.locator("tbody tr a").first.click()
        page.wait_for_url(re.compile(r"/disclosures/[0-9a-f-]{36}$"))

    def prove(self, page: Page, code: str, name: str) -> None:
        """Give the app's code if the page asks once more who this is."""
        self.stage.prove(page, self.stage.person(code, name))

    def approve(self) -> None:
        """The holder's lead gives what was proposed."""
        with self.at(HOLDER, "lead") as page:
            self.open(page)
            case_acts.approve_value(page, page.url)
            self.prove(page, HOLDER, "lead")
            expect(page.locator("#value-title .tone-green")).to_be_visible()


@pytest.fixture(scope="module")
def story(stage: Stage, world: World) -> Story:
    """Both banks have filed the number; the holder has opened a case on it, and the asker takes part."""
    found = Story(stage, world, acts.Seen.new())
    with found.at(ASKER) as page:
        acts.submit(page, [(acts.PHONE, found.seen.phone)])
    with found.at(HOLDER) as page:
        acts.submit(page, [(acts.PHONE, found.seen.phone)])
        acts.find(page, acts.PHONE, found.seen.phone)
        href = page.locator('#find [data-field="found"] a').first.get_attribute("href")
    world.live.manage("shell", "-c", CLIENTS)
    with Alliance.load(MemberClient.of(HOLDER, world.places).home) as holder:
        refs = re.findall("/collisions/([0-9a-f-]{36})", str(href))
        opened = cases.open_case(holder, title="披露演示案件", typology="anti_collection", collisions=refs)
        found.case = str(opened["reference"])
    world.live.manage("shell", "-c", JOIN.format(case=found.case, email=stage.person(ASKER).email))
    return found


def propose(page: Page, story: Story) -> None:
    story.open(page)
    page.locator('a[href$="/propose"]').click()
    page.locator('[data-field="value"]').fill("139 0000 0000")
    page.locator('[data-field="go"]').click()
    # Another number than the one behind the collision is found out before anything is kept.
    expect(page.locator('[data-field="problem"]')).to_be_visible()
    page.locator('[data-field="value"]').fill(story.seen.phone)
    expect(page.locator('[data-field="say"]')).to_contain_text(story.seen.values[0][1])
    page.locator('[data-field="go"]').click()
    page.wait_for_url(re.compile(r"/disclosures/[0-9a-f-]{36}$"))


def show(page: Page, story: Story) -> None:
    story.open(page)
    expect(page.locator("#value-title ~ *, .card-body code").first).to_be_visible()
    page.locator("#id_reason").fill(WHY)
    page.locator('#unmask [data-field="go"]').click()
    story.prove(page, ASKER, "analyst")
    page.wait_for_url(re.compile("/shown/"))
    value = page.locator('[data-field="value"]')
    expect(value).to_have_text(story.seen.values[0][1])
    page.locator('[data-field="mask"]').click()
    expect(value).to_have_text(MASK)
    page.locator('[data-field="check"]').click()
    expect(page.locator('[data-field="say"]')).to_have_class("preview ok")


def test_a_number_goes_from_one_browser_to_another(story: Story, tmp_path: Path) -> None:
    with story.at(ASKER) as page:
        key = case_acts.save_key(page, "办公室电脑", tmp_path)
        case_acts.publish_key(page, key, partial(story.stage.prove, person=story.stage.person(ASKER)))
        case_acts.ask_value(page, f"/cases/{story.case}", PURPOSE)
        with story.at(HOLDER) as own:
            propose(own, story)
        story.approve()
        show(page, story)
        page.locator("a", has_text=re.compile("返回|Back")).last.click()
        assert MASK in page.content()
    # The browser says of its own accord that the wrong number was answered with 400.
    said = [one for watch in story.watches for one in watch.errors if "400" not in one]
    assert said == []


def test_it_goes_from_one_client_to_another(story: Story) -> None:
    places = story.world.places
    homes = {code: MemberClient.of(code, places).home for code in (HOLDER, ASKER)}
    with Alliance.load(homes[ASKER]) as asker, Alliance.load(homes[HOLDER]) as holder:
        private, _public = hpke.generate()
        keys.publish(asker, keys.keep(homes[ASKER], private), name="System")
        for one in disclosures.disclosures(asker, story.case):
            if one["state"] in ("asked", "proposed", "approved"):
                disclosures.withdraw(asker, story.case, one["reference"])
        (wanted,) = disclosures.askable(asker, story.case)
        last = datetime.now(UTC).date() + timedelta(days=7)
        ground = {"basis": "duty", "reference": BASIS, "purpose": PURPOSE, "until": last}
        asked = disclosures.ask(asker, story.case, wanted["item"], wanted["holder"], **ground)
        reference = asked["disclosure"]["reference"]
        assert disclosures.propose(holder, story.case, reference, story.seen.phone) >= 1
        story.approve()
        found = disclosures.show(asker, story.case, reference, reason=WHY)
        assert (found.kind, found.value) == story.seen.values[0]
        assert story.seen.values[0][1] not in repr(found)
        assert disclosures.check(asker, story.case, found)
        row = disclosures.ledger(holder)[0]
        assert (row["disclosure"]["reference"], row["was_given"], row["matches"]) == (reference, True, True)


def test_it_stands_neither_in_what_was_sent_nor_in_the_database(story: Story) -> None:
    scanner = Scanner(story.seen.values, [story.seen.phone])
    sent = [one for watch in story.watches for one in watch.sent()]
    assert len(sent) > 100
    assert [leak for url, content in sent for leak in scanner.scan(url, content)] == []
    with psycopg.connect(story.world.live.superuser_url) as connection:
        tables = "SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public'"
        for (name,) in connection.execute(tables).fetchall():
            with connection.cursor().copy(f"COPY {name} TO STDOUT") as copy:  # type: ignore[arg-type]
                assert scanner.scan(name, b"".join(copy)) == []

"""The datum's line of docs/architecture.md, walked for real.

One analyst types a phone number and a voiceprint ID into her browser. Another bank's system uploads the same two in a
file, spelled otherwise. Custodians evaluate, the platform files and matches, both sides are told. Afterwards no form of
either value stands in the database, the broker's data, the custodians' books, any log or any byte the browser sent.
"""

import re
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from alliance.embedded.live import Live
from alliance.embedded.state import CUSTODIANS
from custody.daemon.state import ledger_file
from demo.clients import MemberClient
from demo.places import Places
from demo.roster import CREDIT
from tests.browser import acts
from tests.browser.stage import Stage, Watch
from tests.leaks import Scanner
from tests.leaks_of_demo import loaded_plan, scan, secret_values

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TYPIST, UPLOADER, SISTER, OUTSIDER = "jianglan-bank", "muzhou-bank", "jianglan-cf", "anche-insurance"
NOTE, REFERENCE = "来电人自称法务，话术与既往模板一致", "GD-2026-7781"


@dataclass
class Walk:
    """What the walk left: the values, what the browser sent, both submissions, and the moment before it began."""

    live: Live
    places: Places
    seen: acts.Seen
    page: Page
    watch: Watch
    typed: str
    uploaded: str
    before: dict[str, set[str]]

    def collisions(self, code: str) -> list[dict[str, Any]]:
        """An institution's collisions that were not there before, through its own client."""
        rows = MemberClient.of(code, self.places).answer("collisions", "--limit", "10000")
        return [row for row in rows if row["reference"] not in self.before[code]]

    def sql(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Rows as the database's superuser sees them."""
        with psycopg.connect(self.live.superuser_url) as connection:
            return connection.execute(query, parameters).fetchall()  # type: ignore[arg-type]

    def scanner(self) -> Scanner:
        """Looks for both values, for the note and the reference, and for the whole demo besides."""
        plan = loaded_plan(self.places)
        texts = {row.note for row in plan.rows} | {NOTE, REFERENCE, *self.seen.texts}
        return Scanner({*secret_values(plan), *self.seen.values}, texts)


@pytest.fixture(scope="module")
def walk(live: Live, browser: Browser) -> Iterator[Walk]:
    live.manage("load_demo", "--clues", "600")
    stage, places, seen = Stage(live, browser), Places(live.state), acts.Seen.new()
    codes = (TYPIST, UPLOADER, SISTER, OUTSIDER)
    listed = {code: MemberClient.of(code, places).answer("collisions", "--limit", "10000") for code in codes}
    before = {code: {str(row["reference"]) for row in rows} for code, rows in listed.items()}
    with stage.signed_in(stage.person(TYPIST)) as (page, watch):
        address = acts.submit_seen(page, seen, note=NOTE, reference=REFERENCE)
        uploaded = upload(MemberClient.of(UPLOADER, places), seen)
        yield Walk(live, places, seen, page, watch, address.rpartition("/")[2], uploaded, before)


def upload(client: MemberClient, seen: acts.Seen) -> str:
    """Upload the two values as another bank's system writes them; the reference once they are matched."""
    phone, voice = (value for _, value in seen.values)
    written = f"0086-{phone.removeprefix('+86')}"
    table = client.machine / "seen.csv"
    heads = "电话号码,声纹编号,手法,证明程度,发现时间,角色,共享组"
    table.write_text(
        f"{heads}\n{written},{voice},反催收,合理怀疑,2026-03-02 10:15,黑产中介,{CREDIT}\n", encoding="utf-8"
    )
    done = client.answer("submit", str(table))
    assert (done["clues"], done["refused"], done["values"]) == (1, 0, 2)
    reference = str(done["submissions"][0]["reference"])
    until = time.monotonic() + 60
    while client.answer("status", reference)["status"] != "matched":
        assert time.monotonic() < until, "not matched within a minute"
        time.sleep(0.3)
    return reference


def test_only_blinded_elements_and_digests_left_the_browser(walk: Walk) -> None:
    scanner = Scanner(walk.seen.values, walk.seen.texts)
    sent = list(walk.watch.sent())
    assert [leak for url, content in sent for leak in scanner.scan(url, content)] == []
    asked = [content for url, content in sent if url.endswith("/custody/evaluations")]
    filed = [content for url, content in sent if "/submit" in url and b'"digest"' in content]
    assert asked
    assert all(b'"elements"' in content for content in asked)
    assert len(filed) == 1
    assert walk.watch.errors == []


def test_a_quorum_of_custodians_evaluated_under_quota(walk: Walk) -> None:
    used = []
    institution = walk.sql("SELECT ref::text FROM members_institution WHERE name_en = 'Muzhou Bank'")[0][0]
    for number in CUSTODIANS:
        with sqlite3.connect(ledger_file(walk.places.state.custodian(number))) as book:
            query = "SELECT count(*) FROM counter WHERE signer = ? AND used >= 2"
            used.append(tuple(book.execute(query, (name,)).fetchone()[0] > 0 for name in ("portal", institution)))
    assert sum(portal for portal, _ in used) >= 2
    assert sum(member for _, member in used) >= 2
    relayed = "SELECT count(*) FROM audit_entry WHERE kind = 'evaluation.relayed' AND facts::text LIKE '%%elements%%'"
    assert walk.sql(relayed)[0][0] == 0


@pytest.mark.parametrize("side", ["typed", "uploaded"])
def test_the_submission_is_on_the_record_under_one_request_into_the_worker(walk: Walk, side: str) -> None:
    reference = getattr(walk, side)
    entries = dict(walk.sql("SELECT kind, request_id FROM audit_entry WHERE subject = %s", reference))
    assert {"submission.received", "submission.matched"} <= set(entries)
    assert entries["submission.received"]
    assert entries["submission.matched"] == entries["submission.received"]
    request = entries["submission.received"].encode()
    assert request in (walk.live.log / "web.log").read_bytes()
    assert request in (walk.live.log / "worker.log").read_bytes()


def test_both_sides_see_both_collisions_and_no_name(walk: Walk) -> None:
    typed, uploaded = walk.collisions(TYPIST), walk.collisions(UPLOADER)
    assert {row["kind"] for row in typed} == {row["kind"] for row in uploaded} == {"phone/1", "voice/1"}
    assert {row["reference"] for row in typed} == {row["reference"] for row in uploaded}
    for row in (*typed, *uploaded):
        assert len(row["others"]) == 1
        assert not re.search("Muzhou|Jianglan|沐州|江岚", str(row))
    acts.find(walk.page, acts.PHONE, walk.seen.phone)
    expect(walk.page.locator('#find [data-field="found"] a').first).to_be_visible()


def test_neither_an_institution_of_the_same_owner_nor_an_outsider_sees_anything(walk: Walk) -> None:
    assert walk.collisions(SISTER) == []
    assert walk.collisions(OUTSIDER) == []


def test_no_plain_value_is_in_the_database_the_broker_or_any_log(walk: Walk) -> None:
    assert scan(walk.scanner(), walk.live.state) == []


def test_the_scan_would_have_found_them(walk: Walk) -> None:
    machine = walk.places.machine(UPLOADER)
    found = Scanner(walk.seen.values).scan(str(machine), (machine / "seen.csv").read_bytes())
    assert {leak.kind for leak in found} == {"phone/1", "voice/1"}


def test_what_a_member_keeps_beside_its_file_holds_no_plain_value_either(walk: Walk) -> None:
    journal = walk.places.machine(UPLOADER) / "seen.csv.alliance"
    assert list(journal.iterdir())
    assert Scanner(walk.seen.values).scan_tree(journal) == []


def test_the_invariants_hold_after_the_walk(walk: Walk) -> None:
    walk.live.manage("check_invariants")

"""The demo alliance, loaded small but whole: real clients, custodians, worker; then its answer, member by member."""

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from alliance.embedded.live import Live
from alliance.embedded.state import CUSTODIANS
from custody.daemon.state import ledger_file, write_private
from demo import roster
from demo.clients import MemberClient
from demo.places import Places
from demo.plan import Plan
from demo.plan.listed import LISTED, still_expected
from tests.leaks_of_demo import loaded_plan, scan, scanner_of

pytestmark = [pytest.mark.live, pytest.mark.slow]

CLUES = "700"
LISTS = Path(__file__).parent.parent / "vectors" / "lists"


@pytest.fixture(scope="module")
def said(live: Live) -> str:
    """What `load_demo` printed."""
    return live.manage("load_demo", "--clues", CLUES)


@pytest.fixture(scope="module")
def places(live: Live, said: str) -> Places:
    return Places(live.state)


@pytest.fixture(scope="module")
def plan(places: Places) -> Plan:
    """The plan with what is left to collide once the warning list is in force."""
    whole = loaded_plan(places)
    return replace(whole, expected=still_expected(whole.expected))


def collisions_of(code: str, places: Places) -> list[dict[str, Any]]:
    """What a member's own client shows."""
    found = MemberClient.of(code, places).answer("collisions", "--limit", "10000")
    return [dict(one) for one in found]


def test_the_alliance_finds_what_the_plan_implies(said: str, plan: Plan, places: Places) -> None:
    whole, left = len(loaded_plan(places).expected), len(plan.expected)
    assert whole > left
    assert f"{whole} collisions planned" in said
    assert f"{whole} found, 0 missing, 0 too many" in said
    assert f"{whole - left} collisions of public hotlines ended; {left} are left, 0 missing, 0 too many" in said


def test_it_prints_a_sign_in_of_every_role(said: str) -> None:
    for role in ("analyst", "lead", "institution_admin", "police_officer", "regulator"):
        assert f"  {role} " in said
    assert said.count("  operator_") == 3


def test_every_member_is_told_of_its_own_collisions_and_of_no_other(places: Places, plan: Plan) -> None:
    for member in roster.MEMBERS:
        own = [e for e in plan.expected if member.code in e.parties]
        shown = collisions_of(member.code, places)
        expected = Counter((e.circle, e.kind, dict(e.clues)[member.code], len(e.parties) - 1) for e in own)
        assert Counter((c["circle"], c["kind"], c["clues"], len(c["others"])) for c in shown) == expected


def test_a_member_finds_the_very_values_that_collided(places: Places, plan: Plan) -> None:
    code = "shiyu-fin"
    client = MemberClient.of(code, places)
    rows = {row.own_reference: row for row in plan.rows_of(code)}
    found = Counter()
    for collision in collisions_of(code, places):
        detail = client.answer("collisions", collision["reference"])
        own = [rows[clue["own_reference"]] for clue in detail["own_clues"]]
        shared = set.intersection(*({i.canonical for i in row.indicators if i.kind == detail["kind"]} for row in own))
        found.update(shared & {e.value for e in plan.expected if code in e.parties})
    wanted = {e.value for e in plan.expected if code in e.parties}
    assert wanted
    assert set(found) == wanted


def test_loading_again_adds_nothing(live: Live, said: str) -> None:
    def counts() -> list[tuple[int, ...]]:
        tables = ("intel_submission", "intel_clue", "intel_collision", "members_user", "custody_budget")
        queries = [sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)) for table in tables]
        with psycopg.connect(live.superuser_url) as connection:
            return [connection.execute(query).fetchone() or () for query in queries]

    before = counts()
    assert "is loaded" in live.manage("load_demo")
    assert counts() == before


def test_a_loading_that_broke_off_at_its_very_end_adds_nothing_either(live: Live, places: Places) -> None:
    facts = places.facts("demo", {})
    write_private(places.root / "demo.json", json.dumps({name: facts[name] for name in ("seed", "clues", "until")}))
    assert "0 missing, 0 too many" in live.manage("load_demo")
    assert places.facts("demo", {}) == {**facts, "checked": True}


def test_custodians_know_every_member_and_charged_budgets_only(places: Places) -> None:
    declared = []  # a small load may leave one custodian out of every quorum
    for number in CUSTODIANS:
        with sqlite3.connect(ledger_file(places.state.custodian(number))) as book:
            signers = {name for (name,) in book.execute("SELECT name FROM signer WHERE revoked_at IS NULL")}
            standing = book.execute("SELECT sum(used) FROM counter WHERE period LIKE 'd%'").fetchone()[0]
            declared.append(book.execute("SELECT coalesce(sum(used), 0) FROM budget").fetchone()[0])
        assert len(signers) == len(roster.MEMBERS) + 2
        # Beside the declared budgets, only the values of the warning list: proposed once, approved twice.
        assert (standing or 0) <= 3 * len(LISTED)
    assert sum(used > 0 for used in declared) >= 2


def test_the_invariants_hold(live: Live, said: str) -> None:
    live.manage("check_invariants")


def test_no_value_note_or_reference_is_legible_anywhere_on_the_platform(live: Live, plan: Plan, places: Places) -> None:
    scanner = scanner_of(plan)
    assert scan(scanner, live.state) == []
    # The same scanner finds plenty where the values belong, so an empty answer means something.
    found = scanner.scan_tree(places.machine("beiyu-bank"))
    assert {leak.kind for leak in found} >= {"phone/1", "text"}


def test_the_members_files_are_theirs_alone(places: Places) -> None:
    for path in (places.root, places.members, places.machine("jianglan-bank"), places.home("jianglan-bank")):
        assert path.stat().st_mode & 0o077 == 0
    assert set(places.facts("demo", {})) == {"seed", "clues", "until", "checked"}


def test_the_code_of_a_demo_person_is_shown_and_of_nobody_else(live: Live, said: str) -> None:
    assert live.manage("demo_code", "analyst@jianglan-bank.demo.example").strip().isdigit()
    with pytest.raises(subprocess.CalledProcessError):
        live.manage("demo_code", "analyst@bank.example")


def test_public_lists_collide_exactly_where_the_sets_intersect(live: Live, said: str) -> None:
    shown = live.manage("load_lists", str(LISTS), "--every", "7")
    assert "0 missing, 0 too many" in shown
    values = int(shown.partition(" values in two lists")[0].split()[-1].replace(",", ""))
    assert values > 30


def test_it_says_so_where_no_alliance_runs() -> None:
    command = [sys.executable, "-m", "alliance.embedded", "--state", "/nonexistent", "manage", "load_demo"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "scripts/up" in done.stderr

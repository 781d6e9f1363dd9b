"""The whole story of a joint case, by three people in three browsers: bank A, bank B, and an officer.

Two banks that share a collision open their names to each other, work on a case, and reveal one value; the officer of
the unit with jurisdiction takes one package, checks it without the platform, and sets the status that the banks see.
Afterwards neither the database nor the store of evidence holds the value or a line of the evidence.
"""

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from demo.roster import BY_CODE
from tests.browser import acts, case_acts
from tests.browser.case_acts import Key
from tests.browser.stage import Stage, Watch
from tests.leaks import Scanner
from tests.leaks_of_demo import scan

A, B, OUTSIDER = "jianglan-bank", "shuochuan-bank", "anche-insurance"
UNIT = "澜城市公安局经济犯罪侦查支队"
INSTRUMENT, NOTICE = "澜公（经）调证字〔2026〕0042号", "澜公（经）调取字〔2026〕0043号"
RECEIPT, FILED = "澜公（经）受案字〔2026〕0107号", "澜公（经）立字〔2026〕0031号"
CHAT = "甲：你把这封投诉信抄一遍寄出去，剩下的我来谈，手续费三成。\n乙：好的。\n"
LEDGER = "2026-10-08,转账,2400.00,手续费\n2026-10-19,转账,1800.00,尾款\n"


@dataclass
class Side:
    """Somebody's browser."""

    page: Page
    watch: Watch


@dataclass
class Tale:
    """The three, a colleague of bank B who approves, and what they did."""

    a: Side
    b: Side
    colleague: Side
    officer: Side
    seen: acts.Seen
    directory: Path
    case: str = ""
    evidence: str = ""
    disclosure: str = ""
    keys: tuple[Key, ...] = ()
    package: Path = Path()

    @property
    def sides(self) -> tuple[Side, ...]:
        """Everybody."""
        return self.a, self.b, self.colleague, self.officer


@pytest.fixture(scope="module")
def tale(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tale]:
    """Everybody signed in, before anything has happened."""
    with ExitStack() as opened:

        def side(code: str, name: str) -> Side:
            return Side(*opened.enter_context(stage.signed_in(stage.person(code, name), anew=True)))

        yield Tale(
            a=side(A, "lead"),
            b=side(B, "analyst"),
            colleague=side(B, "lead"),
            officer=side("police", "officer"),
            seen=acts.Seen.new(),
            directory=tmp_path_factory.mktemp("tale"),
        )


def file(tale: Tale, name: str, text: str) -> Path:
    """A file on somebody's own machine."""
    path = tale.directory / name
    path.write_text(text, encoding="utf-8")
    return path


def test_1_two_banks_share_a_collision_and_open_their_names(tale: Tale) -> None:
    acts.submit_seen(tale.a.page, tale.seen)
    acts.submit_seen(tale.b.page, tale.seen)
    collision = case_acts.collision_of(tale.a.page, tale.seen.phone)
    case_acts.offer_handshake(tale.a.page, collision)
    assert BY_CODE[B].name_zh not in tale.a.page.content()
    case_acts.offer_handshake(tale.colleague.page, collision)
    expect(tale.colleague.page.locator("[aria-labelledby=handshake-title]")).to_contain_text(BY_CODE[A].name_zh)
    tale.a.page.goto(collision)
    expect(tale.a.page.locator("[aria-labelledby=handshake-title]")).to_contain_text(BY_CODE[B].name_zh)
    tale.case = case_acts.open_case(tale.a.page, collision, "代理维权团伙串案", "两家机构发现同一中介电话")
    for other in (tale.b, tale.officer):
        response = other.page.goto(tale.case)
        assert response is not None
        assert response.status == 404, "nobody else learns of it"


def test_2_the_other_bank_is_invited_and_accepts(tale: Tale) -> None:
    case_acts.invite(tale.a.page, tale.case, BY_CODE[B].name_zh)
    case_acts.accept(tale.colleague.page)
    tale.b.page.goto(tale.case)
    expect(tale.b.page.locator("#participants")).to_contain_text(BY_CODE[A].name_zh)
    expect(tale.b.page.locator("h1")).to_contain_text("代理维权团伙串案")


def test_3_each_makes_a_key_whose_private_half_never_leaves(tale: Tale) -> None:
    tale.keys = tuple(
        case_acts.make_key(side.page, name, tale.directory)
        for side, name in ((tale.a, "江岚办案电脑"), (tale.b, "朔川办案电脑"))
    )
    assert all(b"alliance-recovery/1" in key.recovery.read_bytes() for key in tale.keys)


def test_4_evidence_is_encrypted_here_and_read_there(tale: Tale) -> None:
    chat = file(tale, "聊天记录.txt", CHAT)
    tale.evidence = case_acts.add_evidence(tale.a.page, tale.case, kind="chat", title="中介聊天记录", file=chat)
    case_acts.view_evidence(tale.b.page, tale.evidence, "核对话术")
    expect(tale.b.page.locator("#evidence-read [data-field='shown']")).to_contain_text("手续费三成")
    tale.a.page.goto(tale.evidence)
    custody = tale.a.page.locator("[aria-labelledby=custody-title]")
    expect(custody).to_contain_text("核对话术")
    expect(custody).to_contain_text(BY_CODE[B].name_zh)


def test_5_one_value_is_asked_for_proposed_approved_and_shown(tale: Tale) -> None:
    tale.disclosure = case_acts.ask_value(tale.a.page, tale.case, "与本行受害客户核对来电")
    case_acts.propose_value(tale.b.page, tale.disclosure, tale.seen.phone)
    tale.b.page.goto(tale.disclosure)
    assert tale.b.page.locator("form[action$='/approve']").count() == 0, "who proposed does not approve"
    case_acts.approve_value(tale.colleague.page, tale.disclosure)
    shown = case_acts.unmask(tale.a.page, tale.disclosure, "致电核实")
    assert shown == tale.seen.values[0][1]
    case_acts.check_value(tale.a.page)


def test_6_the_police_come_in_under_an_instrument(tale: Tale) -> None:
    case_acts.add_place(tale.a.page, tale.case, "330100")
    case_acts.invite_police(tale.a.page, tale.case, UNIT, INSTRUMENT)
    tale.keys += (case_acts.make_key(tale.officer.page, "经侦办案电脑", tale.directory, "person"),)
    case_acts.accept(tale.officer.page)
    case_acts.give_access(tale.a.page, tale.case)
    case_acts.view_evidence(tale.officer.page, tale.evidence, "立案审查")
    expect(tale.officer.page.locator("#evidence-read [data-field='shown']")).to_contain_text("手续费三成")


def test_7_the_officer_asks_for_one_more_item_and_gets_it(tale: Tale) -> None:
    case_acts.request_evidence(tale.officer.page, tale.case, BY_CODE[B].name_zh, NOTICE, "该中介收取手续费的转账记录")
    case_acts.add_evidence(
        tale.b.page, tale.case, kind="payment", title="手续费转账记录", file=file(tale, "转账.csv", LEDGER)
    )
    case_acts.answer_request(tale.b.page, tale.case, "已提交转账记录一份")
    tale.officer.page.goto(f"{tale.case}/police")
    expect(tale.officer.page.locator("main")).to_contain_text("已提交转账记录一份")


def test_8_the_status_moves_and_the_banks_see_the_clock(tale: Tale) -> None:
    case_acts.set_status(tale.officer.page, tale.case, "accepted", RECEIPT)
    tale.a.page.goto(f"{tale.case}/police")
    expect(tale.a.page.locator("main")).to_contain_text(RECEIPT)
    case_acts.set_status(tale.officer.page, tale.case, "filed", FILED)
    for side in (tale.a, tale.b):
        side.page.goto(f"{tale.case}/police")
        expect(side.page.locator("main")).to_contain_text(FILED)
        expect(side.page.locator("main")).to_contain_text("刑事立案")


def test_9_one_package_is_checked_without_the_platform(tale: Tale) -> None:
    case_acts.build_package(tale.officer.page, tale.case)
    tale.package = tale.directory / "package.zip"
    case_acts.save_package(tale.officer.page, "移交办案").save_as(tale.package)
    with zipfile.ZipFile(tale.package) as archive:
        names = archive.namelist()
        archive.extract(next(name for name in names if name.endswith("verify.py")), tale.directory / "offline")
        assert any(CHAT.encode() == archive.read(name) for name in names)
    script = next((tale.directory / "offline").rglob("verify.py"))
    whole = run_alone(script, tale.package)
    assert whole.returncode == 0, whole.stdout + whole.stderr
    changed = tale.directory / "changed.zip"
    raw = bytearray(tale.package.read_bytes())
    at = raw.index("手续费三成".encode())
    raw[at] ^= 1
    changed.write_bytes(raw)
    broken = run_alone(script, changed)
    assert broken.returncode != 0
    name = next(name for name in names if name.startswith("evidence/") and name.endswith(".txt"))
    assert re.search(rf"{re.escape(name)}: .*\b\d+\b", broken.stdout), broken.stdout


def run_alone(script: Path, package: Path) -> "subprocess.CompletedProcess[str]":
    """The verify script with nothing but Python's standard library, and nothing of ours on its path."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(package)],
        cwd=script.parent,
        env={"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_neither_value_nor_evidence_lies_on_the_platform(tale: Tale, stage: Stage) -> None:
    live, evidence = stage.live, [CHAT.splitlines()[0], LEDGER.splitlines()[0]]
    secret = Scanner([tale.seen.values[0]], [*evidence, tale.seen.phone, case_acts.PASSPHRASE])
    left = [leak for side in tale.sides for url, content in side.watch.sent() for leak in secret.scan(url, content)]
    assert left == [], "nothing of it left a browser"
    sealed = Scanner(
        [tale.seen.values[0]], [*evidence, tale.seen.phone, "代理维权团伙串案", "已提交转账记录一份", "核对话术"]
    )
    stored = [path for path in live.state.evidence.rglob("*") if path.is_file()]
    assert stored, "evidence lies there, as cipher text"
    found = [leak for path in stored for leak in sealed.scan(str(path), path.read_bytes())]
    assert scan(sealed, live.state) + found == []
    assert [error for side in tale.sides for error in side.watch.errors if " 404 " not in error] == []


def test_an_outsider_finds_nothing_and_who_is_removed_loses_all(tale: Tale, stage: Stage) -> None:
    addresses = [tale.case, tale.evidence, tale.disclosure, *(f"{tale.case}/{tab}" for tab in ("police", "keys"))]
    with stage.signed_in(stage.person(OUTSIDER)) as (page, _):
        assert {page.request.get(address).status for address in addresses} == {404}
    tale.a.page.goto(tale.case)
    tale.a.page.locator("#participants a[href$='/removal']").first.click()
    tale.a.page.locator("#id_reason").fill("核查后与本案无关")
    tale.a.page.locator("main form button.btn-primary").first.click()
    tale.a.page.wait_for_url(case_acts.CASE)
    assert {tale.b.page.request.get(address).status for address in addresses} == {404}

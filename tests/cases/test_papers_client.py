"""The client's part of certificate checks and findings, against the platform itself."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from alliance_client.errors import TrustError
from alliance_client.joint import papers
from cases.models import PaperSeal, PublicKey, SeizedFinding
from cases.services.papers import answer_paper, open_facts
from cases.services.seized import Entry, file_list
from privacy import hpke
from tests.cases import joint_case
from tests.cases.machines import Machine
from tests.cases.test_papers import publish
from tests.cast import Cast, actor, token_of
from tests.client.console import run, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(name="machine")
def _machine(cast: Cast, live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """North's machine, with a key made and published."""
    monkeypatch.setenv("ALLIANCE_PASSPHRASE", "correct horse battery")
    monkeypatch.setenv("ALLIANCE_LANG", "en")
    machine = Machine(tmp_path / "north", live_server.url, token_of(cast.north), monkeypatch)
    machine.make()
    yield machine
    machine.alliance.transport.close()


def test_a_member_asks_and_reads_the_formal_answer(cast: Cast, machine: Machine, tmp_path: Path) -> None:
    private, _key = publish(cast.clinic)
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps({"number": "住院2026-0042", "name": "张三"}), encoding="utf-8")
    [office] = [one for one in told("papers", "issuers") if one["keys"]]
    check = told("papers", "ask", office["reference"], "--paper", "diagnosis", "--facts", str(facts))
    [held] = open_facts(actor(cast.clinic_clerk), check["reference"])
    opened = hpke.open_sealed(private, held.sealed, place="paper", ref=check["reference"])
    assert json.loads(opened)["name"] == "张三"
    answer_paper(actor(cast.clinic_clerk), check["reference"], answer="not_ours", document="院函2026-17")
    shown = told("papers", "show", check["reference"], "--facts")
    assert (shown["answer"], shown["document"], shown["facts"]["name"]) == ("not_ours", "院函2026-17", "张三")
    assert [one["answer"] for one in told("papers", "list")] == ["not_ours"]


def test_an_issuer_without_a_key_is_refused_in_words(cast: Cast, machine: Machine, tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text('{"number": "1"}', encoding="utf-8")
    done = run("papers", "ask", str(cast.clinic.ref), "--facts", str(facts))
    assert done.code != 0
    assert "published no key" in done.err


def test_a_forged_key_of_an_issuer_is_not_sealed_to(cast: Cast, machine: Machine) -> None:
    _private, key = publish(cast.clinic)
    PublicKey.objects.filter(pk=key.pk).update(public=hpke.generate()[1])
    with pytest.raises(TrustError):
        papers.ask(machine.alliance, str(cast.clinic.ref), paper="diagnosis", facts={"number": "1"})
    assert not PaperSeal.objects.exists()


def test_a_member_reads_and_marks_its_own_customers(cast: Cast, machine: Machine) -> None:
    story = joint_case(cast)
    key = PublicKey.objects.get(institution=cast.north)
    ref, number = uuid4(), 4711
    said = json.dumps({"kind": "phone/1", "value": "+8613800138000", "note": "借条"}).encode()
    sealed = hpke.seal_to(bytes(key.public), said, place="seized", ref=f"{ref}/{number}")
    row = Entry(number=number, kind="phone/1", digest=None, lender=cast.north.ref, seals={key.ref: sealed})
    file_list(
        actor(cast.police_officer),
        story.case.ref,
        ref=ref,
        instrument="扣字7号",
        found_on=date(2026, 11, 1),
        epoch=1,
        rows=[row],
    )
    [found] = told("seized", "list", "--open")
    assert (found["person"]["value"], found["named"], found["state"]) == ("+8613800138000", True, "new")
    told("seized", "mark", found["reference"], "contacted")
    assert SeizedFinding.objects.get().state == "contacted"

"""The queue from the command line: what is worth acting on, and what was decided."""

import json
from uuid import uuid4

import pytest

from alliance_client.cli_triage import Reason
from intel.triage import REASONS
from tests.client.conftest import Member
from tests.client.console import run

ROW = {
    "reference": "3f2a9c1e-0000-4000-8000-000000000000",
    "circle": "credit",
    "kind": "phone/1",
    "found_on": "2026-11-20",
    "score": 87.65,
    "status": "new",
    "due_on": "2026-11-23",
    "clues": 2,
    "others": [{"label": "A", "clues": "<3"}],
}


def test_collisions_are_listed_with_their_score(member: Member) -> None:
    member.platform.collisions.append(ROW)
    done = run("collisions", "--min-score", "60", "--status", "new", "--order", "score", "--since", "2026-11-01")
    assert done.code == 0
    assert "87.65" in done.out
    (asked,) = member.platform.asked
    assert {name: asked[name] for name in ("least", "status", "order", "since")} == {
        "least": "60",
        "status": "new",
        "order": "score",
        "since": "2026-11-01",
    }


def test_collisions_as_json_are_whole(member: Member) -> None:
    member.platform.collisions.append(ROW)
    assert json.loads(run("collisions", "--json").out) == [ROW]


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        (["--accept"], {"act": "accept"}),
        (["--reject", "recycled", "--note", "again"], {"act": "reject", "reason": "recycled", "note": "again"}),
        (["--snooze", "2026-12-01"], {"act": "snooze", "until": "2026-12-01"}),
        (["--reopen"], {"act": "reopen"}),
    ],
)
def test_triage_sends_one_act_for_all(member: Member, options: list[str], asked: dict[str, str]) -> None:
    references = [str(uuid4()), str(uuid4())]
    done = run("triage", *references, *options)
    assert (done.code, "1 changed." in done.out, "1 were so already." in done.out) == (0, True, True)
    (sent,) = member.platform.asked
    assert sent["references"] == references
    assert {name: sent[name] for name in asked} == asked


def test_more_than_a_request_holds_are_several_requests(member: Member) -> None:
    run("triage", *[str(uuid4()) for _ in range(201)], "--accept")
    assert [len(sent["references"]) for sent in member.platform.asked] == [200, 1]


@pytest.mark.parametrize("options", [[], ["--accept", "--reopen"], ["--reject", "because"], ["--snooze", "soon"]])
def test_one_act_is_said_and_one_only(member: Member, options: list[str]) -> None:
    assert run("triage", str(uuid4()), *options).code == 2
    assert member.platform.asked == []


def test_a_reference_that_is_none_is_not_sent(member: Member) -> None:
    assert run("triage", "../budgets", "--accept").code == 5
    assert member.platform.asked == []


def test_the_client_knows_the_platforms_reasons() -> None:
    assert {reason.value for reason in Reason} == set(REASONS)

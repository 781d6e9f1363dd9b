"""Custodians that are down, lie or refuse; quotas and budgets that run out."""

import time

import pytest

from alliance_client.errors import (
    ConfigError,
    CredentialRefused,
    CustodiansUnavailable,
    NotAllowed,
    QuotaExhausted,
    TrustError,
)
from alliance_client.evaluation import Batch
from privacy import oprf
from privacy.kinds import message
from tests.client.conftest import APPROVAL, Member

VALUES = [("phone/1", f"138000{number:05d}") for number in range(40)]


def expected(member: Member, count: int = len(VALUES)) -> list[bytes]:
    return [member.platform.digest("phone/1", f"+86138000{number:05d}") for number in range(count)]


def test_digests_are_those_of_the_whole_key(member: Member) -> None:
    with member.client() as alliance:
        assert alliance.digests([*VALUES, VALUES[0]]) == [*expected(member), expected(member)[0]]
    assert member.platform.charges == len(VALUES)


@pytest.mark.parametrize("custodian", [1, 2, 3])
def test_one_custodian_down_is_done_without_and_not_charged_again(member: Member, custodian: int) -> None:
    member.platform.down = {custodian}
    notices = []
    with member.client(notice=lambda name, facts: notices.append((name, facts))) as alliance:
        for value in range(0, 40, 10):
            assert alliance.digests(VALUES[value : value + 10]) == expected(member)[value : value + 10]
    assert member.platform.charges == len(VALUES)
    failed = [quorum for quorum in member.platform.evaluations if custodian in quorum]
    assert len(failed) <= 2  # per thread at most once, then it is avoided
    assert all(name == "custodians" and facts == {"failed": [custodian]} for name, facts in notices)


def test_two_custodians_down_is_an_error_that_names_them(member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    member.platform.down = {1, 3}
    with member.client() as alliance, pytest.raises(CustodiansUnavailable, match="2 of 3 are needed") as caught:
        alliance.digests(VALUES[:1])
    assert caught.value.facts["failed"] == "1, 3"
    assert caught.value.exit_code == 8
    assert member.platform.charges == 1


@pytest.mark.parametrize("custodian", [1, 2, 3])
def test_a_lying_custodian_is_named_and_done_without(member: Member, custodian: int) -> None:
    member.platform.lying = {custodian}
    notices = []
    with member.client(notice=lambda name, facts: notices.append((name, facts))) as alliance:
        for value in range(0, 40, 10):
            assert alliance.digests(VALUES[value : value + 10]) == expected(member)[value : value + 10]
        assert alliance.evaluator.custodians.liars == [custodian]
    assert ("proof", {"custodian": custodian}) in notices
    assert member.platform.charges == len(VALUES)


def test_two_lying_custodians_are_an_error_and_nothing_is_unblinded(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oprf, "finalise", lambda *_: pytest.fail("an unverified value was unblinded"))
    member.platform.lying = {1, 2}
    with member.client(threads=1) as alliance, pytest.raises(TrustError, match=r"Custodian [12]") as caught:
        alliance.digests(VALUES[:2])
    assert caught.value.exit_code == 6


def test_a_relay_that_swaps_the_key_is_refused(member: Member) -> None:
    """The whole platform and all custodians conspire with another key: the pinned ceremony decides."""
    member.platform.lying = {1, 2, 3}
    with member.client() as alliance, pytest.raises(TrustError):
        alliance.digests(VALUES[:2])


def test_the_standing_quota_ends_with_what_to_do(member: Member) -> None:
    member.platform.standing = 3
    with member.client() as alliance, pytest.raises(QuotaExhausted, match="alliance budgets request") as caught:
        alliance.digests(VALUES[:4])
    assert caught.value.exit_code == 7
    assert member.platform.charges in {0, 2}


def test_a_declared_budget_takes_over_by_itself(member: Member) -> None:
    member.platform.standing = 0
    used_up = member.platform.granted(5, approve_with=APPROVAL, until="2098-01-01")
    budget = member.platform.granted(1000, approve_with=APPROVAL)
    notices = []
    with member.client(notice=lambda name, facts: notices.append((name, facts))) as alliance:
        assert alliance.digests(VALUES) == expected(member)
    assert member.platform.budgets[budget]["used"] == len(VALUES)
    assert member.platform.budgets[used_up]["used"] == 0
    assert ("budget", {"budget": str(budget)}) in notices


def test_a_named_budget_is_charged_and_its_end_is_an_error(member: Member) -> None:
    budget = member.platform.granted(30, approve_with=APPROVAL)
    with member.client(budget=str(budget), threads=1) as alliance:
        alliance.digests(VALUES[:20])
        with pytest.raises(QuotaExhausted, match="budget is used up") as caught:
            alliance.digests(VALUES[20:])
    assert caught.value.code == "budget_exhausted"
    assert member.platform.budgets[budget]["used"] == 20


def test_the_standing_budget_alone_is_used_when_asked_for(member: Member) -> None:
    member.platform.standing = 0
    member.platform.granted(1000, approve_with=APPROVAL)
    with member.client(budget="standing") as alliance, pytest.raises(QuotaExhausted):
        alliance.digests(VALUES)


def test_an_unknown_budget_is_an_error(member: Member) -> None:
    with member.client(budget="0b7c9a30-58c7-4b9e-8f0e-2f6a61d0cfff") as alliance, pytest.raises(ConfigError):
        alliance.digests(VALUES)


def test_an_expired_credential_is_said(member: Member) -> None:
    member.platform.token = "another"
    with member.client() as alliance, pytest.raises(CredentialRefused, match="expired") as caught:
        alliance.digests(VALUES[:1])
    assert (caught.value.exit_code, caught.value.code) == (4, "credential_expired")


def test_an_answer_for_another_quorum_is_refused(member: Member) -> None:
    real = member.platform.evaluate

    def other(body: bytes) -> dict[str, object]:
        return {**real(body), "generation": 7}

    member.platform.evaluate = other  # type: ignore[method-assign]
    with member.client() as alliance, pytest.raises(TrustError, match="another epoch or generation"):
        alliance.digests(VALUES[:1])


def test_a_request_that_custodians_answered_too_often_begins_anew(member: Member) -> None:
    batch = Batch.of([message("phone/1", "+8613800000001")])
    member.platform.worn_out = {batch.request}
    with member.client() as alliance:
        assert alliance.evaluator.finish(batch) == member.platform.digest("phone/1", "+8613800000001")


def test_a_wrong_clock_is_said(member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alliance_client.evaluation.unix_time", lambda: int(time.time()) - 3600)
    with member.client() as alliance, pytest.raises(NotAllowed, match=r"1: stale.*clock"):
        alliance.digests(VALUES[:1])

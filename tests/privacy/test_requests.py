"""Signed requests, budgets and answers: one accepted spelling, and no field outside the signature."""

import base64
import datetime
import json
from dataclasses import fields, replace
from typing import Any
from uuid import UUID

import pytest

from privacy import encoding, oprf, requests, signing
from privacy.encoding import Malformed
from privacy.requests import BadSignature, BudgetGrant, EvaluationAnswer, EvaluationRequest
from tests.privacy.build_vectors import GRANT, REQUEST, answer, seed

KEY = signing.public_key(seed("institution"))
UNDER_BUDGET = replace(REQUEST, budget=GRANT).signed(seed("institution"))
OTHER = UUID("11111111-2222-4333-8444-555555555555")

CHANGES: dict[str, Any] = {
    "request": OTHER,
    "signer": str(OTHER),
    "epoch": 2,
    "generation": 1,
    "key": "band",
    "suite": 2,
    "quorum": (1, 2),
    "issued_at": REQUEST.issued_at + 1,
    "elements": oprf.blind([b"another", b"batch", b"of three"]).elements,
    "budget": None,
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_signature_covers_every_field(name: str) -> None:
    with pytest.raises(BadSignature) as caught:
        replace(UNDER_BUDGET, **{name: CHANGES[name]}).verify(KEY)
    assert caught.value.code == "request_signature"


def test_no_field_was_forgotten_above() -> None:
    assert {one.name for one in fields(EvaluationRequest)} == {*CHANGES, "signature"}
    assert {one.name for one in fields(BudgetGrant)} == {*BUDGET_CHANGES, "institution_signature", "alliance_signature"}


def test_an_unsigned_request_and_another_member_are_refused() -> None:
    for request, key in (
        (replace(REQUEST, signature=b""), KEY),
        (REQUEST, signing.public_key(seed("other"))),
        (REQUEST, b""),
    ):
        with pytest.raises(BadSignature):
            request.verify(key)


BUDGET_CHANGES: dict[str, Any] = {
    "budget": OTHER,
    "institution": OTHER,
    "key": "band",
    "values": GRANT.values + 1,
    "until": datetime.date(2027, 12, 31),
}
APPROVER, ALLIANCE = signing.public_key(seed("approver")), signing.public_key(seed("alliance"))


@pytest.mark.parametrize("name", BUDGET_CHANGES)
def test_both_signatures_cover_the_whole_budget(name: str) -> None:
    changed = replace(GRANT, **{name: BUDGET_CHANGES[name]})
    for side, key in (("institution", APPROVER), ("alliance", ALLIANCE)):
        with pytest.raises(BadSignature) as caught:
            changed.verify_side(side, key)
        assert caught.value.code == f"{side}_signature"
    with pytest.raises(BadSignature):
        replace(UNDER_BUDGET, budget=changed).verify(KEY)


def test_a_budget_needs_two_signatures_by_two_keys() -> None:
    GRANT.verify(APPROVER, ALLIANCE)
    one_sided = replace(GRANT, alliance_signature=GRANT.institution_signature)
    for grant, keys, code in (
        (replace(GRANT, alliance_signature=b""), (APPROVER, ALLIANCE), "alliance_signature"),
        (replace(GRANT, institution_signature=b""), (APPROVER, ALLIANCE), "institution_signature"),
        (GRANT, (ALLIANCE, APPROVER), "institution_signature"),
        (one_sided, (APPROVER, APPROVER), "one_key"),
        (one_sided, (APPROVER, ALLIANCE), "alliance_signature"),
    ):
        with pytest.raises(BadSignature) as caught:
            grant.verify(*keys)
        assert caught.value.code == code


def test_one_signature_never_serves_for_both_sides() -> None:
    signed = replace(GRANT, alliance_signature=b"").signed("institution", seed("one person"))
    twice = replace(signed, alliance_signature=signed.institution_signature)
    with pytest.raises(BadSignature):
        twice.verify_side("alliance", signing.public_key(seed("one person")))


def padded(text: str) -> str:
    return text + "="


def other_tail(text: str) -> str:
    """Another spelling of the same bytes: set bits that a careless decoder drops."""
    raw = base64.urlsafe_b64decode(text + "==")
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        if letter != text[-1] and base64.urlsafe_b64decode(text[:-1] + letter + "==") == raw:
            return text[:-1] + letter
    raise AssertionError("no other spelling")


MALFORMED: list[tuple[str, Any, str]] = [
    ("request", str(REQUEST.request).upper(), "UUID"),
    ("request", "{" + str(REQUEST.request) + "}", "UUID"),
    ("request", 7, "UUID"),
    ("signer", "platform", "signer"),
    ("signer", str(REQUEST.request) + "\n", "signer"),
    ("epoch", 0, "epoch"),
    ("epoch", True, "epoch"),
    ("epoch", 1.0, "epoch"),
    ("epoch", "1", "epoch"),
    ("epoch", 2**32, "epoch"),
    ("generation", -1, "generation"),
    ("key", "ID", "key"),
    ("key", "", "key"),
    ("suite", 2, "suite"),
    ("quorum", [3, 1], "quorum"),
    ("quorum", [1, 1], "quorum"),
    ("quorum", [], "quorum"),
    ("quorum", [1, 256], "quorum"),
    ("quorum", "13", "quorum"),
    ("issued_at", -1, "issued_at"),
    ("issued_at", 1e9, "issued_at"),
    ("count", 2, "count"),
    ("count", 0, "count"),
    ("count", 2001, "count"),
    ("elements", "", "elements"),
    ("elements", encoding.b64(bytes(33)), "elements"),
    ("elements", encoding.b64(bytes(2001 * 32)), "elements"),
    ("elements", "+/" + REQUEST.to_json()["elements"][2:], "base64url"),  # type: ignore[index]
    ("elements", None, "base64url"),
    ("budget", {}, "budget"),
    ("budget", [], "budget"),
    ("signature", "", "signature"),
    ("signature", encoding.b64(bytes(63)), "signature"),
    ("signature", padded(str(REQUEST.to_json()["signature"])), "base64url"),
    ("signature", other_tail(str(REQUEST.to_json()["signature"])), "canonical"),
]


@pytest.mark.parametrize(("field", "value", "reason"), MALFORMED)
def test_a_malformed_request_is_refused_with_its_field(field: str, value: Any, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        EvaluationRequest.from_json({**REQUEST.to_json(), field: value})


@pytest.mark.parametrize("field", REQUEST.to_json())
def test_a_request_that_lacks_a_field_is_refused(field: str) -> None:
    whole = REQUEST.to_json()
    del whole[field]
    with pytest.raises(Malformed, match=f"lacks {field}"):
        EvaluationRequest.from_json(whole)


NO_OBJECTS = ["", "[]", "null", "{", "NaN", "[" * 100_000, b"\xff\xfe", '{"request": 1, "request": 1}']


@pytest.mark.parametrize("text", NO_OBJECTS, ids=range(len(NO_OBJECTS)))
def test_what_is_no_json_object_is_refused(text: str | bytes) -> None:
    with pytest.raises(Malformed):
        EvaluationRequest.from_json(text)


def test_a_field_given_twice_is_refused() -> None:
    text = json.dumps(REQUEST.to_json())
    with pytest.raises(Malformed, match="twice"):
        EvaluationRequest.from_json(text[:-1] + ', "epoch": 1}')


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("values", 0),
        ("values", 2**48 + 1),
        ("until", "2026-02-30"),
        ("until", "20261231"),
        ("until", "2026-12-31T00:00:00Z"),
        ("institution", "portal"),
        ("alliance_signature", encoding.b64(bytes(32))),
    ],
)
def test_a_malformed_budget_is_refused(field: str, value: Any) -> None:
    with pytest.raises(Malformed, match=field):
        BudgetGrant.from_json({**GRANT.to_json(), field: value})


def test_what_is_not_signed_yet_is_null_on_the_wire() -> None:
    bare = replace(GRANT, institution_signature=b"", alliance_signature=b"")
    assert bare.to_json()["alliance_signature"] is None
    assert BudgetGrant.from_json(json.dumps(bare.to_json())) == bare
    portal = replace(REQUEST, signer=requests.PORTAL, signature=b"")
    assert portal.to_json()["signature"] is None
    assert EvaluationRequest.from_json(json.dumps(portal.to_json())) == portal


def test_an_answer_survives_the_wire_and_is_read_strictly() -> None:
    whole = answer((1, 3))
    assert EvaluationAnswer.from_json(json.dumps(whole.to_json())) == whole
    for field, value in (("parts", []), ("parts", {}), ("quorum", [3, 1]), ("remaining", -1), ("parts", [{}])):
        with pytest.raises(Malformed):
            EvaluationAnswer.from_json({**whole.to_json(), field: value})


def test_an_unknown_field_is_named_in_letters_that_travel() -> None:
    with pytest.raises(Malformed) as caught:
        EvaluationRequest.from_json({**REQUEST.to_json(), "\ud800": 1})
    assert str(caught.value).isascii()

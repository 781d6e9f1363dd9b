"""submit_clues: the one door for portal, REST, file and command line."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from intel.models import Clue, Digest, KeyUse, RowError, Sighting, Submission
from intel.queries.clues import clue_for, clues_for
from intel.sealing import NOTE, OWN_REFERENCE, open_private
from kit.errors import Forbidden, Invalid, NotFound, TooLarge, Unprocessable
from privacy.encoding import b64
from tests.cast import Cast, actor, join
from tests.intel.clues import OBSERVED, digest, file, one, pending, row


@pytest.fixture
def north(cast: Cast):
    return actor(cast.north_analyst)


def errors() -> list[tuple[int, str, str]]:
    return list(RowError.objects.order_by("row").values_list("row", "field", "code"))


def test_it_stores_a_clue_with_its_sightings(north):
    receipt = file(north, row("a", "b", note="called twice", own_reference="CASE-17"))
    clue = Clue.objects.get()
    assert (receipt.accepted, receipt.rejected, receipt.digests) == (1, 0, 2)
    assert (clue.institution_id, clue.typology, clue.proof, clue.role) == (
        north.institution,
        "anti_collection",
        "reasonable",
        "agent",
    )
    assert clue.observed_at == datetime.fromisoformat(OBSERVED)
    assert Sighting.objects.filter(clue=clue, institution_id=north.institution).count() == 2
    assert Submission.objects.get().ref == receipt.reference


def test_it_seals_digests_notes_and_references(north):
    file(north, row("a", note="called twice", own_reference="CASE-17"))
    clue, stored = Clue.objects.get(), Digest.objects.get()
    assert len(bytes(stored.sealed)) == 48
    assert b"called" not in bytes(clue.note)
    assert open_private(clue.note, NOTE, clue.ref) == "called twice"
    assert open_private(clue.own_reference, OWN_REFERENCE, clue.ref) == "CASE-17"
    assert set(KeyUse.objects.values_list("name", "key_id")) == {("pepper", "k1"), ("note", "k1")}


def test_it_keeps_one_digest_for_one_value_of_a_circle(north):
    file(north, row("a"), row("a", "b"))
    file(north, row("b"))
    assert Digest.objects.count() == 2
    assert Sighting.objects.count() == 4


def test_the_same_point_under_two_kinds_is_two_digests(north):
    same = [{"kind": "phone/1", "digest": digest("a")}, {"kind": "qq/1", "digest": digest("a")}]
    file(north, row(digests=same))
    assert Digest.objects.count() == 2


def test_it_records_and_enqueues(north):
    receipt = file(north, row("a"))
    entry = Entry.objects.get(kind="submission.received")
    assert entry.subject == str(receipt.reference)
    assert entry.facts == {"channel": "api", "accepted": 1, "rejected": 0, "digests": 1, "waiting": 0, "repeats": None}
    assert len(pending()) == 1


FUTURE = (timezone.now() + timedelta(hours=1)).isoformat()


@pytest.mark.parametrize(
    ("bad", "field", "code"),
    [
        ("text", "", "not_an_object"),
        (row("a", phone="x"), "", "unknown_field"),
        (row("a", circle="loans"), "circle", "unknown_circle"),
        (row("a", circle=None), "circle", "missing"),
        (row("a", typology="complainer"), "typology", "unknown_typology"),
        (row("a", proof="certain"), "proof", "unknown_proof"),
        (row("a", role="customer"), "role", "unknown_role"),
        (row("a", role=["agent"]), "role", "unknown_role"),
        (row("a", observed_at="yesterday"), "observed_at", "invalid_time"),
        (row("a", observed_at=1), "observed_at", "invalid_time"),
        (row("a", observed_at=None), "observed_at", "missing"),
        (row("a", observed_at=OBSERVED[:-6]), "observed_at", "time_without_offset"),
        (row("a", observed_at=FUTURE), "observed_at", "future_time"),
        (row("a", observed_at="2001-05-01T09:30:00Z"), "observed_at", "too_old"),
        (row("a", observed_at="0001-01-01T00:00:00+08:00"), "observed_at", "too_old"),
        (row("a", observed_at="9999-12-31T23:59:59-08:00"), "observed_at", "future_time"),
        (row(), "digests", "no_digests"),
        (row(digests={}), "digests", "no_digests"),
        (row(*"abcdefghijklmnopqrstu"), "digests", "too_many_digests"),
        (row(digests=["x"]), "digests[0]", "not_an_object"),
        (row(digests=[{**one("a"), "value": "x"}]), "digests[0]", "unknown_field"),
        (row(digests=[one("a"), {"kind": "face/1", "digest": digest("b")}]), "digests[1].kind", "unknown_kind"),
        (row(digests=[{"digest": digest("b")}]), "digests[0].kind", "missing"),
        (row(digests=[{"kind": "phone/1"}]), "digests[0].digest", "missing"),
        (row(digests=[{"kind": "phone/1", "digest": digest("a") + "="}]), "digests[0].digest", "invalid_digest"),
        (row(digests=[{"kind": "phone/1", "digest": "A" * 42 + "B"}]), "digests[0].digest", "invalid_digest"),
        (row(digests=[{"kind": "phone/1", "digest": "13812345678"}]), "digests[0].digest", "invalid_digest"),
        (row(digests=[one("b"), {"kind": "phone/1", "digest": b64(b"\1" * 32)}]), "digests[1].digest", "invalid_point"),
        (row(digests=[{"kind": "phone/1", "digest": b64(bytes(32))}]), "digests[0].digest", "invalid_point"),
        (row("a", "b", "a"), "digests[2].digest", "duplicate_digest"),
        (row(digests=[one("a", "voice/1")]), "digests[0].library", "library_missing"),
        (row(digests=[one("a", "voice/1", "v:l:9")]), "digests[0].library", "unknown_library"),
        (row(digests=[one("a", library="v:l:1")]), "digests[0].library", "library_not_allowed"),
        (row("a", note="x" * 2001), "note", "note_too_long"),
        (row("a", note="call 138 1234 5678 back"), "note", "note_has_indicator"),
        (row("a", note=5), "note", "not_a_text"),
        (row("a", own_reference="x" * 65), "own_reference", "reference_too_long"),
        (row("a", own_reference="13812345678"), "own_reference", "reference_has_indicator"),
    ],
)
def test_a_bad_row_is_named_and_the_good_ones_are_stored(north, bad, field, code):
    receipt = file(north, row("good"), bad, row("also good"))
    assert (receipt.accepted, receipt.rejected) == (2, 1)
    assert errors() == [(2, field, code)]
    assert Clue.objects.count() == 2


def test_nothing_that_a_bad_row_held_is_stored(north):
    file(north, row("a", note="call 13812345678"), row("b", phone="13812345678"))
    assert (Clue.objects.count(), Digest.objects.count()) == (0, 0)
    assert not any("138" in str(value) for error in RowError.objects.values() for value in error.values())


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"channel": "fax"}, "invalid_channel"),
        ({"idempotency_key": ""}, "invalid_idempotency_key"),
        ({"idempotency_key": "x" * 81}, "invalid_idempotency_key"),
        ({"idempotency_key": "钥匙"}, "invalid_idempotency_key"),
        ({"epoch": 2}, "unknown_epoch"),
        ({"filename": "x" * 201}, "invalid_filename"),
    ],
)
def test_a_request_that_is_malformed_as_a_whole_stores_nothing(north, fields, code):
    with pytest.raises(Invalid) as refused:
        file(north, row("a"), **fields)
    assert refused.value.code == code
    assert Submission.objects.count() == 0
    assert Entry.objects.get(kind="submission.refused").facts["code"] == code


def test_an_empty_submission_is_refused(north):
    with pytest.raises(Invalid) as refused:
        file(north)
    assert refused.value.code == "empty"
    assert Submission.objects.count() == 0


def test_too_many_rows_store_nothing(north, settings):
    settings.SUBMISSION_MAX_CLUES = 2
    with pytest.raises(TooLarge):
        file(north, row("a"), row("b"), row("c"))
    assert (Submission.objects.count(), Clue.objects.count(), Digest.objects.count()) == (0, 0, 0)


def test_the_same_key_and_body_give_the_same_receipt(north):
    first = file(north, row("a"), {}, key="k")
    assert file(north, row("a"), {}, key="k") == first
    assert (Submission.objects.count(), Clue.objects.count()) == (1, 1)
    assert Entry.objects.filter(kind="submission.received").count() == 1


def test_the_same_key_with_another_body_is_refused(north):
    file(north, row("a"), key="k")
    with pytest.raises(Unprocessable) as refused:
        file(north, row("b"), key="k")
    assert refused.value.code == "idempotency_key_reused"
    assert Clue.objects.count() == 1


def test_the_same_content_counts_again_once_its_circle_was_joined(cast, north):
    both = [row("here"), row("there", circle=cast.loans.code)]
    assert file(north, *both).rejected == 1
    join(cast.loans, cast.north)
    again = file(north, *both)
    assert (again.accepted, again.rejected, again.repeats) == (2, 0, None)


def test_two_institutions_may_use_the_same_key(cast, north):
    file(north, row("a"), key="k")
    assert file(actor(cast.south_analyst), row("b"), key="k").accepted == 1


def test_the_same_content_again_adds_nothing_and_says_so(north):
    first = file(north, row("a"))
    again = file(north, row("a"))
    assert (again.accepted, again.repeats) == (0, first.reference)
    assert Clue.objects.count() == 1
    assert len(pending()) == 1


def test_an_unprivileged_actor_is_refused(cast):
    for person in (cast.north_admin, cast.police_officer, cast.regulator_reader, cast.operator_system):
        with pytest.raises(Forbidden):
            file(actor(person), row("a"))


def test_chunks_of_a_long_submission_keep_their_row_numbers(north, monkeypatch):
    monkeypatch.setattr("intel.services.submissions.CHUNK", 3)
    receipt = file(north, *[row(f"v{n}") if n % 5 else {} for n in range(1, 21)])
    assert (receipt.accepted, receipt.rejected) == (16, 4)
    assert [number for number, _, _ in errors()] == [5, 10, 15, 20]


def test_clues_are_listed_in_the_order_of_their_rows_page_by_page(cast, north):
    receipt = file(north, *[row(f"v{n}", own_reference=f"R{n}") if n != 3 else {} for n in range(1, 8)])
    first = clues_for(north, submission=receipt.reference, limit=4)
    rest = clues_for(north, submission=receipt.reference, limit=4, cursor=first.next_cursor)
    assert [(clue.row, clue.own_reference) for clue in [*first.rows, *rest.rows]] == [
        (n, f"R{n}") for n in (1, 2, 4, 5, 6, 7)
    ]
    assert rest.next_cursor == ""
    assert clues_for(actor(cast.south_analyst), submission=receipt.reference).rows == []
    for cursor in ("-1", "x", "９", "1" * 11):
        with pytest.raises(Invalid):
            clues_for(north, submission=receipt.reference, cursor=cursor)


def test_a_clue_shows_its_owner_everything_and_others_nothing(cast, north):
    file(north, row("a", note="called twice", own_reference="CASE-17"))
    ref = Clue.objects.get().ref
    detail = clue_for(north, ref)
    assert (detail.note, detail.clue.own_reference, detail.clue.row) == ("called twice", "CASE-17", 1)
    assert [seen.kind.label for seen in detail.clue.sighted] == ["phone/1"]
    with pytest.raises(NotFound):
        clue_for(actor(cast.south_analyst), ref)

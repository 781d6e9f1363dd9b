"""The custody record: chained, append-only, verified whenever it is read."""

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import Entry
from cases.models import CustodyEntry, Evidence
from cases.queries.custody import custody_of
from cases.services.custody import hand_over
from cases.services.evidence import open_version
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from privacy.custody import START, link, reason_hash
from privacy.encoding import unb64
from tests.cases import Story, joint_case
from tests.cases.lockers import Sent, upload
from tests.cast import Cast, actor
from tests.intel.parallel import together

pytestmark = pytest.mark.django_db


def _touched(cast: Cast) -> tuple[Story, Sent]:
    story = joint_case(cast)
    sent = upload(actor(cast.north_analyst), story.case.ref)
    for user, act in ((cast.south_analyst, "viewed"), (cast.police_officer, "copied")):
        open_version(actor(user), story.case.ref, version=sent.version.ref, act=act, reason="核对转账记录")
    return story, sent


def _superuser(statement: str, *parameters: object) -> None:
    """What somebody who runs the database can do, past every trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, parameters)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_each_touch_is_an_entry_with_its_reason(cast: Cast) -> None:
    _story, sent = _touched(cast)
    custody = custody_of(sent.row.evidence)
    assert custody.is_whole
    assert [line.entry.act for line in custody.lines] == ["received", "viewed", "copied"]
    assert [line.reason for line in custody.lines] == ["", "核对转账记录", "核对转账记录"]
    assert [line.entry.institution for line in custody.lines] == [cast.north, cast.south, cast.police]


def test_what_is_written_for_a_package_is_checked_without_the_platform(cast: Cast) -> None:
    _story, sent = _touched(cast)
    entries = [line.to_json() for line in custody_of(sent.row.evidence).lines]
    assert [entry["act"] for entry in entries] == ["received", "viewed", "copied"]
    chain = START
    for entry in entries:
        said, salt = str(entry.pop("reason_text")), unb64(entry.pop("reason_salt"), "salt")
        told = bytes.fromhex(str(entry.pop("chain")))
        assert entry["reason"] == (reason_hash(salt, said) if said else "")
        chain = link(chain, entry)  # type: ignore[arg-type]
        assert chain == told


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_custodyentry SET act = 'received'",
        "UPDATE cases_custodyentry SET reason = NULL",
        "DELETE FROM cases_custodyentry",
        "TRUNCATE cases_custodyentry",
    ],
)
def test_no_statement_changes_an_entry(cast: Cast, statement: str) -> None:
    _touched(cast)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert CustodyEntry.objects.count() == 3


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("UPDATE cases_custodyentry SET act = 'viewed' WHERE number = 1", 1),
        ("UPDATE cases_custodyentry SET at = at + interval '1 hour' WHERE number = 2", 2),
        ("UPDATE cases_custodyentry SET actor = 'user:x' WHERE number = 2", 2),
        ("UPDATE cases_custodyentry SET reason = reason || 'x'::bytea WHERE number = 3", 3),
        ("UPDATE cases_custodyentry SET version_id = NULL WHERE number = 3", 3),
        ("DELETE FROM cases_custodyentry WHERE number = 2", 2),
        ("DELETE FROM cases_custodyentry WHERE number = 3", 3),
        ("DELETE FROM cases_custodyentry", 1),
    ],
)
def test_whoever_runs_the_database_is_found_out(cast: Cast, statement: str, wrong: int) -> None:
    story, sent = _touched(cast)
    _superuser(statement)
    evidence = Evidence.objects.get()
    assert custody_of(evidence).wrong == wrong
    before = CustodyEntry.objects.count()
    with pytest.raises(Conflict) as refused:
        open_version(actor(cast.north_analyst), story.case.ref, version=sent.version.ref, act="viewed", reason="核对")
    assert refused.value.code == "custody_broken"
    assert CustodyEntry.objects.count() == before, "a broken record is not continued"
    assert Entry.objects.filter(kind="evidence.custody_broken").count() == 1


def test_a_chain_computed_anew_is_found_out_too(cast: Cast) -> None:
    _story, sent = _touched(cast)
    evidence = sent.row.evidence
    _superuser("UPDATE cases_custodyentry SET act = 'viewed' WHERE number = 3")
    custody = custody_of(evidence)
    _superuser(
        "UPDATE cases_custodyentry SET chain = %s WHERE number = 3",
        link(bytes(custody.lines[1].entry.chain), custody.lines[2].record),
    )
    assert custody_of(Evidence.objects.get()).wrong == 4, "the end is bound under the server's key"


def test_a_hand_over_names_who_got_it(cast: Cast) -> None:
    story, sent = _touched(cast)
    ref, north = sent.version.evidence.ref, actor(cast.north_analyst)
    hand_over(north, story.case.ref, evidence=ref, to=cast.police.ref, reason="移交原始存储介质")
    entry = CustodyEntry.objects.order_by("-number")[0]
    assert (entry.act, entry.to) == ("transferred", cast.police)
    for to in (cast.outsider.ref, cast.north.ref):
        with pytest.raises(Invalid):
            hand_over(north, story.case.ref, evidence=ref, to=to, reason="移交")
    with pytest.raises(NotFound):
        hand_over(actor(cast.outsider_analyst), story.case.ref, evidence=ref, to=cast.police.ref, reason="移交")
    with pytest.raises(Forbidden):
        hand_over(actor(cast.north_admin), story.case.ref, evidence=ref, to=cast.police.ref, reason="移交")


@pytest.mark.django_db(transaction=True)
def test_touches_at_the_same_moment_make_one_chain(cast: Cast) -> None:
    case = joint_case(cast).case
    sent = upload(actor(cast.north_analyst), case.ref)
    users = [actor(cast.south_analyst), actor(cast.police_officer), actor(cast.north_analyst), actor(cast.north_lead)]
    together(
        [
            lambda by=by: open_version(by, case.ref, version=sent.version.ref, act="viewed", reason="核对")
            for by in users * 2
        ]
    )
    custody = custody_of(Evidence.objects.get())
    assert custody.is_whole
    assert len(custody.lines) == 9

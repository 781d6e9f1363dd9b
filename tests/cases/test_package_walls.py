"""A package says what its builder's institution may see, and no more: of the police, of victims, of values."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override

from cases.models import Place
from cases.package import papers
from cases.package.words import day, moment
from cases.services.customers import NewCustomer, mark_customers, open_complaint
from cases.services.measures import record_measure, release_measure
from cases.services.outcomes import record_outcome
from cases.services.requests import request_evidence
from cases.services.status import set_status
from tests.cases import INSTRUMENT, Story, joint_case
from tests.cases.disclosing import given
from tests.cases.lockers import upload
from tests.cases.packages import made_package
from tests.cast import Cast, actor

pytestmark = pytest.mark.django_db
NAME, REFERENCE, COMPLAINT = "张嫌疑", "KH-20260042", "complaint"
RELEASED, SECRET = "澜公（经）取保字〔2026〕1号", "澜公（经）拘字〔2026〕7号"
Said = list[dict[str, Any]]


@pytest.fixture(name="said")
def _said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """What is typeset: a PDF's own text is compressed."""
    found: Said = []
    real = papers.typeset

    def kept(source: str, data: dict[str, Any], facts: Any) -> bytes:
        found.append(data)
        return real(source, data, facts)

    monkeypatch.setattr(papers, "typeset", kept)
    return found


@pytest.fixture(name="story")
def _story(cast: Cast) -> Story:
    """A case with everything in it."""
    story = joint_case(cast)
    case, officer, north = story.case.ref, actor(cast.police_officer), actor(cast.north_analyst)
    today = timezone.localdate()
    Place.objects.create(case=story.case, tie="act", region="310000", added_by=cast.north)
    sent = upload(north, case, b"evidence")
    set_status(officer, case, status="accepted", on=today, document="澜公（经）受案字〔2026〕11号")
    record_measure(officer, case, kind="detention", document=SECRET, on=today, name=NAME)
    open_one = record_measure(officer, case, kind="bail", document=RELEASED, on=today, person=1)
    release_measure(officer, case, measure=open_one.ref)
    record_outcome(officer, case, as_of=today, persons=2, amount=Decimal("1234567.00"))
    request_evidence(
        officer,
        case,
        to=cast.south.ref,
        document=INSTRUMENT,
        dated_on=today,
        items="2026年5月的通话录音",
        due_on=today + timedelta(days=10),
    )
    (customer,) = mark_customers(north, case=case, customers=[NewCustomer(REFERENCE, Decimal("3000.00"))])
    open_complaint(north, ref=customer.ref, on=today)
    given(cast, story)
    assert sent.row.state == "kept"
    return story


def everything(files: dict[str, bytes], said: Said) -> str:
    """All that a package says, unpacked."""
    texts = [json.dumps(said, ensure_ascii=False)]
    for path, raw in files.items():
        if path.endswith(".xlsx"):
            with zipfile.ZipFile(io.BytesIO(raw)) as book:
                texts += [book.read(name).decode() for name in book.namelist()]
        elif not path.endswith((".pdf", ".tst", "verify.py")):
            texts.append(raw.decode())
    return "\n".join(texts)


def test_a_member_is_told_nothing_that_the_police_have_not_released(cast: Cast, story: Story, said: Said) -> None:
    text = everything(made_package(actor(cast.north_lead), story.case.ref, {}).files, said)
    assert RELEASED in text
    assert SECRET not in text
    assert "police.measure_recorded" not in text
    assert NAME not in text
    assert "通话录音" not in text  # the request is to another


def test_the_police_read_their_measures_and_requests_and_the_names_of_none(
    cast: Cast, story: Story, said: Said
) -> None:
    text = everything(made_package(actor(cast.police_officer), story.case.ref, {}).files, said)
    for stated in (RELEASED, SECRET, "受案", INSTRUMENT, "1,234,567.00", "2026年5月的通话录音", "上海"):
        assert stated in text, stated
    assert NAME not in text


def test_victims_are_numbers_and_their_complaints_nobodys_business(cast: Cast, story: Story, said: Said) -> None:
    for who in (cast.north_lead, cast.police_officer):
        text = everything(made_package(actor(who), story.case.ref, {}).files, said)
        assert "客户 1" in text
        assert "3000.00" in text
        assert REFERENCE not in text
        assert COMPLAINT not in text.replace("illegal_complaint_agency", "")


def test_a_disclosure_is_the_business_of_its_two_sides(cast: Cast, story: Story, said: Said) -> None:
    ours = made_package(actor(cast.south_lead), story.case.ref, {})
    assert [one["asker"] for one in json.loads(ours.files["records/disclosures.json"])] == [str(cast.south.ref)]
    assert len(json.loads(ours.files["manifest.json"])["commitments"]) == 1
    said.clear()
    theirs = made_package(actor(cast.police_officer), story.case.ref, {})
    assert "disclosure." not in everything(theirs.files, said).replace("disclosure.md", "")
    assert json.loads(theirs.files["records/disclosures.json"]) == []


def test_the_seal_and_the_time_are_spoken_of_as_they_are(cast: Cast, story: Story, said: Said) -> None:
    made_package(actor(cast.police_officer), story.case.ref, {})
    report = next(data for data in said if "proofs" in data)
    assert papers.INTEGRITY_ONLY in dict(report["proofs"]).values()
    assert papers.UNSEALED_LOG in dict(report["proofs"]).values()
    assert report["builder"] == cast.police.name_zh
    statement = next(data for data in said if "provider" in data)
    assert statement["provider"] == cast.north.name_zh


def test_it_is_chinese_whoever_builds_it(cast: Cast, story: Story, said: Said) -> None:
    with override("en"):
        text = everything(made_package(actor(cast.police_officer), story.case.ref, {}).files, said)
    assert cast.police.name_zh in text
    assert cast.police.name_en not in text
    assert cast.north.name_en not in text


def test_days_are_those_of_the_members_not_of_the_clock_in_greenwich() -> None:
    before_midnight = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    assert (day(before_midnight), moment(before_midnight)) == ("2026年11月23日", "2026年11月23日 02:30:00")
    assert (day(None), day("2026-05-01")) == ("", "2026年5月1日")

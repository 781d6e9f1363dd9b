"""Legal holds, and what expires: erased by night, unless a hold or an open case says otherwise."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.utils import timezone

from cases import locker
from cases.models import Case, CustodyEntry, Evidence, EvidenceVersion
from cases.queries.custody import custody_of
from cases.services.evidence import open_version
from cases.services.holds import expire_evidence, hold_evidence, release_hold
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cases import Story, joint_case
from tests.cases.lockers import Sent, begin, send, upload
from tests.cast import Cast, actor

pytestmark = pytest.mark.django_db
INSTRUMENT = "澜公（经）保字〔2026〕0007号"


def _over(cast: Cast) -> tuple[Story, Sent]:
    """A closed case with evidence whose time is over."""
    story = joint_case(cast)
    sent = upload(actor(cast.north_analyst), story.case.ref)
    Case.objects.update(state="closed", closed_at=timezone.now())
    Evidence.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    return story, sent


def _files() -> list[Path]:
    return [path for path in Path(settings.EVIDENCE_DIR).rglob("*") if path.is_file()]


def _hold(cast: Cast, story: Story, sent: Sent, *, by: str = "police_officer", days: int = 30) -> None:
    hold_evidence(
        actor(getattr(cast, by)),
        story.case.ref,
        evidence=sent.version.evidence.ref,
        instrument=INSTRUMENT,
        until=timezone.localdate() + timedelta(days=days),
        reason="案件侦办需要",
    )


def test_what_has_expired_is_erased_and_its_record_stays(cast: Cast) -> None:
    story, sent = _over(cast)
    assert expire_evidence() == 1
    assert expire_evidence() == 0
    assert not _files()
    assert sent.row.state == "erased"
    assert not sent.row.parts.exists()
    custody = custody_of(Evidence.objects.get())
    assert custody.is_whole
    assert custody.lines[-1].entry.act == "erased"
    with pytest.raises(Conflict):
        open_version(actor(cast.north_analyst), story.case.ref, version=sent.version.ref, act="viewed", reason="核对")


def test_a_hold_keeps_it_until_its_day(cast: Cast) -> None:
    story, sent = _over(cast)
    _hold(cast, story, sent)
    assert expire_evidence() == 0
    assert _files()
    Evidence.objects.update(hold_until=timezone.localdate() - timedelta(days=1))
    assert expire_evidence() == 1


def test_an_open_case_keeps_it(cast: Cast) -> None:
    story, _sent = _over(cast)
    Case.objects.filter(pk=story.case.pk).update(state="open", closed_at=None)
    assert expire_evidence() == 0
    assert _files()


def test_a_case_that_is_opened_again_meanwhile_keeps_what_is_left(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    story = joint_case(cast)
    for content in (b"one", b"two"):
        upload(actor(cast.north_analyst), story.case.ref, content)
    Case.objects.update(state="closed", closed_at=timezone.now())
    Evidence.objects.update(expires_on=timezone.localdate() - timedelta(days=1))

    def opened_again(ref: UUID) -> None:
        Case.objects.update(state="open", closed_at=None)

    monkeypatch.setattr(locker, "erase", opened_again)
    assert expire_evidence() == 1
    assert EvidenceVersion.objects.filter(state="kept").count() == 1


def test_evidence_whose_record_was_tampered_with_is_not_erased(cast: Cast) -> None:
    _over(cast)
    Evidence.objects.update(custody_count=7)
    assert expire_evidence() == 0
    assert _files()


def test_an_erasure_that_broke_off_is_finished(cast: Cast) -> None:
    _story, sent = _over(cast)
    EvidenceVersion.objects.filter(pk=sent.version.pk).update(state="erased")
    Evidence.objects.update(erased_at=timezone.now())
    expire_evidence()
    assert not _files()
    assert not sent.row.parts.exists()


def test_the_polices_hold_is_theirs(cast: Cast) -> None:
    story, sent = _over(cast)
    _hold(cast, story, sent, by="north_lead")
    _hold(cast, story, sent, days=60)
    ref, lead = sent.version.evidence.ref, actor(cast.north_lead)
    with pytest.raises(Forbidden):
        _hold(cast, story, sent, by="north_lead", days=90)
    with pytest.raises(Forbidden):
        release_hold(lead, story.case.ref, evidence=ref, reason="不再需要")
    with pytest.raises(Conflict):
        _hold(cast, story, sent, days=50)
    release_hold(actor(cast.police_officer), story.case.ref, evidence=ref, reason="不再需要")
    acts = list(CustodyEntry.objects.order_by("number").values_list("act", flat=True))
    assert acts == ["received", "held", "held", "released"]


def test_others_put_no_hold(cast: Cast) -> None:
    story, sent = _over(cast)
    for by in ("north_analyst", "south_lead"):
        with pytest.raises(Forbidden):
            _hold(cast, story, sent, by=by)
    with pytest.raises(NotFound):
        _hold(cast, story, sent, by="county_officer")
    with pytest.raises(Invalid):
        _hold(cast, story, sent, days=-1)


def test_an_upload_that_was_given_up_is_dropped(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    sent = begin(north, case.ref)
    send(north, case.ref, sent)
    expire_evidence()
    assert _files()
    EvidenceVersion.objects.update(started_at=timezone.now() - timedelta(days=8))
    sent.version.parts.update(arrived_at=timezone.now() - timedelta(days=8))
    expire_evidence()
    assert sent.row.state == "dropped"
    assert not _files()

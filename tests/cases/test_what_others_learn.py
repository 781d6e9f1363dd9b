"""What the others of a case, and who reads the log, must not learn from it."""

from datetime import timedelta

import orjson
import pytest
from django.urls import reverse

from audit.models import Entry
from cases.documents import today
from cases.models import Evidence
from cases.queries.evidence import records_of
from cases.services.evidence import open_version
from cases.services.invitations import invite_police
from cases.services.requests import answer_request, request_evidence
from kit.errors import Conflict
from tests.cases import INSTRUMENT, Story, joint_case
from tests.cases.lockers import Sent, upload
from tests.cast import Cast, actor, client_of

pytestmark = pytest.mark.django_db
NOTICE = "澜公（经）调证字〔2026〕0099号"


def _answered(cast: Cast) -> tuple[Story, Sent]:
    """The police asked North for evidence, and North answered."""
    story = joint_case(cast)
    sent = upload(actor(cast.north_analyst), story.case.ref)
    asked = request_evidence(
        actor(cast.police_officer),
        story.case.ref,
        to=cast.north.ref,
        document=NOTICE,
        dated_on=today(),
        items="转账截图原件",
        due_on=today() + timedelta(days=5),
    )
    answer_request(
        actor(cast.north_analyst),
        story.case.ref,
        request=asked.ref,
        answer="已提供",
        evidence=[sent.version.evidence.ref],
    )
    return story, sent


def test_a_request_to_one_member_is_told_to_no_other(cast: Cast) -> None:
    story, sent = _answered(cast)
    address = reverse("cases:evidence-item", kwargs={"ref": story.case.ref, "evidence": sent.version.evidence.ref})
    for user, knows in ((cast.north_analyst, True), (cast.police_officer, True), (cast.south_analyst, False)):
        page = client_of(user).get(address).content.decode()
        assert (NOTICE in page) is knows
        assert (NOTICE in orjson.dumps(records_of(actor(user), story.case.ref)).decode()) is knows


def test_the_log_names_no_unit_that_is_invited(cast: Cast) -> None:
    story = joint_case(cast, police=False)
    lead = actor(cast.north_lead)
    invite_police(lead, case=story.case.ref, unit=cast.police.ref, instrument=INSTRUMENT, instrument_on=today())
    sent = Entry.objects.get(kind="invitation.sent")
    assert sent.facts == {"police": True}


def test_the_log_holds_no_reference_that_several_institutions_share(cast: Cast) -> None:
    story, sent = _answered(cast)
    Evidence.objects.update(custody_count=7)
    for by in (cast.south_analyst, cast.police_officer):
        with pytest.raises(Conflict):
            open_version(actor(by), story.case.ref, version=sent.version.ref, act="viewed", reason="核对")
    shared = {str(story.case.ref), str(sent.version.evidence.ref), str(sent.version.ref), str(story.collision)}
    broken = Entry.objects.filter(kind="evidence.custody_broken")
    assert broken.count() == 2
    assert len(set(broken.values_list("subject", flat=True))) == 2
    for entry in Entry.objects.all():
        told = orjson.dumps([entry.subject, entry.facts]).decode()
        assert not any(ref in told for ref in shared), entry.kind

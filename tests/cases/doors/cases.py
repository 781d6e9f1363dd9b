"""Who may do what there. Cases: the list, opening, inviting, handing over, closing."""

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from cases.models import Case, CaseLink, HandOver, Invitation, Participant, Place
from tests.cases import Story
from tests.cast import Cast
from tests.permission_table import ANALYSTS, FULL, LEADS, OF_A, OF_CASE, OFFICERS, Route, act, form, reads

IN_CASES = ANALYSTS | OFFICERS
ANSWERERS = LEADS | OFFICERS

ROUTES: tuple[Route, ...] = (
    reads("cases:cases", IN_CASES),
    form("cases:case-open", ANALYSTS),
    act("cases:collisions-add", ANALYSTS),
    reads("cases:case-detail", IN_CASES, "case", OF_CASE),
    form("cases:case-describe", LEADS, "case", OF_CASE),
    form("cases:place-add", IN_CASES, "case", OF_CASE),
    replace(act("cases:place-remove", IN_CASES, "case", OF_CASE), body="tie=act&region=310115"),
    form("cases:case-close", LEADS, "case", OF_CASE),
    act("cases:case-reopen", LEADS, "case", OF_CASE),
    act("cases:link-offer", LEADS, "case", OF_CASE),
    replace(act("cases:link-answer", LEADS, "link to case", OF_CASE), body="answer=decline"),
    form("cases:invite", LEADS, "case", OF_CASE),
    form("cases:invite-police", LEADS, "case", OF_CASE),
    act("cases:invitation-withdraw", LEADS, "invitation sent", OF_CASE),
    reads("cases:invitation-detail", IN_CASES, "invitation", OF_A),
    act("cases:invitation-accept", ANSWERERS, "invitation", OF_A),
    act("cases:invitation-decline", ANSWERERS, "invitation", OF_A),
    form("cases:part-change", LEADS, "participant", OF_CASE),
    form("cases:participant-remove", LEADS, "participant", OF_CASE),
    form("cases:case-leave", ANSWERERS, "case", OF_CASE),
    form("cases:hand-over", LEADS, "case", OF_CASE),
    act("cases:hand-over-withdraw", LEADS, "case", OF_CASE),
    replace(act("cases:hand-over-answer", LEADS, "case", OF_CASE), body="answer=decline"),
    Route("api:cases", {"GET": FULL, "POST": FULL}, body="{}"),
    Route("api:case", {"GET": FULL}, "case", OF_CASE),
    Route("api:case-collisions", {"POST": FULL}, "case", OF_CASE, "{}"),
    Route("api:invitations", {"GET": FULL}),
)


def objects(cast: Cast, story: Story) -> dict[str, dict[str, object]]:
    """One object of the case, each as the arguments of its address, under the name that `Route.of` gives."""
    case, later = story.case, timezone.now() + timedelta(days=7)
    police = Participant.objects.get(case=case, institution=cast.police)
    Place.objects.create(case=case, tie="act", region="310115", added_by=cast.police)
    HandOver.objects.create(case=case, giver=cast.south, to=cast.north)
    sent = Invitation.objects.create(case=case, institution=cast.mid, invited_by=cast.north, expires_at=later)
    other = Case.objects.create(title=b"", typology="other", lead=cast.east)
    received = Invitation.objects.create(case=other, institution=cast.north, invited_by=cast.east, expires_at=later)
    link = CaseLink.objects.create(first=other, second=case, offered_by=cast.east)
    return {
        "participant": {"ref": case.ref, "participant": police.ref},
        "invitation sent": {"ref": case.ref, "invitation": sent.ref},
        "invitation": {"ref": received.ref},
        "link to case": {"ref": case.ref, "link": link.ref},
    }

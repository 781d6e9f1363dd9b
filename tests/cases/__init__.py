"""A joint case for tests: `open_case` has North lead it, South take part and the city police be invited.

story = joint_case(cast)          north leads, south contributes, the police are in
story.case, story.collision       the case, its collision's reference
actor(cast.outsider_analyst)      sees none of it
"""

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from cases.models import Case, CaseCollision, Participant
from cases.rights import OF_MEMBER, OF_POLICE
from cases.services.opening import open_case
from cases.services.rights import grant_rights, take_rights
from intel.models import Collision
from members.models import Institution
from tests.cast import Cast, actor
from tests.intel import clues

INSTRUMENT = "澜公（经）调证字〔2026〕0042号"


@dataclass(frozen=True)
class Story:
    """A case and what it stands on."""

    case: Case
    collision: UUID
    item: CaseCollision


def joint_case(cast: Cast, *, police: bool = True, south: bool = True, value: str = "shared") -> Story:
    """North's case on a collision with South; who takes part beside North is as asked."""
    clues.file(actor(cast.north_analyst), clues.row(value), match=True)
    clues.file(actor(cast.south_analyst), clues.row(value), match=True)
    return case_on(cast, Collision.objects.order_by("-found_at", "-pk")[0], police=police, south=south)


def case_on(cast: Cast, collision: Collision, *, police: bool = True, south: bool = True) -> Story:
    """`joint_case` on a collision that is there."""
    case = open_case(
        actor(cast.north_analyst),
        title="代理维权团伙",
        summary="两家机构发现同一中介",
        typology="illegal_complaint_agency",
        collisions=[collision.ref],
    )
    if south:
        take_part(case, cast.south)
    if police:
        take_part(case, cast.police)
    return Story(case, collision.ref, CaseCollision.objects.get(case=case))


def take_part(case: Case, institution: Institution) -> Participant:
    """Make an institution or police unit a participant, as an accepted invitation does."""
    is_police = institution.kind == "police"
    instrument = INSTRUMENT if is_police else ""
    joined = Participant.objects.create(case=case, institution=institution, is_police=is_police, instrument=instrument)
    grant_rights(case, institution.pk, OF_POLICE if is_police else OF_MEMBER)
    return joined


def remove(case: Case, institution: Institution) -> None:
    """End an institution's part, as a removal does."""
    Participant.objects.filter(case=case, institution=institution).update(left_at=timezone.now())
    take_rights(case, institution.pk)


def island(html: str, name: str) -> Any:
    """What a page hands its script: the JSON of the element with this ID."""
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found, name
    return json.loads(found[1])

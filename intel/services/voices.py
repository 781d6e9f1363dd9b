"""Voices compare only inside one voice library. Members on different vendors are told so, never left in silence."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from intel.models import Submission, VoiceUse
from intel.queries import crossing
from intel.queries.crossing import OtherLibrary
from kit.actor import Actor
from kit.capabilities import Capability
from members.queries.circles import CircleRow, circles_for


@dataclass(frozen=True, slots=True)
class VoiceNotice:
    """In this circle other members report voices from libraries that ours cannot be compared with."""

    circle: str
    """Code of the circle."""
    libraries: list[str]
    """Our institution's libraries that the notice is about."""
    not_comparable: list[dict[str, str]]
    """[{"library": name, "members": how many others report from it: digits, "<3", or "-" where it is not told}]."""


def record_voices(
    submission: Submission, voices: Collection[tuple[int, str]], circles: Sequence[CircleRow]
) -> list[dict[str, object]]:
    """Remember which voice libraries (circle, name) the institution reports from; the notices as JSON values."""
    if not voices:
        return []
    institution = submission.institution_id
    VoiceUse.objects.bulk_create(
        [
            VoiceUse(
                circle_id=circle, library=library, institution_id=institution, first_used_at=submission.received_at
            )
            for circle, library in sorted(voices)
        ],
        ignore_conflicts=True,
    )
    mine = defaultdict(set)
    for circle, library in voices:
        mine[circle].add(library)
    return [asdict(notice) for notice in _notices(mine, circles, institution)]


def voice_notices(actor: Actor) -> list[VoiceNotice]:
    """For each of the actor's circles where other members use voice libraries that ours cannot be compared with.

    `libraries` are those our institution reported from, none if it has reported no voice there yet.
    """
    actor.require(Capability.VIEW_SUBMISSIONS)
    institution, circles = actor.own_institution(), circles_for(actor)
    mine: dict[int, set[str]] = {circle.pk: set() for circle in circles}
    uses = VoiceUse.objects.filter(institution_id=institution, circle_id__in=mine)
    for circle, library in uses.values_list("circle_id", "library"):
        mine[circle].add(library)
    return _notices(mine, circles, institution)


def _notices(mine: dict[int, set[str]], circles: Sequence[CircleRow], institution: int) -> list[VoiceNotice]:
    others: dict[int, list[OtherLibrary]] = defaultdict(list)
    confidential = {circle.pk for circle in circles if circle.is_confidential}
    for other in crossing.other_voice_libraries(list(mine), institution, confidential=confidential):
        others[other.circle].append(other)
    return [
        VoiceNotice(
            circle=circle.code,
            libraries=sorted(mine[circle.pk]),
            not_comparable=[{"library": other.library, "members": other.members} for other in others[circle.pk]],
        )
        for circle in circles
        if others.get(circle.pk)
    ]

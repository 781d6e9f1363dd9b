"""Voices compare only inside one voice library. Members on different vendors are told so, never left in silence."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from intel.models import Submission, VoiceUse
from intel.queries import crossing
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
    return [
        asdict(notice) for notice in _notices(circles, institution, {circle for circle, _library in voices}, voices)
    ]


def voice_notices(actor: Actor) -> list[VoiceNotice]:
    """For each of the actor's circles where other members use voice libraries that ours cannot be compared with.

    `libraries` are those our institution reported from, none if it has reported no voice there yet.
    """
    actor.require(Capability.VIEW_SUBMISSIONS)
    circles = circles_for(actor)
    return _notices(circles, actor.own_institution(), {circle.pk for circle in circles})


def _notices(
    circles: Sequence[CircleRow],
    institution: int,
    within: Collection[int],
    voices: Collection[tuple[int, str]] | None = None,
) -> list[VoiceNotice]:
    """`voices`, by circle and library, are those the notices are about; all of ours if none are given."""
    confidential = {circle.pk for circle in circles if circle.is_confidential}
    ours, others = crossing.voice_libraries(list(within), institution, confidential=confidential)
    mine, foreign = defaultdict(set), defaultdict(list)
    for circle, library in ours if voices is None else voices:
        mine[circle].add(library)
    for other in others:
        foreign[other.circle].append({"library": other.library, "members": other.members})
    return [
        VoiceNotice(circle=circle.code, libraries=sorted(mine[circle.pk]), not_comparable=foreign[circle.pk])
        for circle in circles
        if circle.pk in foreign
    ]

"""What one member sees of another, cut down to what it may see."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils import timezone

from intel.models import VoiceUse
from intel.queries.crossing.handshakes import open_names
from intel.queries.crossing.labels import letters
from intel.queries.crossing.parties import parties_of
from kit.once import once_a_page
from members.queries.institutions import InstitutionName

SMALLEST_COUNT = 3
_FEW = f"<{SMALLEST_COUNT}"
UNTOLD = "-"
"""In place of how many, in a circle with confidential membership."""


def shown_count(number: int) -> str:
    """A count of another institution's rows as a member may see it: its digits, or "<3"."""
    return str(number) if number >= SMALLEST_COUNT else _FEW


@dataclass(frozen=True, slots=True)
class OtherParty:
    """Another institution in a collision, as much of it as a member may see."""

    label: str
    """"A", "B" … "Z", "AA": to be shown as Institution A."""
    clues: str
    """How many clues it holds: digits, or "<3"."""
    typologies: tuple[str, ...]
    roles: tuple[str, ...]
    first_month: str
    """Month of its first observation, "2026-05"."""
    last_month: str
    name: InstitutionName | None
    """Its name, if a handshake opened it to the reader in this collision."""


def other_parties(collisions: Collection[int], institution: int) -> Mapping[int, Sequence[OtherParty]]:
    """The other parties of each collision (by primary key), in the order of their labels.

    The caller has established that `institution` is a party of every one of these collisions.
    """
    return _other_parties(tuple(collisions), institution)


@once_a_page
def _other_parties(collisions: tuple[int, ...], institution: int) -> Mapping[int, Sequence[OtherParty]]:
    found: dict[int, list[OtherParty]] = defaultdict(list)
    parties = parties_of(collisions)
    names = open_names(parties, institution)
    for party in parties:
        if party.institution_id == institution:
            continue
        found[party.collision_id].append(
            OtherParty(
                label=letters(party.label),
                clues=shown_count(party.clues),
                typologies=tuple(party.typologies),
                roles=tuple(party.roles),
                first_month=_month(party.first_seen_at),
                last_month=_month(party.last_seen_at),
                name=names.get(party.pk),
            )
        )
    return found


def _month(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m")


@dataclass(frozen=True, slots=True)
class OtherLibrary:
    """A voice library that other members of a circle report from and this institution does not."""

    circle: int
    library: str
    members: str
    """How many other institutions report from it: digits, "<3", or UNTOLD."""


def voice_libraries(
    circles: Collection[int], institution: int, *, confidential: Collection[int]
) -> tuple[set[tuple[int, str]], list[OtherLibrary]]:
    """Voice libraries in these circles, by circle and name: ours, and those that only others use.

    Of the `confidential` ones it is not said how many use them.
    """
    mine = VoiceUse.objects.filter(circle_id__in=circles, institution_id=institution)
    ours = set(mine.values_list("circle_id", "library"))
    uses = (
        VoiceUse.objects.filter(circle_id__in=circles)
        .exclude(institution_id=institution)
        .values_list("circle_id", "library")
        .annotate(members=Count("institution_id"))
        .order_by("circle_id", "library")
    )
    others = [
        OtherLibrary(circle, library, UNTOLD if circle in confidential else shown_count(n))
        for circle, library, n in uses
        if (circle, library) not in ours
    ]
    return ours, others

"""The opinions of a collision's other parties, as much of them as a member may see."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from intel.models import Opinion
from intel.queries.crossing.labels import letters
from intel.queries.crossing.parties import labels_of_others


@dataclass(frozen=True, slots=True)
class OtherOpinion:
    """What another party says, under its label and to the day."""

    label: str
    verdict: str
    reason: str
    given_on: date
    counts: bool
    """False for a confirmation that may be an echo."""


def other_opinions(collision: int, institution: int) -> list[OtherOpinion]:
    """The opinions of the other present parties of a collision (by key), in the order of their labels.

    The caller has established that `institution` is a party of it.
    """
    labels = labels_of_others(collision, institution)
    said = Opinion.objects.filter(digest__collision=collision, institution_id__in=list(labels))
    return [
        OtherOpinion(
            letters(labels[one.institution_id]),
            one.verdict,
            one.reason,
            timezone.localdate(one.given_at),
            one.counts,
        )
        for one in sorted(said, key=lambda one: labels[one.institution_id])
    ]

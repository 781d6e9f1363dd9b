"""What a collision's other parties say of its hold, as much of it as a member may see."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from intel.models import HoldReview
from intel.queries.crossing.labels import letters
from intel.queries.crossing.parties import labels_of_others


@dataclass(frozen=True, slots=True)
class OtherReview:
    """What another party voted, under its label and to the day."""

    label: str
    verdict: str
    reason: str
    reviewed_on: date


def other_reviews(collision: int, institution: int) -> list[OtherReview]:
    """The votes of the other present parties of a collision (by key) since it was held, in the order of their labels.

    The caller has established that `institution` is a party of it.
    """
    labels = labels_of_others(collision, institution)
    votes = HoldReview.objects.filter(digest__collision=collision, institution_id__in=list(labels))
    return [
        OtherReview(letters(labels[one.institution_id]), one.verdict, one.reason, timezone.localdate(one.reviewed_at))
        for one in sorted(votes.select_related("digest"), key=lambda one: labels[one.institution_id])
        if one.digest.held_at is not None and one.reviewed_at >= one.digest.held_at
    ]

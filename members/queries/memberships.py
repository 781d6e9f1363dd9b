"""Reads of who is in which circle now."""

from collections import defaultdict

from members.models import Membership


def live_members() -> dict[int, frozenset[int]]:
    """Circle -> the institutions that are in it now, by primary key; for services that act on whole circles."""
    found: dict[int, set[int]] = defaultdict(set)
    for circle, institution in Membership.objects.filter(left_at=None).values_list("circle_id", "institution_id"):
        found[circle].add(institution)
    return {circle: frozenset(members) for circle, members in found.items()}

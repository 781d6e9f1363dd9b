"""The parties of collisions, as the modules of this package share them."""

from collections.abc import Sequence

from intel.models import Party
from kit.once import once_a_page


@once_a_page
def parties_of(collisions: tuple[int, ...]) -> Sequence[Party]:
    """All parties of these collisions (by primary key), each collision's in the order of their labels."""
    return list(Party.objects.filter(collision_id__in=collisions).order_by("label"))


def labels_of_others(collision: int, institution: int) -> dict[int, int]:
    """The label of each present party of a collision (by primary key) but this institution, by institution."""
    return {one.institution_id: one.label for one in parties_of((collision,)) if one.institution_id != institution}

"""What an institution may do in one case, and which capability a person of it needs to do so."""

from collections.abc import Collection
from enum import StrEnum

from kit.capabilities import Capability


class Right(StrEnum):
    """A right on one case: the codename of a django-guardian permission."""

    VIEW = "view_case"
    CONTRIBUTE = "contribute_case"
    DISCLOSE = "disclose_case"
    MANAGE = "manage_case"
    HAND_OVER = "hand_over_case"


NEEDS: dict[Right, Capability] = {
    Right.VIEW: Capability.VIEW_CASES,
    Right.CONTRIBUTE: Capability.WORK_CASES,
    Right.DISCLOSE: Capability.WORK_CASES,
    Right.MANAGE: Capability.MANAGE_CASES,
    Right.HAND_OVER: Capability.MANAGE_CASES,
}
"""The institution's right is not enough: its person or credential must hold the capability too."""

OF_LEAD = frozenset(Right)
OF_MEMBER = frozenset({Right.VIEW, Right.CONTRIBUTE, Right.DISCLOSE})
OF_POLICE = frozenset({Right.VIEW, Right.CONTRIBUTE, Right.DISCLOSE})
READING = frozenset({Right.VIEW})
"""What may be granted: contributing never includes deleting, since nothing here deletes."""


OFFERED: dict[str, frozenset[Right]] = {
    "read": READING,
    "contribute": READING | {Right.CONTRIBUTE},
    "disclose": OF_MEMBER,
}
"""The parts an institution is invited to or changed to, by the name that forms and the API give them."""


def part_of(rights: Collection[Right]) -> str:
    """The name in `OFFERED` of a participant's rights; "lead" for whoever may manage."""
    if Right.MANAGE in rights:
        return "lead"
    return next((name for name, offered in OFFERED.items() if offered == frozenset(rights)), "read")


def group_name(institution: int) -> str:
    """The name of the Django group that holds an institution's rights (its primary key)."""
    return f"institution:{institution}"

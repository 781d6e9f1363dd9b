"""What an institution may do in one case, and which capability a person of it needs to do so."""

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


def group_name(institution: int) -> str:
    """The name of the Django group that holds an institution's rights (its primary key)."""
    return f"institution:{institution}"

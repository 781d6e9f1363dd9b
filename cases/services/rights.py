"""Granting and taking rights on a case: django-guardian's rows, for an institution's group."""

from collections.abc import Collection

from django.contrib.auth.models import Group
from guardian.shortcuts import assign_perm

from cases.models import Case, CaseRight
from cases.rights import Right, group_name


def grant_rights(case: Case, institution: int, rights: Collection[Right]) -> None:
    """Make the institution's rights on the case exactly these, in the caller's transaction."""
    take_rights(case, institution)
    group, _is_new = Group.objects.get_or_create(name=group_name(institution))
    for right in sorted(rights):
        assign_perm(right, group, case)


def take_rights(case: Case, institution: int) -> None:
    """Take every right on the case from the institution: no door opens to it once this commits."""
    CaseRight.objects.filter(content_object=case, group__name=group_name(institution)).delete()

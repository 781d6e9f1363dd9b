"""Lists in words: roles, scopes, whatever has labels."""

from collections.abc import Iterable

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from members.roles import Role, Scope

register = template.Library()


@register.filter
def listed(words: Iterable[str | Promise]) -> str:
    """Words one after the other, with the language's own comma."""
    return _(", ").join(str(word) for word in words)


@register.filter
def role_labels(roles: list[str]) -> str:
    """Roles in words."""
    return listed(Role(role).label for role in roles)


@register.filter
def scope_labels(scopes: list[str]) -> str:
    """Scopes in words."""
    return listed(Scope(scope).label for scope in scopes)

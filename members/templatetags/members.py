"""The words of roles and scopes in the reader's language."""

from django import template
from django.utils.translation import gettext as _

from members.roles import Role, Scope

register = template.Library()


@register.filter
def role_labels(roles: list[str]) -> str:
    """Roles in words, one after the other."""
    return _(", ").join(str(Role(role).label) for role in roles)


@register.filter
def scope_labels(scopes: list[str]) -> str:
    """Scopes in words, one after the other."""
    return _(", ").join(str(Scope(scope).label) for scope in scopes)

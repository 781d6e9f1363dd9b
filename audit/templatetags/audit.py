"""How the log's page writes an entry's facts."""

import json

from django import template

register = template.Library()


@register.filter
def fact(value: object) -> str:
    """A fact's JSON value: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

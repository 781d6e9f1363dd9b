"""How the pages of scoring rules write numbers."""

from collections.abc import Iterable

from django import template

from intel import rule_screens
from intel.models import Run

register = template.Library()
register.filter("points", rule_screens.points)


@register.filter
def hexadecimal(value: bytes) -> str:
    """A checksum as people compare it."""
    return bytes(value).hex()


@register.filter
def under_way(runs: Iterable[Run]) -> bool:
    """Whether one of these runs is not over yet."""
    return any(run.finished_at is None and run.failed_at is None for run in runs)

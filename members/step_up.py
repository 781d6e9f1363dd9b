"""A sensitive act needs a proof of identity not older than five minutes."""

from collections.abc import Callable
from typing import TypeVar

from allauth.account.decorators import reauthentication_required
from django.http import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def step_up(view: View) -> View:
    """Ask for the proof before the act; looking at its form needs none. The act goes on where it was interrupted."""
    stepped: View = reauthentication_required(allow_get=True)(view)
    return stepped

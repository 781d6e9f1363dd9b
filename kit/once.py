"""What several parts of one page ask for is read once for it.

Only while a request that changes nothing is answered: everything else reads afresh each time, so nobody ever decides by
what was true before.
"""

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.http import HttpRequest, HttpResponse

P = ParamSpec("P")
R = TypeVar("R")
_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("kept", default=None)


def once_a_page(function: Callable[P, R]) -> Callable[P, R]:
    """Remember what a read answers to the same (hashable) arguments until the page that asked is answered.

    What it answers is shared: whoever gets it leaves it as it is.
    """

    @wraps(function)
    def read(*args: P.args, **kwargs: P.kwargs) -> R:
        kept = _kept.get()
        if kept is None:
            return function(*args, **kwargs)
        key = (function, args, tuple(sorted(kwargs.items())))
        if key not in kept:
            kept[key] = function(*args, **kwargs)
        answer: R = kept[key]
        return answer

    return read


class OnceMiddleware:
    """Begins and ends the memory of a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        token = _kept.set({})
        try:
            return self.get_response(request)
        finally:
            _kept.reset(token)

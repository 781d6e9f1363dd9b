"""A page reads once what its parts ask for; whatever changes something reads afresh."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from kit.once import OnceMiddleware, once_a_page


def calls_in(method: str) -> list[int]:
    """How often a read really ran: four times asked for, in two requests and outside of them."""
    ran: list[int] = []

    @once_a_page
    def read(number: int, *, more: int = 0) -> int:
        ran.append(number)
        return number + more

    def view(request: object) -> HttpResponse:
        assert [read(1), read(1), read(1, more=1), read(2)] == [1, 1, 2, 2]
        return HttpResponse()

    for _ in range(2):
        OnceMiddleware(view)(RequestFactory().generic(method, "/"))
    return ran


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_page_reads_once_and_the_next_page_afresh(method):
    assert calls_in(method) == [1, 1, 2] * 2


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_what_changes_something_reads_each_time(method):
    assert calls_in(method) == [1, 1, 1, 2] * 2


def test_a_page_that_fails_forgets_too():
    ran = []

    @once_a_page
    def read() -> None:
        ran.append(1)

    def view(request: object) -> HttpResponse:
        read()
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError, match=r"^$"):
            OnceMiddleware(view)(RequestFactory().get("/"))
    read()
    assert len(ran) == 3

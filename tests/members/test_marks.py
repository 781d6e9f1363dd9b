"""The cache behind the sign-in walls."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from members.models import Mark


def test_it_keeps_what_it_was_given_until_it_expires(db: None) -> None:
    cache.set("failed", [1.5, 2.5], 60)
    assert cache.get("failed") == [1.5, 2.5]
    cache.set("failed", [], 60)
    assert cache.get("failed") == []
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert cache.get("failed", "gone") == "gone"
        assert not cache.touch("failed", 60)


def test_add_takes_a_key_only_while_it_is_free(db: None) -> None:
    assert cache.add("code", "y", 30)
    assert not cache.add("code", "y", 30)
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        assert cache.add("code", "y", 30)
    assert cache.delete("code")
    assert not cache.delete("code")
    assert cache.add("code", "y", 30)


def test_what_has_expired_is_swept_and_what_lives_stays(db: None) -> None:
    cache.set("old", 1, 10)
    cache.set("new", 1, 100)
    with time_machine.travel(timezone.now() + timedelta(seconds=50)):
        assert cache.forget_expired() == 1
    assert Mark.objects.count() == 1
    cache.clear()
    assert Mark.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_that_add_at_once_one_wins() -> None:
    def add(_number: int) -> bool:
        try:
            return cache.add("code", "y", 30)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(24))) == 1

"""Acts at the same moment, each on a database connection of its own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from kit.errors import Refusal


def together(acts: Sequence[Callable[[], Any]], beside: Sequence[Callable[[], object]] = ()) -> list[Any]:
    """Run all acts at once and return what they returned; repeat those `beside` until the acts are done."""
    start, done = threading.Barrier(len(acts) + len(beside)), threading.Event()

    def once(act: Callable[[], Any], forever: bool) -> Any:
        start.wait()
        try:
            result = act()
            while forever and not done.is_set():
                act()
            return result
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts) + len(beside)) as pool:
        repeated = [pool.submit(once, act, True) for act in beside]
        finished = [pool.submit(once, act, False) for act in acts]
        try:
            results = [one.result() for one in finished]
        finally:
            done.set()
        for one in repeated:
            one.result()
        return results


def outcome(act: Callable[[], object]) -> str:
    """ "done", or the code of the refusal."""
    try:
        act()
    except Refusal as refused:
        return refused.code
    return "done"

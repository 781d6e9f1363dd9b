"""All cores at once: whole batches run on threads while the next one is read, and come back in order.

libsodium is called without the interpreter lock, so threads use every core; while one batch is with the custodians,
others are blinded, verified or unblinded. At most `threads` batches are in memory.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def worker_threads() -> int:
    """One thread a core, and one more that waits for the custodians meanwhile."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, 32) + 1


def in_order(work: Callable[[T], R], items: Iterable[T], *, threads: int) -> Iterator[tuple[T, R]]:
    """(item, work(item)) in the order of the items, `threads` at a time; items are drawn as there is room.

    The first error of a piece of work is raised where its result would stand, after what was running has ended.
    """
    running: deque[tuple[T, Future[R]]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="batch") as pool:
        try:
            for item in items:
                running.append((item, pool.submit(work, item)))
                if len(running) >= threads:
                    done, future = running.popleft()
                    yield done, future.result()
            while running:
                done, future = running.popleft()
                yield done, future.result()
        finally:
            for _, future in running:
                future.cancel()

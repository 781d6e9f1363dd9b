"""R01 for cases: does the time of a refusal tell a foreign case, or one that was left, from one that does not exist?

Every address of a case's object × every role that passes its door and may not see the object, by each method.
"""

import logging
import random
import statistics
import time
from collections.abc import Iterator
from http import HTTPStatus
from operator import itemgetter

from django.db import transaction
from django.urls import reverse

from tests.bench import world
from tests.bench.hidden import slower
from tests.bench.measure import Row
from tests.cases import doors
from tests.permission_table import ANALYST_B, CREDENTIAL_B, LEAD_B, OTHER_POLICE, OUTSIDER, Route
from tests.test_permissions import World, build_world

ROUNDS = 60
_LEAST_ROUNDS = 6
SUSPECTS, AGAIN = 5, 10
"""Doors that are asked again, and how many times as often."""
Door = tuple[Route, str, str]
"""An address, a role and a method."""
REMOVED, FOREIGN = (ANALYST_B, LEAD_B, CREDENTIAL_B), (OUTSIDER, OTHER_POLICE)


def rows(scale: float) -> Iterator[Row]:
    """Medians of a refusal of an object over one of nothing, all addresses together and the one furthest off."""
    rounds = max(_LEAST_ROUNDS, int(ROUNDS * scale))
    rng = random.Random(4)
    logging.disable()  # a line for each of 40,000 refusals, the same for both
    with world.database(), world.ceremony(), transaction.atomic():
        built = build_world(world.cast.build())
        for client in built.clients.values():
            client.defaults["HTTP_HOST"] = "localhost"
        for name, roles in (("removed", REMOVED), ("foreign", FOREIGN)):
            hidden: list[float] = []
            absent: list[float] = []
            off: list[tuple[float, Door]] = []
            for door in _doors(roles):
                some, none = _timed(built, door, rng, rounds)
                hidden += some
                absent += none
                off.append((_off(some, none), door))
            shift = _off(hidden, absent)
            yield Row.plain(f"{name}: refusals compared ({rounds} of each)", len(off), "doors")
            yield Row.bound(f"{name}: median over an absent one's, beyond 1", shift, "share", 0.05)
            yield Row.bound(
                f"{name}: how often slower, beyond one half", abs(slower(hidden, absent) - 0.5), "share", 0.05
            )
            # Of so many doors some look far off by chance: those that do are asked again, longer.
            suspects = [door for _far, door in sorted(off, key=itemgetter(0))[-SUSPECTS:]]
            again = [(_off(*_timed(built, door, rng, AGAIN * rounds)), door) for door in suspects]
            far, (route, role, method) = max(again, key=itemgetter(0))
            yield Row.bound(f"{name}: furthest off, {role} {method} {route.name}", far, "share", 0.05)
        transaction.set_rollback(True)


def _doors(roles: tuple[str, ...]) -> Iterator[Door]:
    for area in doors.AREAS:
        for route in area.ROUTES:
            for role in roles if route.of else ():
                for method, allowed in route.may.items():
                    if role in allowed and role not in route.within:
                        yield route, role, method


def _off(some: list[float], none: list[float]) -> float:
    """How far the ratio of the medians is from 1."""
    return abs(statistics.median(some) / statistics.median(none) - 1)


def _timed(built: World, door: Door, rng: random.Random, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of refusals of the object, and of nothing; in random order, so that noise falls on both alike."""
    route, *who = door
    built.sign_in_again()
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        asked = [(taken[0], built.own[route.of]), (taken[1], built.absent(route.of, who[0]))]
        rng.shuffle(asked)
        for seconds, where in asked:
            url = reverse(route.name, kwargs=where)
            began = time.perf_counter()
            response = built.request(who[0], who[1], route, url)
            seconds.append(time.perf_counter() - began)
            assert response.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}, (url, response.status_code)
    return taken

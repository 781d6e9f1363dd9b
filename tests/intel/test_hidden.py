"""A hidden object and an absent one: the same bytes, by the same statements, which the database runs by the same plans.

How long each takes is measured, against each other, by `python -m tests.bench hidden`.
"""

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from intel.models import Clue, Collision, Submission
from members.roles import Role
from tests.cast import Cast, actor, api_client, client_of, person, token_of
from tests.intel.clues import file, row
from tests.intel.reading import Told, told
from tests.permission_table import TABLE, Route

OBJECTS = ("submission", "clue", "collision")
METHODS = ("GET", "HEAD", "POST", "DELETE")
_UUID = r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}"
_LITERAL = re.compile(rf"'?\b{_UUID}\b'?(?:::uuid)?|'[^']*'::timestamptz|\bs\d+_x\d+|\b\d+\b")
ROUTES = sorted(name for name, route in TABLE.items() if route.of in OBJECTS)


@dataclass
class Strangers:
    """People and systems of two institutions that are no party: one of the same circle, one of another."""

    clients: dict[str, Any]
    own: dict[str, uuid.UUID]


@pytest.fixture
def strangers(cast: Cast) -> Strangers:
    for who in (cast.north_lead, cast.south_lead):
        file(actor(who), row("shared"), match=True)
    file(actor(cast.harbour_bank_analyst), row("something else"), match=True)
    clients = {}
    for code in ("harbour_bank", "outsider"):
        institution = getattr(cast, code)
        clients[f"{code} portal"] = client_of(person(institution, Role.LEAD, f"Lead of {code}"))
        clients[f"{code} api"] = api_client(token_of(institution))
    for client in clients.values():
        client.raise_request_exception = False
    own = {
        "submission": Submission.objects.get(institution=cast.north).ref,
        "clue": Clue.objects.get(institution=cast.north).ref,
        "collision": Collision.objects.get().ref,
    }
    return Strangers(clients, own)


def asked(client: Any, method: str, route: Route, ref: uuid.UUID) -> tuple[Told, list[str]]:
    """The answer without the reference that was asked for, and the statements it took."""
    url = reverse(route.name, kwargs={"ref": ref})
    kind = "application/json" if route.name.startswith("api:") else "application/x-www-form-urlencoded"
    # Django's client sends a HEAD's and a GET's data in the address.
    sent = {"data": route.body, "content_type": kind} if method in {"POST", "DELETE"} else {}
    try:
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            answer = getattr(client, method.lower())(url, **sent)
            statements = [one["sql"] for one in captured]
            raise _Done
    except _Done:
        pass
    status, headers, body = told(answer)
    bare = {name: value.replace(url, "") for name, value in headers.items()}
    answered = (status, bare, body.replace(url.encode(), b"").replace(str(ref).encode(), b""))
    return answered, statements


def bare(lines: Iterable[str]) -> list[str]:
    """Statements or plans without what they were asked for."""
    return [_LITERAL.sub("?", line) for line in lines]


def compared(some: tuple[Told, list[str]], others: tuple[Told, list[str]]) -> Iterator[tuple[str, Any, Any]]:
    """What must be the same of two requests, by its name."""
    yield "answers", some[0], others[0]
    yield "statements", bare(some[1]), bare(others[1])
    for one, other in zip(some[1], others[1], strict=False):
        yield "plans", *plans_of(one, other)


def plans_of(one: str, other: str) -> tuple[list[str], list[str]]:
    """The plans of two statements, taken again where they differ.

    What a plan rests on, such as the size of a table, may change between the two while the database tidies up; what
    makes it tell one reference from another is still there the third time.
    """
    for _ in range(3):
        plans = bare(planned(one)), bare(planned(other))
        if plans[0] == plans[1]:
            break
    return plans


def first_difference(some: Any, others: Any) -> str:
    """Where two answers, or lists of statements, part."""
    pairs = zip_longest(some, others)
    return next((f"{str(one)[:600]} — {str(other)[:600]}" for one, other in pairs if one != other), "")


class _Done(Exception):
    """Undoes what a request has written."""


def planned(statement: str) -> Iterator[str]:
    """How the database would run a statement that reads."""
    if statement.lstrip().startswith("SELECT"):
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (COSTS OFF) " + statement.replace("%", "%%"), ())
            yield from (line for (line,) in cursor.fetchall())


@pytest.mark.parametrize("name", ROUTES)
def test_hidden_and_absent_are_one(strangers: Strangers, name: str):
    route = TABLE[name]
    of_api = name.startswith("api:")
    wrong = []
    for who, client in strangers.clients.items():
        if who.endswith("api") is not of_api:
            continue
        for method in METHODS:
            if ("GET" if method == "HEAD" else method) not in route.may:
                continue
            asked(client, method, route, uuid.uuid4())  # what a first request leaves behind
            absent = asked(client, method, route, uuid.uuid4())
            hidden = asked(client, method, route, strangers.own[route.of])
            for what, one, other in compared(hidden, absent):
                if one != other:
                    wrong.append(f"{who} {method}: the {what} differ: {first_difference(one, other)}")
    assert not wrong, "\n".join(wrong)


def test_the_owners_etag_opens_nothing_for_others(cast: Cast, strangers: Strangers):
    """A poll that nothing has changed for answers 304 before it renders; never for what is not one's own."""
    url = reverse("intel:submission-detail", args=[strangers.own["submission"]])
    etag = client_of(cast.north_analyst).get(url, headers={"HX-Request": "true"}).headers["ETag"]
    answers = []
    for address in (url, reverse("intel:submission-detail", args=[uuid.uuid4()])):
        headers = {"HX-Request": "true", "If-None-Match": etag}
        status, said, body = told(strangers.clients["outsider portal"].get(address, headers=headers))
        answers.append((status, said, body.replace(address.encode(), b"")))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


def test_a_cursor_of_anothers_list_is_a_place_and_no_key(cast: Cast, strangers: Strangers):
    north = api_client(token_of(cast.north))
    for value in ("second", "third"):
        for who in (cast.north_lead, cast.south_lead):
            file(actor(who), row(value), match=True)
    cursor = north.get(f"{reverse('api:collisions')}?limit=1").json()["next_cursor"]
    assert cursor
    for client in (strangers.clients["outsider api"], strangers.clients["harbour_bank api"]):
        assert client.get(f"{reverse('api:collisions')}?cursor={cursor}").json()["results"] == []

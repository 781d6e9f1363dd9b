"""Every address × every role × every method, against tests/permission_table.py (R01, R04, R08)."""

import dataclasses
import json
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from custody.models import Budget, SigningKey
from intel.models import Clue, Collision, SavedView, Submission
from intel.scoring import RULE_1
from intel.services.rules import propose_rule
from intel.services.runs import start_run
from kit.capabilities import Capability
from members import sessions
from members.actors import system_actor
from members.models import Credential
from notices.models import Delivery, Event, Notice, Watch, Webhook
from notices.services import secrets
from privacy.rounds import run_here
from reports.catalogue import CATALOGUE
from tests import cast as people
from tests.cases import case_on, doors, remove
from tests.cast import Cast
from tests.intel import clues, lists
from tests.permission_table import (
    ADMIN_A,
    ADMIN_B,
    ANALYST_A,
    ANALYST_B,
    ANON,
    AUDIT,
    CLERK,
    CREDENTIAL_A,
    CREDENTIAL_B,
    CREDENTIALS,
    EVERYBODY,
    FILER_A,
    LEAD_A,
    LEAD_B,
    METHODS,
    OF_CASE,
    OTHER_POLICE,
    OUTSIDER,
    PEOPLE,
    POLICE,
    READER_A,
    REGULATOR,
    SECURITY,
    SYSTEM,
    Route,
)
from tests.permission_table import TABLE as ALL_BUT_CASES

TABLE = ALL_BUT_CASES | {route.name: route for area in doors.AREAS for route in area.ROUTES}

ASK_EVERYTHING = {ANON, LEAD_A, POLICE, CREDENTIAL_A}
"""Who tries the methods that an address does not have, too: it has them for nobody, so a few are enough."""
PASSED = {200, 201, 202, 204, 301, 302, 304, 400, 409, 413, 415, 422, 503}
"""What a request that passed the door may get: done, sent on, or refused for what it holds."""
REFUSED = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
_VALUE = re.compile(r'"s\d+_x\d+"|' r"'[^']*'(::\w+)?|\b\d+\b")
_FRESH_EACH_TIME = re.compile(rb"(?:csrfmiddlewaretoken|X-CSRFToken|csrf-token|nonce|request_id)[^>\n]*")


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """The names of all addresses of the platform."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, f"{entry.namespace}:" if entry.namespace else prefix)
        elif isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"


@dataclass
class World:
    """The cast with one object of institution A of each kind, and a client for each role."""

    clients: dict[str, Client]
    own: dict[str, dict[str, object]]

    def absent(self, of: str, role: str) -> dict[str, object]:
        """The address of an object that does not exist; of one inside the case, for whoever sees the case, in it."""
        where, case = self.own[of], self.own["case"]["ref"]
        within = role in OF_CASE and len(where) > 1
        return {
            name: value if within and name == "ref" and value == case else _absent(value)
            for name, value in where.items()
        }

    def sign_in_again(self) -> None:
        """Everybody has just proved who they are, however long the walk has taken so far."""
        for role in PEOPLE:
            session = self.clients[role].session
            sessions.begin(session, time.time())
            session.save()

    def request(self, role: str, method: str, route: Route, url: str) -> HttpResponseBase:
        """The answer, and nothing changed."""
        client, of_api = self.clients[role], route.name.startswith("api:")
        content_type = "application/json" if of_api and route.body else "application/x-www-form-urlencoded"
        with transaction.atomic():
            cookies = client.cookies.copy()
            response = client.generic(method, url, route.body if method == "POST" else "", content_type)
            client.cookies = cookies
            transaction.set_rollback(True)
        return response


def _absent(value: object) -> object:
    match value:
        case uuid.UUID():
            return uuid.uuid4()
        case int():
            return int("9" * len(str(value)))  # an address of the same length
        case _:
            return "nothing"


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Built once for all routes, in a transaction that nobody commits."""
    transcript, _ = run_here("id", 1, 2, {number: bytes([number]) * 32 for number in (1, 2, 3)})
    path = tmp_path_factory.mktemp("ceremony") / "transcript.json"
    path.write_text(json.dumps(transcript.to_json()))
    with django_db_blocker.unblock(), override_settings(TRANSCRIPT_FILE=str(path)), transaction.atomic():
        yield build_world(people.build())
        transaction.set_rollback(True)


def build_world(cast: Cast) -> World:
    clients: dict[str, Client] = {
        ANON: Client(raise_request_exception=False),
        ANALYST_A: people.client_of(cast.north_analyst),
        LEAD_A: people.client_of(cast.north_lead),
        ADMIN_A: people.client_of(cast.north_admin),
        ANALYST_B: people.client_of(cast.south_analyst),
        LEAD_B: people.client_of(cast.south_lead),
        ADMIN_B: people.client_of(cast.south_admin),
        OUTSIDER: people.client_of(cast.outsider_analyst),
        CREDENTIAL_A: people.api_client(people.token_of(cast.north)),
        FILER_A: people.api_client(people.token_of(cast.north, ["submit"])),
        READER_A: people.api_client(people.token_of(cast.north, ["collisions"])),
        CREDENTIAL_B: people.api_client(people.token_of(cast.south)),
        POLICE: people.client_of(cast.police_officer),
        OTHER_POLICE: people.client_of(cast.county_officer),
        CLERK: people.client_of(cast.clinic_clerk),
        REGULATOR: people.client_of(cast.regulator_reader),
        SYSTEM: people.client_of(cast.operator_system),
        SECURITY: people.client_of(cast.operator_security),
        AUDIT: people.client_of(cast.operator_audit),
    }
    for client in clients.values():
        client.raise_request_exception = False
    return World(clients, objects_of_a(cast))


def objects_of_a(cast: Cast) -> dict[str, dict[str, object]]:
    """One object of institution A of each kind, as the arguments of its address."""
    north, south = people.actor(cast.north_analyst), people.actor(cast.south_analyst)
    clues.file(north, clues.row("shared"), {"not": "a clue"}, match=True)
    clues.file(south, clues.row("shared"), match=True)
    credential = Credential.objects.filter(institution=cast.north).first()
    budget = Budget.objects.create(
        institution=cast.north,
        key="id",
        values=10,
        until=datetime.now(UTC).date() + timedelta(days=7),
        reason="test",
        requested_by=cast.north_analyst,
    )
    key = SigningKey.objects.create(
        institution=cast.north, purpose="signing", public_key=bytes(range(32)), registered_by=cast.north_admin
    )
    passkey = Authenticator.objects.create(
        user=cast.harbour_leasing_analyst, type=Authenticator.Type.WEBAUTHN, data={"name": "key", "credential": {}}
    )
    rule = propose_rule(
        system_actor("test", Capability.MANAGE_RULES),
        parameters=dataclasses.replace(RULE_1, rarity=0).to_json(),
        reason="test",
    )
    run = start_run(system_actor("test"), purpose="rematch", rule=rule)
    assert credential is not None
    story = case_on(cast, Collision.objects.get())
    remove(story.case, cast.south)
    of_case = {name: where for area in doors.AREAS for name, where in area.objects(cast, story).items()}
    return {
        **told_of(cast),
        "case": {"ref": story.case.ref},
        **of_case,
        "submission": {"ref": Submission.objects.get(institution=cast.north).ref},
        "clue": {"ref": Clue.objects.get(institution=cast.north).ref},
        "collision": {"ref": Collision.objects.get().ref},
        "view": {"ref": SavedView.objects.create(user=cast.north_analyst, name="Mine", query="assigned=me").ref},
        "user": {"ref": cast.north_analyst.ref},
        "credential": {"ref": credential.ref},
        "institution": {"ref": cast.north.ref},
        "circle": {"ref": cast.cards.ref},
        "membership": {"ref": cast.cards.ref, "institution": cast.north.ref},
        "budget": {"ref": budget.ref},
        "key": {"ref": key.ref},
        "passkey": {"pk": passkey.pk},
        "rule": {"number": rule.number},
        "run": {"ref": run.ref},
        "warning": {"ref": lists.propose(people.actor(lists.lead(cast.harbour_bank)), lists.exact(lists.HOTLINE)).ref},
        "report": {"name": next(iter(CATALOGUE))},
    }


def told_of(cast: Cast) -> dict[str, dict[str, object]]:
    """A notice and a watch of institution A's analyst, a webhook and a delivery of institution A."""
    event = Event.objects.create(
        institution=cast.north, sequence=10_000, type="collision.found", subject=uuid.uuid4(), circle=cast.cards
    )
    event.refresh_from_db()
    notice = Notice.objects.create(user=cast.north_analyst, event=event, portal=True, mail=0)
    watch = Watch.objects.create(user=cast.north_analyst, scope="kind", target="phone/1")
    webhook = Webhook(institution=cast.north, name="hook", url="https://hook.example/", types=["collision.found"])
    webhook.secret = secrets.seal(webhook, "secret", secrets.new_secret())
    webhook.save()
    Delivery.objects.create(webhook=webhook, event=event, sequence=event.sequence)
    return {
        "notice": {"ref": notice.ref},
        "watch": {"ref": watch.ref},
        "webhook": {"ref": webhook.ref},
        "delivery": {"ref": webhook.ref, "sequence": event.sequence},
    }


def test_every_address_stands_in_the_table() -> None:
    assert sorted(routes()) == sorted(TABLE)


@pytest.mark.parametrize("route", TABLE.values(), ids=lambda route: route.name)
def test_who_may_do_what_at(route: Route, world: World) -> None:
    url = reverse(route.name, kwargs=world.own[route.of] if route.of else None)
    world.sign_in_again()
    wrong = []
    for role in world.clients:
        for method in (one for one in METHODS if one in doors_of(route) or role in ASK_EVERYTHING):
            response = world.request(role, method, route, url)
            fault = judge(route, role, method, response)
            if fault:
                wrong.append(f"{role} {method}: {fault}, got {describe(response)}")
    if route.of:
        wrong += compare(route, world)
    assert not wrong, "\n" + "\n".join(wrong)


def doors_of(route: Route) -> set[str]:
    """The methods that the address has."""
    return {*route.may, *(["HEAD"] if "GET" in route.may else [])}


def judge(route: Route, role: str, method: str, response: HttpResponseBase) -> str:
    """What is wrong with an answer; nothing if it is the one the table demands."""
    allowed = route.may.get("GET" if method == "HEAD" else method)
    status = response.status_code
    public = (allowed or frozenset()) >= EVERYBODY
    at_home = PEOPLE if not route.name.startswith("api:") else CREDENTIALS
    if role not in at_home and not public:
        return "" if turned_away(response) or status == HTTPStatus.METHOD_NOT_ALLOWED else "a stranger must sign in"
    if allowed is None or (method == "HEAD" and status == HTTPStatus.METHOD_NOT_ALLOWED):
        return "" if status in REFUSED else "this method does not exist here"
    if role not in allowed:
        # Of an object, forbidden and absent may look alike; `compare` sees to it that they do for everyone.
        return "" if status == HTTPStatus.FORBIDDEN or (route.of and status == HTTPStatus.NOT_FOUND) else "may not pass"
    if route.of and role not in route.within:
        return "" if status == HTTPStatus.NOT_FOUND else "this object does not exist for this role"
    return "" if status in PASSED and (public or not turned_away(response)) else "may pass"


def turned_away(response: HttpResponseBase) -> bool:
    """Whether the answer is: sign in first."""
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        return True
    target = response.headers.get("Location", "")
    return response.status_code == HTTPStatus.FOUND and target.split("?")[0] == reverse("account_login")


def describe(response: HttpResponseBase) -> str:
    return f"{response.status_code} {response.headers.get('Location', '')}".strip()


def compare(route: Route, world: World) -> Iterator[str]:
    """For whom an object of institution A that is not theirs answers otherwise than one that does not exist."""
    own = reverse(route.name, kwargs=world.own[route.of])
    for role in world.clients:
        absent = reverse(route.name, kwargs=world.absent(route.of, role))
        for method, allowed in route.may.items():
            with CaptureQueriesContext(connection) as of_nothing:
                nothing = world.request(role, method, route, absent)
            if role in allowed and nothing.status_code != HTTPStatus.NOT_FOUND:
                yield f"{role} {method} of nothing: {describe(nothing)}"
            with CaptureQueriesContext(connection) as of_foreign:
                foreign = world.request(role, method, route, own)
            if role in allowed and role in route.within:
                continue
            if bytes_of(foreign, own) != bytes_of(nothing, absent):
                yield f"{role} {method}: {describe(foreign)} differs from {describe(nothing)}"
            if shapes(of_foreign) != shapes(of_nothing):
                # What the database was asked decides how long an answer takes; scripts/bench refusals measures it.
                yield f"{role} {method}: other statements than for nothing"


def shapes(asked: CaptureQueriesContext) -> list[str]:
    """The statements without their values."""
    return [_VALUE.sub("?", query["sql"]) for query in asked.captured_queries]


def bytes_of(response: HttpResponseBase, url: str) -> tuple[int, dict[str, str], bytes]:
    """All of an answer that could tell two addresses apart: status, headers, body without one-time tokens."""
    headers = {name: value.replace(url, "") for name, value in response.headers.items() if name != "X-Request-ID"}
    body: bytes = getattr(response, "content", b"").replace(url.encode(), b"")
    return response.status_code, headers, _FRESH_EACH_TIME.sub(b"", body)

"""P7: what a page costs the server on a large store: 95th percentile, and how many statements it takes."""

import time
from collections.abc import Iterator

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from intel.models import Clue, Party, Submission
from tests.bench.measure import Row
from tests.bench.world import cast

VISITS = 20
LONGEST = 150
MOST_STATEMENTS = 15


def measured(found: cast.Cast) -> Iterator[Row]:
    """Each page of an analyst whose institution is a party of many collisions, and the same list by API."""
    browser = cast.client_of(found.south_analyst, HTTP_HOST="localhost")
    system = cast.api_client(cast.token_of(found.south), HTTP_HOST="localhost")
    most = 0
    for name, client, address in [
        *((name, browser, address) for name, address in _addresses(found.south.pk).items()),
        ("API collisions, 200 a page", system, "/api/v1/collisions?limit=200"),
        ("API collisions of one kind", system, "/api/v1/collisions?kind=phone/1"),
    ]:
        taken, statements = _visit(client, address)
        most = max(most, statements)
        yield Row.bound(f"P7 {name}, p95 of {VISITS} visits", taken, "ms", LONGEST)
    yield Row.bound("P7 most statements of any of these pages", most, "statements", MOST_STATEMENTS)


def _addresses(institution: int) -> dict[str, str]:
    mine = {"institution": institution}
    party = Party.objects.filter(**mine).select_related("collision").order_by("-joined_at").first()
    submission = Submission.objects.filter(**mine).latest("pk")
    clue = Clue.objects.filter(**mine).latest("pk")
    assert party is not None
    lists = reverse("intel:collisions")
    return {
        "home": reverse("intel:home"),
        "submissions": reverse("intel:submissions"),
        "submission": reverse("intel:submission-detail", args=[submission.ref]),
        "clue": reverse("intel:clue-detail", args=[clue.ref]),
        "collisions": lists,
        "collisions of one kind": f"{lists}?kind=phone/1",
        "collisions of one typology": f"{lists}?typology=forged_material",
        "collisions of an absent typology": f"{lists}?typology=credit_repair_fraud",
        "collision": reverse("intel:collision-detail", args=[party.collision.ref]),
    }


def _visit(client: Client, address: str) -> tuple[float, int]:
    """Milliseconds at the 95th percentile, after one visit that counts the statements and warms the cache."""
    with CaptureQueriesContext(connection) as statements:
        response = client.get(address)
    number = len(statements)
    assert response.status_code == 200, (address, response.status_code)
    taken = []
    for _ in range(VISITS):
        began = time.perf_counter()
        client.get(address)
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)[int(VISITS * 0.95) - 1], number

"""The triage queue at a million collisions of one institution: pages, filters, acts and the file."""

import time
from collections.abc import Iterator

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from intel.queries.collisions import collisions_for
from intel.queries.queue import Asked
from kit.actor import Actor
from tests.bench import pages, world
from tests.bench.measure import Row
from tests.bench.world import cast

STORED = 1_000_000
ACTS = 20
MANY = 50
_LEAST_STORED = 2_000

# Made by SQL, past triggers: only their shape matters. Half waits, a tenth is snoozed, few score high, one in a hundred
# is somebody's, and one in two thousand is of a rare kind.
_FILL = """
INSERT INTO intel_digest (id, circle_id, kind, suite, epoch, pepper, sealed)
SELECT n, %(circle)s, CASE WHEN n %% 2000 = 0 THEN 2 ELSE 1 END, 1, 1, 'k1', substring(sha512(int8send(n)) FOR 48)
FROM generate_series(1, %(number)s::bigint) n;
INSERT INTO intel_collision (id, ref, digest_id, circle_id, kind, found_at, state, score, engine, rule, as_of, inputs)
SELECT id, gen_random_uuid(), id, circle_id, kind, now() - random() * interval '365 days',
    CASE WHEN id %% 500 = 0 THEN 'disputed' WHEN id %% 50 = 1 THEN 'quarantined' ELSE 'open' END,
    (power(random(), 2) * 10000)::int, 1, 1, current_date, %(inputs)s::jsonb FROM intel_digest;
INSERT INTO intel_party (id, collision_id, institution_id, circle_id, kind, label, clues, typologies, roles,
    first_seen_at, last_seen_at, joined_at, state, score, status, assignee_id, snoozed_until, due_at)
SELECT gen_random_uuid(), c.id, side.bank, c.circle_id, c.kind, side.label, 1 + c.id %% 4,
    ARRAY[(ARRAY['impersonation', 'forged_material', 'anti_collection'])[1 + c.id %% 3]], ARRAY['agent'],
    now() - interval '90 days', now() - interval '9 days', c.found_at, c.state, c.score,
    CASE WHEN c.id %% 10 < 5 THEN 'new' WHEN c.id %% 10 < 7 THEN 'accepted' WHEN c.id %% 10 < 9 THEN 'rejected'
         ELSE 'snoozed' END,
    CASE WHEN c.id %% 100 = 0 AND side.label = 1 THEN %(person)s::bigint END,
    CASE WHEN c.id %% 10 = 9 THEN now() + interval '10 days' END, now() + (random() - 0.2) * interval '7 days'
FROM intel_collision c CROSS JOIN (VALUES (%(us)s, 1), (%(them)s, 2)) AS side (bank, label);
"""
_INPUTS = (
    '{"kind": 1, "groups": 2, "institutions": 2, "clues": 6, "seen": 3, "shared": 6, "proof": 1, "agents": 100, '
    '"victim": 0, "age": 9, "gap": 0, "confirmed": 0, "refuted": 0, "outdated": 0, "disputed": 0, "hold": 0}'
)


def rows(scale: float) -> Iterator[Row]:
    """Server milliseconds of each address at the 95th percentile, statements, and what acts and the file cost."""
    number = max(int(STORED * scale), _LEAST_STORED)
    with world.database(), world.ceremony():
        found = cast.build()
        _fill(found, number)
        browser = cast.client_of(found.north_analyst, HTTP_HOST="localhost")
        system = cast.api_client(cast.token_of(found.north), HTTP_HOST="localhost")
        most = 0
        for name, client, address in _addresses(browser, system, found):
            taken, statements = pages._visit(client, address)
            most = max(most, statements)
            yield Row.bound(f"queue, {number:,} collisions: {name}", taken, "ms", pages.LONGEST)
        yield Row.bound("most statements of any of these pages", most, "statements", pages.MOST_STATEMENTS)
        yield from _acts(browser, cast.actor(found.north_analyst), number)
        yield from _files(browser)


def _fill(found: cast.Cast, number: int) -> None:
    """So many collisions of north and south."""
    parameters = {"circle": found.cards.pk, "number": number, "us": found.north.pk, "them": found.south.pk}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(_FILL, {**parameters, "person": found.north_analyst.pk, "inputs": _INPUTS})
    world.execute("VACUUM ANALYZE")


def _addresses(browser: Client, system: Client, found: cast.Cast) -> Iterator[tuple[str, Client, str]]:
    """Each filter once as it finds much and, where it may, as it finds nothing; and what else shows the queue."""
    queue = reverse("intel:collisions")
    far = collisions_for(cast.actor(found.north_analyst), Asked(), limit=200).next_cursor
    asked = {
        "what is to do": "",
        "all": "status=all",
        "rejected": "status=rejected",
        "newest": "order=newest&status=all",
        "newest to do": "order=newest",
        "first due": "order=due",
        "overdue": "due=overdue&order=due",
        "overdue by score": "due=overdue",
        "assigned to me": "assigned=me",
        "assigned to nobody": "assigned=nobody",
        "one typology": "typology=forged_material",
        "an absent typology": "typology=credit_repair_fraud",
        "an absent typology among all": "typology=credit_repair_fraud&status=all",
        "a rare kind": "kind=voice/1",
        "an absent kind among all": "kind=qq/1&status=all",
        "a rare state": "state=disputed&status=all",
        "an absent state": "state=closed",
        "a high score, newest": "least=90&order=newest",
        "found on no day": "since=2099-01-01&status=all",
        "everything at once": "state=disputed&kind=voice/1&typology=impersonation&least=50&assigned=nobody&due=week",
        "200 a page": "rows=200",
        "the second page": f"rows=200&status=all&cursor={far}",
    }
    yield from ((name, browser, f"{queue}?{query}") for name, query in asked.items())
    yield "home", browser, reverse("intel:home")
    yield "API, 200 by score", system, "/api/v1/collisions?order=score&limit=200"


def _acts(browser: Client, actor: Actor, number: int) -> Iterator[Row]:
    """What accepting MANY at once costs."""
    taken = []
    for _ in range(min(ACTS, number // 400)):
        page = collisions_for(actor, Asked(status="new"), limit=MANY)
        data = {"act": "accept", "ref": [str(row.ref) for row in page.rows]}
        began = time.perf_counter()
        assert browser.post(reverse("intel:triage"), data).status_code == 302
        taken.append((time.perf_counter() - began) * 1000)
    slowest = sorted(taken)[int(len(taken) * 0.95) - 1]
    yield Row.bound(f"accepting {MANY} at once, p95 of {len(taken)}", slowest, "ms", 2 * pages.LONGEST)


def _files(browser: Client) -> Iterator[Row]:
    for name in ("collisions-csv", "collisions-xlsx"):
        began = time.perf_counter()
        response = browser.get(f"{reverse(f'intel:{name}')}?status=all")
        size = sum(len(part) for part in response.streaming_content)
        yield Row.plain(f"{name.replace('-', ' as ')}, 10,000 rows at most", time.perf_counter() - began, "s")
        yield Row.plain(f"{name.replace('-', ' as ')}, size", size / 1e6, "MB")

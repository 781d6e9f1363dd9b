"""Scores on collisions: facts by set-based SQL, points by intel.scoring, stored with what they were computed from."""

import json
from collections.abc import Collection, Iterator
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from intel.models import ScoringRule
from intel.queries import crossing
from intel.scoring import ENGINE, RULE_1, Inputs, Parameters, score
from intel.scoring.facts import inputs_of
from members.queries.circles import ownership

BATCH = 2_000
"""Digests whose facts are held in memory at a time, and locked at a time by the nightly rescore."""
_LOCK = "SELECT id FROM intel_digest WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
# A day that moves nothing but the age is not written: score and inputs still agree, as of the day that stands there.
_WRITE = """
UPDATE intel_collision c
SET score = scored.score, engine = %s, rule = %s, as_of = %s, inputs = scored.inputs
FROM unnest(%s::bigint[], %s::int[], %s::jsonb[]) AS scored (digest_id, score, inputs)
WHERE c.digest_id = scored.digest_id
  AND (c.score, c.engine, c.rule, c.inputs - 'age')
      IS DISTINCT FROM (scored.score, %s, %s, scored.inputs - 'age')
"""
SERVICE_LEVEL = """CASE WHEN c.score >= 7000 THEN interval '24 hours'
    WHEN c.score >= 4000 THEN interval '72 hours' ELSE interval '7 days' END"""
"""How long a collision may wait for a first look, in SQL: the stronger it is, the shorter."""
_TELL = f"""
WITH told AS MATERIALIZED (
    SELECT p.id, c.score, c.state, CASE WHEN p.status = 'new' AND p.due_at IS NULL THEN p.joined_at + {SERVICE_LEVEL}
        ELSE p.due_at END AS due_at
    FROM unnest(%s::bigint[]) AS touched (digest_id)
    CROSS JOIN LATERAL (SELECT id, score, state FROM intel_collision WHERE digest_id = touched.digest_id OFFSET 0) c
    CROSS JOIN LATERAL (SELECT * FROM intel_party WHERE collision_id = c.id OFFSET 0) p
    WHERE (p.score, p.state) IS DISTINCT FROM (c.score, c.state) OR (p.status = 'new' AND p.due_at IS NULL))
UPDATE intel_party p SET score = told.score, state = told.state, due_at = told.due_at FROM told WHERE p.id = told.id
"""  # noqa: S608 - a constant of this module


def active_rule() -> tuple[int, Parameters]:
    """Number and parameters of the rule in force. The first one comes with the code and is stored when first needed."""
    row = ScoringRule.objects.filter(state=ScoringRule.State.ACTIVE).values_list("number", "parameters").first()
    if row is None:
        now = timezone.now()
        first = ScoringRule(
            number=1,
            parameters=RULE_1.to_json(),
            state=ScoringRule.State.ACTIVE,
            reason="The rule an alliance begins with.",
            proposed_by="system:scoring",
            proposed_at=now,
            decided_at=now,
        )
        # Whoever is first writes it; two at once write it once.
        ScoringRule.objects.bulk_create([first], ignore_conflicts=True)
        row = ScoringRule.objects.filter(state=ScoringRule.State.ACTIVE).values_list("number", "parameters").get()
    number, parameters = row
    return number, Parameters.from_json(parameters)


def gathered_inputs(digests: Collection[int] | None, as_of: datetime) -> Iterator[tuple[int, int, Inputs]]:
    """(digest, epoch, inputs) of these digests, of all that collide if None, as of a moment, by key and in batches.

    A digest that fewer than two ownership groups held by then is left out. What was deleted since is not seen.
    """
    owners, day = ownership(), timezone.localdate(as_of)
    for batch in _batches(digests):
        for facts in crossing.strength_facts(batch, owners, at=as_of, live=False):
            yield facts.digest, facts.epoch, _inputs(facts, day)


def score_digests(digests: Collection[int], *, as_of: date | None = None) -> None:
    """Score the collisions of these digests by the rule in force and copy score and state to their parties.

    Runs in the caller's transaction, which has the digests locked. `as_of` is the day their age is counted to, today
    unless given. A digest without a collision is passed over.
    """
    score_collisions(digests, as_of=as_of)
    tell_parties(digests)


def score_collisions(digests: Collection[int], *, as_of: date | None = None) -> None:
    """The first half of `score_digests`: the collisions. Whoever calls it sees to their parties."""
    if not digests:
        return
    number, parameters = active_rule()
    owners, now = ownership(), timezone.now()
    day = as_of or timezone.localdate(now)
    for batch in _batches(digests):
        keys, points, inputs = [], [], []
        for facts in crossing.strength_facts(batch, owners, at=now, live=True):
            gathered = _inputs(facts, day)
            keys.append(facts.digest)
            points.append(score(gathered, parameters).points)
            inputs.append(json.dumps(gathered.to_json()))
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [ENGINE, number, day, keys, points, inputs, ENGINE, number])


def tell_parties(digests: Collection[int]) -> None:
    """The second half of `score_digests`: the parties' copies of score and state, and when they are due."""
    with connection.cursor() as cursor:
        cursor.execute(_TELL, [list(digests)])


def rescore() -> int:
    """Score every collision again, a batch a transaction: age moves scores over night. Returns how many it went over.

    Idempotent, and nobody is told: a score that fades is no event.
    """
    after = count = 0
    while batch := crossing.colliding_digests(after, BATCH):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_LOCK, [batch])
            score_digests(batch)
        after, count = batch[-1], count + len(batch)
    return count


def _inputs(facts: crossing.Facts, day: date) -> Inputs:
    return inputs_of(
        kind=facts.kind,
        hold=facts.hold,
        witnesses=facts.witnesses,
        shared=facts.shared,
        opinions=facts.opinions,
        as_of=day,
    )


def _batches(digests: Collection[int] | None) -> Iterator[list[int]]:
    if digests is None:
        after = 0
        while batch := crossing.colliding_digests(after, BATCH):
            yield batch
            after = batch[-1]
        return
    ordered = sorted(digests)
    for first in range(0, len(ordered), BATCH):
        yield ordered[first : first + BATCH]

"""How good the score is: plans of held-out seeds filed through the one door, matched, and ranked as members see them.

A *hit* is a collision whose value is a gang's tool; a gang's victim and an innocent value are none. Rule 1 was tuned on
seeds 1 to 5; the seeds here were never looked at. Beside the score stands what the number of clues alone would give.
Equal scores are ordered by a checksum of the value, so by nothing that helps.
"""

import hashlib
import os
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

from django.db.models import Count, Sum

from alliance.embedded.state import State
from demo import lists, roster
from demo import world as demo_world
from demo.places import Places
from demo.plan import CLUES, TOOL, VICTIM, Indicator, Plan, Row, make_plan
from demo.roster import Cast
from intel.models import Collision, Digest, Submission
from intel.rows import VOICE
from intel.sealing import SUITE, ring
from intel.services.matching import match_submission
from intel.services.submissions import submit_clues
from kit.capabilities import Capability
from members.roles import Role
from privacy import envelope, ristretto
from privacy.encoding import b64
from tests.bench import measure, world

HELD_OUT = (101, 102, 103, 104, 105)
TOPS = (50, 200, 500)
WANTED = 45
"""How many of the first 50 must be gangs' tools."""
FAIR = 4_000
"""Hundredths of a point from which a collision is of the middle class of the service levels or above."""
LISTS = "PUBLIC_LISTS"
"""The environment names the directory of the public lists; without it their extracts in the repository are used."""
_EXTRACTS = Path(__file__).parents[1] / "vectors" / "lists"
_ENOUGH = 6_000
"""A smaller plan has too few gangs to fill the first 50."""
_EVERY = 50
_PART = 50_000
"""Rows of one submission."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A collision as it stands in the queue: how strong, why its value is there, and by how many clues it is held."""

    score: int
    is_open: bool
    why: str
    clues: int
    kind: str
    parties: int
    tie: bytes


def rows(scale: float) -> Iterator[measure.Row]:
    """Each held-out seed, all of them together, and the public lists; `scale` 1 is 20,000 clues a seed."""
    clues = max(600, round(CLUES * scale))
    until = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    pooled: list[list[Ranked]] = []
    for seed in HELD_OUT:
        pooled.append(_ranked(roster.DEMO, make_plan(seed=seed, clues=clues, until=until)))
        yield from _of_seed(f"seed {seed}", pooled[-1], WANTED if clues >= _ENOUGH else 0)
    yield from _of_all(pooled)
    directory = Path(os.environ.get(LISTS, _EXTRACTS))
    most = None if scale >= 1 else max(100, round(100_000 * scale))
    observed = datetime.now(UTC) - timedelta(days=1)
    yield from _of_lists(
        _ranked(lists.CAST, lists.lists_plan(directory, every=_EVERY, observed_at=observed, most=most)[0])
    )


def _of_seed(name: str, ranked: Sequence[Ranked], wanted: int) -> Iterator[measure.Row]:
    by_score, by_clues = _by_score(ranked), _by_clues(ranked)
    for top in TOPS[:2]:
        yield _hits(f"{name}: tools among the first {top}", by_score[:top], by_clues[:top], wanted if top == 50 else 0)


def _of_all(pooled: Sequence[Sequence[Ranked]]) -> Iterator[measure.Row]:
    for top in TOPS:
        firsts = [_by_score(ranked)[:top] for ranked in pooled]
        plain = [_by_clues(ranked)[:top] for ranked in pooled]
        yield _hits(f"all seeds: tools among the first {top}", chain(*firsts), chain(*plain), 0, of=len(pooled))
        whys, bare = (Counter(one.why for one in chain(*each)) for each in (firsts, plain))
        for why in (VICTIM, *sorted((whys | bare).keys() - {TOOL, VICTIM})):
            yield measure.Row(
                f"  {why} among them, a seed", whys[why] / len(pooled), bare[why] / len(pooled), "", None, "", None
            )
        tools = sum(one.why == TOOL for one in chain(*pooled))
        yield measure.Row.plain(f"  share of all tools of gangs, first {top}", whys[TOOL] / tools, "")
    aside = [one for one in chain(*pooled) if not one.is_open]
    yield measure.Row.plain("over-common and quarantined, a seed", len(aside) / len(pooled), "")
    yield measure.Row.plain("  tools of gangs among them", sum(one.why == TOOL for one in aside) / len(pooled), "")
    fair = [one for one in chain(*pooled) if one.score >= FAIR]
    yield measure.Row.plain("40 points or more: collisions a seed", len(fair) / len(pooled), "")
    yield measure.Row.plain("  tools among them", sum(one.why == TOOL for one in fair) / max(1, len(fair)), "")
    tools = [one for one in chain(*pooled) if one.why == TOOL]
    yield measure.Row.plain("  share of all tools of gangs", sum(o.score >= FAIR for o in tools) / len(tools), "")


def _hits(what: str, ours: Iterable[Ranked], plain: Iterable[Ranked], wanted: int, *, of: int = 1) -> measure.Row:
    mine, bare = (sum(one.why == TOOL for one in each) / of for each in (ours, plain))
    target = f"≥ {wanted}" if wanted else ""
    return measure.Row(what, mine, bare, "", mine / bare if bare else None, target, mine >= wanted if wanted else None)


def _of_lists(ranked: Sequence[Ranked]) -> Iterator[measure.Row]:
    """Nobody knows which hosts of the lists are innocent: only how the score orders them is said."""
    yield measure.Row.plain("public lists: values that two or more hold", len(ranked), "")
    for kind in sorted({one.kind for one in ranked}):
        for parties in sorted({one.parties for one in ranked if one.kind == kind}):
            scores = [one.score / 100 for one in ranked if (one.kind, one.parties) == (kind, parties)]
            yield measure.Row.plain(f"  {kind} in {parties} lists: how many", len(scores), "")
            yield measure.Row.plain("    their median score", statistics.median(scores), "points")


def _by_score(ranked: Sequence[Ranked]) -> list[Ranked]:
    """The queue: what is quarantined waits for its review and stands in none."""
    return sorted((one for one in ranked if one.is_open), key=lambda one: (-one.score, one.tie))


def _by_clues(ranked: Sequence[Ranked]) -> list[Ranked]:
    return sorted(ranked, key=lambda one: (-one.clues, one.tie))


def _ranked(cast: Cast, plan: Plan) -> list[Ranked]:
    """File and match a whole plan in a database of its own, and read the scores that members see."""
    with world.database(), world.ceremony(), tempfile.TemporaryDirectory() as directory:
        demo_world.build(cast, Places(State(Path(directory))))
        for member in cast.members:
            rows = plan.rows_of(member.code)
            for first in range(0, len(rows), _PART):
                _file(cast, member.code, first, rows[first : first + _PART])
        world.execute("ANALYZE")
        for pk in Submission.objects.filter(matched_at=None).order_by("pk").values_list("pk", flat=True):
            match_submission(pk)
        assert not Submission.objects.filter(matched_at=None).exists()
        found = list(_read(plan))
    assert len(found) == len(plan.expected)
    return found


def _file(cast: Cast, code: str, first: int, rows: Sequence[Row]) -> None:
    """One submission of an institution's rows; values become random valid points, as custodians would answer."""
    person = demo_world.person(cast, code, Role.ANALYST)
    actor = replace(person, capabilities=person.capabilities | {Capability.FILE_APPROVED})
    key = f"precision-{code}-{first}"
    receipt = submit_clues(
        actor,
        rows=(_line(row) for row in rows),
        channel="api",
        idempotency_key=key,
        body_sha256=hashlib.sha256(key.encode()).digest(),
        epoch=1,
    )
    assert (receipt.accepted, receipt.rejected) == (len(rows), 0)


def _line(row: Row) -> dict[str, object]:
    return {
        "circle": row.circle,
        "typology": row.typology,
        "proof": row.proof,
        "role": row.role,
        "observed_at": row.observed_at.isoformat(),
        "digests": [_digest(one) for one in row.indicators],
    }


def _digest(one: Indicator) -> dict[str, str]:
    item = {"kind": one.kind, "digest": b64(_point(one.kind, one.canonical))}
    return {**item, "library": one.canonical.rsplit(":", 1)[0]} if one.kind == VOICE else item


def _point(kind: str, value: str) -> bytes:
    """Some valid point that only this value has."""
    return ristretto.from_hash(hashlib.sha512(f"{kind}\x1f{value}".encode()).digest())


def _read(plan: Plan) -> Iterator[Ranked]:
    """Every collision with the reason its value is there, as the plan knows it."""
    whys = plan.truths()
    values = {_point(one.kind, one.value): one for one in plan.expected}
    rows = Collision.objects.annotate(clues=Sum("parties__clues"), sides=Count("parties")).select_related("digest")
    for row in rows:
        one = values[_opened(row.digest)]
        yield Ranked(
            score=row.score,
            is_open=row.state == Collision.State.OPEN,
            why=whys.get((one.kind, one.value), ""),
            clues=row.clues,
            kind=one.kind,
            parties=row.sides,
            tie=hashlib.sha256(one.value.encode()).digest(),
        )


def _opened(digest: Digest) -> bytes:
    return envelope.open_digest(
        ring().get("pepper", digest.pepper),
        digest.pepper,
        bytes(digest.sealed),
        suite=SUITE,
        epoch=digest.epoch,
        kind=digest.kind,
    )

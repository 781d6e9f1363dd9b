"""What must always hold, whatever was killed or lost: the checker behind `manage.py check_invariants`.

Each promise has its letter: (a) each acknowledged submission exists once, (b) the collisions are the oracle's,
(c) nothing waits longer than its limit, (d) each change of state has its audit entry, (e) counts equal a recount,
(f) each score is what its engine makes of its rule and its inputs, and stands at every party,
(g) what the warning lists name is held, and nothing else is held as warned.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from audit.kinds import subject_of
from audit.queries.entries import Filter, entries_for
from intel import oracle
from intel.models import Clue, Collision, ScoringRule, Submission
from intel.queries import crossing
from intel.scoring import ENGINE, Inputs, Parameters, score
from intel.services.warned import misheld
from kit.capabilities import Capability
from members.actors import system_actor
from members.queries.circles import ownership


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that does not hold, how often, and one reference to begin with."""

    promise: str
    count: int
    example: str


def violations(*, pending_limit: timedelta) -> list[Violation]:
    """Every promise that is broken now; empty if all is well. Reads one snapshot if the caller has opened none."""
    fresh = not connection.in_atomic_block
    with transaction.atomic():
        if fresh:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        found = [*_submissions(), *_collisions(), *_waiting(pending_limit), *_recorded(), *_recounted(), _scored()]
        found += _listed()
    return [violation for violation in found if violation.count]


def _listed() -> list[Violation]:
    """(g) What the warning lists in force name is held in every circle, and nothing else is held as warned."""
    wrong, missing = misheld()
    return [
        _violation("g: a digest is held as warned and no list names it", wrong),
        Violation("g: what a list names is not held", missing, ""),
    ]


def _violation(promise: str, broken: Iterable[object]) -> Violation:
    listed = sorted(str(one) for one in broken)
    return Violation(promise, len(listed), listed[0] if listed else "")


def _recorded_subjects(kind: str) -> Counter[str]:
    checker = system_actor("invariants", Capability.READ_AUDIT)
    return Counter(entries_for(checker, Filter(kind=kind)).values_list("subject", flat=True).iterator())


def _refs(refs: Iterable[object]) -> Counter[str]:
    return Counter(str(ref) for ref in refs)


def _submissions() -> list[Violation]:
    """(a) What was acknowledged is what was recorded as received, in the same transaction as it was stored."""
    stored = _refs(Submission.objects.values_list("ref", flat=True))
    received = _recorded_subjects("submission.received")
    return [
        _violation("a: a submission was received and is not stored", received - stored),
        _violation("a: a submission is stored and was not received", stored - received),
    ]


def _collisions() -> list[Violation]:
    """(b) The parties of every collision are those of the oracle, which compares sightings pair by pair."""
    owners = ownership()
    expected: dict[int, dict[int, int]] = {}
    for digest, sightings in crossing.sightings_by_digest():
        if len({seen.institution for seen in sightings}) > 1:
            expected.update((digest, dict(parties)) for parties in oracle.collisions(sightings, owners).values())
    actual = dict(crossing.parties_by_digest())
    shared = expected.keys() & actual.keys()
    return [
        _violation("b: a collision is missing", expected.keys() - actual.keys()),
        _violation("b: a collision should not be", actual.keys() - expected.keys()),
        _violation("b: a collision has the wrong parties", {d for d in shared if expected[d] != actual[d]}),
        _violation("b: a collision has no party", Collision.objects.filter(parties=None).values_list("ref", flat=True)),
    ]


def _waiting(limit: timedelta) -> list[Violation]:
    """(c) Pending rows are young."""
    pending = Submission.objects.filter(matched_at=None, failed_at=None, received_at__lt=timezone.now() - limit)
    return [_violation("c: a submission waits too long", pending.values_list("ref", flat=True))]


_FINAL = (Clue.State.REFUSED, Clue.State.WITHDRAWN)
_PASSING = (Clue.State.SUSPENDED, Clue.State.EXPIRED)


def _recorded() -> list[Violation]:
    """(d) Each state that a row can be in was entered by an act in the log."""
    # One that repeats an earlier one has nothing to match and is never recorded as matched.
    matched = _refs(Submission.objects.filter(repeats=None, matched_at__isnull=False).values_list("ref", flat=True))
    failed = _refs(Submission.objects.filter(failed_at__isnull=False).values_list("ref", flat=True))
    clues = {
        state: _refs(Clue.objects.filter(state=state).values_list("ref", flat=True)) for state in Clue.State.values
    }
    recorded = {state: _recorded_subjects(f"clue.{state}") for state in (*_FINAL, *_PASSING)}
    return [
        _differs("d: matched submissions", matched, _recorded_subjects("submission.matched")),
        _violation("d: a failure was not recorded", failed - _recorded_subjects("submission.failed")),
        *(_differs(f"d: {state} clues", clues[state], recorded[state]) for state in _FINAL),
        *(_violation(f"d: {state} without an entry", clues[state] - recorded[state]) for state in _PASSING),
        *_collisions_recorded(),
    ]


def _collisions_recorded() -> list[Violation]:
    # The log names a collision otherwise in each kind of entry, and only its reference says how (subject_of).
    refs = list(Collision.objects.values_list("ref", flat=True))
    found, dissolved = _recorded_subjects("collision.found"), _recorded_subjects("collision.dissolved")
    unknown = [ref for ref in refs if found[subject_of("collision.found", ref, None)] != 1]
    gone = [ref for ref in refs if subject_of("collision.dissolved", ref, None) in dissolved]
    differ = found.total() - dissolved.total() != len(refs)
    return [
        _violation("d: a collision without its entry", unknown),
        _violation("d: a collision that was recorded as dissolved", gone),
        _violation("d: collisions found and not dissolved differ between tables and log", ["log"] if differ else []),
    ]


def _differs(what: str, state: Counter[str], log: Counter[str]) -> Violation:
    return _violation(f"{what} differ between tables and log", [*(state - log), *(log - state)])


_RECOUNTS = {
    "e: accepted clues": """
        SELECT s.ref FROM intel_submission s LEFT JOIN intel_clue c ON c.submission_id = s.id
        GROUP BY s.id HAVING count(c.id) <> s.accepted""",
    "e: refused rows": """
        SELECT s.ref FROM intel_submission s LEFT JOIN intel_rowerror e ON e.submission_id = s.id
        GROUP BY s.id HAVING count(e.submission_id) <> s.rejected""",
    "e: digests of a submission": """
        SELECT s.ref FROM intel_submission s JOIN intel_clue c ON c.submission_id = s.id
        LEFT JOIN intel_sighting g ON g.clue_id = c.id
        GROUP BY s.id HAVING count(g.clue_id) > s.digests
            OR (count(g.clue_id) < s.digests
                AND bool_and(c.state NOT IN ('withdrawn', 'refused') AND c.erased_at IS NULL))""",
    "e: waiting clues of a submission": """
        SELECT s.ref FROM intel_submission s
        LEFT JOIN intel_clue c ON c.submission_id = s.id AND c.state IN ('draft', 'held')
        GROUP BY s.id HAVING count(c.id) <> s.waiting
            OR coalesce(bool_or(c.state = 'held'), false) <> (s.held_at IS NOT NULL)""",
    "e: sightings of a clue that names nothing any more": """
        SELECT c.ref FROM intel_clue c JOIN intel_sighting g ON g.clue_id = c.id
        WHERE c.state IN ('withdrawn', 'refused') OR c.erased_at IS NOT NULL""",
    "e: a sighting is live and its clue not filed, or the other way about": """
        SELECT c.ref FROM intel_clue c JOIN intel_sighting g ON g.clue_id = c.id
        WHERE g.is_live <> (c.state = 'filed')""",
    "e: a clue without sightings": """
        SELECT c.ref FROM intel_clue c LEFT JOIN intel_sighting g ON g.clue_id = c.id
        WHERE c.state NOT IN ('withdrawn', 'refused') AND c.erased_at IS NULL AND g.clue_id IS NULL""",
    "e: a digest that no clue names": """
        SELECT d.id FROM intel_digest d WHERE d.hold NOT IN (1, 4) AND NOT d.is_kept
          AND NOT EXISTS (SELECT FROM intel_sighting g WHERE g.digest_id = d.id)""",
    "e: a sighting of another institution or circle than its clue": """
        SELECT c.ref FROM intel_sighting g JOIN intel_clue c ON c.id = g.clue_id
        JOIN intel_digest d ON d.id = g.digest_id
        WHERE g.institution_id <> c.institution_id OR d.circle_id <> c.circle_id""",
    "e: a clue of another institution than its submission": """
        SELECT c.ref FROM intel_clue c JOIN intel_submission s ON s.id = c.submission_id
        WHERE c.institution_id <> s.institution_id""",
    "e: a party or collision of another circle or kind than its digest": """
        SELECT c.ref FROM intel_collision c JOIN intel_digest d ON d.id = c.digest_id
        JOIN intel_party p ON p.collision_id = c.id
        WHERE (c.circle_id, c.kind) <> (d.circle_id, d.kind) OR (p.circle_id, p.kind) <> (d.circle_id, d.kind)""",
    "e: an over-common digest is not in quarantine, or another one is": """
        SELECT c.ref FROM intel_collision c JOIN intel_digest d ON d.id = c.digest_id
        WHERE (c.state = 'quarantined' AND d.hold <> 2) OR (c.state = 'open' AND d.hold = 2)""",
    "e: a collision is in a case that its digest is not in, or the other way about": """
        SELECT c.ref FROM intel_collision c JOIN intel_digest d ON d.id = c.digest_id
        WHERE (c.state = 'in_case' AND NOT d.in_case) OR (c.state IN ('open', 'disputed') AND d.in_case)""",
    "e: a collision of more clues than any digest should have is nobody's to review": """
        SELECT c.ref FROM intel_collision c JOIN intel_digest d ON d.id = c.digest_id AND d.hold = 0
        JOIN intel_party p ON p.collision_id = c.id GROUP BY c.ref HAVING sum(p.clues) > 50""",
    "f: a collision of yesterday has no score": """
        SELECT ref FROM intel_collision WHERE inputs IS NULL AND found_at < now() - interval '26 hours'""",
    "f: a party's score or state is not its collision's": """
        SELECT c.ref FROM intel_collision c JOIN intel_party p ON p.collision_id = c.id
        WHERE (p.score, p.state) <> (c.score, c.state)""",
}


def _recounted() -> list[Violation]:
    """(e) Numbers kept beside rows equal a recount, and columns that repeat another row's agree with it."""
    found: list[Violation] = []
    with connection.cursor() as cursor:
        for promise, statement in _RECOUNTS.items():
            cursor.execute(statement)
            broken: Collection[tuple[object]] = cursor.fetchall()
            found.append(_violation(promise, (ref for (ref,) in broken)))
    return found


def _scored() -> Violation:
    """(f) Those that this engine scored are scored again; what another version scored it cannot judge."""
    rules = {
        number: Parameters.from_json(stored)
        for number, stored in ScoringRule.objects.filter(
            number__in=Collision.objects.filter(engine=ENGINE).values("rule").distinct()
        ).values_list("number", "parameters")
    }
    rows = Collision.objects.filter(engine=ENGINE).values_list("ref", "score", "rule", "inputs")
    return _violation(
        "f: a score is not what its inputs and its rule give",
        (
            ref
            for ref, points, rule, inputs in rows.iterator(chunk_size=5000)
            if inputs is None or rule not in rules or score(Inputs.from_json(inputs), rules[rule]).points != points
        ),
    )

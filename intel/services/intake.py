"""The bulk path of a submission: checked clues in, rows of clue, digest and sighting out. Called by `submit_clues`.

Clues stream by binary COPY straight into their table. Their digests gather in a temporary table first, because two
uploads that insert the same digests in different orders would wait for each other for ever: only the sorted whole may
touch the unique index. Sorted input is also what a btree takes fastest.
"""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from intel.models import Clue, KeyUse, Submission
from intel.queries.key_uses import live_keys
from intel.row_errors import BadRow
from intel.rows import CheckedClue, points_of
from intel.sealing import NOTE, OWN_REFERENCE, SUITE, seal_points, seal_private
from kit.errors import Unavailable
from privacy import ristretto

THREADS = min(4, os.cpu_count() or 1)
MERGE_ATTEMPTS = 5
# Any fixed number: the one advisory lock under which writers of digests take turns while two peppers live.
DIGEST_WRITERS = 0x616C6C69

_TEMPORARY = """
CREATE TEMPORARY TABLE incoming (
    clue_id bigint NOT NULL, circle_id bigint NOT NULL, kind smallint NOT NULL, is_live boolean NOT NULL,
    sealed bytea NOT NULL, former bytea[]
) ON COMMIT DROP
"""
_COPY_CLUES = """
COPY intel_clue (id, ref, submission_id, "row", institution_id, circle_id, typology, proof, role, observed_at,
                 filed_at, note, own_reference, state) FROM STDIN (FORMAT BINARY)
"""
_CLUE_TYPES = (
    "int8", "uuid", "int8", "int4", *["int8"] * 2, *["varchar"] * 3, *["timestamptz"] * 2, *["bytea"] * 2, "varchar",
)  # fmt: skip
_COPY_INCOMING = "COPY incoming (clue_id, circle_id, kind, is_live, sealed, former) FROM STDIN (FORMAT BINARY)"
_INCOMING_TYPES = ("int8", "int8", "int2", "bool", "bytea", "bytea[]")
_COPY_ERRORS = 'COPY intel_rowerror (submission_id, "row", field, code) FROM STDIN (FORMAT BINARY)'
_ERROR_TYPES = ("int8", "int4", "varchar", "varchar")

# A digest that is here under a former pepper moves to the current one; its key stays, so nothing else notices.
_MOVE_TO_CURRENT_PEPPER = """
WITH here AS (
    SELECT d.id, i.sealed FROM intel_digest d
    JOIN (SELECT DISTINCT sealed, circle_id, unnest(former) AS former FROM incoming) i
      ON d.sealed = i.former AND d.circle_id = i.circle_id
    ORDER BY d.id FOR UPDATE OF d
)
UPDATE intel_digest d SET sealed = here.sealed, pepper = %s FROM here WHERE d.id = here.id
"""
_ADD_DIGESTS = """
INSERT INTO intel_digest (circle_id, kind, suite, epoch, pepper, sealed)
SELECT circle_id, kind, %s, %s, %s, sealed
FROM (SELECT DISTINCT ON (sealed, circle_id) sealed, circle_id, kind FROM incoming ORDER BY sealed, circle_id) once
ON CONFLICT (sealed, circle_id) DO NOTHING
"""
# Inserted in the order of digests, as every writer that locks digest rows: no two can wait for each other. OFFSET 0
# keeps the lookup by index: an upload must cost what it holds, not what the store does.
_ADD_SIGHTINGS = """
INSERT INTO intel_sighting (digest_id, clue_id, institution_id, is_live)
SELECT d.id, i.clue_id, %s, i.is_live FROM (SELECT * FROM incoming ORDER BY sealed, circle_id) i
CROSS JOIN LATERAL (SELECT id FROM intel_digest WHERE sealed = i.sealed AND circle_id = i.circle_id OFFSET 0) d
ORDER BY d.id, i.clue_id
"""


@dataclass(slots=True)
class Intake:
    """One submission being stored, inside the caller's transaction. `take` chunks, then `settle` once."""

    submission: Submission
    filed_at: datetime
    first_states: Mapping[str, str] = field(default_factory=dict)
    """The state a clue of a grade of proof begins in, if that is not `filed`: it waits, and its sightings are dead."""
    accepted: int = 0
    waiting: Counter[str] = field(default_factory=Counter)
    """How many clues began in each of those states."""
    digests: int = 0
    voices: set[tuple[int, str]] = field(default_factory=set)
    """(circle, voice library) of every voice digest that was accepted."""
    errors: list[tuple[int, str, str]] = field(default_factory=list)
    """(row, field, code) of every refused row; at most the 100,000 rows of a submission."""
    peppers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.peppers = live_keys("pepper")
        with connection.cursor() as cursor:
            cursor.execute(_TEMPORARY)

    def refuse(self, row: int, reason: BadRow) -> None:
        """Remember why a row was refused."""
        self.errors.append((row, reason.field, reason.code))

    def take(self, clues: Sequence[CheckedClue]) -> None:
        """Store a chunk of clues; one whose digest is no valid point becomes a row error."""
        points = points_of(clues)
        valid = ristretto.valid_points(points, threads=THREADS)
        if 0 in valid:
            clues = self._drop_invalid(clues, valid)
            points = points_of(clues)
        if not clues:
            return
        kinds = [kind for clue in clues for kind in clue.kinds]
        current, *former = seal_points(points, kinds, self.submission.epoch, self.peppers)
        ids = _next_clue_ids(len(clues))
        self._copy_clues(clues, ids)
        self._copy_incoming(clues, ids, current, former)
        self.accepted += len(clues)
        self.waiting.update(self.first_states[clue.proof] for clue in clues if clue.proof in self.first_states)
        self.digests += len(kinds)
        self.voices.update((clue.circle, library) for clue in clues for library in clue.libraries)

    def settle(self) -> None:
        """Make digests and sightings of what was taken, and write the row errors. Raises Unavailable."""
        with connection.cursor() as cursor:
            take_turn(self.peppers)
            # Enough for the sorts of a full submission; no statement here gains from compiling.
            cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
            attempts = 1
            while not self._merge(last=attempts == MERGE_ATTEMPTS):
                attempts += 1
            cursor.execute("DROP TABLE incoming")
            pk = self.submission.pk
            with cursor.cursor.copy(_COPY_ERRORS) as copy:
                copy.set_types(_ERROR_TYPES)
                for row, name, code in self.errors:
                    copy.write_row((pk, row, name, code))

    def _merge(self, *, last: bool) -> bool:
        """One attempt to write digests and sightings; False if a withdrawal forgot one of the digests meanwhile.

        A digest that was there when we added ours may be forgotten before we point at it: then a sighting is missing,
        or its foreign key fails. Checked now and not at the commit, the keys also keep every digest here until then.
        """
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                if len(self.peppers) > 1:
                    cursor.execute(_MOVE_TO_CURRENT_PEPPER, [self.peppers[0]])
                cursor.execute(_ADD_DIGESTS, [SUITE, self.submission.epoch, self.peppers[0]])
                cursor.execute(_ADD_SIGHTINGS, [self.submission.institution_id])
                is_whole = bool(cursor.rowcount == self.digests)
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                transaction.set_rollback(not is_whole)
        except IntegrityError:
            if last:
                raise
            return False
        if last and not is_whole:
            raise Unavailable(_("The server is busy with withdrawals. Try again."), retry_after=1)
        return is_whole

    def _drop_invalid(self, clues: Sequence[CheckedClue], valid: bytes) -> list[CheckedClue]:
        kept, at = [], 0
        for clue in clues:
            flags = valid[at : at + len(clue.kinds)]
            at += len(clue.kinds)
            if 0 in flags:
                self.refuse(clue.row, BadRow(f"digests[{flags.index(0)}].digest", "invalid_point"))
            else:
                kept.append(clue)
        return kept

    def _copy_clues(self, clues: Sequence[CheckedClue], ids: Sequence[int]) -> None:
        submission, institution = self.submission.pk, self.submission.institution_id
        noise = os.urandom(16 * len(clues))
        with connection.cursor() as cursor, cursor.cursor.copy(_COPY_CLUES) as copy:
            copy.set_types(_CLUE_TYPES)
            for place, (clue, pk) in enumerate(zip(clues, ids, strict=True)):
                ref = UUID(bytes=noise[16 * place : 16 * place + 16], version=4)
                copy.write_row(
                    (
                        pk,
                        ref,
                        submission,
                        clue.row,
                        institution,
                        clue.circle,
                        clue.typology,
                        clue.proof,
                        clue.role,
                        clue.observed_at,
                        self.filed_at,
                        seal_private(clue.note, NOTE, ref),
                        seal_private(clue.own_reference, OWN_REFERENCE, ref),
                        self.first_states.get(clue.proof, Clue.State.FILED.value),
                    )
                )

    def _copy_incoming(
        self, clues: Sequence[CheckedClue], ids: Sequence[int], current: list[bytes], former: list[list[bytes]]
    ) -> None:
        formers = list(zip(*former, strict=True)) if former else [None] * len(current)
        at = 0
        with connection.cursor() as cursor, cursor.cursor.copy(_COPY_INCOMING) as copy:
            copy.set_types(_INCOMING_TYPES)
            for clue, pk in zip(clues, ids, strict=True):
                is_live = clue.proof not in self.first_states
                for kind in clue.kinds:
                    others = formers[at]
                    former_ones = None if others is None else list(others)
                    copy.write_row((pk, clue.circle, kind, is_live, current[at], former_ones))
                    at += 1


def _next_clue_ids(number: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('intel_clue', 'id')) FROM generate_series(1, %s)", [number]
        )
        return [pk for (pk,) in cursor.fetchall()]


def take_turn(peppers: tuple[str, ...] | None) -> None:
    """Hold the writers' lock until the commit, and make sure that values were sealed under the keys that live now.

    One pepper: uploads share the lock, the unique index alone keeps digests apart. Two (or None, for the re-sealing):
    an upload that looks under both and one that writes under the other could miss each other, so they take turns.
    Raises Unavailable if another process began to use a newer key since these values were sealed.
    """
    with connection.cursor() as cursor:
        turn = "pg_advisory_xact_lock_shared" if peppers is not None and len(peppers) == 1 else "pg_advisory_xact_lock"
        cursor.execute(f"SELECT {turn}(%s)", [DIGEST_WRITERS])
    current = {name: live_keys(name) for name in KeyUse.Name.values}
    if peppers is not None and set(current["pepper"]) != set(peppers):
        raise Unavailable(_("The server's keys are being rotated. Try again."), retry_after=1)
    KeyUse.objects.bulk_create(
        [KeyUse(name=name, key_id=key_id) for name, (key_id, *_others) in current.items()], ignore_conflicts=True
    )

"""P1: a POST of 100,000 clues until committed, audited and queued, against COPY of the same rows.

The floor copies exactly the rows that the upload produced, sorted by key, in binary, into tables with the same
columns, indexes, checks and foreign keys, which grow with the real ones.
"""

import io
import json
import random
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from privacy import ristretto
from privacy.encoding import b64
from tests.bench import world
from tests.bench.measure import Row
from tests.bench.world import cast

CLUES = 100_000
ROUNDS = 5
_FLOOR_TABLES = """
CREATE TABLE floor_clue (LIKE intel_clue INCLUDING ALL);
CREATE TABLE floor_digest (LIKE intel_digest INCLUDING ALL);
CREATE TABLE floor_sighting (LIKE intel_sighting INCLUDING ALL);
ALTER TABLE floor_clue ADD FOREIGN KEY (submission_id) REFERENCES intel_submission,
    ADD FOREIGN KEY (institution_id) REFERENCES members_institution,
    ADD FOREIGN KEY (circle_id) REFERENCES members_circle;
ALTER TABLE floor_digest ADD FOREIGN KEY (circle_id) REFERENCES members_circle;
ALTER TABLE floor_sighting ADD FOREIGN KEY (digest_id) REFERENCES floor_digest,
    ADD FOREIGN KEY (clue_id) REFERENCES floor_clue;
"""
_LAST = """
SELECT 'clue', coalesce(max(id), 0) FROM intel_clue UNION SELECT 'digest', coalesce(max(id), 0) FROM intel_digest
"""
_PRODUCED = {
    "clue": "SELECT * FROM intel_clue WHERE id > {clue} ORDER BY id",
    "digest": "SELECT * FROM intel_digest WHERE id > {digest} ORDER BY sealed, circle_id",
    "sighting": "SELECT * FROM intel_sighting WHERE clue_id > {clue} ORDER BY digest_id, clue_id",
}


def body(seed: int, clues: int = CLUES) -> bytes:
    """ndjson of clues with one to three digests each; a tenth of the digests come from 5,000 shared values."""
    source, shared = random.Random(seed), random.Random(0)
    pool = _points(shared, 5_000)
    fresh = iter(_points(source, clues * 3))
    now = datetime.now(UTC)
    lines = []
    for number in range(clues):
        digests = [
            {"kind": kind, "digest": source.choice(pool) if source.random() < 0.1 else next(fresh)}
            for kind in ("phone/1", "wechat/1", "oaid/1")[: source.randint(1, 3)]
        ]
        lines.append(
            json.dumps(
                {
                    "circle": "cards",
                    "typology": source.choice(["anti_collection", "impersonation", "illegal_loan_broker"]),
                    "proof": source.choice(["suspicion", "reasonable", "clear"]),
                    "role": "agent",
                    "observed_at": (now - timedelta(minutes=source.randint(1, 500_000))).isoformat(),
                    "digests": digests,
                    "own_reference": f"R-{seed}-{number}",
                }
            ).encode()
        )
    return b"\n".join(lines)


def _points(source: random.Random, number: int) -> list[str]:
    blob = ristretto.from_hashes(source.randbytes(64 * number))
    return [b64(blob[at : at + 32]) for at in range(0, len(blob), 32)]


def rows(scale: float) -> Iterator[Row]:
    """Digests a second, into tables that grow with each round; `scale` shrinks the upload."""
    clues = max(1000, int(CLUES * min(1.0, scale * 10)))
    with world.database(), world.ceremony():
        client = cast.api_client(cast.token_of(cast.build().north), HTTP_HOST="localhost")
        with connection.cursor() as cursor:
            cursor.execute(_FLOOR_TABLES)
        ours, floor, digests = [], [], []
        for number in range(ROUNDS):
            content = body(number + 1, clues)
            before = dict(world.execute(_LAST))
            ours.append(_seconds(lambda content=content: _post(client, content)))
            produced = {name: _copy_out(query.format(**before)) for name, query in _PRODUCED.items()}
            floor.append(_seconds(lambda produced=produced: _copy_in(produced)))
            digests.append(
                world.execute("SELECT count(*) FROM intel_sighting WHERE clue_id > %s", before["clue"])[0][0]
            )
        number = statistics.median(digests)
        mine, bare = number / statistics.median(ours), number / statistics.median(floor)
    yield Row.rate(f"P1 POST of {clues:,} clues to committed, beside COPY", mine, bare, "digests/s", 0.5)
    yield Row.rate(
        "P1 the same, beside MISP's 183 attributes a second (measured elsewhere)", mine, 183, "digests/s", 100
    )


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _post(client: object, content: bytes) -> None:
    response = client.generic(
        "POST",
        "/api/v1/submissions?epoch=1",
        content,
        content_type="application/x-ndjson",
        HTTP_IDEMPOTENCY_KEY=str(uuid.uuid4()),
    )
    assert response.status_code == 202, response.content
    assert response.json()["rejected"] == 0


def _copy_out(query: str) -> bytes:
    buffer = io.BytesIO()
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
        for piece in copy:
            buffer.write(piece)
    return buffer.getvalue()


def _copy_in(produced: dict[str, bytes]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for name, content in produced.items():
            with cursor.cursor.copy(f"COPY floor_{name} FROM STDIN (FORMAT BINARY)") as copy:
                for at in range(0, len(content), 1 << 18):
                    copy.write(content[at : at + (1 << 18)])

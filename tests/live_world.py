"""The demo's institutions on a live alliance, for the tests that need a world and not its clues."""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import psycopg

from alliance.embedded.live import Live
from demo import roster
from demo.answer import Shape, shapes_expected
from demo.places import Places
from demo.plan import Indicator, Row, expected_collisions
from privacy import ristretto
from privacy.encoding import b64
from privacy.kinds import BY_NUMBER

PHONE = "phone/1"
CODES = roster.CIRCLES[roster.CREDIT].members
_PARTIES = """
SELECT p.collision_id, c.code, p.kind, i.name_en, p.clues FROM intel_party p
JOIN members_circle c ON c.id = p.circle_id JOIN members_institution i ON i.id = p.institution_id
"""


@dataclass(slots=True)
class World:
    """A live alliance with the demo's cast, and what was filed to it.

    Clues carry random points as digests: what custodians would answer, without asking them 50,000 times.
    """

    live: Live
    points: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)

    @classmethod
    def on(cls, live: Live) -> "World":
        """Make the cast there, once."""
        live.manage("load_demo", "--world-only")
        return cls(live, tuple(new_points(400)))

    @property
    def places(self) -> Places:
        """Where the demo keeps its files."""
        return Places(self.live.state)

    def client(self, code: str) -> httpx2.Client:
        """The API for one institution."""
        token = self.places.credential(code).read_text(encoding="utf-8").strip()
        headers = {"Authorization": f"Bearer {token}"}
        return httpx2.Client(base_url=f"{self.live.base_url}/api/v1/", headers=headers, timeout=30, trust_env=False)

    def draw(self, rng: random.Random, code: str, clues: int) -> list[Row]:
        """Clues of an institution over few values, so that nearly all of them collide."""
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
        drawn = [rng.sample(self.points, rng.randint(1, 3)) for _ in range(clues)]
        return [
            Row(
                institution=code,
                circle=roster.CREDIT,
                typology="anti_collection",
                proof="suspicion",
                role="agent",
                observed_at=at,
                indicators=tuple(Indicator(PHONE, point, point) for point in points),
                note="",
                own_reference="",
                story="chaos",
            )
            for points in drawn
        ]

    def file(self, code: str, rows: Sequence[Row]) -> dict[str, Any]:
        """File clues as one submission; the platform's answer. The rows count as filed once it says so."""
        with self.client(code) as client:
            answer = client.post(
                "submissions?epoch=1",
                content=body(rows),
                headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": str(uuid4())},
            )
        assert answer.status_code == 202, answer.text
        found = dict(answer.json())
        assert (found["accepted"], found["rejected"]) == (len(rows), 0)
        self.rows.extend(rows)
        return found

    def file_many(self, rng: random.Random, submissions: int, clues: int) -> list[dict[str, Any]]:
        """File many submissions, four at a time, by the institutions in turn."""
        batches = [(CODES[n % len(CODES)], self.draw(rng, CODES[n % len(CODES)], clues)) for n in range(submissions)]
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda batch: self.file(*batch), batches))

    def waiting(self) -> int:
        """Submissions that no worker has matched yet."""
        return int(self.sql("SELECT count(*) FROM intel_submission WHERE matched_at IS NULL")[0][0])

    def await_matched(self, seconds: float) -> float:
        """Wait until nothing is pending and return how long that took. Raises TimeoutError."""
        begun = time.monotonic()
        while self.waiting():
            if time.monotonic() - begun > seconds:
                raise TimeoutError(f"{self.waiting()} submissions still wait after {seconds:.0f} s")
            time.sleep(0.2)
        return time.monotonic() - begun

    def expected(self) -> Counter[Shape]:
        """The collisions that what was filed implies."""
        return shapes_expected(expected_collisions(self.rows, roster.DEMO.owners))

    def found(self) -> Counter[Shape]:
        """The collisions that the database holds."""
        codes = {member.name_en: member.code for member in roster.MEMBERS}
        parties: dict[tuple[int, str, str], dict[str, int]] = {}
        for collision, circle, kind, name, clues in self.sql(_PARTIES):
            parties.setdefault((collision, circle, BY_NUMBER[kind].label), {})[codes[name]] = clues
        return Counter((circle, kind, tuple(sorted(held.items()))) for (_, circle, kind), held in parties.items())

    def stored(self) -> int:
        """Clues in the database."""
        return int(self.sql("SELECT count(*) FROM intel_clue")[0][0])

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Rows as the database's superuser sees them."""
        with psycopg.connect(self.live.superuser_url) as connection:
            return connection.execute(query).fetchall()  # type: ignore[arg-type]


def new_points(number: int) -> list[str]:
    """Random group elements, base64url: digests of values that nobody has."""
    return [b64(ristretto.from_hash(os.urandom(64))) for _ in range(number)]


def body(rows: Iterable[Row]) -> bytes:
    """Lines of digests as the platform takes them."""
    lines = (
        {
            "circle": row.circle,
            "typology": row.typology,
            "proof": row.proof,
            "role": row.role,
            "observed_at": row.observed_at.isoformat(),
            "digests": [{"kind": one.kind, "digest": one.canonical} for one in row.indicators],
        }
        for row in rows
    )
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)

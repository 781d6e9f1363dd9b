"""Clues for tests: digests that are valid points, rows as they cross the wire, and filing through the one door."""

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from intel.models import Submission
from intel.services.matching import match_submission
from intel.services.submissions import Receipt, submit_clues
from kit.actor import Actor
from privacy import ristretto
from privacy.encoding import b64

EPOCH = 1
OBSERVED = f"{datetime.now(UTC) - timedelta(days=90):%Y-%m-%d}T09:30:00+08:00"


def digest(value: str, kind: str = "phone/1") -> str:
    """The digest of a value on the wire: some valid point that depends on kind and value."""
    return b64(ristretto.from_hash(hashlib.sha512(f"{kind}\x1f{value}".encode()).digest()))


def one(value: str, kind: str = "phone/1", library: str | None = None) -> dict[str, str]:
    """An element of a row's `digests`."""
    item = {"kind": kind, "digest": digest(value, kind)}
    return item if library is None else {**item, "library": library}


def row(*values: str, circle: str = "cards", **fields: Any) -> dict[str, Any]:
    """A good row with a phone digest of each value."""
    good = {
        "circle": circle,
        "typology": "anti_collection",
        "proof": "reasonable",
        "observed_at": OBSERVED,
        "role": "agent",
        "digests": [one(value) for value in values],
    }
    return {**good, **fields}


def file(actor: Actor, *rows: object, key: str | None = None, match: bool = False, **fields: Any) -> Receipt:
    """Submit rows through the one door, by default under a fresh key; match at once if asked."""
    body = b"\n".join(json.dumps(one, sort_keys=True).encode() for one in rows)
    receipt = submit_clues(
        actor,
        rows=rows,
        **{
            "channel": "api",
            "idempotency_key": key or str(uuid.uuid4()),
            "body_sha256": hashlib.sha256(body).digest(),
            "epoch": EPOCH,
            **fields,
        },
    )
    if match:
        match_pending()
    return receipt


@contextmanager
def past_the_triggers() -> Iterator[None]:
    """Break what the database keeps whole, as only its owner could."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = DEFAULT")


def match_pending() -> None:
    """Do what the worker does, for everything that waits."""
    for pk in pending():
        match_submission(pk)


def pending() -> Iterable[int]:
    """Keys of what waits for a worker."""
    return list(Submission.objects.filter(matched_at=None, failed_at=None).order_by("pk").values_list("pk", flat=True))

"""Rows for reports to count: written straight into the tables, because the past cannot be filed."""

import itertools
from datetime import datetime
from zoneinfo import ZoneInfo

from intel.models import Clue, Collision, Digest, Party, Submission
from members.models import Circle, Institution
from privacy.kinds import KINDS

SHANGHAI = ZoneInfo("Asia/Shanghai")
_numbers = itertools.count(1)


def at(text: str) -> datetime:
    """A moment in the alliance's time zone, from `2026-03-01` or `2026-03-01T08:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def submission(of: Institution, day: str, channel: str = "api", **fields: object) -> Submission:
    """A matched submission received on the day."""
    moment, number = at(day), next(_numbers)
    return Submission.objects.create(
        institution=of,
        filed_by="test",
        channel=channel,
        idempotency_key=f"key-{number}",
        body_sha256=number.to_bytes(32, "big"),
        epoch=1,
        received_at=moment,
        matched_at=moment,
        **fields,
    )


def clues(of: Institution, circle: Circle, day: str, number: int, **fields: object) -> None:
    """So many clues filed on the day, in one submission."""
    moment, one = at(day), submission(of, day)
    given = {"typology": "anti_collection", "proof": "reasonable", "role": "agent", **fields}
    Clue.objects.bulk_create(
        Clue(submission=one, row=row, institution=of, circle=circle, observed_at=moment, filed_at=moment, **given)
        for row in range(1, number + 1)
    )


def collisions(circle: Circle, day: str, number: int, *typologies: list[str], kind: str = "phone/1") -> None:
    """So many collisions found on the day; each party's clues name the typologies of one argument."""
    moment, institutions = at(day), list(circle.institutions.order_by("pk"))
    for _ in range(number):
        sealed = next(_numbers).to_bytes(48, "big")
        number_of_kind = KINDS[kind].number
        digest = Digest.objects.create(circle=circle, kind=number_of_kind, suite=1, epoch=1, pepper="k1", sealed=sealed)
        found = Collision.objects.create(digest=digest, circle=circle, kind=number_of_kind, found_at=moment)
        Party.objects.bulk_create(
            Party(
                collision=found,
                institution=institution,
                circle=circle,
                kind=number_of_kind,
                label=label,
                clues=1,
                typologies=named,
                roles=["agent"],
                first_seen_at=moment,
                last_seen_at=moment,
                joined_at=moment,
            )
            for label, (institution, named) in enumerate(zip(institutions, typologies, strict=False), start=1)
        )

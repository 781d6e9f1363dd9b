"""The nightly ledger: what each member gave and got, how good its filings were, and the band that follows."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from intel.quality import PARTS, Quality, Share, band_of, quality
from intel.queries import crossing
from intel.queries.crossing import Line
from kit.actor import Actor
from members.actors import system_actor
from members.queries.circles import ownership, wide_circles
from members.queries.institutions import members_since
from members.services.institutions import set_bands
from notices.services.events import NewEvent, publish

WINDOW = timedelta(days=365)
"""Clues filed longer ago say nothing about the evidence an institution gives today."""

_WRITE_SCORES = """
INSERT INTO intel_qualityscore (institution_id, day, parts, score, band)
SELECT institution, %s, parts, score, band
FROM unnest(%s::bigint[], %s::jsonb[], %s::int[], %s::text[]) AS q (institution, parts, score, band)
ON CONFLICT (institution_id, day) DO UPDATE SET parts = excluded.parts, score = excluded.score, band = excluded.band
"""
_WRITE_CONTRIBUTIONS = """
INSERT INTO intel_contribution (institution_id, day, clues, first, corroborated, collisions, confirmations_given,
                                confirmations_got)
SELECT institution, %s, clues, first, corroborated, collisions, given, got
FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[])
     AS c (institution, clues, first, corroborated, collisions, given, got)
ON CONFLICT (institution_id, day) DO UPDATE
SET clues = excluded.clues, first = excluded.first, corroborated = excluded.corroborated,
    collisions = excluded.collisions, confirmations_given = excluded.confirmations_given,
    confirmations_got = excluded.confirmations_got
"""


def close_day() -> int:
    """Write today's ledger and set the bands; how many members are in it. Safe to repeat: a day has one line."""
    actor, now = system_actor("quality"), timezone.now()
    day = timezone.localdate(now)
    with transaction.atomic():
        lines = crossing.ledger(ownership(), wide_circles(), since=now - WINDOW, now=now)
        found = {institution: quality(shares_of(line)) for institution, line in lines.items()}
        bands = _bands(found, now)
        _write_contributions(day, lines)
        _write_scores(day, lines, found, bands)
        _set_bands(actor, bands)
    return len(lines)


def shares_of(line: Line) -> dict[str, Share]:
    """The five shares of a line of the ledger."""
    return {
        "confirmed": Share(line.confirmed, line.judged),
        "standing": Share(line.collisions, line.collisions + line.delisted),
        "complete": Share(line.complete, 4 * line.recent),
        "fresh": Share(line.fresh, line.recent),
        "in_time": Share(line.in_time, line.due),
    }


def _bands(found: Mapping[int, Quality], now: datetime) -> dict[int, str]:
    joined = members_since()
    return {one: band_of(of_it, (now - joined[one]).days) for one, of_it in found.items() if one in joined}


def _write_scores(day: date, lines: Mapping[int, Line], found: Mapping[int, Quality], bands: Mapping[int, str]) -> None:
    chosen = sorted(bands)
    parts = []
    for one in chosen:
        shares = shares_of(lines[one])
        parts.append(
            json.dumps(
                {
                    part.code: {
                        "points": found[one].points[part.code],
                        "good": shares[part.code].good,
                        "of": shares[part.code].of,
                    }
                    for part in PARTS
                }
            )
        )
    with connection.cursor() as cursor:
        scores, letters = [found[one].score for one in chosen], [bands[one] for one in chosen]
        cursor.execute(_WRITE_SCORES, [day, chosen, parts, scores, letters])


def _write_contributions(day: date, lines: Mapping[int, Line]) -> None:
    names = ("clues", "first", "corroborated", "collisions", "confirmations_given", "confirmations_got")
    chosen = sorted(lines)
    columns = [[getattr(lines[one], name) for one in chosen] for name in names]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_CONTRIBUTIONS, [day, chosen, *columns])


def _set_bands(actor: Actor, bands: Mapping[int, str]) -> None:
    changed = set_bands(actor, bands)
    publish([NewEvent(one.pk, "quality.banded", one.ref) for one in changed])

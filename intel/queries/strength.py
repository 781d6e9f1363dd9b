"""Why a collision scores what it scores, for one of its parties."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import OuterRef, Subquery

from intel.models import Collision, ScoringRule
from intel.scoring import ENGINE, Inputs, Parameters, days_until_below, score
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from members.queries.circles import shown_circles

POINT = 100
"""Hundredths of one."""


@dataclass(frozen=True, slots=True)
class StrengthShown:
    """A collision's score with its reasons, as of the day it was computed. It counts nobody's clues below 3.

    `parts` are (code, hundredths of a point), which add up to `score`; empty where another engine computed it. The days
    say when the score falls to half and below one point if nothing new is seen; None for one that did so before.
    """

    score: int
    parts: tuple[tuple[str, int], ...]
    is_victim: bool
    half_on: date | None
    gone_on: date | None
    engine: int
    rule: int
    epoch: int
    as_of: date

    @property
    def points(self) -> int:
        """The score as people see it, 0 to 100."""
        return self.score // POINT


def strength_for(actor: Actor, ref: UUID) -> StrengthShown | None:
    """The strength of a collision the actor is a party to; None while it has no score.

    Raises Forbidden; NotFound for an outsider as for an absent one.
    """
    actor.require(Capability.VIEW_COLLISIONS)
    ours = actor.own_institution()
    rule = ScoringRule.objects.filter(number=OuterRef("rule")).values("parameters")
    found = (
        Collision.objects.filter(ref=ref, parties__institution_id=ours, circle_id__in=shown_circles(ours))
        .select_related("digest")
        .annotate(parameters=Subquery(rule))
        .first()
    )
    if found is None:
        raise NotFound
    if found.as_of is None or found.inputs is None:
        return None
    return _explained(found, found.as_of, found.inputs, found.parameters)


def _explained(
    found: Collision, as_of: date, stored: Mapping[str, int], parameters: Mapping[str, object] | None
) -> StrengthShown:
    parts: tuple[tuple[str, int], ...] = ()
    is_victim, half_on, gone_on = False, None, None
    if found.engine == ENGINE and parameters is not None:
        inputs, rule = Inputs.from_json(stored), Parameters.from_json(parameters)
        strength = score(inputs, rule)
        parts = tuple((part.code, part.points) for part in strength.parts)
        is_victim = strength.is_victim
        half_on = _day(as_of, days_until_below(inputs, rule, (strength.points + 1) // 2))
        gone_on = _day(as_of, days_until_below(inputs, rule, POINT))
    return StrengthShown(
        score=found.score,
        parts=parts,
        is_victim=is_victim,
        half_on=half_on,
        gone_on=gone_on,
        engine=found.engine,
        rule=found.rule,
        epoch=found.digest.epoch,
        as_of=as_of,
    )


def _day(as_of: date, days: int | None) -> date | None:
    return as_of + timedelta(days=days) if days else None

"""The engine: inputs and a rule in, points and their reasons out."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache

from intel.scoring.inputs import Inputs
from intel.scoring.parameters import HIGHEST, Parameters

ENGINE = 1
"""Raised with every change that could move a score by a hundredth; docs/strength.md lists what each one did."""

_WHOLE = 1_000_000
"""Shares are millionths: from here on all arithmetic is of whole numbers."""
# Of a context's functions ln and exp are correctly rounded on every platform, and so are the four operations.
_EXACT = Context(prec=34, rounding=ROUND_HALF_EVEN)
_FEW = 3
_OVER_COMMON = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One reason: its code, and the hundredths of a point it adds or takes off."""

    code: str
    points: int


@dataclass(frozen=True, slots=True)
class Strength:
    """A score and why. The points of the parts add up to `points`; one that adds nothing is kept, to say so."""

    points: int
    parts: tuple[Part, ...]
    is_victim: bool
    """Every clue calls it a victim's: somebody to protect, not to hunt."""
    engine: int = ENGINE


def score(inputs: Inputs, parameters: Parameters) -> Strength:
    """The strength, 0 to 10,000 hundredths of a point. Equal arguments give equal results on every machine."""
    parts = [
        Part("groups", _part(parameters.groups, _log_share(inputs.groups, 1, parameters.groups_full))),
        Part("seen", _part(parameters.seen, _seen(inputs, parameters))),
        Part("shared", _part(parameters.shared, _shared(inputs, parameters))),
        Part("proof", _part(parameters.proof, _proof(inputs, parameters))),
        Part("agents", _part(parameters.agents, min(inputs.agents, 100) * _WHOLE // 100)),
        Part("rarity", _part(parameters.rarity, _WHOLE - _log_share(inputs.clues, 2 * _FEW, parameters.common))),
    ]
    parts += _opinions(inputs, parameters)
    return _limited(inputs, parameters, parts)


def days_until_below(inputs: Inputs, parameters: Parameters, points: int) -> int | None:
    """Days from now until the score falls below `points` if nothing new is seen; 0 if it is below now, None never."""
    low, high = 0, max(parameters.longest, inputs.age) + 1

    def is_below(days: int) -> bool:
        return score(replace(inputs, age=inputs.age + days), parameters).points < points

    if not is_below(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_below(middle) else (middle + 1, high)
    return low


def _limited(inputs: Inputs, parameters: Parameters, parts: list[Part]) -> Strength:
    """Apply what takes a share of all the rest: a gap, age, and the caps; each is a part of its own."""
    total = sum(part.points for part in parts)
    if total > HIGHEST or total < 0:
        parts.append(Part("bounds", max(0, min(HIGHEST, total)) - total))
        total += parts[-1].points
    if inputs.gap >= parameters.gap_days:
        parts.append(Part("gap", _part(total, parameters.gap_keeps * _WHOLE // 100) - total))
        total += parts[-1].points
    parts.append(Part("age", _part(total, _freshness(inputs, parameters)) - total))
    total += parts[-1].points
    for code, applies, cap in (
        ("weak", inputs.kind in parameters.weak and not _counted(inputs, parameters), parameters.weak_cap),
        ("victim", inputs.victim > 0, parameters.victim_cap),
        ("over_common", inputs.hold == _OVER_COMMON, parameters.common_cap),
    ):
        if applies and total > cap:
            parts.append(Part(code, cap - total))
            total = cap
    return Strength(total, tuple(parts), inputs.victim > 0)


def _part(worth: int, share: int) -> int:
    """A share of a worth, rounded half up."""
    return (worth * share + _WHOLE // 2) // _WHOLE


def _counted(inputs: Inputs, parameters: Parameters) -> int:
    """Percent of kinds that the best pair of clues shares besides this one; a weak kind counts nothing."""
    counts = dict(parameters.kinds)
    besides = (kind for kind in range(1, inputs.shared.bit_length()) if inputs.shared >> kind & 1)
    return sum(counts.get(kind, 100) for kind in besides if kind != inputs.kind and kind not in parameters.weak)


def _seen(inputs: Inputs, parameters: Parameters) -> int:
    share = _log_share(max(inputs.seen, _FEW), _FEW, parameters.seen_full)
    return share * _sureness(inputs, parameters) // 100


def _shared(inputs: Inputs, parameters: Parameters) -> int:
    share = min(_counted(inputs, parameters), parameters.shared_full) * _WHOLE // parameters.shared_full
    is_one_person = parameters.person > 0 and inputs.shared >> parameters.person & 1
    return share * (parameters.person_keeps if is_one_person else 100) * _sureness(inputs, parameters) // 10_000


def _sureness(inputs: Inputs, parameters: Parameters) -> int:
    """What is left of company and repetition, in percent: all of it where everybody calls it an agent's."""
    return parameters.unsure_keeps + (100 - parameters.unsure_keeps) * min(inputs.agents, 100) // 100


def _proof(inputs: Inputs, parameters: Parameters) -> int:
    return (0, parameters.proof_reasonable * _WHOLE // 100, _WHOLE)[min(inputs.proof, 2)]


def _opinions(inputs: Inputs, parameters: Parameters) -> list[Part]:
    told = (
        Part("confirmed", parameters.confirmed * min(inputs.confirmed, 3)),
        Part("refuted", -parameters.refuted * inputs.refuted),
        Part("outdated", -parameters.outdated * inputs.outdated),
        Part("disputed", -parameters.disputed * inputs.disputed),
    )
    return [part for part in told if part.points]


def _freshness(inputs: Inputs, parameters: Parameters) -> int:
    curve = parameters.curve(inputs.kind)
    return 0 if inputs.age >= parameters.longest else _curve(inputs.age, curve.days, curve.bend)


@lru_cache(maxsize=4096)
def _log_share(number: int, least: int, full: int) -> int:
    """How far `number` is from `least` to `full` by its logarithm: 0 to 1,000,000."""
    if number <= least:
        return 0
    if number >= full:
        return _WHOLE
    reached, whole = (_EXACT.subtract(_ln(n), _ln(least)) for n in (number, full))
    return _millionths(_EXACT.divide(reached, whole))


@lru_cache(maxsize=16384)
def _curve(age: int, days: int, bend: int) -> int:
    """1 - (age / days)^(100 / bend), in millionths."""
    if age <= 0 or age >= days:
        return _WHOLE if age <= 0 else 0
    exponent = _EXACT.divide(Decimal(100), Decimal(bend))
    power = _EXACT.exp(_EXACT.multiply(_EXACT.subtract(_ln(age), _ln(days)), exponent))
    return _WHOLE - _millionths(power)


@lru_cache(maxsize=4096)
def _ln(number: int) -> Decimal:
    return _EXACT.ln(Decimal(number))


def _millionths(share: Decimal) -> int:
    return int(_EXACT.to_integral_value(_EXACT.multiply(share, Decimal(_WHOLE))))

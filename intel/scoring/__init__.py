"""How strong a collision is: a pure function of counted facts and a numbered rule, equal on every machine.

No Django, no clock, no floating point: integers, and logarithms that `decimal` rounds correctly. docs/strength.md has
the formula and an example by hand; tests/vectors/scoring.json holds it.
"""

from intel.scoring.engine import ENGINE, Part, Strength, days_until_below, score
from intel.scoring.inputs import Inputs
from intel.scoring.parameters import RULE_1, Curve, Parameters

__all__ = ["ENGINE", "RULE_1", "Curve", "Inputs", "Parameters", "Part", "Strength", "days_until_below", "score"]

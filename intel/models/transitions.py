"""The steps a state may take, once: the models' docstrings tell them, migration 0003 makes triggers of them.

A row may be born in one of the `born` states and goes from a state to one of its `steps`, or stays where it is. A
change here needs a migration that runs `TRIGGERS` again: it replaces what stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Life:
    """The states of one table: where a row begins, and where it may go from each; a state with no steps is final."""

    table: str
    born: tuple[str, ...]
    steps: Mapping[str, tuple[str, ...]]

    def allows(self, before: str, after: str) -> bool:
        """True if a row may go from one state to the other, or stay."""
        return before == after or after in self.steps.get(before, ())


CLUE = Life(
    "intel_clue",
    born=("draft", "held", "filed"),
    steps={
        "draft": ("filed", "held", "refused", "withdrawn"),
        "held": ("filed", "refused", "withdrawn"),
        "filed": ("suspended", "expired", "withdrawn"),
        "refused": (),
        "suspended": ("filed", "expired", "withdrawn"),
        "expired": ("withdrawn",),
        "withdrawn": (),
    },
)
COLLISION = Life(
    "intel_collision",
    born=("open", "quarantined", "disputed"),
    steps={
        "open": ("quarantined", "disputed", "suspended", "in_case", "closed", "expired"),
        "quarantined": ("open", "closed"),
        "disputed": ("open", "suspended", "in_case", "closed"),
        "suspended": ("open", "closed"),
        "in_case": ("open", "disputed", "closed"),
        "closed": ("open",),
        "expired": ("open",),
    },
)
WARNING_VERSION = Life(
    "intel_warningversion",
    born=("proposed",),
    steps={"proposed": ("active", "refused"), "active": ("retired",), "retired": (), "refused": ()},
)
SCORING_RULE = Life(
    "intel_scoringrule",
    # The first rule comes with the code and is in force at once.
    born=("proposed", "active"),
    steps={"proposed": ("active", "refused"), "active": ("retired",), "retired": (), "refused": ()},
)
LIVES = (CLUE, COLLISION, WARNING_VERSION, SCORING_RULE)

# The lists stand in the WHEN of each trigger, so a row that takes an allowed step costs no call of a function.
_FUNCTION = """
CREATE OR REPLACE FUNCTION intel_refuse_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        RAISE EXCEPTION '%: no row begins in state %', TG_TABLE_NAME, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RAISE EXCEPTION '%: no step leads from state % to %', TG_TABLE_NAME, OLD.state, NEW.state
        USING ERRCODE = 'check_violation';
END
$$;
"""


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _triggers(life: Life) -> str:
    steps = ", ".join(f"('{before}', '{after}')" for before, afters in life.steps.items() for after in afters)
    return f"""
CREATE OR REPLACE TRIGGER {life.table}_born BEFORE INSERT ON {life.table} FOR EACH ROW
    WHEN (NEW.state NOT IN ({_listed(life.born)})) EXECUTE FUNCTION intel_refuse_step();
CREATE OR REPLACE TRIGGER {life.table}_step BEFORE UPDATE OF state ON {life.table} FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN ({steps})) EXECUTE FUNCTION intel_refuse_step();
"""


TRIGGERS = _FUNCTION + "".join(_triggers(life) for life in LIVES)
"""SQL that makes PostgreSQL refuse every other step; may be run again over an older version of itself."""
NO_TRIGGERS = (
    "".join(
        f"DROP TRIGGER {life.table}_born ON {life.table}; DROP TRIGGER {life.table}_step ON {life.table};"
        for life in LIVES
    )
    + "DROP FUNCTION intel_refuse_step();"
)
"""SQL that takes all of it away."""

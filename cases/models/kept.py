"""What the database itself keeps of disclosures: their steps, who asked whom for what, and that they stay on record.

A change here needs a migration that runs `DISCLOSURE_TRIGGERS` again: it replaces what stands.
"""

STEPS = {
    "asked": ("proposed", "refused", "withdrawn", "expired"),
    "proposed": ("approved", "refused", "withdrawn", "expired"),
    "approved": ("withdrawn", "expired"),
    "refused": (),
    "withdrawn": (),
    "expired": (),
}
"""The states of a disclosure, and where it may go from each; one with no steps is final."""

_ALLOWED = ", ".join(f"('{before}', '{after}')" for before, afters in STEPS.items() for after in afters)
_FIXED = (
    *("ref", "case_id", "collision_id", "asker_id", "asked_by_id", "asked_at", "holder_id"),
    *("basis", "basis_reference", "until"),
)
_GIVEN = ("proposed_by_id", "proposed_as", "commitment", "decided_by_id", "decided_at")


def _differ(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    return f"ROW({old}) IS DISTINCT FROM ROW({new})"


DISCLOSURE_TRIGGERS = f"""
CREATE OR REPLACE FUNCTION cases_keep_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: this is on record and stays as it is', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END
$$;
CREATE OR REPLACE TRIGGER cases_disclosure_step BEFORE UPDATE ON cases_disclosure FOR EACH ROW
    WHEN ((OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN ({_ALLOWED}))
          OR {_differ(_FIXED)}
          OR (OLD.state NOT IN ('asked', 'proposed') AND {_differ(_GIVEN)}))
    EXECUTE FUNCTION cases_keep_record();
CREATE OR REPLACE TRIGGER cases_disclosure_kept BEFORE DELETE ON cases_disclosure FOR EACH ROW
    WHEN (OLD.asked_at > now() - interval '3 years') EXECUTE FUNCTION cases_keep_record();
CREATE OR REPLACE TRIGGER cases_unmasking_kept BEFORE DELETE ON cases_unmasking FOR EACH ROW
    WHEN (OLD.at > now() - interval '3 years') EXECUTE FUNCTION cases_keep_record();
"""
"""SQL that makes PostgreSQL refuse the rest; three years are 网络数据安全管理条例 art. 12 and PIPL art. 56."""

NO_DISCLOSURE_TRIGGERS = """
DROP TRIGGER cases_unmasking_kept ON cases_unmasking;
DROP TRIGGER cases_disclosure_kept ON cases_disclosure;
DROP TRIGGER cases_disclosure_step ON cases_disclosure;
DROP FUNCTION cases_keep_record();
"""
"""SQL that takes it away."""

"""A paper check is never deleted, and an answer stays as it was given; only the sealing of its note may change."""

from django.db import migrations

_FIXED = ("ref", "asker_id", "issuer_id", "case_id", "paper", "asked_by_id", "asked_at", "due_on")
_GIVEN = ("answer", "answer_document", "answered_by_id", "answered_at")


def _differ(names: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{name}" for name in names) for row in ("OLD", "NEW"))
    return f"ROW({old}) IS DISTINCT FROM ROW({new})"


_KEEP = f"""
CREATE FUNCTION cases_paper_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a paper check stays as it was asked and answered' USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER cases_paper_kept BEFORE DELETE ON cases_papercheck FOR EACH ROW
    EXECUTE FUNCTION cases_paper_is_kept();
CREATE TRIGGER cases_paper_final BEFORE UPDATE ON cases_papercheck FOR EACH ROW
    WHEN (OLD.answer <> '' AND ({_differ(_FIXED)} OR {_differ(_GIVEN)}))
    EXECUTE FUNCTION cases_paper_is_kept();
"""
_FORGET = """
DROP TRIGGER cases_paper_final ON cases_papercheck;
DROP TRIGGER cases_paper_kept ON cases_papercheck;
DROP FUNCTION cases_paper_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_references_of_package_documents")]

    operations = [migrations.RunSQL(_KEEP, _FORGET)]

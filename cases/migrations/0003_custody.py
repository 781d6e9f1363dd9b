"""Custody entries are chained, bound to their number, inserted and never changed.

Only the sealing of a reason may change (a rotation of the server's key): what it says is part of the chain.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_REFUSE = """
CREATE FUNCTION cases_custody_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    resealed cases_custodyentry%ROWTYPE;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        resealed := OLD;
        resealed.reason := NEW.reason;
        IF resealed IS NOT DISTINCT FROM NEW AND (OLD.reason IS NULL) = (NEW.reason IS NULL) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'custody entries are append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER cases_custody_append_only BEFORE UPDATE OR DELETE ON cases_custodyentry
    FOR EACH ROW EXECUTE FUNCTION cases_custody_is_append_only();
CREATE TRIGGER cases_custody_kept BEFORE TRUNCATE ON cases_custodyentry
    FOR EACH STATEMENT EXECUTE FUNCTION cases_custody_is_append_only();
"""
_ALLOW = """
DROP TRIGGER cases_custody_kept ON cases_custodyentry;
DROP TRIGGER cases_custody_append_only ON cases_custodyentry;
DROP FUNCTION cases_custody_is_append_only();
"""


def _restrict(apps, schema_editor):
    """Leave the application's role no DELETE; a development database may have no such role."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DATABASE_APP_ROLE])
        if cursor.fetchone():
            role = connection.ops.quote_name(settings.DATABASE_APP_ROLE)
            cursor.execute(f"REVOKE ALL ON cases_custodyentry FROM {role}")
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE (reason) ON cases_custodyentry TO {role}")


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_grant_check_value"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField("evidence", "custody_count", models.PositiveIntegerField(default=0)),
        migrations.AddField("evidence", "custody_mac", models.BinaryField(null=True)),
        migrations.AddField(
            "evidenceversion",
            "started_by_user",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(_REFUSE, _ALLOW),
        migrations.RunPython(_restrict, migrations.RunPython.noop),
    ]

"""Entries are inserted and never changed: by a trigger for everyone, by privileges for the application's role."""

from django.conf import settings
from django.db import migrations

_REFUSE = """
CREATE FUNCTION audit_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_append_only();
"""
_ALLOW = """
DROP TRIGGER audit_entry_append_only ON audit_entry;
DROP FUNCTION audit_entry_is_append_only();
"""


def _restrict(apps, schema_editor):
    """Leave the application's role INSERT and SELECT; a development database may have no such role."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DATABASE_APP_ROLE])
        if cursor.fetchone():
            role = connection.ops.quote_name(settings.DATABASE_APP_ROLE)
            cursor.execute(f"REVOKE ALL ON audit_entry FROM {role}")
            cursor.execute(f"GRANT SELECT, INSERT ON audit_entry TO {role}")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(_REFUSE, _ALLOW),
        migrations.RunPython(_restrict, migrations.RunPython.noop),
    ]

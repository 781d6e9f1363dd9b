"""Who proposed a disclosure, and PostgreSQL keeping it on record (cases/models/kept.py)."""

from django.db import migrations, models

from cases.models.kept import DISCLOSURE_TRIGGERS, NO_DISCLOSURE_TRIGGERS


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_task_asker_and_complaint_days")]

    operations = [
        migrations.AddField(
            model_name="disclosure",
            name="proposed_as",
            field=models.CharField(blank=True, default="", max_length=80),
            preserve_default=False,
        ),
        migrations.RunSQL(DISCLOSURE_TRIGGERS, NO_DISCLOSURE_TRIGGERS),
    ]

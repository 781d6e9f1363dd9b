"""When a clue expired, when what it named was erased, when a digest was first disclosed; a draft may come to be held."""

from django.db import migrations, models

from intel.models.transitions import TRIGGERS


class Migration(migrations.Migration):
    dependencies = [
        ("intel", "0006_runs"),
    ]

    operations = [
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="clue",
            name="erased_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="clue",
            name="expired_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="digest",
            name="disclosed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="clue",
            index=models.Index(
                condition=models.Q(("erased_at", None), ("expired_at__isnull", False)),
                fields=["expired_at"],
                name="clue_to_erase",
            ),
        ),
    ]

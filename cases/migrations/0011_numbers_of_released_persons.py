"""Members number the persons of released measures by themselves; a mark made by mistake is taken back with a reason."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Whoever reads a released measure has read its number: it stays. The timeline reads numbers where they are kept now.
_NUMBERED = """
UPDATE cases_measure SET shown_as = person WHERE released_at IS NOT NULL;
UPDATE cases_timelineentry SET facts = facts - 'person' WHERE kind LIKE 'police.measure%';
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_answers_are_final"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField("measure", "shown_as", models.PositiveSmallIntegerField(blank=True, null=True)),
        migrations.RunSQL(_NUMBERED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "measure",
            models.CheckConstraint(
                condition=models.Q(("released_at", None), ("shown_as", None))
                | models.Q(("released_at__isnull", False), ("shown_as__gte", 1)),
                name="released_measure_has_a_number",
            ),
        ),
        migrations.AddField("representedcustomer", "taken_back_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "representedcustomer",
            "taken_back_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("representedcustomer", "taken_back_reason", models.BinaryField(null=True)),
        migrations.AddConstraint(
            "representedcustomer",
            models.CheckConstraint(
                condition=models.Q(("taken_back_at", None), ("taken_back_reason", None))
                | models.Q(("taken_back_at__isnull", False), ("taken_back_reason__isnull", False)),
                name="mark_taken_back_with_reason",
            ),
        ),
    ]

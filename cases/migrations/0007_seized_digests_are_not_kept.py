"""Digests of seized lists are compared and not kept; a finding names own clues; an answer has its moment."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_hand_over")]

    operations = [
        migrations.RemoveField("seizedrow", "epoch"),
        migrations.RemoveField("seizedrow", "pepper"),
        migrations.RemoveField("seizedrow", "sealed"),
        migrations.AddField(
            "seizedfinding",
            "clues",
            django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
        ),
        migrations.AddConstraint(
            "papercheck",
            models.CheckConstraint(
                condition=models.Q(("answer", ""), ("answered_at__isnull", False), _connector="XOR"),
                name="paper_answered_when",
            ),
        ),
        migrations.AddConstraint(
            "papercheck",
            models.CheckConstraint(
                condition=models.Q(("asker", models.F("issuer")), _negated=True), name="paper_of_another"
            ),
        ),
    ]

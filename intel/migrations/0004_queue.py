"""Days for moments, and one covering index for each order of the queue."""

import datetime

import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intel", "0003_transitions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="party",
            name="party_by_institution",
        ),
        migrations.RemoveIndex(
            model_name="party",
            name="party_by_kind",
        ),
        migrations.RemoveIndex(
            model_name="party",
            name="party_by_score",
        ),
        migrations.RemoveIndex(
            model_name="party",
            name="party_by_assignee",
        ),
        migrations.AddField(
            model_name="party",
            name="due_on",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Coalesce(
                    models.Func(
                        "due_at",
                        output_field=models.DateField(),
                        template="(%(expressions)s AT TIME ZONE 'Asia/Shanghai')::date",
                    ),
                    models.Value(datetime.date(9999, 12, 31)),
                ),
                output_field=models.DateField(),
            ),
        ),
        migrations.AddField(
            model_name="party",
            name="found_on",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    "joined_at",
                    output_field=models.DateField(),
                    template="(%(expressions)s AT TIME ZONE 'Asia/Shanghai')::date",
                ),
                output_field=models.DateField(),
            ),
        ),
        migrations.AddIndex(
            model_name="party",
            index=models.Index(
                condition=models.Q(("status", "new")),
                fields=["institution", "-score", "-id"],
                include=("circle", "kind", "state", "assignee", "typologies", "found_on", "due_on"),
                name="party_new_by_score",
            ),
        ),
        migrations.AddIndex(
            model_name="party",
            index=models.Index(
                condition=models.Q(("status", "new")),
                fields=["institution", "due_on", "id"],
                include=("circle", "kind", "state", "assignee", "typologies", "found_on", "score"),
                name="party_new_by_due",
            ),
        ),
        migrations.AddIndex(
            model_name="party",
            index=models.Index(
                fields=["institution", "-score", "-id"],
                include=("circle", "kind", "state", "assignee", "typologies", "status", "found_on", "due_on"),
                name="party_by_score",
            ),
        ),
        migrations.AddIndex(
            model_name="party",
            index=models.Index(
                fields=["institution", "-found_on", "-id"],
                include=("circle", "kind", "state", "assignee", "typologies", "status", "due_on", "score"),
                name="party_by_found",
            ),
        ),
        migrations.AddIndex(
            model_name="party",
            index=models.Index(
                condition=models.Q(("assignee__isnull", False)),
                fields=["institution", "assignee", "status", "-score", "-id"],
                name="party_by_assignee",
            ),
        ),
    ]

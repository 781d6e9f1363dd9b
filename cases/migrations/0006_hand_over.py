"""The lead of a case is offered to another participant."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STATES = [("offered", "Offered"), ("accepted", "Accepted"), ("declined", "Declined"), ("withdrawn", "Withdrawn")]


def _key(to, **more):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to, **more)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_disclosures_on_record"),
        ("members", "0003_issuers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("state", models.CharField(choices=STATES, default="offered", max_length=10)),
                ("offered_at", models.DateTimeField(auto_now_add=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hand_overs", to="cases.case"
                    ),
                ),
                ("decided_by", _key(settings.AUTH_USER_MODEL, null=True)),
                ("giver", _key("members.institution")),
                ("offered_by", _key(settings.AUTH_USER_MODEL, null=True)),
                ("to", _key("members.institution")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "offered")), fields=("case",), name="one_standing_hand_over"
                    )
                ],
            },
        ),
    ]

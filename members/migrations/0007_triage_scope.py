"""A scope for triage."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0006_handshake_scope"),
    ]

    operations = [
        migrations.AlterField(
            model_name="credential",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("submit", "Submit and withdraw clues"),
                        ("evaluate", "Evaluate blinded elements"),
                        ("collisions", "Read collisions"),
                        ("triage", "Accept, reject and snooze collisions"),
                        ("budgets", "Request and approve budgets"),
                        ("events", "Read events"),
                        ("warnings", "Propose and approve warning lists"),
                        ("approved", "File what your own system has had approved by a second person"),
                        ("opinions", "Give opinions on collisions"),
                        ("handshakes", "Offer handshakes: open your institution's name in a collision"),
                    ],
                    max_length=20,
                ),
                default=list,
                size=None,
            ),
        ),
    ]

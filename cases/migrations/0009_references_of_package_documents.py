"""A package's document is sealed to its own reference, as every text of a case is."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_status_entries_are_kept")]

    operations = [
        migrations.AddField(
            "packagedocument", "ref", models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
        ),
    ]

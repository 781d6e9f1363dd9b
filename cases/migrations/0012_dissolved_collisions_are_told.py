"""A case is told when a collision that it stands on dissolves: until then its row says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_numbers_of_released_persons")]

    operations = [
        migrations.AddField("casecollision", "untold_since", models.DateTimeField(blank=True, null=True)),
        migrations.AddIndex(
            "casecollision",
            models.Index(
                condition=models.Q(("untold_since__isnull", False)), fields=["id"], name="dissolved_and_not_told"
            ),
        ),
    ]

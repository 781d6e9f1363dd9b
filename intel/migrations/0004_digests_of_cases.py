"""Digests that cases stand on stay, and a collision may leave a case as it entered it."""

from django.db import migrations, models
from django.db.models import Q

from intel.models.transitions import TRIGGERS


class Migration(migrations.Migration):
    dependencies = [("intel", "0003_transitions")]
    operations = [
        migrations.AddField("digest", "is_kept", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("digest", "in_case", models.BooleanField(db_default=False, default=False)),
        migrations.AddConstraint(
            "digest",
            models.CheckConstraint(
                name="digest_in_case_is_kept", condition=Q(("in_case", False), ("is_kept", True), _connector="OR")
            ),
        ),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
    ]

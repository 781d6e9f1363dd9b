"""PostgreSQL refuses every step of a state that `intel/models/transitions.py` does not list."""

from django.db import migrations

from intel.models.transitions import NO_TRIGGERS, TRIGGERS


class Migration(migrations.Migration):
    dependencies = [("intel", "0002_judgement")]
    operations = [migrations.RunSQL(TRIGGERS, NO_TRIGGERS)]

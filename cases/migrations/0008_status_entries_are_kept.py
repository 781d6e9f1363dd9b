"""A status entry is inserted and never changed; a mistake is corrected by another entry.

Only the sealing of its note may change (a rotation of the server's key).
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

_REFUSE = """
CREATE FUNCTION cases_status_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    resealed cases_statusentry%ROWTYPE;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        resealed := OLD;
        resealed.note := NEW.note;
        IF resealed IS NOT DISTINCT FROM NEW AND (OLD.note IS NULL) = (NEW.note IS NULL) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'status entries are kept as they are: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER cases_status_kept BEFORE UPDATE OR DELETE ON cases_statusentry
    FOR EACH ROW EXECUTE FUNCTION cases_status_is_kept();
"""
_ALLOW = """
DROP TRIGGER cases_status_kept ON cases_statusentry;
DROP FUNCTION cases_status_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_seized_digests_are_not_kept")]

    operations = [
        migrations.AddField("statusentry", "term", models.CharField(blank=True, max_length=20, default="")),
        migrations.AlterField("statusentry", "term", models.CharField(blank=True, max_length=20)),
        migrations.AddField(
            "statusentry",
            "corrects",
            models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrected_by",
                to="cases.statusentry",
            ),
        ),
        migrations.AddConstraint(
            "statusentry",
            models.CheckConstraint(name="term_has_its_day", condition=Q(term="") ^ Q(due_on__isnull=False)),
        ),
        migrations.AddConstraint(
            "measure",
            models.CheckConstraint(
                name="measure_ends_after_it_began", condition=Q(ended_on=None) | Q(ended_on__gte=F("on"))
            ),
        ),
        migrations.AddConstraint(
            "outcome",
            models.CheckConstraint(
                name="outcome_takes_nothing", condition=Q(amount__gte=0, frozen__gte=0, refunded__gte=0)
            ),
        ),
        migrations.RunSQL(_REFUSE, _ALLOW),
    ]

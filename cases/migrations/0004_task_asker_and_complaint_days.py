import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_custody"),
        ("members", "0003_issuers"),
    ]

    operations = [
        migrations.AddField(
            model_name="task",
            name="asker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.institution"
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="representedcustomer",
            constraint=models.CheckConstraint(
                condition=Q(complaint="none", complaint_on=None, complaint_answered_on=None)
                | Q(complaint="open", complaint_on__isnull=False, complaint_answered_on=None)
                | Q(complaint="answered", complaint_answered_on__gte=F("complaint_on")),
                name="complaint_has_its_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="representedcustomer",
            constraint=models.CheckConstraint(
                condition=Q(fee_lost__gte=0, fee_refunded__gte=0, interest_relief__gte=0),
                name="redress_takes_nothing",
            ),
        ),
    ]

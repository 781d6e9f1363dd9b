from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="keygrant",
            name="check_value",
            field=models.BinaryField(default=b"", max_length=32),
            preserve_default=False,
        ),
    ]

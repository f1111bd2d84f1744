"""When the front desk checked a client in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0004_rechecks")]
    operations = [
        migrations.AddField(
            model_name="appointment",
            name="arrived_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]

"""A signed treatment plan refuses UPDATE and DELETE; weekly appointments know their series."""

import django.db.models.deletion
from django.db import migrations, models

from carethread.record.guards import install_seals


class Migration(migrations.Migration):
    dependencies = [("record", "0004_orders")]
    operations = [
        migrations.AddField(
            model_name="appointment",
            name="series",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="weekly",
                to="record.appointment",
            ),
        ),
        migrations.RunPython(install_seals, migrations.RunPython.noop),
    ]

"""Two centers never share a billing NPI: commands name a center by it."""

import carethread.record.validators
from django.db import migrations, models

# Said to the database itself: Django would draw every model anew and make the table again.
_ONCE = "CREATE UNIQUE INDEX organization_npi_once ON record_organization (npi)"


class Migration(migrations.Migration):

    dependencies = [
        ('record', '0004_waits_for'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(_ONCE, 'DROP INDEX organization_npi_once'),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='organization',
                    name='taxonomy',
                    field=models.CharField(max_length=10, validators=[carethread.record.validators.taxonomy]),
                ),
                migrations.AlterField(
                    model_name='organization',
                    name='time_zone',
                    field=models.CharField(default='America/New_York', max_length=40, validators=[carethread.record.validators.time_zone]),
                ),
                migrations.AlterField(
                    model_name='organization',
                    name='npi',
                    field=models.CharField(error_messages={'unique': 'A center with this NPI is on record already.'}, max_length=10, unique=True, validators=[carethread.record.validators.npi], verbose_name='billing NPI'),
                ),
            ],
        ),
    ]

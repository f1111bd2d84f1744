"""What was set on a connection, by whom and why; nothing of it is ever changed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from carethread.record.guards import install_on


class Migration(migrations.Migration):

    dependencies = [
        ('record', '0006_untied_money'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConnectionEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.CharField(max_length=500)),
                ('at', models.DateTimeField()),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='history', to='record.connection')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.organization')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RunPython(
            install_on(["record_connectionevent"]), migrations.RunPython.noop
        ),
    ]

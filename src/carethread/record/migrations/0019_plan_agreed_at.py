import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('record', '0018_duties')]

    operations = [
        migrations.AddField(
            model_name='paymentplan',
            name='agreed_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
    ]

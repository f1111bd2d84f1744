"""A kind of case: money that is not tied out."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('record', '0005_arrivals'),
    ]

    operations = [
        migrations.AlterField(
            model_name='case',
            name='kind',
            field=models.CharField(choices=[('denial', 'Denial'), ('rejection', 'Rejection'), ('underpayment', 'Underpayment'), ('unmatched', 'Unmatched payment'), ('missing_ack', 'Missing acknowledgment'), ('question', 'Question to the author'), ('held', 'Held for its author'), ('quarantine', 'Quarantined file'), ('connection', 'Connection down'), ('authorization', 'Authorization'), ('eligibility', 'Eligibility'), ('discharge', 'Discharge summary'), ('documentation', 'Documentation request'), ('credit', 'Credit balance'), ('plan', 'Payment plan'), ('next_payer', 'Next payer'), ('deposit', 'Money not tied out')], max_length=14),
        ),
    ]

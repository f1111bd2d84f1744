"""Contracts with dated terms in the place of rates; what was promised against what came."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from carethread.record.guards import install_on

GUARDED = [
    "record_contractfile", "record_contractevent", "record_comparison", "record_dispute",
    "record_claimline",
]  # fmt: skip


def move_rates(apps, _schema_editor):
    """Each payer's rates become the terms of one contract that begins with the first of them."""
    rates = apps.get_model("record", "ContractRate").objects.order_by("payer", "effective_from")
    contracts, terms = {}, []
    for rate in rates.select_related("payer"):
        if rate.payer_id not in contracts:
            contracts[rate.payer_id] = apps.get_model("record", "Contract").objects.create(
                organization_id=rate.organization_id,
                payer=rate.payer,
                name=f"Rates with {rate.payer.name}"[:80],
                effective_from=rate.effective_from,
                sequestration=200 if rate.payer.kind == "medicare" else 0,
            )
        terms.append(
            apps.get_model("record", "ContractTerm")(
                organization_id=rate.organization_id,
                contract=contracts[rate.payer_id],
                kind="fee",
                code=rate.code,
                modifier=rate.modifier,
                credential=rate.credential,
                amount_cents=rate.allowed_cents,
                effective_from=rate.effective_from,
                effective_to=rate.effective_to,
            )
        )
    apps.get_model("record", "ContractTerm").objects.bulk_create(terms, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("record", "0009_takebacks")]

    operations = [
        migrations.CreateModel(
            name='Contract',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.organization')),
                ('payer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contracts', to='record.payer')),
                ('name', models.CharField(max_length=80)),
                ('effective_from', models.DateField()),
                ('effective_to', models.DateField(blank=True, null=True)),
                ('lesser_of_charge', models.BooleanField(default=True)),
                ('sequestration', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('payer', 'effective_from'), name='one_contract_per_payer_and_start'), models.CheckConstraint(condition=models.Q(('effective_to__isnull', True), ('effective_to__gte', models.F('effective_from')), _connector='OR'), name='contract_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('sequestration__lte', 10000)), name='sequestration_is_a_part')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='ContractFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.organization')),
                ('contract', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='record.contract')),
                ('name', models.CharField(max_length=200)),
                ('sha256', models.CharField(max_length=64)),
                ('raw', models.BinaryField()),
                ('starts', models.DateField()),
                ('is_whole', models.BooleanField()),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='ContractTerm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.organization')),
                ('contract', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='record.contract')),
                ('kind', models.CharField(choices=[('fee', 'Fee'), ('per_diem', 'Per diem'), ('percent', 'Percent of charge'), ('case', 'Case rate'), ('stop_loss', 'Stop-loss')], default='fee', max_length=9)),
                ('code', models.CharField(blank=True, max_length=5)),
                ('revenue_code', models.CharField(blank=True, max_length=4)),
                ('modifier', models.CharField(blank=True, max_length=2)),
                ('credential', models.CharField(blank=True, max_length=12)),
                ('place', models.CharField(blank=True, max_length=2, verbose_name='place of service')),
                ('first_day', models.PositiveSmallIntegerField(default=1, verbose_name='first day of the stay')),
                ('last_day', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='last day of the stay')),
                ('amount_cents', models.BigIntegerField(default=0)),
                ('share', models.PositiveIntegerField(default=0)),
                ('effective_from', models.DateField()),
                ('effective_to', models.DateField(blank=True, null=True)),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='record.contractfile')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'code'], name='record_cont_organiz_0930f4_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True), models.Q(('kind', 'stop_loss'), _negated=True)), fields=('contract', 'code', 'revenue_code', 'modifier', 'credential', 'place', 'first_day', 'effective_from'), name='one_term_for_a_service_and_start'), models.CheckConstraint(condition=models.Q(('amount_cents__gte', 0), ('share__lte', 10000)), name='term_promises_money'), models.CheckConstraint(condition=models.Q(('effective_to__isnull', True), ('effective_to__gte', models.F('effective_from')), _connector='OR'), name='term_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('first_day__gte', 1), models.Q(('last_day__isnull', True), ('last_day__gte', models.F('first_day')), _connector='OR')), name='term_has_days_of_a_stay')],
            },
        ),
        migrations.CreateModel(
            name='ContractEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.organization')),
                ('contract', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='record.contract')),
                ('words', models.CharField(max_length=500)),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='record.contractfile')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Comparison',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.organization')),
                ('charge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comparisons', to='record.charge')),
                ('claim_line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comparisons', to='record.claimline')),
                ('remitted_claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comparisons', to='record.remittedclaim')),
                ('expected_cents', models.BigIntegerField()),
                ('allowed_cents', models.BigIntegerField()),
                ('paid_cents', models.BigIntegerField()),
                ('patient_cents', models.BigIntegerField()),
                ('short_cents', models.BigIntegerField()),
                ('verdict', models.CharField(choices=[('promised', 'As promised'), ('short', 'Short'), ('over', 'More than promised'), ('refused', 'Refused'), ('taken_back', 'Taken back')], max_length=10)),
                ('cause', models.CharField(blank=True, max_length=14)),
                ('words', models.CharField(max_length=600)),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'at'], name='record_comp_organiz_0f47a7_idx')],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.organization')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='record.case')),
                ('sent_on', models.DateField()),
                ('channel', models.CharField(choices=[('letter', 'By letter'), ('portal', 'In the portal'), ('phone', 'By phone'), ('fax', 'By fax or e-mail')], max_length=8)),
                ('reference', models.CharField(blank=True, max_length=60)),
                ('words', models.CharField(max_length=480)),
                ('amount_cents', models.BigIntegerField()),
                ('lines', models.PositiveIntegerField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Shortfall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.organization')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shortfalls', to='record.case')),
                ('charge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shortfalls', to='record.charge')),
                ('comparison', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.comparison')),
                ('dispute', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='shortfalls', to='record.dispute')),
                ('state', models.CharField(choices=[('open', 'Open'), ('disputed', 'Disputed'), ('recovered', 'Recovered'), ('accepted', 'Accepted'), ('ours', 'Our table was wrong'), ('taken_back', 'Taken back')], default='open', max_length=10)),
                ('first_cents', models.BigIntegerField()),
                ('short_cents', models.BigIntegerField()),
                ('recovered_cents', models.BigIntegerField(default=0)),
                ('appeal_by', models.DateField()),
                ('opened_at', models.DateTimeField()),
                ('looked_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('settled_at__isnull', True)), fields=('charge',), name='one_open_shortfall_per_charge')],
                'indexes': [],
            },
        ),
        migrations.AddField(
            model_name='claimline',
            name='expected_words',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='match',
            name='compared_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='match',
            index=models.Index(condition=models.Q(('compared_at__isnull', True), ('state', 'matched')), fields=['organization'], name='matches_not_compared'),
        ),
        migrations.RunPython(install_on(GUARDED), migrations.RunPython.noop),
        migrations.RunPython(move_rates, migrations.RunPython.noop),
    ]

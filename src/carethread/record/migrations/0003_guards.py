"""Append-only tables refuse UPDATE and DELETE; what is sealed, once it is signed."""

from django.db import migrations

from carethread.record.guards import install_on, install_seals

TABLES = [
    "record_accessevent",
    "record_accountevent",
    "record_acknowledgment",
    "record_adjustment",
    "record_attending",
    "record_authorizationevent",
    "record_caseevent",
    "record_casepaper",
    "record_censusentry",
    "record_certification",
    "record_chargeevidence",
    "record_chargeversion",
    "record_claimevent",
    "record_claimline",
    "record_claimversion",
    "record_comparison",
    "record_connectionevent",
    "record_contractevent",
    "record_contractfile",
    "record_dischargesummaryversion",
    "record_dispute",
    "record_edifile",
    "record_eftdeposit",
    "record_eligibilityanswer",
    "record_eligibilitycheck",
    "record_interchange",
    "record_laborder",
    "record_linematch",
    "record_loadedtable",
    "record_noteversion",
    "record_policysetting",
    "record_provideradjustment",
    "record_reassociationevent",
    "record_recordchange",
    "record_remittedclaim",
    "record_remittedline",
    "record_ruleskip",
    "record_scrubrule",
    "record_signature",
    "record_statement",
    "record_statusanswer",
    "record_statusinquiry",
    "record_stayevent",
    "record_transfer",
    "record_unitentry",
    "record_writeoff",
]


class Migration(migrations.Migration):
    replaces = [("record", "0002_guards")]
    dependencies = [("record", "0002_tables")]
    operations = [
        migrations.RunPython(install_on(TABLES), migrations.RunPython.noop),
        migrations.RunPython(install_seals, migrations.RunPython.noop),
    ]

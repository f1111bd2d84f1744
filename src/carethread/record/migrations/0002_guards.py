"""The append-only tables refuse UPDATE and DELETE."""

from django.db import migrations

from carethread.record.guards import install_on

TABLES = [
    "record_accessevent", "record_acknowledgment", "record_adjustment",
    "record_authorizationevent", "record_caseevent", "record_censusentry",
    "record_chargeevidence", "record_chargeversion", "record_claimevent", "record_claimline",
    "record_claimversion", "record_dischargesummaryversion", "record_edifile",
    "record_eligibilityanswer", "record_eligibilitycheck", "record_interchange",
    "record_linematch", "record_loadedtable", "record_noteversion", "record_policysetting",
    "record_provideradjustment", "record_remittedclaim", "record_remittedline",
    "record_ruleskip", "record_scrubrule", "record_signature", "record_transfer",
    "record_unitentry",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]
    operations = [migrations.RunPython(install_on(TABLES), migrations.RunPython.noop)]

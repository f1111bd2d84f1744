"""Rates are terms of contracts now: the migration before moved them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("record", "0010_contracts")]
    operations = [migrations.DeleteModel("ContractRate")]

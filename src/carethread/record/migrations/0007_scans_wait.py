"""Scans of paper EOBs from which nothing was typed wait to be typed in."""

from typing import Any

from django.db import migrations


def wait(apps: Any, _schema: Any) -> None:
    deliveries = apps.get_model("record", "Delivery").objects
    scans = deliveries.filter(file__kind="eob", file__remittances__isnull=True, state="read")
    ids = list(scans.values_list("pk", flat=True))
    deliveries.filter(pk__in=ids).update(
        state="untyped", done_at=None, reason="A remittance on paper."
    )


class Migration(migrations.Migration):
    dependencies = [("record", "0006_void_deposits")]
    operations = [migrations.RunPython(wait, migrations.RunPython.noop)]

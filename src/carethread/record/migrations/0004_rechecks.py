"""A mark on each claim that is to be held against the record again.

Until now what had changed was found by reading everything. Claims of which that reading could have
found anything are marked once, and compared at the next look."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


def mark(apps, _schema_editor):
    charge, claim, recheck = (apps.get_model("record", n) for n in ("Charge", "Claim", "Recheck"))
    changed = charge.objects.filter(claim__isnull=False).exclude(
        current__claim_lines__version=F("claim__current")
    )
    left = claim.objects.filter(current__isnull=False).exclude(state="closed")
    empty = Q(charges__isnull=True) & Q(after__isnull=True)
    due = left.filter(
        Q(form="I") | Q(after__isnull=False) | Q(pk__in=changed.values("claim")) | empty
    )
    rows = due.values_list("pk", "organization").distinct()
    recheck.objects.bulk_create(
        (recheck(claim_id=pk, organization_id=organization) for pk, organization in rows),
        batch_size=1_000,
    )


class Migration(migrations.Migration):
    dependencies = [("record", "0003_papers_of_disputes")]
    operations = [
        migrations.CreateModel(
            name="Recheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("claim", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="rechecks", to="record.claim")),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.organization")),
            ],
            options={"abstract": False},
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]

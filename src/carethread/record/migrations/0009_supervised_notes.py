import django.db.models.deletion
from django.db import migrations, models

from carethread.record.guards import install_on

TABLES = ["record_noteversion"]


def name_supervisors(apps, schema_editor):
    """Notes from before each named who supervised get that of their charge. Only here the guard
    stands aside."""
    is_postgres = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(
        "DROP TRIGGER IF EXISTS record_noteversion_for_ever ON record_noteversion"
        if is_postgres
        else "DROP TRIGGER IF EXISTS record_noteversion_no_update"
    )
    schema_editor.execute(
        "UPDATE record_noteversion SET supervising_id = (SELECT max(v.supervising_id) "
        "FROM record_chargeversion v WHERE v.note_version_id = record_noteversion.id)"
    )


class Migration(migrations.Migration):

    dependencies = [("record", "0008_attended")]

    operations = [
        migrations.AddField(
            model_name="noteversion",
            name="supervising",
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.practitioner"),
        ),
        migrations.RunPython(name_supervisors, migrations.RunPython.noop),
        migrations.RunPython(install_on(TABLES), migrations.RunPython.noop),
    ]

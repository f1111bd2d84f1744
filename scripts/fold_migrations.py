"""Write the record's migrations anew as one, with the guards behind it (docs/decisions/0009).

Only before the first release: a database that had some of the old ones, and not all, is made anew.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carethread.config.settings")
django.setup()

from django.apps import apps  # noqa: E402
from django.db.migrations import AddField, CreateModel, Migration  # noqa: E402
from django.db.migrations.state import ModelState, ProjectState  # noqa: E402
from django.db.migrations.writer import MigrationWriter  # noqa: E402

from carethread.record.models.scoped import AppendOnly  # noqa: E402

FOLDER = Path("src/carethread/record/migrations")
NEWEST = "current"  # the key to a row's own newest version closes a circle: it is added last
GUARDS = '''"""Append-only tables refuse UPDATE and DELETE; what is sealed, once it is signed."""

from django.db import migrations

from carethread.record.guards import install_on, install_seals

TABLES = [
{tables}
]


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]
    operations = [
        migrations.RunPython(install_on(TABLES), migrations.RunPython.noop),
        migrations.RunPython(install_seals, migrations.RunPython.noop),
    ]
'''


def tables(models: dict[str, ModelState]) -> Iterator[CreateModel]:
    """Each model with its keys, constraints and indexes, after what it refers to."""
    waiting, made = dict(models), set()
    while waiting:
        ready = [name for name, state in waiting.items() if refers_to(state) - {name} <= made]
        if not ready:
            sys.exit(f"These refer to each other in a circle: {', '.join(waiting)}")
        for name in ready:
            yield create(waiting.pop(name))
            made.add(name)


def refers_to(state: ModelState) -> set[str]:
    return {
        field.remote_field.model.split(".")[-1].lower()
        for name, field in state.fields.items()
        if field.is_relation and name != NEWEST and field.remote_field.model.startswith("record.")
    }


def create(state: ModelState) -> CreateModel:
    fields = [(name, field) for name, field in state.fields.items() if name != NEWEST]
    options = {key: value for key, value in state.options.items() if value or key != "indexes"}
    return CreateModel(state.name, fields, options, state.bases, state.managers)


def newest(models: Iterable[ModelState]) -> Iterator[AddField]:
    return (AddField(m.name, NEWEST, m.fields[NEWEST]) for m in models if NEWEST in m.fields)


def main() -> None:
    """Put two files in the place of all that are there."""
    states = ProjectState.from_apps(apps).models
    models = {name: state for (app, name), state in states.items() if app == "record"}
    migration = Migration("0001_initial", "record")
    migration.initial = True
    migration.dependencies = [("auth", "0012_alter_user_first_name_max_length")]
    migration.operations = [*tables(models), *newest(models.values())]
    text = MigrationWriter(migration, include_header=False).as_string()
    guarded = sorted(
        model._meta.db_table
        for model in apps.get_app_config("record").get_models()
        if issubclass(model, AppendOnly)
    )
    for old in FOLDER.glob("0*.py"):
        old.unlink()
    (FOLDER / "0001_initial.py").write_text(text)
    names = "\n".join(f'    "{table}",' for table in guarded)
    (FOLDER / "0002_guards.py").write_text(GUARDS.format(tables=names))
    check = [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run", "record"]
    subprocess.run(check, check=True)


if __name__ == "__main__":
    main()

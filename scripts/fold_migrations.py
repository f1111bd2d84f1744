"""Write the record's migrations anew: people, the other tables, the guards (docs/decisions/0009).

Only before the first release: a database that had some of the old ones, and not all, is made anew.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carethread.config.settings")
django.setup()

from django.apps import apps  # noqa: E402
from django.db.migrations import CreateModel, Migration  # noqa: E402
from django.db.migrations.state import ModelState, ProjectState  # noqa: E402
from django.db.migrations.writer import MigrationWriter  # noqa: E402

from carethread.record.models.scoped import AppendOnly  # noqa: E402
from carethread.record.tables import Tables  # noqa: E402

FOLDER = Path("src/carethread/record/migrations")
AUTH = ("auth", "0012_alter_user_first_name_max_length")
PEOPLE, TABLES = "0001_people", "0002_tables"
"""Other applications' tables refer to users, and come behind the first: few models are drawn anew
with them then."""
GUARDS = '''"""Append-only tables refuse UPDATE and DELETE; what is sealed, once it is signed."""

from django.db import migrations

from carethread.record.guards import install_on, install_seals

TABLES = [
{tables}
]


class Migration(migrations.Migration):
    replaces = [("record", "0002_guards")]
    dependencies = [("record", "{after}")]
    operations = [
        migrations.RunPython(install_on(TABLES), migrations.RunPython.noop),
        migrations.RunPython(install_seals, migrations.RunPython.noop),
    ]
'''


def create(state: ModelState) -> CreateModel:
    options = {key: value for key, value in state.options.items() if value or key != "indexes"}
    return CreateModel(state.name, list(state.fields.items()), options, state.bases, state.managers)


def referred_to(models: dict[str, ModelState], name: str) -> set[str]:
    """A model and all that it refers to, directly or not."""
    found, waiting = set(), {name}
    while waiting:
        found.add(name := waiting.pop())
        waiting |= {
            field.remote_field.model.split(".")[-1].lower()
            for field in models[name].fields.values()
            if field.is_relation and field.remote_field.model.startswith("record.")
        } - found
    return found


def write(name: str, after: tuple[str, str], models: Iterable[ModelState]) -> None:
    migration = Migration(name, "record")
    migration.initial = True
    migration.replaces = [("record", "0001_initial")]  # databases made before this decision
    migration.dependencies = [after]
    migration.operations = [Tables([create(model) for model in models])]
    text = MigrationWriter(migration, include_header=False).as_string()
    (FOLDER / f"{name}.py").write_text(text)


def main() -> None:
    """Put three files in the place of all that are there."""
    states = ProjectState.from_apps(apps).models
    models = {name: state for (app, name), state in states.items() if app == "record"}
    first = referred_to(models, "user")
    for old in FOLDER.glob("0*.py"):
        old.unlink()
    write(PEOPLE, AUTH, (models[name] for name in models if name in first))
    write(TABLES, ("record", PEOPLE), (models[name] for name in models if name not in first))
    guarded = sorted(
        model._meta.db_table
        for model in apps.get_app_config("record").get_models()
        if issubclass(model, AppendOnly)
    )
    names = "\n".join(f'    "{table}",' for table in guarded)
    (FOLDER / "0003_guards.py").write_text(GUARDS.format(tables=names, after=TABLES))
    check = [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run", "record"]
    subprocess.run(check, check=True)


if __name__ == "__main__":
    main()

"""Making the record ready for a command that needs it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from carethread.cli.console import FAILED, fail

if TYPE_CHECKING:
    from carethread.record.models import Organization


def set_up() -> None:
    """Load the settings; a wrong one ends the command with its name."""
    import django
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carethread.config.settings")
    try:
        django.setup()
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # whitenoise wants it there
    except (ImproperlyConfigured, OSError) as error:
        fail(f"the settings do not hold: {error}", FAILED)


def set_up_record() -> None:
    """The same, and the database must answer and be up to date."""
    set_up()
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        fail(f"the database does not answer: {error}", FAILED)
    if behind:
        fail("the database is not up to date; run: carethread migrate", FAILED)


def organization(npi: str) -> "Organization":
    """The organization with that billing NPI; without one, the only one there is."""
    from carethread.record.models import Organization

    there = list(Organization.objects.order_by("pk"))
    wanted = [each for each in there if not npi or each.npi == npi]
    if not there:
        fail("there is no organization in this record yet; try: carethread demo", FAILED)
    if len(wanted) != 1:
        listed = ", ".join(f"{each.npi} ({each.name})" for each in there)
        fail(f"say which organization with --organization NPI: {listed}", FAILED)
    return wanted[0]

"""Making the record ready for a command that needs it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from carethread.cli.console import FAILED, fail

if TYPE_CHECKING:
    from carethread.record.models import Organization

NO_CENTER = "there is no center in this record yet; open one with: carethread open"


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
    if _is_behind():
        fail("the database is not up to date; run: carethread migrate", FAILED)


def make_record() -> None:
    """The same, and the database is made, or brought up to date, where it is not."""
    set_up()
    if _is_behind():
        migrate(verbosity=0)


def migrate(verbosity: int) -> None:
    """Make the database, or bring it up to date."""
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        call_command("migrate", interactive=False, verbosity=verbosity)
    except DatabaseError as error:
        fail(f"the database does not answer: {error}", FAILED)


def _is_behind() -> bool:
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        fail(f"the database does not answer: {error}", FAILED)


def has_center() -> bool:
    """Whether anybody can sign in to this record at all."""
    from carethread.record.models import Organization

    return Organization.objects.exists()


def organization(npi: str) -> "Organization":
    """The organization with that billing NPI; without one, the only one there is."""
    from carethread.record.models import Organization

    there = list(Organization.objects.order_by("pk"))
    wanted = [each for each in there if not npi or each.npi == npi]
    if not there:
        fail(f"{NO_CENTER}, or try: carethread demo", FAILED)
    if len(wanted) != 1:
        listed = ", ".join(f"{each.npi} ({each.name})" for each in there)
        fail(f"say which organization with --organization NPI: {listed}", FAILED)
    return wanted[0]

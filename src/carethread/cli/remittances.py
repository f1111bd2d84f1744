"""`carethread remit`: payments that came by another way than a connection."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from carethread.cli.console import FAILED, called, fail, out, plain, take
from carethread.cli.threads import Npi
from carethread.cli.x12 import File

if TYPE_CHECKING:
    from carethread.record.models import Delivery

app = typer.Typer(no_args_is_help=True, help="Remittances (835) that came by hand.")


@app.callback()
def _group() -> None:
    """Keeps `post` a command of its own while it is the only one."""


@app.command()
def post(file: File, npi: Npi = "") -> None:
    """Store a file and post it, as if it had come from the clearinghouse.

    Exit code 0: posted, or posted before. 1: quarantined, with the reason; nothing was changed.
    """
    from carethread.cli import ready

    raw = take(file)
    if not raw:
        fail(f"{called(file)} is empty")
    ready.set_up_record()
    from django_scopes import scope

    from carethread.workflow import receive

    organization, now = ready.organization(npi), datetime.now(UTC)
    with scope(organization=organization):
        name = Path(called(file)).name
        stored = receive.store(raw, organization=organization, name=name, now=now)
        receive.read_file(stored.delivery, now=now)
        stored.delivery.refresh_from_db()
        _tell(stored.delivery)


def _tell(delivery: "Delivery") -> None:
    from carethread.insight.thread.steps import dollars
    from carethread.record.models import Match, Remittance

    if delivery.state == "quarantined":
        fail(f"{delivery.file.name} is quarantined: {delivery.reason}", FAILED)
    out.print(plain(f"{delivery.file.name}: {delivery.state} {delivery.reason}"), markup=False)
    for remittance in Remittance.objects.filter(file=delivery.file).order_by("pk"):
        matches = Match.objects.filter(remitted__remittance=remittance)
        out.print(
            f"  {plain(remittance)}: {dollars(remittance.amount_cents)},"
            f" {matches.count()} claims, {matches.filter(state='waiting').count()} to be matched,"
            f" {'closed' if remittance.closed_at else 'open'}",
            markup=False,
        )

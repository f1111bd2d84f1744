"""`carethread remit`: what payers paid, and payments that came by another way than a connection."""

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
    from carethread.record.clock import at_center
    from carethread.workflow import receive

    organization, now = ready.organization(npi), datetime.now(UTC)
    with at_center(organization):
        name = Path(called(file)).name
        stored = receive.store(raw, organization=organization, name=name, now=now)
        receive.read_again(stored.delivery, now=now)
        stored.delivery.refresh_from_db()
        _tell(stored.delivery)


def _tell(delivery: "Delivery") -> None:
    from carethread.record.models import Match, Remittance
    from carethread.rules.words import dollars

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


@app.command()
def outcome(npi: Npi = "") -> None:
    """What became of everything remitted: lines and dollars by outcome, and the bank beside it.

    Exit code 0: every deposit is proven to the cent. 1: one is not.
    """
    from carethread.cli import ready

    ready.set_up_record()
    from carethread.insight.outcome import outcome as summed
    from carethread.record.clock import at_center
    from carethread.rules.words import dollars

    with at_center(ready.organization(npi)):
        found = summed()
    for tally in found.tallies:
        out.print(f"{tally.outcome:<22}{tally.lines:>8,} lines{dollars(tally.cents):>18}")
    if found.lines:
        out.print(f"With no person: {found.share_by_itself:.1%} of {found.lines:,} lines")
    for words in found.waiting:
        out.print(f"  {plain(words)}", markup=False)
    out.print(
        f"{found.checks:,} checks: claims {dollars(found.claim_cents)} less provider-level "
        f"{dollars(found.provider_cents)} are {dollars(found.check_cents)}; "
        f"{found.open_deposits} not closed"
    )
    out.print(
        f"At the bank {dollars(found.bank_cents)}, found in checks "
        f"{dollars(found.bank_matched_cents)}; {found.bank_waiting} deposits wait, "
        f"{found.without_money} checks have no money yet"
    )
    if not found.proves:
        fail("not every check is its claims less its changes", FAILED)

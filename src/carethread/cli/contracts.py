"""`carethread contracts`: fee schedules from the sheets that payers send."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carethread.cli.console import FAILED, called, fail, out, plain, take
from carethread.cli.threads import Npi

if TYPE_CHECKING:
    from carethread.record.models import Contract, ContractFile
    from carethread.workflow.remittances.contracts import Preview

app = typer.Typer(no_args_is_help=True, help="What payers have agreed to pay.")

_SHOWN = 30


@app.callback()
def _group() -> None:
    """Keeps `load` a command of its own while it is the only one."""


@app.command()
def load(
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV or XLSX.")],
    payer: Annotated[str, typer.Option(help="The payer's id on the wire.")],
    starts: Annotated[
        str, typer.Option("--from", metavar="DAY", help="For rows that name no day: 2026-01-01.")
    ] = "",
    whole: Annotated[
        bool, typer.Option("--whole", help="It is the whole schedule: what it lacks ends.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Load it, and not only look.")] = False,
    npi: Npi = "",
) -> None:
    """Show what a fee schedule would do to the payer's contract, and with --yes do it.

    Exit code 0: looked at, or loaded. 1: refused, with the rows named; nothing was changed.
    """
    from carethread.cli import ready

    raw, today = take(file), datetime.now(UTC).date()
    day = _day(starts) if starts else today.replace(day=1)
    ready.set_up_record()
    from carethread.record.clock import at_center
    from carethread.workflow.common.errors import Refused
    from carethread.workflow.remittances import contracts

    with at_center(ready.organization(npi)):
        contract = _contract(payer, today)
        try:
            kept = contracts.hand_in(
                contract, name=Path(called(file)).name, data=raw, starts=day, is_whole=whole,
                user=None, now=datetime.now(UTC),
            )  # fmt: skip
            seen = contracts.preview(kept)
            _tell(kept, seen)
            if seen.faults:
                raise typer.Exit(FAILED)
            if yes and seen.plan.does_nothing:
                out.print("nothing to do")
            elif yes:
                contracts.load(kept, user=None, now=datetime.now(UTC))
                out.print("loaded")
        except Refused as problem:
            fail(f"{called(file)}: {problem}", FAILED)


def _contract(payer_id: str, today: date) -> "Contract":
    """The payer's contract of today, else the newest."""
    from carethread.record.models import Contract

    rows = Contract.objects.filter(payer__payer_id=payer_id).select_related("payer")
    held = rows.filter(effective_from__lte=today).order_by("-effective_from").first()
    found = held or rows.order_by("-effective_from").first()
    if found is None:
        fail(f"there is no contract with a payer {payer_id}; enter it on the page Contracts")
    return found


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        fail(f"{text} is no day; write it as 2026-01-01")


def _tell(file: "ContractFile", seen: "Preview") -> None:
    from carethread.rules.schedule import figure

    done = seen.plan
    out.print(
        plain(
            f"{file.contract}: {len(done.fresh)} added, {len(done.changed)} changed, "
            f"{len(done.dropped)} ended, {len(done.same)} as they were, {len(seen.faults)} refused"
        ),
        markup=False,
    )
    lines = [f"{fault.where}: {fault.words}" for fault in seen.faults] or [
        f"row {c.row}: {c.term.named} {figure(c.term)}{f', was {figure(c.was)}' if c.was else ''}"
        for c in done.add
    ]
    for line in lines[:_SHOWN]:
        out.print(plain(f"  {line}"), markup=False)
    if len(lines) > _SHOWN:
        out.print(f"  and {len(lines) - _SHOWN} more", markup=False)

"""`carethread codes`: code tables from the files that their owners publish."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carethread.cli.console import FAILED, called, err, fail, out, plain, take
from carethread.cli.threads import Npi

if TYPE_CHECKING:
    from carethread.workflow.center.load_codes import Preview

app = typer.Typer(no_args_is_help=True, help="Tables of CMS, OIG and X12 (not shipped).")

_SHOWN = 20


@app.callback()
def _group() -> None:
    """Keeps `load` a command of its own while it is the only one."""


@app.command()
def load(
    kind: Annotated[str, typer.Argument(metavar="ptp|mue|carc|rarc|leie")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV, TXT or XLSX, as published.")],
    starts: Annotated[
        str, typer.Option("--from", metavar="DAY", help="First day, as 2026-01-01: the quarter's.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it holds.")] = False,
    npi: Npi = "",
) -> None:
    """Check a published table row by row, and keep what this center can meet of it.

    Exit code 0: kept (or looked at). 1: kept, but some rows make no sense. 2: nothing was done.
    """
    from carethread.cli import ready
    from carethread.codes.published import KINDS
    from carethread.codes.sheets import NotSuchAFile

    if kind not in KINDS:
        fail(f"{kind} is none of {', '.join(KINDS)}")
    raw, day = take(file), _day(starts)
    ready.set_up_record()
    from carethread.record.clock import at_center
    from carethread.workflow.center import load_codes
    from carethread.workflow.common.errors import Refused

    organization = ready.organization(npi)
    with at_center(organization):
        try:
            with err.status(f"Reading {called(file)}"):
                seen = load_codes.look(kind, raw)
                if not dry_run:
                    load_codes.load(
                        organization,
                        kind,
                        raw,
                        name=Path(called(file)).name,
                        starts=day,
                        now=datetime.now(UTC),
                    )
        except (NotSuchAFile, Refused) as problem:
            fail(f"{called(file)}: {problem}")
    _tell(called(file), seen, dry_run)


def _day(text: str) -> date:
    if not text:
        return datetime.now(UTC).date().replace(day=1)
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        fail(f"{text} is no day; write it as 2026-01-01")


def _tell(file: str, seen: "Preview", dry_run: bool) -> None:
    did = "would be kept" if dry_run else "kept"
    out.print(plain(f"{file}: {seen.published.read} rows, {len(seen.entries)} {did}"), markup=False)
    faults = seen.published.faults
    for fault in faults[:_SHOWN]:
        out.print(plain(f"  row {fault.row}: {fault.words}"), markup=False)
    if len(faults) > _SHOWN:
        out.print(f"  and {len(faults) - _SHOWN} more", markup=False)
    raise typer.Exit(FAILED if faults else 0)

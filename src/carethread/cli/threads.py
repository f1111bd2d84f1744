"""`carethread trace`: from any number to the thread that hangs on it."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.text import Text
from rich.tree import Tree

from carethread.cli.console import FAILED, fail, out, plain

Npi = Annotated[
    str, typer.Option("--organization", metavar="NPI", help="Needed where there are several.")
]

_COLORS = {"done": "", "good": "green", "bad": "red", "ahead": "dim"}


def trace(
    identifier: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help='A claim, check or control number, the name of a file, "note 12", "claim 12".',
        ),
    ],
    npi: Npi = "",
) -> None:
    """Print the thread of a note: charge, claim, file, acknowledgments, payment, transfers."""
    from carethread.cli import ready

    ready.set_up_record()
    from carethread.insight import thread
    from carethread.record.clock import at_center

    organization = ready.organization(npi)
    with at_center(organization):
        try:
            found = thread.trace(identifier, datetime.now(UTC))
        except thread.Unknown as unknown:
            fail(str(unknown), FAILED)
    tree = Tree(Text(plain(found.title), "bold cyan"), guide_style="dim")
    zone = ZoneInfo(organization.time_zone)
    for step in found.steps:
        when = f"{step.at.astimezone(zone):%Y-%m-%d %H:%M}" if step.at else "ahead"
        style = _COLORS.get(step.feel, "")
        knot = tree.add(Text.assemble((f"{when:16}  ", "dim"), (plain(step.title), style)))
        for fact in step.facts:
            knot.add(Text(plain(fact), "dim" if style == "dim" else ""))
    out.print(tree)

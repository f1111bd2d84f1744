"""The commands. No logic lives here: each asks the layer that knows, and prints its answer.

`x12` works on any file without a database; `opening` opens a center and `center` runs it (migrate,
serve, work, demo); `remittances` and `threads` ask its record. What a command needs is imported
when it runs, so that `carethread --help` is there at once.
"""

from typing import Annotated

import typer

from carethread.cli import accounts, center, codes, contracts, opening, remittances, threads, x12

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    # A traceback must never print the locals: they hold what identifies clients.
    pretty_exceptions_show_locals=False,
    help="A behavioral-health record in which the signed note becomes the claim and the cash.",
)
app.add_typer(x12.app, name="x12")
app.add_typer(remittances.app, name="remit")
app.add_typer(codes.app, name="codes")
app.add_typer(contracts.app, name="contracts")
for command in (
    center.migrate, center.serve, center.work, center.demo, threads.trace, accounts.password
):  # fmt: skip
    app.command()(command)
app.command("open")(opening.open_center)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"carethread {version('carethread')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Options that stand before a command."""


def main() -> None:
    app()

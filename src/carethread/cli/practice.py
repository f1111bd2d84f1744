"""The demo's comings and goings: where it lives, living through its days, and serving it."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Group
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from carethread.cli.console import FAILED, err, fail, out, plain

if TYPE_CHECKING:
    from carethread.sandbox import demo

_MARK = ".demo"
"""A file that says this folder is a demo's, "started" or "finished". Nothing without it is ever
deleted: somebody's real record may live there."""


def place(*, again: bool) -> Path:
    """The demo's folder, empty or holding a finished demo, and the settings pointed at it.

    The demo has its own database in there unless DATABASE_URL names one. To be called before
    the settings are loaded, which find their places through the environment.
    """
    folder = Path(os.environ.get("CARETHREAD_VAR", "var"), "demo").resolve()
    if _is_strange(folder):
        fail(f"{folder} is not a demo's folder; move it away first", FAILED)
    if again or _mark(folder) == "started":
        _forget(folder)
    if not _mark(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARK).write_text("started")
    os.environ |= {"CARETHREAD_VAR": str(folder), "CARETHREAD_DEMO": "1"}
    return folder


def _mark(folder: Path) -> str:
    mark = folder / _MARK
    return mark.read_text() if mark.exists() else ""


def _is_strange(folder: Path) -> bool:
    return folder.exists() and any(folder.iterdir()) and not _mark(folder)


def _forget(folder: Path) -> None:
    """An interrupted demo, or one that is not wanted any more."""
    if "DATABASE_URL" in os.environ:
        fail("the demo's database is yours (DATABASE_URL); empty it to build it again", FAILED)
    shutil.rmtree(folder, ignore_errors=True)


def build(folder: Path, *, days: int, seed: int) -> None:
    """Live through the days, with a bar; a demo that is there already is left as it is."""
    from django.core.management import call_command

    from carethread.sandbox import demo

    call_command("migrate", interactive=False, verbosity=0)
    if _mark(folder) == "finished":
        out.print("The practice center is there already (--again makes a new one).")
        return
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=err
    ) as progress:
        bar = progress.add_task("The center opens", total=days)
        try:
            summary = demo.build(
                days=days,
                seed=seed,
                now=datetime.now(UTC),
                folder=folder / "sandbox",
                report=lambda done, of, words: progress.update(
                    bar, completed=done, total=of, description=words
                ),
            )
        except demo.AlreadyThere as there:
            fail(str(there), FAILED)
    (folder / _MARK).write_text("finished")
    _print_summary(summary)


def live(folder: Path, server: list[str], *, seed: int) -> None:
    """Serve, work and answer until Ctrl-C."""
    from carethread.sandbox import live

    worker = [sys.executable, "-m", "carethread", "work", "--interval", "2"]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # Told to end is like Ctrl-C.
    with live.running(folder / "sandbox", seed=seed):
        children = [subprocess.Popen(command) for command in (server, worker)]  # noqa: S603
        try:
            children[0].wait()
        except KeyboardInterrupt:
            out.print("\nThe center closes.")
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait()


def print_sign_ins() -> None:
    from carethread.sandbox import demo
    from carethread.sandbox.practice import cast

    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim")
    for name in ("sign in as", "who", "roles"):
        table.add_column(name, no_wrap=name != "roles")
    for row in demo.sign_ins():
        table.add_row(*map(plain, row))
    out.print(Group("", table, f"\nEverybody's password: [bold]{cast.PASSWORD}[/]"))


def _print_summary(summary: "demo.DemoSummary") -> None:
    from carethread.rules.words import dollars

    claims = ", ".join(f"{count} {state}" for state, count in summary.claims.items())
    cases = ", ".join(f"{count} {kind}" for kind, count in summary.cases.items())
    out.print(
        f"{summary.first:%-d %B} to {summary.last:%-d %B %Y}: {summary.signed_notes} notes signed\n"
        f"claims: {claims or 'none'}\n"
        f"remittances: {summary.remittances}, {dollars(summary.paid_cents)} paid,"
        f" {summary.closed_remittances} tied out\n"
        f"open cases: {cases or 'none'}"
    )

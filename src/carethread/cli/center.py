"""`carethread migrate`, `serve`, `work` and `demo`: a center on this machine."""

import os
import signal
import socket
import sys
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from carethread.cli import ready
from carethread.cli.console import FAILED, err, fail, out

if TYPE_CHECKING:
    from carethread.workflow.work import Done

Host = Annotated[str, typer.Option(help="The address to listen at.")]
Port = Annotated[int, typer.Option(min=1, max=65535)]


def migrate() -> None:
    """Make the database, or bring it up to date."""
    ready.set_up()
    ready.migrate(verbosity=1 if sys.stdout.isatty() else 0)
    out.print("The database is up to date.")


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer.")] = 2,
) -> None:
    """Serve the screens. Run `carethread work` beside it."""
    ready.set_up_record()
    command = server_command(host, port, workers)
    if not ready.has_center():
        err.print(f"carethread: {ready.NO_CENTER}")
    out.print(f"carethread is at http://{host}:{port}/ (Ctrl-C ends it)")
    os.execv(command[0], command)  # noqa: S606 - our own arguments, no shell


def server_command(host: str, port: int, workers: int) -> list[str]:
    """gunicorn's command line; ends the program where the port is taken."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        fail(f"cannot listen at {host}:{port} ({error.strerror}); try another --port", FAILED)
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return [
        *(sys.executable, "-m", "gunicorn", "carethread.config.wsgi"),
        *("--bind", bind, "--workers", str(workers), "--threads", "4"),
        *("--log-level", "warning"),
    ]


def work(
    once: Annotated[bool, typer.Option("--once", help="Do what is due and end.")] = False,
    interval: Annotated[float, typer.Option(min=0.1, help="Seconds between two rounds.")] = 30.0,
) -> None:
    """Do what is due: make claims, send files, read answers, post money, open cases.

    Any number of workers may run, and any may be killed: the next round finishes what was left.
    """
    ready.set_up_record()
    import structlog

    from carethread.workflow.work import run_due

    if once:
        _tell(run_due(datetime.now(UTC)))
        return
    log = structlog.get_logger("carethread.work")
    over = _until_told_to_end()
    while not over.is_set():
        try:
            done = run_due(datetime.now(UTC))
        except Exception:
            # A round that fails is tried again: what was due still is.
            log.exception("round failed")
        else:
            if done.anything:
                _tell(done)
        over.wait(interval)


def _until_told_to_end() -> Event:
    """Set by Ctrl-C or a service manager; the round under way is finished first."""
    over = Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: over.set())
    return over


def _tell(done: "Done") -> None:
    out.print(
        f"{datetime.now(UTC):%H:%M:%SZ}  {done.billed} claims made, {done.sent} files sent,"
        f" {done.read} files read, {done.cases} cases opened or closed"
    )


def demo(
    days: Annotated[int, typer.Option(min=1, max=365, help="Days to live through.")] = 60,
    seed: Annotated[int, typer.Option(help="Another seed, other people's days.")] = 1,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Build it and end.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Forget the last demo first.")] = False,
    host: Host = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """A practice center with synthetic clients and a payer that answers, in its own database."""
    from carethread.cli import practice

    command = None if no_serve else server_command(host, port, workers=2)
    place = practice.place(again=again)
    ready.set_up()
    practice.build(place, days=days, seed=seed)
    practice.print_sign_ins()
    if command:
        out.print(f"\nOpen [bold]http://{host}:{port}/[/] (Ctrl-C ends it)")
        practice.live(place, command, seed=seed)

"""`carethread migrate`, `serve`, `work` and `demo`, each in a process of its own."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.cli.run import command, elsewhere, environment

pytestmark = pytest.mark.xdist_group("center")  # one machine is migrated once


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new machine's folder, migrated."""
    folder = tmp_path_factory.mktemp("var")
    migrated = elsewhere(folder, "migrate")
    assert (migrated.returncode, migrated.stdout) == (0, "The database is up to date.\n")
    return folder


def test_a_command_starts_without_what_it_does_not_need() -> None:
    slow = "{'django', 'paramiko', 'carethread.x12', 'carethread.record'} & set(sys.modules)"
    asked = [sys.executable, "-c", f"import sys, carethread.cli; print({slow})"]
    assert subprocess.run(asked, capture_output=True, text=True).stdout == "set()\n"


def test_no_arguments_print_the_commands() -> None:
    shown = subprocess.run(command(), capture_output=True, text=True)
    for name in ("open", "migrate", "serve", "work", "demo", "trace", "x12", "remit"):
        assert name in shown.stdout


def test_migrating_twice_is_no_problem(var: Path) -> None:
    assert elsewhere(var, "migrate").returncode == 0


@pytest.mark.parametrize(
    "asked", [["work", "--once"], ["trace", "CT1"], ["serve"]], ids=lambda asked: asked[0]
)
def test_before_migrating_a_command_says_to_migrate(tmp_path: Path, asked: list[str]) -> None:
    result = elsewhere(tmp_path, *asked)
    assert result.returncode == 1
    assert "run: carethread migrate" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_wrong_database_address_is_said_without_a_traceback(tmp_path: Path) -> None:
    for url in ("mysql://localhost/x", "postgres://nobody@127.0.0.1:1/x"):
        result = subprocess.run(
            command("work", "--once"),
            env=environment(tmp_path, DATABASE_URL=url),
            capture_output=True,
            text=True,
        )
        assert result.returncode == 1
        assert "carethread: " in result.stderr
        assert "Traceback" not in result.stderr


def test_a_taken_port_is_said_with_what_to_do(var: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        result = elsewhere(var, "serve", "--port", other.getsockname()[1])
    assert result.returncode == 1
    assert "try another --port" in result.stderr


def test_the_served_screens_ask_to_sign_in(var: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        command("serve", "--port", port, "--workers", 1),
        env=environment(var),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        page = _page(f"http://127.0.0.1:{port}/")
        assert server.stdout is not None
        assert f"http://127.0.0.1:{port}/" in server.stdout.readline()
    finally:
        server.terminate()
        server.wait(10)
    assert "password" in page


def _page(url: str) -> str:
    deadline = time.monotonic() + 20
    while True:
        try:
            with urlopen(url) as answer:
                return str(answer.read(), "utf-8")
        except (URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_a_worker_that_is_told_to_end_ends_well(var: Path) -> None:
    worker = subprocess.Popen(
        command("work", "--interval", 600), env=environment(var), stderr=subprocess.PIPE, text=True
    )
    status = Path(f"/proc/{worker.pid}/status")
    deadline = time.monotonic() + 20
    # SIGTERM is bit 14 of the signals that it handles, once it does.
    while not int(_handled(status), 16) >> (signal.SIGTERM - 1) & 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    assert worker.stderr is not None
    assert worker.stderr.read() == ""


def _handled(status: Path) -> str:
    return next(line.split()[1] for line in status.read_text().splitlines() if "SigCgt" in line)


def test_the_demo_never_touches_a_folder_that_is_not_a_demos(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo/carethread.sqlite3").write_text("somebody's real record")
    result = elsewhere(tmp_path, "demo", "--again", "--no-serve")
    assert result.returncode == 1
    assert "is not a demo's folder" in result.stderr
    assert [each.name for each in (tmp_path / "demo").iterdir()] == ["carethread.sqlite3"]

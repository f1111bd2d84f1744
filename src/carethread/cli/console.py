"""What all commands share: how to speak, how to fail, how to take a file."""

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

_UNBROKEN = 1000
"""Columns where nobody watches: a line in a file or a pipe stays one line."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else _UNBROKEN)
err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _UNBROKEN)

FAILED = 1
UNUSABLE = 2
"""Exit code for what could not be read or done at all, as opposed to what was found wrong."""


def fail(message: str, code: int = UNUSABLE) -> NoReturn:
    """Say what is wrong and what to do about it, on stderr, and end."""
    err.print(Text.assemble(("carethread: ", "bold red"), plain(message)))
    raise typer.Exit(code)


def plain(text: object) -> str:
    """Text from a file or a stranger, fit for a terminal: without its control characters."""
    return "".join(
        character if unicodedata.category(character)[0] != "C" else "�" for character in str(text)
    )


def take(path: str) -> bytes:
    """The bytes of a file, or of standard input where the path is `-`."""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        fail(f"there is no file {path}")
    except IsADirectoryError:
        fail(f"{path} is a folder; name a file in it")
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}")


@contextmanager
def opened(path: str, doing: str) -> Iterator[BinaryIO]:
    """A file (or standard input, `-`) to be read piece by piece. On a terminal a bar on stderr
    shows how much of it is done, byte by byte."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
    try:
        with bar, ExitStack() as stack:
            if path == "-":
                yield bar.wrap_file(sys.stdin.buffer, total=0, description=doing)
            else:
                size = Path(path).stat().st_size
                file = stack.enter_context(Path(path).open("rb"))
                yield bar.wrap_file(file, total=size, description=doing)
    except FileNotFoundError:
        fail(f"there is no file {path}")
    except IsADirectoryError:
        fail(f"{path} is a folder; name a file in it")
    except BrokenPipeError:
        raise
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}")


def give(path: str, data: bytes) -> None:
    """Write a file, or standard output where the path is `-`."""
    pour(BytesIO(data), path)


def pour(source: BinaryIO, path: str) -> None:
    """The same of what a file holds, piece by piece."""
    if path == "-":
        copyfileobj(source, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    try:
        with Path(path).open("wb") as file:
            copyfileobj(source, file)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")


def called(path: str) -> str:
    """What to call the file in a message."""
    return "standard input" if path == "-" else path

"""`carethread x12`: look at anybody's X12 file, and say what is wrong with it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, BinaryIO

import typer

from carethread.cli.console import (
    FAILED,
    UNUSABLE,
    called,
    err,
    fail,
    give,
    opened,
    out,
    pour,
    take,
)

app = typer.Typer(no_args_is_help=True, help="Look at X12 files (835, 837, 999, 277CA, TA1 ...).")

File = Annotated[str, typer.Argument(metavar="FILE", help="A file, or - for standard input.")]
Files = Annotated[
    list[str], typer.Argument(metavar="FILE...", help="Files, or - for standard input.")
]
Output = Annotated[
    str, typer.Option("--output", "-o", metavar="FILE", help="Where to (standard output).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead (docs/x12.md).")]


@app.command()
def show(file: File, as_json: AsJson = False) -> None:
    """Print what a file says: payments, claims, lines, acknowledgments, findings."""
    from carethread.x12.finding import Unreadable
    from carethread.x12.show import tell

    try:
        with opened(file, f"Reading {called(file)}") as source:
            if as_json:
                _print_array(tell(source))
            else:
                from carethread.cli.x12_view import drawn

                for each in tell(source):
                    out.print(drawn(each))
    except Unreadable as problem:
        fail(f"{called(file)}: {problem}")


@app.command()
def check(files: Files, as_json: AsJson = False) -> None:
    """Say what is wrong with files: where, how bad, in plain words.

    Exit code 0: nothing that a receiver would refuse. 1: errors. 2: not X12, or no such file.
    """
    answers = [_Checked(file) for file in files]
    if as_json:
        _print_array((("file", called(a.file)), ("findings", a.told())) for a in answers)
    else:
        for answer in answers:
            _print_checked(answer)
    raise typer.Exit(max(answer.code for answer in answers))


@dataclass(slots=True)
class _Checked:
    """The findings of one file, to be taken once, and behind the last of them the exit code that
    they deserve. Of a file that cannot be taken stderr has said so, and the others follow."""

    file: str
    code: int = 0

    def told(self) -> Iterator[dict[str, Any]]:
        from carethread.x12.check import judge
        from carethread.x12.finding import Finding, Severity, Unreadable
        from carethread.x12.show import show_finding

        try:
            with opened(self.file, f"Checking {called(self.file)}") as source:
                for finding in (f for judged in judge(source) for f in judged.findings):
                    if finding.severity is Severity.ERROR:
                        self.code = FAILED
                    yield show_finding(finding)
        except Unreadable as problem:
            self.code = UNUSABLE
            yield show_finding(Finding("UNREADABLE", Severity.ERROR, 0, str(problem)))
        except typer.Exit:
            self.code = UNUSABLE


def _print_checked(answer: _Checked) -> None:
    from carethread.cli.x12_view import digest, findings_view, verdict

    found = digest(answer.told())
    if found.kinds or answer.code == 0:
        out.print(verdict(called(answer.file), found))
    if found.kinds:
        out.print(findings_view(found))


@app.command()
def scrub(
    files: Files,
    context: Annotated[
        str,
        typer.Option(metavar="JSON", help="What you know of the claims: a file (docs/x12.md)."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Ask the scrubber's rules of every claim in 837 files, anybody's.

    Exit code 0: no claim is stopped. 1: some are. 2: not X12, no 837, or no such file.
    """
    known = _context(context) if context else {}
    answers = [_scrubbed(file, known) for file in files]
    if as_json:
        _print_json([{key: answer[key] for key in ("file", "claims")} for answer in answers])
    else:
        from carethread.cli.x12_view import scrubbed_view

        for answer in answers:
            out.print(scrubbed_view(answer))
    raise typer.Exit(max(answer["code"] for answer in answers))


def _context(path: str) -> dict[str, Any]:
    try:
        known = json.loads(take(path))
    except ValueError as wrong:
        fail(f"{called(path)} is not JSON: {wrong}")
    if not isinstance(known, dict) or not all(isinstance(v, dict) for v in known.values()):
        fail(f'{called(path)} must be an object of objects: {{"*": {{...}}, "CLAIM-1": {{...}}}}')
    return known


def _scrubbed(file: str, known: dict[str, Any]) -> dict[str, Any]:
    """Every claim of one file with its findings as JSON values, and the exit code deserved."""
    from carethread.rules.scrub.file import WrongContext, scrub_file
    from carethread.x12.finding import Unreadable

    try:
        with err.status(f"Scrubbing {called(file)}"):
            found = scrub_file(take(file), known)
    except (Unreadable, WrongContext) as problem:
        fail(f"{called(file)}: {problem}")
    if not found:
        fail(f"{called(file)}: there is no claim in it; `x12 check` says what it is")
    stopped = any(f.stops for one in found for f in one.findings)
    return {
        "file": called(file),
        "code": FAILED if stopped else 0,
        "claims": [
            {
                "claim": one.claim.claim_id,
                "kind": one.claim.kind,
                "findings": [
                    {
                        "rule": f.rule,
                        "severity": f.severity.value,
                        "owner": f.owner.value,
                        "line": f.line,
                        "message": f.message,
                    }
                    for f in one.findings
                ],
            }
            for one in found
        ],
    }


@app.command()
def write(file: File, output: Output = "-") -> None:
    """Turn the JSON of `show --json` back into X12.

    What cannot be written is told with its key, and nothing is written. Exit code 2.
    """
    from datetime import datetime

    from carethread.x12.unshow import written
    from carethread.x12.views.kinds import Invalid

    with opened(file, f"Reading {called(file)}") as source:
        try:
            with written(_parsed(source, file), datetime.now().astimezone()) as made:
                pour(made, output)
        except Invalid as invalid:
            fail(_listed(called(file), [str(fault) for fault in invalid.faults]))


@app.command()
def ack(
    file: File,
    output: Output = "-",
    control: Annotated[
        int, typer.Option(min=1, max=999_999_999, help="The answer's own interchange number.")
    ] = 1,
) -> None:
    """Answer a file as its receiver would: with a 999, or a TA1 where the envelope is refused.

    Exit code 0: all was accepted, or nothing is to be answered (it says so). 1: the answer refuses
    something. 2: not X12.
    """
    from datetime import datetime

    from carethread.x12.finding import Unreadable
    from carethread.x12.respond import acknowledge

    created = datetime.now().astimezone()
    try:
        with opened(file, f"Checking {called(file)}") as source:
            answer = acknowledge(source, created=created, interchange_control=control)
    except Unreadable as problem:
        fail(f"{called(file)}: {problem}")
    if not answer:
        err.print(f"{called(file)}: nothing to answer, since acknowledgments are not acknowledged")
        return
    give(output, answer)
    raise typer.Exit(FAILED if _refuses(answer) else 0)


def _refuses(answer: bytes) -> bool:
    """Some interchange, group or set is not accepted as it is."""
    from carethread.x12.acknowledgment import FunctionalAck, InterchangeAck
    from carethread.x12.reader import read

    return any(
        isinstance(each, FunctionalAck | InterchangeAck) and each.code != "A"
        for each in read(answer).transactions
    )


def _parsed(source: BinaryIO, file: str) -> Iterator[Any]:
    """The objects of the JSON array in a file, one at a time."""
    from carethread.x12.unshow import items

    try:
        yield from items(source)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        fail(f"{called(file)} is not JSON: {error.msg} at {where}")
    except UnicodeDecodeError:
        fail(f"{called(file)} is not JSON: it is not text in UTF-8")
    except (RecursionError, ValueError):
        fail(f"{called(file)} is not JSON that a person would write: it is nested too deep")


_MOST_FAULTS = 20


def _listed(name: str, faults: list[str]) -> str:
    """The faults, one a line, the first of them where there are many."""
    more = len(faults) - _MOST_FAULTS
    lines = [*faults[:_MOST_FAULTS], *([f"and {more} more"] if more > 0 else [])]
    return "\n".join(f"{name}: {line}" for line in lines)


def _print_array(objects: Iterable[Iterable[tuple[str, Any]]]) -> None:
    """One JSON array of objects, each key printed as soon as its value is there, and of a list that
    is an iterator each item. Nothing is printed where the first object cannot be had."""
    mark = "["
    for each in objects:
        print(f"{mark}\n  {{", end="")
        for n, (key, value) in enumerate(each):
            print("," if n else "", f'\n    "{key}": ', sep="", end="")
            if isinstance(value, Iterator):
                _print_items(value)
            else:
                print(_indented(value, 4), end="")
        print("\n  }", end="")
        mark = ","
    print("[]" if mark == "[" else "\n]")


def _print_items(values: Iterator[Any]) -> None:
    mark = "["
    for value in values:
        print(f"{mark}\n      {_indented(value, 6)}", end="")
        mark = ","
    print("[]" if mark == "[" else "\n    ]", end="")


def _indented(value: Any, by: int) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text.replace("\n", "\n" + " " * by)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))

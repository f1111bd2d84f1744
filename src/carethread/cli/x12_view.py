"""The same values that `x12 show --json` prints, drawn as a tree for a person.

One drawing serves every transaction: a value is a word, an object is a branch, and what a file
leaves empty is left out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from carethread.cli.console import plain

Json = Mapping[str, Any]

MOST_SHOWN = 50
"""Of a list; a file may hold ten thousand claims. --json has them all."""
_ENVELOPE = frozenset({"type", "guide", "control", "sender", "receiver", "findings"})
_COLORS = {"error": "red", "warning": "yellow", "info": "blue"}


def view(transaction: Json) -> RenderableType:
    """One transaction set: its head, what it says, what is wrong with it."""
    tree = Tree(_head(transaction), guide_style="dim")
    said = {key: value for key, value in transaction.items() if key not in _ENVELOPE}
    if line := _line(said):
        tree.add(line)
    _grow(tree, said)
    findings = transaction["findings"]
    return Group(tree, *([findings_table(findings)] if findings else []), "")


def findings_table(findings: Iterable[Json]) -> Table:
    """One row a finding, in the order of the file."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("segment", justify="right")
    for name in ("severity", "finding", "in words"):
        table.add_column(name)
    for finding in findings:
        color = _COLORS.get(finding["severity"], "")
        table.add_row(
            str(finding["segment"] or "file"),
            Text(finding["severity"], style=color),
            plain(finding["id"]),
            Text(plain(finding["message"])),
        )
    return table


def verdict(file: str, findings: Sequence[Json]) -> Text:
    """`era.835: 2 errors, 1 warning`, or that nothing is wrong."""
    counts = {
        severity: sum(finding["severity"] == severity for finding in findings)
        for severity in _COLORS
    }
    words = [
        f"{count} {severity}{'s' if count > 1 and severity != 'info' else ''}"
        for severity, count in counts.items()
        if count
    ]
    color = "red" if counts["error"] else "yellow" if findings else "green"
    return Text.assemble(
        (plain(file), "bold"), ": ", (", ".join(words) or "nothing is wrong", color)
    )


def scrubbed_view(answer: Json) -> RenderableType:
    """`claims.837: 1 of 3 claims is stopped`, and under it each claim that has a finding."""
    claims = answer["claims"]
    stopped = sum(any(f["severity"] == "stops" for f in c["findings"]) for c in claims)
    words = f"{stopped} of {len(claims)} claims stopped" if stopped else "no claim stopped"
    head = Text.assemble(
        (plain(answer["file"]), "bold"), ": ", (words, "red" if stopped else "green")
    )
    return Group(head, *(_scrubbed_claim(c) for c in claims if c["findings"]))


def _scrubbed_claim(claim: Json) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for finding in claim["findings"]:
        color = "red" if finding["severity"] == "stops" else "yellow"
        table.add_row(
            Text(finding["severity"], style=color),
            plain(finding["rule"]),
            Text(plain(finding["message"])),
            Text(plain(finding["line"]), style="dim"),
        )
    return Group(Text(f"{plain(claim['claim'])} ({claim['kind']})", style="bold"), table)


def _head(transaction: Json) -> Text:
    control = transaction["control"]
    numbers = ", ".join(f"{level} {plain(number)}" for level, number in control.items() if number)
    return Text.assemble(
        (plain(transaction["type"]), "bold cyan"),
        f" {plain(transaction['guide'])}",
        (f"  {plain(transaction['sender'])} → {plain(transaction['receiver'])}", ""),
        (f"  {numbers}", "dim"),
    )


def _grow(tree: Tree, value: Json) -> None:
    """The branches of `value`, under the line that holds its words."""
    for name, child in _branches(value):
        if isinstance(child, Mapping):
            line = Text.assemble((f"{_named(name)} ", "dim"), _line(child))
            _grow(tree.add(line), child)
        else:
            _grow_list(tree.add(Text(f"{_named(name)} ({len(child)})", "bold")), child)


def _grow_list(tree: Tree, children: Sequence[Any]) -> None:
    for child in children[:MOST_SHOWN]:
        if isinstance(child, Mapping):
            _grow(tree.add(_line(child)), child)
        else:
            tree.add(Text(plain(" ".join(map(str, child)) if isinstance(child, list) else child)))
    if (more := len(children) - MOST_SHOWN) > 0:
        tree.add(Text(f"… and {more:,} more (--json has all)", "dim"))


def _branches(value: Json) -> Iterator[tuple[str, Any]]:
    """What does not fit on the line: objects, lists of them, and the segments of `other`."""
    for name, child in value.items():
        if child and isinstance(child, Mapping | list) and not _words(name, child):
            yield name, child


def _line(value: Json) -> Text:
    line = Text()
    for name, child in value.items():
        if words := _words(name, child):
            line.append(f"{'  ' if line else ''}{_named(name)} ", style="dim")
            line.append(plain(words))
    return line


def _words(name: str, value: Any) -> str:
    """A value as words for the line; "" for what is empty or branches off."""
    match value:
        case bool():
            return "yes" if value else "no"
        case str() | int():
            return str(value)
        case [{"group": _, "reason": _}, *_]:
            return ", ".join(map(_adjustment, value))
        case [str() | int(), *_] if name not in ("other", "segments"):
            return " ".join(map(str, value))
    return ""


def _adjustment(value: Json) -> str:
    quantity = f" x{value['quantity']}" if value["quantity"] else ""
    return f"{value['group']}-{value['reason']} {value['amount']}{quantity}"


def _named(key: str) -> str:
    return key.replace("_", " ")

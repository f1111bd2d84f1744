"""The same values that `x12 show --json` prints, drawn as a tree for a person.

One drawing serves every transaction: a value is a word, an object is a branch, and what a file
leaves empty is left out.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from carethread.cli.console import plain

Json = Mapping[str, Any]

MOST_SHOWN = 50
"""Of a list; a file may hold ten thousand claims. --json has them all."""
MOST_OF_A_KIND = 100
"""Findings with one id; a file may have one in every set."""
_ENVELOPE = frozenset({"type", "guide", "control", "sender", "receiver", "findings"})
_COLORS = {"error": "red", "warning": "yellow", "info": "blue"}


class Some(list[Any]):
    """The first of a list that comes one at a time, and how many there are in all."""

    def __init__(self, values: Iterator[Any]) -> None:
        super().__init__(islice(values, MOST_SHOWN))
        self.total = len(self) + sum(1 for _ in values)


def drawn(told: Iterable[tuple[str, Any]]) -> RenderableType:
    """One transaction set: its head, what it says, what is wrong with it."""
    transaction = {k: Some(v) if isinstance(v, Iterator) else v for k, v in told}
    tree = Tree(_head(transaction), guide_style="dim")
    said = {key: value for key, value in transaction.items() if key not in _ENVELOPE}
    if line := _line(said):
        tree.add(line)
    _grow(tree, said)
    found = digest(transaction["findings"])
    return Group(tree, *([findings_view(found)] if found.kinds else []), "")


@dataclass(frozen=True, slots=True)
class Digest:
    """What a person is told of findings: the `first` of each kind, and how many there are by id
    (`kinds`) and by severity."""

    first: list[Json] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)


def digest(findings: Iterable[Json]) -> Digest:
    """Findings of any number, of which those that are not told are only counted."""
    found = Digest()
    for finding in findings:
        found.severities[finding["severity"]] += 1
        found.kinds[finding["id"]] += 1
        if found.kinds[finding["id"]] <= MOST_OF_A_KIND:
            found.first.append(finding)
    return found


def findings_view(found: Digest) -> RenderableType:
    """One row a finding, in the order of the file, and how many more there are of a kind."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("segment", justify="right")
    for name in ("severity", "finding", "in words"):
        table.add_column(name)
    for finding in found.first:
        color = _COLORS.get(finding["severity"], "")
        table.add_row(
            str(finding["segment"] or "file"),
            Text(finding["severity"], style=color),
            plain(finding["id"]),
            Text(plain(finding["message"])),
        )
    more = (
        Text(f"… and {count - MOST_OF_A_KIND:,} more {id_} (--json has them)", "dim")
        for id_, count in found.kinds.items()
        if count > MOST_OF_A_KIND
    )
    return Group(table, *more)


def verdict(file: str, found: Digest) -> Text:
    """`era.835: 2 errors, 1 warning`, or that nothing is wrong."""
    words = [_counted(found.severities[s], s) for s in _COLORS if found.severities[s]]
    color = "red" if found.severities["error"] else "yellow" if words else "green"
    return Text.assemble(
        (plain(file), "bold"), ": ", (", ".join(words) or "nothing is wrong", color)
    )


def _counted(count: int, severity: str) -> str:
    return f"{count:,} {severity}{'s' if count > 1 and severity != 'info' else ''}"


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
            total = child.total if isinstance(child, Some) else len(child)
            _grow_list(tree.add(Text(f"{_named(name)} ({total})", "bold")), child, total)


def _grow_list(tree: Tree, children: Sequence[Any], total: int) -> None:
    for child in children[:MOST_SHOWN]:
        if isinstance(child, Mapping):
            _grow(tree.add(_line(child)), child)
        else:
            tree.add(Text(plain(" ".join(map(str, child)) if isinstance(child, list) else child)))
    if (more := total - MOST_SHOWN) > 0:
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
            return str(value).replace("\r", "CR").replace("\n", "LF")
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

"""An entry of a table as fields to fill in, and back: made from what the table's entries are.

A field's name is its place in the entry ("codings.0.lines.1.code"). What stands in an entry is
plain: mappings, lists, texts, numbers, days, as its YAML has them. Nothing is decided here: what
was filled in is written as YAML and checked as such (`codes.catalogue.checked`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import yaml

from carethread.web import http

BLANKS = 1
"""Empty rows offered at the end of each repeated part."""
_SEVERAL = "several"
_LONG = ("label", "reference", "article", "taxonomy")
_LABELS = {
    "starts": "From", "ends": "Until", "minimum": "From minutes", "maximum": "To minutes",
    "per": "Minutes a unit", "form": "Claim form (P, I)", "by": "Only with one of these services",
    "day_minutes": "Least minutes a day", "percent": "Percent of the fee", "most": "At most",
    "lines": "Codes", "bundles": "Billed as", "includes": "Services that it includes",
    "leave": "Kind of leave", "groups": "Credentials' groups", "level": "Decision level",
    "is_group": "For a group", "is_bundle": "A day or week of other services",
    "timed": "Start and stop are written", "needs_plan": "A plan must order it",
    "filing": "Payers' filing indicators", "month": "Within a calendar month",
    "days": "Within days", "swallows": "Codes that it includes",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """One field: `kind` is text, number, date, yes, choice or several (texts between commas)."""

    name: str
    label: str
    kind: str
    value: str
    choices: tuple[str, ...] = ()

    @property
    def is_long(self) -> bool:
        """Whether it takes more room than a code."""
        return self.kind == _SEVERAL or self.name.rpartition(".")[2] in _LONG

    @property
    def is_block(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Block:
    """A part that is repeated: each row its own fields, the last ones empty."""

    name: str
    label: str
    rows: tuple[tuple["Box | Block", ...], ...]

    @property
    def is_block(self) -> bool:
        return True


def shown(
    kind: type[Any], entry: object, *, named: bool, blanks: int = BLANKS
) -> tuple["Box | Block", ...]:
    """The fields of an entry, or of a table that is one list (not `named`), filled in."""
    if named:
        return _boxes(kind, entry if isinstance(entry, dict) else {}, "", blanks)
    return (Block("all", "Entries", _rows(kind, entry, "all", blanks)),)


def read(kind: type[Any], sent: Mapping[str, str], *, named: bool) -> object:
    """The entry that the fields say, plain. What cannot be read stays as it was typed, for the
    table to refuse with its place."""
    if named:
        return _entry(kind, sent, "")
    return _entries(kind, sent, "all")


def as_text(entry: object) -> str:
    """A plain entry as YAML."""
    return str(yaml.safe_dump(entry, sort_keys=False, allow_unicode=True, width=96))


# ------------------------------------------------------------------------------ showing


def _boxes(
    kind: type[Any], entry: Mapping[str, Any], before: str, blanks: int
) -> tuple[Box | Block, ...]:
    hints = get_type_hints(kind)
    found: list[Box | Block] = []
    for spec in fields(kind):
        name, of = f"{before}{spec.name}", _repeated(hints[spec.name])
        value = entry.get(spec.name, _default(spec))
        if _is_part(of):
            found.append(Block(name, _label(spec.name), _rows(of, value, name, blanks)))
        else:
            found.append(_box(name, _label(spec.name), hints[spec.name], value))
    return tuple(found)


def _rows(
    kind: type[Any], entries: object, name: str, blanks: int
) -> tuple[tuple[Box | Block, ...], ...]:
    known = [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    empty: list[dict[str, Any]] = [{} for _ in range(blanks)]
    return tuple(
        _boxes(kind, one, f"{name}.{number}.", blanks) for number, one in enumerate(known + empty)
    )


def _box(name: str, label: str, hint: Any, value: Any) -> Box:
    plain = _without_none(hint)
    may_be_empty = plain is not hint
    if _repeated(plain) is not None:
        words = value if isinstance(value, list | tuple) else ()
        return Box(name, label, _SEVERAL, ", ".join(str(word) for word in words))
    if plain is bool and not may_be_empty:
        return Box(name, label, "yes", "yes" if value is True else "")
    if plain is bool:
        said = {True: "yes", False: "no"}.get(value, "")
        return Box(name, label, "choice", said, ("", "yes", "no"))
    if isinstance(plain, type) and issubclass(plain, Enum):
        choices = ("", *(str(one.value) for one in plain))
        return Box(name, label, "choice", _words(value), choices)
    kinds = {int: "number", date: "date"}
    return Box(name, label, kinds.get(plain, "text"), _words(value))


def _words(value: Any) -> str:
    return "" if value is None else str(value)


def _label(name: str) -> str:
    return _LABELS.get(name) or name.replace("_", " ").capitalize()


# ------------------------------------------------------------------------------ reading


def _entry(kind: type[Any], sent: Mapping[str, str], before: str) -> dict[str, Any]:
    hints, found = get_type_hints(kind), {}
    for spec in fields(kind):
        name, of = f"{before}{spec.name}", _repeated(hints[spec.name])
        if _is_part(of):
            rows = _entries(of, sent, name)
            if rows or spec.default is MISSING:
                found[spec.name] = rows
            continue
        value = _value(hints[spec.name], sent.get(name, "").strip())
        if value is not None and value != _default(spec):
            found[spec.name] = value
    return found


def _entries(kind: type[Any], sent: Mapping[str, str], name: str) -> list[dict[str, Any]]:
    """The rows of a repeated part, without those in which nothing is filled in."""
    found = []
    for number in sorted(set(_numbers(sent, name))):
        before = f"{name}.{number}."
        if _is_filled(kind, sent, before):
            found.append(_entry(kind, sent, before))
    return found


def _numbers(sent: Mapping[str, str], name: str) -> Iterator[int]:
    for key in sent:
        if key.startswith(f"{name}."):
            number = key[len(name) + 1 :].partition(".")[0]
            if number.isascii() and number.isdigit() and len(number) < 5:
                yield int(number)


def _is_filled(kind: type[Any], sent: Mapping[str, str], before: str) -> bool:
    """Whether anything stands in a row that does not stand in an empty one."""
    empty = _boxes(kind, {}, before, 0)
    if any(isinstance(b, Box) and sent.get(b.name, "").strip() != b.value for b in empty):
        return True
    parts = ((b.name, _part(kind, b.name.removeprefix(before))) for b in empty if b.is_block)
    return any(_entries(of, sent, name) for name, of in parts)


def _part(kind: type[Any], name: str) -> Any:
    """What the repeated part of that name holds."""
    return _repeated(get_type_hints(kind)[name])


def _value(hint: Any, text: str) -> Any:
    plain = _without_none(hint)
    of = _repeated(plain)
    if of is not None:
        words = [_one(of, word.strip()) for word in text.split(",") if word.strip()]
        return words or None
    if plain is bool:
        return {"yes": True, "no": False}.get(text, None if plain is not hint else False)
    return _one(plain, text) if text else None


def _one(kind: Any, text: str) -> Any:
    if kind is int and text.lstrip("-").isdigit() and len(text) < 10:
        return int(text)
    if kind is date:
        return http.day(text) or text
    return text


# ------------------------------------------------------------------------------ kinds of fields


def _repeated(hint: Any) -> Any:
    """What a list holds; None for a field that is no list."""
    plain = _without_none(hint)
    return get_args(plain)[0] if get_origin(plain) is tuple else None


def _is_part(of: Any) -> bool:
    """Whether a list holds entries with fields of their own."""
    return is_dataclass(of)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) is UnionType:
        return next(one for one in get_args(hint) if one is not NoneType)
    return hint


def _default(spec: "Field[Any]") -> Any:
    if spec.default is MISSING:
        return None
    return spec.default.value if isinstance(spec.default, Enum) else spec.default

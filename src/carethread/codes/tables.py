"""Reads the packaged tables (`codes/data/*.yaml`) into typed, frozen values.

A table is data with a source: every file says in `source` where its figures come from, and
what changes over time carries `starts` and, where it is over, `ends`. A wrong table is a fault
of the package or of whoever edits it, so it raises `TableError` naming file, entry and field.
"""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from importlib.resources import files
from types import NoneType, UnionType
from typing import Any, Protocol, TypeVar, get_args, get_origin, get_type_hints

import yaml

T = TypeVar("T")


class TableError(ValueError):
    """A table says something that it cannot mean; the message names the file and the place."""


class Dated(Protocol):
    """Anything that holds from `starts` to `ends` (None: still holds)."""

    @property
    def starts(self) -> date: ...
    @property
    def ends(self) -> date | None: ...


D = TypeVar("D", bound=Dated)


def on(entries: Iterable[D], day: date) -> D | None:
    """The entry that holds on that day, or None. Of two that do, the later start."""
    held = [e for e in entries if e.starts <= day and (e.ends is None or day <= e.ends)]
    return max(held, key=lambda e: e.starts, default=None)


@cache
def raw(name: str) -> Mapping[str, Any]:
    """The file `codes/data/<name>.yaml` as plain mappings. It must be a mapping with a `source`."""
    text = (files("carethread.codes") / "data" / f"{name}.yaml").read_text(encoding="utf-8")
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise TableError(f"{name}.yaml is not YAML: {error}") from error
    if not isinstance(content, dict) or not str(content.get("source", "")).strip():
        raise TableError(f"{name}.yaml must be a mapping that names its `source`")
    return content


def keyed(name: str, section: str, kind: type[T]) -> dict[str, T]:
    """One section of a table whose entries have names: name -> `kind`."""
    entries = raw(name).get(section)
    where = f"{name}.yaml: {section}"
    if not isinstance(entries, dict):
        raise TableError(f"{where} must be a mapping")
    return {_text(k, where): build(kind, v, f"{where}: {k}") for k, v in entries.items()}


def listed(name: str, section: str, kind: type[T]) -> tuple[T, ...]:
    """One section of a table that is a list of `kind`."""
    entries = raw(name).get(section)
    where = f"{name}.yaml: {section}"
    if not isinstance(entries, list):
        raise TableError(f"{where} must be a list")
    return tuple(build(kind, v, f"{where}[{i}]") for i, v in enumerate(entries))


def build(kind: type[T], value: object, where: str) -> T:
    """Make a `kind` (a dataclass) from a mapping: no field unknown, none missing, none mistyped."""
    if not isinstance(value, dict):
        raise TableError(f"{where} must be a mapping with the fields of {kind.__name__}")
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    for name in value:
        if name not in known:
            raise TableError(f"{where}: no such field as {name!r}; there are {', '.join(known)}")
    for name, spec in known.items():
        if name not in value and _is_required(spec):
            raise TableError(f"{where}: {name!r} is missing")
    hints = get_type_hints(kind)
    return kind(**{k: _convert(hints[k], v, f"{where}: {k}") for k, v in value.items()})


def _is_required(spec: Field[Any]) -> bool:
    return spec.default is MISSING and spec.default_factory is MISSING


def _convert(hint: Any, value: object, where: str) -> object:
    """`value` as the type that a field is declared with."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is UnionType:
        return None if value is None else _convert(_without_none(args), value, where)
    if origin is tuple:
        return _tuple(args[0], value, where)
    if is_dataclass(hint):
        return build(hint, value, where)  # type: ignore[arg-type]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _member(hint, value, where)
    return _scalar(hint, value, where)


def _without_none(args: tuple[Any, ...]) -> Any:
    return next(a for a in args if a is not NoneType)


def _tuple(item: Any, value: object, where: str) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise TableError(f"{where} must be a list, not {value!r}")
    return tuple(_convert(item, v, f"{where}[{i}]") for i, v in enumerate(value))


def _member(kind: type[Enum], value: object, where: str) -> Enum:
    try:
        return kind(value)
    except ValueError:
        choices = ", ".join(str(m.value) for m in kind)
        raise TableError(f"{where}: {value!r} is none of {choices}") from None


def _scalar(hint: type, value: object, where: str) -> object:
    # bool is an int and datetime a date in Python, but not in a table.
    exact = type(value) is hint and not isinstance(value, datetime)
    if not exact:
        raise TableError(f"{where}: {value!r} is not of type {hint.__name__}")
    return value


def _text(key: object, where: str) -> str:
    if not isinstance(key, str):
        raise TableError(f"{where}: the name {key!r} must be quoted, it is read as a number")
    return key


@dataclass(frozen=True, slots=True)
class Source:
    """Where a table's figures come from."""

    name: str
    source: str


def sources() -> tuple[Source, ...]:
    """Every packaged table with its source, for the documentation."""
    folder = files("carethread.codes") / "data"
    names = sorted(
        p.name.removesuffix(".yaml") for p in folder.iterdir() if p.name.endswith("yaml")
    )
    return tuple(Source(n, " ".join(str(raw(n)["source"]).split())) for n in names)

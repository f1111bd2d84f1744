"""How a typed value and its JSON follow from one another.

A `View` lists the keys of a dataclass's JSON in a line or two of text:

    `key`              the field of that name, shown as its type says (below)
    `key=field`        the field under another name
    `key:integer`      an int that counts something; without it an int is cents
    `key( ... )`       an object around some of the fields
    `key<path`         computed, for the reader's comfort; writing ignores it where it is a
                       verdict, and refuses text or a list that says otherwise than the fields
    `*field`           the keys of the field's own view, among these

Fields that the text does not name follow under their own names (`extra` as `other`), so that
nothing in a value is ever left out. Types: str as it is, int as dollars with two decimals, date
as ISO ("" for none), Decimal as text, bool, a dataclass as an object or null, tuples as lists.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from operator import attrgetter
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from carethread.x12.common import Kept, Party
from carethread.x12.views import kinds
from carethread.x12.views.kinds import Fault, Invalid, Kind

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One key: the `field` behind it and its `kind`, or the `parts` of an object around fields,
    or what is `computed`. An entry without a key stands for all keys of its field's view."""

    key: str
    field: str = ""
    kind: Kind = kinds.TEXT
    parts: tuple["Entry", ...] = ()
    computed: Callable[[Any], Any] | None = None
    inline: "View | None" = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """The JSON of one dataclass. `read` takes the values of fields that are not in it."""

    cls: type[Any]
    entries: tuple[Entry, ...]

    @property
    def kind(self) -> Kind:
        return Kind(self.show, self.read)

    @property
    def keys(self) -> list[str]:
        return list(_keys(self.entries))

    def kind_of(self, key: str) -> Kind:
        """How what stands under a key is shown; as text where there is no such key."""
        return next((entry.kind for entry in self.entries if entry.key == key), kinds.TEXT)

    def show(self, value: Any) -> Json:
        return _shown(self.entries, value)

    def read(self, value: Any, path: str = "", **given: Any) -> Any:
        """The value that this JSON shows. Raises Invalid with every key that is wrong."""
        found = _said(self.entries, value, path)
        made = self.cls(**found, **given)
        if faults := list(_contradictions(self.entries, made, value, path)):
            raise Invalid(*faults)
        return made


def _keys(entries: tuple[Entry, ...]) -> Iterator[str]:
    for entry in entries:
        yield from entry.inline.keys if entry.inline else (entry.key,)


def _shown(entries: tuple[Entry, ...], value: Any) -> Json:
    shown: Json = {}
    for entry in entries:
        if entry.parts:
            shown[entry.key] = _shown(entry.parts, value)
        elif entry.computed:
            shown[entry.key] = entry.computed(value)
        elif entry.inline:
            shown |= entry.inline.show(getattr(value, entry.field))
        else:
            shown[entry.key] = entry.kind.show(getattr(value, entry.field))
    return shown


def _said(entries: tuple[Entry, ...], value: Any, path: str, known: bool = False) -> Json:
    """The fields that an object says, by name. Raises Invalid."""
    if not isinstance(value, dict):
        raise kinds.refuse(path, value, "an object")
    found: Json = {}
    faults = [] if known else list(_strangers(entries, value, path))
    for entry in entries:
        try:
            found |= _field(entry, value, path)
        except Invalid as invalid:
            faults += invalid.faults
    if faults:
        raise Invalid(*faults)
    return found


def _field(entry: Entry, value: Json, path: str) -> Json:
    at = below(path, entry.key)
    if entry.parts:
        return _said(entry.parts, value.get(entry.key, {}), at)
    if entry.computed:
        return {}
    if entry.inline:
        return {entry.field: entry.inline.cls(**_said(entry.inline.entries, value, path, True))}
    if entry.key in value:
        return {entry.field: entry.kind.read(value[entry.key], at)}
    if entry.required:
        raise Invalid(Fault(at, "is missing"))
    return {}


def _strangers(entries: tuple[Entry, ...], value: Json, path: str) -> Iterator[Fault]:
    """Keys that mean nothing here: a misspelled one would silently lose what it says."""
    keys = list(_keys(entries))
    for key in value:
        if key not in keys:
            near = get_close_matches(key, keys, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(keys)}"
            yield Fault(below(path, key[:40]), f"no such key; {hint}")


def _contradictions(
    entries: tuple[Entry, ...], made: Any, value: Json, path: str
) -> Iterator[Fault]:
    for entry in entries:
        if entry.computed and isinstance(value.get(entry.key), str | list):
            truth = entry.computed(made)
            if value[entry.key] != truth:
                why = f"follows from other keys, which say {truth!r}; change those, or leave it out"
                yield Fault(below(path, entry.key), why)


def below(path: str, key: str) -> str:
    return f"{path}.{key}" if path and key else path or key


# -- the notation -------------------------------------------------------------------------------

_TOKEN = re.compile(r"\)|[^\s()]+\(?")


def view(cls: type[Any], text: str = "", given: tuple[str, ...] = (), **special: Any) -> View:
    """The view that `text` describes. `special` gives the `View` of a field that is not shown as
    its type usually is, or computes a key. Raises ValueError for a field that `cls` has not."""
    hints = get_type_hints(cls)
    needed = {f.name for f in fields(cls) if f.default is f.default_factory is MISSING}
    used = set(given)

    def entry_of(token: str) -> Entry:
        key, derives, path = token.partition("<")
        if derives:
            return Entry(key, computed=attrgetter(path) if path else special[key])
        names, _, kind = token.lstrip("*").partition(":")
        key, _, name = names.partition("=")
        name = name or key
        if name not in hints:
            raise ValueError(f"{cls.__name__} has no field {name!r}")
        used.add(name)
        if token.startswith("*"):
            return Entry("", name, inline=special[name])
        shown = _BY_NAME[kind] if kind else _kind(hints[name], special.get(name))
        return Entry(key, name, shown, required=name in needed)

    entries = _entries(iter(_TOKEN.findall(text)), entry_of)
    rest = [name for name in hints if name not in used]
    entries += [entry_of("other=extra" if name == "extra" else name) for name in rest]
    return View(cls, tuple(entries))


def _entries(tokens: Iterator[str], entry_of: Callable[[str], Entry]) -> list[Entry]:
    """Entries up to the end, or to a closing parenthesis."""
    found: list[Entry] = []
    for token in tokens:
        if token == ")":  # noqa: S105 - a parenthesis, not a password
            break
        if token.endswith("("):
            found.append(Entry(token[:-1], parts=tuple(_entries(tokens, entry_of))))
        else:
            found.append(entry_of(token))
    return found


_BY_NAME = {"integer": kinds.INTEGER, "segment": kinds.SEGMENT, "segments": kinds.SEGMENTS}
_BY_TYPE: Mapping[Any, Kind] = {
    str: kinds.TEXT,
    int: kinds.CENTS,
    bool: kinds.YES_NO,
    Decimal: kinds.NUMBER,
    date: kinds.REQUIRED_DAY,
}


def _kind(hint: Any, special: View | Kind | None = None) -> Kind:
    """How a value of that type is shown; `special` is what its items, or it, are shown by."""
    arguments = get_args(hint)
    if get_origin(hint) is tuple:
        item = _kind(arguments[0], special)
        return kinds.many(item) if arguments[1:] == (...,) else kinds.exactly(len(arguments), item)
    if NoneType in arguments:
        inner = arguments[0]
        if inner in (date, Decimal):
            return kinds.optional(kinds.DAY if inner is date else kinds.NUMBER)
        return kinds.optional(_kind(inner, special), absent=None)
    if special is not None:
        return special.kind if isinstance(special, View) else special
    return _BY_TYPE[hint] if hint in _BY_TYPE else view(hint, _USUAL.get(hint, "")).kind


_USUAL: Mapping[type[Any], str] = {
    Kept: "segment=elements:segment",
    Party: """
        name first_name middle_name suffix entity_type id_qualifier id npi<npi taxonomy
        address references contact""",
}
"""How a dataclass is shown where its view is not given."""

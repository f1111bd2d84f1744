"""The tables that centers and payers differ in, as they hold for one of them on one day.

What is packaged (`codes/data`) holds until the record says otherwise: a center writes its own entry
of a table, for itself, a program or a payer, from a date on. Such an entry takes the place of the
packaged one as a whole, and is checked as that one is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple

import yaml

from carethread.codes.credentials import Credential, credentials
from carethread.codes.levels import Family, Level, families, family_of, levels
from carethread.codes.limits import Limit, limits
from carethread.codes.modifiers import ModifierRule, default_rules
from carethread.codes.recovery import Likelihood, likelihoods
from carethread.codes.services import (
    AddOn,
    CodeLine,
    CodeUse,
    Service,
    add_ons,
    services,
)
from carethread.codes.tables import TableError, build


@dataclass(frozen=True)
class Catalogue:
    """What is offered and how it is coded, by whom, in which levels of care, how often; and what
    may be expected of money that was refused."""

    services: Mapping[str, Service]
    add_ons: tuple[AddOn, ...]
    credentials: Mapping[str, Credential]
    modifiers: tuple[ModifierRule, ...]
    levels: Mapping[str, Level]
    families: Mapping[str, Family]
    limits: tuple[Limit, ...]
    recovery: Mapping[str, Likelihood]

    def level(self, key: str) -> Level:
        """That level of care; an unknown one is outpatient: each service stands for itself."""
        return self.levels.get(key) or self.levels["OP"]

    def family(self, level_of_care: str) -> Family:
        """The family of a level of care, or a family itself; nothing is said of an unknown one."""
        return self.families.get(family_of(level_of_care)) or Family(level_of_care)

    def codes_of(self, kind: str) -> frozenset[str]:
        """Every code that a service can become, on whatever day, with what may be added to them;
        empty for a service that the catalogue does not have."""
        return self._codes.get(kind, frozenset())

    @cached_property
    def _codes(self) -> Mapping[str, frozenset[str]]:
        found = {}
        for kind, known in self.services.items():
            own = {line.code for dated in known.codings for line in dated.lines}
            added = {a.code for a in self.add_ons if own & set(a.bases)}
            found[kind] = frozenset(own | added)
        return found

    @cached_property
    def uses(self) -> Mapping[str, CodeUse]:
        """Code -> what the catalogue says of it, over all services."""
        found: dict[str, list[tuple[Service, CodeLine]]] = {}
        for service, line in self._lines():
            found.setdefault(line.code, []).append((service, line))
        return {code: _use(pairs) for code, pairs in found.items()}

    def _lines(self) -> Iterator[tuple[Service, CodeLine]]:
        for service in self.services.values():
            for dated in service.codings:
                for line in dated.lines:
                    yield service, line

    @cached_property
    def day_codes(self) -> Mapping[str, str]:
        """Day code -> the family of levels of care whose day it is."""
        return {code: key for key, one in self.families.items() for code in one.codes}

    @cached_property
    def limit_of(self) -> Mapping[str, Limit]:
        """Code -> how often."""
        return {code: one for one in self.limits for code in one.codes}


def _use(pairs: list[tuple[Service, CodeLine]]) -> CodeUse:
    return CodeUse(
        lines=tuple(line for _, line in pairs),
        groups=frozenset(g for _, line in pairs for g in line.groups),
        timed=any(service.timed for service, _ in pairs),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A table of the catalogue that can be overridden. `one`: what an entry is. Where entries have
    names they are overridden one by one, else as the whole list (named "all"). `by`: whom an entry
    may hold for, beside the center. `charged_by`: whether charging reads it."""

    words: str
    one: type[Any]
    named: bool = True
    by: tuple[str, ...] = ("program", "payer")
    charged_by: bool = True


PARTS: Mapping[str, Part] = {
    "services": Part("How each service is coded, by minutes, credential and date", Service),
    "add_ons": Part("Codes that stand beside another", AddOn, named=False),
    "credentials": Part("Who may render what", Credential),
    "modifiers": Part("Which modifiers a line carries, in their order", ModifierRule, named=False),
    "levels": Part("What a day or week of a level of care takes and includes", Level),
    "families": Part(
        "Day codes, places and types of bill of levels of care", Family, charged_by=False
    ),
    "limits": Part("How often a code is paid", Limit, named=False, charged_by=False),
    "recovery": Part(
        "How much of refused money comes in, which orders the cases",
        Likelihood,
        by=("payer",),
        charged_by=False,
    ),
}


class Entry(NamedTuple):
    """An entry of a table as somebody wrote it: `text` is YAML, empty where the packaged one holds
    again."""

    part: str
    name: str
    text: str


@cache
def packaged() -> Catalogue:
    """The tables as they are shipped."""
    return Catalogue(
        services(),
        add_ons(),
        credentials(),
        default_rules(),
        levels(),
        families(),
        limits(),
        likelihoods(),
    )


@lru_cache(maxsize=256)
def overridden(entries: tuple[Entry, ...]) -> Catalogue:
    """The packaged tables with these entries in place of theirs; of two alike the later counts.

    Raises `TableError`, as `checked` does.
    """
    base = packaged()
    if not entries:
        return base
    known = {field.name: getattr(base, field.name) for field in fields(base)}
    for part, name, text in entries:
        if not text:
            was = getattr(base, part)
            known[part] = was if not PARTS[part].named else _again(known[part], was, name)
        elif PARTS[part].named:
            known[part] = {**known[part], name: checked(part, name, text)}
        else:
            known[part] = checked(part, name, text)
    return Catalogue(**known)


def _again(entries: Mapping[str, Any], packaged_ones: Mapping[str, Any], name: str) -> Any:
    rest = {key: one for key, one in entries.items() if key != name}
    return {**rest, name: packaged_ones[name]} if name in packaged_ones else rest


def checked(part: str, name: str, text: str) -> Any:
    """The entry that a text stands for: a value, or a tuple of them where the table is a list.

    Raises `TableError` with the place of what is wrong, and for an entry that would change what a
    level of care rests on, which is how the center records it.
    """
    if part not in PARTS:
        raise TableError(f"There is no table {part!r}; there are {', '.join(PARTS)}.")
    value, kind = _read(text), PARTS[part].one
    if PARTS[part].named:
        entry = build(kind, value, name)
        if isinstance(entry, Level):
            _same_basis(name, entry)
        return entry
    if not isinstance(value, list):
        raise TableError(f"{part} is a list: begin each entry with a dash.")
    return tuple(build(kind, one, f"entry {i}") for i, one in enumerate(value, start=1))


def _read(text: str) -> Any:
    """Plain YAML. A name for a part written elsewhere (`&`, `*`) is not followed: a few lines of
    them can stand for more than fits into memory."""
    try:
        events = list(yaml.parse(text, Loader=yaml.SafeLoader))
        value = yaml.safe_load(text) if not _names_parts(events) else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise TableError(f"This is not YAML: {error}") from error
    if _names_parts(events):
        raise TableError("Write it out: & and * are not read.")
    return value


def _names_parts(events: Iterable[Any]) -> bool:
    return any(getattr(event, "anchor", None) for event in events)


def written(entry: Any) -> str:
    """An entry as somebody would write it, in YAML: what is as it usually is, is left out."""
    told = [_plain(one) for one in entry] if isinstance(entry, tuple) else _plain(entry)
    return str(yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=96))


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        kept = ((f, getattr(value, f.name)) for f in fields(value))
        return {f.name: _plain(one) for f, one in kept if one != f.default}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Enum) else value


def _same_basis(name: str, entry: Level) -> None:
    was = levels().get(name)
    if was is None or was.basis is not entry.basis:
        rests = f"rests on {was.basis}" if was else "is not one of the levels of care"
        raise TableError(f"{name} {rests}: that is how the center records it, and stays.")

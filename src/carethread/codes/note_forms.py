"""What a note asks for, by service: the sections of its form, and the scales among them.

A section's text is kept under its key. Where a service changes, text under a key that the new
form does not ask for is still shown, so that nothing written is ever out of sight. Table:
note_forms.yaml.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from carethread.codes.tables import TableError, build, keyed, raw


@dataclass(frozen=True, slots=True)
class Band:
    """From `least` points on, a scale says `words`."""

    least: int
    words: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A standard measure: whole points from 0 to `most`."""

    most: int
    bands: tuple[Band, ...]

    def points(self, text: str) -> int | None:
        """What was written as points, None where it is no number of the scale."""
        text = text.strip()
        is_number = text.isdecimal() and len(text) <= 3
        return int(text) if is_number and int(text) <= self.most else None

    def words(self, text: str) -> str:
        """The points with what they mean; the text itself where they are none."""
        points = self.points(text)
        if points is None:
            return text
        meant = max((b for b in self.bands if b.least <= points), key=lambda b: b.least)
        return f"{points} of {self.most}, {meant.words}"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a note: its key, its heading, what belongs there, its scale's name, and words
    that are offered to be chosen."""

    key: str
    label: str
    hint: str = ""
    scale: str = ""
    words: tuple[str, ...] = ()

    @property
    def measures(self) -> Scale | None:
        return scales()[self.scale] if self.scale else None

    def read(self, text: str) -> str:
        """The text as its readers see it."""
        return self.measures.words(text) if self.measures else text


@cache
def scales() -> dict[str, Scale]:
    """Every standard measure, by name."""
    return keyed("note_forms", "scales", Scale)


@cache
def forms() -> dict[str, tuple[Section, ...]]:
    """Every form's sections, in their order. Raises TableError for a scale that is none."""
    table = raw("note_forms")["forms"]
    found = {
        name: tuple(build(Section, row, f"note_forms.yaml: {name}") for row in rows)
        for name, rows in table.items()
    }
    for section in (s for form in found.values() for s in form):
        if section.scale and section.scale not in scales():
            raise TableError(f"note_forms.yaml: there is no scale {section.scale!r}")
    return found


def sections(service: str, written: Iterable[str] = ()) -> tuple[Section, ...]:
    """The sections of a service's note, and after them those under whose key something is
    `written` already."""
    table = raw("note_forms")
    asked = forms()[table["services"].get(service, table["default"])]
    keys = {section.key for section in asked}
    kept = [called(key) for key in written]
    return (*asked, *(section for section in kept if section.key not in keys))


@cache
def called(key: str) -> Section:
    """A section without its form: called as in the form that most notes have."""
    table = raw("note_forms")
    known = {s.key: s for form in (*forms().values(), forms()[table["default"]]) for s in form}
    return known.get(key, Section(key, key.replace("_", " ").capitalize()))

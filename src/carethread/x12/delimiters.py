"""The four characters that part an X12 file, as its own ISA segment declares them."""

from dataclasses import dataclass
from functools import cached_property

ISA_LENGTH = 106
"""An ISA segment has fixed columns: 105 characters and its segment terminator."""

ISA_WRAPPED = 3 * ISA_LENGTH
"""No more it takes with a line break behind every character."""

_COLUMNS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
"""Where its element separators stand."""

COMPONENT = "\x1f"
REPETITION = "\x1e"
"""What parts components and repetitions inside this package, whatever the file uses: the ASCII
unit and record separators, which no X12 value may hold."""


@dataclass(frozen=True)
class Delimiters:
    """Element separator, component separator, repetition separator ("" where the file has none),
    segment terminator, and the line break that follows each segment ("" for none)."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    segment: str = "~"
    line_break: str = ""

    @property
    def all(self) -> str:
        """Every character that a value must not hold."""
        return self.element + self.component + self.repetition + self.segment

    @cached_property
    def canonical(self) -> dict[int, str]:
        """For `str.translate`: what parts components and repetitions in a file becomes what does
        so inside this package. All at once, since a file may use the same characters otherwise."""
        ours = {self.component: COMPONENT, self.repetition: REPETITION}
        return str.maketrans({mark: own for mark, own in ours.items() if mark})

    @cached_property
    def own(self) -> dict[int, str]:
        """The way back, for elements that line breaks part."""
        theirs = {COMPONENT: self.component, REPETITION: self.repetition, "\n": self.element}
        return str.maketrans(theirs)


DEFAULT = Delimiters()


def split(text: str, marks: Delimiters) -> list[list[str]]:
    """Segments with nothing between them, as the elements of each, the tag first."""
    return [segment.split(marks.element) for segment in text.split(marks.segment)]


def from_isa(text: str) -> Delimiters:
    """The delimiters of the interchange whose ISA begins `text` (at least 106 characters, and up to
    `ISA_WRAPPED` of them where lines break inside).

    ISA11 is the repetition separator in version 00402 and later; senders that still write the
    old "U" there use none. Raises ValueError where the columns do not hold.
    """
    isa, end = _unwrapped(text)
    if len(isa) < ISA_LENGTH:
        raise ValueError("the file ends inside the ISA segment")
    element = isa[3]
    fields = isa.split(element)
    if len(fields) != 17:
        raise ValueError("the ISA segment does not have 16 elements in 106 characters")
    component, segment = isa[104], isa[105]
    repetition = "" if fields[11].isalnum() or fields[11] == " " else fields[11]
    if len(repetition) > 1:
        raise ValueError("the ISA segment declares a repetition separator of several characters")
    if len({element, component, segment}) < 3:
        raise ValueError("the ISA segment declares delimiters that are not distinct")
    if any(mark.isalnum() for mark in (element, component, segment)):
        raise ValueError("the ISA segment declares a letter or digit as a delimiter")
    after = text[end : end + 2]
    line_break = "\r\n" if after == "\r\n" else after[:1] if after[:1] in ("\n", "\r") else ""
    return Delimiters(element, component, repetition, segment, line_break)


def _unwrapped(text: str) -> tuple[str, int]:
    """The ISA that begins `text`, and where in the text it ends. Of a file that was wrapped at a
    few columns it is joined again; a line break that is itself a delimiter stays one."""
    breaks = any(c in text[:ISA_LENGTH] for c in "\r\n")
    places = [at for at, c in enumerate(text[:ISA_WRAPPED]) if c not in "\r\n"] if breaks else []
    joined = "".join(text[at] for at in places[:ISA_LENGTH])
    if len(joined) == ISA_LENGTH and _has_columns(joined):
        return joined, places[ISA_LENGTH - 1] + 1
    return text[:ISA_LENGTH], ISA_LENGTH


def _has_columns(isa: str) -> bool:
    element, segment = isa[3], isa[105]
    columns = tuple(at for at, c in enumerate(isa) if c == element)
    return columns == _COLUMNS and not segment.isalnum() and segment not in " \t"

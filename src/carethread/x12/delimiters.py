"""The four characters that part an X12 file, as its own ISA segment declares them."""

from dataclasses import dataclass

ISA_LENGTH = 106
"""An ISA segment has fixed columns: 105 characters and its segment terminator."""

COMPONENT = "\x1f"
REPETITION = "\x1e"
"""What parts components and repetitions inside this package, whatever the file uses: the ASCII
unit and record separators, which no X12 value may hold."""


@dataclass(frozen=True, slots=True)
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


DEFAULT = Delimiters()


def split(text: str, marks: Delimiters) -> list[list[str]]:
    """Segments with nothing between them, as the elements of each, the tag first."""
    return [segment.split(marks.element) for segment in text.split(marks.segment)]


def from_isa(text: str) -> Delimiters:
    """The delimiters of the interchange whose ISA begins `text` (at least 106 characters).

    ISA11 is the repetition separator in version 00402 and later; senders that still write the
    old "U" there use none. Raises ValueError where the columns do not hold.
    """
    if len(text) < ISA_LENGTH:
        raise ValueError("the file ends inside the ISA segment")
    element = text[3]
    fields = text[:ISA_LENGTH].split(element)
    if len(fields) != 17:
        raise ValueError("the ISA segment does not have 16 elements in 106 characters")
    component, segment = text[104], text[105]
    repetition = "" if fields[11].isalnum() or fields[11] == " " else fields[11]
    if len({element, component, segment}) < 3:
        raise ValueError("the ISA segment declares delimiters that are not distinct")
    if any(mark.isalnum() for mark in (element, component, segment)):
        raise ValueError("the ISA segment declares a letter or digit as a delimiter")
    after = text[ISA_LENGTH : ISA_LENGTH + 2]
    line_break = "\r\n" if after == "\r\n" else after[:1] if after[:1] in ("\n", "\r") else ""
    return Delimiters(element, component, repetition, segment, line_break)

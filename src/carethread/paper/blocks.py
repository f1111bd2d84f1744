"""The blocks that a letter is made of: what they say, nothing of how they look."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the letter; it stays with what follows it."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph. `strong` is bold, `small` the size of a notice; a line break in `text` is one
    on paper."""

    text: str
    strong: bool = False
    small: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list, one paragraph an item."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value in two columns: "Member id", "W123"."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, its share of the width, and whether it holds figures, which
    stand at the right."""

    title: str
    share: float = 1.0
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under titles that are repeated on each page; `totals` are its last, bold rows."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    totals: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """What must not be overlooked, in a frame: a large figure or word with its label, and lines
    below it."""

    label: str
    figure: str
    lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A line to sign on, with the name and title under it."""

    name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """White space, in points (1/72 inch)."""

    points: float = 10


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows starts a page."""


@dataclass(frozen=True, slots=True)
class Together:
    """Blocks that stand on one page if a page can hold them."""

    blocks: "Sequence[Block]"


Block: TypeAlias = (
    Heading | Text | Bullets | Facts | Table | Box | SignatureLine | Gap | PageBreak | Together
)

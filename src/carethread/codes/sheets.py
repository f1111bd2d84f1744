"""Tables that people hand in: CSV, tab-separated text and XLSX, told apart by their bytes; columns
by what is written above them. A cell that makes no sense is a ValueError in words.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from zipfile import BadZipFile, ZipFile

_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
_MONEY = re.compile(r"\$?[0-9]{1,7}(\.[0-9]{1,2})?")
_LARGEST = 1_000_000_000


class NotSuchAFile(ValueError):
    """The file is not what it is called; the message says what was looked for."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that cannot be used, by its number in the file."""

    row: int
    words: str


Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Columns:
    """What a kind of file looks like. `names` maps our name of a column to those (beginnings, lower
    case) that owners use; without the `needed` ones it is not such a file, which `words` name."""

    words: str
    names: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...]


def read(data: bytes, columns: Columns) -> Iterator[tuple[int, "Row"]]:
    """Each row of data below the heading, with its number in the file. Raises `NotSuchAFile`."""
    rows = enumerate(_rows(data), start=1)
    places = _heading(columns, rows)
    for number, cells in rows:
        if any(c.strip() for c in cells):
            yield number, Row(cells, places)


# ---------------------------------------------------------------- bytes -> rows


def _rows(data: bytes) -> Iterator[list[str]]:
    if data[:2] == b"PK":
        yield from _workbook(data)
        return
    text = _text(data)
    head = text[:4000]
    mark = "\t" if head.count("\t") > head.count(",") else ","
    try:
        yield from csv.reader(StringIO(text), delimiter=mark)
    except csv.Error as wrong:
        raise NotSuchAFile(f"it is no table: {wrong}") from wrong


def _text(data: bytes) -> str:
    if b"\x00" in data[:4000]:
        raise NotSuchAFile("it is neither text nor XLSX")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _workbook(data: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with ZipFile(BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > _LARGEST:
                raise NotSuchAFile("it unpacks to more than a gigabyte")
        book = load_workbook(BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(values_only=True):
            yield [_cell(value) for value in row]
    except (BadZipFile, KeyError, IndexError, InvalidFileException, OSError) as wrong:
        raise NotSuchAFile("it is no XLSX workbook that can be read") from wrong


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.strftime("%Y%m%d")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(round(value, 6))
    return str(value)


# ---------------------------------------------------------------- columns


class Row:
    """One row of data, its cells by our names."""

    def __init__(self, cells: Cells, columns: Mapping[str, int]) -> None:
        self._cells, self._columns = cells, columns

    def get(self, name: str) -> str:
        place = self._columns.get(name, len(self._cells))
        return self._cells[place].strip() if place < len(self._cells) else ""

    def code(self, name: str) -> str:
        told = self.get(name).upper()
        if not _CODE.fullmatch(told):
            raise ValueError(f"{told[:20]!r} is no procedure code")
        return told

    def day(self, name: str) -> date | None:
        told = self.get(name)
        if told in ("", "*", "99991231", "00000000"):
            return None
        for shape in ("%Y%m%d", "%m/%d/%Y", "%Y-%m-%d"):
            try:
                return datetime.strptime(told, shape).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
        raise ValueError(f"{told[:20]!r} is no date")

    def cents(self, name: str) -> int:
        told = self.get(name).replace(",", "").replace(" ", "")
        if not _MONEY.fullmatch(told):
            raise ValueError(f"{self.get(name)[:20]!r} is no amount of dollars")
        dollars, _, cents = told.lstrip("$").partition(".")
        return int(dollars) * 100 + int(cents.ljust(2, "0") or 0)


def _heading(wanted: Columns, rows: Iterator[tuple[int, Cells]]) -> dict[str, int]:
    """The columns by our names, from the first row that names all that is needed: what owners
    print above it (copyright, titles) is passed over. A heading may take several rows."""
    above: list[str] = []
    for number, cells in rows:
        names = [_plain(c) for c in cells]
        above = [f"{a} {b}".strip() for a, b in _pairs(above, names)]
        for heading in (names, above):
            found = _columns(wanted, heading)
            if all(name in found for name in wanted.needed):
                return found
        if number > 40:
            break
    named = ", ".join(wanted.names[name][0] for name in wanted.needed)
    raise NotSuchAFile(f"a file of {wanted.words} has the columns {named}; they were not found")


def _pairs(above: list[str], names: list[str]) -> Iterator[tuple[str, str]]:
    for place in range(max(len(above), len(names))):
        yield (
            above[place] if place < len(above) else "",
            names[place] if place < len(names) else "",
        )


def _columns(wanted: Columns, heading: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for ours, theirs in wanted.names.items():
        for place, name in enumerate(heading):
            if place not in found.values() and any(t in name for t in theirs):
                found[ours] = place
                break
    return found


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", name.lower()).split())

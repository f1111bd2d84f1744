"""Tables as their owners publish them: NCCI PTP and MUE, fee schedules, CARC and RARC wording, and
who is excluded from federal programs (LEIE).

A file is read row by row: what makes no sense is a fault with its row, the rest is entries. CSV,
tab-separated text and XLSX are told apart by their bytes. No such table is shipped with us.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from zipfile import BadZipFile, ZipFile

from carethread.codes.npi import is_npi

_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
_REASON = re.compile(r"[A-Z]?[0-9]{1,4}")
_MONEY = re.compile(r"\$?[0-9]{1,7}(\.[0-9]{1,2})?")
_MOST_FAULTS = 200
_LARGEST = 1_000_000_000


class NotSuchAFile(ValueError):
    """The file is not what it is called; the message says what was looked for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that can be used. `value` is units (MUE) or cents (fees); `flag` the modifier
    indicator (PTP) or adjudication indicator (MUE); `other` the second code or a modifier."""

    code: str
    other: str = ""
    value: int = 0
    flag: str = ""
    words: str = ""
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that cannot be used, by its number in the file."""

    row: int
    words: str


@dataclass(frozen=True, slots=True)
class Published:
    """What a file holds: how many rows of data, the entries, the faults (the first 200)."""

    read: int
    entries: tuple[Entry, ...]
    faults: tuple[RowFault, ...]


Cells = Sequence[str]


def parse(kind: str, data: bytes) -> Published:
    """The file of that kind: ptp, mue, fees, carc, rarc or leie. Raises `NotSuchAFile`."""
    layout = LAYOUTS[kind]
    rows = enumerate(_rows(data), start=1)
    columns = _heading(layout, rows)
    entries: list[Entry] = []
    faults: list[RowFault] = []
    count = 0
    for number, cells in rows:
        if not any(c.strip() for c in cells):
            continue
        count += 1
        try:
            made = layout.make(_Row(cells, columns))
            entries += [made] if made else []
        except ValueError as wrong:
            if len(faults) < _MOST_FAULTS:
                faults.append(RowFault(number, str(wrong)))
    if not entries:
        raise NotSuchAFile(f"no row below the heading is a row of {layout.words}")
    return Published(count, tuple(entries), tuple(faults))


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
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


# ---------------------------------------------------------------- columns


@dataclass(frozen=True, slots=True)
class Layout:
    """What a kind of file looks like: names (beginnings, lower case) of its columns, and what a
    row makes (None: nothing that can be asked for). `columns` maps our name to those that owners
    use."""

    words: str
    columns: dict[str, tuple[str, ...]]
    needed: tuple[str, ...]
    make: Callable[["_Row"], Entry | None]


class _Row:
    """One row of data, its cells by our names."""

    def __init__(self, cells: Cells, columns: dict[str, int]) -> None:
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


def _heading(layout: Layout, rows: Iterator[tuple[int, Cells]]) -> dict[str, int]:
    """The columns by our names, from the first row that names all that is needed: what owners
    print above it (copyright, titles) is passed over. A heading may take several rows."""
    above: list[str] = []
    for number, cells in rows:
        names = [_plain(c) for c in cells]
        above = [f"{a} {b}".strip() for a, b in _pairs(above, names)]
        for heading in (names, above):
            found = _columns(layout, heading)
            if all(name in found for name in layout.needed):
                return found
        if number > 40:
            break
    wanted = ", ".join(layout.columns[name][0] for name in layout.needed)
    raise NotSuchAFile(f"a file of {layout.words} has the columns {wanted}; they were not found")


def _pairs(above: list[str], names: list[str]) -> Iterator[tuple[str, str]]:
    for place in range(max(len(above), len(names))):
        yield (
            above[place] if place < len(above) else "",
            names[place] if place < len(names) else "",
        )


def _columns(layout: Layout, heading: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for ours, theirs in layout.columns.items():
        for place, name in enumerate(heading):
            if place not in found.values() and any(t in name for t in theirs):
                found[ours] = place
                break
    return found


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", name.lower()).split())


# ---------------------------------------------------------------- what a row makes


def _ptp(row: _Row) -> Entry:
    one, other, flag = row.code("one"), row.code("other"), row.get("flag")[:1]
    if one == other:
        raise ValueError(f"{one} is paired with itself")
    if flag not in ("0", "1", "9"):
        raise ValueError(f"the modifier indicator of {one} with {other} is {flag!r}, not 0, 1 or 9")
    starts, ends = row.day("starts"), row.day("ends")
    if starts is None:
        raise ValueError(f"{one} with {other} has no effective date")
    if ends and ends < starts:
        raise ValueError(f"{one} with {other} ends before it begins")
    return Entry(one, other, flag=flag, starts=starts, ends=ends)


def _mue(row: _Row) -> Entry:
    code, most, flag = row.code("code"), row.get("value"), row.get("flag")[:1]
    if not most.isdecimal() or len(most) > 6:
        raise ValueError(f"the MUE value of {code} is {most[:20]!r}, no number")
    if flag not in ("1", "2", "3"):
        raise ValueError(f"the adjudication indicator of {code} is {flag!r}, not 1, 2 or 3")
    return Entry(code, value=int(most), flag=flag)


def _fee(row: _Row) -> Entry:
    code, told = row.code("code"), row.get("value").replace(",", "")
    if not _MONEY.fullmatch(told):
        raise ValueError(f"the fee of {code} is {told[:20]!r}, no amount")
    dollars, _, cents = told.lstrip("$").partition(".")
    modifier = row.get("other").upper()
    if modifier and not re.fullmatch(r"[0-9A-Z]{2}", modifier):
        raise ValueError(f"the modifier of {code} is {modifier[:20]!r}")
    return Entry(code, modifier, value=int(dollars) * 100 + int(cents.ljust(2, "0") or 0))


def _wording(row: _Row) -> Entry:
    code, words = row.get("code").upper(), " ".join(row.get("words").split())
    if not _REASON.fullmatch(code):
        raise ValueError(f"{code[:20]!r} is no reason or remark code")
    if not words:
        raise ValueError(f"{code} has no description")
    return Entry(code, words=words[:600], starts=row.day("starts"), ends=row.day("ends"))


def _excluded(row: _Row) -> Entry | None:
    npi, starts, ends = row.get("npi"), row.day("starts"), row.day("ends")
    if starts is None:
        raise ValueError("nobody is excluded without a date")
    # Most are listed by name alone; only a number says for sure who it is.
    return Entry(npi, starts=starts, ends=ends) if is_npi(npi) else None


_WORDS = {"code": ("code",), "words": ("description", "narrative"), "starts": ("start",),
          "ends": ("stop", "deactivation", "end date")}  # fmt: skip
LAYOUTS = {
    "ptp": Layout(
        "procedure-to-procedure edits (PTP)",
        {"one": ("column 1", "column1"), "other": ("column 2", "column2"),
         "starts": ("effective",), "ends": ("deletion",), "flag": ("modifier",)},
        ("one", "other", "starts", "flag"), _ptp,
    ),
    "mue": Layout(
        "medically unlikely edits (MUE)",
        {"code": ("hcpcs", "cpt code"), "value": ("mue value",), "flag": ("adjudication",)},
        ("code", "value", "flag"), _mue,
    ),
    "fees": Layout(
        "a fee schedule",
        {"code": ("hcpcs", "procedure", "code"), "other": ("mod",),
         "value": ("non facility fee", "non fac", "fee", "amount", "rate", "price")},
        ("code", "value"), _fee,
    ),
    "carc": Layout("claim adjustment reason codes", _WORDS, ("code", "words"), _wording),
    "rarc": Layout("remittance advice remark codes", _WORDS, ("code", "words"), _wording),
    "leie": Layout(
        "excluded individuals and entities (LEIE)",
        {"npi": ("npi",), "starts": ("excldate",), "ends": ("reindate",)},
        ("npi", "starts", "ends"), _excluded,
    ),
}  # fmt: skip
KINDS = tuple(LAYOUTS)

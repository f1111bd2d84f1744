"""Tables as their owners publish them: NCCI PTP and MUE, CARC and RARC wording, and who is excluded
from federal programs (LEIE).

A file is read row by row: what makes no sense is a fault with its row, the rest is entries. No such
table is shipped with us.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from carethread.codes.npi import is_npi
from carethread.codes.sheets import Columns, NotSuchAFile, Row, RowFault, read

_REASON = re.compile(r"[A-Z]?[0-9]{1,4}")
_MOST_FAULTS = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that can be used. `value` is units (MUE); `flag` the modifier indicator (PTP) or
    adjudication indicator (MUE); `other` the second code."""

    code: str
    other: str = ""
    value: int = 0
    flag: str = ""
    words: str = ""
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """What a file holds: how many rows of data, the entries, the faults (the first 200)."""

    read: int
    entries: tuple[Entry, ...]
    faults: tuple[RowFault, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of file: its columns, and what a row makes (None: nothing that can be asked for)."""

    columns: Columns
    make: Callable[[Row], Entry | None]


def parse(kind: str, data: bytes) -> Published:
    """The file of that kind: ptp, mue, carc, rarc or leie. Raises `NotSuchAFile`."""
    layout = LAYOUTS[kind]
    entries: list[Entry] = []
    faults: list[RowFault] = []
    count = 0
    for number, row in read(data, layout.columns):
        count += 1
        try:
            made = layout.make(row)
            entries += [made] if made else []
        except ValueError as wrong:
            if len(faults) < _MOST_FAULTS:
                faults.append(RowFault(number, str(wrong)))
    if not entries:
        raise NotSuchAFile(f"no row below the heading is a row of {layout.columns.words}")
    return Published(count, tuple(entries), tuple(faults))


# ---------------------------------------------------------------- what a row makes


def _ptp(row: Row) -> Entry:
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


def _mue(row: Row) -> Entry:
    code, most, flag = row.code("code"), row.get("value"), row.get("flag")[:1]
    if not most.isdecimal() or len(most) > 6:
        raise ValueError(f"the MUE value of {code} is {most[:20]!r}, no number")
    if flag not in ("1", "2", "3"):
        raise ValueError(f"the adjudication indicator of {code} is {flag!r}, not 1, 2 or 3")
    return Entry(code, value=int(most), flag=flag)


def _wording(row: Row) -> Entry:
    code, words = row.get("code").upper(), " ".join(row.get("words").split())
    if not _REASON.fullmatch(code):
        raise ValueError(f"{code[:20]!r} is no reason or remark code")
    if not words:
        raise ValueError(f"{code} has no description")
    return Entry(code, words=words[:600], starts=row.day("starts"), ends=row.day("ends"))


def _excluded(row: Row) -> Entry | None:
    npi, starts, ends = row.get("npi"), row.day("starts"), row.day("ends")
    if starts is None:
        raise ValueError("nobody is excluded without a date")
    # Most are listed by name alone; only a number says for sure who it is.
    return Entry(npi, starts=starts, ends=ends) if is_npi(npi) else None


_WORDS = {"code": ("code",), "words": ("description", "narrative"), "starts": ("start",),
          "ends": ("stop", "deactivation", "end date")}  # fmt: skip
LAYOUTS = {
    "ptp": Layout(
        Columns(
            "procedure-to-procedure edits (PTP)",
            {"one": ("column 1", "column1"), "other": ("column 2", "column2"),
             "starts": ("effective",), "ends": ("deletion",), "flag": ("modifier",)},
            ("one", "other", "starts", "flag"),
        ),
        _ptp,
    ),
    "mue": Layout(
        Columns(
            "medically unlikely edits (MUE)",
            {"code": ("hcpcs", "cpt code"), "value": ("mue value",), "flag": ("adjudication",)},
            ("code", "value", "flag"),
        ),
        _mue,
    ),
    "carc": Layout(
        Columns("claim adjustment reason codes", _WORDS, ("code", "words")), _wording
    ),
    "rarc": Layout(
        Columns("remittance advice remark codes", _WORDS, ("code", "words")), _wording
    ),
    "leie": Layout(
        Columns(
            "excluded individuals and entities (LEIE)",
            {"npi": ("npi",), "starts": ("excldate",), "ends": ("reindate",)},
            ("npi", "starts", "ends"),
        ),
        _excluded,
    ),
}  # fmt: skip
KINDS = tuple(LAYOUTS)

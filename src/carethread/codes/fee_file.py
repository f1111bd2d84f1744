"""A payer's fee schedule as people keep it in a sheet: each row a dated term of its contract.

A sheet needs a code (or revenue code) and an amount or a percentage; all else may be missing. Rows
that make no sense are faults with their number, and nothing is guessed.
"""

import re
from dataclasses import dataclass
from datetime import date

from carethread.codes.contracts import KINDS, WHOLE, TermKind
from carethread.codes.lists import exists
from carethread.codes.sheets import Columns, NotSuchAFile, Row, RowFault, read

COLUMNS = Columns(
    "a fee schedule",
    {
        "revenue_code": ("revenue", "rev"),
        "code": ("hcpcs", "procedure", "code", "cpt"),
        "modifier": ("modifier", "mod"),
        "credential": ("credential", "rendered by", "provider type"),
        "place": ("place", "pos"),
        "kind": ("kind", "type", "method"),
        "share": ("percent", "pct"),
        "first_day": ("from day", "first day"),
        "last_day": ("to day", "until day", "last day"),
        "amount": ("non facility fee", "non fac", "allowed", "fee", "amount", "rate", "price"),
        "starts": ("effective from", "effective", "valid from", "from", "start", "begin"),
        "ends": ("effective to", "valid to", "until", "to", "end", "term"),
    },
    ("code",),
)
TEMPLATE = (
    "kind", "code", "revenue code", "modifier", "credential", "place", "amount", "percent",
    "first day", "last day", "from", "until",
)  # fmt: skip
"""The columns that we write ourselves, in this order."""

_MODIFIER = re.compile(r"[0-9A-Z]{2}")
_NUMBER = re.compile(r"[0-9]{1,4}")
_SHARE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")
_KINDS = {
    "fee": TermKind.FEE,
    "fee schedule": TermKind.FEE,
    "unit": TermKind.FEE,
    "per diem": TermKind.PER_DIEM,
    "per day": TermKind.PER_DIEM,
    "day": TermKind.PER_DIEM,
    "percent": TermKind.PERCENT,
    "percent of charge": TermKind.PERCENT,
    "percent of charges": TermKind.PERCENT,
    "case": TermKind.CASE,
    "case rate": TermKind.CASE,
    "stop loss": TermKind.STOP_LOSS,
}


@dataclass(frozen=True, slots=True)
class FeeRow:
    """One row, by its `number` in the file; the fields are those of `rules.expect.Term`. `starts`
    is None where the row names no day."""

    number: int
    kind: TermKind
    code: str = ""
    revenue_code: str = ""
    modifier: str = ""
    credential: str = ""
    place: str = ""
    amount: int = 0
    share: int = 0
    first_day: int = 1
    last_day: int | None = None
    starts: date | None = None
    ends: date | None = None


def parse(data: bytes) -> tuple[list[FeeRow], list[RowFault]]:
    """What the sheet says, and the rows that cannot be read. Raises `NotSuchAFile`."""
    rows: list[FeeRow] = []
    faults: list[RowFault] = []
    for number, cells in read(data, COLUMNS):
        try:
            rows.append(_row(number, cells))
        except ValueError as wrong:
            faults.append(RowFault(number, str(wrong)))
    if not rows and not faults:
        raise NotSuchAFile("there is no row below the heading")
    return rows, faults


def _row(number: int, cells: Row) -> FeeRow:
    kind = _kind(cells)
    row = FeeRow(
        number=number,
        kind=kind,
        code=cells.code("code") if cells.get("code") else "",
        revenue_code=_padded(cells, "revenue_code", 4),
        modifier=_modifier(cells),
        credential=cells.get("credential").upper()[:12],
        place=_padded(cells, "place", 2),
        amount=cells.cents("amount") if KINDS[kind].amount else 0,
        share=_share(cells) if KINDS[kind].share else 0,
        first_day=_number(cells, "first_day") or 1,
        last_day=_number(cells, "last_day"),
        starts=cells.day("starts"),
        ends=cells.day("ends"),
    )
    if wrong := fault(row):
        raise ValueError(wrong)
    return row


def fault(row: FeeRow) -> str:
    """Why such a term can mean nothing; empty where it can."""
    known = KINDS[row.kind]
    if row.place and not exists("place_of_service", row.place):
        return f"{row.place} is no place of service"
    if row.revenue_code and not exists("revenue_family", row.revenue_code[:3]):
        return f"{row.revenue_code} is no revenue code"
    if known.names and not (row.code or row.revenue_code):
        return f"a {known.label.lower()} names a code or a revenue code"
    if row.kind is not TermKind.PER_DIEM and (row.first_day > 1 or row.last_day):
        return f"a {known.label.lower()} has no days of a stay: only a per diem has"
    if row.last_day is not None and row.last_day < row.first_day:
        return f"its days of the stay run from {row.first_day} to {row.last_day}"
    if row.starts and row.ends and row.ends < row.starts:
        return f"it ends on {row.ends:%b %-d, %Y}, before it begins"
    return ""


def _kind(cells: Row) -> TermKind:
    told = " ".join(re.sub(r"[^a-z]+", " ", cells.get("kind").lower()).split())
    if told:
        if told not in _KINDS:
            offered = ", ".join(known.label.lower() for known in KINDS.values())
            raise ValueError(f"{cells.get('kind')[:20]!r} is no kind of term: {offered}")
        return _KINDS[told]
    if cells.get("amount"):
        return TermKind.PER_DIEM if cells.get("first_day") else TermKind.FEE
    if cells.get("share"):
        return TermKind.PERCENT
    raise ValueError("it names neither an amount nor a percentage")


def _share(cells: Row) -> int:
    """Hundredths of a percent. What is below 1 is what a sheet keeps for a percentage: 0.625."""
    told = cells.get("share").replace(" ", "")
    number = told.removesuffix("%")
    if not _SHARE.fullmatch(number):
        raise ValueError(f"{cells.get('share')[:20]!r} is no percentage")
    share = round(float(number) * (100 if told.endswith("%") or float(number) >= 1 else WHOLE))
    if not 0 < share <= WHOLE:
        raise ValueError(f"{cells.get('share')[:20]!r} is not between 0 and 100 percent")
    return share


def _modifier(cells: Row) -> str:
    told = cells.get("modifier").upper()
    if told and not _MODIFIER.fullmatch(told):
        raise ValueError(f"{told[:20]!r} is no modifier")
    return told


def _padded(cells: Row, name: str, length: int) -> str:
    """A number of so many digits; a sheet drops the zeros in front."""
    told = cells.get(name)
    if told and (not told.isdecimal() or len(told) > length):
        raise ValueError(f"{told[:20]!r} is no {name.replace('_', ' ')}")
    return told.zfill(length) if told else ""


def _number(cells: Row, name: str) -> int | None:
    told = cells.get(name)
    if not told:
        return None
    if not _NUMBER.fullmatch(told) or not int(told):
        raise ValueError(f"{told[:20]!r} is no day of a stay: they count from 1")
    return int(told)

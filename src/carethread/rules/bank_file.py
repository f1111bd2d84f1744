"""A bank's account of money that came in: CSV as banks export it, or BAI2. Bytes -> lines.

Read whole or not at all: where a row cannot be read, or the file's own control totals say that
something is missing, `NotRead` names the rows. Amounts are cents, money out is below zero.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from carethread.rules.words import ungrouped

# What banks head the columns with, lower case. The first that the file has is read.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "day": ("posting date", "posted date", "post date", "posted", "booking date", "date",
            "transaction date", "value date", "effective date"),
    "amount": ("amount", "transaction amount", "net amount"),
    "credit": ("credit", "credit amount", "credits", "deposit", "deposits", "money in"),
    "debit": ("debit", "debit amount", "debits", "withdrawal", "withdrawals", "money out"),
    "reference": ("bank reference", "reference", "reference number", "customer reference",
                  "trace number", "transaction id", "check number"),
    "account": ("account", "account number"),
    "kind": ("type", "transaction type", "debit/credit", "dr/cr", "credit debit indicator"),
}  # fmt: skip
_WORDS = ("description", "details", "payee", "memo", "text", "addenda", "payment details",
          "transaction description", "extended details", "remarks")  # fmt: skip
_DAYS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%Y%m%d", "%d-%b-%Y", "%b %d, %Y")
_TRACE = re.compile(
    r"TRN\W{0,2}[*|^ ]\s?[13]\s?[*|^ ]\s?([^*|^~\\\s]{1,50})\s?[*|^ ]\s?([A-Z0-9]{10})\b", re.I
)
_CONTROL_WORDS = re.compile(r"[\x00-\x08\x0b-\x1f]")
_MOST_CENTS = 10**13

# BAI2: type codes of money that comes in and that goes out; 890 and up tell and move nothing.
_CREDITS, _DEBITS = range(100, 400), range(400, 700)
_EXTRA_FIELDS = {"V": 2, "S": 3}  # after the funds type


class NotRead(ValueError):
    """The file is no statement that can be relied on; `rows` says where and why."""

    def __init__(self, message: str, rows: Sequence[tuple[int, str]] = ()) -> None:
        super().__init__(message)
        self.rows = tuple(rows)


@dataclass(frozen=True, slots=True)
class BankLine:
    """One movement on the account. `row` counts the file's lines from 1; `trace` and
    `payer_identifier` are TRN02 and TRN03 where the bank passed the payer's addenda on."""

    row: int
    day: date
    amount: int
    reference: str = ""
    words: str = ""
    account: str = ""
    trace: str = ""
    payer_identifier: str = ""


def is_one(raw: bytes) -> bool:
    """Whether these bytes look like a bank's file rather than like anything else that comes in."""
    text = _text(raw[:4096])
    if text.startswith("01,"):
        return True
    return any(_columns(row) is not None for row in _rows(text.splitlines()[:12]))


def read(raw: bytes) -> tuple[BankLine, ...]:
    """Every movement of a CSV export or BAI2 file, in its order. Raises NotRead."""
    text = _text(raw)
    lines = _bai2(text) if text.startswith("01,") else _csv(text)
    return tuple(_with_trace(line) for line in lines)


def traced(words: str) -> tuple[str, str]:
    """TRN02 and TRN03 from a bank's words; empty where they hold none."""
    found = _TRACE.search(words) or _TRACE.search(re.sub(r"\s+", "", words))
    return (found[1], found[2]) if found else ("", "")


def _with_trace(line: BankLine) -> BankLine:
    trace, payer = traced(line.words)
    return replace(line, trace=trace, payer_identifier=payer) if trace else line


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


# ---------------------------------------------------------------- CSV


def _csv(text: str) -> list[BankLine]:
    rows = list(_numbered(text))
    place, columns = _heading(rows)
    found, wrong = [], []
    for number, row in rows[place + 1 :]:
        if not any(cell.strip() for cell in row):
            continue
        try:
            found.append(_csv_line(number, row, columns))
        except ValueError as error:
            wrong.append((number, str(error)))
    if wrong:
        which = "; ".join(f"row {number}: {why}" for number, why in wrong[:5])
        raise NotRead(f"{len(wrong)} of its rows cannot be read ({which}).", wrong)
    return found


def _numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows with the number of the line that each ends on."""
    reader = csv.reader(text.splitlines(), _dialect(text))
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise NotRead(f"Row {reader.line_num} cannot be read: {error}.") from error


def _rows(lines: Sequence[str]) -> list[list[str]]:
    try:
        return list(csv.reader(lines, _dialect("\n".join(lines))))
    except csv.Error:
        return []


def _dialect(text: str) -> type[csv.Dialect]:
    head = "\n".join(text.splitlines()[:12])
    best = max(",;\t|", key=head.count)

    class Dialect(csv.excel):
        delimiter = best

    return Dialect


def _heading(rows: Sequence[tuple[int, list[str]]]) -> tuple[int, dict[str, int]]:
    for place, (_, row) in enumerate(rows[:12]):
        if (columns := _columns(row)) is not None:
            return place, columns
    raise NotRead("No row of it heads a column with a date and one with an amount.")


def _columns(row: Sequence[str]) -> dict[str, int] | None:
    """Which cell holds what; None where this row is no heading."""
    heads = [cell.strip().lower() for cell in row]
    found = {
        what: heads.index(name)
        for what, names in _HEADINGS.items()
        if (name := next((n for n in names if n in heads), None)) is not None
    }
    money = found.keys() & {"amount", "credit", "debit"}
    if "day" not in found or not money:
        return None
    return found | {f"words {n}": heads.index(n) for n in _WORDS if n in heads}


def _csv_line(number: int, row: Sequence[str], columns: Mapping[str, int]) -> BankLine:
    def cell(what: str) -> str:
        place = columns.get(what)
        return row[place].strip() if place is not None and place < len(row) else ""

    words = " ".join(cell(what) for what in columns if what.startswith("words "))
    return BankLine(
        row=number,
        day=_day(cell("day")),
        amount=_amount(cell("amount"), cell("credit"), cell("debit"), cell("kind")),
        reference=cell("reference")[:60],
        words=_clean(words),
        account=cell("account")[-4:],
    )


_OUT = frozenset({"debit", "dr", "d", "db", "dbit", "withdrawal"})


def _amount(amount: str, credit: str, debit: str, kind: str) -> int:
    if amount:
        return -abs(cents(amount)) if kind.strip().lower() in _OUT else cents(amount)
    if credit and cents(credit):
        return abs(cents(credit))
    if debit:
        return -abs(cents(debit))
    if credit:
        return 0
    raise ValueError("it names no amount")


def cents(text: str) -> int:
    """Cents of an amount as banks write it: $1,234.56, (12.00), -12, 12.5-."""
    bare = ungrouped(text.replace("$", "").replace(" ", ""))
    negative = bare.startswith(("-", "(")) or bare.endswith(("-", ")"))
    bare = bare.strip("-()+")
    if not re.fullmatch(r"[0-9]{1,11}(\.[0-9]{1,2})?|\.[0-9]{1,2}", bare):
        raise ValueError(f"{text[:30]!r} is no amount")
    whole, _, part = bare.partition(".")
    total = int(whole or 0) * 100 + int(part.ljust(2, "0") or 0)
    return -total if negative else total


def _day(text: str) -> date:
    for form in _DAYS:
        try:
            return datetime.strptime(text[:20], form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError(f"{text[:30]!r} is no date")


def _clean(words: str) -> str:
    return re.sub(r"\s+", " ", _CONTROL_WORDS.sub(" ", words)).strip()[:500]


# ---------------------------------------------------------------- BAI2


@dataclass(slots=True)
class _Record:
    """One record with its continuations (88)."""

    row: int
    code: str
    text: str


def _bai2(text: str) -> list[BankLine]:
    records = _records(text)
    if not records or records[-1].code != "99":
        raise NotRead("It ends before its trailer (record 99): the file is cut off.")
    return list(_movements(records))


def _records(text: str) -> list[_Record]:
    records: list[_Record] = []
    for row, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line:
            continue
        code, _, rest = line.partition(",")
        if code == "88":
            if not records:
                raise NotRead(f"Row {row} continues nothing.")
            last = records[-1]
            last.text = f"{last.text.removesuffix('/')},{rest}" if _open(last) else (
                f"{last.text.removesuffix('/')} {rest}"
            )  # fmt: skip
            continue
        records.append(_Record(row, code, rest))
    return records


def _open(record: _Record) -> bool:
    """Whether a continuation goes on with fields, and not with a movement's words."""
    return record.code != "16"


def _movements(records: Sequence[_Record]) -> Iterator[BankLine]:
    day: date | None = None
    account, counted, movements = "", 0, 0
    for record in records:
        fields = record.text.removesuffix("/").split(",")
        if record.code == "02":
            day = _bai_day(record, fields)
        elif record.code == "03":
            account, counted = fields[0][-4:], _stated(record, fields)
        elif record.code == "16":
            line = _movement(record, day, account)
            counted += abs(line.amount) if line else 0
            movements += 1
            if line is not None and line.amount:
                yield line
        elif record.code == "49":
            _prove(record, fields, counted)


def _bai_day(record: _Record, fields: Sequence[str]) -> date:
    told = fields[3] if len(fields) > 3 else ""
    try:
        return datetime.strptime(told, "%y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise NotRead(f"Row {record.row} names no day: {told!r}.") from error


def _stated(record: _Record, fields: Sequence[str]) -> int:
    """The sum of the balances that an account record states (they count in its control total)."""
    rest, total = list(fields[2:]), 0
    while rest:
        _type, amount, *_ = [*rest, "", ""]
        total += _whole(record, amount)
        funds = rest[3] if len(rest) > 3 else ""
        rest = rest[4 + _funds_fields(record, funds, rest[4:]) :]
    return total


def _movement(record: _Record, day: date | None, account: str) -> BankLine | None:
    """One 16 record; None where its type neither brings nor takes money."""
    fields = record.text.split(",")
    if day is None:
        raise NotRead(f"Row {record.row} stands before any day (record 02).")
    try:
        kind = int(fields[0])
    except ValueError as error:
        raise NotRead(f"Row {record.row} has no type: {fields[0][:10]!r}.") from error
    amount = _whole(record, fields[1] if len(fields) > 1 else "")
    funds = fields[2].removesuffix("/") if len(fields) > 2 else ""
    after = 3 + _funds_fields(record, funds, fields[3:])
    bank, customer, *words = [*fields[after:], "", ""]
    if kind not in _CREDITS and kind not in _DEBITS:
        return None
    return BankLine(
        row=record.row,
        day=day,
        amount=amount if kind in _CREDITS else -amount,
        reference=_clean(bank.removesuffix("/") or customer.removesuffix("/"))[:60],
        words=_clean(",".join(words).rstrip(",").removesuffix("/")),
        account=account,
    )


def _funds_fields(record: _Record, funds: str, rest: Sequence[str]) -> int:
    """How many fields tell when the money is there."""
    if funds != "D":
        return _EXTRA_FIELDS.get(funds, 0)
    return 1 + 2 * _whole(record, rest[0] if rest else "")


def _whole(record: _Record, text: str) -> int:
    bare = text.removesuffix("/").removeprefix("+")
    if not bare:
        return 0
    if not re.fullmatch(r"-?[0-9]{1,15}", bare) or abs(int(bare)) > _MOST_CENTS:
        raise NotRead(f"Row {record.row} has an amount that is none: {text[:20]!r}.")
    return int(bare)


def _prove(record: _Record, fields: Sequence[str], counted: int) -> None:
    """An account's control total is the sum of all that its records state."""
    told = _whole(record, fields[0])
    if told != counted:
        raise NotRead(
            f"Row {record.row} says that the account's records come to {told}, but they come to "
            f"{counted}: something is missing. Ask the bank for the file once more."
        )

"""Text on the wire <-> Python values, remembered: files repeat the same amounts and days."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar

T = TypeVar("T")

NO_DATE = date.min
"""Stands for a day that the guide requires and the file does not give."""


class NotAValue(ValueError):
    """Text that its field cannot take; `text` is that text."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"{text[:40]!r} is not {why}")
        self.text = text


class Memo(dict[str, T]):
    """A conversion that remembers its answers, at most `room` of them."""

    def __init__(self, convert: Callable[[str], T], room: int = 50_000) -> None:
        super().__init__()
        self.convert, self.room = convert, room

    def __missing__(self, text: str) -> T:
        value = self.convert(text)
        if len(self) >= self.room:
            self.clear()
        self[text] = value
        return value


def parse_cents(text: str) -> int:
    """Dollars as written ("34", "34.5", "-.05") in cents; empty is 0.

    Raises NotAValue for anything else, for fractions of a cent, and from 10^16 dollars on.
    """
    if not text:
        return 0
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0") if len(fraction) > 2 else fraction
    digits = whole.removeprefix("-") + fraction
    if (
        len(fraction) > 2
        or not (digits.isascii() and digits.isdigit())
        or len(digits) - len(fraction) > 16
    ):
        raise NotAValue(text, "an amount in dollars and cents")
    cents = int(digits) * (100, 10, 1)[len(fraction)]
    return -cents if text[0] == "-" else cents


def format_cents(cents: int) -> str:
    """Cents as the wire wants them: no sign for plus, no needless zeros (3450 -> "34.5")."""
    sign = "-" if cents < 0 else ""
    dollars, rest = divmod(abs(cents), 100)
    return f"{sign}{dollars}.{rest:02d}".rstrip("0").rstrip(".") if rest else f"{sign}{dollars}"


def parse_number(text: str) -> Decimal:
    """A quantity. Raises NotAValue where it is none (no exponents, no NaN)."""
    digits = text.removeprefix("-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        raise NotAValue(text, "a number")
    try:
        return Decimal(text)
    except InvalidOperation:  # pragma: no cover - the digits were checked above
        raise NotAValue(text, "a number") from None


def format_number(number: Decimal) -> str:
    """A quantity without exponent and without needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def parse_integer(text: str) -> int:
    """A whole number; empty is 0. Some senders write "1.00" for 1. Raises NotAValue."""
    if not text:
        return 0
    whole, _, fraction = text.partition(".")
    digits = whole.removeprefix("-")
    if fraction.strip("0") or not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        raise NotAValue(text, "a whole number")
    return int(whole)


def parse_day(text: str) -> date:
    """CCYYMMDD, or YYMMDD where envelopes still carry it. Raises NotAValue."""
    if len(text) == 6:
        text = ("19" if text[:2] > "69" else "20") + text
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        raise NotAValue(text, "a date")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise NotAValue(text, "a day of the calendar") from None


def format_day(day: date) -> str:
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


def parse_span(text: str) -> tuple[date, date]:
    """One day, or first and last day parted by a dash (a time of day behind it is left out)."""
    first, dash, last = text.partition("-")
    start = days[first[:8] if len(first) == 12 else first]
    return start, days[last[:8] if len(last) == 12 else last] if dash else start


cents: Memo[int] = Memo(parse_cents)
numbers: Memo[Decimal] = Memo(parse_number)
integers: Memo[int] = Memo(parse_integer)
days: Memo[date] = Memo(parse_day)
spans: Memo[tuple[date, date]] = Memo(parse_span)

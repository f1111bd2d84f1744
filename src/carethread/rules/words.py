"""How findings speak: money, dates and counts in plain words."""

import re
from collections.abc import Iterable
from datetime import date


def dollars(cents: int) -> str:
    """123450 -> "$1,234.50"; negative amounts carry a true minus sign."""
    sign = "−" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def ungrouped(text: str) -> str:
    """An amount as typed without the commas that part its thousands; any other comma stays, and is
    no part of an amount: "12,50" is not 1,250 dollars."""
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)


def unparted(text: str) -> str:
    """A number of digits as typed without what people part them by: (937) 555-0144."""
    return re.sub(r"[\s().-]", "", text)


def day(value: date) -> str:
    """A date as every screen and letter writes it: Mar 9, 2025."""
    return f"{value:%b %-d, %Y}"


def listing(items: Iterable[str]) -> str:
    """Joined as one says it: a; a and b; a, b and c."""
    *most, last = list(items) or [""]
    return f"{', '.join(most)} and {last}" if most else last

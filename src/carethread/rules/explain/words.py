"""How explanations speak of days, spans of time and numbers that are nearly the same."""

from datetime import date

from carethread.rules.names import bare
from carethread.rules.words import day as _day

_WEEK = 7


def on(value: date) -> str:
    return _day(value)


def apart(earlier: date, later: date) -> str:
    """How far apart two days are, as one says it: 1 day, 3 days, 2 weeks."""
    days = abs((later - earlier).days)
    if days >= 2 * _WEEK and days % _WEEK == 0:
        return f"{days // _WEEK} weeks"
    return f"{days} day{'' if days == 1 else 's'}"


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def difference(one: str, other: str) -> str:
    """How two numbers differ: "by one character", "by two characters exchanged", or "altogether".
    "" where they are the same but for blanks and dashes."""
    a, b = bare(one), bare(other)
    if a == b:
        return ""
    if len(a) == len(b):
        places = [i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
        if len(places) == 1:
            return "by one character"
        if len(places) == 2 and sorted(a) == sorted(b):
            return "by two characters exchanged"
        return f"by {len(places)} characters" if len(places) <= len(a) // 2 else "altogether"
    longer, shorter = sorted((a, b), key=len, reverse=True)
    missing = len(longer) == len(shorter) + 1 and any(
        longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer))
    )
    return "by one character" if missing else "altogether"


def is_near(one: str, other: str) -> bool:
    """Whether two different numbers look like one number mistyped."""
    return difference(one, other) not in ("", "altogether")

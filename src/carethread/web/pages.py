"""Long lists, one page at a time, without counting a million rows first."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from carethread.web.http import number_asked

M = TypeVar("M", bound=Model)

SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """A slice of a list; `earlier` and `later` are the addresses beside it, empty at the ends."""

    rows: list[M]
    first: int
    earlier: str
    later: str

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def page(request: HttpRequest, rows: "QuerySet[M]", size: int = SIZE) -> Page[M]:
    """The page that the address asks for (`?page=2`); one query."""
    number = min(number_asked(request, "page") or 1, 10_000)
    start = (number - 1) * size
    found: list[Any] = list(rows[start : start + size + 1])
    return Page(
        rows=found[:size],
        first=start + 1,
        earlier=_beside(request, number - 1) if number > 1 else "",
        later=_beside(request, number + 1) if len(found) > size else "",
    )


def _beside(request: HttpRequest, number: int) -> str:
    asked = {k: v for k, v in request.GET.items() if k != "page" and v}
    return "?" + urlencode({**asked, "page": number})

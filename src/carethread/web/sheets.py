"""Tables that leave as CSV."""

import csv
from collections.abc import Iterable, Sequence

from django.http import HttpResponse


def as_csv(name: str, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A file to save, one line a row."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    sheet = csv.writer(answer)
    sheet.writerow(heading)
    sheet.writerows([inert(str(cell)) for cell in row] for row in rows)
    return answer


def inert(text: str) -> str:
    """A spreadsheet must not take a name for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text

"""Reads the tables of docs/algorithms, so that the prose and the tests share their figures."""

from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs" / "algorithms"

Row = dict[str, str]


def tables(page: str) -> list[tuple[str, list[Row]]]:
    """Every table of a page: (the heading above it, its rows as column -> text)."""
    found: list[tuple[str, list[Row]]] = []
    heading = ""
    columns: list[str] = []
    for line in (DOCS / f"{page}.md").read_text(encoding="utf-8").splitlines():
        cells = [c.strip() for c in line.strip("|").split("|")] if line.startswith("|") else []
        if line.startswith("#"):
            heading = line.lstrip("# ")
        if not cells:
            columns = []
        elif not columns:
            columns = cells
            found.append((heading, []))
        elif not set(line) <= set("|-"):
            found[-1][1].append(dict(zip(columns, cells, strict=True)))
    return found


def rows(page: str, *columns: str) -> list[Row]:
    """The rows of the page's only table with exactly these columns."""
    (table,) = [r for _, r in tables(page) if r and tuple(r[0]) == columns]
    return table


def cents(text: str) -> int:
    """ "$1,234.50" -> 123450; a minus may stand before the sign."""
    whole = text.replace("$", "").replace(",", "").replace(".", "")
    return int(whole)

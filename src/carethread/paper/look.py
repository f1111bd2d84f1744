"""How each block looks: colours, sizes, and the flowables that reportlab sets."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    HRFlowable,
    KeepTogether,
    Paragraph,
    Spacer,
)
from reportlab.platypus import PageBreak as NewPage
from reportlab.platypus import Table as Grid

from carethread.paper.blocks import (
    Block,
    Box,
    Bullets,
    Facts,
    Gap,
    Heading,
    PageBreak,
    SignatureLine,
    Table,
    Text,
    Together,
)
from carethread.paper.fonts import BOLD, PLAIN, legible

INK, INK_SOFT = HexColor("#1c2830"), HexColor("#53606a")
LAKE, LAKE_SOFT = HexColor("#14545b"), HexColor("#e3eeee")
RULE = HexColor("#dedbd2")

_BODY = ParagraphStyle("body", fontName=PLAIN, fontSize=9, leading=13.5, textColor=INK,
                       spaceAfter=6)  # fmt: skip
_STRONG = ParagraphStyle("strong", _BODY, fontName=BOLD)
_SMALL = ParagraphStyle("small", _BODY, fontSize=7.5, leading=10.5, textColor=INK_SOFT)
_HEADING = ParagraphStyle("heading", _BODY, fontName=BOLD, fontSize=10.5, leading=14,
                          textColor=LAKE, spaceBefore=10, spaceAfter=5)  # fmt: skip
_BULLET = ParagraphStyle("bullet", _BODY, leftIndent=12, bulletIndent=2, spaceAfter=3,
                         bulletFontName=PLAIN)  # fmt: skip
_CELL = ParagraphStyle("cell", _BODY, fontSize=8, leading=11, spaceAfter=0)
_FIGURE = ParagraphStyle("figure", _CELL, alignment=TA_RIGHT)
_TITLE = ParagraphStyle("title", _CELL, fontName=BOLD, fontSize=7.5, textColor=INK_SOFT)
_FIGURE_TITLE = ParagraphStyle("figure title", _TITLE, alignment=TA_RIGHT)
_TOTAL = ParagraphStyle("total", _CELL, fontName=BOLD)
_FIGURE_TOTAL = ParagraphStyle("figure total", _TOTAL, alignment=TA_RIGHT)
_BIG = ParagraphStyle("big", _BODY, fontName=BOLD, fontSize=17, leading=22, textColor=LAKE,
                      spaceAfter=2)  # fmt: skip


def flowables(blocks: Iterable[Block], width: float) -> list[Flowable]:
    """The blocks as reportlab sets them, for a column of so many points."""
    return [flowable for block in blocks for flowable in _SET[type(block)](block, width)]


def _words(text: str, style: ParagraphStyle, **options: Any) -> Paragraph:
    """A paragraph of the text as it is: no markup, line breaks kept."""
    lines = (escape(line) for line in legible(text).split("\n"))
    return Paragraph("<br/>".join(lines), style, **options)


def _heading(block: Heading, _: float) -> list[Flowable]:
    return [CondPageBreak(60), _words(block.text, _HEADING)]


def _text(block: Text, _: float) -> list[Flowable]:
    style = _STRONG if block.strong else _SMALL if block.small else _BODY
    return [_words(block.text, style)]


def _bullets(block: Bullets, _: float) -> list[Flowable]:
    items = [_words(item, _BULLET, bulletText="•") for item in block.items]
    return [*items, Spacer(0, 4)]


def _facts(block: Facts, width: float) -> list[Flowable]:
    rows = [[_words(label, _TITLE), _words(value, _CELL)] for label, value in block.pairs]
    if not rows:
        return []
    grid = Grid(rows, colWidths=[width * 0.28, width * 0.72], hAlign="LEFT")
    grid.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_padding(0, 2.5)])
    return [grid, Spacer(0, 8)]


def _table(block: Table, width: float) -> list[Flowable]:
    shares = sum(column.share for column in block.columns)
    figures = [column.figures for column in block.columns]

    def row(cells: Sequence[str], words: ParagraphStyle, numbers: ParagraphStyle) -> list[Any]:
        found = zip(cells, figures, strict=True)
        return [_words(cell, numbers if right else words) for cell, right in found]

    titles = row([column.title for column in block.columns], _TITLE, _FIGURE_TITLE)
    rows = [row(cells, _CELL, _FIGURE) for cells in block.rows]
    totals = [row(cells, _TOTAL, _FIGURE_TOTAL) for cells in block.totals]
    grid = Grid(
        [titles, *rows, *totals],
        colWidths=[width * column.share / shares for column in block.columns],
        repeatRows=1,
        hAlign="LEFT",
    )
    style: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, LAKE),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE),
        *_padding(3, 4),
    ]
    if totals:
        style.append(("LINEABOVE", (0, -len(totals)), (-1, -len(totals)), 0.8, LAKE))
    grid.setStyle(style)
    return [grid, Spacer(0, 10)]


def _box(block: Box, width: float) -> list[Flowable]:
    said = [_words(block.label, _TITLE), _words(block.figure, _BIG)]
    said += [_words(line, _CELL) for line in block.lines]
    grid = Grid([[said]], colWidths=[width], hAlign="LEFT")
    grid.setStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), LAKE_SOFT),
            ("LINEBEFORE", (0, 0), (0, -1), 3, LAKE),
            *_padding(12, 10),
        ]
    )
    return [grid, Spacer(0, 12)]


def _signature(block: SignatureLine, width: float) -> list[Flowable]:
    said = block.name + (f"\n{block.title}" if block.title else "")
    line = HRFlowable(width=width * 0.45, thickness=0.6, color=INK, hAlign="LEFT", spaceAfter=3)
    grid = Grid([[[line, _words(said, _CELL)]]], colWidths=[width], hAlign="LEFT")
    grid.setStyle([*_padding(0, 0), ("TOPPADDING", (0, 0), (-1, -1), 34)])
    return [grid]


def _together(block: Together, width: float) -> list[Flowable]:
    return [KeepTogether(flowables(block.blocks, width))]


def _padding(sides: float, ends: float) -> list[tuple[Any, ...]]:
    everywhere = ((0, 0), (-1, -1))
    return [
        *((f"{side}PADDING", *everywhere, sides) for side in ("LEFT", "RIGHT")),
        *((f"{side}PADDING", *everywhere, ends) for side in ("TOP", "BOTTOM")),
    ]


_SET: dict[type, Callable[[Any, float], list[Flowable]]] = {
    Heading: _heading,
    Text: _text,
    Bullets: _bullets,
    Facts: _facts,
    Table: _table,
    Box: _box,
    SignatureLine: _signature,
    Gap: lambda block, _: [Spacer(0, block.points)],
    PageBreak: lambda *_: [NewPage()],
    Together: _together,
}

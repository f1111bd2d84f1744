"""A letter: the page that its blocks stand on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from pypdf import PdfWriter
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, NextPageTemplate, PageTemplate

from carethread.paper.blocks import Block
from carethread.paper.fonts import BOLD, PLAIN, legible
from carethread.paper.look import INK, INK_SOFT, LAKE, RULE, flowables

WIDTH, HEIGHT = LETTER
MARGIN = 0.85 * inch
_FOOT = 0.8 * inch
_HEAD = 1.75 * inch  # the center's name and address, first page
_WINDOW = 1.35 * inch  # the addressee, where a #10 envelope has its window
_NEXT_HEAD = 1.0 * inch  # one line, every later page


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose letter it is: the center's name, the lines of its address, how to reach it."""

    name: str
    lines: Sequence[str]
    contact: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """What is printed. `to` are the addressee's lines (none: no window, as on a receipt or a
    packet); `foot` is said at the foot of every page, as a notice of the law has to be."""

    title: str
    sender: Sender
    blocks: Sequence[Block]
    to: Sequence[str] = ()
    dated: date | None = None
    foot: str = ""


def render(letter: Letter) -> bytes:
    """The letter as a PDF in US letter format. Words that the font cannot show are shown without
    their accents, and failing that as "?"; nothing is markup."""
    out = BytesIO()
    pages = BaseDocTemplate(
        out,
        pagesize=LETTER,
        title=legible(letter.title),
        author=legible(letter.sender.name),
        lang="en-US",
        invariant=True,
    )
    pages.addPageTemplates(
        [
            PageTemplate("first", [_frame(_HEAD + (_WINDOW if letter.to else 0))]),
            PageTemplate("next", [_frame(_NEXT_HEAD)]),
        ]
    )
    width = WIDTH - 2 * MARGIN

    class Counted(_CountedPages):
        def decorate(self, number: int, of: int) -> None:
            (_first_head if number == 1 else _next_head)(self, letter)
            _foot(self, letter, number, of)

    pages.build([NextPageTemplate("next"), *flowables(letter.blocks, width)], canvasmaker=Counted)
    return out.getvalue()


def bind(printed: Iterable[bytes]) -> bytes:
    """Several printed letters as one PDF, in their order: a run to be sent to the printer."""
    together, out = PdfWriter(), BytesIO()
    for one in printed:
        together.append(BytesIO(one))
    together.write(out)
    return out.getvalue()


def _frame(head: float) -> Frame:
    return Frame(
        MARGIN,
        _FOOT,
        WIDTH - 2 * MARGIN,
        HEIGHT - head - _FOOT,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )


class _CountedPages(Canvas):
    """Puts head and foot on once it is known how many pages there are."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._kept: list[dict[str, object]] = []

    def showPage(self) -> None:  # noqa: N802 (the library's name)
        self._kept.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]

    def save(self) -> None:
        for number, page in enumerate(self._kept, start=1):
            self.__dict__.update(page)
            self.decorate(number, len(self._kept))
            super().showPage()
        super().save()

    def decorate(self, number: int, of: int) -> None:
        """Head and foot of one page."""


# ------------------------------------------------------------------------------- heads and feet


def _first_head(page: Canvas, letter: Letter) -> None:
    top = HEIGHT - 0.75 * inch
    page.setFillColor(LAKE)
    page.rect(MARGIN, top + 18, 36, 3, stroke=0, fill=1)
    page.setFont(BOLD, 14)
    page.drawString(MARGIN, top - 2, legible(letter.sender.name))
    page.setFillColor(INK_SOFT)
    page.setFont(PLAIN, 8)
    for row, line in enumerate(letter.sender.lines):
        page.drawString(MARGIN, top - 16 - 11 * row, legible(line))
    right = WIDTH - MARGIN
    page.setFillColor(INK)
    page.setFont(BOLD, 11)
    page.drawRightString(right, top - 2, legible(letter.title))
    page.setFillColor(INK_SOFT)
    page.setFont(PLAIN, 8)
    said = [_day(letter.dated)] if letter.dated else []
    for row, line in enumerate([*said, *letter.sender.contact]):
        page.drawRightString(right, top - 16 - 11 * row, legible(line))
    page.setStrokeColor(RULE)
    page.setLineWidth(0.6)
    page.line(MARGIN, HEIGHT - 1.52 * inch, right, HEIGHT - 1.52 * inch)
    page.setFillColor(INK)
    page.setFont(PLAIN, 9.5)
    for row, line in enumerate(letter.to):
        page.drawString(MARGIN, HEIGHT - 2.05 * inch - 13 * row, legible(line))


def _next_head(page: Canvas, letter: Letter) -> None:
    line = HEIGHT - 0.72 * inch
    page.setFillColor(INK_SOFT)
    page.setFont(PLAIN, 8)
    page.drawString(MARGIN, line, legible(letter.sender.name))
    said = f"{letter.title}, {_day(letter.dated)}" if letter.dated else letter.title
    page.drawRightString(WIDTH - MARGIN, line, legible(said))
    page.setStrokeColor(RULE)
    page.setLineWidth(0.6)
    page.line(MARGIN, line - 6, WIDTH - MARGIN, line - 6)


def _foot(page: Canvas, letter: Letter, number: int, of: int) -> None:
    page.setFillColor(INK_SOFT)
    page.setFont(PLAIN, 7)
    page.drawRightString(WIDTH - MARGIN, 0.45 * inch, f"Page {number} of {of}")
    for row, line in enumerate(letter.foot.splitlines()):
        page.drawString(MARGIN, 0.45 * inch + 9 * (len(letter.foot.splitlines()) - 1 - row),
                        legible(line))  # fmt: skip


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"

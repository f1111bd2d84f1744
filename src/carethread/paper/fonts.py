"""The letters that a page is set in: Bitstream Vera, which comes with reportlab and is embedded, so
that a statement looks the same on every machine and needs no font of the system."""

import unicodedata
from functools import cache
from pathlib import Path

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD = "Vera", "Vera-Bold"
_FILES = {PLAIN: "Vera.ttf", BOLD: "VeraBd.ttf"}

_FOLDER = Path(reportlab.__file__).parent / "fonts"
_FONTS = {name: TTFont(name, _FOLDER / file) for name, file in _FILES.items()}

for _font in _FONTS.values():
    pdfmetrics.registerFont(_font)
pdfmetrics.registerFontFamily(PLAIN, PLAIN, BOLD, PLAIN, BOLD)


def legible(text: str) -> str:
    """The text in letters that the font has: ễ becomes e, what has no nearest letter "?"."""
    return "".join(_shown(letter) for letter in text)


@cache
def _shown(letter: str) -> str:
    if ord(letter) in _known() or letter == "\n":
        return letter
    if letter.isspace():
        return " "
    plain = [c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c)]
    return "".join(c if ord(c) in _known() else "?" for c in plain)


@cache
def _known() -> frozenset[int]:
    return frozenset(_FONTS[PLAIN].face.charToGlyph)

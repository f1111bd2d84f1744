"""What is printed: plain values in, the bytes of a PDF out.

A `Letter` is a list of blocks (headings, text, tables) under the center's name, with a window for
the address and a foot that counts its pages. It knows nothing of claims or clients: whoever writes
a statement, an appeal or a receipt puts its words into blocks. The same letter is the same bytes,
so that what was sent can be kept and compared.
"""

from carethread.paper.blocks import (
    Block,
    Box,
    Bullets,
    Column,
    Facts,
    Gap,
    Heading,
    PageBreak,
    SignatureLine,
    Table,
    Text,
    Together,
)
from carethread.paper.letter import Letter, Sender, bind, render

__all__ = [
    "Block",
    "Box",
    "Bullets",
    "Column",
    "Facts",
    "Gap",
    "Heading",
    "Letter",
    "PageBreak",
    "Sender",
    "SignatureLine",
    "Table",
    "Text",
    "Together",
    "bind",
    "render",
]

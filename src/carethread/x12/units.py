"""Bytes -> units of text, in flat memory.

A unit is the piece of a file that can be read on its own: an envelope segment (with the header
behind an ST), a claim, a hierarchical level, a provider adjustment. Cutting at units rather than
at segments keeps the work per segment down to one `split`.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import BinaryIO

from carethread.x12.delimiters import ISA_WRAPPED, Delimiters, from_isa
from carethread.x12.finding import Severity, Unreadable
from carethread.x12.guide import UNIT_STARTS

Note = Callable[[str, str, Severity], None]
Unit = tuple[str, int, int]
"""The text without its last terminator, and the bytes of the file that it came from."""

_BLOCK = 1 << 17
_LONGEST = 1 << 22
"""No claim comes near this many bytes; a unit that does is read in pieces."""
_STARTS = ("ISA", "GS", "ST", "SE", "GE", "IEA", "TA1", *UNIT_STARTS)
_ISA = re.compile("I[\r\n]*S[\r\n]*A")
_BEGUN = 6
"""So many characters may be the beginning of such a tag."""
_BLANK = " \r\n\t\x00\x1a\ufeffï»¿"
"""What may stand between interchanges: white space, and a byte-order mark as latin-1 shows it."""


@lru_cache(maxsize=64)
def _boundary(marks: Delimiters, is_plain: bool) -> re.Pattern[str]:
    """A terminator with a unit behind it, whose tag is the group of the match. In a file that was
    wrapped a line may break in a tag."""
    ends, element = re.escape(marks.segment), re.escape(marks.element)
    breaks = "" if is_plain else "".join(c for c in "\r\n" if c not in marks.all)
    tags = (f"[{breaks}]*".join([*tag, ""]) if breaks else tag for tag in _STARTS)
    return re.compile(rf"{ends}[^\S{ends}]*(?=({'|'.join(tags)}){element})")


class Units:
    """Finds the interchanges of a file and cuts each into units.

    Bytes are read as latin-1, one character each, so that offsets are bytes; a unit that is not
    ASCII is decoded again as UTF-8 where it can be (`proper`). `is_plain` says of the units at
    hand that nothing stands between their segments and all of it is ASCII.
    """

    def __init__(self, file: BinaryIO, note: Note) -> None:
        self.file, self.note = file, note
        self.text, self.offset, self.is_plain = "", 0, True

    def interchanges(self) -> Iterator[tuple[Delimiters, Iterator[Unit]]]:
        """Each interchange's delimiters and units; take the units before asking for the next.

        Raises Unreadable where the file has no interchange.
        """
        self._more()
        begins, found, self.fault = self.text[:20], False, "no ISA segment begins anywhere in it"
        while (marks := self._next_isa()) is not None:
            found = True
            yield marks, self._cut(marks)
        if not found:
            what = (
                f"the file begins with {begins!r}" if begins.strip(_BLANK) else "the file is empty"
            )
            raise Unreadable(f"no X12 interchange: {what}, and {self.fault}")

    def _more(self) -> bool:
        """Loads another block; False at the end of the file."""
        block = self.file.read(_BLOCK)
        self.text += block.decode("latin-1")
        return bool(block)

    def _drop(self, length: int) -> None:
        self.text = self.text[length:]
        self.offset += length

    def _next_isa(self) -> Delimiters | None:
        """Moves to the next ISA whose columns hold; None where there is no more."""
        marks, stray, more = None, False, True
        while marks is None and more:
            tag = _ISA.search(self.text)
            length = tag.start() if tag else max(0, len(self.text) - _BEGUN)
            stray = stray or bool(self.text[:length].strip(_BLANK))
            self._drop(length)
            if tag and (len(self.text) >= ISA_WRAPPED + 2 or not self._more()):
                marks = self._delimiters(len(tag[0]))
                stray = stray or marks is None
                self._drop(0 if marks else len(tag[0]))
            elif not tag:
                more = self._more()
        if stray or (marks is None and self.text.strip(_BLANK)):
            self.note("STRAY_TEXT", "text stands outside any interchange", Severity.WARNING)
        return marks

    def _delimiters(self, tag: int) -> Delimiters | None:
        """The delimiters of the ISA at hand, whose tag is so long, or None (and why, where it looks
        like one)."""
        try:
            return from_isa(self.text)
        except ValueError as error:
            why = str(error)
        mark = self.text[tag : tag + 3].strip()[:1]
        if mark and not mark.isalnum():
            self.fault = f"at byte {self.offset} {why}"
            self.note("ISA_BROKEN", f"no interchange can be read here: {why}", Severity.ERROR)
        return None

    def _cut(self, marks: Delimiters) -> Iterator[Unit]:
        """The units of the interchange at hand, through its IEA, the next ISA or the end."""
        terminator, scan, more, tag = marks.segment, 0, True, ""
        while more:
            start, self.is_plain = 0, _is_plain(self.text, terminator)
            for match in _boundary(marks, self.is_plain).finditer(self.text, scan):
                yield self._unit(start, match.start())
                start, tag = match.end(), "".join(match[1].split())
                if tag in ("ISA", "IEA"):
                    break
            self._drop(start)
            if tag == "ISA":
                return
            if tag == "IEA" and terminator in self.text:
                end = self.text.index(terminator)
                yield self._unit(0, end)
                self._drop(len(self.text) - len(self.text[end:].lstrip(terminator + _BLANK)))
                return
            if len(self.text) > _LONGEST:
                end = self.text.rfind(terminator) if terminator in self.text else len(self.text) - 1
                yield self._unit(0, end)
                self._drop(end + 1)
                tag = ""
            scan = max(0, self.text.rfind(terminator))
            more = self._more()
        yield from self._remainder(terminator)

    def _remainder(self, terminator: str) -> Iterator[Unit]:
        """What the file breaks off with."""
        text = self.text.rstrip(_BLANK.replace(terminator, ""))
        if text.strip(_BLANK + terminator):
            if not text.endswith(terminator):
                why = "the file ends in the middle of a segment"
                self.note("TRUNCATED", why, Severity.ERROR)
            yield self._unit(0, len(text.removesuffix(terminator)))
        self._drop(len(self.text))

    def _unit(self, start: int, end: int) -> Unit:
        return self.text[start:end], self.offset + start, self.offset + end + 1


def proper(text: str) -> str:
    """A unit's text as its sender meant it: UTF-8 where the bytes are, latin-1 where not."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return text


def _is_plain(text: str, terminator: str) -> bool:
    breaks = any(c in text for c in "\r\n" if c != terminator)
    gaps = terminator + " " in text or terminator * 2 in text or terminator not in text
    return text.isascii() and not breaks and not gaps


def tidy(text: str, marks: Delimiters) -> str:
    """A unit's text without line breaks, blanks between segments, and empty segments."""
    end, text = marks.segment, proper(text)
    for line_break in "\r\n":
        if line_break not in marks.all:
            text = text.replace(line_break, "")
    if any(gap in text for gap in (end * 2, end + " ", " " + end)) or text != text.strip(end + " "):
        text = end.join(filter(None, (part.strip(" ") for part in text.split(end))))
    return text

"""Our guides beside the maps of pyx12: the same segments in the same loops, as strict as they are.

pyx12's maps were made from the guides by others, so a slip of ours shows here.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from importlib.resources import files

import pytest

from carethread.x12.dictionary import segments
from carethread.x12.guide import Guide, Loop, Segment, parse_loop
from carethread.x12.guides import CODECS

MAPS = {
    "837P": "837.5010.X222.A1.xml",
    "837I": "837Q3.I.5010.X223.A1.xml",
    "835": "835.5010.X221.A1.v2.xml",
    "999": "999.5010X231.A1.xml",
    "277CA": "277.5010.X214.xml",
    "270": "270.4010.X092.A1.xml",
    "271": "271.4010.X092.A1.xml",
    "277": "277.5010.X212.xml",
}
ENVELOPE = {"ISA", "IEA", "GS", "GE", "ST", "SE", "TA1"}

LAXER = {
    # Payers leave the billing provider's STC out of the 277CA (both public samples do); reading
    # must not call that an error.
    ("277CA", "2200C", "STC", 0),
    ("277CA", "2200C", "STC", 4),
    # pyx12 has no 5010 map of 270 and 271; these are 4010's. In 5010 the receiver's PER is gone, a
    # city abroad needs no state, prefixes of names are gone, a birth sequence is sent only where
    # it tells twins apart, and III also describes an injury without a code.
    ("270", "2100B", "PER", 0),
    *(("270", "2100B", "N4", element) for element in (2, 3)),
    ("270", "2100C", "INS", 17),
    ("271", "2100C", "NM1", 6),
    *(("271", loop, "III", element) for loop in ("2115C", "2115D") for element in (1, 2)),
    # Its PRV names a provider's part alone where no number goes with it.
    *(
        (kind, loop, "PRV", element)
        for kind in ("270", "271")
        for loop in ("2100B", "2100C", "2100D", "2120C", "2120D")
        for element in (2, 3)
    ),
    # CTX is kept as it is; what it says is for people.
    *(("999", loop, "CTX", element) for loop in ("2100", "2110") for element in (0, 2, 3)),
}
"""What we ask for less strictly than pyx12, and why."""

Theirs = tuple[str, ET.Element, list[str]]
"""A loop's name, a segment of it, and such a segment's first elements."""


def text(node: ET.Element, name: str) -> str:
    child = node.find(name)
    return ((child.text or "") if child is not None else node.get(name) or "").strip()


def elements_of(segment: ET.Element) -> list[ET.Element]:
    return [e for e in segment if e.tag in ("element", "composite")]


def their_segments(node: ET.Element, loop: str = "") -> Iterator[Theirs]:
    for child in node:
        if child.tag == "loop":
            yield from their_segments(child, child.get("xid") or "")
        elif child.tag == "segment" and child.get("xid") not in ENVELOPE:
            for code in first_codes(child) or [""]:
                yield loop, child, begin(child, code)


def begin(segment: ET.Element, code: str) -> list[str]:
    tag = segment.get("xid") or ""
    if tag == "HL":
        return ["HL", "", "", codes(elements_of(segment)[2])[0]]
    return [tag, code]


def first_codes(segment: ET.Element) -> list[str]:
    first = elements_of(segment)[0]
    if first.tag == "composite":
        first = next(e for e in first if e.tag == "element")
    return codes(first)


def codes(element: ET.Element) -> list[str]:
    return [c.text or "" for c in element.iter("code")]


def our_segments(loop: Loop) -> Iterator[tuple[Loop, Segment]]:
    for part in loop.parts:
        if isinstance(part, Loop):
            yield from our_segments(part)
        else:
            yield loop, part


def placed(guide: Guide, loop: str, elements: list[str]) -> Segment | None:
    """Our segment of that kind: in the loop of that name, in one that begins alike, or in one
    that is named after its segment and shared (MIA)."""
    ours = [
        (where, s) for where, s in our_segments(guide.root) if s.matches(elements, component=":")
    ]
    exact = [s for where, s in ours if where.name.split(".")[0] in (loop, loop[:4])]
    names = (loop[:4], elements[0])
    alike = [s for where, s in ours if where.name[:4] in names or not loop[:1].isdigit()]
    return next(iter(exact + alike), None)


def compare(kind: str) -> Iterator[tuple[str, str, str, int, str]]:
    """Everything that pyx12 has and we have not, or that it requires and we do not."""
    guide = next(c.guide for c in CODECS if c.guide.kind == kind)
    root = ET.parse(str(files("pyx12") / "map" / MAPS[kind])).getroot()
    for loop, segment, first in their_segments(root):
        ours = placed(guide, loop, first)
        where = (kind, loop, first[0])
        if ours is None:
            yield (*where, 0, f"no place for {'*'.join(first)}")
            continue
        alone = len(first_codes(segment)) < 2
        if text(segment, "usage") == "R" and ours.usage != "R" and alone:
            yield (*where, 0, "required there, not here")
        for at, element in enumerate(elements_of(segment), 1):
            here = ours.elements[at - 1].usage
            if text(element, "usage") == "R" and here != "R":
                yield (*where, at, "required there, not here")
            if text(element, "usage") == "S" and here == "N":
                yield (*where, at, "used there, not here")


@pytest.mark.parametrize("kind", MAPS)
def test_our_guide_has_all_that_pyx12s_map_has_and_asks_no_less(kind: str) -> None:
    assert [d for d in compare(kind) if d[:4] not in LAXER] == []


@pytest.mark.parametrize("codec", CODECS, ids=lambda c: c.guide.kind)
def test_every_segment_of_a_guide_is_in_the_dictionary(codec: object) -> None:
    for _, segment in our_segments(codec.guide.root):  # type: ignore[attr-defined]
        assert len(segment.elements) == len(segments()[segment.tag])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "describes no loop"),
        ("[A R1]\n  QQ9 R1 !", "'QQ9'"),
        ("[A R1]\n  N3 R1 ! ! ! !", "more elements than the dictionary"),
        ("[A R1]\n  N3 R1 what?", "does not follow the notation"),
        ("[A R1]\n  use B", "'B'"),
        ("[A R1]\n  N3 R1 $B", "'B'"),
    ],
)
def test_a_slip_in_a_guide_is_told_with_its_place(text: str, words: str) -> None:
    with pytest.raises((ValueError, KeyError), match=words):
        parse_loop(text, {})

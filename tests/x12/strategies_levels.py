"""Sets of 276, 277 and 277CA with any levels, as their segments: several payers, receivers and
providers, some without claims, some with statuses and segments that have no field."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from hypothesis import strategies as st

from carethread.x12.delimiters import COMPONENT
from carethread.x12.reader import UnknownSet
from tests.x12.make import envelope, written

HEAD = {
    "276": "BHT*0010*13*ASK1*20260302*0930",
    "277": "BHT*0010*08*ANSWER1*20260302*0930*DG",
    "277CA": "BHT*0085*08*ANSWER1*20260302*0930*TH",
}
GUIDES = {"276": "005010X212", "277": "005010X212", "277CA": "005010X214"}
DEPTHS = {"20": 1, "21": 2, "19": 3, "22": 4, "PT": 4, "23": 5}
STATUS = "STC*A3:21*20260302"


@dataclass
class Level:
    """A level: its HL03, its segments behind HL, and the claims right in it."""

    code: str
    said: list[str]
    claims: list[list[str]] = field(default_factory=list)


@dataclass
class _Names:
    """Makes levels with names that are all different, or else few, so that many are alike."""

    draw: st.DrawFn
    kind: str
    are_unique: bool
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def times(self, least: int = 0) -> range:
        return range(self.draw(st.integers(least, 2)))

    def name(self, before: str, behind: str) -> str:
        who = next(self.numbers) if self.are_unique else self.draw(st.integers(1, 2))
        return f"{before}*N{who}{behind}{who}"

    def kept(self) -> list[str]:
        return self.draw(st.lists(st.integers(1, 3).map("REF*ZZ*{}".format), max_size=1))

    def said(self, trace: str) -> list[str]:
        if self.kind == "276" or not self.draw(st.booleans()):
            return []
        return [f"TRN*{trace}*T{self.draw(st.integers(1, 2))}", STATUS]

    def provider(self, role: str) -> list[str]:
        """Named once, or by a second number too."""
        name = self.name(f"NM1*{role}*2", "*****FI*D")
        return self.draw(st.sampled_from([[name], [name, f"NM1*{role}*2*SAME*****SV*7"]]))

    def level(self, code: str, *said: str) -> Level:
        return Level(code, [*said, *self.kept()])

    def patient(self, code: str, nm1: str) -> Level:
        is_asked, most = self.kind == "276", 1 if self.kind == "277CA" else 2
        first, behind = ("TRN*1*Q", []) if is_asked else ("TRN*2*Q", [STATUS])
        found = self.level(code, *(["DMG*D8*19900517*F"] if is_asked else []), nm1)
        for _ in range(self.draw(st.integers(0, most))):
            found.claims.append([f"{first}{next(self.numbers)}", *behind, *self.kept()])
        return found


@st.composite
def trees(draw: st.DrawFn, kind: str, are_unique: bool) -> list[Level]:
    """Levels in their order. The first payer has a receiver."""
    names = _Names(draw, kind, are_unique)
    make = _acknowledged if kind == "277CA" else _asked
    found: list[Level] = []
    for is_behind, _ in enumerate(names.times(1)):
        found += make(names, 0 if is_behind else 1)
    return found


def _asked(names: _Names, receivers: int) -> Iterator[Level]:
    """A payer of a 276 or 277, and all below."""
    yield names.level("20", names.name("NM1*PR*2", "*****PI*P"))
    for _ in names.times(receivers):
        yield names.level("21", names.name("NM1*41*2", "*****46*R"), *names.said("2"))
        for _ in names.times():
            yield names.level("19", *names.provider("1P"), *names.said("1"))
            for _ in names.times():
                yield names.patient("22", names.name("NM1*IL*1", "*****MI*M"))
                for _ in names.times():
                    yield names.patient("23", names.name("NM1*QC*1", "*B"))


def _acknowledged(names: _Names, receivers: int) -> Iterator[Level]:
    """A source of a 277CA, and all below."""
    dates = ("DTP*050*D8*20260301", "DTP*009*D8*20260302")
    yield names.level("20", names.name("NM1*PR*2", "*****PI*P"), "TRN*1*S", *dates)
    for _ in names.times(receivers):
        totals = ("TRN*2*B", STATUS, "QTY*90*3", "AMT*YY*12")
        yield names.level("21", names.name("NM1*41*2", "*****46*R"), *totals)
        for _ in names.times():
            yield names.level("19", *names.provider("85"), *names.said("1"))
            for _ in names.times():
                yield names.patient("PT", names.name("NM1*QC*1", "*****MI*M"))


def segments(kind: str, levels: list[Level]) -> list[str]:
    """From BHT on, the levels numbered."""
    found, open_ = [HEAD[kind]], {0: ""}
    for number, level in enumerate(levels, 1):
        depth = DEPTHS[level.code]
        open_[depth] = str(number)
        below = number < len(levels) and DEPTHS[levels[number].code] > depth
        child = "" if level.code in ("23", "PT") else "1" if below or depth == 1 else "0"
        found.append(f"HL*{number}*{open_[depth - 1]}*{level.code}*{child}".rstrip("*"))
        found += level.said
        found += [segment for claim in level.claims for segment in claim]
    return found


def file_of(kind: str, body: list[str]) -> bytes:
    """A file with that set, of which the writer of 276 and 277 knows nothing."""
    raw = tuple(tuple(segment.replace(":", COMPONENT).split("*")) for segment in body)
    return written(UnknownSet(envelope(GUIDES[kind]), kind[:3], raw))


def paths(body: list[str]) -> list[list[str]]:
    """The text of every branch, outermost level first: of each claim, and of each level without a
    claim on it or below. Found in the segments alone."""
    found: list[list[str]] = []
    above: dict[int, list[str]] = {}
    is_bare = False
    for segment in [*body[1:], "HL*0**20"]:
        tag, *rest = segment.split("*")
        if tag == "HL":
            depth = DEPTHS[rest[2]]
            if is_bare and depth <= max(above):
                found.append(["~".join(above[deep]) for deep in sorted(above)])
            above = {deep: said for deep, said in above.items() if deep < depth} | {depth: []}
            is_bare = True
        elif tag == "TRN" and max(above) > 3:
            found.append([*("~".join(above[deep]) for deep in sorted(above)), segment])
            is_bare = False
        elif is_bare:
            above[max(above)].append(segment)
        else:
            found[-1].append(segment)
    return found

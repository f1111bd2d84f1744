"""Claims under levels (HL) that say something themselves: 276, 277 and 277CA.

A claim names the parties above it, and most levels say no more than that: they are read into the
claims and written from them. A level of which there is more to say is a `Level` of the set besides:
one with a status or a kept segment, one without any claim, one that would be taken for such a one
before it. The set's first payer and receiver are fields of the set itself.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import zip_longest
from typing import Any, ClassVar

from carethread.x12.acknowledgment import Level
from carethread.x12.common import Envelope, Kept, Party
from carethread.x12.delimiters import Delimiters
from carethread.x12.guide import Loop
from carethread.x12.guides.assembly import Assembler, Levels, gather, scatter
from carethread.x12.rendering import NOBODY, Item, render


@dataclass(frozen=True)
class Tier:
    """The levels of one depth: their HL03, what they are called, their loop's object, and where it
    has what a `Level` says (`names`: a field of Level -> one of the object)."""

    code: str
    name: str
    shape: type[Any]
    loop: Loop
    names: dict[str, str]

    @cached_property
    def tag(self) -> str:
        return f"HL*{self.code}"

    @cached_property
    def holds_claims(self) -> bool:
        """It is a patient's, of whom the claims say all."""
        return any(f.name == "claims" for f in fields(self.shape))

    def level(self, value: Any, before: int) -> Level:
        """What such an object says. Fields that a Level does not have become kept segments."""
        said = {name: getattr(value, own) for name, own in self.names.items()}
        said["party"] = said["party"] or NOBODY
        level = Level(self.name, before=before, extra=value.extra, **said)
        if not self.beyond:
            return level
        kept = self._beyond(self.value(replace(level, extra=())), value)
        return replace(level, extra=(*kept, *value.extra))

    @cached_property
    def beyond(self) -> frozenset[str]:
        """The fields of its loop's object that a Level does not have."""
        names = {f.name for f in fields(self.shape)}
        return frozenset(names - {*self.names.values(), "extra", "claims"})

    def _beyond(self, known: Any, value: Any) -> tuple[Kept, ...]:
        """The segments of an object that what is known of it does not write."""
        written = [item.elements for item in render(self.loop, known)]
        beyond: list[Kept] = []
        for item in render(self.loop, replace(value, extra=())):
            if item.elements in written:
                written.remove(item.elements)
            else:
                beyond.append(Kept(tuple(item.elements)))
        return tuple(beyond)

    def items(self, value: Any) -> Iterator[Item]:
        """The segments of an object that a Level became, without those of fields that a Level does
        not have: what they said is in kept segments."""
        for item in render(self.loop, value):
            declared = item.segment.elements if item.segment and not item.verbatim else ()
            names = {element.field for element in declared} - {""}
            if not names or not names <= self.beyond:
                yield item

    def value(self, level: Level) -> Any:
        """The object that says so. Raises ValueError for what it has no place for."""
        nothing = Level(self.name, level.party, level.before, extra=level.extra)
        for f in fields(level):
            said = getattr(level, f.name)
            if f.name not in self.names and said != getattr(nothing, f.name):
                raise ValueError(f"levels: a {self.name} has no place for {f.name}: {said!r}")
        said = {own: getattr(level, name) for name, own in self.names.items()}
        return self.shape(**said, extra=level.extra)

    def says_more(self, level: Level) -> bool:
        """Whether there is more to it than the claims below say."""
        return not self.holds_claims and level != Level(level.level, level.party, level.before)

    def named(self, level: Level) -> Any:
        """What the claims below say of it, by which a level that is open is known again."""
        if not self.holds_claims:
            return level.party
        return level.party, level.birth_date, level.sex, level.extra


def tiers(root: Loop, *rows: tuple[str, str, type[Any], str]) -> tuple[Tier, ...]:
    """The levels of a guide, outermost first: the HL03 of each, what it is called, its loop's
    object, and where that has what a Level says."""
    found = []
    for letter, (code, name, shape, text) in zip("ABCDE", rows, strict=False):
        names = dict(pair.split("=") for pair in text.split())
        found.append(Tier(code, name, shape, root.find(f"2000{letter}"), names))
    return tuple(found)


def loops_of(root: Loop, levels: tuple[Tier, ...]) -> dict[str, Loop]:
    return {"BHT": root.find("HEADER")} | {tier.tag: tier.loop for tier in levels}


# -- reading ------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class _Open:
    """A level that is being read: its number among all, and whether it is one of the set's own
    fields, or has to be listed."""

    level: Level
    number: int
    is_first: bool
    is_listed: bool


class LevelAssembler(Assembler):
    """Hands each claim the parties above it, and lists the levels of which there is more to say."""

    tiers: ClassVar[tuple[Tier, ...]]
    blanks: ClassVar[dict[str, Any]]
    """The header and the levels that are the set's own fields, by tag, with nothing read."""
    unnamed: ClassVar[tuple[str, ...]] = ()
    """Levels whose party the claims do not name: all but the first are listed."""
    apart: ClassVar[bool] = False
    """Each claim has a patient's level of its own when it is written."""

    def __init__(self, envelope: Envelope, marks: Delimiters) -> None:
        super().__init__(envelope, marks)
        self.depths = {tier.tag: depth for depth, tier in enumerate(self.tiers)}
        self.first: dict[str, Any] = {}
        self.open: dict[int, _Open] = {}
        self.last: dict[int, _Open] = {}
        self.listed: list[_Open] = []
        self.opened = self.claims = 0

    def take(self, tag: str, value: Any) -> Iterable[Any]:
        if tag not in self.depths:
            self.first.setdefault(tag, value)
            return ()
        self._enter(tag, value)
        claims = list(self.claims_of(value)) if self.tiers[self.depths[tag]].holds_claims else []
        self.claims += len(claims)
        return claims

    def claims_of(self, value: Any, /) -> Iterator[Any]:
        """The claims of the level that is open, with the parties above them."""
        raise NotImplementedError

    def level(self, tag: str) -> Level | None:
        """The level of that kind that is open."""
        now = self.open.get(self.depths[tag])
        return now.level if now else None

    def party(self, tag: str) -> Party:
        """Whom it names."""
        level = self.level(tag)
        return level.party if level else NOBODY

    def other(self, tag: str) -> Party | None:
        """The same, where it is not the set's own."""
        own = getattr(self.first.get(tag, self.blanks[tag]), self.tier(tag).names["party"])
        now = self.party(tag)
        return now if now != (own or NOBODY) else None

    def tier(self, tag: str) -> Tier:
        return self.tiers[self.depths[tag]]

    def _enter(self, tag: str, value: Any) -> None:
        depth, tier = self.depths[tag], self.tier(tag)
        self._leave(depth)
        level, last = tier.level(value, self.claims), self.last.get(depth)
        is_first = (
            tag in self.blanks
            and tag not in self.first
            and all(above.is_first for above in self.open.values())
        )
        if is_first:
            self.first[tag] = value
        is_taken_for_last = (
            last is not None
            and last.is_listed
            and tier.named(last.level) == tier.named(level)
            and not (self.apart and tier.holds_claims)
        )
        is_unnamed = tag in self.unnamed and not is_first
        is_listed = tier.says_more(level) or is_taken_for_last or is_unnamed
        self.opened += 1
        self.open[depth] = _Open(level, self.opened, is_first, is_listed)

    def _leave(self, depth: int) -> None:
        """Closes the levels of this depth and below, which have all their claims."""
        left = self._complete(depth)
        more = [each for each in left if not each.is_first]
        self.listed += more
        for deep in [deep for deep in self.open if deep >= depth]:
            self.last[deep] = self.open.pop(deep)
            last = self.last[deep]
            last.is_listed = last in left or last.level.before == self.claims
        for above in self.open.values():
            above.is_listed |= any(each.level.before == above.level.before for each in more)

    def _complete(self, depth: int) -> list[_Open]:
        """Those of the open levels that are to be listed if there are no more claims: what says
        more, what has no claim, and what stands above such a level and has no claim before it."""
        found: list[_Open] = []
        for deep in sorted(self.open, reverse=True):
            each = self.open[deep]
            is_empty = each.level.before == self.claims
            leads = any(below.level.before == each.level.before for below in found)
            is_more = not each.is_first and (is_empty or leads)
            if deep >= depth and (each.is_listed or is_more):
                found.append(each)
        return found

    def known(self) -> dict[str, Any]:
        """The fields of the whole set, without its claims."""
        last = [each for each in self._complete(0) if not each.is_first]
        inside = sorted((*self.listed, *last), key=lambda each: each.number)
        known = gather(self.first, self.blanks) | {"levels": tuple(each.level for each in inside)}
        for tag in self.blanks:
            if tag in self.depths:
                name = self.tier(tag).names["party"]
                known[name] = known[name] or NOBODY
        return known


# -- writing ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Entry:
    """A level that is written, whether a `Level` said what it says, and the claims right in it."""

    depth: int
    value: Any
    is_level: bool
    claims: list[Any] = field(default_factory=list)


class _Tree:
    """The levels of a set in their order, entered one after the other."""

    def __init__(self, tiers: tuple[Tier, ...]) -> None:
        self.tiers, self.entries = tiers, list[_Entry]()
        self.depths = {tier.name: depth for depth, tier in enumerate(tiers)}
        self.open: dict[int, Any] = {}

    def enter(self, depth: int, named: Any, value: Any, is_level: bool = False) -> None:
        for above in range(depth):
            if above not in self.open:
                self.enter_level(Level(self.tiers[above].name, NOBODY))
        self.open = {deep: who for deep, who in self.open.items() if deep < depth}
        self.open[depth] = named
        self.entries.append(_Entry(depth, value, is_level))

    def enter_level(self, level: Level) -> None:
        if level.level not in self.depths:
            raise ValueError(f"levels: {level.level!r} is none of {', '.join(self.depths)}")
        depth = self.depths[level.level]
        tier = self.tiers[depth]
        self.enter(depth, tier.named(level), tier.value(level), True)

    def add(self, claim: Any, above: Iterable[Level], apart: bool) -> None:
        """A claim under these levels, of which those that are open are not entered again, and the
        last, its patient's, not where it is the latest; `apart`: always."""
        *higher, own = above
        for level in higher:
            if not self.is_open(level):
                self.enter_level(level)
        is_latest = bool(self.entries) and self.entries[-1].depth == self.depths[own.level]
        if apart or not is_latest or not self.is_open(own):
            self.enter_level(own)
        self.entries[-1].claims.append(claim)

    def is_open(self, level: Level) -> bool:
        depth = self.depths[level.level]
        return depth in self.open and bool(self.open[depth] == self.tiers[depth].named(level))

    def items(self) -> Iterator[Item]:
        numbers = Levels()
        for entry, after in zip_longest(self.entries, self.entries[1:]):
            tier, is_last = self.tiers[entry.depth], entry.depth == len(self.tiers) - 1
            has_below = entry.depth == 0 or (after is not None and after.depth > entry.depth)
            value = entry.value
            if entry.claims:
                value = replace(value, claims=tuple(entry.claims))
            items = tier.items(value) if entry.is_level else render(tier.loop, value)
            child = None if is_last else has_below
            yield from numbers.under(entry.depth + 1, tier.code, child, items)


Placed = tuple[list[Level], Any]
"""The levels that a claim stands under, outermost first, and the claim as it stands there."""


def compose_levels(
    whole: Any,
    assembler: type[LevelAssembler],
    place: Callable[[Any], Placed],
) -> Iterator[Item]:
    """The segments of a set between ST and SE. Raises ValueError for a level that the guide does
    not have."""
    tiers, tree = assembler.tiers, _Tree(assembler.tiers)
    parts = {tag: scatter(whole, tag, blank) for tag, blank in assembler.blanks.items()}
    yield from render(assembler.loops["BHT"], parts.pop("BHT"))
    for depth, tier in enumerate(tiers):
        if tier.tag in parts:
            value = parts[tier.tag]
            if depth < 2 or value != tier.value(Level(tier.name, NOBODY)):
                tree.enter(depth, getattr(value, tier.names["party"]) or NOBODY, value)
    waiting = list(reversed(whole.levels))
    for number, claim in enumerate(whole.claims):
        while waiting and waiting[-1].before <= number:
            tree.enter_level(waiting.pop())
        above, bare = place(claim)
        tree.add(bare, above, assembler.apart)
    while waiting:
        tree.enter_level(waiting.pop())
    yield from tree.items()

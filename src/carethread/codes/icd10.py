"""ICD-10-CM: does a code exist on a day, may it be billed, and which code is meant.

The codes come from the simple-icd-10-cm package, one release. Whether a code exists is asked of its
list alone, and what codes exclude of its tabular file; the rest is loaded where codes are searched
or described (about two seconds, 250 MB), so that work without a screen does not need it.
What changed in behavioral health over the years is in diagnoses.yaml. Everywhere
codes are written without a point ("F329"), as on the wire; `pointed` adds it for eyes.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from threading import Lock
from types import ModuleType

from defusedxml.ElementTree import parse

from carethread.codes.tables import listed, raw

_LOAD = Lock()
_FAR = 1000
_MANY = 3000  # a word that says so little is looked up in behavioral health alone
_WORD = re.compile(r"[a-z0-9]+")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_ONE_CODE = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{0,4})?-?")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A billable code (no point) with the code set's own description."""

    code: str
    description: str

    @property
    def pointed(self) -> str:
        """The code as people write it: F32.9."""
        return pointed(self.code)


@dataclass(frozen=True, slots=True)
class Added:
    """Codes under these prefixes exist since `starts`."""

    starts: date
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Closed:
    """Codes that were billable until `ends` and were divided further then."""

    ends: date
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Index:
    """The loaded code set: billable codes with descriptions (and sorted), headings; the codes a
    word leads to (and the words sorted); each code's names (description and synonyms) and all
    that is said of it, words after spaces."""

    billable: dict[str, str]
    codes: tuple[str, ...]
    headings: frozenset[str]
    words: tuple[str, ...]
    codes_by_word: dict[str, frozenset[str]]
    names: dict[str, tuple[str, ...]]
    texts: dict[str, str]


def bare(code: str) -> str:
    """The code as on the wire: upper case, no point, no spaces."""
    return code.replace(".", "").strip().upper()


def pointed(code: str) -> str:
    """The code as people write it: a point after the third character."""
    plain = bare(code)
    return f"{plain[:3]}.{plain[3:]}" if len(plain) > 3 else plain


def describe(code: str) -> str:
    """The code set's description, or an empty string for a code it does not have as billable."""
    return _index().billable.get(bare(code), "")


def exists(code: str, day: date) -> bool:
    """Whether there is such a code (billable or only a heading) on that day."""
    return is_billable(code, day) or _kind(bare(code)) == _HEADING


def is_billable(code: str, day: date) -> bool:
    """Whether the code may stand on a claim for a service of that day: it existed, and no more
    specific code below it did."""
    plain = bare(code)
    end = _closed().get(plain)
    if end is not None and day <= end:
        return _began(plain, end) <= day
    return _kind(plain) == _BILLABLE and _began(plain, date.max) <= day


_BILLABLE, _HEADING = "billable", "heading"


def _kind(code: str) -> str:
    """Whether the release has the code as billable or as a heading ("" for neither): what stands
    below a heading stands right behind it."""
    below = _release().get(code[:3], "")
    at = below.find(f"\n{code}\n")
    if at < 0:
        return ""
    return _HEADING if below.startswith(code, at + len(code) + 2) else _BILLABLE


@cache
def _release() -> dict[str, str]:
    """The package's own list of codes, one a line, by category: less than 2 MB, and all that
    checking a file needs of the code set."""
    codes = dict.fromkeys(
        _packaged("code-list*.txt").read_text().split()
    )  # some are sections of themselves
    categories = groupby((c for c in codes if len(c) > 2 and c.isalnum()), lambda c: c[:3])
    return {category: "\n".join(["", *below, ""]) for category, below in categories}


def _packaged(pattern: str) -> Path:
    """The one data file of the package that is called so."""
    spec = find_spec("simple_icd_10_cm")
    places = spec.submodule_search_locations if spec else None
    found = [path for place in places or () for path in Path(place).glob(f"data/{pattern}")]
    if len(found) != 1:
        raise RuntimeError(f"simple-icd-10-cm does not hold one {pattern}")
    return found[0]


def excluded(code: str, other: str) -> bool:
    """Whether the code set says that the two cannot be true together (an Excludes1 note)."""
    first, second = bare(code), bare(other)
    return _names(first, second) or _names(second, first)


def _names(code: str, other: str) -> bool:
    """Whether an Excludes1 note of the code or of a heading above it names the other."""
    notes = _excludes()
    above = (code[:length] for length in range(3, len(code) + 1))
    return any(other.startswith(p) for a in above for p in notes.get(a, ()))


def _excludes() -> dict[str, tuple[str, ...]]:
    with _LOAD:
        return _read_excludes()


@cache
def _read_excludes() -> dict[str, tuple[str, ...]]:
    """Code or heading -> the codes (and beginnings of codes) that its Excludes1 notes name."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in parse(_packaged("*tabular*.xml")).iter("diag"):
        notes = (note.text or "" for note in entry.iterfind("excludes1/note"))
        if prefixes := _prefixes(notes):
            found[bare(entry.findtext("name", ""))] = prefixes
    return found


def search(text: str, limit: int = 20) -> list[Diagnosis]:
    """Billable codes for a search box, best first; none before the second character.

    By code ("f32", "F32.1"), by words of the description or of its synonyms in any order and
    incomplete ("depr rec mod"), by abbreviation ("ptsd"). Behavioral-health codes come first.
    """
    plain, asked = bare(text), _WORD.findall(text.lower())
    if len(plain) < 2 or len(max(asked, key=len, default="")) < 2:
        return []
    index = _index()
    found = set(_under(plain, index)) or _meant(asked, index)
    if len(found) > _MANY:
        found = {c for c in found if c[0] in "FZ"} or found
    favored = tuple(p for word in asked for p in _meant_first(word))
    best = sorted(found, key=lambda c: _rank(c, plain, asked, favored, index))[:limit]
    return [Diagnosis(c, index.billable[c]) for c in best]


def _meant(asked: list[str], index: _Index) -> set[str]:
    """Codes that every typed word may mean. The longest word leads to codes, the others (down
    to a single letter) only sift them."""
    longest, *others = sorted(asked, key=len, reverse=True)
    found = _meaning(longest, index)
    for word in others:
        if word in _abbreviations():
            found &= _meaning(word, index)
        else:
            found = {c for c in found if f" {word}" in index.texts[c]}
    return found


def _under(prefix: str, index: _Index) -> Iterator[str]:
    """Billable codes that begin so."""
    place = bisect_left(index.codes, prefix)
    while place < len(index.codes) and index.codes[place].startswith(prefix):
        yield index.codes[place]
        place += 1


def _meaning(word: str, index: _Index) -> set[str]:
    """Codes that a typed word may mean: an abbreviation's, or those with a word that begins so."""
    if word in _abbreviations():
        return {c for prefix in _abbreviations()[word] for c in _under(prefix, index)}
    found: set[str] = set()
    place = bisect_left(index.words, word)
    while place < len(index.words) and index.words[place].startswith(word):
        found |= index.codes_by_word[index.words[place]]
        place += 1
    return found


def _rank(
    code: str, plain: str, asked: list[str], favored: tuple[str, ...], index: _Index
) -> tuple[int, int, int, int, int, str]:
    """Lower is better: the very code or codes below it, what is most often meant, behavioral
    health, the name that says least besides what was typed, a short description."""
    if code.startswith(plain):
        return (0, 0, 0, 0, 0, code)
    favorite = next((i for i, p in enumerate(favored) if code.startswith(p)), len(favored))
    chapter = "FZ".find(code[0]) if code[0] in "FZ" else 2
    description, *synonyms = index.names[code]
    spare = min(2 * _spare(description, asked), *(2 * _spare(s, asked) + 1 for s in synonyms), _FAR)
    return (1, favorite, chapter, spare, index.billable[code].count(" "), code)


def _spare(name: str, asked: list[str]) -> int:
    """How many words a name has besides those typed; many where it lacks one of them."""
    if all(f" {word}" in name for word in asked):
        return name.count(" ") - len(asked)
    return _FAR


def _meant_first(word: str) -> tuple[str, ...]:
    return _abbreviations().get(word) or _favorites().get(word, ())


@cache
def _abbreviations() -> dict[str, tuple[str, ...]]:
    return {str(k): tuple(v) for k, v in raw("diagnoses")["abbreviations"].items()}


@cache
def _favorites() -> dict[str, tuple[str, ...]]:
    return {str(k): tuple(v) for k, v in raw("diagnoses")["favorites"].items()}


@cache
def _added() -> tuple[Added, ...]:
    return listed("diagnoses", "added", Added)


@cache
def _closed() -> dict[str, date]:
    return {code: c.ends for c in listed("diagnoses", "closed", Closed) for code in c.codes}


@cache
def _began(code: str, before: date) -> date:
    """The day the code began, as far as it concerns a code that was closed on `before`."""
    starts = (a.starts for a in _added() if a.starts <= before and code.startswith(a.prefixes))
    return max(starts, default=date.min)


def _index() -> _Index:
    with _LOAD:  # two threads that come first together load once
        return _load()


@cache
def _load() -> _Index:
    import simple_icd_10_cm as book  # two seconds and much memory: on first use

    billable: dict[str, str] = {}
    headings: set[str] = set()
    names: dict[str, tuple[str, ...]] = {}
    texts: dict[str, str] = {}
    for code in book.get_all_codes():
        if not book.is_category_or_subcategory(code):
            continue
        plain = bare(code)
        if not book.is_leaf(code):
            headings.add(plain)
            continue
        billable[plain] = book.get_description(code)
        own = (billable[plain], *book.get_inclusion_term(code))
        names[plain] = tuple(dict.fromkeys(_spaced(name) for name in own))
        texts[plain] = "".join((*names[plain], *map(_spaced, _terms_above(book, code))))
    words = _words(texts)
    return _Index(
        billable=billable,
        codes=tuple(sorted(billable)),
        headings=frozenset(headings),
        words=tuple(sorted(words)),
        codes_by_word=words,
        names=names,
        texts=texts,
    )


def _spaced(name: str) -> str:
    """The name's words in small letters, a space before each and after the last."""
    return f" {' '.join(_WORD.findall(name.lower()))} "


def _terms_above(book: ModuleType, code: str) -> Iterator[str]:
    """Synonyms of the headings above the code, which hold for it too."""
    for heading in book.get_ancestors(code):
        if book.is_category_or_subcategory(heading):
            yield from book.get_inclusion_term(heading)


def _prefixes(notes: Iterable[str]) -> tuple[str, ...]:
    """The codes that Excludes1 notes name in brackets: "alcohol abuse (F10.1-)" -> F101.

    Ranges ("F20-F29") and remarks about single characters are left out: they need judgment.
    """
    named = (part for note in notes for part in _BRACKETS.findall(note))
    codes = (code.strip() for part in named for code in part.split(","))
    return tuple(bare(c.rstrip("-")).rstrip(".") for c in codes if _ONE_CODE.fullmatch(c))


def _words(texts: dict[str, str]) -> dict[str, frozenset[str]]:
    """Word -> the codes of which it is said."""
    found: dict[str, set[str]] = {}
    for code, text in texts.items():
        for word in text.split():
            found.setdefault(word, set()).add(code)
    return {word: frozenset(codes) for word, codes in found.items()}

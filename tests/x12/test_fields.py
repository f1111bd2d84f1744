"""No field of a transaction is left out of its JSON, and no key of the JSON out of the page."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from carethread.x12.acknowledgment import ClaimAck, FunctionalAck, InterchangeAck
from carethread.x12.benefits import Answer
from carethread.x12.claim import ClaimFile
from carethread.x12.common import Envelope
from carethread.x12.eligibility import EligibilityInquiry, EligibilityResponse
from carethread.x12.reader import Group, Interchange, UnknownSet
from carethread.x12.remittance import Remittance
from carethread.x12.review import Review
from carethread.x12.status import StatusRequest, StatusResponse
from carethread.x12.views import VIEWS
from carethread.x12.views import envelope as heads
from carethread.x12.views.eligibility import ANSWER
from carethread.x12.views.kinds import dollars
from tests.x12.full import Filler

PAGE = Path(__file__).parents[2] / "docs/x12.md"

TYPES: dict[str, type[Any]] = {
    "837P, 837I": ClaimFile,
    "835": Remittance,
    "270": EligibilityInquiry,
    "271": EligibilityResponse,
    "276": StatusRequest,
    "277": StatusResponse,
    "277CA": ClaimAck,
    "278": Review,
    "999": FunctionalAck,
    "TA1": InterchangeAck,
}
"""By the name under which the page speaks of each."""

NOT_SHOWN = {
    "270": {
        "Member.benefits": "only an answer has them",
        "Member.rejections": "only an answer has them",
    },
    "271": {"Member.inquiries": "only a question has them"},
    "276": {
        "Level.statuses": "only an answer has them",
        "Level.trace": "only an answer has it",
        "StatusClaim.statuses": "only an answer has them",
        "StatusClaim.voucher": "only an answer has it",
        "StatusLine.paid": "only an answer has it",
        "StatusLine.statuses": "only an answer has them",
    },
    "277": {
        "Level.birth_date": "only a question has it",
        "Level.sex": "only a question has it",
        "StatusClaim.charge": "an answer has it in each status",
        "StatusClaim.location": "only a question has it",
        "StatusClaim.group_number": "only a question has it",
    },
    "277CA": {
        "Level.birth_date": "only a 276 has it",
        "Level.sex": "only a 276 has it",
    },
}
"""Fields that a type has for another transaction's sake. The writer refuses them or has no segment
for them."""

NOT_OF_A_SET = {
    "Interchange.version": "what is written is 00501; another is a finding",
    "Interchange.position": "that of the set stands for it",
    "Interchange.begin": "a place in the file's bytes",
    "Group.included": "counted anew",
    "Group.received": "counted anew",
    "Group.position": "that of the set stands for it",
}
"""Fields of the envelopes that the JSON of a set does not have."""

AS_WELL = {"271": ("270",), "277": ("276", "277CA")}
"""What the page says of one transaction by saying "the same" as of others."""


def test_the_list_of_transactions_is_whole() -> None:
    assert {*TYPES.values(), UnknownSet} == set(VIEWS)


@pytest.mark.parametrize("kind", TYPES)
def test_every_field_is_in_the_json_or_listed_with_its_reason(kind: str) -> None:
    whole = Filler().fill(TYPES[kind])
    shown = set(_words(VIEWS[TYPES[kind]].show(whole)))
    hidden = set(_hidden(whole, shown)) - {f"{TYPES[kind].__name__}.envelope"}
    assert hidden == set(NOT_SHOWN.get(kind, {}))


@pytest.mark.parametrize("kind", TYPES)
def test_every_field_that_is_shown_can_be_read_back(kind: str) -> None:
    view = VIEWS[TYPES[kind]]
    whole = Filler().fill(TYPES[kind])
    shown = view.show(whole)
    assert view.show(view.read(shown, envelope=whole.envelope)) == shown


def test_every_field_of_the_envelopes_is_in_the_json_or_listed_with_its_reason() -> None:
    filler = Filler()
    isa, group, envelope = (filler.fill(each) for each in (Interchange, Group, Envelope))
    shown = set(_words(heads.VIEW.show(heads.head_of(envelope, isa, group))))
    known = {"sender", "receiver", "control", "usage", "guide", "interchange"}
    known |= {"sender_qualifier", "receiver_qualifier"}
    hidden = {
        name
        for part in (isa, group, envelope)
        for name in _hidden(part, shown)
        if part is envelope or name.split(".")[1] not in known
    }
    assert hidden == set(NOT_OF_A_SET)


@pytest.mark.parametrize("kind", TYPES)
def test_every_key_is_on_the_page_where_its_transaction_is_described(kind: str) -> None:
    keys = set(_keys(VIEWS[TYPES[kind]].show(Filler().fill(TYPES[kind]))))
    said = _described()
    there = " ".join(said[name] for name in ("", kind, *AS_WELL.get(kind, ())))
    assert keys - set(re.findall(r"`(\w+)`", there)) == set()


def test_what_is_gathered_from_a_271_is_whole_and_on_the_page() -> None:
    answer = Filler().fill(Answer)
    shown = ANSWER.show(answer)
    assert set(_hidden(answer, set(_words(shown)))) == set()
    there = _described()[""] + _described()["270"] + _described()["271"]
    assert set(_keys(shown)) - set(re.findall(r"`(\w+)`", there)) == set()


def test_every_key_of_the_envelopes_is_on_the_page() -> None:
    filler = Filler()
    isa, group, envelope = (filler.fill(each) for each in (Interchange, Group, Envelope))
    keys = set(_keys(heads.VIEW.show(heads.head_of(envelope, isa, group))))
    assert keys - set(re.findall(r"`(\w+)`", _described()[""])) == set()


def _described() -> dict[str, str]:
    """What the page says of the JSON, by transaction; under "" what it says of all."""
    page = PAGE.read_text()
    chapter = page[page.index("\n## JSON\n") : page.index("\n## How the JSON")]
    first, *rest = re.split(r"^### ", chapter, flags=re.MULTILINE)
    return {"": first} | {
        title.strip(): text for title, _, text in (r.partition("\n") for r in rest)
    }


def _hidden(value: Any, shown: set[str]) -> Iterator[str]:
    """The fields of which nothing is shown, outermost."""
    for field in fields(value):
        part = getattr(value, field.name)
        leaves = list(_leaves(part))
        if leaves and not any(_texts(leaf) & shown for leaf in leaves):
            yield f"{type(value).__name__}.{field.name}"
        else:
            for each in part if isinstance(part, tuple) else (part,):
                if is_dataclass(each):
                    yield from _hidden(each, shown)


def _leaves(value: Any) -> Iterator[Any]:
    """All that it holds but yes and no, of which one looks like another."""
    if is_dataclass(value):
        for field in fields(value):
            yield from _leaves(getattr(value, field.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from _leaves(each)
    elif not isinstance(value, bool):
        yield value


def _texts(leaf: Any) -> set[str]:
    """How a value may look in JSON."""
    match leaf:
        case str() | Decimal():
            return {str(leaf)}
        case int():
            return {str(leaf), dollars(leaf)}
        case date():
            return {leaf.isoformat()}
    raise TypeError(leaf)


def _words(shown: Any) -> Iterator[str]:
    match shown:
        case dict():
            for each in shown.values():
                yield from _words(each)
        case list():
            for each in shown:
                yield from _words(each)
        case _:
            yield str(shown)


def _keys(shown: Any) -> Iterator[str]:
    match shown:
        case dict():
            for key, each in shown.items():
                yield key
                yield from _keys(each)
        case list():
            for each in shown:
                yield from _keys(each)

"""The packaged tables load, name their sources, and a wrong one says where."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

import pytest

from carethread.codes import adjustments, credentials, edits, modifiers, services
from carethread.codes.catalogue import packaged
from carethread.codes.npi import is_taxonomy
from carethread.codes.tables import TableError, build, keyed, listed, on, raw, sources


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Part:
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    starts: date
    count: int = 0
    colour: Colour | None = None
    parts: tuple[Part, ...] = ()
    ends: date | None = None


GOOD = {"name": "x", "starts": date(2026, 1, 1)}


def test_a_mapping_becomes_a_typed_value() -> None:
    told = {**GOOD, "count": 2, "colour": "red", "parts": [{"name": "a"}]}
    assert build(Entry, told, "t") == Entry("x", date(2026, 1, 1), 2, Colour.RED, (Part("a"),))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cuont": 2}, "t: no such field as 'cuont'; there are name, starts"),
        ({"count": "2"}, "t: count: '2' is not of type int"),
        ({"count": True}, "t: count: True is not of type int"),
        ({"starts": "soon"}, "t: starts: 'soon' is not of type date"),
        ({"colour": "blue"}, "t: colour: 'blue' is none of red"),
        ({"parts": {"name": "a"}}, "t: parts must be a list"),
        ({"parts": [{}]}, r"t: parts\[0\]: 'name' is missing"),
        ({"parts": ["a"]}, r"t: parts\[0\] must be a mapping with the fields of Part"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_place(change: dict[str, object], message: str) -> None:
    with pytest.raises(TableError, match=message):
        build(Entry, {**GOOD, **change}, "t")


def test_an_entry_that_lacks_a_field_is_refused() -> None:
    with pytest.raises(TableError, match="t: 'starts' is missing"):
        build(Entry, {"name": "x"}, "t")


def test_a_section_that_is_not_there_is_refused() -> None:
    with pytest.raises(TableError, match="modifiers must be a mapping"):
        keyed("modifiers", "modifiers", Entry)
    with pytest.raises(TableError, match="nothing must be a list"):
        listed("modifiers", "nothing", Entry)


def test_of_two_entries_that_hold_the_later_one_does() -> None:
    early, late = Entry("a", date(2025, 1, 1)), Entry("b", date(2026, 1, 1))
    over = Entry("c", date(2024, 1, 1), ends=date(2024, 12, 31))
    every = (late, early, over)
    assert on(every, date(2026, 1, 1)) == late
    assert on(every, date(2025, 12, 31)) == early
    assert on(every, date(2024, 12, 31)) == over
    assert on(every, date(2023, 12, 31)) is None


def test_every_table_names_its_source() -> None:
    told = sources()
    assert {"services", "carc", "rarc", "clocks", "edits"} <= {s.name for s in told}
    assert all(len(s.source) > 20 for s in told)


def test_every_typed_table_loads() -> None:
    assert services.services()
    assert services.add_ons()
    assert credentials.credentials()
    assert adjustments.reasons()
    assert adjustments.remarks()
    assert adjustments.provider_reasons()
    assert edits.pair_edits()
    assert edits.separating_modifiers()
    assert modifiers.default_rules()
    assert raw("clocks")["filing"]


def test_the_minutes_of_a_service_leave_no_gap_and_do_not_overlap() -> None:
    for kind, service in services.services().items():
        for coding in service.codings:
            bands = sorted((n for n in coding.lines if n.minimum), key=lambda n: n.minimum)
            for lower, higher in pairwise(bands):
                assert lower.maximum is not None, kind
                assert lower.maximum + 1 == higher.minimum, kind


def test_codings_of_one_service_do_not_overlap_in_time() -> None:
    for service in services.services().values():
        for coding in service.codings:
            assert on(service.codings, coding.starts) == coding


def test_an_add_on_names_bases_that_exist_in_the_catalogue() -> None:
    known = set(packaged().uses) | {a.code for a in services.add_ons()}
    for add_on in services.add_ons():
        assert set(add_on.bases) <= known


def test_remarks_stand_beside_reasons_that_exist() -> None:
    for remark in adjustments.remarks().values():
        assert set(remark.beside) <= set(adjustments.reasons())


def test_what_a_contract_takes_is_a_short_list() -> None:
    given_up = {code for code, r in adjustments.reasons().items() if r.contractual}
    assert given_up == {"42", "45", "131", "144", "223", "237", "253", "A2"}


def test_every_credential_has_a_taxonomy_of_the_right_shape() -> None:
    assert all(is_taxonomy(c.taxonomy) for c in credentials.credentials().values())

"""What is read in straight lines is what the tables read."""

from collections.abc import Callable, Iterator
from random import Random

import pytest

from carethread.x12 import shapes
from carethread.x12.finding import Unreadable
from carethread.x12.guides import assembly
from carethread.x12.reader import read
from carethread.x12.shapes import Shapes, Straight
from tests.x12 import fuzz, make

Read = Callable[[bytes], tuple[object, ...]]


@pytest.fixture(autouse=True)
def fresh_readers() -> Iterator[None]:
    assembly._reader.cache_clear()
    yield
    assembly._reader.cache_clear()


def said(data: bytes) -> tuple[object, ...]:
    try:
        document = read(data)
    except Unreadable as problem:
        return (str(problem),)
    return document.transactions, document.findings, document.spans


def by_tables(files: list[bytes], monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    monkeypatch.setattr(shapes, "OFTEN", 1 << 30)
    return [said(data) for data in files]


def in_straight_lines(
    files: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> list[tuple[object, ...]]:
    """Every shape has its function the second time that it comes by."""
    assembly._reader.cache_clear()
    monkeypatch.setattr(shapes, "OFTEN", 1)
    for data in files:
        said(data)
    return [said(data) for data in files]


def functions() -> list[Straight]:
    """All that have been made."""
    return [straight for each in made for alike in each.straight.values() for straight in alike]


made: list[Shapes] = []


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    made.clear()
    begin = Shapes.__init__

    def watch(self: Shapes, reader: object) -> None:
        begin(self, reader)  # type: ignore[arg-type]
        made.append(self)

    monkeypatch.setattr(Shapes, "__init__", watch)


def test_clean_files_and_samples_say_the_same_either_way(
    monkeypatch: pytest.MonkeyPatch, watched: None
) -> None:
    files = fuzz.clean_files()
    expected = by_tables(files, monkeypatch)
    assert in_straight_lines(files, monkeypatch) == expected
    assert len(functions()) >= 60  # of our own files; more where the samples are


def test_damaged_files_say_the_same_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions made of the clean files meet the damaged ones, whose shapes are often the same."""
    clean, random = fuzz.clean_files()[:11], Random(7)
    files = clean + [fuzz.mutate(random.choice(clean), clean, random) for _ in range(400)]
    expected = by_tables(files, monkeypatch)
    assert in_straight_lines(files, monkeypatch) == expected


def test_a_value_that_no_field_takes_is_found_in_a_shape_that_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clean = make.written(make.remittance())
    wrong = clean.replace(b"CAS*CO*45*30", b"CAS*CO*45*3O")
    assert wrong != clean
    (_, findings, _) = in_straight_lines([clean, wrong], monkeypatch)[1]
    assert [f.id for f in findings] == ["BAD_VALUE"]  # type: ignore[attr-defined]


def test_the_number_of_shapes_that_are_remembered_is_bounded(
    monkeypatch: pytest.MonkeyPatch, watched: None
) -> None:
    monkeypatch.setattr(shapes, "_MOST_SHAPES", 8)
    monkeypatch.setattr(shapes, "_MOST_MADE", 3)
    monkeypatch.setattr(shapes, "OFTEN", 1)
    line = b"AMT*B6*1~"
    clean = make.written(make.remittance())
    for n in range(30):
        said(clean.replace(b"AMT*B6*120~", line * (n + 1)))
    assert all(len(each.met) <= 8 for each in made)
    assert len(functions()) <= 3 * len(made)


def test_a_segment_that_ends_elsewhere_is_another_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many segments and as many elements, cut in another place."""
    clean = make.written(make.remittance())
    moved = clean.replace(b"REF*6R*L1~AMT*B6*120~", b"REF*6R~L1*AMT*B6*120~")
    assert moved != clean
    expected = by_tables([moved], monkeypatch)
    assert in_straight_lines([clean, moved], monkeypatch)[1:] == expected

"""Clean claims of each kind raise nothing; one fault at a time, every rule finds its own."""

from functools import cache

import pytest

from carethread.rules.finding import Finding
from carethread.rules.scrub import ALL, scrub
from tests.rules.scrub import planted, planted_leave
from tests.rules.scrub.cases import is_sentence
from tests.rules.scrub.kinds import KINDS, Kind
from tests.rules.scrub.planted import Plant

PLANTS = (*planted.PLANTS, *planted_leave.PLANTS)
NEAR = (*planted.NEAR, *planted_leave.NEAR)
EACH = [(plant, kind) for plant in PLANTS for kind in plant.kinds]


def _name(plant: Plant, kind: Kind) -> str:
    return f"{plant.rule}: {plant.sentence}, {kind.name}"


def _findings(plant: Plant, kind: Kind) -> tuple[Finding, ...]:
    return scrub(*plant.plant(kind.claim, kind.context))


@cache
def _raised() -> dict[str, tuple[Finding, ...]]:
    """What each planted fault raises, by its name; scrubbed once for all tests."""
    raised = {_name(plant, kind): _findings(plant, kind) for plant, kind in EACH}
    assert len(raised) == len(EACH), "two faults share a name"
    return raised


def _is_found(plant: Plant, kind: Kind) -> bool:
    return plant.rule in {f.rule for f in _raised()[_name(plant, kind)]}


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
def test_a_clean_claim_raises_nothing(kind: Kind) -> None:
    assert [(f.rule, f.message) for f in scrub(kind.claim, kind.context)] == []


def test_each_planted_fault_is_found_under_its_rule() -> None:
    missed = [_name(plant, kind) for plant, kind in EACH if not _is_found(plant, kind)]
    assert missed == []


def test_the_nearest_thing_that_is_no_fault_raises_nothing() -> None:
    near = [(plant, kind) for plant in NEAR for kind in plant.kinds]
    raised = {_name(plant, kind): _findings(plant, kind) for plant, kind in near}
    assert {name: findings for name, findings in raised.items() if findings} == {}


def test_a_finding_is_a_sentence_with_its_values() -> None:
    messages = [(name, f.message) for name, findings in _raised().items() for f in findings]
    assert [(name, message) for name, message in messages if not is_sentence(message)] == []


def test_every_rule_has_its_fault_planted_and_all_are_found(capsys: object) -> None:
    found = [plant for plant, kind in EACH if _is_found(plant, kind)]
    clean = sum(len(scrub(k.claim, k.context)) for k in KINDS)
    with capsys.disabled():  # type: ignore[attr-defined]
        print(
            f"\nT2: {len(ALL)} rules, {len(EACH)} faults planted in {len(KINDS)} kinds of "
            f"claims, {len(found)} found; {clean} findings on clean claims"
        )
    assert {p.rule for p in PLANTS} == {r.id for r in ALL}
    assert len(found) == len(EACH)
    assert clean == 0

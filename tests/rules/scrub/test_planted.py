"""Clean claims of each kind raise nothing; one fault at a time, every rule finds its own."""

import pytest

from carethread.rules.scrub import ALL, scrub
from tests.rules.scrub.kinds import KINDS, Kind
from tests.rules.scrub.planted import NEAR, PLANTS, Plant


def _each(plants: tuple[Plant, ...]) -> list[object]:
    found = []
    for plant in plants:
        for kind in plant.kinds:
            name = f"{plant.rule}: {plant.sentence}, {kind.name}"
            found.append(pytest.param(plant, kind, id=name))
    return found


def _found(plant: Plant, kind: Kind) -> set[str]:
    return {f.rule for f in scrub(*plant.plant(kind.claim, kind.context))}


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
def test_a_clean_claim_raises_nothing(kind: Kind) -> None:
    assert [(f.rule, f.message) for f in scrub(kind.claim, kind.context)] == []


@pytest.mark.parametrize(("plant", "kind"), _each(PLANTS))
def test_the_planted_fault_is_found_under_its_rule(plant: Plant, kind: Kind) -> None:
    assert plant.rule in _found(plant, kind)


@pytest.mark.parametrize(("plant", "kind"), _each(NEAR))
def test_the_nearest_thing_that_is_no_fault_raises_nothing(plant: Plant, kind: Kind) -> None:
    assert [(f.rule, f.message) for f in scrub(*plant.plant(kind.claim, kind.context))] == []


@pytest.mark.parametrize(("plant", "kind"), _each(PLANTS))
def test_a_finding_is_a_sentence_with_its_values(plant: Plant, kind: Kind) -> None:
    for finding in scrub(*plant.plant(kind.claim, kind.context)):
        assert finding.message[0].isupper() or finding.message[0].isdigit()
        assert finding.message.endswith(".")
        assert "None" not in finding.message
        assert "{" not in finding.message


def test_every_rule_has_its_fault_planted_and_all_are_found(capsys: object) -> None:
    planted = [(p, k) for p in PLANTS for k in p.kinds]
    found = [p for p, k in planted if p.rule in _found(p, k)]
    clean = sum(len(scrub(k.claim, k.context)) for k in KINDS)
    with capsys.disabled():  # type: ignore[attr-defined]
        print(
            f"\nT2: {len(ALL)} rules, {len(planted)} faults planted in {len(KINDS)} kinds of "
            f"claims, {len(found)} found; {clean} findings on clean claims"
        )
    assert {p.rule for p in PLANTS} == {r.id for r in ALL}
    assert len(found) == len(planted)
    assert clean == 0

"""Which authorization a service is billed under, how it burns down, what is warned of."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carethread.rules import authorize
from carethread.rules.authorize import ACTIONS, MOVES, Short, burn_down, choose, needed
from carethread.rules.facts import (
    AuthorizationFacts,
    AuthorizedService,
    Cap,
    Provider,
    TakenUnits,
)

TODAY = date(2026, 3, 2)  # a Monday
KNOWN = AuthorizationFacts(
    date(2026, 1, 1), date(2026, 6, 30), id=1, number="A1", codes=("90837",), remaining=8
)
HOUR = AuthorizedService(TODAY, "90837", 1, "OP", "Main", "1000000004")


def test_of_two_that_cover_a_service_the_first_to_end_is_used_up_first() -> None:
    later = replace(KNOWN, id=2, ends=date(2026, 12, 31))
    assert choose([later, KNOWN], lambda _: HOUR) is KNOWN


def test_one_without_units_gives_way_to_the_next() -> None:
    spent, later = replace(KNOWN, remaining=0), replace(KNOWN, id=2, ends=date(2026, 12, 31))
    assert choose([spent, later], lambda _: HOUR) is later


def test_where_none_covers_it_the_nearest_is_named() -> None:
    lapsed, pended = replace(KNOWN, ends=date(2026, 3, 1)), replace(KNOWN, id=2, state="pended")
    assert choose([pended, lapsed], lambda _: HOUR) is lapsed


def test_one_for_other_codes_is_none() -> None:
    assert choose([replace(KNOWN, codes=("90834",))], lambda _: HOUR) is None


@pytest.mark.parametrize(
    ("changes", "short"),
    [
        ({"state": "denied"}, Short.STATE),
        ({"level_of_care": "IOP"}, Short.SCOPE),
        ({"ends": date(2026, 3, 1)}, Short.DATES),
        ({"starts": date(2026, 3, 3)}, Short.DATES),
        ({"facility": "Elsewhere"}, Short.PROVIDER),
        ({"rendering": Provider("1000000012", "Vance")}, Short.PROVIDER),
        ({"remaining": 0}, Short.UNITS),
        ({"caps": (Cap("week", 1),), "taken": (TakenUnits(date(2026, 3, 8), 1),)}, Short.CAP),
        ({"caps": (Cap("day", 0),)}, Short.CAP),
    ],
)
def test_each_limit_is_told_by_its_name(changes: dict[str, object], short: Short) -> None:
    known = replace(KNOWN, **changes)  # type: ignore[arg-type]
    assert authorize.shortfalls(known, HOUR) == (short,)


@pytest.mark.parametrize(
    "changes",
    [
        {"level_of_care": "OP"}, {"ends": TODAY}, {"starts": TODAY}, {"facility": "Main"},
        {"rendering": Provider("1000000004", "Notes")}, {"remaining": 1}, {"remaining": None},
        {"caps": (Cap("week", 1),), "taken": (TakenUnits(date(2026, 3, 9), 1),)},
        {"caps": (Cap("month", 2),), "taken": (TakenUnits(date(2026, 2, 28), 9),)},
        {"state": "expired"}, {"state": "exhausted"},
    ],
)  # fmt: skip
def test_right_at_a_limit_is_within_it(changes: dict[str, object]) -> None:
    assert authorize.shortfalls(replace(KNOWN, **changes), HOUR) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "slot", "units", "minutes", "takes"),
    [
        ("units", "base", 4, 60, 4), ("units", "addon:90785", 1, 60, 1),
        ("visits", "base", 4, 60, 1),
        ("visits", "addon:90785", 1, 60, 0), ("days", "base", 1, 180, 1),
        ("hours", "base", 1, 180, 3), ("hours", "base", 1, 181, 4),
    ],
)  # fmt: skip
def test_what_a_line_takes_depends_on_what_is_counted(
    unit: str, slot: str, units: int, minutes: int, takes: int
) -> None:
    known = replace(KNOWN, unit=unit, taken=())
    assert needed(known, TODAY, slot, units, minutes) == takes


def test_a_day_is_taken_once_by_all_of_its_services() -> None:
    taken = (TakenUnits(TODAY, 1), TakenUnits(TODAY + timedelta(days=1), 0))
    known = replace(KNOWN, unit="days", taken=taken)
    assert needed(known, TODAY, "base", 4, 60) == 0
    assert needed(known, TODAY + timedelta(days=1), "base", 4, 60) == 1


# ------------------------------------------------------------------------------- burning down


def weekly(count: int) -> list[TakenUnits]:
    return [TakenUnits(TODAY + timedelta(days=7 * n), 1) for n in range(count)]


def test_it_runs_out_on_the_day_of_the_first_session_without_a_unit() -> None:
    burn = burn_down(2, today=TODAY, ends=date(2026, 6, 30), consumed=[], scheduled=weekly(4))
    assert burn.runs_out_on == date(2026, 3, 16)
    assert burn.words() == "Runs out on Mar 16, 2026 at this pace"


def test_beyond_the_last_appointment_the_pace_goes_on() -> None:
    burn = burn_down(6, today=TODAY, ends=date(2026, 6, 30), consumed=[], scheduled=weekly(4))
    assert burn.runs_out_on == date(2026, 3, 23) + timedelta(days=21)


def test_what_lasts_to_its_end_says_so() -> None:
    burn = burn_down(6, today=TODAY, ends=date(2026, 3, 31), consumed=[], scheduled=weekly(4))
    assert burn.words() == "Lasts to its end at this pace"
    none = burn_down(6, today=TODAY, ends=date(2026, 3, 31), consumed=[], scheduled=[])
    assert none.words() == "Nothing is scheduled"


@given(st.integers(0, 30), st.lists(st.integers(0, 90), max_size=40), st.lists(st.integers(1, 60)))
def test_more_units_never_run_out_sooner(left: int, ahead: list[int], behind: list[int]) -> None:
    around = {
        "today": TODAY, "ends": TODAY + timedelta(days=200),
        "consumed": [TakenUnits(TODAY - timedelta(days=n), 1) for n in behind],
        "scheduled": [TakenUnits(TODAY + timedelta(days=n), 1) for n in ahead],
    }  # fmt: skip
    fewer = burn_down(left, **around).runs_out_on or date.max  # type: ignore[arg-type]
    more = burn_down(left + 1, **around).runs_out_on or date.max  # type: ignore[arg-type]
    assert fewer <= more


# ------------------------------------------------------------------------------- states, warnings


def test_every_state_can_be_reached_and_every_answer_of_a_278_has_its_state() -> None:
    reachable = {state for after in MOVES.values() for state in after}
    assert reachable == set(MOVES) - {""}
    assert set(ACTIONS.values()) <= reachable


def test_nothing_comes_back_from_voided_and_a_denial_is_not_simply_approved() -> None:
    assert MOVES["voided"] == frozenset()
    assert not authorize.may_become("denied", "approved")
    assert authorize.may_become("denied", "appealed")
    assert authorize.may_become("appealed", "approved")


@pytest.mark.parametrize(
    ("changes", "on", "words"),
    [
        ({"remaining": 3}, TODAY, ["3 units left"]),
        ({"remaining": 1, "unit": "visits"}, TODAY, ["1 visit left"]),
        ({"remaining": 0}, TODAY, ["No units left"]),
        ({}, date(2026, 6, 25), ["Expires in 5 days"]),
        ({}, date(2026, 7, 1), ["Authorization ended on Jun 30, 2026"]),
        ({"state": "pended"}, TODAY, ["Authorization pended"]),
        ({"state": "not_required"}, TODAY, []),
        ({}, TODAY, []),
    ],
)
def test_a_session_is_warned_of_in_a_few_words(
    changes: dict[str, object], on: date, words: list[str]
) -> None:
    known = replace(KNOWN, **changes)  # type: ignore[arg-type]
    assert [a.words for a in authorize.alerts(known, replace(HOUR, day=on))] == words


def test_a_review_is_announced_before_it_is_due() -> None:
    said = authorize.alerts(KNOWN, HOUR, next_review=TODAY + timedelta(days=2))
    assert [a.words for a in said] == ["Review due in 2 days"]
    assert authorize.alerts(KNOWN, HOUR, next_review=TODAY + timedelta(days=20)) == ()


def test_no_authorization_is_said_as_such() -> None:
    (said,) = authorize.alerts(None, HOUR)
    assert (said.words, said.tone) == ("No authorization", "bad")

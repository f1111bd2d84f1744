"""A signed note becomes charge lines; the figures are those of docs/algorithms/capture.md."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carethread.codes.catalogue import packaged
from carethread.codes.credentials import Group
from carethread.codes.modifiers import ModifierRule
from carethread.codes.roles import Role
from carethread.codes.services import CodeLine, Coding, Service, add_ons
from carethread.rules.capture import Captured, CapturePolicy, capture
from carethread.rules.facts import DocumentedService
from carethread.rules.rounding import RULES, units
from tests.rules.figures import Row, rows
from tests.rules.people import SERVED

CODED = DocumentedService("individual", SERVED, "LCSW", minutes=60, diagnoses=("F331", "F411"))

EVERY_CODE_COSTS_A_DOLLAR = CapturePolicy(
    fees=dict.fromkeys([*packaged().uses, *(a.code for a in add_ons())], 100)
)
CODED = DocumentedService("individual", SERVED, "LCSW", minutes=60, diagnoses=("F331", "F411"))

EVERY_CODE_COSTS_A_DOLLAR = CapturePolicy(
    fees=dict.fromkeys(
        [
            "90785",
            "90791",
            "90792",
            "90832",
            "90833",
            "90834",
            "90836",
            "90837",
            "90838",
            "90839",
            "90840",
            "90846",
            "90847",
            "90853",
            "99202",
            "99203",
            "99204",
            "99205",
            "99212",
            "99213",
            "99214",
            "99215",
            "H0001",
            "H0004",
            "H0005",
            "H0032",
            "H0038",
            "T1016",
        ],
        100,
    )
)


def _said(captured: Captured) -> str:
    """ "90839 + 90840 x 2", or the finding's rule."""
    if not captured.lines:
        (finding,) = captured.findings
        return finding.rule
    return " + ".join(n.code if n.units == 1 else f"{n.code} x {n.units}" for n in captured.lines)


def _row(row: Row) -> str:
    return " ".join(row.values())


@pytest.mark.parametrize("row", rows("capture", "service", "by", "minutes", "charged as"), ids=_row)
def test_the_code_follows_minutes_and_credential(row: Row) -> None:
    service = replace(
        CODED, service=row["service"], credential=row["by"], minutes=int(row["minutes"])
    )
    assert _said(capture(service, EVERY_CODE_COSTS_A_DOLLAR)) == row["charged as"]


@pytest.mark.parametrize("row", rows("capture", "level", "therapy minutes", "charged as"), ids=_row)
def test_a_visit_by_level_takes_therapy_beside_it(row: Row) -> None:
    service = replace(
        CODED, service="visit", credential="MD", minutes=25, visit_level=row["level"],
        therapy_minutes=int(row["therapy minutes"]),
    )  # fmt: skip
    assert _said(capture(service, EVERY_CODE_COSTS_A_DOLLAR)) == row["charged as"]


@pytest.mark.parametrize(
    "row", rows("capture", "minutes", "midpoint", "eight_minute", "full", "started"), ids=_row
)
def test_minutes_round_to_units_of_fifteen(row: Row) -> None:
    minutes = int(row.pop("minutes"))
    assert {rule: str(units(minutes, 15, rule)) for rule in row} == row


def test_midpoint_and_eight_minutes_differ_for_an_hour() -> None:
    assert units(30, 60, "midpoint") == 0
    assert units(31, 60, "midpoint") == 1
    assert units(8, 60, "eight_minute") == 1


def test_a_rounding_rule_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no rounding rule 'up'"):
        units(15, 15, "up")


@pytest.mark.parametrize("rule", RULES)
@given(minutes=st.integers(0, 1440), per=st.sampled_from([15, 30, 60]))
def test_more_minutes_never_make_fewer_units(rule: str, minutes: int, per: int) -> None:
    assert units(minutes, per, rule) <= units(minutes + 1, per, rule)


@given(minutes=st.integers(0, 1439), service=st.sampled_from(["sud_individual", "case_management"]))
def test_more_minutes_never_charge_less(minutes: int, service: str) -> None:
    def amount(length: int) -> int:
        documented = replace(CODED, service=service, minutes=length)
        return sum(n.amount for n in capture(documented, EVERY_CODE_COSTS_A_DOLLAR).lines)

    assert amount(minutes) <= amount(minutes + 1)


@given(
    service=st.sampled_from(["individual", "crisis", "visit", "group", "sud_individual", "?"]),
    credential=st.sampled_from(["LCSW", "MD", "CADC", "CPS", "", "?"]),
    minutes=st.integers(-5, 2000),
    level=st.sampled_from(["", "low", "absurd"]),
    attended=st.booleans(),
    diagnoses=st.lists(st.just("F331"), max_size=14).map(tuple),
)
def test_any_service_gives_lines_or_a_reason_and_never_fails(
    service: str, credential: str, minutes: int, level: str, attended: bool,
    diagnoses: tuple[str, ...],
) -> None:  # fmt: skip
    documented = DocumentedService(
        service, SERVED, credential, minutes=minutes, visit_level=level, attended=attended,
        diagnoses=diagnoses, interactive_complexity=True,
    )  # fmt: skip
    captured = capture(documented, EVERY_CODE_COSTS_A_DOLLAR)
    assert bool(captured.lines) != bool(captured.findings)
    for line in captured.lines:
        assert line.amount == line.unit_price * line.units > 0
        assert 1 <= len(line.pointers) <= 4


def test_the_reason_says_minutes_service_renderer_and_band() -> None:
    (line,) = capture(CODED, EVERY_CODE_COSTS_A_DOLLAR).lines
    assert line.reason == "60 minutes of individual therapy by an LCSW: 53 minutes or more"
    assert line.rule == "individual:90837:2013-01-01"
    assert line.slot == "base"


def test_too_short_says_what_it_would_take() -> None:
    (finding,) = capture(replace(CODED, minutes=12), EVERY_CODE_COSTS_A_DOLLAR).findings
    assert finding.owner is Role.CLINICIAN
    assert finding.message == (
        "12 minutes of individual therapy are too short to be billed: it takes at least 16 minutes."
    )


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"attended": False}, "NOT_ATTENDED"),
        ({"diagnoses": ()}, "DX_MISSING"),
        ({"minutes": -1}, "MINUTES_IMPOSSIBLE"),
        ({"minutes": 1441}, "MINUTES_IMPOSSIBLE"),
        ({"service_date": date(1996, 1, 1), "service": "group"}, "SERVICE_NOT_CODED"),
    ],
)
def test_what_keeps_any_service_from_being_billed(change: dict[str, object], rule: str) -> None:
    service = replace(CODED, **change)  # type: ignore[arg-type]
    assert _said(capture(service, EVERY_CODE_COSTS_A_DOLLAR)) == rule


def test_without_a_fee_there_is_no_line_and_the_administrator_hears_of_it() -> None:
    captured = capture(CODED, CapturePolicy(fees={}))
    (finding,) = captured.findings
    assert captured.lines == ()
    assert (finding.rule, finding.owner) == ("NO_FEE", Role.ADMINISTRATOR)


def test_an_add_on_without_a_fee_does_not_hold_back_its_base() -> None:
    service = replace(CODED, interactive_complexity=True)
    captured = capture(service, CapturePolicy(fees={"90837": 18000}))
    assert [n.code for n in captured.lines] == ["90837"]
    assert [f.rule for f in captured.findings] == ["NO_FEE"]


def test_complexity_stands_beside_therapy_in_a_slot_of_its_own() -> None:
    service = replace(CODED, interactive_complexity=True)
    base, added = capture(service, EVERY_CODE_COSTS_A_DOLLAR).lines
    assert (base.slot, added.slot, added.code) == ("base", "addon:90785", "90785")


def test_complexity_never_stands_beside_family_therapy() -> None:
    service = replace(CODED, service="family_with_client", interactive_complexity=True)
    assert _said(capture(service, EVERY_CODE_COSTS_A_DOLLAR)) == "90847"


@pytest.mark.parametrize(
    ("telehealth", "modifiers"), [("", ()), ("video", ("95",)), ("audio", ("93",))]
)
def test_telehealth_shows_as_a_modifier(telehealth: str, modifiers: tuple[str, ...]) -> None:
    (line,) = capture(replace(CODED, telehealth=telehealth), EVERY_CODE_COSTS_A_DOLLAR).lines
    assert line.modifiers == modifiers


def test_a_payers_modifiers_stand_in_its_order_at_most_four_and_none_twice() -> None:
    asked = (
        ModifierRule("HO", groups=(Group.INDEPENDENT,)),
        ModifierRule("AJ", credentials=("LCSW",)),
        ModifierRule("HO", codes=("90837",)),
        ModifierRule("HN", supervised=True),
        ModifierRule("U1", level_of_care="OP"),
        ModifierRule("U2", services=("individual",)),
        ModifierRule("U3"),
    )
    policy = _with(modifiers=asked)
    (line,) = capture(CODED, policy).lines
    assert line.modifiers == ("HO", "AJ", "U1", "U2")


def _with(**tables: object) -> CapturePolicy:
    """The policy with tables of a payer's own."""
    return replace(EVERY_CODE_COSTS_A_DOLLAR, tables=replace(packaged(), **tables))


def test_a_payers_rounding_holds_for_its_code_alone() -> None:
    service = replace(CODED, service="sud_individual", minutes=14)
    line = CodeLine("H0004", (Group.INDEPENDENT,), per=15, rounding="full")
    own = Service("counseling", (Coding(date(2020, 1, 1), (line,), "its manual"),))
    policy = _with(services={"sud_individual": own})
    assert _said(capture(service, EVERY_CODE_COSTS_A_DOLLAR)) == "H0004"
    assert _said(capture(service, policy)) == "TOO_SHORT"


def test_a_payer_may_code_a_service_in_its_own_way() -> None:
    line = CodeLine("H0004", (Group.INDEPENDENT,), per=15)
    own = Service("counseling", (Coding(date(2020, 1, 1), (line,), "its manual"),))
    policy = _with(services={"individual": own})
    assert _said(capture(CODED, policy)) == "H0004 x 4"


def test_a_line_points_to_the_first_four_diagnoses() -> None:
    service = replace(CODED, diagnoses=("F331", "F411", "F4310", "F1020", "F5101"))
    (line,) = capture(service, EVERY_CODE_COSTS_A_DOLLAR).lines
    assert line.pointers == (1, 2, 3, 4)

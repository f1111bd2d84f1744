"""Signed services become days and weeks; the figures are those of docs/algorithms/per-diem.md."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carethread.codes.catalogue import packaged
from carethread.codes.levels import Basis, BedHold, levels
from carethread.codes.services import services
from carethread.rules.capture import Captured, CapturePolicy
from carethread.rules.leave import RETURN, Event, leaves
from carethread.rules.perdiem import (
    Part,
    Span,
    capture_span,
    hours,
    is_bundled,
    span_end,
    span_start,
)
from tests.rules.figures import Row, rows
from tests.rules.people import SERVED

A_DOLLAR_EACH = CapturePolicy(fees=dict.fromkeys(packaged().uses, 100))
CENSUS = {"in": True, "out": False, "-": None}


def _parts(text: str) -> tuple[Part, ...]:
    if text == "nothing":
        return ()
    pairs = (part.split() for part in text.split(", "))
    return tuple(Part(service, int(minutes), ("F1020",)) for service, minutes in pairs)


def _said(captured: Captured) -> str:
    if captured.findings:
        return captured.findings[0].rule
    return " ".join(f"{n.code} {n.revenue_code}".strip() for n in captured.lines) or "nothing"


def _row(row: Row) -> str:
    return " ".join(row.values())


@pytest.mark.parametrize(
    "row", rows("per-diem", "level", "signed services", "census", "charged as"), ids=_row
)
def test_a_day_is_charged_for_what_it_rests_on(row: Row) -> None:
    span = Span(row["level"], SERVED, _parts(row["signed services"]), CENSUS[row["census"]])
    assert _said(capture_span(span, A_DOLLAR_EACH)) == row["charged as"]


@pytest.mark.parametrize("row", rows("per-diem", "left", "back", "nights away"), ids=_row)
def test_a_leave_is_the_nights_between_leaving_and_coming_back(row: Row) -> None:
    told = [Event("therapeutic", date.fromisoformat(row["left"]))]
    if row["back"] != "-":
        told.append(Event(RETURN, date.fromisoformat(row["back"])))
    found = [f"{one.starts} to {one.ends or '-'}" for one in leaves(told)]
    assert (found or ["none"]) == [row["nights away"]]


@pytest.mark.parametrize("row", rows("per-diem", "leave", "night", "kept as", "cents"), ids=_row)
def test_a_bed_is_kept_for_whom_the_payer_pays_it(row: Row) -> None:
    paid = replace(
        levels()["RES-SUD"], bed_holds=(BedHold("therapeutic", "therapeutic_leave_day", 50, 2),)
    )
    tables = replace(packaged(), levels={**levels(), "RES-SUD": paid})
    span = Span(
        "RES-SUD", SERVED, (Part("daily_note", 20, ("F1020",)),), False, row["leave"],
        int(row["night"]),
    )  # fmt: skip
    captured = capture_span(span, CapturePolicy({"H0018": 60_000}, tables))
    assert _said(captured) == row["kept as"]
    assert sum(line.amount for line in captured.lines) == int(row["cents"])


@pytest.mark.parametrize(
    "row", rows("per-diem", "admitted", "day", "week starts", "week ends"), ids=_row
)
def test_a_week_is_counted_from_admission(row: Row) -> None:
    admitted, day = (date.fromisoformat(row[name]) for name in ("admitted", "day"))
    start = span_start("OTP", day, admitted)
    assert start == date.fromisoformat(row["week starts"])
    assert span_end("OTP", start) == date.fromisoformat(row["week ends"])


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 900))
def test_every_day_of_care_is_in_exactly_one_whole_week_after_admission(
    admitted: date, later: int
) -> None:
    day = admitted + timedelta(days=later)
    start = span_start("OTP", day, admitted)
    end = span_end("OTP", start)
    assert admitted <= start <= day <= end == start + timedelta(days=6)
    assert span_start("OTP", end, admitted) == start
    assert span_start("OTP", end + timedelta(days=1), admitted) == end + timedelta(days=1)


def test_a_day_that_is_not_a_week_is_itself() -> None:
    assert span_start("IOP-SUD", SERVED, SERVED) == span_end("IOP-SUD", SERVED) == SERVED


def test_an_iop_day_swallows_its_groups_and_not_the_medical_visit() -> None:
    assert is_bundled("sud_group", "IOP-SUD", packaged())
    assert not is_bundled("visit", "IOP-SUD", packaged())
    assert not is_bundled("sud_group", "OP", packaged())


def test_a_day_carries_every_diagnosis_once_the_first_note_first() -> None:
    parts = (Part("group", 120, ("F331", "F411")), Part("individual", 60, ("F411", "F1020")))
    (line,) = capture_span(Span("IOP-MH", SERVED, parts), A_DOLLAR_EACH).lines
    assert Span("IOP-MH", SERVED, parts).diagnoses == ("F331", "F411", "F1020")
    assert line.pointers == (1, 2, 3)


def test_a_day_without_a_fee_says_so() -> None:
    span = Span("IOP-MH", SERVED, _parts("group 200"))
    assert _said(capture_span(span, CapturePolicy(fees={}))) == "NO_FEE"


def test_the_reason_tells_what_the_day_rests_on() -> None:
    (line,) = capture_span(
        Span("IOP-MH", SERVED, _parts("group 90, group 95")), A_DOLLAR_EACH
    ).lines
    assert line.reason.endswith("3 hours 5 minutes in 2 signed services")
    assert hours(0) == "0 minutes"
    assert hours(61) == "1 hour 1 minute"


@given(
    st.sampled_from(sorted(levels())),
    st.lists(
        st.builds(
            Part,
            st.sampled_from(["sud_group", "individual", "dosing_methadone", "?"]),
            st.integers(0, 1440),
            st.just(("F1020",)),
        ),
        max_size=6,
    ),
    st.sampled_from([True, False, None]),
)
def test_any_day_makes_one_line_or_says_why_not(
    level: str, parts: list[Part], night: bool | None
) -> None:
    captured = capture_span(Span(level, SERVED, tuple(parts), night), A_DOLLAR_EACH)
    assert len(captured.lines) + len(captured.findings) <= 1
    if parts and levels()[level].basis is not Basis.SESSION:
        assert captured.lines or captured.findings


def test_every_level_names_services_that_the_catalogue_has() -> None:
    named = {s for level in levels().values() for s in level.includes}
    named |= {b.service for level in levels().values() for b in level.bundles}
    assert named <= set(services())

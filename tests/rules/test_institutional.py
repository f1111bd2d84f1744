"""Per-diem charges become 837I claims; figures: docs/algorithms/institutional.md."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carethread.rules.facts import BillableCharge, StayFacts
from carethread.rules.identity import claim_number
from carethread.rules.institutional import (
    MOST_LINES,
    Cycle,
    assemble,
    bill_frequency,
    group,
    is_ripe,
    patient_status,
    period,
    statement,
)
from carethread.rules.leave import Leave
from carethread.x12.claim import Claim, ClaimCode, ClaimFile
from carethread.x12.common import Contact, Envelope, Party
from carethread.x12.writer import write
from tests.judges import pyx12_errors
from tests.rules.figures import Row, rows
from tests.rules.people import CENTER, CLARA, HARBOR, NORA, SERVED, VERA, charge

STAY = StayFacts(admitted_on=date(2026, 3, 2), attending=VERA)


def day_charge(version_id: int = 1, **changes: object) -> BillableCharge:
    """A day of intensive outpatient treatment."""
    facts: dict[str, object] = {
        "code": "H0015", "amount": 35_000, "form": "I", "revenue_code": "0906",
        "level_of_care": "IOP-SUD", "episode_id": 5, "diagnoses": ("F1020", "F331"),
        "pointers": (1,),
    }  # fmt: skip
    return charge(version_id, **{**facts, **changes})


def _week(first: date, count: int) -> list[BillableCharge]:
    return [day_charge(n + 1, service_date=first + timedelta(days=n)) for n in range(count)]


def _claim(charges: list[BillableCharge], stay: StayFacts = STAY, **how: str) -> Claim:
    return assemble(
        charges, CLARA, HARBOR, CENTER, stay, claim_id=claim_number(1, 1), cycle=Cycle.WEEK, **how
    )


def _date(text: str) -> date | None:
    return None if text == "-" else date.fromisoformat(text)


def _row(row: Row) -> str:
    return " ".join(row.values())


@pytest.mark.parametrize("row", rows("institutional", "day", "cycle", "starts", "ends"), ids=_row)
def test_a_period_never_crosses_a_months_end(row: Row) -> None:
    days = period(date.fromisoformat(row["day"]), Cycle(row["cycle"]))
    assert (str(days.starts), str(days.ends)) == (row["starts"], row["ends"])


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.sampled_from(Cycle))
def test_every_day_is_in_exactly_one_period(day: date, cycle: Cycle) -> None:
    days = period(day, cycle)
    assert days.starts <= day <= days.ends
    assert period(days.starts, cycle) == period(days.ends, cycle) == days
    assert days.starts.month == days.ends.month


@pytest.mark.parametrize(
    "row",
    rows(
        "institutional",
        "level",
        "admitted",
        "discharged",
        "services",
        "statement",
        "frequency",
        "status",
    ),
    ids=_row,
)
def test_the_stay_makes_statement_bill_type_and_status(row: Row) -> None:
    first, last = (date.fromisoformat(d) for d in row["services"].split(" to "))
    left = _date(row["discharged"])
    stay = StayFacts(
        date.fromisoformat(row["admitted"]), discharged_on=left,
        discharge_status="01" if left else "",
    )  # fmt: skip
    week = _week(first, (last - first).days + 1)
    served = [replace(one, level_of_care=row["level"]) for one in week]
    days = statement(served, stay, Cycle.WEEK)
    assert f"{days.starts} to {days.ends}" == row["statement"]
    assert bill_frequency(days, stay) == row["frequency"]
    assert patient_status(days, stay) == row["status"]


@pytest.mark.parametrize(
    "row",
    rows(
        "institutional", "admitted", "discharged", "services", "also billed", "says", "bill",
        "patient",
    ),
    ids=_row,
)  # fmt: skip
def test_of_several_claims_of_one_period_the_first_begins_the_stay_and_the_last_ends_it(
    row: Row,
) -> None:
    first, last = (date.fromisoformat(d) for d in row["services"].split(" to "))
    served = _week(first, (last - first).days + 1)
    stay = StayFacts(
        date.fromisoformat(row["admitted"]), discharged_on=_date(row["discharged"]),
        discharge_status="01",
        billed=(date.fromisoformat(row["also billed"]), *(c.service_date for c in served)),
    )  # fmt: skip
    days = statement(served, stay, Cycle.WEEK)
    assert f"{days.starts} to {days.ends}" == row["says"]
    assert bill_frequency(days, stay) == row["bill"]
    assert patient_status(days, stay) == row["patient"]


def test_nights_away_belong_to_the_statement_and_are_told_whoever_pays_them() -> None:
    served = [replace(one, level_of_care="RES-SUD") for one in _week(date(2026, 3, 3), 2)]
    away = (Leave("therapeutic", date(2026, 3, 5), date(2026, 3, 9)),)
    stay = replace(STAY, admitted_on=date(2026, 2, 20), leaves=away)
    claim = _claim(served, stay)
    assert (claim.statement_from, claim.statement_to) == (date(2026, 3, 3), date(2026, 3, 8))
    assert claim.coded("BI") == (ClaimCode("BI", "74", date(2026, 3, 5), date(2026, 3, 8)),)
    gone = replace(stay, discharged_on=date(2026, 3, 7), discharge_status="07")
    claim = _claim(served, gone)
    assert (claim.statement_to, claim.frequency) == (date(2026, 3, 7), "4")
    assert claim.coded("BI") == (ClaimCode("BI", "74", date(2026, 3, 5), date(2026, 3, 6)),)
    assert _claim(_week(date(2026, 3, 3), 2), stay).coded("BI") == ()  # no house, no span


def test_a_claim_waits_for_its_period_or_the_discharge() -> None:
    days = period(SERVED, Cycle.WEEK)
    assert not is_ripe(days, STAY, days.ends)
    assert is_ripe(days, STAY, days.ends + timedelta(days=1))
    gone = replace(STAY, discharged_on=SERVED + timedelta(days=1), discharge_status="01")
    assert is_ripe(days, gone, SERVED + timedelta(days=1))
    assert not is_ripe(days, gone, SERVED)


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": 2},
        {"coverage_id": 32},
        {"episode_id": 6},
        {"level_of_care": "PHP-SUD"},
        {"authorization": "A100"},
        {"service_date": SERVED + timedelta(days=7)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_differs_goes_on_a_claim_of_its_own(change: dict[str, object]) -> None:
    assert len(group([day_charge(1), day_charge(2, **change)], Cycle.WEEK)) == 2


def test_a_week_with_more_diagnoses_than_a_claim_has_room_for_is_two_claims() -> None:
    days = [
        day_charge(n, service_date=SERVED + timedelta(days=n),
                   diagnoses=tuple(f"F{n}{i:02d}" for i in range(10)))
        for n in range(1, 4)
    ]  # fmt: skip
    first, second = group(days, Cycle.MONTH)
    assert (first, second) == (tuple(days[:2]), tuple(days[2:]))
    codes = [d.code for d in _claim(days).diagnoses if d.qualifier in ("ABK", "ABF")]
    assert len(codes) == 30, "a late day joins all the same: the scrubber stops it, nothing is lost"


def test_clinicians_of_one_week_share_the_claim() -> None:
    days = [day_charge(1), day_charge(2, rendering=VERA, service_date=SERVED + timedelta(days=1))]
    assert group(days, Cycle.WEEK) == [tuple(days)]


@given(
    st.lists(
        st.builds(
            lambda n, d, a, e: (n, d, a, e),
            st.integers(1, 4),
            st.dates(date(2026, 1, 1), date(2026, 4, 30)),
            st.sampled_from(["", "A1", "A2"]),
            st.sampled_from(["IOP-SUD", "RES-SUD"]),
        ),
        max_size=40,
    )
)
def test_every_charge_is_on_exactly_one_claim(facts: list[tuple[int, date, str, str]]) -> None:
    charges = [
        day_charge(n, client_id=who, service_date=day, authorization=number, level_of_care=level)
        for n, (who, day, number, level) in enumerate(facts, start=1)
    ]
    claims = group(charges, Cycle.MONTH)
    assert Counter(c.charge_id for claim in claims for c in claim) == Counter(
        c.charge_id for c in charges
    )
    assert all(len({c.authorization for c in claim}) == 1 for claim in claims)


def test_no_claim_has_more_than_999_lines() -> None:
    charges = [day_charge(n) for n in range(1, 1_102)]
    assert [len(c) for c in group(charges, Cycle.MONTH)] == [MOST_LINES, 102]
    with pytest.raises(ValueError, match="1 to 999 lines"):
        _claim(charges)


def test_a_week_of_iop_is_one_claim_with_a_line_a_day() -> None:
    claim = _claim(_week(SERVED, 3))
    assert claim.facility_code == "13"
    assert claim.frequency == "2"
    assert claim.charge == 105_000
    assert [n.revenue_code for n in claim.lines] == ["0906"] * 3
    assert [(d.qualifier, d.code) for d in claim.diagnoses] == [
        ("ABK", "F1020"), ("APR", "F1020"), ("ABF", "F331"),
    ]  # fmt: skip
    assert claim.attending is not None
    assert claim.attending.id == VERA.npi


def test_without_an_attending_the_first_clinician_stands_there() -> None:
    claim = _claim(_week(SERVED, 1), replace(STAY, attending=None))
    assert claim.attending is not None
    assert claim.attending.id == NORA.npi


def test_a_residential_stay_gives_its_admitting_diagnosis() -> None:
    nights = [replace(c, level_of_care="RES-SUD", code="H0018", revenue_code="1002")
              for c in _week(SERVED, 3)]  # fmt: skip
    claim = _claim(nights)
    assert claim.facility_code == "86"
    assert claim.diagnoses[1].qualifier == "ABJ"


def test_a_replacement_keeps_its_own_frequency() -> None:
    claim = _claim(_week(SERVED, 1), frequency="7", original_reference="PCN1")
    assert claim.frequency == "7"


def test_pyx12_accepts_weeks_and_stays() -> None:
    gone = replace(STAY, discharged_on=SERVED + timedelta(days=3), discharge_status="01")
    nights = [replace(c, level_of_care="RES-SUD", code="H0018", revenue_code="1002")
              for c in _week(SERVED, 3)]  # fmt: skip
    assert pyx12_errors(_file(_claim(_week(SERVED, 3)), _claim(nights, gone))) == []


def _file(*claims: Claim) -> bytes:
    made = datetime(2026, 3, 9, tzinfo=UTC)
    return write(
        [
            ClaimFile(
                envelope=Envelope("A", "B", "000000001", "1", "0001", "005010X223A2"),
                submitter=Party("2", "ALDER", id_qualifier="46", id="ALDER",
                                contact=Contact("BILL", "5185550100")),
                receiver=Party("2", "HARBOR", id_qualifier="46", id="HRBR"),
                created_on=made.date(), created_time="1200", reference="1", claims=claims,
            )
        ],
        sender="ALDER", receiver="HRBR", interchange_control=1, group_control=1, created=made,
    )  # fmt: skip


def test_a_level_without_a_type_of_bill_makes_a_claim_that_the_scrubber_can_refuse() -> None:
    claim = _claim([day_charge(level_of_care="OP")])
    assert (claim.facility_code, claim.discharge_time) == ("", "")

"""Charges become claims: what shares a claim, what stands where, and nothing is lost."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carethread.rules.assemble import assemble, group
from carethread.rules.facts import BillableCharge, ClientFacts, OtherCoverage
from carethread.rules.identity import claim_number
from carethread.x12.claim import Claim, LineAdjudication
from carethread.x12.common import Address, Adjustment, Amount, Reference
from tests.rules.people import (
    ANNEX_SITE,
    CENTER,
    CLARA,
    HARBOR,
    NORA,
    OFFICE,
    SAM,
    SERVED,
    VERA,
    charge,
)

MOTHER = ClientFacts("Crane", "Maud", date(1965, 1, 2), "F", address=OFFICE)


def _claim(*charges: BillableCharge, frequency: str = "1", original_reference: str = "") -> Claim:
    return assemble(
        charges or [charge()], CLARA, HARBOR, CENTER, claim_id=claim_number(1, 1),
        frequency=frequency, original_reference=original_reference,
    )  # fmt: skip


# ---------------------------------------------------------------- which share a claim


def test_one_days_charges_of_one_clinician_share_a_claim_in_their_order() -> None:
    base, added = charge(1), charge(2, code="90785", amount=1500)
    assert group([base, added]) == [(base, added)]


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": 2},
        {"episode_id": 7},
        {"coverage_id": 32},
        {"rendering": SAM},
        {"supervising": VERA},
        {"facility": ANNEX_SITE},
        {"place_of_service": "10"},
        {"authorization": "A100"},
        {"service_date": SERVED + timedelta(days=1)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_keeps_charges_apart(change: dict[str, object]) -> None:
    one, other = charge(1), charge(2, **change)
    assert group([one, other]) == [(one,), (other,)]


def test_an_add_on_goes_where_its_base_goes_under_its_authorization() -> None:
    added = charge(1, code="90840", slot="addon:90840", attendance_id=7)
    base = charge(2, code="90839", authorization="A100", attendance_id=7)
    assert group([added, base]) == [(base, added)]
    claim = _claim(base, added)
    assert claim.authorization == "A100"
    assert [line.authorization for line in claim.lines] == ["", ""]


def test_a_claim_is_cut_between_visits_not_within_one() -> None:
    singles = [charge(n, attendance_id=n) for n in range(1, 50)]
    base = charge(90, attendance_id=90)
    added = charge(91, code="90785", slot="addon:90785", attendance_id=90)
    assert [len(part) for part in group([*singles, base, added])] == [49, 2]


def test_claims_come_in_order_of_service_date() -> None:
    late, early = charge(1), charge(2, service_date=SERVED - timedelta(days=1))
    assert group([late, early]) == [(early,), (late,)]


def test_the_fifty_first_line_begins_another_claim() -> None:
    assert [len(g) for g in group([charge(n) for n in range(1, 52)])] == [50, 1]


def test_the_thirteenth_diagnosis_begins_another_claim() -> None:
    codes = [f"F{n}" for n in range(100, 113)]
    parts = group(
        [charge(n, diagnoses=(code,), pointers=(1,)) for n, code in enumerate(codes, start=1)]
    )
    assert [len(g) for g in parts] == [12, 1]


@given(st.data())
def test_grouping_loses_no_charge_and_no_cent_and_every_pointer_keeps_its_code(
    data: st.DataObject,
) -> None:
    codes = [f"F{n}" for n in range(100, 120)]
    charges = []
    for number in range(1, data.draw(st.integers(1, 70)) + 1):
        diagnoses = tuple(
            data.draw(st.lists(st.sampled_from(codes), min_size=1, max_size=5, unique=True))
        )
        most = min(4, len(diagnoses))
        charges.append(
            charge(
                number,
                diagnoses=diagnoses,
                pointers=tuple(range(1, data.draw(st.integers(1, most)) + 1)),
                amount=data.draw(st.integers(0, 99999)),
                rendering=data.draw(st.sampled_from([NORA, SAM])),
                authorization=data.draw(st.sampled_from(["", "A100"])),
            )
        )
    by_number = {c.control_number: c for c in charges}
    claims = [_claim(*part) for part in group(charges)]
    told = Counter(n.control_number for c in claims for n in c.lines)
    assert told == Counter(by_number.keys())
    assert sum(c.charge for c in claims) == sum(c.amount for c in charges)
    for claim in claims:
        assert claim.charge == sum(n.charge for n in claim.lines)
        assert len(claim.lines) <= 50
        assert len(claim.diagnoses) <= 12
        for line in claim.lines:
            ours = by_number[line.control_number]
            pointed = [claim.diagnoses[p - 1].code for p in line.pointers]
            assert pointed == [ours.diagnoses[p - 1] for p in ours.pointers]


# ---------------------------------------------------------------- the claim they make


def test_a_claim_says_what_its_charge_says() -> None:
    claim = _claim()
    (line,) = claim.lines
    assert (claim.kind, claim.frequency, claim.facility_code) == ("837P", "1", "11")
    assert (claim.charge, line.charge, line.units, line.unit) == (18000, 18000, Decimal(1), "UN")
    assert (line.procedure, line.modifiers, line.pointers) == ("90837", (), (1, 2))
    assert [(d.qualifier, d.code) for d in claim.diagnoses] == [("ABK", "F331"), ("ABF", "F411")]
    assert line.service_from == line.service_to == SERVED
    assert line.place_of_service == ""


def test_diagnoses_of_several_notes_merge_into_one_ranked_list() -> None:
    claim = _claim(
        charge(1, diagnoses=("F331", "F411"), pointers=(1, 2)),
        charge(2, diagnoses=("F4310", "F331"), pointers=(1, 2)),
    )
    assert [d.code for d in claim.diagnoses] == ["F331", "F411", "F4310"]
    assert [n.pointers for n in claim.lines] == [(1, 2), (3, 1)]


def test_the_center_is_paid_and_the_clinician_renders() -> None:
    claim = _claim()
    assert claim.billing.npi == CENTER.npi
    assert claim.billing.references == (Reference("EI", "123456789"),)
    assert claim.rendering is not None
    assert (claim.rendering.npi, claim.rendering.taxonomy) == (NORA.npi, "1041C0700X")
    assert claim.supervising is None
    assert claim.lines[0].rendering is None


def test_who_bills_for_her_own_work_is_not_named_twice() -> None:
    alone = replace(CENTER, name="Nolan", first_name="Nora", npi=NORA.npi)
    claim = assemble([charge()], CLARA, HARBOR, alone, claim_id="C1")
    assert claim.rendering is None
    assert claim.billing.entity_type == "1"


def test_the_supervisor_is_named_once_for_the_claim() -> None:
    claim = _claim(charge(1, rendering=SAM, supervising=VERA))
    assert claim.supervising is not None
    assert claim.supervising.npi == VERA.npi
    assert claim.lines[0].supervising is None


def test_a_line_names_its_renderer_only_where_another_rendered_the_rest() -> None:
    claim = _claim(charge(1), charge(2, rendering=SAM))
    assert claim.rendering is not None
    assert claim.rendering.npi == NORA.npi
    assert [n.rendering and n.rendering.npi for n in claim.lines] == [None, SAM.npi]


def test_the_facility_is_named_only_where_it_is_elsewhere() -> None:
    here = replace(ANNEX_SITE, address=OFFICE)
    assert _claim(charge(1, facility=here)).service_facility is None
    elsewhere = _claim(charge(1, facility=ANNEX_SITE)).service_facility
    assert elsewhere is not None
    assert (elsewhere.name, elsewhere.npi) == ("Alder Annex", ANNEX_SITE.npi)


def test_the_authorization_stands_at_the_claim_and_is_never_repeated() -> None:
    claim = _claim(charge(1, authorization="A100"), charge(2, authorization="A100"))
    assert claim.authorization == "A100"
    assert [n.authorization for n in claim.lines] == ["", ""]


def test_another_authorization_stands_at_its_line() -> None:
    claim = _claim(charge(1, authorization="A100"), charge(2, authorization="B200"))
    assert claim.authorization == "A100"
    assert [n.authorization for n in claim.lines] == ["", "B200"]


def test_a_line_without_authorization_does_not_inherit_its_neighbours() -> None:
    claim = _claim(charge(1, authorization="A100"), charge(2))
    assert claim.authorization == ""
    assert [n.authorization for n in claim.lines] == ["A100", ""]


def test_a_client_with_her_own_policy_is_the_subscriber() -> None:
    claim = _claim()
    assert claim.patient is None
    assert claim.subscriber.relationship == "18"
    assert claim.subscriber.party.id == "HH1234567"
    assert claim.subscriber.birth_date == CLARA.birth_date


def test_a_child_on_a_parents_policy_is_named_apart() -> None:
    policy = replace(HARBOR, relationship="19", subscriber=MOTHER)
    claim = assemble([charge()], CLARA, policy, CENTER, claim_id="C1")
    assert claim.subscriber.relationship == ""
    assert claim.subscriber.party.full_name == "Maud Crane"
    assert claim.subscriber.birth_date is None
    assert claim.subscriber.party.address is None
    assert claim.patient is not None
    assert (claim.patient.relationship, claim.patient.party.full_name) == ("19", "Clara Cole")


def test_a_replacement_names_the_payers_number() -> None:
    claim = _claim(frequency="7", original_reference="PCN77")
    assert (claim.frequency, claim.original_reference) == ("7", "PCN77")


def test_what_an_earlier_payer_did_stands_beside_each_line() -> None:
    said = LineAdjudication("FIRST", 9500, "90837", adjustments=(Adjustment("CO", "45", 8500),))
    earlier = OtherCoverage(
        replace(HARBOR, payer_id="FIRST", sequence="P"),
        amounts=(Amount("D", 9500),),
        lines={charge(1).control_number: said},
    )
    claim = assemble(
        [charge(1), charge(2)], CLARA, replace(HARBOR, sequence="S"), CENTER,
        claim_id="C1", other_coverages=[earlier],
    )  # fmt: skip
    assert [n.adjudications for n in claim.lines] == [(said,), ()]
    (other,) = claim.other_payers
    assert (other.payer.id, other.subscriber.payer_sequence) == ("FIRST", "P")
    assert other.amounts == (Amount("D", 9500),)


@pytest.mark.parametrize(
    ("charges", "message"),
    [
        ([], "at least one charge"),
        ([charge(n) for n in range(1, 52)], "51 lines"),
        ([charge(1, diagnoses=("F331",), pointers=(2,))], "points beyond"),
        ([charge(1, pointers=(0,))], "points beyond"),
    ],
)
def test_what_no_claim_can_hold_is_refused(charges: list[BillableCharge], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        assemble(charges, CLARA, HARBOR, CENTER, claim_id="C1")


def test_diagnoses_beyond_a_claims_room_are_told_all_the_same() -> None:
    many = tuple(f"F{n}" for n in range(100, 113))
    claim = _claim(charge(1, diagnoses=many[:7]), charge(2, diagnoses=many[7:]))
    assert tuple(d.code for d in claim.diagnoses) == many, "the scrubber stops it, nothing is lost"


def test_a_pay_to_address_goes_along() -> None:
    elsewhere = Address("PO Box 1", "", "Albany", "NY", "122010001")
    claim = assemble([charge()], CLARA, HARBOR, replace(CENTER, pay_to=elsewhere), claim_id="C1")
    assert claim.pay_to == elsewhere

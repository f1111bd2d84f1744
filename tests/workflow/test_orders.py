"""What the center knows besides the note holds a claim: orders, certificates, the center's own
enrollment, and who is excluded."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from carethread.record.models import (
    Certification,
    Claim,
    Fee,
    LabOrder,
    PayerEnrollment,
    PolicySetting,
    Program,
)
from carethread.rules.finding import Finding
from carethread.workflow import bill
from carethread.workflow.care import orders
from carethread.workflow.center import load_codes, staff
from carethread.workflow.common.errors import Refused
from carethread.workflow.document import Signed
from tests.cast import (
    LONG_AGO,
    NOW,
    TODAY,
    Cast,
    make_client,
    make_practitioner,
    proof,
    signed_session,
)
from tests.codes.test_published import leie

HALF_DAY = 190


@pytest.fixture
def physician(alder: Cast):
    return make_practitioner(
        alder.center, "Paula", "Prescriber", "MD", "1003000126", "2084P0800X"
    )  # fmt: skip


def rules(findings: tuple[Finding, ...]) -> set[str]:
    return {f.rule for f in findings}


def held(cast: Cast) -> set[str]:
    """The rules that hold the claim, once the week is over."""
    bill.run(cast.center, now=NOW + timedelta(days=8))
    return set(Claim.objects.latest("pk").findings.values_list("rule", flat=True))


# ------------------------------------------------------------------------------- excluded


def test_a_clinician_on_the_federal_list_holds_every_claim(alder: Cast) -> None:
    _load_leie(alder, leie(alder.nora.npi, "20250101"))
    assert "LEIE_EXCLUDED" in rules(signed_session(alder).findings)
    assert "LEIE_EXCLUDED" in held(alder)


@pytest.mark.parametrize(("since", "until"), [("20270101", ""), ("20240101", "20250601")])
def test_who_is_excluded_later_or_was_let_in_again_holds_nothing(
    alder: Cast, since: str, until: str
) -> None:
    _load_leie(alder, leie(alder.nora.npi, since, until))
    assert "LEIE_EXCLUDED" not in rules(signed_session(alder).findings)


def test_somebody_who_is_listed_by_name_alone_is_nobody_here(alder: Cast) -> None:
    _load_leie(alder, leie("0000000000", "20240101") + leie("1003000126", "20240101", head=False))
    assert "LEIE_EXCLUDED" not in rules(signed_session(alder).findings)


def _load_leie(cast: Cast, data: str) -> None:
    load_codes.load(
        cast.center, "leie", data.encode(), name="UPDATED.csv", starts=LONG_AGO, now=NOW
    )


# ------------------------------------------------------------------------------- the center


def test_a_payer_that_enrolled_the_center_later_holds_the_claim(alder: Cast) -> None:
    assert "TIN_NPI_ENROLLED" not in rules(signed_session(alder).findings), "nothing is known"
    _enroll_center(alder, TODAY + timedelta(days=1))
    assert "TIN_NPI_ENROLLED" in held(alder)


def test_a_center_that_is_enrolled_on_the_day_holds_nothing(alder: Cast) -> None:
    _enroll_center(alder, TODAY)
    assert "TIN_NPI_ENROLLED" not in rules(signed_session(alder).findings)


def _enroll_center(cast: Cast, since: date) -> None:
    staff.save_enrollment(
        PayerEnrollment(organization=cast.center, payer=cast.payer, effective_from=since)
    )


# ------------------------------------------------------------------------------- laboratory


def _tested(cast: Cast) -> Signed:
    staff.save_fee(
        Fee(organization=cast.center, code="80305", amount_cents=2_500, effective_from=LONG_AGO)
    )
    return signed_session(cast, service="drug_test", minutes=5)


def _order(cast: Cast, by, **what: object) -> LabOrder:
    values = {"code": "80305", "effective_from": TODAY, "effective_to": TODAY,
              "reason": "Screening at intake.", "signed_at": NOW, **what}  # fmt: skip
    row = LabOrder(organization=cast.center, client=cast.clara, practitioner=by, **values)
    return orders.order(row, cast.program, user=by.user, proof=proof(by.user))


def test_a_test_that_nobody_ordered_is_held_until_it_is_ordered(alder: Cast, physician) -> None:
    assert "LAB_ORDER" in rules(_tested(alder).findings)
    assert "LAB_ORDER" in held(alder)
    _order(alder, physician)
    assert "LAB_ORDER" not in held(alder)


def test_the_order_itself_lets_the_claim_go(alder: Cast, physician) -> None:
    _tested(alder)
    assert "LAB_ORDER" in held(alder)
    _order(alder, physician)
    claim = Claim.objects.latest("pk")
    assert not claim.findings.filter(rule="LAB_ORDER").exists()


def test_an_order_for_another_day_or_test_is_none(alder: Cast, physician) -> None:
    _order(alder, physician, effective_from=TODAY + timedelta(days=1),
           effective_to=TODAY + timedelta(days=9))  # fmt: skip
    _order(alder, physician, code="80307")
    assert "LAB_ORDER" in rules(_tested(alder).findings)


def test_only_who_may_prescribe_orders_and_only_with_a_fresh_proof(alder: Cast, physician) -> None:
    with pytest.raises(Refused, match="may prescribe"):
        _order(alder, alder.nora)
    with pytest.raises(Refused, match="from the list"):
        _order(alder, physician, code="90837")
    with pytest.raises(Refused, match="Say why"):
        _order(alder, physician, reason=" ")
    with pytest.raises(Refused, match="password again"):
        _order(alder, physician, signed_at=NOW + timedelta(hours=1))


# ------------------------------------------------------------------------------- certificates


@pytest.fixture
def iop(alder: Cast) -> Program:
    staff.save_fee(
        Fee(organization=alder.center, code="S9480", amount_cents=40_000, effective_from=LONG_AGO)
    )
    return staff.save_program(
        Program(organization=alder.center, site=alder.site, name="Evenings", form="I",
                level_of_care="IOP-MH")
    )  # fmt: skip


def _day(cast: Cast, program: Program, kind: str) -> Signed:
    cast.payer.kind = kind
    cast.payer.save()
    client = make_client(cast.center, program, cast.payer, "Ivo", "Iop", "HH77777777")[0]
    return signed_session(
        replace(cast, program=program), client=client,
        starts=NOW - timedelta(hours=5), minutes=HALF_DAY,
    )  # fmt: skip


def _certify(cast: Cast, client, by, days: int = 60) -> Certification:
    episode = client.episodes.get()
    row = Certification(
        organization=cast.center, episode=episode, practitioner=by, effective_from=TODAY,
        effective_to=TODAY + timedelta(days=days - 1), reason="Cannot be treated at a lower level.",
        signed_at=NOW,
    )  # fmt: skip
    return orders.certify(row, user=by.user, proof=proof(by.user))


def test_medicare_wants_a_physicians_certificate_for_a_programs_day(
    alder: Cast, iop: Program, physician
) -> None:
    signed = _day(alder, iop, "medicare")
    assert "CERT_CURRENT" in rules(signed.findings)
    assert "CERT_CURRENT" in held(alder)
    _certify(alder, signed.version.note.attendance.client, physician)
    assert "CERT_CURRENT" not in held(alder)


def test_the_certificate_itself_lets_the_claim_go(alder: Cast, iop: Program, physician) -> None:
    signed = _day(alder, iop, "medicare")
    assert "CERT_CURRENT" in held(alder)
    _certify(alder, signed.version.note.attendance.client, physician)
    claim = Claim.objects.latest("pk")
    assert not claim.findings.filter(rule="CERT_CURRENT").exists()


def test_another_payer_wants_it_where_the_policy_says_so(alder: Cast, iop: Program) -> None:
    PolicySetting.objects.create(
        organization=alder.center, payer=alder.payer, key="certification", value=1,
        effective_from=LONG_AGO, set_at=NOW,
    )  # fmt: skip
    signed = _day(alder, iop, "commercial")
    assert "CERT_CURRENT" in rules(signed.findings)


def test_another_payer_is_not_told_of_certificates(alder: Cast, iop: Program) -> None:
    signed = _day(alder, iop, "commercial")
    assert "CERT_CURRENT" not in rules(signed.findings)


def test_sixty_days_are_certified_at_most(alder: Cast, iop: Program, physician) -> None:
    signed = _day(alder, iop, "medicare")
    client = signed.version.note.attendance.client
    with pytest.raises(Refused, match="60 days at most"):
        _certify(alder, client, physician, days=61)
    with pytest.raises(Refused, match="needs no certification"):
        _certify(alder, alder.clara, physician)

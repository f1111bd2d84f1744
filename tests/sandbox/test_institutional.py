"""The payer decides 837I claims: per diems, stays told of as a whole, what a real payer refuses."""

from dataclasses import replace
from pathlib import Path

from carethread.sandbox.payer.books import Authorization, Benefit, Books, Policy, Span
from tests.judges import oxedi_errors, pyx12_errors
from tests.sandbox import office
from tests.sandbox.office import ADA, DAY, Payer, outcome


def paid(tmp_path: Path, *claims: office.Claim, **changes: object) -> Payer:
    """What the claims came to a week later; other people's programs accept what was written."""
    known = replace(office.facility(benefit=Benefit()), **changes)
    payer = Payer(tmp_path, Books((known,)))
    for each in claims:
        payer.send(each)
    payer.wait(7)
    sent = sorted((tmp_path / "archive").iterdir())
    assert [e for path in sent for e in pyx12_errors(path.read_bytes())] == []
    for path in tmp_path.glob("from_payer/835*"):
        assert (pyx12_errors(path.read_bytes()), oxedi_errors(path.read_bytes())) == ([], [])
    assert all(check.is_balanced for check in payer.checks)
    assert [d for each in payer.said() for d in getattr(each, "findings", ())] == []
    return payer


STAYS = replace(office.HARBOR.policy, whole_stays=True)


def test_days_of_a_program_are_paid_by_the_day_under_their_revenue_code(tmp_path: Path) -> None:
    (said,) = paid(tmp_path, office.days()).paid_claims
    assert (said.status, said.paid, said.facility_code, said.frequency) == ("1", 90_000, "13", "2")
    assert [(n.revenue_code, n.procedure, n.paid) for n in said.lines] == [
        ("0906", "H0015", 30_000)
    ] * 3
    assert (said.inpatient, said.outpatient) == (None, None)
    assert (said.service_from, said.service_to) == (
        office.days().statement_from,
        office.days().statement_to,
    )


def test_a_rate_may_be_a_share_of_the_charge(tmp_path: Path) -> None:
    detox = office.nights(line={"procedure": "H0010", "revenue_code": "0126"})
    (said,) = paid(tmp_path, detox).paid_claims
    assert [n.paid for n in said.lines] == [24_000] * 3


def test_nights_are_told_of_line_by_line_with_covered_days(tmp_path: Path) -> None:
    (said,) = paid(tmp_path, office.nights()).paid_claims
    assert said.inpatient is not None
    assert (said.inpatient.covered_days, len(said.lines), said.paid) == (3, 3, 150_000)


def test_a_payer_may_tell_of_a_stay_as_a_whole(tmp_path: Path) -> None:
    share = Benefit(deductible=20_000, coinsurance=10)
    (said,) = paid(tmp_path, office.nights(), policy=STAYS, benefit=share).paid_claims
    assert said.lines == ()
    told = {(a.group, a.reason): a.amount for a in said.adjustments}
    assert told == {("CO", "45"): 30_000, ("PR", "1"): 20_000, ("PR", "2"): 13_000}
    assert (said.paid, said.patient_responsibility) == (117_000, 33_000)
    assert said.inpatient is not None
    assert said.inpatient.covered_days == 3


def test_a_stay_of_which_one_night_is_refused_is_told_of_by_its_lines(tmp_path: Path) -> None:
    authorized = Authorization("A1", ADA.id, ("H0018",), Span(None, DAY), 2)
    wants = replace(STAYS, authorization_codes=("H0018",))
    (said,) = paid(
        tmp_path, office.nights(authorization="A1"), policy=wants, authorizations=(authorized,)
    ).paid_claims
    assert outcome(said) == ("1", ["CO-45", "CO-45", "CO-198"])
    assert said.inpatient is not None
    assert said.inpatient.covered_days == 2


def test_an_authorization_that_lapsed_at_the_payer_refuses_the_later_days(tmp_path: Path) -> None:
    lapsed = Authorization(
        "A1", ADA.id, ("H0015",), Span(None, office.days().lines[0].service_to), 30
    )
    wants = replace(office.HARBOR.policy, authorization_codes=("H0015",))
    (said,) = paid(
        tmp_path, office.days(authorization="A1"), policy=wants, authorizations=(lapsed,)
    ).paid_claims
    assert outcome(said) == ("1", ["CO-45", "CO-302", "CO-302"])


def test_a_plan_that_has_carved_out_behavioral_care_refuses_the_claim_as_a_whole(
    tmp_path: Path,
) -> None:
    carved = Policy(carved_out_to="QRBH7")
    (said,) = paid(tmp_path, office.days(), policy=carved).paid_claims
    assert [(a.group, a.reason, a.amount) for a in said.adjustments] == [("CO", "109", 120_000)]
    assert (said.lines, said.remarks) == ((), ("N418",))
    assert said.outpatient is not None


def test_a_late_day_replaces_the_weeks_claim(tmp_path: Path) -> None:
    payer = paid(tmp_path, office.nights(4, 2), policy=STAYS)
    again = replace(
        office.nights(4, 2, 0),
        claim_id="CT000000009V0241",
        frequency="7",
        original_reference=payer.icn(),
    )
    payer.send(again)
    payer.wait(7)
    assert [(c.status, c.paid) for c in payer.paid_claims] == [
        ("1", 100_000),
        ("22", -100_000),
        ("1", 150_000),
    ]
    for path in tmp_path.glob("from_payer/835*"):
        assert (pyx12_errors(path.read_bytes()), oxedi_errors(path.read_bytes())) == ([], [])


def test_an_attending_whom_nobody_knows_is_refused_at_the_door(tmp_path: Path) -> None:
    known = Books((office.facility(),), npis=(office.BILLING, office.NORA))
    payer = Payer(tmp_path, known)
    payer.send(office.days(attending=office.renderer("1999900990", "1041C0700X")))
    payer.wait(2)
    (word,) = payer.words
    (status,) = word.statuses
    assert (status.category, status.code, status.entity) == ("A7", "562", "71")

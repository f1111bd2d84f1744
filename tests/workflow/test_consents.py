"""A consent under 42 CFR Part 2 opens records to whom it names, and to nobody else."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from carethread.insight import consents, desk
from carethread.record.models import Authorization, ClaimState, Consent, Payer
from carethread.workflow import admit, bill, gather
from carethread.workflow.authorizations import review
from carethread.workflow.authorize import Told
from carethread.workflow.care import schedule
from carethread.workflow.casework import papers
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from tests.cast import LONG_AGO, NOW, TODAY, Cast, signed_session
from tests.payers import make_connection
from tests.web.test_desk import booked
from tests.workflow.test_next_payer import second_policy
from tests.workflow.test_program_day import _care as admitted


@pytest.fixture
def summit(alder: Cast) -> Payer:
    """Clara's program falls under Part 2; Harbor pays for her, and Summit after it."""
    alder.program.is_part2 = True
    staff.save_program(alder.program)
    return second_policy(alder).payer


def consent(alder: Cast, payer: Payer | None, signed_on: date = LONG_AGO) -> Consent:
    row = Consent(organization=alder.center, client=alder.clara, signed_on=signed_on, payer=payer)
    return admit.save_consent(row)


def is_agreed(alder: Cast, payer: Payer) -> bool:
    return consents.is_agreed(alder.clara.pk, {alder.program.pk}, TODAY, payer=payer.pk)


def missing(alder: Cast) -> tuple[str, ...]:
    (visit,) = desk.on_day(gather.midnight(alder.center, TODAY))
    return visit.missing


def test_what_a_substance_use_program_gave_never_travels_with_what_another_did(
    alder: Cast,
) -> None:
    signed_session(alder, starts=NOW - timedelta(hours=8))
    protected = admitted(alder, "OP")
    protected.program.is_part2 = True
    staff.save_program(protected.program)
    cast = replace(alder, program=protected.program)
    signed_session(cast, starts=NOW - timedelta(hours=5))
    bill.run(alder.center, now=NOW)
    first, second = alder.clara.claims.order_by("pk")
    assert (first.state, second.state) == (ClaimState.READY, ClaimState.HELD)
    assert "PART2_CONSENT" in {finding.rule for finding in second.findings.all()}
    assert "F1020" not in {code for c in first.charges.all() for code in c.current.diagnoses}


def test_a_consent_that_names_one_payer_lets_nothing_leave_for_another(
    alder: Cast, summit: Payer
) -> None:
    consent(alder, summit)
    assert is_agreed(alder, summit)
    assert not is_agreed(alder, alder.payer)
    signed_session(alder)
    bill.run(alder.center, now=NOW)
    claim = alder.clara.claims.get()
    assert (claim.state, claim.payer) == (ClaimState.HELD, alder.payer)
    stopped = {finding.rule: finding.message for finding in claim.findings.all()}
    assert stopped["PART2_CONSENT"].startswith("No consent in force lets us tell Harbor")
    assert not papers.may_leave(claim, TODAY)
    make_connection(alder.center)
    asked = Authorization(
        organization=alder.center, client=alder.clara, payer=alder.payer, state="submitted",
        effective_from=TODAY, effective_to=TODAY, requested_units=1, codes=["90837"],
    )  # fmt: skip
    with pytest.raises(Refused, match="lets this request leave for Harbor"):
        review.send(asked, Told("278"), now=NOW)

    consent(alder, alder.payer)
    bill.run(alder.center, now=NOW)
    claim.refresh_from_db()
    assert claim.state == ClaimState.READY
    assert papers.may_leave(claim, TODAY)
    asked.pk = None
    assert review.send(asked, Told("278"), now=NOW).state == "submitted"


def test_a_consent_that_names_the_clients_payers_as_a_class_opens_to_each(
    alder: Cast, summit: Payer
) -> None:
    consent(alder, None)
    assert is_agreed(alder, alder.payer)
    assert is_agreed(alder, summit)


def test_whoever_books_or_receives_a_visit_hears_that_its_payer_may_not_be_told(
    alder: Cast, summit: Payer
) -> None:
    row = booked(alder)
    consent(alder, summit)
    (warning,) = schedule.warnings([row])
    assert "no consent to tell Harbor" in warning
    assert "consent" in missing(alder)
    consent(alder, alder.payer)
    assert schedule.warnings([row]) == []
    assert "consent" not in missing(alder)

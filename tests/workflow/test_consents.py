"""A consent under 42 CFR Part 2 opens records to whom it names, and to nobody else."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from carethread.insight import consents, desk
from carethread.record.models import (
    Authorization,
    Claim,
    ClaimState,
    Consent,
    Payer,
    RecordChange,
)
from carethread.workflow import admit, bill, gather, submit
from carethread.workflow.authorizations import review
from carethread.workflow.authorize import Told
from carethread.workflow.care import schedule
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
    return admit.save_consent(row, now=NOW)


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
    assert not gather.may_be_told(claim, TODAY)
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
    assert gather.may_be_told(claim, TODAY)
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


def ready_claim(alder: Cast) -> Claim:
    signed_session(alder)
    bill.run(alder.center, now=NOW)
    claim = alder.clara.claims.get()
    assert claim.state == ClaimState.READY
    return claim


def test_once_a_consent_is_revoked_a_claim_that_was_ready_stays(alder: Cast, summit: Payer) -> None:
    row = consent(alder, alder.payer)
    claim = ready_claim(alder)
    kept = admit.revoke(row, TODAY, now=NOW)
    claim.refresh_from_db()
    assert claim.state == ClaimState.HELD
    assert claim.findings.filter(rule="PART2_CONSENT").exists()
    assert submit.freeze(make_connection(alder.center), now=NOW + timedelta(days=1)) is None
    assert not is_agreed(alder, alder.payer)
    assert (kept.signed_on, kept.payer, kept.revoked_on) == (LONG_AGO, alder.payer, TODAY)
    change = RecordChange.objects.get(kind="consent")
    assert (change.field, change.was, change.became) == ("revoked on", "", str(TODAY))


def test_a_consent_that_comes_frees_the_claims_that_waited_for_it(
    alder: Cast, summit: Payer
) -> None:
    signed_session(alder)
    bill.run(alder.center, now=NOW)
    consent(alder, alder.payer)
    assert alder.clara.claims.get().state == ClaimState.READY


def test_what_another_consent_lets_leave_still_leaves(alder: Cast, summit: Payer) -> None:
    consent(alder, alder.payer)
    claim = ready_claim(alder)
    admit.revoke(consent(alder, summit), TODAY, now=NOW)
    claim.refresh_from_db()
    assert claim.state == ClaimState.READY


def test_a_consent_is_revoked_once_and_on_a_day_between_its_signature_and_today(
    alder: Cast,
) -> None:
    row = consent(alder, None, signed_on=TODAY - timedelta(days=3))
    with pytest.raises(Refused, match="signed only on"):
        admit.revoke(row, TODAY - timedelta(days=4), now=NOW)
    with pytest.raises(Refused, match="has not come yet"):
        admit.revoke(row, TODAY + timedelta(days=1), now=NOW)
    admit.revoke(row, TODAY, now=NOW)
    with pytest.raises(Refused, match="It was revoked on Mar"):
        admit.revoke(row, TODAY - timedelta(days=1), now=NOW)
    row.refresh_from_db()
    assert row.revoked_on == TODAY


def test_a_consent_on_record_stays_as_it_was_signed(alder: Cast) -> None:
    row = consent(alder, None)
    row.payer = alder.payer
    with pytest.raises(Refused, match="stays as it was signed"):
        admit.save_consent(row, now=NOW)


@pytest.mark.parametrize(("ours", "theirs"), [("one", "one"), ("one", "all"), ("all", "one")])
def test_a_revoked_consent_is_no_second_one_beside_the_one_in_force(
    alder: Cast, summit: Payer, ours: str, theirs: str
) -> None:
    payer = {"one": alder.payer, "all": None}
    consent(alder, payer[ours])
    with pytest.raises(Refused, match="would stay in force"):
        admit.save_consent(revoked(alder, payer[theirs]), now=NOW)


def test_a_revoked_consent_that_never_was_on_record_is_kept(alder: Cast, summit: Payer) -> None:
    consent(alder, alder.payer)
    assert admit.save_consent(revoked(alder, summit), now=NOW).pk
    assert is_agreed(alder, alder.payer)


def revoked(alder: Cast, payer: Payer | None) -> Consent:
    return Consent(organization=alder.center, client=alder.clara, signed_on=LONG_AGO, payer=payer,
                   revoked_on=TODAY)  # fmt: skip

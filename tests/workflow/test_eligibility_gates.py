"""What a payer said of a coverage holds its claims, on the real path: asked over the wire, the
answer on record, the service signed, the claim computed and looked at."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from carethread.record.models import Claim, ClaimState, Coverage, Payer
from carethread.sandbox.payer.books import Span
from carethread.sandbox.payer.endpoint import Endpoint
from carethread.workflow import admit, bill, submit
from carethread.workflow.center import staff
from carethread.workflow.coverage import eligibility
from tests.cast import LONG_AGO, NOW, TODAY, Cast, signed_session
from tests.payers import make_connection
from tests.workflow.test_eligibility import CLARA, ask, asking, books, payers

__all__ = ["asking", "payers"]  # fixtures


def billed(cast: Cast) -> Claim:
    signed_session(cast)
    bill.run(cast.center, now=NOW)
    return Claim.objects.get()


def rules_of(claim: Claim) -> set[str]:
    return set(claim.findings.values_list("rule", flat=True))


def test_a_coverage_that_the_payer_calls_active_holds_nothing(asking: Cast) -> None:
    ask(asking)
    claim = billed(asking)
    assert rules_of(claim) == set()
    assert claim.state == ClaimState.READY


def test_a_coverage_that_the_payer_calls_inactive_holds_the_claim_until_it_says_otherwise(
    asking: Cast, payers: Endpoint
) -> None:
    payers.payers.books = books(replace(CLARA, coverage=Span(LONG_AGO, TODAY - timedelta(days=9))))
    ask(asking)
    claim = billed(asking)
    assert claim.state == ClaimState.HELD
    assert "ELIG_ACTIVE" in rules_of(claim)
    payers.payers.books = books()
    ask(asking, timedelta(hours=1))
    bill.run(asking.center, now=NOW + timedelta(hours=2))
    claim.refresh_from_db()
    assert claim.state == ClaimState.READY


def test_a_plan_that_ended_after_the_service_does_not_hold_it(
    asking: Cast, payers: Endpoint
) -> None:
    payers.payers.books = books(replace(CLARA, coverage=Span(LONG_AGO, TODAY)))
    ask(asking, timedelta(days=5), about=TODAY + timedelta(days=5))
    assert "ELIG_ACTIVE" not in rules_of(billed(asking))


def test_an_answer_of_long_ago_warns_and_a_payer_never_asked_does_too(asking: Cast) -> None:
    eligibility.check(asking.coverage, now=NOW - timedelta(days=40), about=date(2026, 1, 21))
    claim = billed(asking)
    assert claim.state == ClaimState.READY
    (finding,) = claim.findings.all()
    assert (finding.rule, finding.severity) == ("ELIG_STALE", "warns")
    assert "more than 30 days" in finding.message


def test_a_payer_that_was_never_asked_is_said_where_it_could_be(asking: Cast) -> None:
    (finding,) = billed(asking).findings.all()
    assert finding.message == "Harbor Health was never asked."


def test_a_center_that_cannot_ask_is_not_told_to(alder: Cast) -> None:
    assert rules_of(billed(alder)) == set()


@pytest.mark.parametrize(
    "changes", [{"last_name": "Clyent"}, {"last_name": "Client-Cole", "first_name": "Klara"}]
)
def test_another_name_at_the_payer_holds_the_claim(
    asking: Cast, payers: Endpoint, changes: dict[str, str]
) -> None:
    payers.payers.books = books(replace(CLARA, **changes))
    ask(asking)
    claim = billed(asking)
    assert claim.state == ClaimState.HELD
    assert rules_of(claim) == {"NAME_DOB_EQ_271"}


def test_another_way_to_write_the_name_holds_nothing(asking: Cast, payers: Endpoint) -> None:
    asking.clara.last_name = "Clíent"
    admit.save_client(asking.clara)
    payers.payers.books = books(replace(CLARA, last_name="CLI-ENT"))
    ask(asking)
    assert rules_of(billed(asking)) == set()


def test_care_that_another_payer_handles_is_not_billed_to_this_one(
    asking: Cast, payers: Endpoint
) -> None:
    payers.payers.books = books(replace(CLARA, carved_out_to="QUIET"))
    ask(asking)
    claim = billed(asking)
    assert claim.state == ClaimState.HELD
    assert rules_of(claim) == {"PAYER_ROUTE_CARVEOUT"}
    mailbox = make_connection(asking.center)
    assert submit.freeze(mailbox, now=NOW + timedelta(days=1)) is None


def test_billed_to_whoever_handles_it_the_claim_leaves(asking: Cast, payers: Endpoint) -> None:
    payers.payers.books = books(replace(CLARA, carved_out_to="QUIET"))
    ask(asking)
    quiet = staff.save_payer(
        Payer(organization=asking.center, name="Quiet Mind", payer_id="QUIET",
              requires_enrollment=False)
    )  # fmt: skip
    asking.coverage.rank = 2
    admit.save_coverage(asking.coverage, now=NOW)
    right = admit.save_coverage(
        Coverage(organization=asking.center, client=asking.clara, payer=quiet,
                 member_id="HH00000001", effective_from=LONG_AGO),
        now=NOW,
    )  # fmt: skip
    eligibility.check(right, now=NOW)
    claim = billed(asking)
    assert (claim.payer, claim.state) == (quiet, ClaimState.READY)

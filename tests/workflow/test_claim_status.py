"""Claims that stay silent are asked about, and each answer has its effect."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from carethread.codes.claim_status import Stage, categories
from carethread.record.models import (
    Case,
    Claim,
    ClaimState,
    Consent,
    Delivery,
    EdiFile,
    PolicySetting,
    StatusAnswer,
    StatusInquiry,
)
from carethread.rules.status import EFFECTS
from carethread.workflow import admit, bill, follow_up, receive, submit, work
from carethread.workflow.casework import cure
from carethread.workflow.center import staff
from carethread.workflow.claims import claim_status
from carethread.workflow.common.errors import Refused
from carethread.x12.acknowledgment import ClaimStatus
from carethread.x12.reader import read
from carethread.x12.status import StatusResponse
from carethread.x12.writer import write
from tests.cast import LONG_AGO, NOW, TODAY, Cast, signed_session
from tests.judges import x12sdk_errors
from tests.payers import make_connection

SENT = NOW + timedelta(hours=3)
NUMBERS = count(500)


def day(number: int):
    """So many days after the claim has left."""
    return SENT + timedelta(days=number)


@pytest.fixture
def claim(alder: Cast, tmp_path: Path) -> Claim:
    """A claim that left, over a connection that takes questions about claims."""
    for name in ("to_payer", "from_payer"):
        (tmp_path / name).mkdir()
    connection = make_connection(alder.center, kind="folder", root=str(tmp_path))
    connection.takes_276 = True
    staff.save_connection(connection)
    signed_session(alder)
    bill.run(alder.center, now=NOW)
    submit.freeze(connection, now=SENT)
    Claim.objects.update(state=ClaimState.RECEIVED)
    return Claim.objects.get()


def answered(alder: Cast, now, category: str, code: str = "20", **more: object) -> None:
    """The payer's 277 about the last question, as a file that comes in; then the cases."""
    asked = StatusInquiry.objects.latest("pk")
    (request,) = read(bytes(asked.file.raw)).transactions
    said = ClaimStatus(category, code, "PR", amount=18_000, effective=now.date(), **more)
    claims = tuple(
        replace(one, statuses=(said,), payer_control_number="ICN9", charge=0,
                subscriber=replace(one.subscriber, birth_date=None, sex=""))
        for one in request.claims
    )  # fmt: skip
    response = StatusResponse(
        request.envelope, request.payer, request.receiver, "ANSWER", now.date(), "0930", claims
    )
    deliver(alder, response, now)


def deliver(alder: Cast, response: StatusResponse, now) -> Delivery:
    number = next(NUMBERS)
    raw = write([response], sender="CLEARING", receiver="ALDERROW", interchange_control=number,
                group_control=number, created=now)  # fmt: skip
    assert x12sdk_errors(raw) == []
    file = receive.store(raw, organization=alder.center, name=f"{number}.277", now=now)
    receive.read_file(file.delivery, now=now)
    follow_up.run(alder.center, now=now)
    return Delivery.objects.get(file=file)


def open_cases() -> list[tuple[str, str]]:
    rows = Case.objects.filter(state="open", source__startswith="status:")
    return [(case.kind, case.category) for case in rows.order_by("pk")]


def test_a_silent_claim_is_asked_about_by_policy_and_each_answer_has_its_effect(
    alder: Cast, claim: Claim
) -> None:
    assert claim_status.run(alder.center, now=day(29)) == 0, "the payer has its thirty days"
    assert work.run_due(day(30), alder.center).inquired == 1
    asked = StatusInquiry.objects.get()
    assert asked.file.kind == "276"
    assert x12sdk_errors(bytes(asked.file.raw)) == []
    assert claim.current.claim_number in bytes(asked.file.raw).decode()
    assert asked.file.delivery.state == "sent", "carried like any other file"
    assert claim_status.run(alder.center, now=day(31)) == 0, "it has been asked"

    # Being worked on: the payer has it, and is asked again after its fortnight.
    answered(alder, day(31), "P1")
    claim.refresh_from_db()
    assert (claim.state, claim.payer_control_number) == (ClaimState.ACCEPTED, "ICN9")
    assert open_cases() == []
    assert claim_status.run(alder.center, now=day(43)) == 0
    assert claim_status.run(alder.center, now=day(44)) == 1

    # The payer's own system was down: asked again the next day.
    answered(alder, day(44), "E1")
    assert claim_status.run(alder.center, now=day(45)) == 1

    # Records: a case with the payer's deadline, opened once, and closed when it moves on.
    answered(alder, day(46), "R4", "294")
    assert open_cases() == [("documentation", "documentation")]
    assert Case.objects.latest("pk").due_on == TODAY + timedelta(days=46 + 30)
    follow_up.run(alder.center, now=day(47))
    assert len(open_cases()) == 1
    claim_status.ask(claim, user=alder.bill, now=day(48))

    # Paid by its word: the remittance has a week.
    answered(alder, day(48), "F1", "65", paid=12_000, finalized_on=TODAY + timedelta(days=47))
    assert open_cases() == []
    follow_up.run(alder.center, now=day(54))
    assert open_cases() == [("missing_ack", "remittance")]
    assert "has decided $120.00; its remittance has not come" in Case.objects.latest("pk").title
    claim.refresh_from_db()
    assert claim.state == ClaimState.ACCEPTED, "nothing is paid before its remittance is here"

    # Decided without payment: at once.
    claim_status.ask(claim, user=alder.bill, now=day(60))
    answered(alder, day(60), "F2", "107")
    assert open_cases() == [("missing_ack", "remittance")]
    assert "denied the claim" in Case.objects.latest("pk").title
    assert StatusAnswer.objects.count() == 5


def test_what_the_payer_does_not_have_leaves_again_as_an_original(
    alder: Cast, claim: Claim
) -> None:
    claim_status.run(alder.center, now=day(30))
    answered(alder, day(31), "A4", "35")
    case = Case.objects.get(category="not_found")
    assert case.kind == "missing_ack"
    assert f"No acknowledgment of {claim.current.claim_number} is on record" in case.explanation
    assert case.due_on == TODAY + timedelta(days=180), "the filing clock runs"

    cure.send_again(case, mended="They never had it.", user=alder.bill, now=day(31))
    bill.run(alder.center, now=day(31))
    submit.freeze(alder_connection(), now=day(32))
    claim = Claim.objects.get()
    assert (claim.current.number, claim.current.frequency) == (2, "1")
    follow_up.run(alder.center, now=day(32))
    case.refresh_from_db()
    assert case.state == "closed"

    # The payer's word about what left first is kept, and moves nothing.
    answers = StatusAnswer.objects.count()
    answered(alder, day(33), "A3", "33")
    claim.refresh_from_db()
    assert claim.state == ClaimState.QUEUED
    assert StatusAnswer.objects.count() == answers + 1


def alder_connection():
    return StatusInquiry.objects.latest("pk").connection


def test_an_answer_that_is_nobodys_and_a_refusal_of_the_whole_question(
    alder: Cast, claim: Claim
) -> None:
    claim_status.run(alder.center, now=day(30))
    (request,) = read(bytes(StatusInquiry.objects.get().file.raw)).transactions
    down = ClaimStatus("E1", "0", "PR", effective=day(30).date())
    refusal = StatusResponse(
        request.envelope, request.payer, request.receiver, "ANSWER", day(30).date(), "0930", (),
        receiver_trace=request.reference, receiver_statuses=(down,),
    )  # fmt: skip
    assert deliver(alder, refusal, day(30)).state == "read"
    assert StatusAnswer.objects.get().stage == "error"
    strange = replace(refusal, receiver_trace="SOMEBODYS")
    assert deliver(alder, strange, day(30)).state == "quarantined"
    assert "no question of ours" in Delivery.objects.latest("pk").reason


def test_an_answer_about_more_than_we_asked_is_read_and_the_rest_told_to_a_person(
    alder: Cast, claim: Claim
) -> None:
    claim_status.run(alder.center, now=day(30))
    (request,) = read(bytes(StatusInquiry.objects.get().file.raw)).transactions
    (ours,) = request.claims
    said = ClaimStatus("P1", "20", "PR", amount=18_000, effective=day(30).date())
    ours = replace(ours, statuses=(said,), charge=0,
                   subscriber=replace(ours.subscriber, birth_date=None, sex=""))  # fmt: skip
    strange = replace(ours, trace="SOMEBODYS", patient_control_number="SOMEBODYS")
    response = StatusResponse(
        request.envelope, request.payer, request.receiver, "ANSWER", day(30).date(), "0930",
        (ours, strange),
    )  # fmt: skip
    assert deliver(alder, response, day(30)).state == "read"
    assert StatusAnswer.objects.count() == 1
    assert "1 that we did not ask about" in Case.objects.get(kind="quarantine").title


def test_of_substance_use_care_a_payer_is_asked_only_under_a_consent(
    alder: Cast, claim: Claim
) -> None:
    alder.program.is_part2 = True
    staff.save_program(alder.program)
    consent = admit.save_consent(
        Consent(organization=alder.center, client=alder.clara, signed_on=LONG_AGO), now=SENT
    )
    admit.revoke(consent, TODAY, now=day(1))
    assert claim_status.run(alder.center, now=day(30)) == 0
    with pytest.raises(Refused, match="No consent under 42 CFR Part 2 lets us ask Harbor"):
        claim_status.ask(claim, user=alder.bill, now=day(30))
    assert not EdiFile.objects.filter(kind="276").exists()
    admit.save_consent(
        Consent(organization=alder.center, client=alder.clara, signed_on=TODAY),
        now=day(30),
    )
    assert claim_status.run(alder.center, now=day(30)) == 1


def test_a_payer_with_no_days_is_never_asked(alder: Cast, claim: Claim) -> None:
    PolicySetting.objects.create(
        organization=alder.center, payer=alder.payer, key="status_after_days", value="0",
        effective_from=TODAY, user=alder.ada, set_at=NOW,
    )  # fmt: skip
    assert claim_status.run(alder.center, now=day(90)) == 0


def test_every_category_has_its_effect() -> None:
    assert set(EFFECTS) == set(Stage)
    opens = {code: EFFECTS[one.stage].opens for code, one in categories().items()}
    assert opens["A4"] == "not_found"
    assert {opens[f"R{n}"] for n in (0, 1, *range(3, 18))} | {opens["P3"]} == {"documentation"}
    assert {opens[code] for code in ("P1", "P2", "P4", "P5", "A1", "A2")} == {""}
    assert {opens[code] for code in ("F1", "F2", "F3")} == {"remittance"}
    assert all(EFFECTS[categories()[code].stage].rejected for code in ("A3", "A6", "A7", "A8"))

"""Files come in once, are stored before they are read, and a broken one changes nothing."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError
from django.urls import reverse

from carethread.connect.memory import Store, forget, store
from carethread.record.ledger import wrong_balances
from carethread.record.models import (
    Acknowledgment,
    Case,
    Charge,
    Claim,
    ClaimState,
    Delivery,
    EdiFile,
    EftDeposit,
    Remittance,
    Transfer,
)
from carethread.workflow import bill, follow_up, receive, submit
from carethread.x12 import remittance as wire
from carethread.x12.acknowledgment import (
    AcknowledgedClaim,
    ClaimAck,
    ClaimStatus,
    FunctionalAck,
    InterchangeAck,
    SetAck,
)
from carethread.x12.common import Envelope, Party
from carethread.x12.writer import write
from tests.cast import NOW, TODAY, Cast, signed_session
from tests.payers import answer, check, make_connection
from tests.web.world import signed_in

SENT = NOW + timedelta(hours=3)
LATER = SENT + timedelta(days=1)
ENVELOPE = Envelope("CLEARING", "ALDERROW", "1", "1", "0001", "005010X231A1")


@pytest.fixture
def far_side() -> Iterator[Store]:
    yield store("receive")
    forget("receive")


@pytest.fixture
def sent(alder: Cast, far_side: Store) -> Claim:
    """A claim that is with the clearinghouse."""
    make_connection(alder.center, store="receive")
    signed_session(alder)
    bill.run(alder.center, now=NOW)
    submit.run(alder.center, now=SENT)
    claim = Claim.objects.get()
    assert claim.state == ClaimState.SENT
    return claim


def file_of(transaction: object, number: int = 1, when: datetime = LATER) -> bytes:
    return write(
        [transaction], sender="CLEARING", receiver="ALDERROW", interchange_control=number,
        group_control=number, created=when,
    )  # fmt: skip


def arrive(claim: Claim, far_side: Store, raw: bytes, name: str = "answer.edi") -> Delivery:
    far_side.put(f"from_payer/{name}", raw)
    receive.run(claim.organization, now=LATER)
    assert wrong_balances() == []
    claim.refresh_from_db()
    return Delivery.objects.filter(file__direction="in").latest("pk")


def group_ack(claim: Claim, code: str) -> FunctionalAck:
    return FunctionalAck(
        envelope=ENVELOPE, functional_id="HC", group="1", code=code, included=1, received=1,
        accepted=1 if code == "A" else 0, guide="005010X222A1",
        sets=(SetAck("837", "0001", code, "005010X222A1"),),
    )  # fmt: skip


def claim_ack(claim: Claim, category: str, status: str = "20", action: str = "WQ") -> ClaimAck:
    one = AcknowledgedClaim(
        claim_id=claim.current.claim_number,
        patient=Party("1", "CLIENT", "CLARA", id_qualifier="MI", id="HH00000001"),
        statuses=(ClaimStatus(category, status, action=action, amount=18_000, effective=TODAY),),
        payer_control_number="PCN-1" if action == "WQ" else "",
        service_from=TODAY,
        service_to=TODAY,
    )
    return ClaimAck(
        envelope=ENVELOPE, source=Party("2", "HARBOR HEALTH", id_qualifier="PI", id="HARBR"),
        receiver=Party("2", "ALDER ROW", id_qualifier="46", id="ALDERROW"),
        provider=Party("2", "ALDER ROW LLC", id_qualifier="XX", id="1234567893"),
        reference="R1", created_on=TODAY, batch_trace="B1", claims=(one,), received_on=TODAY,
        processed_on=TODAY,
    )  # fmt: skip


def test_a_999_says_that_the_clearinghouse_has_it(sent: Claim, far_side: Store) -> None:
    arrive(sent, far_side, file_of(group_ack(sent, "A")))
    assert sent.state == ClaimState.RECEIVED


def test_a_refused_999_brings_the_claims_back(sent: Claim, far_side: Store) -> None:
    arrive(sent, far_side, file_of(group_ack(sent, "R")))
    assert sent.state == ClaimState.REJECTED
    follow_up.run(sent.organization, now=LATER)
    assert Case.objects.get(kind="rejection").claim == sent


def test_a_refused_envelope_brings_the_claims_back(sent: Claim, far_side: Store) -> None:
    arrive(
        sent, far_side, file_of(InterchangeAck("000000001", "R", "025", ENVELOPE, TODAY, "1200"))
    )
    assert sent.state == ClaimState.REJECTED


def test_a_277ca_says_that_the_payer_has_it_and_under_which_number(
    sent: Claim, far_side: Store
) -> None:
    arrive(sent, far_side, file_of(claim_ack(sent, "A2")))
    assert sent.state == ClaimState.ACCEPTED
    assert sent.payer_control_number == "PCN-1"


def test_a_rejection_before_adjudication_goes_to_whom_it_concerns(
    sent: Claim, far_side: Store
) -> None:
    arrive(sent, far_side, file_of(claim_ack(sent, "A3", "33", "U")))
    assert sent.state == ClaimState.REJECTED
    follow_up.run(sent.organization, now=LATER)
    case = Case.objects.get(kind="rejection")
    assert case.owner_role == "intake"
    assert case.due_on == TODAY + timedelta(days=180), "the filing clock runs"


@pytest.mark.parametrize("loop", ["statuses", "provider_statuses"])
def test_a_batch_that_is_refused_whole_brings_every_claim_in_it_back(
    sent: Claim, far_side: Store, loop: str
) -> None:
    said = ClaimStatus("A3", "24", "85", action="U", amount=18_000, effective=TODAY)
    whole = replace(claim_ack(sent, "A2"), claims=(), batch_trace="000000001")
    arrive(sent, far_side, file_of(replace(whole, batch_trace="000000099", **{loop: (said,)})))
    assert sent.state == ClaimState.SENT, "that was no file of ours"
    arrive(sent, far_side, file_of(replace(whole, **{loop: (said,)}), 2), "second.edi")
    assert sent.state == ClaimState.REJECTED
    assert "The whole file: refused" in sent.events.latest("pk").words
    follow_up.run(sent.organization, now=LATER)
    assert Case.objects.get(kind="rejection").claim == sent


def test_a_late_999_does_not_take_a_claim_back_to_an_earlier_state(
    sent: Claim, far_side: Store
) -> None:
    arrive(sent, far_side, file_of(claim_ack(sent, "A2")), "first.edi")
    arrive(sent, far_side, file_of(group_ack(sent, "A"), 2), "second.edi")
    assert sent.state == ClaimState.ACCEPTED
    assert Acknowledgment.objects.count() == 2


def test_a_remittance_is_posted_and_the_claim_paid(sent: Claim, far_side: Store) -> None:
    said = check(sent.organization, answer(sent, paid=12_000, CO_45=6_000))
    delivery = arrive(sent, far_side, file_of(said))
    assert delivery.state == "read"
    assert sent.state == ClaimState.PAID
    assert Charge.objects.get().paid_cents == 12_000


def test_the_same_bytes_under_another_name_are_one_file(sent: Claim, far_side: Store) -> None:
    raw = file_of(check(sent.organization, answer(sent, paid=12_000, CO_45=6_000)))
    arrive(sent, far_side, raw, "one.835")
    arrive(sent, far_side, raw, "two.835")
    assert EdiFile.objects.filter(direction="in").count() == 1
    assert Remittance.objects.count() == 1


def test_the_same_interchange_in_other_bytes_is_a_duplicate(sent: Claim, far_side: Store) -> None:
    raw = file_of(check(sent.organization, answer(sent, paid=12_000, CO_45=6_000)))
    arrive(sent, far_side, raw, "one.835")
    delivery = arrive(sent, far_side, raw.replace(b"~", b"~\n"), "two.835")
    assert delivery.state == "duplicate"
    assert Remittance.objects.count() == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: b"",
        lambda raw: b"this is not X12 at all",
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:60],
        lambda raw: raw.replace(b"*12000*", b"*twelve*").replace(b"*120*", b"*twelve*"),
        lambda raw: raw.replace(b"CAS*CO*45*60", b"CAS*CO*45*59"),
        lambda raw: raw.replace(b"SE*", b"ZZ*"),
    ],
    ids=["empty", "not X12", "cut in half", "a header", "words for money", "unbalanced", "no end"],
)  # fmt: skip
def test_a_broken_file_is_kept_shown_to_a_person_and_changes_nothing(
    sent: Claim, far_side: Store, spoil
) -> None:
    before = (Transfer.objects.count(), sent.state)
    raw = spoil(file_of(check(sent.organization, answer(sent, paid=12_000, CO_45=6_000))))
    delivery = arrive(sent, far_side, raw, "spoiled.835")
    assert delivery.state == "quarantined"
    assert delivery.reason
    assert bytes(delivery.file.raw) == raw
    follow_up.run(sent.organization, now=LATER)
    assert Case.objects.get(kind="quarantine").file == delivery.file
    assert (Transfer.objects.count(), sent.state) == before
    assert not Remittance.objects.exists()


def test_a_file_is_fetched_once(sent: Claim, far_side: Store) -> None:
    raw = file_of(group_ack(sent, "A"))
    arrive(sent, far_side, raw)
    far_side.faults.vanishes = True
    receive.run(sent.organization, now=LATER)
    assert EdiFile.objects.filter(direction="in").count() == 1


def test_hostile_names_are_left_where_they_are_and_told_to_a_person_once(
    sent: Claim, far_side: Store
) -> None:
    far_side.put("from_payer/../../etc/passwd", b"x")
    far_side.put("from_payer/half.edi.tmp", b"x")
    far_side.put("from_payer/harmless\u202efdp.835", b"x")
    for later in (LATER, LATER + timedelta(hours=1)):
        receive.run(sent.organization, now=later)
    assert not EdiFile.objects.filter(direction="in").exists()
    assert (
        "the name holds characters that cannot be seen" in Case.objects.get(kind="quarantine").title
    )


def test_a_file_that_is_too_large_is_told_to_a_person_and_not_brought(
    sent: Claim, far_side: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "_LARGEST_FILE", 10)
    far_side.put("from_payer/large.835", b"eleven bytes")
    receive.run(sent.organization, now=LATER)
    assert not EdiFile.objects.filter(direction="in").exists()
    assert "larger than" in Case.objects.get(kind="quarantine").title


def test_a_number_without_end_is_no_number_of_ours_and_keeps_nothing_behind_it(
    sent: Claim, far_side: Store
) -> None:
    raw = file_of(check(sent.organization, answer(sent, paid=18_000)))
    assert raw.count(b"REF*6R*L") == 1
    raw = raw.replace(b"REF*6R*L", b"REF*6R*L" + b"1" * 9_000)
    # PostgreSQL has no room for it, and sets the file aside.
    assert arrive(sent, far_side, raw).state in {"read", "quarantined"}


def test_a_file_on_which_the_program_fails_is_set_aside_and_those_behind_it_are_read(
    sent: Claim, far_side: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("a fault of ours")

    monkeypatch.setitem(receive._READERS, FunctionalAck, fail)
    far_side.put("from_payer/1.999", file_of(group_ack(sent, "A"), number=1))
    arrive(sent, far_side, file_of(check(sent.organization, answer(sent, paid=18_000)), number=2))
    states = Delivery.objects.filter(file__direction="in").values_list("file__name", "state")
    assert dict(states) == {"1.999": "quarantined", "answer.edi": "read"}
    assert sent.state == ClaimState.PAID


def test_a_file_that_was_set_aside_is_read_again_once_the_fault_is_mended(
    sent: Claim, far_side: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("a fault of ours")

    raw = file_of(check(sent.organization, answer(sent, paid=18_000)))
    with monkeypatch.context() as faulty:
        faulty.setitem(receive._READERS, wire.Remittance, fail)
        delivery = arrive(sent, far_side, raw)
    follow_up.run(sent.organization, now=LATER)
    assert "read again" in delivery.reason
    assert receive.read_again(delivery, now=LATER)
    assert not receive.read_again(delivery, now=LATER), "read twice, it takes effect once"
    follow_up.run(sent.organization, now=LATER)
    sent.refresh_from_db()
    assert sent.state == ClaimState.PAID
    assert Case.objects.get(kind="quarantine").resolution == "The file was read again."


def test_the_case_of_a_file_that_cannot_be_read_again_stays_open(
    sent: Claim, far_side: Store
) -> None:
    raw = file_of(check(sent.organization, answer(sent, paid=12_000, CO_45=6_000)))
    delivery = arrive(sent, far_side, raw.replace(b"CAS*CO*45*60", b"CAS*CO*45*59"))
    follow_up.run(sent.organization, now=LATER)
    receive.read_again(delivery, now=LATER)
    follow_up.run(sent.organization, now=LATER)
    assert Case.objects.get(kind="quarantine").state == "open"


def test_the_case_of_a_file_ends_once_each_check_of_it_was_posted_from_another(
    sent: Claim, far_side: Store
) -> None:
    center = sent.organization
    good = check(center, answer(sent, paid=12_000, CO_45=6_000), trace="A1")
    second = check(center, trace="A2", plb=(("CT", -700),))
    both = write(
        [good, second], sender="CLEARING", receiver="ALDERROW", interchange_control=1,
        group_control=1, created=LATER,
    )  # fmt: skip
    arrive(sent, far_side, both.replace(b"CAS*CO*45*60", b"CAS*CO*45*59"))
    follow_up.run(center, now=LATER)
    later = LATER + timedelta(days=1)

    def state_after(said: object, number: int) -> str:
        raw = file_of(said, number, later)
        far_side.put(f"from_payer/{number}.835", raw)
        receive.run(center, now=later)
        follow_up.run(center, now=later)
        case = Case.objects.get(kind="quarantine")
        return case.resolution or case.state

    stranger = replace(second, payer=Party("2", "SUMMIT"), payer_identifier="1888888888")
    assert state_after(good, 2) == "open", "its second check is missing"
    assert state_after(stranger, 3) == "open", "the same number of another payer's"
    assert state_after(second, 4) == "The check was posted from another file."


def test_the_case_of_a_check_that_was_posted_before_with_other_claims_stays_open(
    sent: Claim, far_side: Store
) -> None:
    center = sent.organization
    arrive(sent, far_side, file_of(check(center, trace="A1", plb=(("CT", -12_000),))))
    other = check(center, answer(sent, paid=12_000, CO_45=6_000), trace="A1")
    assert arrive(sent, far_side, file_of(other, 2), "2.835").state == "quarantined"
    for days in (0, 1):
        follow_up.run(center, now=LATER + timedelta(days=days))
    assert Case.objects.get(kind="quarantine").state == "open"


def test_a_character_that_no_database_holds_sets_one_file_aside_and_not_those_behind_it(
    sent: Claim, far_side: Store
) -> None:
    paid = file_of(check(sent.organization, answer(sent, paid=18_000)), number=2)
    broken = paid.replace(b"IEA*1*000000002", b"IEA*1*00000000\x00", 1)
    assert broken != paid
    far_side.put("from_payer/1.835", broken)
    arrive(sent, far_side, paid, "2.835")
    states = Delivery.objects.filter(file__direction="in").values_list("file__name", "state")
    assert dict(states) == {"1.835": "quarantined", "2.835": "read"}
    assert sent.state == ClaimState.PAID


def test_a_failure_of_the_database_at_one_file_keeps_none_behind_it(
    sent: Claim, far_side: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("too many SQL variables")

    monkeypatch.setitem(receive._READERS, FunctionalAck, fail)
    far_side.put("from_payer/1.999", file_of(group_ack(sent, "A"), number=1))
    far_side.put(
        "from_payer/2.835", file_of(check(sent.organization, answer(sent, paid=18_000)), number=2)
    )
    with pytest.raises(OperationalError):
        receive.run(sent.organization, now=LATER)
    sent.refresh_from_db()
    assert sent.state == ClaimState.PAID


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(1900, 1, 1), date(2062, 3, 2)])
def test_a_check_of_a_day_that_cannot_be_is_set_aside(
    sent: Claim, far_side: Store, day: date
) -> None:
    said = check(sent.organization, answer(sent, paid=0, status="4", CO_197=18_000), on=day)
    assert arrive(sent, far_side, file_of(said)).state == "quarantined"
    follow_up.run(sent.organization, now=LATER)
    assert "which cannot be" in Case.objects.get(kind="quarantine").title


@pytest.mark.parametrize("day", ["2062-03-02", "0001-01-01"])
def test_a_banks_file_with_a_day_that_cannot_be_is_set_aside_whole(
    sent: Claim, far_side: Store, day: str
) -> None:
    rows = f"Date;Description;Amount\n2026-03-02;HARBOR;12.50\n{day};HARBOR;9.00\n"
    delivery = arrive(sent, far_side, rows.encode(), "bank.csv")
    assert (delivery.state, [f["segment"] for f in delivery.findings]) == ("quarantined", [3])
    assert not EftDeposit.objects.exists()


def test_what_its_sender_has_to_mend_is_set_aside_again(sent: Claim, far_side: Store) -> None:
    raw = file_of(check(sent.organization, answer(sent, paid=12_000, CO_45=6_000)))
    delivery = arrive(sent, far_side, raw.replace(b"CAS*CO*45*60", b"CAS*CO*45*59"))
    reason = delivery.reason
    assert not receive.read_again(delivery, now=LATER)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("quarantined", reason)
    assert not Remittance.objects.exists()


@pytest.mark.parametrize(
    ("fault", "state"),
    [(OperationalError("database is locked"), "received"),
     (InterfaceError("connection already closed"), "received"),
     (IntegrityError("a constraint that only this file breaks"), "quarantined")],
)  # fmt: skip
def test_a_lost_connection_is_no_fault_of_the_file_and_a_broken_constraint_is(
    sent: Claim, far_side: Store, monkeypatch: pytest.MonkeyPatch, fault: Exception, state: str
) -> None:
    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setitem(receive._READERS, wire.Remittance, fail)
    far_side.put("from_payer/a.835", file_of(check(sent.organization, answer(sent, paid=18_000))))
    expected = pytest.raises(type(fault)) if state == "received" else nullcontext()
    with expected:
        receive.run(sent.organization, now=LATER)
    assert Delivery.objects.get(file__name="a.835").state == state


def test_silence_raises_an_alarm_that_an_answer_ends(
    alder: Cast, sent: Claim, far_side: Store
) -> None:
    follow_up.run(sent.organization, now=SENT + timedelta(hours=2))
    assert not Case.objects.exists()
    follow_up.run(sent.organization, now=SENT + timedelta(days=3))
    silent = Case.objects.get(kind="missing_ack")
    assert silent.state == "open"
    assert silent.title == "No 999 from Harbor Health since Mar 2, 2026", "true on every later day"
    page = signed_in(alder.bill).get(reverse("case", args=[silent.pk]))
    assert "Against the refusal" not in page.content.decode(), "nothing was refused"
    arrive(sent, far_side, file_of(group_ack(sent, "A")))
    follow_up.run(sent.organization, now=SENT + timedelta(days=3))
    assert Case.objects.get(source__startswith="missing-999").state == "closed"

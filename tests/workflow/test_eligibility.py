"""A payer is asked on the real path: over the wire to the simulator's endpoint, and in the nightly
file; its answers are kept, compared with the record, and never written over it."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import Error, transaction

from carethread.connect.memory import Store, forget, store
from carethread.record.models import (
    Appointment,
    Case,
    Client,
    Connection,
    Coverage,
    Delivery,
    EdiFile,
    EligibilityAnswer,
    EligibilityCheck,
)
from carethread.sandbox.payer.books import Benefit, Books, Member, Policy, Span
from carethread.sandbox.payer.desk import Desk
from carethread.sandbox.payer.endpoint import Endpoint, Payers
from carethread.sandbox.payer.pace import Calendar
from carethread.workflow import admit, receive, submit
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from carethread.workflow.common.wire_format import benefits_from_json
from carethread.workflow.coverage import eligibility
from carethread.x12.eligibility import EligibilityInquiry
from carethread.x12.reader import read
from tests.cast import LONG_AGO, NOW, TODAY, Cast, make_client
from tests.judges import x12sdk_errors
from tests.payers import make_connection
from tests.sandbox.office import HARBOR

BORN = date(1990, 5, 17)
CLARA = Member("HH00000001", "Client", "Clara", BORN, Span(LONG_AGO))
QUIET = replace(HARBOR, id="QUIET", name="Quiet Mind", members=(), benefit=Benefit(coinsurance=10))
PAYER = replace(
    HARBOR, id="HARBR", name="Harbor Health", members=(CLARA,),
    benefit=Benefit(deductible=25_000, copay=2_500, visits_a_year=30),
)  # fmt: skip


def books(member: Member = CLARA, **changes: object) -> Books:
    return Books(payers=(replace(PAYER, members=(member,), **changes), QUIET))


@pytest.fixture
def payers() -> Iterator[Endpoint]:
    endpoint = Endpoint(Payers(books()))
    thread = threading.Thread(target=endpoint.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield endpoint
    endpoint.shutdown()
    endpoint.server_close()


@pytest.fixture
def asking(alder: Cast, payers: Endpoint) -> Cast:
    """The cast, whose center can ask in real time."""
    at_once(alder, payers.settings())
    return alder


def at_once(cast: Cast, settings: dict[str, object]) -> Connection:
    kind = str(settings.pop("kind"))
    return staff.save_connection(
        Connection(
            organization=cast.center, name="Real time", kind=kind, settings=settings,
            sender_id="ALDERROW", receiver_id="CLEARING", receiver_name="Clearing House",
            takes_270=True,
        )
    )  # fmt: skip


def ask(cast: Cast, after: timedelta = timedelta(), **how: object) -> EligibilityAnswer:
    return eligibility.check(cast.coverage, user=cast.ines, now=NOW + after, **how).answer


def case(cast: Cast) -> Case:
    return Case.objects.get(kind="eligibility", state="open")


# ------------------------------------------------------------------------------- at once


def test_an_active_coverage_comes_back_with_what_a_visit_costs(asking: Cast) -> None:
    answer = ask(asking)
    assert (answer.outcome, answer.is_active, answer.plan) == ("active", True, "STANDARD PLAN")
    said = benefits_from_json(answer.benefits)
    assert (said.deductibles[0].total, said.deductibles[0].remaining) == (25_000, 25_000)
    assert said.copays[0].amount == 2_500
    assert (said.limits[0].total, said.limits[0].remaining) == (30, 30)
    assert said.needs_authorization("MH") == "N"
    assert not Case.objects.exists()


def test_question_and_answer_are_kept_byte_for_byte_and_judged(asking: Cast) -> None:
    answer = ask(asking)
    out, back = bytes(answer.asked.file.raw), bytes(answer.file.raw)
    assert x12sdk_errors(out) == []
    assert read(out).findings == read(back).findings == ()
    assert answer.asked.asked_by == asking.ines
    states = Delivery.objects.order_by("pk").values_list("file__kind", "state")
    assert list(states) == [("270", "sent"), ("", "read")]


def test_a_question_tells_no_program_and_no_diagnosis_and_is_the_same_for_all_care(
    asking: Cast,
) -> None:
    def asked(after: timedelta) -> tuple[str, list[str]]:
        row = ask(asking, after).asked
        return bytes(row.file.raw).decode(), row.services

    before, services = asked(timedelta())
    asking.program.is_part2 = True
    staff.save_program(asking.program)
    asking.episode.diagnoses.update(code="F1020")
    told, of_its_client = asked(timedelta(minutes=2))
    for question in (before, told):
        assert asking.program.name not in question
        assert "HI*" not in question
        assert "F1020" not in question
    assert of_its_client == services


def test_an_answer_is_for_ever(asking: Cast) -> None:
    row = ask(asking)
    for kept in (row, row.asked):
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            kept.save()


def test_asking_twice_within_a_minute_asks_once(asking: Cast) -> None:
    assert ask(asking) == ask(asking, timedelta(seconds=50))
    assert ask(asking, timedelta(seconds=70)).asked != EligibilityCheck.objects.first()
    assert EligibilityCheck.objects.count() == 2


def test_a_member_whom_the_payer_does_not_know_is_a_case_with_its_cure(
    asking: Cast, payers: Endpoint
) -> None:
    payers.payers.books = books(replace(CLARA, id="HH00000099"))
    answer = ask(asking)
    assert answer.outcome == "refused"
    assert [r["code"] for r in answer.refusals] == ["72"]
    assert case(asking).owner_role == "intake"
    assert "card" in case(asking).cure


def test_a_wrong_birth_date_is_refused_and_the_case_closes_when_it_is_right(
    asking: Cast, payers: Endpoint
) -> None:
    payers.payers.books = books(replace(CLARA, birth_date=date(1990, 7, 15)))
    assert [r["code"] for r in ask(asking).refusals] == ["71"]
    assert case(asking).coverage == asking.coverage
    again = ask(asking, timedelta(hours=1))
    assert Case.objects.count() == 1, "the same difference is not opened twice"
    payers.payers.books = books()
    ask(asking, timedelta(hours=2))
    assert Case.objects.get().state == "closed"
    assert again.outcome == "refused"


def test_another_name_at_the_payer_opens_a_case_and_changes_nothing(
    asking: Cast, payers: Endpoint
) -> None:
    payers.payers.books = books(replace(CLARA, last_name="Clyent"))
    ask(asking)
    assert "CLARA CLYENT" in case(asking).title
    assert Client.objects.get(pk=asking.clara.pk).last_name == "Client"


def test_a_coverage_that_ended_opens_a_case_and_stays_as_it_is(
    asking: Cast, payers: Endpoint
) -> None:
    ended = TODAY - timedelta(days=2)
    payers.payers.books = books(replace(CLARA, coverage=Span(LONG_AGO, ended)))
    answer = ask(asking)
    assert (answer.is_active, answer.ends) == (False, ended)
    assert "not active since Feb 28, 2026" in case(asking).title
    assert Coverage.objects.get(pk=asking.coverage.pk).effective_to is None


def test_a_plan_that_changed_since_the_check_before_opens_a_case(
    asking: Cast, payers: Endpoint
) -> None:
    ask(asking)
    payers.payers.books = books(plan="BRONZE")
    ask(asking, timedelta(days=1))
    assert "STANDARD PLAN at the check before, and is BRONZE now" in case(asking).title


def test_whoever_handles_behavioral_health_is_asked_by_itself(
    asking: Cast, payers: Endpoint
) -> None:
    payers.payers.books = books(replace(CLARA, carved_out_to="QUIET"))
    first = ask(asking)
    assert (first.carve_out_id, first.carve_out_name) == ("QUIET", "Quiet Mind")
    second = EligibilityCheck.objects.get(follows=first.asked)
    assert (second.payer_id, second.answer.outcome) == ("QUIET", "active")
    assert benefits_from_json(second.answer.benefits).coinsurance[0].percent is not None
    assert "Quiet Mind (payer id QUIET)" in case(asking).title
    assert x12sdk_errors(bytes(second.file.raw)) == []


def test_an_authorization_that_the_plan_wants_is_said(asking: Cast, payers: Endpoint) -> None:
    payers.payers.books = books(policy=Policy(authorization_codes=("90837",)))
    assert benefits_from_json(ask(asking).benefits).needs_authorization("A6") == "Y"


def test_a_child_is_asked_about_under_its_parents_policy(asking: Cast, payers: Endpoint) -> None:
    child = Member("HH00000001", "Client", "Clara", BORN, Span(LONG_AGO))
    payers.payers.books = books(child)
    asking.coverage.relationship = "19"
    asking.coverage.subscriber_first_name, asking.coverage.subscriber_last_name = "Paul", "Client"
    asking.coverage.subscriber_birth_date = date(1960, 1, 1)
    admit.save_coverage(asking.coverage, now=NOW)
    answer = ask(asking)
    assert (answer.outcome, answer.first_name) == ("active", "CLARA")
    raw = bytes(answer.asked.file.raw)
    assert x12sdk_errors(raw) == []
    (asked,) = read(raw).transactions[0].people
    assert (asked.subscriber.party.first_name, asked.patient.party.first_name) == ("Paul", "Clara")


def test_a_payer_that_is_down_is_no_answer_and_may_be_asked_again_at_once(
    alder: Cast,
) -> None:
    row = at_once(alder, {"kind": "core", "url": "http://127.0.0.1:9/core", "sender_id": "A",
                          "receiver_id": "B"})  # fmt: skip
    answer = ask(alder)
    assert (answer.outcome, answer.file) == ("unanswered", None)
    assert "cannot be reached" in answer.problem
    ask(alder)
    assert EligibilityCheck.objects.count() == 2
    row.refresh_from_db()
    assert row.failures == 2


def test_an_answer_that_is_no_x12_is_kept_and_said(asking: Cast, payers: Endpoint) -> None:
    payers.payers.payload = lambda raw, now: b"ISA*nonsense"
    answer = ask(asking)
    assert answer.outcome == "unreadable"
    assert bytes(answer.file.raw) == b"ISA*nonsense"
    assert EdiFile.objects.get(direction="in").delivery.state == "quarantined"


def test_without_a_connection_it_says_who_sets_one_up(alder: Cast) -> None:
    with pytest.raises(Refused, match="administrator"):
        ask(alder)
    assert not EligibilityCheck.objects.exists()


# ------------------------------------------------------------------------------- at night


@pytest.fixture
def far_side() -> Iterator[Store]:
    yield store("eligibility")
    forget("eligibility")


@pytest.fixture
def nightly(alder: Cast, far_side: Store) -> Cast:
    row = make_connection(alder.center, store="eligibility")
    row.takes_270 = True
    staff.save_connection(row)
    return alder


def visit(cast: Cast, days: int, client: Client | None = None) -> None:
    starts = NOW + timedelta(days=days, hours=-4)
    admit.schedule(
        Appointment(organization=cast.center, client=client or cast.clara, practitioner=cast.nora,
                    program=cast.program, service="individual", starts_at=starts,
                    ends_at=starts + timedelta(minutes=45))
    )  # fmt: skip


EVENING = NOW + timedelta(hours=2)  # 19:30 where care is given


def night(cast: Cast, now: datetime = EVENING) -> int:
    count = eligibility.run(cast.center, now=now)
    submit.run(cast.center, now=now)
    return count


def through_the_payer(cast: Cast, far_side: Store, folder: Path, of: Books) -> None:
    """What is in the mailbox is answered by the simulator's desk."""
    desk = Desk(folder, of, Calendar(seed=1))
    for path in [p for p in far_side.files if p.startswith("to_payer/")]:
        (desk.inbox / path.removeprefix("to_payer/")).write_bytes(far_side.files.pop(path)[0])
    desk.attend(EVENING)
    for answer in sorted(desk.outbox.iterdir()):
        far_side.put(f"from_payer/{answer.name}", answer.read_bytes())
    receive.run(cast.center, now=EVENING + timedelta(minutes=5))


def test_everybody_who_will_be_seen_is_asked_about_in_one_file(
    nightly: Cast, far_side: Store, tmp_path: Path
) -> None:
    dana, *_ = make_client(nightly.center, nightly.program, nightly.payer, "Dana", "Dole",
                           "HH00000002")  # fmt: skip
    make_client(nightly.center, nightly.program, nightly.payer, "Nils", "Never", "HH00000003")
    visit(nightly, 1)
    visit(nightly, 2)
    visit(nightly, 5, dana)
    assert night(nightly) == 2
    (name,) = [p for p in far_side.files if p.startswith("to_payer/")]
    raw = far_side.files[name][0]
    assert x12sdk_errors(raw) == []
    (asked,) = read(raw).transactions
    assert isinstance(asked, EligibilityInquiry)
    assert len(asked.people) == 2
    through_the_payer(nightly, far_side, tmp_path, books())
    outcomes = EligibilityAnswer.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["active", "refused"]
    assert case(nightly).coverage.client == dana


def test_one_file_a_night_and_nobody_twice(nightly: Cast) -> None:
    visit(nightly, 1)
    assert night(nightly, NOW) == 0, "it is half past five: not yet"
    assert night(nightly) == 1
    assert night(nightly, EVENING + timedelta(minutes=10)) == 0
    assert night(nightly, EVENING + timedelta(days=2)) == 0, "the appointment is over"


def test_who_was_asked_lately_is_not_asked_again_until_policy_wants_it(
    nightly: Cast, far_side: Store, tmp_path: Path
) -> None:
    visit(nightly, 1)
    night(nightly)
    through_the_payer(nightly, far_side, tmp_path, books())
    visit(nightly, 28)
    visit(nightly, 36)
    assert night(nightly, EVENING + timedelta(days=22)) == 0
    assert night(nightly, EVENING + timedelta(days=30)) == 1


def test_a_question_that_nobody_answers_is_asked_again_the_next_night(nightly: Cast) -> None:
    visit(nightly, 3)
    assert night(nightly) == 1
    assert night(nightly, EVENING + timedelta(days=1)) == 1


def test_whom_an_answer_names_is_asked_in_the_file_of_the_next_night(
    nightly: Cast, far_side: Store, tmp_path: Path
) -> None:
    visit(nightly, 1)
    night(nightly)
    through_the_payer(nightly, far_side, tmp_path, books(replace(CLARA, carved_out_to="QUIET")))
    assert night(nightly, EVENING + timedelta(days=1)) == 1
    assert EligibilityCheck.objects.latest("pk").payer_id == "QUIET"


def test_an_answer_to_nothing_that_was_asked_is_set_aside(
    nightly: Cast, far_side: Store, tmp_path: Path
) -> None:
    visit(nightly, 1)
    night(nightly)
    through_the_payer(nightly, far_side, tmp_path, books())
    raw = bytes(EligibilityAnswer.objects.get().file.raw)
    stray = raw.replace(b"CTELIG1", b"CTELIG7").replace(b"*000000002*", b"*000000777*")
    file = receive.store(stray, organization=nightly.center, name="stray.271", now=NOW)
    receive.read_file(file.delivery, now=NOW)
    assert Delivery.objects.get(pk=file.delivery.pk).state == "quarantined"


def test_a_refusal_of_the_whole_question_answers_everybody_in_it(
    nightly: Cast, far_side: Store, tmp_path: Path
) -> None:
    dana, *_ = make_client(nightly.center, nightly.program, nightly.payer, "Dana", "Dole",
                           "HH00000002")  # fmt: skip
    visit(nightly, 1)
    visit(nightly, 2, dana)
    night(nightly)
    through_the_payer(nightly, far_side, tmp_path, replace(books(), npis=("1999900115",)))
    assert set(EligibilityAnswer.objects.values_list("outcome", flat=True)) == {"refused"}
    assert EligibilityAnswer.objects.count() == 2
    assert set(Case.objects.values_list("owner_role", flat=True)) == {"administrator"}

"""The classic leaks, each tried hard on the real path: sign, preview, bill, send, read the bytes.

docs/five-leaks.md says what stops each; `tests/test_docs.py` sees to it that page and tests agree.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import Error, transaction

from carethread.insight import undocumented
from carethread.insight.pipeline import pipeline
from carethread.record.ledger import wrong_balances
from carethread.record.models import (
    Charge,
    ChargeVersion,
    Claim,
    ClaimState,
    Diagnosis,
    EdiFile,
    Fee,
    NoteVersion,
    TreatmentPlan,
)
from carethread.rules.finding import Finding
from carethread.workflow import admit, authorize, bill, discharge, document, submit
from carethread.workflow.care import census
from carethread.workflow.center import staff
from carethread.workflow.claims import holding
from carethread.workflow.common.errors import Refused
from carethread.workflow.discharge import SECTIONS, Leaving
from carethread.x12.claim import Claim as WireClaim
from carethread.x12.claim import ClaimFile
from carethread.x12.reader import read
from tests.cast import (
    LONG_AGO,
    NOW,
    TODAY,
    Cast,
    amend,
    draft_from,
    draft_of,
    make_client,
    proof,
    sign,
    signed_session,
)
from tests.groups import circle, fees, people
from tests.payers import make_connection
from tests.workflow.test_authorize import granted
from tests.workflow.test_program_day import _care, _session

SIGNED = ("F331", "F411")
LEAVES = NOW + timedelta(hours=3)
HOME = Leaving(TODAY, None, "01", "Done.")


def sent(cast: Cast, meanwhile: Callable[[], object] = lambda: None) -> list[WireClaim]:
    """What the bytes of everything that leaves say; `meanwhile` happens between ready and sent."""
    bill.run(cast.center, now=NOW)
    meanwhile()
    file = submit.freeze(make_connection(cast.center), now=LEAVES)
    if file is None:
        assert not EdiFile.objects.exists()
        return []
    files = [t for t in read(bytes(file.raw)).transactions if isinstance(t, ClaimFile)]
    return [claim for one in files for claim in one.claims]


def nothing_leaves(cast: Cast, rule: str) -> None:
    """Every claim is held by that rule, and no byte is written."""
    assert sent(cast) == []
    assert Claim.objects.exists()
    for claim in Claim.objects.all():
        assert claim.state == ClaimState.HELD
        assert rule in claim.findings.filter(severity="stops").values_list("rule", flat=True)


def stops(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.rule for finding in findings if finding.stops}


def tampered(charge: Charge, **changes: object) -> None:
    """A charge that no signature made: what a fault of the program, or a hand in the database,
    could write. (What stands already cannot be changed at all.)"""
    version = ChargeVersion.objects.get(pk=charge.current_id)
    version.pk, version.number = None, version.number + 1
    for name, value in changes.items():
        setattr(version, name, value)
    version.save(force_insert=True)
    charge.current = version
    charge.save()


# --------------------------------------------------------- 1: another diagnosis than in the note


def _edit_the_chart(cast: Cast) -> None:
    """The episode's diagnosis gets another code after the note was signed."""
    row = Diagnosis.objects.get(episode=cast.episode, rank=1)
    row.code = "F410"
    admit.save_diagnosis(row)


def _rank_anew(cast: Cast) -> None:
    first, second = Diagnosis.objects.filter(episode=cast.episode).order_by("rank")
    first.rank, second.rank = 9, 1
    admit.save_diagnosis(first)
    admit.save_diagnosis(second)


def _resolve_it(cast: Cast) -> None:
    row = Diagnosis.objects.get(episode=cast.episode, rank=1)
    row.resolved_on = TODAY
    admit.save_diagnosis(row)


def _begin_an_addendum(cast: Cast) -> None:
    """Written, with another diagnosis, and not signed."""
    version = NoteVersion.objects.get()
    user = version.author.user
    note = document.begin_addendum(version.note, user=user, now=NOW)
    changed = draft_from(note, diagnoses=("F410",), reason="Thinking about it.")
    document.save_draft(note, changed, now=NOW)


def _plan_something_else(cast: Cast) -> None:
    """Another plan, for another problem, is signed since."""
    admit.save_plan(
        TreatmentPlan(
            organization=cast.center, episode=cast.episode, effective_from=TODAY,
            effective_to=TODAY + timedelta(days=90), services=[], goals=["Panic: F41.0"],
            signed_by=cast.nora, signed_at=NOW,
        )
    )  # fmt: skip


def _diagnose_another_client(cast: Cast) -> None:
    """The same clinician signs for somebody else, with another diagnosis, on the same day."""
    other, *_ = make_client(cast.center, cast.program, cast.payer, "Olaf", "Other", "HH00000002")
    note = draft_of(cast, client=other, starts=NOW - timedelta(hours=6))
    document.save_draft(note, draft_from(note, diagnoses=("F410",)), now=NOW)
    sign(note)


ATTEMPTS = [
    _edit_the_chart, _rank_anew, _resolve_it, _begin_an_addendum, _plan_something_else,
    _diagnose_another_client,
]  # fmt: skip


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("when", ["before billing", "after billing"])
def test_whatever_changes_around_a_note_its_claim_says_the_notes_diagnoses(
    alder: Cast, attempt: Callable[[Cast], None], when: str
) -> None:
    signed_session(alder)
    if when == "before billing":
        attempt(alder)
        left = sent(alder)
    else:
        left = sent(alder, lambda: attempt(alder))
    (clara,) = [c for c in left if c.subscriber.party.id == alder.coverage.member_id]
    assert tuple(d.code for d in clara.diagnoses) == SIGNED
    assert [line.pointers for line in clara.lines] == [(1, 2)]


def test_what_an_addendum_changes_the_claim_says_too_even_at_the_last_moment(alder: Cast) -> None:
    note = signed_session(alder).version.note
    (claim,) = sent(
        alder, lambda: amend(note, reason="It is the anxiety.", diagnoses=("F411",), now=NOW)
    )
    assert [d.code for d in claim.diagnoses] == ["F411"]


@pytest.mark.parametrize("diagnoses", [["F410"], ["F411", "F331"], ["F331"]])
def test_a_charge_with_other_diagnoses_than_its_note_does_not_leave(
    alder: Cast, diagnoses: list[str]
) -> None:
    signed_session(alder)
    pointers = list(range(1, len(diagnoses) + 1))
    tampered(Charge.objects.get(), diagnoses=diagnoses, pointers=pointers)
    nothing_leaves(alder, "DX_EQ_NOTE")


@pytest.mark.parametrize("kind", [NoteVersion, ChargeVersion])
def test_what_was_signed_and_charged_cannot_be_changed_in_the_database(
    alder: Cast, kind: type
) -> None:
    signed_session(alder)
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        kind.objects.update(diagnoses=["F410"])  # type: ignore[attr-defined]


# --------------------------------------------------------- 2: outside of its authorization


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"effective_to": TODAY - timedelta(days=1)}, "AUTH_DATES"),  # lapsed yesterday
        ({"effective_from": TODAY + timedelta(days=1)}, "AUTH_DATES"),  # starts tomorrow
        ({"level_of_care": "IOP-SUD"}, "AUTH_SCOPE"),
        ({"state": "denied", "number": "", "approved_units": 0}, "AUTH_PRESENT"),
        ({"state": "submitted", "number": "", "approved_units": 0}, "AUTH_PRESENT"),
    ],
)
def test_nothing_leaves_outside_of_its_authorization_and_its_author_sees_it_at_signature(
    alder: Cast, changes: dict[str, object], rule: str
) -> None:
    granted(alder, **changes)
    note = draft_of(alder)
    assert rule in stops(document.preview(note, now=NOW).findings)
    assert rule in stops(sign(note).findings)
    nothing_leaves(alder, rule)


def test_an_authorization_that_lapses_while_its_claim_waits_still_covers_the_day_of_service(
    alder: Cast,
) -> None:
    granted(alder, effective_to=TODAY)
    signed_session(alder)
    assert [claim.authorization for claim in sent(alder)] == ["A-1"]


def test_one_that_is_voided_between_ready_and_sent_keeps_the_claim(alder: Cast) -> None:
    row = granted(alder)
    signed_session(alder)

    def void() -> None:
        row.refresh_from_db()
        authorize.move(row, "voided", authorize.Told(words="Granted in error."), now=NOW)

    assert sent(alder, void) == []
    assert Claim.objects.get().state == ClaimState.HELD


def test_of_more_services_than_units_only_as_many_leave_as_were_granted(alder: Cast) -> None:
    granted(alder, approved_units=2)
    for days in range(4):
        signed_session(alder, starts=NOW - timedelta(days=days, hours=3))
    assert len(sent(alder)) == 2
    held = Claim.objects.filter(state=ClaimState.HELD)
    assert {r for c in held for r in c.findings.values_list("rule", flat=True)} == {"AUTH_UNITS"}


def test_a_unit_that_an_addendum_gives_back_serves_one_claim_and_not_two(alder: Cast) -> None:
    granted(alder, approved_units=1)
    note = signed_session(alder).version.note
    signed_session(alder, starts=NOW - timedelta(days=1))
    amend(note, reason="Shorter.", ends_at=note.starts_at + timedelta(minutes=40))
    signed_session(alder, starts=NOW - timedelta(days=2))
    left = [line for claim in sent(alder) for line in claim.lines if line.procedure == "90837"]
    assert [line.service_from for line in left] == [TODAY - timedelta(days=1)]


# --------------------------------------------------------- 4: a final claim before the summary


def test_the_last_days_claim_stays_until_the_summary_is_signed_whoever_pushes(alder: Cast) -> None:
    signed_session(alder)
    summary = discharge.discharge(alder.episode, HOME, author=alder.nora, now=NOW)
    connection, user = make_connection(alder.center), alder.nora.user
    pushes: list[Callable[[], object]] = [
        lambda: holding.release(Claim.objects.get(), user=alder.bill, now=NOW),
        lambda: Claim.objects.update(state=ClaimState.READY, ready_at=NOW),
        lambda: discharge.save_summary(
            summary, dict.fromkeys(SECTIONS, "Draft."), user=user, now=NOW
        ),
    ]
    for push in pushes:
        bill.run(alder.center, now=NOW)
        push()
        assert submit.freeze(connection, now=LEAVES) is None
        assert "DISCHARGE_DONE" in Claim.objects.get().findings.values_list("rule", flat=True)
    discharge.sign_summary(summary, user=user, proof=proof(user), now=NOW)
    assert submit.freeze(connection, now=LEAVES) is not None


def test_the_last_sessions_claim_stays_though_the_discharge_came_days_later(alder: Cast) -> None:
    """An outpatient is seldom seen on the day of the discharge: the last claim is that of the last
    session, and those before it leave."""
    first = signed_session(alder, starts=NOW - timedelta(days=9))
    signed_session(alder, starts=NOW - timedelta(days=2))
    summary = discharge.discharge(alder.episode, HOME, author=alder.nora, now=NOW)
    (left,) = sent(alder)
    assert left.lines[0].service_from == first.version.starts_at.date()
    user = alder.nora.user
    discharge.save_summary(summary, dict.fromkeys(SECTIONS, "Well."), user=user, now=NOW)
    discharge.sign_summary(summary, user=user, proof=proof(user), now=NOW)
    assert sorted(Claim.objects.values_list("state", flat=True)) == ["queued", "ready"]


def test_a_discharge_between_ready_and_sent_keeps_the_claim(alder: Cast) -> None:
    signed_session(alder)
    leaves = lambda: discharge.discharge(alder.episode, HOME, author=alder.nora, now=NOW)  # noqa: E731
    assert sent(alder, leaves) == []


# --------------------------------------------------------- 5: units, codes, forgotten charges


def _counseling(cast: Cast, minutes: int) -> document.Signed:
    """An hour of H0004 is four units of fifteen minutes."""
    staff.save_fee(
        Fee(organization=cast.center, code="H0004", amount_cents=3_000, effective_from=LONG_AGO)
    )
    note = draft_of(cast, service="sud_individual", minutes=minutes)
    (shown,) = document.preview(note, now=NOW).lines
    assert (shown.code, shown.units, shown.amount_cents) == ("H0004", 4, 12_000)
    return sign(note)


def test_sixty_minutes_are_four_units_in_the_preview_the_charge_and_the_bytes(alder: Cast) -> None:
    _counseling(alder, 60)
    (claim,) = sent(alder)
    (line,) = claim.lines
    assert (line.procedure, line.units, line.charge) == ("H0004", 4, 12_000)
    assert Charge.objects.get().payer_receivable_cents == 12_000


def test_eight_units_for_four_do_not_leave(alder: Cast) -> None:
    _counseling(alder, 60)
    tampered(Charge.objects.get(), units=8)
    nothing_leaves(alder, "UNIT_ROUNDING")


@pytest.mark.parametrize("code", ["90832", "90834", "90853", "H0004"])
def test_a_code_that_the_note_does_not_bear_out_does_not_leave(alder: Cast, code: str) -> None:
    signed_session(alder)
    tampered(Charge.objects.get(), code=code)
    assert sent(alder) == []
    assert Claim.objects.get().findings.filter(severity="stops").exists()


def test_a_service_is_charged_once_however_often_and_wherever_it_is_signed(alder: Cast) -> None:
    note = draft_of(alder)
    for _ in range(3):
        sign(note)
    with pytest.raises(Refused, match="another session at this time"):
        signed_session(alder, starts=note.starts_at + timedelta(minutes=5))
    for _ in range(2):
        bill.run(alder.center, now=NOW)
    assert Charge.objects.count() == Claim.objects.count() == 1
    assert len(sent(alder)) == 1
    assert bill.run(alder.center, now=LEAVES) == 0


def test_no_charge_is_forgotten_from_session_to_claim(alder: Cast) -> None:
    """Not written, not charged for want of a fee, not on a claim yet: each is counted, with its
    age, until it is cured; and the cure alone moves it on."""
    Fee.objects.filter(code="90837").delete()
    draft = draft_of(alder, starts=NOW - timedelta(days=12))
    found = pipeline(NOW)
    assert (found.unsigned, found.unsigned_oldest_days) == (1, 12)
    assert "NO_FEE" in stops(sign(draft).findings)
    found = pipeline(NOW)
    assert (found.unsigned, found.uncharged, found.uncharged_oldest_days) == (0, 1, 12)
    staff.save_fee(
        Fee(organization=alder.center, code="90837", amount_cents=18_000, effective_from=LONG_AGO)
    )
    found = pipeline(NOW)
    assert (found.uncharged, found.unbilled, found.unbilled_cents) == (0, 1, 18_000)
    assert len(sent(alder)) == 1
    assert pipeline(NOW).unbilled == 0
    assert wrong_balances() == []


def test_a_forgotten_group_note_and_a_night_nobody_wrote_up_are_counted_until_they_are_written(
    alder: Cast,
) -> None:
    house = _care(alder, "RES-SUD")
    tomorrow = NOW + timedelta(days=1)
    census.take(house.program, TODAY, {house.pk: True}, user=alder.ines, now=tomorrow)
    fees(alder)
    meets = circle(alder, people(alder, 2), minutes=60)
    meets.came()
    found = pipeline(tomorrow)
    assert (found.unsigned, found.unsigned_oldest_days) == (3, 1)
    shown = undocumented.rows_of(undocumented.waiting(tomorrow))
    assert sorted(one.service for one in shown) == ["Night in the house", "group", "group"]
    meets.write()
    meets.sign()
    assert pipeline(tomorrow).unsigned == 1
    _session(alder, house, TODAY, 20, 20, "daily_note")
    assert pipeline(tomorrow).unsigned == 0

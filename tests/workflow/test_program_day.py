"""Signed services become a program's days, days a week's claim: an 837I, on the real path."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from carethread.codes.catalogue import written
from carethread.codes.levels import levels
from carethread.insight import leaves
from carethread.record import ledger
from carethread.record.models import (
    Appointment,
    Attendance,
    Authorization,
    Charge,
    Claim,
    ClaimState,
    Diagnosis,
    EdiFile,
    Episode,
    Fee,
    NoteVersion,
    PolicySetting,
    Practitioner,
    Program,
    TreatmentPlan,
)
from carethread.workflow import admit, bill, discharge, document, submit
from carethread.workflow.care import census, leave
from carethread.workflow.care.leave import Away
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from carethread.workflow.discharge import SECTIONS, Leaving
from carethread.x12.claim import ClaimCode, ClaimFile
from carethread.x12.reader import read
from tests.cast import LONG_AGO, NOW, TODAY, Cast, amend, draft_from, draft_of, proof, sign
from tests.judges import pyx12_errors
from tests.payers import make_connection

MONDAY = TODAY
NEXT_WEEK = NOW + timedelta(days=7)
RATES = {"H0015": 35_000, "H0018": 60_000, "G2067": 24_000}


def _care(cast: Cast, level_of_care: str, form: str = "I", admitted: date = MONDAY) -> Episode:
    """Clara in another program of the center, with its diagnosis, plan and fees."""
    program = staff.save_program(
        Program(organization=cast.center, site=cast.site, name=level_of_care, form=form,
                level_of_care=level_of_care)
    )  # fmt: skip
    episode = admit.admit(
        Episode(organization=cast.center, client=cast.clara, program=program, admitted_on=admitted,
                admitted_at=datetime(2026, 3, 2, 9).time())
    )  # fmt: skip
    admit.save_diagnosis(
        Diagnosis(organization=cast.center, episode=episode, code="F1020", rank=1,
                  diagnosed_on=admitted)
    )  # fmt: skip
    admit.save_plan(
        TreatmentPlan(organization=cast.center, episode=episode, effective_from=admitted,
                      effective_to=MONDAY + timedelta(days=60), signed_by=cast.nora, signed_at=NOW)
    )  # fmt: skip
    for code, cents in RATES.items():
        staff.save_fee(
            Fee(organization=cast.center, code=code, amount_cents=cents, effective_from=LONG_AGO)
        )
    return episode


def _session(
    cast: Cast,
    episode: Episode,
    day: date,
    hour: int,
    minutes: int,
    service: str,
    by: Practitioner | None = None,
) -> document.Signed:
    """One session of the program, written up and signed that evening."""
    offset = timedelta(days=(day - TODAY).days)
    starts = NOW.replace(hour=hour, minute=0) + offset
    appointment = admit.schedule(
        Appointment(organization=cast.center, client=cast.clara, practitioner=by or cast.nora,
                    program=episode.program, service=service, starts_at=starts,
                    ends_at=starts + timedelta(minutes=minutes))
    )  # fmt: skip
    note = document.open_note(appointment, now=NOW + offset)
    document.save_draft(note, replace(draft_from(note), diagnoses=("F1020",)), now=NOW + offset)
    return sign(note, NOW + offset)


def _iop_day(cast: Cast, episode: Episode, day: date) -> list[document.Signed]:
    return [_session(cast, episode, day, hour, 60, "sud_individual") for hour in (14, 15, 16)]


def _only_claim(cast: Cast, now: datetime) -> Claim:
    bill.run(cast.center, now=now)
    return Claim.objects.get()


def _reasons(claim: Claim) -> list[str]:
    return [f"{f.rule}: {f.message}" for f in claim.findings.filter(severity="stops")]


# ------------------------------------------------------------------------------------ days


def test_three_hours_of_signed_services_make_one_charge_for_the_day(alder: Cast) -> None:
    episode = _care(alder, "IOP-SUD")
    first, second, third = _iop_day(alder, episode, MONDAY)
    assert first.lines == ()
    assert [f.rule for f in second.findings] == ["DAY_TOO_SHORT"]
    assert [(x.code, x.units, x.amount_cents) for x in third.lines] == [("H0015", 1, 35_000)]
    charge = Charge.objects.get()
    assert charge.current.revenue_code == "0906"
    assert charge.current.evidence.count() == 3
    assert charge.payer_receivable_cents == 35_000
    assert ledger.wrong_balances() == []


def test_signing_a_fourth_service_keeps_the_day_one_charge(alder: Cast) -> None:
    episode = _care(alder, "IOP-SUD")
    _iop_day(alder, episode, MONDAY)
    _session(alder, episode, MONDAY, 17, 45, "sud_individual")
    charge = Charge.objects.get()
    assert charge.current.evidence.count() == 4
    assert (charge.versions.count(), charge.billed_cents) == (2, -35_000)


def test_an_addendum_that_shortens_the_day_takes_its_charge_back(alder: Cast) -> None:
    episode = _care(alder, "IOP-SUD")
    note = _iop_day(alder, episode, MONDAY)[0].version.note
    amend(note, reason="Left early.", ends_at=note.starts_at + timedelta(minutes=30),
          diagnoses=("F1020",))  # fmt: skip
    charge = Charge.objects.get()
    assert (charge.state, charge.payer_receivable_cents) == ("void", 0)
    assert ledger.wrong_balances() == []


def test_a_medical_visit_is_charged_beside_the_day(alder: Cast) -> None:
    episode = _care(alder, "IOP-SUD")
    _session(alder, episode, MONDAY, 13, 60, "evaluation")
    _iop_day(alder, episode, MONDAY)
    codes = Charge.objects.filter(state="live").values_list("current__code", flat=True)
    assert sorted(codes) == ["90791", "H0015"]


# ------------------------------------------------------------------------------------ nights


def test_a_night_rests_on_its_census_and_a_signed_note_whichever_comes_last(alder: Cast) -> None:
    episode = _care(alder, "RES-SUD")
    signed = _session(alder, episode, MONDAY, 15, 20, "daily_note")
    assert [f.rule for f in signed.findings] == ["CENSUS_MISSING"]
    assert not Charge.objects.exists()
    tomorrow = NOW + timedelta(days=1)
    census.take(episode.program, MONDAY, {episode.pk: True}, user=alder.ines, now=tomorrow)
    assert Charge.objects.get().current.code == "H0018"


def test_a_corrected_census_takes_the_night_back(alder: Cast) -> None:
    episode = _care(alder, "RES-SUD")
    _session(alder, episode, MONDAY, 15, 20, "daily_note")
    tomorrow = NOW + timedelta(days=1)
    for present in (True, True, False):
        census.take(episode.program, MONDAY, {episode.pk: present}, user=alder.ines, now=tomorrow)
    assert Charge.objects.get().state == "void"
    assert episode.census.count() == 2
    assert ledger.wrong_balances() == []


def test_a_night_that_has_not_passed_and_strangers_are_not_counted(alder: Cast) -> None:
    episode = _care(alder, "RES-SUD")
    with pytest.raises(Refused, match="not passed"):
        census.take(episode.program, MONDAY, {episode.pk: True}, user=alder.ines, now=NOW)
    tomorrow = NOW + timedelta(days=1)
    with pytest.raises(Refused, match="not in the program"):
        census.take(
            episode.program, MONDAY, {alder.episode.pk: True}, user=alder.ines, now=tomorrow
        )
    with pytest.raises(Refused, match="not a house"):
        census.take(alder.program, MONDAY, {}, user=alder.ines, now=tomorrow)


# ------------------------------------------------------------------------------------ claims


def test_an_iop_week_is_one_institutional_claim_once_the_week_is_over(alder: Cast) -> None:
    episode = _care(alder, "IOP-SUD")
    for day in range(3):
        _iop_day(alder, episode, MONDAY + timedelta(days=day))
    assert bill.run(alder.center, now=NOW + timedelta(days=2)) == 0
    claim = _only_claim(alder, NEXT_WEEK)
    assert _reasons(claim) == []
    assert (claim.form, claim.charge_cents, claim.charges.count()) == ("I", 105_000, 3)
    assert claim.state == ClaimState.READY


def test_the_837i_that_leaves_is_accepted_by_pyx12(alder: Cast) -> None:
    episode = _care(alder, "IOP-SUD")
    for day in range(3):
        _iop_day(alder, episode, MONDAY + timedelta(days=day))
    bill.run(alder.center, now=NEXT_WEEK)
    file = submit.freeze(make_connection(alder.center), now=NEXT_WEEK + timedelta(hours=3))
    assert file is not None
    assert file.kind == "837I"
    assert pyx12_errors(bytes(file.raw)) == []
    (sent,) = [t for t in read(bytes(file.raw)).transactions if isinstance(t, ClaimFile)]
    (claim,) = sent.claims
    assert (claim.kind, claim.facility_code, claim.frequency) == ("837I", "13", "2")
    assert [(n.revenue_code, n.procedure) for n in claim.lines] == [("0906", "H0015")] * 3


def test_a_weeks_claim_waits_for_the_supervisor_of_any_of_its_notes(alder: Cast) -> None:
    episode = _care(alder, "IOP-SUD")
    for day in range(3):
        _iop_day(alder, episode, MONDAY + timedelta(days=day))
    fourth = _session(alder, episode, MONDAY, 17, 45, "sud_individual", by=alder.sam)
    claim = _only_claim(alder, NEXT_WEEK)
    assert [reason.partition(":")[0] for reason in _reasons(claim)] == ["NOTE_COSIGNED"]
    vera = alder.vera.user
    document.cosign(fourth.version, user=vera, proof=proof(vera, NEXT_WEEK), now=NEXT_WEEK)
    assert _only_claim(alder, NEXT_WEEK).state == ClaimState.READY


def test_an_independent_supervisee_is_co_signed_in_a_program_as_on_a_claim_of_their_own(
    alder: Cast,
) -> None:
    alder.nora.supervisor = alder.vera
    staff.save_practitioner(alder.nora)
    by_nora = Practitioner.objects.get(pk=alder.nora.pk)
    episode = _care(alder, "IOP-SUD")
    own = sign(draft_of(alder, starts=NOW - timedelta(hours=11), by=by_nora))
    notes = [
        _session(alder, episode, MONDAY + timedelta(days=day), hour, 60, "sud_individual", by_nora)
        for day in range(3)
        for hour in (14, 15, 16)
    ]
    alder.nora.supervisor = None
    staff.save_practitioner(alder.nora)
    bill.run(alder.center, now=NEXT_WEEK)
    rules = {c.form: set(c.findings.values_list("rule", flat=True)) for c in Claim.objects.all()}
    assert rules == {"P": {"NOTE_COSIGNED"}, "I": {"NOTE_COSIGNED"}}
    vera = alder.vera.user
    alder.nora.supervisor = alder.vera
    staff.save_practitioner(alder.nora)
    for signed in (own, *notes):
        version = NoteVersion.objects.get(pk=signed.version.pk)
        document.cosign(version, user=vera, proof=proof(vera, NEXT_WEEK), now=NEXT_WEEK)
    bill.run(alder.center, now=NEXT_WEEK)
    assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.READY}


def test_a_discharge_recorded_after_the_week_left_brings_its_claim_back(alder: Cast) -> None:
    episode = _care(alder, "IOP-SUD")
    for day in range(3):
        _iop_day(alder, episode, MONDAY + timedelta(days=day))
    bill.run(alder.center, now=NEXT_WEEK)
    connection = make_connection(alder.center)
    submit.freeze(connection, now=NEXT_WEEK + timedelta(hours=3))
    Claim.objects.update(state=ClaimState.ACCEPTED, payer_control_number="HH-77")
    later = NEXT_WEEK + timedelta(days=1)
    assert bill.run(alder.center, now=later) == 0
    leaving = Leaving(MONDAY + timedelta(days=4), None, "01", "Done.")
    summary = discharge.discharge(episode, leaving, author=alder.nora, now=later)
    claim = _only_claim(alder, later)
    assert [reason.partition(":")[0] for reason in _reasons(claim)] == ["DISCHARGE_DONE"]
    user = alder.nora.user
    discharge.save_summary(summary, dict.fromkeys(SECTIONS, "Well."), user=user, now=later)
    discharge.sign_summary(summary, user=user, proof=proof(user, later), now=later)
    file = submit.freeze(connection, now=later + timedelta(hours=3))
    assert file is not None
    (sent,) = [t for t in read(bytes(file.raw)).transactions if isinstance(t, ClaimFile)]
    (again,) = sent.claims
    assert (again.frequency, again.original_reference) == ("7", "HH-77")
    assert (again.patient_status, again.statement_to) == ("01", leaving.on)
    Claim.objects.update(state=ClaimState.ACCEPTED)
    assert bill.run(alder.center, now=later + timedelta(days=1)) == 0


def test_a_discharge_in_a_later_week_leaves_the_weeks_before_alone(alder: Cast) -> None:
    episode = _care(alder, "IOP-SUD")
    for day in range(3):
        _iop_day(alder, episode, MONDAY + timedelta(days=day))
    bill.run(alder.center, now=NEXT_WEEK)
    submit.freeze(make_connection(alder.center), now=NEXT_WEEK + timedelta(hours=3))
    Claim.objects.update(state=ClaimState.ACCEPTED, payer_control_number="HH-77")
    leaving = Leaving(MONDAY + timedelta(days=7), None, "01", "Done.")
    discharge.discharge(episode, leaving, author=alder.nora, now=NEXT_WEEK)
    assert bill.run(alder.center, now=NEXT_WEEK + timedelta(days=1)) == 0


def test_a_late_day_joins_the_weeks_claim(alder: Cast) -> None:
    episode = _care(alder, "IOP-SUD")
    for day in range(3):
        _iop_day(alder, episode, MONDAY + timedelta(days=day))
    _only_claim(alder, NEXT_WEEK)
    _iop_day(alder, episode, MONDAY + timedelta(days=3))
    claim = _only_claim(alder, NEXT_WEEK)
    assert (claim.charges.count(), claim.charge_cents) == (4, 140_000)


def test_a_residential_stay_is_billed_from_admission_to_discharge_once_its_summary_is_signed(
    alder: Cast,
) -> None:
    episode = _care(alder, "RES-SUD")
    for night in range(2):
        day = MONDAY + timedelta(days=night)
        _session(alder, episode, day, 15, 20, "daily_note")
        census.take(
            episode.program, day, {episode.pk: True}, user=alder.ines,
            now=NOW + timedelta(days=night + 1),
        )  # fmt: skip
    gone = NOW + timedelta(days=2)
    leaving = Leaving(MONDAY + timedelta(days=2), datetime(2026, 3, 4, 11).time(), "01", "Done.")
    summary = discharge.discharge(episode, leaving, author=alder.nora, now=gone)
    claim = _only_claim(alder, gone)
    assert list(claim.findings.filter(severity="stops").values_list("rule", flat=True)) == [
        "DISCHARGE_DONE"
    ]
    user = alder.nora.user
    discharge.save_summary(summary, dict.fromkeys(SECTIONS, "Well."), user=user, now=gone)
    discharge.sign_summary(summary, user=user, proof=proof(user, gone), now=gone)
    claim.refresh_from_db()
    assert claim.state == ClaimState.READY
    file = submit.freeze(make_connection(alder.center), now=gone + timedelta(hours=3))
    assert file is not None
    assert pyx12_errors(bytes(file.raw)) == []
    assert b"CLM*" in bytes(file.raw)
    assert b"*86:A:1*" in bytes(file.raw)
    assert b"DTP*096*TM*1100" in bytes(file.raw)
    assert EdiFile.objects.get().kind == "837I"


@pytest.mark.parametrize(
    ("number", "claims"), [("A1", [("ready", 3)]), ("A2", [("ready", 2), ("ready", 1)])],
    ids=["under the same number", "under another number"],
)  # fmt: skip
def test_days_that_an_extension_covers_afterwards_leave_with_it(
    alder: Cast, number: str, claims: list[tuple[str, int]]
) -> None:
    alder.payer.authorization_codes = ["H0015"]
    staff.save_payer(alder.payer)
    episode = _care(alder, "IOP-SUD")

    def granted(name: str, first: int, last: int, **more: object) -> Authorization:
        row = Authorization(
            organization=alder.center, client=alder.clara, payer=alder.payer, number=name,
            codes=["H0015"], unit="days", approved_units=20, **more,
            effective_from=MONDAY + timedelta(days=first),
            effective_to=MONDAY + timedelta(days=last),
        )  # fmt: skip
        return admit.save_authorization(row, now=NEXT_WEEK)

    before = granted("A1", 0, 1)
    for day in range(3):
        _iop_day(alder, episode, MONDAY + timedelta(days=day))
    assert "AUTH_DATES" in _reasons(_only_claim(alder, NEXT_WEEK))[0]
    granted(number, 2, 30, extends=before)
    assert Claim.objects.get().state == ClaimState.READY
    bill.run(alder.center, now=NEXT_WEEK)
    found = [(c.state, c.charges.count()) for c in Claim.objects.order_by("pk")]
    assert found == claims


def test_of_a_last_period_under_two_authorizations_one_claim_alone_ends_the_stay(
    alder: Cast,
) -> None:
    alder.payer.authorization_codes = ["H0015"]
    staff.save_payer(alder.payer)
    episode = _care(alder, "IOP-SUD")
    for number, first, last in (("A1", 0, 1), ("A2", 2, 30)):
        admit.save_authorization(
            Authorization(
                organization=alder.center, client=alder.clara, payer=alder.payer, number=number,
                codes=["H0015"], unit="days", approved_units=20,
                effective_from=MONDAY + timedelta(days=first),
                effective_to=MONDAY + timedelta(days=last),
            ),
            now=NOW,
        )  # fmt: skip
    for day in range(2):
        _iop_day(alder, episode, MONDAY + timedelta(days=day))
    gone = NOW + timedelta(days=3)
    leaving = Leaving(MONDAY + timedelta(days=3), None, "01", "Done.")
    summary = discharge.discharge(episode, leaving, author=alder.nora, now=gone)
    user = alder.nora.user
    discharge.save_summary(summary, dict.fromkeys(SECTIONS, "Well."), user=user, now=gone)
    discharge.sign_summary(summary, user=user, proof=proof(user, gone), now=gone)

    def sent(now: datetime) -> list[tuple[str, str, str, date | None]]:
        bill.run(alder.center, now=now)
        file = submit.freeze(connection, now=now + timedelta(hours=3))
        assert file is not None
        (found,) = [t for t in read(bytes(file.raw)).transactions if isinstance(t, ClaimFile)]
        return [
            (c.authorization, c.frequency, c.patient_status, c.statement_to) for c in found.claims
        ]

    connection = make_connection(alder.center)
    assert sent(gone) == [("A1", "1", "01", leaving.on)]  # all that was signed by then
    Claim.objects.update(state=ClaimState.ACCEPTED, payer_control_number="HH-79")
    _iop_day(alder, episode, MONDAY + timedelta(days=2))
    assert sent(gone + timedelta(days=1)) == [
        ("A1", "7", "30", MONDAY + timedelta(days=1)), ("A2", "4", "01", leaving.on)
    ]  # fmt: skip
    Claim.objects.update(state=ClaimState.ACCEPTED)
    assert bill.run(alder.center, now=gone + timedelta(days=2)) == 0


@pytest.mark.parametrize("pays_from", [LONG_AGO, MONDAY + timedelta(days=1)])
def test_nights_on_leave_are_told_and_kept_beds_charged_to_the_payer_who_pays_them(
    alder: Cast, pays_from: date
) -> None:
    episode = _care(alder, "RES-SUD")
    _session(alder, episode, MONDAY, 15, 20, "daily_note")
    leave.begin(episode, Away("therapeutic", MONDAY + timedelta(days=1)), user=alder.ines,
                now=NOW + timedelta(days=1))  # fmt: skip
    for night, present in enumerate((True, False, False)):
        census.take(
            episode.program, MONDAY + timedelta(days=night), {episode.pk: present},
            user=alder.ines, now=NOW + timedelta(days=night + 1),
        )  # fmt: skip
    back = NOW + timedelta(days=3)
    leave.end(episode, MONDAY + timedelta(days=3), user=alder.ines, now=back)
    _session(alder, episode, MONDAY + timedelta(days=3), 15, 20, "daily_note")
    census.take(
        episode.program, MONDAY + timedelta(days=3), {episode.pk: True}, user=alder.ines,
        now=back + timedelta(days=1),
    )  # fmt: skip
    connection = make_connection(alder.center)

    def sent(now: datetime) -> tuple[list[tuple[str, int]], list[ClaimCode]]:
        bill.run(alder.center, now=now)
        file = submit.freeze(connection, now=now + timedelta(hours=3))
        assert file is not None
        assert pyx12_errors(bytes(file.raw)) == []
        (found,) = [t for t in read(bytes(file.raw)).transactions if isinstance(t, ClaimFile)]
        (one,) = found.claims
        return [(n.revenue_code, n.charge) for n in one.lines], list(one.coded("BI"))

    away = ClaimCode("BI", "74", MONDAY + timedelta(days=1), MONDAY + timedelta(days=2))
    assert sent(NEXT_WEEK) == ([("1002", 60_000)] * 2, [away])
    Claim.objects.update(state=ClaimState.ACCEPTED, payer_control_number="HH-80")
    (event, _) = leaves.events([episode.pk])[episode.pk]
    with pytest.raises(Refused, match="recorded last"):
        leave.withdraw(event, reason="No.", user=alder.ines, now=NEXT_WEEK)
    (_, event) = leaves.events([episode.pk])[episode.pk]
    leave.withdraw(event, reason="Came back later.", user=alder.ines, now=NEXT_WEEK)
    leave.end(episode, MONDAY + timedelta(days=3), user=alder.ines, now=NEXT_WEEK)
    # It turns out that this payer keeps a bed: the nights that were counted before
    # are charged by themselves, and the claim goes again.
    table = written(levels()["RES-SUD"]) + (
        "bed_holds: [{leave: therapeutic, service: therapeutic_leave_day, percent: 50}]\n"
    )
    staff.set_entry(
        PolicySetting(organization=alder.center, key="levels/RES-SUD", value=table,
                      payer=alder.payer, effective_from=pays_from),
        now=NEXT_WEEK,
    )  # fmt: skip
    lines, told = sent(NEXT_WEEK + timedelta(days=1))
    assert lines == [("1002", 60_000), ("0183", 30_000), ("0183", 30_000), ("1002", 60_000)]
    assert told == [away]
    assert ledger.wrong_balances() == []


def test_a_leave_told_after_the_claim_left_brings_it_back(alder: Cast) -> None:
    episode = _care(alder, "RES-SUD")
    for days in (0, 2):
        _session(alder, episode, MONDAY + timedelta(days=days), 15, 20, "daily_note")
    for days, present in enumerate((True, False, True)):
        census.take(
            episode.program, MONDAY + timedelta(days=days), {episode.pk: present},
            user=alder.ines, now=NOW + timedelta(days=days + 1),
        )  # fmt: skip
    claim = _only_claim(alder, NEXT_WEEK)
    submit.freeze(make_connection(alder.center), now=NEXT_WEEK + timedelta(hours=3))
    Claim.objects.update(state=ClaimState.ACCEPTED, payer_control_number="HH-81")
    later = NEXT_WEEK + timedelta(days=1)
    assert bill.run(alder.center, now=later) == 0
    leave.begin(episode, Away("therapeutic", MONDAY + timedelta(days=1)), user=alder.ines,
                now=later)  # fmt: skip
    leave.end(episode, MONDAY + timedelta(days=2), user=alder.ines, now=later)
    assert bill.run(alder.center, now=later) == 1
    claim.refresh_from_db()
    assert claim.state in bill.WAITING


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"on": MONDAY + timedelta(days=1)}, "has not come yet"),
        ({"on": MONDAY - timedelta(days=1)}, "The stay begins on Mar 2, 2026"),
        ({"kind": "holiday"}, "what kind of leave"),
        ({"back_on": MONDAY - timedelta(days=3)}, "expected back before"),
    ],
)
def test_a_leave_that_cannot_be_is_refused(
    changes: dict[str, object], words: str, alder: Cast
) -> None:
    episode = _care(alder, "RES-SUD")
    away = Away(**{"kind": "therapeutic", "on": MONDAY, **changes})  # type: ignore[arg-type]
    with pytest.raises(Refused, match=words):
        leave.begin(episode, away, user=alder.ines, now=NOW)
    with pytest.raises(Refused, match="not on leave"):
        leave.end(episode, MONDAY, user=alder.ines, now=NOW)
    with pytest.raises(Refused, match="not a house"):
        leave.begin(alder.episode, Away("therapeutic", MONDAY), user=alder.ines, now=NOW)
    leave.begin(episode, Away("therapeutic", MONDAY), user=alder.ines, now=NOW)
    with pytest.raises(Refused, match="on leave since"):
        leave.begin(episode, Away("hospital", MONDAY), user=alder.ines, now=NOW)


def _nights(cast: Cast, episode: Episode, count: int) -> None:
    for night in range(count):
        day = MONDAY + timedelta(days=night)
        _session(cast, episode, day, 15, 20, "daily_note")
        census.take(
            episode.program, day, {episode.pk: True}, user=cast.ines,
            now=NOW + timedelta(days=night + 1),
        )  # fmt: skip


@pytest.mark.parametrize("left_already", [False, True], ids=["before billing", "after it left"])
def test_a_discharge_on_the_morning_after_the_weeks_last_night_ends_that_weeks_claim(
    alder: Cast, left_already: bool
) -> None:
    episode = _care(alder, "RES-SUD")
    _nights(alder, episode, 7)
    connection = make_connection(alder.center)
    if left_already:
        bill.run(alder.center, now=NEXT_WEEK)
        submit.freeze(connection, now=NEXT_WEEK + timedelta(hours=3))
        Claim.objects.update(state=ClaimState.ACCEPTED, payer_control_number="HH-78")
    morning = Leaving(MONDAY + timedelta(days=7), datetime(2026, 3, 9, 10).time(), "07", "Left.")
    summary = discharge.discharge(episode, morning, author=alder.nora, now=NEXT_WEEK)
    claim = _only_claim(alder, NEXT_WEEK)
    assert [reason.partition(":")[0] for reason in _reasons(claim)] == ["DISCHARGE_DONE"]
    user = alder.nora.user
    discharge.save_summary(summary, dict.fromkeys(SECTIONS, "Well."), user=user, now=NEXT_WEEK)
    discharge.sign_summary(summary, user=user, proof=proof(user, NEXT_WEEK), now=NEXT_WEEK)
    file = submit.freeze(connection, now=NEXT_WEEK + timedelta(hours=9))
    assert file is not None
    assert pyx12_errors(bytes(file.raw)) == []
    (sent,) = [t for t in read(bytes(file.raw)).transactions if isinstance(t, ClaimFile)]
    (final,) = sent.claims
    assert (final.patient_status, final.statement_to) == ("07", morning.on)
    assert (final.frequency, final.discharge_time) == ("7" if left_already else "1", "1000")
    assert len(final.lines) == 7


def test_an_opioid_treatment_week_that_begins_on_a_wednesday_is_billed_in_full(
    alder: Cast,
) -> None:
    episode = _care(alder, "OTP", form="P", admitted=MONDAY + timedelta(days=2))
    for day in (2, 3, 4, 7, 8, 9):  # Wednesday to the Wednesday after
        _session(alder, episode, MONDAY + timedelta(days=day), 14, 10, "dosing_methadone")
    bill.run(alder.center, now=NEXT_WEEK + timedelta(days=2))
    first, second = Claim.objects.order_by("service_from")
    assert (_reasons(first), _reasons(second)) == ([], [])
    assert [c.service_from - MONDAY for c in (first, second)] == [
        timedelta(days=2), timedelta(days=9)
    ]  # fmt: skip
    assert {charge.current.code for charge in Charge.objects.all()} == {"G2067"}
    assert first.charge_cents == second.charge_cents == RATES["G2067"]


def _week_of_doses(cast: Cast) -> Episode:
    """Doses on Wednesday, Monday and Tuesday: one week of an admission on that Wednesday."""
    episode = _care(cast, "OTP", form="P", admitted=MONDAY + timedelta(days=2))
    for day in (2, 7, 8):
        _session(cast, episode, MONDAY + timedelta(days=day), 14, 10, "dosing_methadone")
    return episode


def _move_admission(cast: Cast, episode: Episode, to: date, now: datetime = NEXT_WEEK) -> None:
    row = Episode.objects.get(pk=episode.pk)
    row.admitted_on = to
    admit.admit(row, now=now)
    assert ledger.wrong_balances() == []


def _charged_weeks() -> list[tuple[date, int]]:
    """First day and number of notes of each week that is charged."""
    rows = Charge.objects.filter(state="live").order_by("service_date")
    return [(row.service_date, row.current.evidence.count()) for row in rows]


def test_a_moved_admission_charges_each_week_once_from_the_notes_that_stand_in_it(
    alder: Cast,
) -> None:
    episode = _week_of_doses(alder)
    wednesday = MONDAY + timedelta(days=2)
    assert _charged_weeks() == [(wednesday, 3)]
    _move_admission(alder, episode, MONDAY)
    assert _charged_weeks() == [(MONDAY, 1), (MONDAY + timedelta(days=7), 2)]
    assert Charge.objects.get(state="void").current.amount_cents == 0
    note = NoteVersion.objects.order_by("starts_at").first().note  # type: ignore[union-attr]
    amend(note, reason="Dose.", diagnoses=("F1020",), now=NEXT_WEEK)
    assert _charged_weeks() == [(MONDAY, 1), (MONDAY + timedelta(days=7), 2)]
    _move_admission(alder, episode, wednesday)
    assert _charged_weeks() == [(wednesday, 3)]


def test_an_admission_moved_by_whole_weeks_leaves_its_charges_alone(alder: Cast) -> None:
    episode = _week_of_doses(alder)
    before = Charge.objects.get().versions.count()
    _move_admission(alder, episode, MONDAY - timedelta(days=5))
    assert (_charged_weeks(), Charge.objects.get().versions.count()) == (
        [(MONDAY + timedelta(days=2), 3)], before
    )  # fmt: skip


def test_a_week_that_was_billed_before_its_admission_moved_is_taken_back_and_billed_anew(
    alder: Cast,
) -> None:
    episode = _week_of_doses(alder)
    connection = make_connection(alder.center)
    bill.run(alder.center, now=NEXT_WEEK + timedelta(days=2))
    assert submit.freeze(connection, now=NEXT_WEEK + timedelta(days=3)) is not None
    Claim.objects.update(state=ClaimState.ACCEPTED, payer_control_number="OT-78")
    later = NEXT_WEEK + timedelta(days=4)
    admit.save_plan(
        TreatmentPlan(organization=alder.center, episode=episode, effective_from=MONDAY,
                      effective_to=TODAY + timedelta(days=60), signed_by=alder.nora, signed_at=NOW)
    )  # fmt: skip
    _move_admission(alder, episode, MONDAY, now=later)
    bill.run(alder.center, now=later)
    file = submit.freeze(connection, now=later + timedelta(days=1))
    assert file is not None
    (sent,) = [t for t in read(bytes(file.raw)).transactions if isinstance(t, ClaimFile)]
    told = {(c.frequency, c.original_reference, c.lines[0].service_from) for c in sent.claims}
    assert told == {
        ("8", "OT-78", MONDAY + timedelta(days=2)),
        ("1", "", MONDAY),
        ("1", "", MONDAY + timedelta(days=7)),
    }


def test_a_claim_of_a_house_tells_the_day_to_which_its_admission_was_moved(alder: Cast) -> None:
    episode = _care(alder, "RES-SUD")
    _nights(alder, episode, 7)
    connection = make_connection(alder.center)
    bill.run(alder.center, now=NEXT_WEEK)
    submit.freeze(connection, now=NEXT_WEEK + timedelta(hours=3))
    Claim.objects.update(state=ClaimState.ACCEPTED, payer_control_number="HH-78")
    _move_admission(alder, episode, MONDAY - timedelta(days=1))
    claim = _only_claim(alder, NEXT_WEEK)
    assert claim.state in bill.WAITING
    assert bill.frequency(claim) == "7"


def test_an_admission_with_documented_services_stays_in_its_program(alder: Cast) -> None:
    episode = _week_of_doses(alder)
    episode.program = alder.program
    with pytest.raises(Refused, match="transfer"):
        admit.admit(episode, now=NEXT_WEEK)


def test_a_programs_level_of_care_stays_once_its_days_are_documented(alder: Cast) -> None:
    program = _care(alder, "IOP-MH").program
    program.level_of_care = "IOP-SUD"
    staff.save_program(program)  # a slip, mended before anything took place
    episode = program.episodes.get()
    _iop_day(alder, episode, MONDAY)
    program.level_of_care = "RES-SUD"
    with pytest.raises(Refused, match="Open a new program at RES-SUD"):
        staff.save_program(program)
    program.refresh_from_db()
    program.name = "Evening IOP"
    staff.save_program(program)
    fresh = Program(organization=alder.center, site=alder.site, name="House", form="I",
                    level_of_care="RES-SUD")  # fmt: skip
    there = discharge.transfer(
        episode, Leaving(MONDAY, None, "01"), staff.save_program(fresh), author=alder.nora, now=NOW
    )  # fmt: skip
    assert there.program.level_of_care == "RES-SUD"
    assert Charge.objects.get().current.level_of_care == "IOP-SUD"


def test_a_house_whose_nights_were_counted_stays_one(alder: Cast) -> None:
    episode = _care(alder, "RES-SUD")
    tomorrow = NOW + timedelta(days=1)
    census.take(episode.program, MONDAY, {episode.pk: True}, user=alder.ines, now=tomorrow)
    episode.program.level_of_care = "DETOX"
    with pytest.raises(Refused, match="documented at RES-SUD"):
        staff.save_program(episode.program)


def test_every_note_of_the_day_is_still_its_own_note(alder: Cast) -> None:
    episode = _care(alder, "IOP-SUD")
    _iop_day(alder, episode, MONDAY)
    assert NoteVersion.objects.count() == 3
    assert Attendance.objects.filter(session__kind="day").count() == 1


@pytest.mark.parametrize("service", ["iop_sud_day", "residential_sud_day", "daily_note", "dance"])
def test_nobody_signs_a_note_of_what_follows_from_notes(alder: Cast, service: str) -> None:
    note = draft_of(alder)
    document.save_draft(note, draft_from(note, service=service), now=NOW)
    with pytest.raises(Refused, match="Choose the service from the list"):
        sign(note)
    assert not Charge.objects.exists()

"""Authorizations on the real path: asked for, answered, reserved, consumed, confirmed, released."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, connections
from django_scopes import scope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carethread.record.models import (
    Appointment,
    Authorization,
    AuthorizationState,
    Case,
    Claim,
    ClaimState,
)
from carethread.rules.review import Decision
from carethread.workflow import admit, authorize, bill, post, receive
from carethread.workflow.authorize import Told
from carethread.workflow.common.errors import Refused
from tests.cast import NOW, TODAY, Cast, amend, draft_of, sign, signed_session
from tests.payers import answer, check, make_connection, reversal

PHONE = Told(channel="phone", contact="Pia at Harbor", reference="R-5512")


def granted(cast: Cast, **changes: object) -> Authorization:
    """An approved authorization for an hour of therapy, which the payer wants."""
    cast.payer.authorization_codes = ["90837"]
    cast.payer.save()
    values = {
        "organization": cast.center, "client": cast.clara, "payer": cast.payer, "number": "A-1",
        "effective_from": TODAY - timedelta(days=30), "effective_to": TODAY + timedelta(days=60),
        "codes": ["90837"], "approved_units": 3,
    } | changes  # fmt: skip
    return authorize.record(Authorization(**values), PHONE, now=NOW)


def planned(cast: Cast, *, days: int = 7, hour: int = 0) -> Appointment:
    starts = NOW + timedelta(days=days, hours=hour)
    return admit.schedule(
        Appointment(
            organization=cast.center, client=cast.clara, practitioner=cast.nora,
            program=cast.program, service="individual", starts_at=starts,
            ends_at=starts + timedelta(minutes=55),
        ),
        now=NOW,
    )  # fmt: skip


def sums(row: Authorization) -> tuple[int, int, int]:
    """Reserved, used, confirmed; and the ledger agrees."""
    row.refresh_from_db()
    signs = {"reserve": 1, "consume": 1, "release": -1}
    entries = list(row.entries.all())
    of_schedule = sum(signs.get(e.kind, 0) * e.units for e in entries if e.appointment_id)
    of_charges = sum(signs.get(e.kind, 0) * e.units for e in entries if e.charge_version_id)
    paid = sum({"confirm": 1, "unconfirm": -1}.get(e.kind, 0) * e.units for e in entries)
    assert (of_schedule, of_charges, paid) == (
        row.reserved_units, row.used_units, row.confirmed_units,
    )  # fmt: skip
    return row.reserved_units, row.used_units, row.confirmed_units


def rules_of(claim: Claim) -> set[str]:
    return set(claim.findings.values_list("rule", flat=True))


# ------------------------------------------------------------------------------- the unit ledger


def test_scheduling_reserves_a_unit_and_signing_consumes_it(alder: Cast) -> None:
    row = granted(alder)
    note = draft_of(alder)
    assert sums(row) == (1, 0, 0)
    sign(note)
    assert sums(row) == (0, 1, 0)


def test_a_cancelled_or_missed_session_gives_its_unit_back(alder: Cast) -> None:
    row = granted(alder)
    first, second = planned(alder), planned(alder, days=8)
    assert sums(row) == (2, 0, 0)
    admit.cancel(first, now=NOW)
    admit.miss(second, now=NOW)
    assert sums(row) == (0, 0, 0)


def test_the_unit_that_a_cancellation_frees_goes_to_the_next_session(alder: Cast) -> None:
    row = granted(alder, approved_units=1)
    first, second = planned(alder), planned(alder, days=8)
    assert not second.unit_entries.exists()
    admit.cancel(first, now=NOW)
    assert sums(row) == (1, 0, 0)
    assert second.unit_entries.get().kind == "reserve"


def test_a_session_that_took_place_goes_before_one_that_is_only_scheduled(alder: Cast) -> None:
    row = granted(alder, approved_units=1)
    later = planned(alder)
    signed_session(alder)
    assert sums(row) == (0, 1, 0)
    assert [e.kind for e in later.unit_entries.order_by("pk")] == ["reserve", "release"]


def test_an_addendum_to_a_shorter_session_releases_its_unit(alder: Cast) -> None:
    row = granted(alder)
    note = signed_session(alder).version.note
    amend(note, reason="It ended earlier.", ends_at=note.starts_at + timedelta(minutes=40))
    assert sums(row) == (0, 0, 0)


def test_a_service_that_found_too_few_takes_what_another_gives_back(alder: Cast) -> None:
    row = granted(alder, approved_units=1)
    note = signed_session(alder).version.note
    second = signed_session(alder, starts=NOW - timedelta(hours=6))
    amend(note, reason="It ended earlier.", ends_at=note.starts_at + timedelta(minutes=40))
    assert sums(row) == (0, 1, 0)
    third = signed_session(alder, starts=NOW - timedelta(days=1))
    bill.run(alder.center, now=NOW)
    states = {
        claim.charges.get().current.note_version_id: claim.state for claim in Claim.objects.all()
    }
    assert states[second.version.pk] == ClaimState.READY
    assert states[third.version.pk] == ClaimState.HELD


# ------------------------------------------------------------------------------- counted in days


def test_two_services_of_one_day_take_one_day_between_them(alder: Cast) -> None:
    row = granted(alder, unit="days", approved_units=2)
    planned(alder)
    planned(alder, hour=2)
    assert sums(row) == (1, 0, 0)
    signed_session(alder, starts=NOW - timedelta(hours=3))
    signed_session(alder, starts=NOW - timedelta(hours=6))
    assert sums(row) == (1, 1, 0)
    bill.run(alder.center, now=NOW)
    assert not Claim.objects.filter(findings__rule="AUTH_UNITS").exists()


def test_the_last_day_pays_for_every_clinicians_service_of_that_day_and_no_other(
    alder: Cast,
) -> None:
    row = granted(alder, unit="days", approved_units=1)
    signed_session(alder, starts=NOW - timedelta(hours=3))
    signed_session(alder, starts=NOW - timedelta(hours=6), by=alder.vera)
    signed_session(alder, starts=NOW - timedelta(days=1))
    assert sums(row) == (0, 1, 0)
    bill.run(alder.center, now=NOW)
    held = Claim.objects.filter(state=ClaimState.HELD)
    assert [(claim.service_from, rules_of(claim)) for claim in held] == [
        (TODAY - timedelta(days=1), {"AUTH_UNITS"})
    ]


def test_a_day_stays_used_while_any_of_its_services_stands(alder: Cast) -> None:
    row = granted(alder, unit="days", approved_units=2)
    first = signed_session(alder, starts=NOW - timedelta(hours=3)).version.note
    second = signed_session(alder, starts=NOW - timedelta(hours=6)).version.note
    for note, used in ((first, 1), (second, 0)):
        amend(note, reason="Shorter.", ends_at=note.starts_at + timedelta(minutes=40))
        assert sums(row) == (0, used, 0)


def test_payment_confirms_units_and_a_reversal_takes_that_back(alder: Cast) -> None:
    row = granted(alder)
    signed_session(alder)
    claim = _sent(alder)
    paid = answer(claim, paid=12_000, CO_45=6_000)
    _post(alder, "T1", paid)
    assert sums(row) == (0, 1, 1)
    _post(alder, "T2", reversal(paid))
    assert sums(row) == (0, 1, 0)
    _post(alder, "T3", replace(paid, payer_control_number="HH-AGAIN"))
    assert sums(row) == (0, 1, 1)


def _sent(cast: Cast) -> Claim:
    from carethread.workflow import submit

    bill.run(cast.center, now=NOW)
    claim = Claim.objects.get()
    assert claim.state == ClaimState.READY
    submit.freeze(make_connection(cast.center), now=NOW + timedelta(hours=3))
    Claim.objects.filter(pk=claim.pk).update(state=ClaimState.ACCEPTED)
    claim.refresh_from_db()
    return claim


def _post(cast: Cast, name: str, *answers: object) -> None:
    file = receive.store(name.encode(), organization=cast.center, name=f"{name}.835", now=NOW)
    post.post_check(file, check(cast.center, *answers, trace=name), now=NOW)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(st.sampled_from("sckx"), st.integers(0, 5)), max_size=8))
def test_whatever_happens_units_stay_between_zero_and_what_was_approved(
    alder: Cast, steps: list[tuple[str, int]]
) -> None:
    """s schedule, c cancel, k keep and sign, x a missed session; sums match the ledger always."""
    from django.db import transaction

    with transaction.atomic():
        row = granted(alder, approved_units=2)
        for place, (step, which) in enumerate(steps):
            _do(alder, step, which, place)
            reserved, used, confirmed = sums(row)
            assert 0 <= confirmed <= used
            assert 0 <= reserved + used <= 2
        for one in Appointment.objects.filter(status="scheduled"):
            admit.cancel(one, now=NOW)
        assert sums(row)[0] == 0
        transaction.set_rollback(True)


def _do(cast: Cast, step: str, which: int, place: int) -> None:
    if step == "k":
        signed_session(cast, starts=NOW - timedelta(hours=3 + 24 * place))
        return
    if step == "s":
        planned(cast, days=7 + place)
        return
    open_ = list(Appointment.objects.filter(status="scheduled").order_by("pk"))
    if open_:
        {"c": admit.cancel, "x": admit.miss}[step](open_[which % len(open_)], now=NOW)


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time anyway"
)
@pytest.mark.django_db(transaction=True)
def test_two_workers_racing_for_the_last_unit_get_one_between_them() -> None:
    from tests.cast import build

    cast = build()
    with scope(organization=cast.center):
        row = granted(cast, approved_units=1)
        notes = [
            draft_of(cast, starts=NOW - timedelta(hours=3)),
            draft_of(cast, starts=NOW - timedelta(hours=6), by=cast.vera),
        ]
        gate = threading.Barrier(2)

        def work(note: object) -> None:
            try:
                with scope(organization=cast.center):
                    gate.wait(10)
                    sign(note)  # type: ignore[arg-type]
            finally:
                connections.close_all()

        threads = [threading.Thread(target=work, args=(note,)) for note in notes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sums(row) == (0, 1, 0)
        bill.run(cast.center, now=NOW)
        states = sorted(Claim.objects.values_list("state", flat=True))
        assert states == [ClaimState.HELD, ClaimState.READY]
        (held,) = Claim.objects.filter(state=ClaimState.HELD)
        assert "AUTH_UNITS" in rules_of(held)


# ------------------------------------------------------------------------------- the claim stays


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"effective_to": TODAY - timedelta(days=1)}, "AUTH_DATES"),
        ({"effective_from": TODAY + timedelta(days=1)}, "AUTH_DATES"),
        ({"level_of_care": "IOP-SUD"}, "AUTH_SCOPE"),
        ({"weekly_cap": 0}, "AUTH_UNITS"),
        ({"state": "submitted", "number": "", "approved_units": 0}, "AUTH_PRESENT"),
        ({"state": "denied", "number": "", "approved_units": 0}, "AUTH_PRESENT"),
    ],
)
def test_a_claim_outside_its_authorization_stays_and_says_why(
    alder: Cast, changes: dict[str, object], rule: str
) -> None:
    granted(alder, **changes)
    signed_session(alder)
    bill.run(alder.center, now=NOW)
    claim = Claim.objects.get()
    assert claim.state == ClaimState.HELD
    assert rule in rules_of(claim)


def test_a_claim_for_another_clinician_than_the_authorized_one_stays(alder: Cast) -> None:
    granted(alder, rendering=alder.vera)
    signed_session(alder)
    bill.run(alder.center, now=NOW)
    assert "AUTH_PROVIDER" in rules_of(Claim.objects.get())


def test_a_second_session_in_a_week_that_allows_one_stays(alder: Cast) -> None:
    granted(alder, weekly_cap=1)
    signed_session(alder, starts=NOW - timedelta(hours=3))
    signed_session(alder, starts=NOW - timedelta(hours=6))
    bill.run(alder.center, now=NOW)
    held = [c for c in Claim.objects.all() if c.state == ClaimState.HELD]
    assert held
    assert all("AUTH_UNITS" in rules_of(c) for c in held)


def test_what_the_payer_says_needs_none_leaves_without_a_number(alder: Cast) -> None:
    granted(alder, state="not_required", number="", approved_units=0)
    signed_session(alder)
    bill.run(alder.center, now=NOW)
    assert Claim.objects.get().state == ClaimState.READY


def test_approval_frees_the_claim_that_waited(alder: Cast) -> None:
    row = granted(alder, state="submitted", number="", approved_units=0, requested_units=4)
    signed_session(alder)
    bill.run(alder.center, now=NOW)
    row.state, row.number, row.approved_units = AuthorizationState.APPROVED, "A-9", 4
    authorize.record(row, PHONE, now=NOW)
    assert Claim.objects.get().state == ClaimState.READY
    assert sums(row) == (0, 1, 0)


def test_an_extension_granted_after_the_session_was_billed_frees_its_claim_at_once(
    alder: Cast,
) -> None:
    row = granted(alder, effective_to=TODAY - timedelta(days=1))
    signed_session(alder)
    bill.run(alder.center, now=NOW)
    claim = Claim.objects.get()
    assert rules_of(claim) == {"AUTH_DATES"}
    admit.save_authorization(
        Authorization(
            organization=alder.center, client=alder.clara, payer=alder.payer, extends=row,
            number="A-1", effective_from=TODAY, effective_to=TODAY + timedelta(days=40),
            codes=["90837"], approved_units=4,
        ),
        now=NOW,
    )  # fmt: skip
    claim.refresh_from_db()
    assert (claim.state, rules_of(claim)) == (ClaimState.READY, set())


# ------------------------------------------------------------------------------- its life


def test_each_step_is_a_line_of_history_with_who_said_so_and_their_reference(alder: Cast) -> None:
    row = granted(alder, state="submitted", number="", approved_units=0, requested_units=4)
    row.state, row.number, row.approved_units = AuthorizationState.PARTIAL, "A-9", 2
    authorize.record(row, PHONE, now=NOW)
    told = list(row.events.order_by("pk").values_list("state_from", "state_to", "reference"))
    assert told == [("", "submitted", "R-5512"), ("submitted", "partial", "R-5512")]


def test_an_extension_continues_what_it_extends_under_the_same_number(alder: Cast) -> None:
    row = granted(alder, effective_to=TODAY + timedelta(days=3))
    more = authorize.request(
        Authorization(
            organization=alder.center, client=alder.clara, payer=alder.payer, extends=row,
            state="submitted", effective_from=TODAY + timedelta(days=4),
            effective_to=TODAY + timedelta(days=40), codes=["90837"], requested_units=4,
        ),
        PHONE,
        now=NOW,
    )  # fmt: skip
    visit = planned(alder, days=10)
    assert not visit.unit_entries.exists()
    more.state, more.number, more.approved_units = AuthorizationState.APPROVED, "A-1", 4
    authorize.record(more, PHONE, now=NOW)
    row.refresh_from_db()
    assert row.state == AuthorizationState.EXTENDED
    assert sums(more) == (1, 0, 0)


def test_time_expires_it_and_use_exhausts_it_and_a_release_frees_it_again(alder: Cast) -> None:
    row = granted(alder, approved_units=1)
    note = signed_session(alder).version.note
    authorize.run(alder.center, now=NOW)
    row.refresh_from_db()
    assert row.state == AuthorizationState.EXHAUSTED
    amend(note, reason="It ended earlier.", ends_at=note.starts_at + timedelta(minutes=40))
    authorize.run(alder.center, now=NOW)
    row.refresh_from_db()
    assert row.state == AuthorizationState.APPROVED
    authorize.run(alder.center, now=NOW + timedelta(days=90))
    row.refresh_from_db()
    assert row.state == AuthorizationState.EXPIRED
    assert authorize.run(alder.center, now=NOW + timedelta(days=90)) == 0


def test_a_service_signed_late_still_takes_its_unit_of_what_has_expired_since(alder: Cast) -> None:
    row = granted(alder, effective_to=TODAY)
    authorize.run(alder.center, now=NOW + timedelta(days=2))
    signed_session(alder, now=NOW + timedelta(days=2))
    assert sums(row) == (0, 1, 0)


def test_a_service_after_its_end_takes_nothing_of_it_until_the_end_is_corrected(
    alder: Cast,
) -> None:
    row = granted(alder, effective_to=TODAY - timedelta(days=1))
    signed_session(alder)
    assert sums(row) == (0, 0, 0)
    row.effective_to = TODAY + timedelta(days=30)
    authorize.record(row, PHONE, now=NOW)
    assert sums(row) == (0, 1, 0)


def test_what_cannot_follow_is_refused(alder: Cast) -> None:
    row = granted(alder)
    with pytest.raises(Refused, match="cannot become"):
        authorize.move(row, "appealed", Told(words="No."), now=NOW)
    authorize.move(row, "voided", Told(words="Entered twice."), now=NOW)
    row.refresh_from_db()
    row.state = AuthorizationState.APPROVED
    with pytest.raises(Refused, match="cannot become"):
        authorize.record(row, PHONE, now=NOW)


def test_used_units_cannot_be_taken_away(alder: Cast) -> None:
    row = granted(alder)
    signed_session(alder)
    signed_session(alder, starts=NOW - timedelta(hours=6))
    row.refresh_from_db()
    row.approved_units = 1
    with pytest.raises(Refused, match="2 units of it are used"):
        authorize.record(row, PHONE, now=NOW)


# ------------------------------------------------------------------------------- by 278


def _file(cast: Cast) -> object:
    return receive.store(b"278", organization=cast.center, name="a.278", now=NOW)


def test_an_electronic_answer_is_applied_to_what_waits_for_it(alder: Cast) -> None:
    row = granted(alder, state="submitted", number="", approved_units=0, requested_units=8)
    said = Decision("partial", "A-278", 5, date(2026, 3, 1), date(2026, 4, 30))
    authorize.decide(row, said, _file(alder), now=NOW)
    row.refresh_from_db()
    assert (row.state, row.number, row.approved_units) == ("partial", "A-278", 5)
    assert row.events.order_by("-pk")[0].channel == "278"
    assert not Case.objects.exists()


def test_an_electronic_answer_that_contradicts_the_record_opens_a_case(alder: Cast) -> None:
    row = granted(alder)
    file = _file(alder)
    for _ in range(2):
        authorize.decide(row, Decision("denied"), file, now=NOW)
    row.refresh_from_db()
    assert row.state == AuthorizationState.APPROVED
    case = Case.objects.get()
    assert case.authorization == row
    assert "denied" in case.title


def test_an_electronic_answer_of_an_unknown_kind_opens_a_case(alder: Cast) -> None:
    row = granted(alder, state="submitted", number="", approved_units=0, requested_units=8)
    authorize.decide(row, Decision("", words="HCR01 is ZZ."), _file(alder), now=NOW)
    row.refresh_from_db()
    assert row.state == "submitted"
    assert "something unknown" in Case.objects.get().title

"""Nineteen days of the demo through all the real parts: workflow, SFTP, the payer's process."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django_scopes import scope

from carethread.insight.outcome import outcome
from carethread.record.ledger import wrong_balances
from carethread.record.models import (
    Appointment,
    Attendance,
    Authorization,
    Case,
    CensusEntry,
    Charge,
    Claim,
    ClaimFinding,
    ClaimLine,
    Client,
    Connection,
    Coverage,
    Delivery,
    EdiFile,
    EftDeposit,
    EligibilityAnswer,
    EligibilityCheck,
    Match,
    Note,
    Organization,
    Remittance,
    RemittedLine,
    StayEvent,
    User,
)
from carethread.sandbox import demo, live
from carethread.sandbox.practice import cast
from carethread.workflow.coverage import eligibility
from carethread.workflow.work import run_due
from carethread.x12.reader import read
from tests.judges import pyx12_errors

NOW = datetime(2026, 3, 5, 15, tzinfo=UTC)  # a Thursday, so that co-signatures are under way
DAYS = 19

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("demo")]


@dataclass
class Built:
    summary: demo.DemoSummary
    folder: Path
    steps: list[tuple[int, int, str]]


@pytest.fixture
def built(tmp_path: Path) -> Built:
    steps: list[tuple[int, int, str]] = []
    summary = demo.build(
        days=DAYS, now=NOW, folder=tmp_path, report=lambda *step: steps.append(step)
    )
    return Built(summary, tmp_path, steps)


@pytest.fixture
def center(built: Built) -> Iterator[Organization]:
    organization = Organization.objects.get(name=cast.CENTER.name)
    with scope(organization=organization):
        yield organization


def test_the_demo_leaves_a_center_in_the_midst_of_its_work(built, center):
    """One build, many looks: building takes seconds."""
    summary = built.summary
    # -- what was lived
    assert [step[:2] for step in built.steps] == [(n, DAYS) for n in range(DAYS + 1)]
    assert summary.signed_notes > 50
    assert summary.paid_cents > 0
    assert {"accepted", "paid", "held", "rejected"} <= summary.claims.keys()

    # -- the money is right
    assert wrong_balances() == []
    assert Remittance.objects.filter(closed_at__isnull=True).count() == 0
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent", "read"}
    every_file_is_accepted()
    what_was_remitted_is_posted_and_the_bank_agrees()

    # -- there is something to do for everybody
    assert Case.objects.filter(kind="denial", author__isnull=False).exists()
    rejection = Case.objects.filter(kind="rejection", state="open").first()
    assert rejection is not None
    assert rejection.owner_role == "intake"
    assert ClaimFinding.objects.filter(rule="NOTE_COSIGNED", severity="stops").exists()
    today = Appointment.objects.filter(starts_at__date=NOW.date(), status="scheduled")
    assert today.exists()
    assert not Note.objects.filter(attendance__session__appointment__in=today).exists()

    # -- every program is under way
    days_and_nights_are_billed_and_paid()
    groups_are_met()
    a_stay_waits_for_its_summary()
    a_weekend_on_leave_is_told_and_not_billed()
    authorizations_are_in_every_state()
    a_carve_out_is_named_and_held()

    # -- everybody can sign in with what is printed
    assert {email for email, _, _ in summary.sign_ins} == {u.email for u in User.objects.all()}
    for email in ("imogen.hale@alderrow.example", "ansel.quill@fenhollow.example"):
        assert User.objects.get(email=email).check_password(summary.password)

    # -- the other center on the machine sees nothing of it
    outside = Organization.objects.get(name=cast.OUTSIDE_CENTER.name)
    with scope(organization=outside):
        assert Client.objects.count() == 2
        assert Claim.objects.count() == 0

    # -- a second demo is not built over the first
    with pytest.raises(demo.AlreadyThere, match="database of its own"):
        demo.build(days=1, now=NOW, folder=built.folder)

    # -- and it goes on when it is served
    with live.running(built.folder):
        run_due(datetime(2026, 3, 5, 23, tzinfo=UTC), center)
        connection = Connection.objects.get(kind="sftp")
        assert (connection.failures, connection.last_error) == (0, "")
        assert connection.last_success_at == datetime(2026, 3, 5, 23, tzinfo=UTC)
        coverage = Coverage.objects.get(client__mrn="AR-2032")
        said = eligibility.check(coverage, now=datetime(2026, 3, 5, 23, tzinfo=UTC)).answer
        assert (said.is_active, said.problem) == (True, "")


def every_file_is_accepted() -> None:
    """Other people's programs accept what left; what the payers sent balances."""
    files = [(file.kind, bytes(file.raw)) for file in EdiFile.objects.order_by("pk")]
    claims = [raw for kind, raw in files if kind in ("837P", "837I")]
    assert {kind for kind, _ in files} >= {"837P", "837I", "270", "278"}
    assert [error for raw in claims for error in pyx12_errors(raw)] == []
    checks = [one for _, raw in files if b"ST*835" in raw for one in read(raw).transactions]
    assert checks
    assert all(check.is_balanced for check in checks)


def what_was_remitted_is_posted_and_the_bank_agrees() -> None:
    """Payers mangle numbers, drop modifiers and line numbers; nobody has to look."""
    found = outcome()
    assert found.proves
    assert found.share_by_itself >= 0.98
    assert found.waiting == ()
    assert 0 < found.bank_cents == found.bank_matched_cents <= found.check_cents
    assert EftDeposit.objects.exclude(trace="").exists()
    told = Match.objects.filter(remitted__claim_number__startswith="ct-", state="matched")
    assert told.exists()


def days_and_nights_are_billed_and_paid() -> None:
    lines = ClaimLine.objects.filter(version__claim__form="I")
    assert set(lines.values_list("code", flat=True)) >= {"H0015", "H0018", "H0010"}
    states = set(Claim.objects.filter(form="I").values_list("state", flat=True))
    assert states >= {"accepted", "paid", "partial", "held"}
    # Two nights more than the payer authorized by its own books.
    nights = RemittedLine.objects.filter(code="H0018", adjustments__reason="198")
    assert list(nights.values_list("paid_cents", flat=True)) == [0, 0]
    weeks = Charge.objects.filter(current__code="G2067", claim__state="paid")
    assert weeks.exists()


def groups_are_met() -> None:
    met = Attendance.objects.filter(session__kind="group")
    assert set(met.values_list("status", flat=True)) == {"present", "no_show"}
    assert met.filter(arrived_at__isnull=False).exists()
    assert met.filter(is_walk_in=True).exists()
    nights = CensusEntry.objects.values_list("day", flat=True)
    assert max(nights) == NOW.date() - timedelta(days=2)
    signed = met.filter(note__current__isnull=False)
    assert signed.count() == met.filter(status="present").count()


def a_stay_waits_for_its_summary() -> None:
    held = Claim.objects.get(findings__rule="DISCHARGE_DONE")
    assert held.client.mrn == "AR-2022"
    assert Case.objects.filter(kind="discharge", episode__client=held.client).exists()
    (detox,) = Claim.objects.filter(charges__current__code="H0010").distinct()
    assert detox.current is not None
    assert detox.current.content["patient_status"] == "62"
    assert detox.state in ("accepted", "paid")


def a_weekend_on_leave_is_told_and_not_billed() -> None:
    left, back = StayEvent.objects.order_by("pk")
    nights = (left.on, back.on - timedelta(days=1))
    assert [night.weekday() for night in nights] == [4, 5]
    claim = Claim.objects.get(
        episode=left.episode, service_from__lte=left.on, current__isnull=False
    )
    assert claim.current is not None
    told = [code for code in claim.current.content["codes"] if code["qualifier"] == "BI"]
    assert [(c["code"], c["first"], c["last"]) for c in told] == [("74", *map(str, nights))]
    assert not claim.current.lines.filter(service_date__in=nights).exists()
    away = CensusEntry.objects.filter(episode=left.episode, day__in=nights)
    assert set(away.values_list("is_present", flat=True)) == {False}


def authorizations_are_in_every_state() -> None:
    rows = Authorization.objects.filter(client__mrn__startswith="AR-2")
    assert set(rows.values_list("state", flat=True)) == {"approved", "partial", "expired"}
    asked = rows.get(client__mrn="AR-2006")
    assert (asked.requested_units, asked.approved_units) == (20, 16)
    assert all(row.used_units + row.reserved_units <= row.approved_units for row in rows)


def a_carve_out_is_named_and_held() -> None:
    named = EligibilityAnswer.objects.exclude(carve_out_id="")
    assert set(named.values_list("carve_out_id", flat=True)) >= {"QRBH7"}
    assert EligibilityCheck.objects.filter(payer_id="QRBH7", follows__isnull=False).exists()
    assert ClaimFinding.objects.filter(rule="PAYER_ROUTE_CARVEOUT").exists()
    assert Claim.objects.filter(client__mrn="AR-2034", state="denied").exists()

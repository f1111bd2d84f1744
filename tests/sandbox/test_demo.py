"""Two weeks of the demo through all the real parts: workflow, SFTP, the payer's process."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django_scopes import scope

from carethread.record.ledger import wrong_balances
from carethread.record.models import (
    Appointment,
    Case,
    Claim,
    ClaimFinding,
    Client,
    Connection,
    Delivery,
    Note,
    Organization,
    Remittance,
    User,
)
from carethread.sandbox import demo, live
from carethread.sandbox.practice import cast
from carethread.workflow.work import run_due
from tests.judges import pyx12_errors

NOW = datetime(2026, 3, 5, 15, tzinfo=UTC)  # a Thursday, so that co-signatures are under way
DAYS = 17

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


def test_two_weeks_of_the_demo_leave_a_center_in_the_midst_of_its_work(built, center):
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
    for path in sorted((built.folder / "archive").iterdir())[::4]:
        assert pyx12_errors(path.read_bytes()) == []

    # -- there is something to do for everybody
    assert Case.objects.filter(kind="denial", author__isnull=False).exists()
    rejection = Case.objects.filter(kind="rejection", state="open").first()
    assert rejection is not None
    assert rejection.owner_role == "intake"
    assert ClaimFinding.objects.filter(rule="NOTE_COSIGNED", severity="stops").exists()
    today = Appointment.objects.filter(starts_at__date=NOW.date(), status="scheduled")
    assert today.exists()
    assert not Note.objects.filter(attendance__session__appointment__in=today).exists()

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
        connection = Connection.objects.get()
        assert (connection.failures, connection.last_error) == (0, "")
        assert connection.last_success_at == datetime(2026, 3, 5, 23, tzinfo=UTC)

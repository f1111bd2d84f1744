"""A real center, from nothing: opened at the command line, set up at the screens, its first note a
claim that leaves. Nothing here writes to the record but what its people do."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse
from django_scopes import scope

from carethread.insight.first_steps import steps
from carethread.record.models import (
    Appointment,
    Charge,
    Claim,
    ClaimState,
    Client,
    Episode,
    Note,
    Organization,
    Payer,
    Practitioner,
    Program,
    Site,
    User,
)
from carethread.web import http
from carethread.workflow import bill, work
from tests.cast import NOW, PASSWORD, TODAY
from tests.cli.run import carethread
from tests.cli.test_opening import OPTIONS, password_in
from tests.judges import pyx12_errors

LICENSED_SINCE = "2024-01-01"
NORA = {"first_name": "Nora", "last_name": "Notes", "credential": "LCSW", "npi": "1000000004",
        "taxonomy": "1041C0700X"}  # fmt: skip
HOME = {"line1": "7 Mill Lane", "city": "Albany", "state": "NY", "postal_code": "12207"}


@dataclass
class Place:
    """The new center as its people meet it: screens, and a clock that is told."""

    folder: Path
    now: Any = NOW
    browsers: dict[str, Browser] = field(default_factory=dict)

    def enter(self, email: str, once: str) -> Browser:
        """Sign in with a password that somebody handed over, and choose one's own."""
        browser = self.browsers[email] = Browser()
        browser.post(reverse("account_login"), {"login": email, "password": once})
        choose = reverse("account_change_password")
        assert browser.get("/").url == choose, "nothing else opens"
        typed = {"oldpassword": once, "password1": PASSWORD, "password2": PASSWORD}
        assert browser.post(choose, typed).url == reverse("home")
        return browser


def send(browser: Browser, address: str, *args: int, **typed: object) -> HttpResponse:
    """Fill in a form and save it; what was refused is told."""
    answer = browser.post(reverse(address, args=args), typed)
    said = answer.content.decode()
    wrong = re.findall(r"field-errors[^>]*>\s*<p[^>]*>(.*?)</p>", said, re.DOTALL)
    assert answer.status_code in (200, 302), (address, wrong or said)
    return answer


@pytest.fixture
def place(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    (tmp_path / "out").mkdir()
    (tmp_path / "in").mkdir()
    place = Place(tmp_path)
    monkeypatch.setattr(http, "now", lambda: place.now)
    return place


def test_a_center_opens_and_its_first_note_becomes_a_claim_that_leaves(place: Place) -> None:
    opened = carethread("open", *OPTIONS)
    assert opened.exit_code == 0, opened.stderr
    center = Organization.objects.get()
    ann = place.enter("ann@elm.example", password_in(opened.stdout))
    assert ann.get("/").url == reverse("first_steps")
    with scope(organization=center):
        assert [step.key for step in steps(center, TODAY) if step.is_done] == ["organization"]
        _set_up(place, ann, center)
        assert lacking(center) == ["client"]
        _admit(place, center)
        assert lacking(center) == []
    assert "All of it is there" in ann.get(reverse("first_steps")).content.decode()
    assert ann.get("/").url == reverse("cash"), "the first page is what an owner's was before"
    with scope(organization=center):
        _treat(place)
        _bill(place, center)


def lacking(center: Organization) -> list[str]:
    return [step.key for step in steps(center, TODAY) if not step.is_done]


def _set_up(place: Place, ann: Browser, center: Organization) -> None:
    """What the administrator types, in the order of the first steps."""
    send(ann, "site_new", name="Elm House", place_of_service="11", **HOME)
    send(ann, "program_new", name="Outpatient", site=Site.objects.get().pk, level_of_care="OP",
         form="P")  # fmt: skip
    send(ann, "practitioner_new", **NORA)
    nora = Practitioner.objects.get()
    send(ann, "license_new", nora.pk, credential="LCSW", state="NY", number="L1",
         effective_from=LICENSED_SINCE)  # fmt: skip
    for first, role in (("nora", "clinician"), ("bea", "biller"), ("ines", "intake")):
        email = f"{first}@elm.example"
        shown = send(ann, "user_new", first_name=first.title(), last_name="Notes", email=email,
                     roles=[role]).content.decode()  # fmt: skip
        place.enter(email, re.search(r'class="code strong">([^<]+)<', shown)[1])
    assert "accounts" in lacking(center), "the clinician's account is nobody's yet"
    send(ann, "practitioner", nora.pk, **NORA, user=User.objects.get(first_name="Nora").pk)
    send(ann, "payer_new", name="Harbor Health", payer_id="HARBR", kind="commercial",
         filing_indicator="CI", requires_enrollment="on")  # fmt: skip
    assert "roster" in lacking(center)
    send(ann, "enrollment_new", nora.pk, payer=Payer.objects.get().pk,
         effective_from=LICENSED_SINCE)  # fmt: skip
    send(ann, "fees", code="90837", amount="180", effective_from="2026-01-01")
    url = f"{reverse('connection_new')}?kind=folder"
    way = {"name": "Clearinghouse", "receiver_name": "Clearing House", "receiver_id": "CLEARING",
           "sender_id": "ELMHOUSE", "outbound_folder": "out", "inbound_folder": "in",
           "setting_root": str(place.folder)}  # fmt: skip
    assert ann.post(url, way).status_code == 302


def _admit(place: Place, center: Organization) -> None:
    """What intake types: one client, from the front door to the first appointment."""
    ines = place.browsers["ines@elm.example"]
    send(ines, "client_new", first_name="Clara", last_name="Client", birth_date="1990-05-17",
         sex="F", mrn="1", **HOME)  # fmt: skip
    clara = Client.objects.get().pk
    send(ines, "coverage_new", clara, payer=Payer.objects.get().pk, rank=1, member_id="HH1",
         relationship="18", effective_from="2025-01-01")  # fmt: skip
    send(ines, "admission_new", clara, program=Program.objects.get().pk, admitted_on="2026-03-02",
         admission_type="3", admission_source="1")  # fmt: skip
    send(ines, "diagnosis_new", clara, code="F33.1", rank=1, diagnosed_on="2026-03-02")
    send(ines, "appointment_new", clara, episode=Episode.objects.get().pk,
         practitioner=Practitioner.objects.get().pk, service="individual", day="2026-03-02",
         starts="14:30", minutes=55, weeks=1)  # fmt: skip


def _treat(place: Place) -> None:
    """What the clinician types after the session."""
    nora = place.browsers["nora@elm.example"]
    clara = Client.objects.get().pk
    send(nora, "plan_new", clara, episode=Episode.objects.get().pk, effective_from="2026-03-02",
         effective_to="2026-09-02", goals="Sleep well", sign="on", password=PASSWORD)  # fmt: skip
    send(nora, "note_open", Appointment.objects.get().pk)
    send(nora, "note_sign", Note.objects.get().pk, service="individual", day="2026-03-02",
         starts="14:30", ends="15:25", place_of_service="11", diagnoses=["F331"],
         content_presentation="Tired, cooperative.", content_intervention="Sleep diary.",
         content_response="Engaged.", content_plan="Weekly.", password=PASSWORD)  # fmt: skip


def _bill(place: Place, center: Organization) -> None:
    """What happens by itself: the claim is made, waits out its grace, and leaves."""
    assert Charge.objects.get().current.amount_cents == 18_000
    assert bill.run(center, now=place.now) == 1
    claim = Claim.objects.get()
    findings = list(claim.findings.values_list("rule", "message"))
    assert (claim.state, findings) == (ClaimState.READY, [])
    place.now += timedelta(hours=3)
    work.run_due(place.now, center)
    (sent,) = (place.folder / "out").iterdir()
    assert pyx12_errors(sent.read_bytes()) == []
    claim.refresh_from_db()
    assert claim.state == ClaimState.SENT

"""Programs in a real browser: a group of twelve by thumb, an IOP week, a stay in a house.

Nobody types an address: every step is a click on what the screen offers. What the worker does
between the clicks (making claims, freezing files) is told to it here; pyx12 judges what leaves.
"""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.cache import cache
from django_scopes import scope
from playwright.sync_api import Browser, Page, expect

from carethread.codes import icd10
from carethread.record.models import (
    Appointment,
    Attendance,
    Charge,
    Claim,
    ClaimState,
    Diagnosis,
    EdiFile,
    Episode,
    Group,
    NoteVersion,
    Program,
    TreatmentPlan,
)
from carethread.web import http
from carethread.workflow import admit, bill, submit
from carethread.workflow.care import groups
from carethread.workflow.center import staff
from carethread.x12.claim import ClaimFile
from carethread.x12.reader import read
from tests.cast import LONG_AGO, NOW, PASSWORD, TODAY, Cast, build
from tests.groups import at, fees, people
from tests.judges import pyx12_errors
from tests.payers import make_connection

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


class Clock:
    """The screens' time, told by the test."""

    def __init__(self) -> None:
        self.now = NOW

    def at(self, day: date, hour: int, minute: int = 0) -> None:
        self.now = at(hour, minute, day).astimezone(UTC)  # as the screens' own clock tells it


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(http, "now", lambda: found.now)
    return found


@pytest.fixture
def cast(chrome: Browser, transactional_db: None) -> Cast:
    cache.clear()
    icd10.search("f33")  # read once: the first tap does not wait for it
    icd10.excluded("F331", "F411")
    return build()


@pytest.fixture
def page(chrome: Browser, live_server) -> Page:
    context = chrome.new_context(base_url=live_server.url, **PHONE)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    return context.new_page()


def sign_in(page: Page, user) -> None:
    page.context.clear_cookies()
    page.goto("/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def menu(page: Page, name: str) -> None:
    """Choose from the menu, which a narrow screen keeps folded."""
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()


def person(page: Page, name: str):
    """A client's part of the group's page."""
    return page.locator(".person").filter(has=page.get_by_role("heading", name=name))


def tap(page: Page, name: str, what: str) -> None:
    button = person(page, name).get_by_role("button", name=what, exact=True)
    button.tap()
    expect(button).to_have_attribute("aria-pressed", "true")


def write_group(page: Page) -> None:
    """The shared part, and something true of each who came."""
    page.get_by_label("Topic").fill("Triggers")
    page.get_by_label("What was done").fill("Role play of a refusal.")
    fields = page.get_by_label(re.compile("^Said and did")).all()
    for number, field in enumerate(fields):
        field.fill(f"Told of a refusal at work, number {number}.")


def sign(page: Page) -> None:
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("^Sign")).last.click()


def the_file_that_leaves(cast: Cast, now: datetime) -> EdiFile:
    """The one file that leaves, without a word from pyx12 against it."""
    file = submit.freeze(make_connection(cast.center), now=now)
    assert file is not None
    assert file.kind == "837I"
    assert pyx12_errors(bytes(file.raw)) == []
    return file


# ------------------------------------------------------------------------------ twelve


def test_a_group_of_twelve_is_checked_in_by_thumb_signed_once_and_charged(
    cast: Cast, clock: Clock, page: Page
) -> None:
    with scope(organization=cast.center):
        fees(cast)
        group = groups.save_group(
            Group(organization=cast.center, program=cast.program, service="group",
                  name="Coping skills", facilitator=cast.nora, weekdays=[0], starts_at=time(10),
                  minutes=90)
        )  # fmt: skip
        for client in people(cast, 12):
            groups.join(group, client.episodes.get(), LONG_AGO + timedelta(days=400))

    clock.at(TODAY, 10, 20)
    sign_in(page, cast.nora.user)
    page.get_by_role("button", name="Check in Coping skills", exact=True).tap()
    tap(page, "Abel", "Late")
    tap(page, "Bree", "No-show")
    page.get_by_role("button", name="All others here").tap()
    expect(page.locator("#tally")).to_contain_text("11 came")
    page.get_by_label(re.compile("^A walk-in")).press_sequentially("clara")
    page.get_by_role("button", name="Came Clara Client").tap()
    expect(page.locator("#tally")).to_contain_text("12 came")
    person(page, "Abel").get_by_role("radio", name="Listened").check()
    write_group(page)

    clock.at(TODAY, 11, 40)
    sign(page)
    expect(page.get_by_role("heading", name="What the signature created")).to_be_visible()
    expect(page.locator("#preview")).to_contain_text("12 clients")
    expect(page.locator("#preview")).to_contain_text("$720.00")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    with scope(organization=cast.center):
        charges = Charge.objects.filter(state="live").select_related("current", "client")
        assert {c.current.code for c in charges} == {"90853"}
        assert len(charges) == NoteVersion.objects.count() == 12
        late = NoteVersion.objects.get(note__attendance__client__first_name="Abel")
        assert (late.minutes, late.content["participation"]) == (70, "Listened")
        assert Attendance.objects.get(client__first_name="Bree").status == "no_show"


# ------------------------------------------------------------------------------ a week


def test_an_iop_week_of_groups_leaves_as_837i_with_h0015_and_its_revenue_code(
    cast: Cast, clock: Clock, page: Page
) -> None:
    with scope(organization=cast.center):
        fees(cast, H0015=35_000)
        program = staff.save_program(
            Program(organization=cast.center, site=cast.site, name="Evenings", form="I",
                    level_of_care="IOP-SUD")
        )  # fmt: skip
        group = groups.save_group(
            Group(organization=cast.center, program=program, service="sud_group",
                  name="Evening group", facilitator=cast.nora, weekdays=[0, 1, 2],
                  starts_at=time(9), minutes=180)
        )  # fmt: skip
        (client,) = people(cast, 1, program)
        groups.join(group, client.episodes.get(), LONG_AGO + timedelta(days=400))
        Diagnosis.objects.filter(episode__client=client, rank=1).update(code="F1020")

    sign_in(page, cast.nora.user)
    for number in range(3):
        clock.at(TODAY + timedelta(days=number), 13)
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("link", name=re.compile("^My day")).click()
        today = page.get_by_role("region", name="Groups", exact=True)
        today.get_by_role("button", name="Check in Evening group").click()
        page.get_by_role("button", name="All others here").click()
        expect(page.locator("#tally")).to_contain_text("1 came")
        write_group(page)
        expect(page.locator("#preview")).to_contain_text("H0015")
        sign(page)
        expect(page.get_by_role("heading", name="What the signature created")).to_be_visible()

    menu(page, "Program days")
    week = page.get_by_role("row").filter(has_text="Abel")
    expect(week).to_contain_text("9:00 h")
    expect(week).to_contain_text("$1,050.00")
    next_week = NOW + timedelta(days=7)
    clock.now = next_week
    with scope(organization=cast.center):
        bill.run(cast.center, now=next_week)
        claim = Claim.objects.get()
        assert list(claim.findings.filter(severity="stops")) == []
        file = the_file_that_leaves(cast, next_week + timedelta(hours=3))
    (sent,) = [t for t in read(bytes(file.raw)).transactions if isinstance(t, ClaimFile)]
    (billed,) = sent.claims
    assert (billed.facility_code, billed.charge) == ("13", 105_000)
    assert [(n.revenue_code, n.procedure) for n in billed.lines] == [("0906", "H0015")] * 3
    sign_in(page, cast.bill)
    page.get_by_role("main").get_by_role("link", name=re.compile("^Leaving|^Sent")).first.click()
    expect(page.get_by_role("main")).to_contain_text("$1,050.00")


# ------------------------------------------------------------------------------ a stay


def test_a_stay_is_billed_from_admission_to_discharge_once_its_summary_is_signed(
    cast: Cast, clock: Clock, page: Page
) -> None:
    with scope(organization=cast.center):
        fees(cast, H0018=60_000)
        staff.save_program(
            Program(organization=cast.center, site=cast.site, name="Cedar House", form="I",
                    level_of_care="RES-SUD")
        )  # fmt: skip

    # Intake admits.
    clock.at(TODAY, 12)
    sign_in(page, cast.ines)
    menu(page, "Clients")
    page.get_by_role("link", name=re.compile("Clara|Client, Clara")).click()
    page.get_by_role("link", name="Admit").click()
    page.get_by_label("Program", exact=True).select_option(label="Cedar House, Alder Row Main")
    page.get_by_label("At", exact=True).fill("09:00")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("main")).to_contain_text("Cedar House")
    with scope(organization=cast.center):
        stay = Episode.objects.get(program__name="Cedar House")
        _charted(cast, stay)

    # Two nights: the clinician writes, intake counts.
    for number in range(2):
        day = TODAY + timedelta(days=number)
        clock.at(day, 17)
        with scope(organization=cast.center):
            starts = at(15, 0, day)
            admit.schedule(
                Appointment(organization=cast.center, client=cast.clara, practitioner=cast.nora,
                            program=stay.program, service="daily_note", starts_at=starts,
                            ends_at=starts + timedelta(minutes=20))
            )  # fmt: skip
        sign_in(page, cast.nora.user)
        page.get_by_role("button", name="Write note for Clara Client").click()
        page.get_by_label("Intervention").fill(f"Day {number + 1}: rested, ate, took part.")
        sign(page)
        expect(page.get_by_role("heading", name="What your signature created")).to_be_visible()
        clock.at(day + timedelta(days=1), 8)
        sign_in(page, cast.ines)
        menu(page, "Census")
        page.get_by_role("button", name="Count this night").click()
        expect(page.get_by_role("main")).to_contain_text("H0018 $600.00")

    # The clinician discharges; the final claim waits, and says for what.
    gone = TODAY + timedelta(days=2)
    clock.at(gone, 12)
    sign_in(page, cast.nora.user)
    menu(page, "Clients")
    page.get_by_role("link", name=re.compile("Clara|Client, Clara")).click()
    page.get_by_role("link", name="Discharge of the stay in Cedar House").click()
    page.get_by_label("Hour").fill("11:00")
    page.get_by_label("Where the client goes").select_option("01")
    page.get_by_label("Reason").fill("Goals met.")
    page.get_by_role("button", name="Discharge").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Discharged from Cedar House")
    with scope(organization=cast.center):
        bill.run(cast.center, now=clock.now)
        claim = Claim.objects.get()
        assert claim.state == ClaimState.HELD
        held = claim.findings.filter(severity="stops").values_list("rule", flat=True)
        assert list(held) == ["DISCHARGE_DONE"]
    page.get_by_role("link", name="Write and sign it").click()
    expect(page.get_by_role("main")).to_contain_text("$1,200.00 waits")
    for name in ("Course of treatment", "Condition at discharge", "Medication", "Aftercare"):
        page.get_by_label(name).fill("Well.")
    sign(page)
    expect(page.get_by_role("main")).to_contain_text("$1,200.00 of claims waited for it")
    with scope(organization=cast.center):
        claim.refresh_from_db()
        assert claim.state == ClaimState.READY
        raw = bytes(the_file_that_leaves(cast, clock.now + timedelta(hours=3)).raw)
    assert b"*86:A:1*" in raw, "admission through discharge"
    assert b"DTP*096*TM*1100" in raw


def _charted(cast: Cast, stay: Episode) -> None:
    """The stay's diagnosis and its signed plan."""
    admit.save_diagnosis(
        Diagnosis(organization=cast.center, episode=stay, code="F1020", rank=1,
                  diagnosed_on=stay.admitted_on)
    )  # fmt: skip
    admit.save_plan(
        TreatmentPlan(organization=cast.center, episode=stay, effective_from=stay.admitted_on,
                      effective_to=stay.admitted_on + timedelta(days=60), signed_by=cast.nora,
                      signed_at=NOW)
    )  # fmt: skip

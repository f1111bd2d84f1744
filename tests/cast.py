"""The fixed cast of the tests: one small center with people who each have one part.

Nora writes notes (LCSW), Sam writes under Vera's supervision, Bill bills, Dora directs, Ines
admits. Oscar works for another center and must never see any of it. Clara is the client; her
insurance is Harbor Health. `NOW` is a Monday evening.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from django.contrib.auth.hashers import make_password
from django_scopes import scope

from carethread.codes.roles import Role
from carethread.record.models import (
    Appointment,
    Client,
    Coverage,
    Diagnosis,
    Episode,
    Fee,
    License,
    Note,
    Organization,
    Payer,
    PayerEnrollment,
    Practitioner,
    Program,
    Site,
    TreatmentPlan,
    User,
)
from carethread.workflow import admit, document
from carethread.workflow.center import staff
from carethread.workflow.common.reauthenticate import Proof
from tests.support import kept

NOW = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)  # Monday, 17:30 in New York
TODAY = date(2026, 3, 2)
LONG_AGO = date(2025, 1, 1)
PASSWORD = "a quiet river at dawn"

FEES = {"90791": 22_000, "90832": 11_000, "90834": 14_000, "90837": 18_000, "90847": 15_000,
        "90785": 2_000, "90839": 25_000, "90840": 12_000}  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """Everybody and everything that a test may need to name."""

    center: Organization
    site: Site
    program: Program
    nora: Practitioner
    sam: Practitioner
    vera: Practitioner
    bill: User
    dora: User
    ines: User
    ada: User
    oscar: User
    elsewhere: Organization
    payer: Payer
    clara: Client
    coverage: Coverage
    episode: Episode
    plan: TreatmentPlan


@cache
def password_hash() -> str:
    """Hashed once: hashing is slow on purpose."""
    return make_password(PASSWORD)


def make_center(name: str, npi: str, tin: str) -> Organization:
    return staff.save_organization(
        Organization(
            name=name, legal_name=f"{name} LLC", tin=tin, npi=npi, taxonomy="261QM0801X",
            line1="12 Alder Row", city="Albany", state="NY", postal_code="122071234",
            contact_name="Bill Bodkin", phone="5185550100",
        )
    )  # fmt: skip


def make_user(center: Organization, first: str, last: str, *roles: Role) -> User:
    return staff.create_user(
        center,
        email=f"{first}.{last}@{center.name.split()[0]}.example".lower(),
        first_name=first,
        last_name=last,
        roles=list(roles),
        password_hash=password_hash(),
    )


def make_practitioner(
    center: Organization, first: str, last: str, credential: str, npi: str, taxonomy: str,
    *roles: Role, supervisor: Practitioner | None = None,
) -> Practitioner:  # fmt: skip
    user = make_user(center, first, last, *roles)
    row = staff.save_practitioner(
        Practitioner(
            organization=center, user=user, first_name=first, last_name=last, npi=npi,
            taxonomy=taxonomy, credential=credential, supervisor=supervisor,
        )
    )  # fmt: skip
    staff.save_license(
        License(organization=center, practitioner=row, credential=credential, state="NY",
                number=f"L{npi[-5:]}", effective_from=LONG_AGO)
    )  # fmt: skip
    return row


def enroll(practitioner: Practitioner, payer: Payer, since: date = LONG_AGO) -> PayerEnrollment:
    return staff.save_enrollment(
        PayerEnrollment(
            organization=payer.organization, practitioner=practitioner, payer=payer,
            effective_from=since,
        )
    )  # fmt: skip


def make_client(
    center: Organization, program: Program, payer: Payer, first: str, last: str, member_id: str
) -> tuple[Client, Coverage, Episode, TreatmentPlan]:
    """A client in care: covered, admitted, diagnosed, with a signed plan."""
    client = admit.save_client(
        Client(
            organization=center, mrn=f"M{member_id[2:]}", first_name=first, last_name=last,
            birth_date=date(1990, 5, 17), sex="F", line1="7 Mill Lane", city="Albany", state="NY",
            postal_code="12207", phone="5185550111",
        )
    )  # fmt: skip
    coverage = admit.save_coverage(
        Coverage(organization=center, client=client, payer=payer, member_id=member_id,
                 group_number="G-100", effective_from=LONG_AGO),
        now=NOW,
    )  # fmt: skip
    episode = admit.admit(
        Episode(organization=center, client=client, program=program, admitted_on=date(2026, 1, 5))
    )
    for rank, code in enumerate(("F331", "F411"), start=1):
        admit.save_diagnosis(
            Diagnosis(organization=center, episode=episode, code=code, rank=rank,
                      diagnosed_on=date(2026, 1, 5))
        )  # fmt: skip
    plan = admit.save_plan(
        TreatmentPlan(organization=center, episode=episode, effective_from=date(2026, 1, 5),
                      effective_to=date(2026, 7, 5), services=[], goals=["Sleep through the night"],
                      signed_by=Practitioner.objects.first(),
                      signed_at=datetime(2026, 1, 5, 20, tzinfo=UTC))
    )  # fmt: skip
    return client, coverage, episode, plan


def build() -> Cast:
    """Write the cast's center and the other one. Leaves no scope active."""
    center = make_center("Alder Row", "1234567893", "123456789")
    elsewhere = make_center("Birch Street", "1992999825", "987654321")
    with scope(organization=elsewhere):
        oscar = make_user(elsewhere, "Oscar", "Outsider", *Role)
    with scope(organization=center):
        site = staff.save_site(
            Site(organization=center, name="Alder Row Main", line1="12 Alder Row", city="Albany",
                 state="NY", postal_code="122071234")
        )  # fmt: skip
        program = staff.save_program(
            Program(organization=center, site=site, name="Outpatient", level_of_care="OP")
        )
        vera = make_practitioner(center, "Vera", "Vance", "PSYD", "1000000012", "103TC0700X",
                                 Role.CLINICIAN, Role.SUPERVISOR)  # fmt: skip
        nora = make_practitioner(center, "Nora", "Notes", "LCSW", "1000000004", "1041C0700X",
                                 Role.CLINICIAN)  # fmt: skip
        sam = make_practitioner(center, "Sam", "Student", "LMSW", "1000000020", "104100000X",
                                Role.CLINICIAN, supervisor=vera)  # fmt: skip
        payer = staff.save_payer(
            Payer(organization=center, name="Harbor Health", payer_id="HARBR",
                  member_id_pattern=r"HH\d{8}", timely_filing_days=180)
        )  # fmt: skip
        for practitioner in (nora, sam, vera):
            enroll(practitioner, payer)
        for code, cents in FEES.items():
            staff.save_fee(
                Fee(organization=center, code=code, amount_cents=cents, effective_from=LONG_AGO)
            )
        clara, coverage, episode, plan = make_client(
            center, program, payer, "Clara", "Client", "HH00000001"
        )
        return Cast(
            center=center, site=site, program=program, nora=nora, sam=sam, vera=vera,
            bill=make_user(center, "Bill", "Bodkin", Role.BILLER),
            dora=make_user(center, "Dora", "Deane", Role.DIRECTOR),
            ines=make_user(center, "Ines", "Intake", Role.INTAKE),
            ada=make_user(center, "Ada", "Admin", Role.ADMINISTRATOR),
            oscar=oscar, elsewhere=elsewhere, payer=payer, clara=clara, coverage=coverage,
            episode=episode, plan=plan,
        )  # fmt: skip


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast, with nobody's scope active."""
    return kept.copy("cast") or build()


kept.world("cast", build)


@pytest.fixture
def alder(cast: Cast):
    """The cast, with their center's scope active."""
    with scope(organization=cast.center):
        yield cast


# ------------------------------------------------------------------------------ what they do


def proof(user: User, now: datetime = NOW) -> Proof:
    """A password typed correctly a moment ago, without the slow hash."""
    return Proof(user.pk, "password", now)


def draft_of(
    cast: Cast,
    *,
    starts: datetime | None = None,
    minutes: int = 55,
    by: Practitioner | None = None,
    client: Client | None = None,
    service: str = "individual",
    now: datetime = NOW,
) -> Note:
    """An appointment kept and its note written, ready to be signed."""
    starts = starts or NOW - timedelta(hours=3)
    client = client or cast.clara
    appointment = admit.schedule(
        Appointment(
            organization=cast.center, client=client, practitioner=by or cast.nora,
            program=cast.program, service=service, starts_at=starts,
            ends_at=starts + timedelta(minutes=minutes),
        )
    )  # fmt: skip
    note = document.open_note(appointment, now=now)
    return document.save_draft(note, draft_from(note), now=now)


def draft_from(note: Note, **changes: object) -> document.Draft:
    """The note's draft with changes; filled in where it is empty."""
    draft = document.Draft(
        service=note.service,
        starts_at=note.starts_at,
        ends_at=note.ends_at,
        telehealth=note.telehealth,
        place_of_service=note.place_of_service,
        diagnoses=tuple(note.diagnoses),
        content=note.content or {"intervention": "Worked on the sleep diary.", "plan": "Weekly."},
        reason=note.reason,
    )
    return replace(draft, **changes)  # type: ignore[arg-type]


def sign(note: Note, now: datetime = NOW) -> document.Signed:
    """The author signs."""
    user = note.author.user
    assert user is not None
    return document.sign(note, user=user, proof=proof(user, now), now=now)


def signed_session(cast: Cast, **how: object) -> document.Signed:
    """A session that took place, was written up and signed."""
    return sign(draft_of(cast, **how))  # type: ignore[arg-type]


def amend(note: Note, *, reason: str, now: datetime = NOW, **changes: object) -> document.Signed:
    """The author writes and signs an addendum."""
    user = note.author.user
    assert user is not None
    note = document.begin_addendum(note, user=user, now=now)
    note = document.save_draft(note, draft_from(note, reason=reason, **changes), now=now)
    return sign(note, now)

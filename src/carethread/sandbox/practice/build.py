"""The world, written into the record through `workflow`, like any other center's set-up."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django_scopes import scope, scopes_disabled

from carethread.record.models import (
    Appointment,
    Authorization,
    Client,
    Connection,
    Consent,
    Contract,
    Coverage,
    Diagnosis,
    Episode,
    Fee,
    Group,
    License,
    Organization,
    Payer,
    PayerEnrollment,
    PolicySetting,
    Practitioner,
    Program,
    Site,
    TreatmentPlan,
    User,
)
from carethread.sandbox.practice import cast, clients, insurers, truth, world
from carethread.sandbox.practice.calendar import Visit
from carethread.sandbox.practice.planted import InOurRecord, faults
from carethread.sandbox.practice.second_policies import second_insurer, second_member_id
from carethread.sandbox.practice.world import World
from carethread.workflow import admit
from carethread.workflow.center import staff
from carethread.workflow.remittances import contracts

SENDER = "ALDERROW"


@dataclass
class Practice:
    """The rows that the demo goes on with, by their keys in the world."""

    organization: Organization
    connection: Connection
    users: dict[str, User] = field(default_factory=dict)
    practitioners: dict[str, Practitioner] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)
    payers: dict[str, Payer] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    coverages: dict[str, Coverage] = field(default_factory=dict)
    episodes: dict[tuple[str, str], Episode] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    appointments: dict[tuple[str, datetime], Appointment] = field(default_factory=dict)

    def row(self, model: type[Any], **values: Any) -> Any:
        """A row of this center's that is not on record yet."""
        return model(organization=self.organization, **values)


def practice(of: World, *, wire: dict[str, Any], now: datetime) -> Practice:
    """Alder Row Counseling as it stood on the first day. `wire` are the connection's settings,
    its `kind` among them."""
    organization = _center(cast.CENTER)
    with scope(organization=organization):
        made = Practice(organization, _connection(organization, wire))
        _places(made, cast.SITES, cast.PROGRAMS)
        _people(made, cast.STAFF, of)
        for insurer in insurers.INSURERS:
            _payer(made, insurer, of, now)
        for code, cents in insurers.FEES.items():
            staff.save_fee(made.row(Fee, code=code, amount_cents=cents, effective_from=of.long_ago))
        for client in clients.CLIENTS:
            _client(made, client, of, now)
        for visit in of.visits:
            _appointment(made, visit)
    return made


def outsider(of: World, *, now: datetime) -> Organization:
    """A second center on the same machine, which must never see the first one."""
    organization = _center(cast.OUTSIDE_CENTER)
    with scope(organization=organization):
        made = Practice(organization, Connection())
        _places(made, (cast.OUTSIDE_SITE,), (cast.OUTSIDE_PROGRAM,))
        _people(made, cast.OUTSIDE_STAFF, of)
        for insurer in (insurers.HARBOR, insurers.LARCHFIELD):
            _payer(made, insurer, of, now)
        for client in clients.OUTSIDERS:
            _client(made, client, of, now)
    return organization


# ------------------------------------------------------------------------------ the center


def _center(center: cast.Center) -> Organization:
    return staff.save_organization(
        Organization(
            name=center.name,
            legal_name=center.legal_name,
            tin=center.tin,
            npi=center.npi,
            taxonomy=center.taxonomy,
            line1=center.line1,
            city=center.city,
            state=center.state,
            postal_code=center.postal_code,
            contact_name=center.contact_name,
            phone=center.phone,
            time_zone=center.time_zone,
        )
    )


def _connection(organization: Organization, wire: dict[str, Any]) -> Connection:
    return staff.save_connection(
        Connection(
            organization=organization,
            name="Sandbox clearinghouse",
            kind=wire["kind"],
            settings=_without_kind(wire),
            outbound_folder="to_payer",
            inbound_folder="from_payer",
            sender_id=SENDER,
            receiver_id=truth.CLEARINGHOUSE,
            receiver_name="SANDBOX CLEARINGHOUSE",
            takes_276=True,
        )
    )


def _without_kind(wire: dict[str, Any]) -> dict[str, Any]:
    """A connection's settings as its row keeps them: the kind has a column of its own."""
    return {key: value for key, value in wire.items() if key != "kind"}


def begin_to_ask(made: Practice, desk: dict[str, Any]) -> None:
    """From now on payers are asked about coverage: at once, and in a file every night. `desk` are
    the settings of the connection that answers at once."""
    mailbox = Connection.objects.get(pk=made.connection.pk)
    mailbox.takes_270 = True
    staff.save_connection(mailbox)
    staff.save_connection(
        made.row(
            Connection,
            name="Sandbox, at once",
            kind=desk["kind"],
            settings=_without_kind(desk),
            sender_id=SENDER,
            receiver_id=truth.CLEARINGHOUSE,
            receiver_name="SANDBOX CLEARINGHOUSE",
            takes_270=True,
        )
    )


def point_to(wire: dict[str, Any]) -> None:
    """Every connection of that kind is told where it is answered this time."""
    with scopes_disabled():
        for connection in Connection.objects.filter(
            receiver_id=truth.CLEARINGHOUSE, kind=wire["kind"]
        ):
            connection.settings = _without_kind(wire)
            connection.next_attempt_at = None
            staff.save_connection(connection)


def answer_while_watched(made: Practice, *, today: date, now: datetime) -> None:
    """From today on a claim leaves after a minute, so that who tries the demo sees it leave."""
    row = made.row(
        PolicySetting,
        key="grace_minutes",
        value=1,
        effective_from=today,
        reason="So that the demo's answers come while you watch.",
        user=made.users["jonah.aldercroft"],
        set_at=now,
    )
    staff.set_policy(row, now=now)


def _places(
    made: Practice, sites: tuple[cast.Site, ...], programs: tuple[cast.Program, ...]
) -> None:
    rows = {
        site.key: staff.save_site(
            made.row(
                Site,
                name=site.name,
                npi=site.npi,
                line1=site.line1,
                city=site.city,
                state=made.organization.state,
                postal_code=site.postal_code,
                place_of_service=site.place_of_service,
            )
        )
        for site in sites
    }
    for program in programs:
        made.programs[program.key] = staff.save_program(
            made.row(
                Program,
                site=rows[program.site],
                name=program.name,
                is_part2=program.is_part2,
                level_of_care=program.level_of_care,
                form=program.form,
            )
        )


def _people(made: Practice, people: tuple[cast.Person, ...], of: World) -> None:
    password_hash = _password_hash()
    for person in people:
        made.users[person.key] = staff.create_user(
            made.organization,
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            roles=list(person.roles),
            password_hash=password_hash,
        )
    # Supervisors first: a supervisee's row names its supervisor's.
    for person in sorted(people, key=lambda p: bool(p.clinician and p.clinician.supervisor)):
        if person.clinician is not None:
            _practitioner(made, person, person.clinician, of)


@cache
def _password_hash() -> str:
    """Everybody's, made once: making it takes as long as signing thirty notes."""
    return make_password(cast.PASSWORD)


def _practitioner(
    made: Practice, person: cast.Person, clinician: cast.Clinician, of: World
) -> None:
    row = staff.save_practitioner(
        made.row(
            Practitioner,
            user=made.users[person.key],
            first_name=person.first_name,
            last_name=person.last_name,
            npi=clinician.npi,
            taxonomy=clinician.taxonomy,
            credential=clinician.credential,
            supervisor=made.practitioners.get(clinician.supervisor),
        )
    )
    staff.save_license(
        made.row(
            License,
            practitioner=row,
            credential=clinician.credential,
            state=made.organization.state,
            number=clinician.license,
            effective_from=of.long_ago,
        )
    )
    made.practitioners[person.key] = row


def _payer(made: Practice, insurer: insurers.Insurer, of: World, now: datetime) -> None:
    payer = staff.save_payer(
        made.row(
            Payer,
            name=insurer.name,
            payer_id=insurer.payer_id,
            kind=insurer.kind,
            filing_indicator=insurer.filing_indicator,
            member_id_pattern=insurer.id_pattern,
            timely_filing_days=insurer.filing_days,
            authorization_codes=[*insurer.authorization_codes, *insurer.program_codes],
        )
    )
    made.payers[insurer.key] = payer
    for practitioner in made.practitioners.values():
        staff.save_enrollment(
            made.row(
                PayerEnrollment,
                practitioner=practitioner,
                payer=payer,
                effective_from=of.long_ago,
            )
        )
    _contract(made, insurer, payer, of, now)


def _contract(
    made: Practice, insurer: insurers.Insurer, payer: Payer, of: World, now: datetime
) -> None:
    """What the payer has agreed to, loaded from a sheet as a center would."""
    contract = contracts.save_contract(
        made.row(
            Contract,
            payer=payer,
            name=f"{insurer.name} {of.first.year}",
            effective_from=of.long_ago,
            sequestration=insurer.benefit.sequestration * 100,
        ),
        now=now,
    )
    lines = [
        f"{code},{credential},{cents // 100}.{cents % 100:02d}"
        for (code, credential), cents in insurer.rates().items()
    ]
    sheet = contracts.hand_in(
        contract,
        name=f"{insurer.key}-rates.csv",
        data="\n".join(("Code,Credential,Rate", *lines)).encode(),
        starts=of.long_ago,
        is_whole=False,
        user=None,
        now=now,
    )
    contracts.load(sheet, user=None, now=now)


# ------------------------------------------------------------------------------ the clients


def _client(made: Practice, client: clients.Client, of: World, now: datetime) -> None:
    row = identity(made, client)
    fault = next(iter(faults(client.mrn, InOurRecord)), InOurRecord())
    coverage(made, client, row, fault, of, now)
    _second_coverage(made, client, row, of, now)
    _episode(made, client, row, fault, of, now)
    _authorizations(made, client, row, fault, of, now)


def identity(made: Practice, client: clients.Client) -> Client:
    """Who the client is, and where they live."""
    city, postal_code = client.city
    row = admit.save_client(
        made.row(
            Client,
            mrn=client.mrn,
            first_name=client.first_name,
            last_name=client.last_name,
            birth_date=client.birth_date,
            sex=client.sex,
            line1=f"{client.number % 400 + 1} Orchard Street",
            city=city,
            state=made.organization.state,
            postal_code=postal_code,
            phone=f"80255501{client.number % 100:02d}",
        )
    )
    made.clients[client.mrn] = row
    return row


def coverage(
    made: Practice,
    client: clients.Client,
    row: Client,
    fault: InOurRecord,
    of: World,
    now: datetime,
) -> None:
    """The policy that pays for the client."""
    holder = client.subscriber
    made.coverages[client.mrn] = admit.save_coverage(
        made.row(
            Coverage,
            client=row,
            payer=made.payers[client.insurer],
            member_id=world.our_member_id(client),
            effective_from=of.long_ago,
            effective_to=_day(fault.coverage_ends, of),
            relationship=holder.relationship if holder else "18",
            subscriber_first_name=holder.first_name if holder else "",
            subscriber_last_name=holder.last_name if holder else "",
            subscriber_birth_date=holder.birth_date if holder else None,
            subscriber_sex=holder.sex if holder else "",
        ),
        now=now,
    )


def _second_coverage(
    made: Practice, client: clients.Client, row: Client, of: World, now: datetime
) -> None:
    """The policy that pays after the first, for those who have one."""
    insurer = second_insurer(client)
    if insurer is not None:
        admit.save_coverage(
            made.row(
                Coverage,
                client=row,
                payer=made.payers[insurer.key],
                rank=2,
                member_id=second_member_id(client),
                effective_from=of.long_ago,
            ),
            now=now,
        )


def _episode(
    made: Practice,
    client: clients.Client,
    row: Client,
    fault: InOurRecord,
    of: World,
    now: datetime,
) -> None:
    admitted = of.first - timedelta(days=200)
    program = made.programs[client.program]
    episode = admit.admit(made.row(Episode, client=row, program=program, admitted_on=admitted))
    for rank, code in enumerate(client.diagnoses, start=1):
        admit.save_diagnosis(
            made.row(Diagnosis, episode=episode, code=code, rank=rank, diagnosed_on=admitted)
        )
    author = made.practitioners[client.clinician]
    admit.save_plan(
        made.row(
            TreatmentPlan,
            episode=episode,
            effective_from=of.first - timedelta(days=90),
            effective_to=_day(fault.plan_ends, of) or of.first + timedelta(days=270),
            goals=["Fewer symptoms, measured monthly", "Back to work, school or home life"],
            signed_by=author,
            signed_at=noon(of.first - timedelta(days=90), made),
        )
    )
    if program.is_part2:
        admit.save_consent(
            made.row(
                Consent,
                client=row,
                program=program,
                signed_on=admitted,
                expires_on=_day(fault.consent_ends, of),
            ),
            now=now,
        )


def _authorizations(
    made: Practice,
    client: clients.Client,
    row: Client,
    fault: InOurRecord,
    of: World,
    now: datetime,
) -> None:
    rows = world.true_authorizations(client, of)
    if not fault.second_authorization:
        rows = rows[:1]
    for number, authorization in enumerate(rows):
        wrong = fault.wrong_number and number == 1
        admit.save_authorization(
            made.row(
                Authorization,
                client=row,
                payer=made.payers[client.insurer],
                number=world.exchanged(authorization.number) if wrong else authorization.number,
                effective_from=authorization.starts,
                effective_to=authorization.ends,
                codes=list(authorization.codes),
                approved_units=authorization.units,
            ),
            now=now,
        )


def _appointment(made: Practice, visit: Visit) -> None:
    row = admit.schedule(
        made.row(
            Appointment,
            client=made.clients[visit.client.mrn],
            practitioner=made.practitioners[visit.clinician],
            program=made.programs[visit.client.program],
            service=visit.service,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            telehealth=visit.client.telehealth,
        )
    )
    made.appointments[visit.client.mrn, visit.starts_at] = row


def _day(number: int | None, of: World) -> date | None:
    return None if number is None else of.day(number)


def noon(day: date, made: Practice) -> datetime:
    """Noon of a day on the center's clock."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(made.organization.time_zone))

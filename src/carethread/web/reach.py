"""Finds what an address names: within the user's organization (else 404), and only for whom it
is meant (else 403). Every function takes the user and the address's own arguments."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404

from carethread.codes.roles import Role
from carethread.insight.cases import COSIGN, mine
from carethread.record.models import (
    Appointment,
    Attendance,
    Authorization,
    Case,
    CaseDuty,
    CasePaper,
    Charge,
    Claim,
    ClaimFinding,
    Client,
    Connection,
    Consent,
    Contract,
    ContractFile,
    ContractTerm,
    Coverage,
    Diagnosis,
    DischargeSummary,
    EdiFile,
    EftDeposit,
    Episode,
    Group,
    GroupMember,
    Match,
    Note,
    NoteVersion,
    PatientPayment,
    Payer,
    PaymentPlan,
    Practitioner,
    Program,
    Remittance,
    ScrubRule,
    Session,
    Site,
    Statement,
    TreatmentPlan,
    User,
)
from carethread.workflow.care.signing import supervisor_of

M = TypeVar("M", bound=Model)
Reach = Callable[..., Model]

ALL_CASES = frozenset({Role.BILLER, Role.DIRECTOR, Role.OWNER, Role.COMPLIANCE})
_FRONT_DESK = frozenset({Role.INTAKE, Role.UTILIZATION})
_ANY_CLIENT = _FRONT_DESK | {Role.BILLER}


def _find(rows: "QuerySet[M]", pk: int) -> M:
    row: M | None = rows.filter(pk=pk).first()
    if row is None:
        raise Http404("There is no such thing in your organization.")
    return row


def _any(rows: "Callable[[], QuerySet[Any]]") -> Reach:
    """Any such row of the organization, for whomever the address lets in."""

    def reach(_user: User, **named: int) -> Model:
        (pk,) = named.values()
        found: Model = _find(rows(), pk)
        return found

    return reach


def _refuse_unless(allowed: bool, words: str) -> None:
    if not allowed:
        raise PermissionDenied(words)


# ----------------------------------------------------------------------- the chart


def own_appointment(user: User, appointment_id: int) -> Appointment:
    row = _find(Appointment.objects.select_related("practitioner", "client"), appointment_id)
    _refuse_unless(row.practitioner.user_id == user.pk, "This is a colleague's appointment.")
    return row


def _notes() -> "QuerySet[Note]":
    return Note.objects.select_related(
        "author__supervisor",
        "current",
        "attendance__client",
        "attendance__session__program",
        "organization",
    )


# For screens that show what a note proves, not what it tells.
note = _any(_notes)


def own_note(user: User, note_id: int) -> Note:
    """A note by its author."""
    row = _find(_notes(), note_id)
    _refuse_unless(row.author.user_id == user.pk, "Only its author may change this note.")
    return row


def readable_note(user: User, note_id: int) -> Note:
    """A note by its author, or by the author's supervisor."""
    row = _find(_notes(), note_id)
    _refuse_unless(
        reads(user, row.author), "A note opens to its author and the author's supervisor."
    )
    return row


def reads(user: User, author: Practitioner) -> bool:
    """Whether a note by that author opens to this user."""
    supervisor = author.supervisor
    return author.user_id == user.pk or (
        supervisor is not None and supervisor.user_id == user.pk and Role.SUPERVISOR in user.roles
    )


def supervised_version(user: User, version_id: int) -> NoteVersion:
    """A signed version of a supervisee's note."""
    row = _find(
        NoteVersion.objects.select_related(
            "author__supervisor", "supervising", "note__attendance__client", "organization"
        ),
        version_id,
    )
    _refuse_unless(
        supervisor_of(row, user) is not None,
        "Only the author's supervisor may co-sign this note.",
    )
    return row


group = _any(lambda: Group.objects.select_related("program", "facilitator", "co_facilitator"))


def own_group(user: User, group_id: int) -> Group:
    """A group by its facilitator or co-facilitator."""
    row = _find(Group.objects.select_related("program", "facilitator", "co_facilitator"), group_id)
    _refuse_unless(
        _is_one_of(user, row.facilitator, row.co_facilitator),
        "Only the facilitators of this group open its sessions.",
    )
    return row


group_member = _any(lambda: GroupMember.objects.select_related("group", "episode__client"))


def _group_session(session_id: int) -> Session:
    rows = Session.objects.filter(kind="group").select_related(
        "organization", "group", "program__site", "practitioner__supervisor", "co_facilitator"
    )
    return _find(rows, session_id)


def _leads(user: User, session: Session) -> bool:
    return _is_one_of(user, session.practitioner, session.co_facilitator)


def _is_one_of(user: User, *people: Practitioner | None) -> bool:
    return any(one is not None and one.user_id == user.pk for one in people)


def own_session(user: User, session_id: int) -> Session:
    """A group's session by its facilitator or co-facilitator."""
    row = _group_session(session_id)
    _refuse_unless(_leads(user, row), "Only the facilitators of this group may open this.")
    return row


def readable_session(user: User, session_id: int) -> Session:
    """A group's session by its facilitators, or by the facilitator's supervisor."""
    row = _group_session(session_id)
    _refuse_unless(
        _leads(user, row) or reads(user, row.practitioner),
        "A group opens to its facilitators and the facilitator's supervisor.",
    )
    return row


def own_attendance(user: User, attendance_id: int) -> Attendance:
    """A client in a group's session, by its facilitators."""
    rows = Attendance.objects.filter(session__kind="group").select_related(
        "client", "episode", "session__organization", "session__group", "session__program__site",
        "session__practitioner", "session__co_facilitator",
    )  # fmt: skip
    row = _find(rows, attendance_id)
    _refuse_unless(_leads(user, row.session), "Only the facilitators of this group may open this.")
    return row


def own_case(user: User, case_id: int) -> Case:
    """A case that came back to this clinician."""
    row = _find(
        Case.objects.select_related(
            "author", "note__author", "claim__payer", "claim__client", "episode__client"
        ),
        case_id,
    )
    _refuse_unless(
        row.author is not None and row.author.user_id == user.pk,
        "This was returned to a colleague.",
    )
    return row


# ----------------------------------------------------------------------- people and coverage


def clients_of(user: User) -> "QuerySet[Client]":
    """The clients that a user may look at: all for the front desk and billing; for clinicians
    those whom they, or the people they supervise, treat, alone, in a group or as attending, or
    whose discharge summary they write."""
    rows: QuerySet[Client] = Client.objects.all()
    if not _ANY_CLIENT.isdisjoint(user.roles):
        return rows
    treats = Q(practitioner__user=user) | Q(practitioner__supervisor__user=user)
    in_groups = Attendance.objects.filter(session__kind="group").filter(
        Q(session__practitioner__user=user)
        | Q(session__practitioner__supervisor__user=user)
        | Q(session__co_facilitator__user=user)
    )
    return rows.filter(
        Q(pk__in=Appointment.objects.filter(treats).values("client"))
        | Q(pk__in=in_groups.values("client"))
        | Q(pk__in=Episode.objects.filter(attending__user=user).values("client"))
        | Q(pk__in=DischargeSummary.objects.filter(author__user=user).values("episode__client"))
    )


def open_among(user: User, clients: Iterable[int]) -> frozenset[int]:
    """Of these clients, those whose page opens to this user: whom a list may link."""
    return frozenset(clients_of(user).filter(pk__in=set(clients)).values_list("pk", flat=True))


def clients_to_find(user: User) -> "QuerySet[Client]":
    """The clients whom a search by name may show to a user who sees claims: those that they may
    look at anyway, and whoever has a claim."""
    rows: QuerySet[Client] = Client.objects.all()
    if not _ANY_CLIENT.isdisjoint(user.roles):
        return rows
    return rows.filter(pk__in=Claim.objects.values("client"))


def client(user: User, client_id: int) -> Client:
    row = _find(Client.objects.all(), client_id)
    _refuse_unless(
        clients_of(user).filter(pk=row.pk).exists(), "This client is in a colleague's care."
    )
    return row


coverage = _any(lambda: Coverage.objects.select_related("client", "payer"))
consent = _any(lambda: Consent.objects.select_related("client", "program", "payer", "organization"))


def coverage_of_theirs(user: User, coverage_id: int) -> Coverage:
    """A coverage of a client whom the user may look at."""
    rows = Coverage.objects.select_related("client", "payer", "organization")
    row = _find(rows, coverage_id)
    client(user, row.client_id)
    return row


authorization = _any(lambda: Authorization.objects.select_related("client", "payer"))


payment = _any(lambda: PatientPayment.objects.select_related("client", "organization", "taken_by"))
payment_plan = _any(lambda: PaymentPlan.objects.select_related("client"))
statement = _any(lambda: Statement.objects.select_related("client"))
charge = _any(lambda: Charge.objects.select_related("client", "claim__payer", "organization"))


episode = _any(lambda: Episode.objects.select_related("client", "program__site"))


def episode_in_care(user: User, episode_id: int) -> Episode:
    """A stay of a client whom the user may look at."""
    row = _find(
        Episode.objects.select_related("organization", "client", "program__site", "attending"),
        episode_id,
    )
    client(user, row.client_id)
    return row


def _summary(summary_id: int) -> DischargeSummary:
    rows = DischargeSummary.objects.select_related(
        "author__supervisor", "current", "episode__client", "episode__program"
    )
    return _find(rows, summary_id)


def own_summary(user: User, summary_id: int) -> DischargeSummary:
    """A discharge summary by its author."""
    row = _summary(summary_id)
    _refuse_unless(row.author.user_id == user.pk, "Only its author may write this summary.")
    return row


def readable_summary(user: User, summary_id: int) -> DischargeSummary:
    """A discharge summary by its author, or by the author's supervisor."""
    row = _summary(summary_id)
    _refuse_unless(
        reads(user, row.author), "A summary opens to its author and the author's supervisor."
    )
    return row


def appointment(user: User, appointment_id: int) -> Appointment:
    """A session of a client whom the user may look at."""
    rows = Appointment.objects.select_related("client", "practitioner", "program__site")
    row = _find(rows, appointment_id)
    client(user, row.client_id)
    return row


def diagnosis(user: User, diagnosis_id: int) -> Diagnosis:
    row = _find(
        Diagnosis.objects.select_related("episode__client", "episode__program"), diagnosis_id
    )
    client(user, row.episode.client_id)
    return row


def plan(user: User, plan_id: int) -> TreatmentPlan:
    row = _find(TreatmentPlan.objects.select_related("episode__client"), plan_id)
    client(user, row.episode.client_id)
    return row


practitioner = _any(lambda: Practitioner.objects.select_related("supervisor", "user"))
payer = _any(lambda: Payer.objects.all())
connection = _any(lambda: Connection.objects.all())
contract = _any(lambda: Contract.objects.select_related("payer", "organization"))
contract_file = _any(lambda: ContractFile.objects.select_related("contract__payer"))
term = _any(lambda: ContractTerm.objects.select_related("contract__payer", "organization"))
site = _any(lambda: Site.objects.all())
program = _any(lambda: Program.objects.select_related("site"))


def account(user: User, user_id: int) -> User:
    """Somebody's account in the same organization."""
    return _find(User.objects.filter(organization=user.organization_id), user_id)


scrub_rule = _any(lambda: ScrubRule.objects.exclude(condition="").select_related("payer"))


# ----------------------------------------------------------------------- the money


def _claims() -> "QuerySet[Claim]":
    return Claim.objects.select_related(
        "client", "payer", "coverage", "practitioner", "current", "organization"
    )


claim = _any(_claims)
remittance = _any(
    lambda: Remittance.objects.select_related("payer", "file__delivery", "deposit__reassociation")
)
deposit = _any(lambda: EftDeposit.objects.select_related("reassociation__user", "file", "user"))
match = _any(
    lambda: Match.objects.select_related("remitted__remittance__payer", "version__claim", "user")
)
scan = _any(lambda: EdiFile.objects.filter(kind="eob").select_related("organization"))
file = _any(lambda: EdiFile.objects.select_related("connection", "delivery"))


def case(user: User, case_id: int) -> Case:
    """A case; who does not see all of them has the ones that are theirs to settle."""
    row = _find(
        Case.objects.select_related(
            "author",
            "claim__payer",
            "claim__client",
            "claim__practitioner",
            "note__attendance__client",
            "file",
            "remitted_claim__remittance",
            "episode__client",
            "authorization__client",
            "coverage__client",
        ),
        case_id,
    )
    _refuse_unless(row.category != COSIGN, "This is between an author and their supervisor.")
    _refuse_unless(may_settle(user, row), "This is somebody else's to settle.")
    return row


def case_paper(user: User, paper_id: int) -> CasePaper:
    """A letter or packet: for who settles its case, or another one about the same claim."""
    row = _find(CasePaper.objects.select_related("case__claim"), paper_id)
    about = Q(pk=row.case_id) | Q(claim=row.case.claim_id, claim__isnull=False)
    settles = any(may_settle(user, one) for one in Case.objects.filter(about))
    _refuse_unless(settles, "This was made for somebody else's case.")
    return row


duty = _any(lambda: CaseDuty.objects.select_related("user"))


def may_settle(user: User, row: Case) -> bool:
    """Whether a case is this user's to settle by their role, or they see all of them."""
    is_mine = row.author is None and row.owner_role in user.roles
    return row.category != COSIGN and (is_mine or not ALL_CASES.isdisjoint(user.roles))


def claim_to_settle(user: User, claim_id: int) -> Claim:
    """A claim for who has, or had, something to settle on it. The front desk opens any, so that
    whoever cured something finds it cured instead of a closed door; `settles` says how much of it
    they read."""
    row = _find(_claims(), claim_id)
    _refuse_unless(
        not _FRONT_DESK.isdisjoint(user.roles) or settles(user, row),
        "Nothing on this claim waits for you.",
    )
    return row


def settles(user: User, row: Claim) -> bool:
    """Whether a case of the claim is or was this user's, or a finding on it waits for them."""
    roles = [role.value for role in user.roles]
    return (
        Case.objects.filter(mine(user), claim=row).exists()
        or ClaimFinding.objects.filter(claim=row, owner__in=roles).exists()
    )


# ----------------------------------------------------------------------- for the access log

_TO_CLIENT: dict[type[Model], str] = {
    Client: "pk",
    Appointment: "client_id",
    Attendance: "client_id",
    GroupMember: "episode.client_id",
    DischargeSummary: "episode.client_id",
    Note: "attendance.client_id",
    NoteVersion: "note.attendance.client_id",
    Claim: "client_id",
    Coverage: "client_id",
    Consent: "client_id",
    Authorization: "client_id",
    PatientPayment: "client_id",
    PaymentPlan: "client_id",
    Statement: "client_id",
    Charge: "client_id",
    TreatmentPlan: "episode.client_id",
    Episode: "client_id",
    Diagnosis: "episode.client_id",
    Case: "client.pk",
    CasePaper: "case.client.pk",
    Match: "version.claim.client_id",
}


def client_id_of(thing: Model | None) -> int | None:
    """Whose information it is, where it is one client's."""
    path = _TO_CLIENT.get(type(thing)) if thing is not None else None
    value: Any = thing
    for name in path.split(".") if path else ():
        value = getattr(value, name, None)
    return int(value) if path and value is not None else None

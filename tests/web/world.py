"""One of everything that a screen can show, in the cast's center, with money in every state."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import Model
from django.test import Client as Browser
from django_scopes import scope

from carethread import paper
from carethread.codes.roles import Role
from carethread.record.models import (
    Appointment,
    Attendance,
    Authorization,
    Case,
    CaseDuty,
    CasePaper,
    Charge,
    Claim,
    ClaimState,
    Client,
    Consent,
    Contract,
    ContractFile,
    ContractTerm,
    Diagnosis,
    DischargeSummary,
    EdiFile,
    EftDeposit,
    Group,
    GroupMember,
    Match,
    Note,
    NoteVersion,
    PatientPayment,
    PaymentPlan,
    Practitioner,
    Remittance,
    ScrubRule,
    Session,
    Statement,
    User,
)
from carethread.workflow import admit, bill, discharge, follow_up, post, receive, submit
from carethread.workflow.casework import assign, papers
from carethread.workflow.center import payer_rules
from carethread.workflow.claims import holding
from carethread.workflow.discharge import Leaving
from carethread.workflow.patients import patient_money
from carethread.workflow.remittances import contracts, deposits, manual_eob
from tests.cast import (
    LONG_AGO,
    NOW,
    Cast,
    draft_of,
    enroll,
    make_client,
    make_practitioner,
    make_user,
    signed_session,
)
from tests.groups import circle
from tests.payers import answer, check, make_connection

LATER = NOW + timedelta(hours=3)
NARRATIVE = "Worked on the sleep diary."  # what tests.cast writes into every note


@dataclass
class Shown:
    """What the screens are asked for. `people` has one user for each role, with that role only."""

    cast: Cast
    people: dict[Role, User]
    sue: Practitioner
    appointment: Appointment
    draft: Note
    signed: Note
    waiting: NoteVersion
    dana: Client
    held: Claim
    denied: Claim
    stray: Claim
    remittance: Remittance
    match: Match
    file: EdiFile
    deposit: EftDeposit
    scan: EdiFile
    returned: Case
    authorization: Authorization
    consent: Consent
    rule: ScrubRule
    diagnosis: Diagnosis
    group: Group
    member: GroupMember
    session: Session
    attendance: Attendance
    summary: DischargeSummary
    paper: CasePaper
    duty: CaseDuty
    payment: PatientPayment
    payment_plan: PaymentPlan
    statement: Statement
    charge: Charge
    contract: Contract
    term: ContractTerm
    sheet: ContractFile

    def args(self, address: str) -> list[int]:
        """The thing that an address of the table is asked with: one that its owner may open."""
        thing = {
            "note_open": self.appointment, "note": self.draft, "note_draft": self.draft,
            "note_benefits": self.draft, "note_sign": self.draft, "note_discard": self.draft,
            "note_addendum": self.signed, "note_signed": self.signed,
            "note_facts": self.signed, "inbox_item": self.returned, "inbox_answer": self.returned,
            "cosign": self.waiting, "cosign_return": self.waiting,
            "claim": self.held, "claim_hold": self.held,
            "claim_release": self.held, "claim_look": self.held, "claim_return": self.held,
            "claim_status_ask": self.stray, "case_paper": self.paper, "duty_drop": self.duty,
            **dict.fromkeys(
                ("case_give", "case_authorize", "case_charge", "case_order",
                 "case_bill_next", "case_to_patient",
                 "case_take_back", "case_papers", "case_letter", "case_packet", "case_appeal_sent",
                 "case_appeal_decided", "inbox_release"),
                self.returned,
            ),
            "remittance": self.remittance,
            **dict.fromkeys(
                ("deposit", "deposit_match", "deposit_other", "deposit_unmatch", "deposit_void"),
                self.deposit,
            ), "unmatched_item": self.match,
            "match_choose": self.match, "match_not_ours": self.match, "file": self.file,
            "file_again": self.file,
            "file_raw": self.file, "case": self.returned, "case_close": self.returned,
            **dict.fromkeys(("case_again", "case_wait", "case_ask", "case_give_up"), self.returned),
            "client": self.cast.clara, "client_edit": self.cast.clara,
            "coverage_new": self.cast.clara, "coverage": self.cast.coverage,
            "authorization_new": self.cast.clara, "authorization": self.authorization,
            "plan_new": self.cast.clara, "order_new": self.cast.clara,
            "certification_new": self.cast.clara, "plan": self.cast.plan,
            "consent_new": self.cast.clara, "consent_revoke": self.consent,
            "practitioner": self.cast.nora, "enrollment_new": self.cast.nora,
            "license_new": self.cast.nora, "payer": self.cast.payer, "claim_skip": self.held,
            "rule": self.rule, "rule_clone": self.rule, "admission_new": self.cast.clara,
            "admission": self.cast.episode, "diagnosis_new": self.cast.clara,
            "diagnosis": self.diagnosis, "appointment_new": self.cast.clara,
            "appointment": self.appointment, "appointment_cancel": self.appointment,
            "appointment_missed": self.appointment, "appointment_arrive": self.appointment,
            "appointment_not_arrived": self.appointment, "eligibility": self.cast.coverage,
            "eligibility_check": self.cast.coverage, "eligibility_panel": self.cast.coverage,
            **dict.fromkeys(("eob", "eob_look", "eob_scan"), self.scan),
            "claim_facts": self.held, "claim_next": self.held, "claim_leave": self.held,
            **dict.fromkeys(
                ("client_account", "payment_new", "plan_agree", "statement_preview"),
                self.cast.clara,
            ),
            **dict.fromkeys(
                ("payment", "receipt", "payment_apply", "payment_void", "payment_refund"),
                self.payment,
            ), "plan_end": self.payment_plan, "statement": self.statement,
            "refund_payer": self.charge,
            **dict.fromkeys(("user", "user_password", "user_active"), self.cast.bill),
            "contract_file": self.sheet,
            "match_undo": self.match, "match_unpost": self.match,
            "site": self.cast.site, "program": self.cast.program,
        }.get(address)  # fmt: skip
        if address in ("connection", "connection_edit"):
            thing = self.file.connection
        thing = thing or self._of_contracts(address) or self._of_groups(address)
        return [thing.pk] if thing else []

    def _of_contracts(self, address: str) -> Model | None:
        if address in ("contract", "contract_csv", "contract_edit", "contract_import", "term_new"):
            return self.contract
        if address in ("term", "term_end"):
            return self.term
        mine = ("case_dispute_letter", "case_dispute", "case_accept", "case_lines_csv")
        return self.returned if address in mine else None

    def _of_groups(self, address: str) -> Model | None:
        if address in ("group_member", "group_leave"):
            return self.member
        if address in ("group", "group_join", "group_open"):
            return self.group
        if address.startswith("summary"):
            return self.summary
        if address in ("discharge", "leave"):
            return self.cast.episode
        if address.startswith("attendance"):
            return self.attendance
        of_session = ("walk_in", "group_")
        known = address.startswith(of_session) and address != "group_new"
        return self.session if known else None


def _of_account(cast: Cast) -> dict[str, Model]:
    """A copay of Clara's, a plan she keeps, and a statement she had."""
    whose = {"organization": cast.center, "client": cast.clara}
    tender = patient_money.Tender(2_500, "card", NOW.date(), "4242")
    statement = {"number": 1, "made_on": NOW.date(), "due_on": NOW.date(), "amount_cents": 2_500}
    plan = {
        "agreed_cents": 9_000,
        "monthly_cents": 3_000,
        "agreed_on": NOW.date(),
        "agreed_at": NOW,
    }
    return {
        "charge": Charge.objects.filter(client=cast.clara).earliest("pk"),
        "payment": patient_money.take(cast.clara, tender, user=cast.ines, now=LATER),
        "payment_plan": PaymentPlan.objects.create(
            **whose, **plan, first_due=date(2026, 4, 1), user=cast.bill
        ),
        "statement": Statement.objects.create(
            **whose, **statement, pdf=paper.render(_LETTER), made_at=NOW, user=cast.bill
        ),
    }


_LETTER = paper.Letter("Statement", paper.Sender("Alder Row", []), [paper.Text("You owe $25.00.")])


def everything(cast: Cast) -> Shown:
    """Build it. Leaves no scope active."""
    with scope(organization=cast.center):
        people = _people(cast)
        sue = people[Role.SUPERVISOR].practitioner
        kim = make_practitioner(cast.center, "Kim", "Keen", "LMSW", "1000000038", "104100000X",
                                Role.CLINICIAN, supervisor=sue)  # fmt: skip
        enroll(kim, cast.payer)
        dana, _coverage, *_ = make_client(
            cast.center, cast.program, cast.payer, "Dana", "Dole", "HH00000002"
        )
        authorization = admit.save_authorization(
            Authorization(organization=cast.center, client=cast.clara, payer=cast.payer,
                          number="A-77", codes=["90837"], approved_units=10,
                          effective_from=date(2026, 1, 1), effective_to=date(2026, 12, 31)),
            now=NOW,
        )  # fmt: skip
        consent = admit.save_consent(
            Consent(organization=cast.center, client=cast.clara, signed_on=date(2026, 1, 5)),
            now=NOW,
        )
        appointment = _appointment(cast, dana, hours_ago=9)
        draft = draft_of(cast, starts=NOW - timedelta(hours=7), client=dana)
        signed = signed_session(cast)
        refused = signed_session(cast, starts=NOW - timedelta(hours=30))
        waiting = signed_session(cast, starts=NOW - timedelta(hours=5), by=kim, client=dana)
        stray = signed_session(cast, starts=NOW - timedelta(hours=54), by=cast.vera)
        bill.run(cast.center, now=NOW)
        denied, paid = _claim_of(refused.version), _claim_of(stray.version)
        holding.hold(
            _claim_of(signed.version), user=cast.bill, reason="Ask about the copay.", now=NOW
        )
        _send(cast, denied, paid)
        remittance = _answered(cast, denied, paid)
        follow_up.run(cast.center, now=LATER)
        (returned,) = follow_up.return_to_authors(
            denied, question="Was the start time right?", user=cast.bill, now=LATER
        )
        _quarantined(cast)
        meeting = circle(cast, [cast.clara], name="Evening group")
        _for_intake(_claim_of(signed.version))
        contract = _contract(cast)
        return Shown(
            cast=cast, people=people, sue=sue, appointment=appointment, draft=draft,
            signed=signed.version.note, waiting=waiting.version, dana=dana,
            held=_claim_of(signed.version), denied=denied, stray=paid, remittance=remittance,
            match=Match.objects.get(state="waiting"), file=denied.current.file,
            scan=manual_eob.keep_scan(
                cast.center, b"%PDF-1.7", name="eob.pdf", now=LATER
            ),
            deposit=deposits.by_hand(
                cast.center, day=NOW.date(), amount=5_000, reference="SLIP 7", words="Lockbox",
                user=cast.bill, now=LATER,
            ),
            returned=returned, authorization=authorization, consent=consent, rule=_rule(cast),
            diagnosis=cast.episode.diagnoses.get(rank=1),
            group=meeting.group, member=meeting.group.members.earliest("pk"),
            summary=_discharged(cast),
            paper=papers.make_packet(returned, ["remittance"], user=cast.bill, now=LATER),
            duty=_duty(cast), **_of_account(cast),
            contract=contract, term=contract.terms.get(),
            sheet=_sheet(contract, "code,rate\n90837,125\n"),
            session=meeting.session, attendance=meeting.session.attendances.earliest("pk"),
        )  # fmt: skip


def _contract(cast: Cast) -> Contract:
    """Harbor pays sixty percent of whatever is billed."""
    contract = contracts.save_contract(
        Contract(organization=cast.center, payer=cast.payer, name="Harbor 2025",
                 effective_from=LONG_AGO),
        now=LATER,
    )  # fmt: skip
    contracts.load(_sheet(contract, "code,percent\n,60%\n"), user=None, now=LATER)
    return contract


def _sheet(contract: Contract, text: str) -> ContractFile:
    return contracts.hand_in(
        contract, name="rates.csv", data=text.encode(), starts=LONG_AGO, is_whole=False,
        user=None, now=LATER,
    )  # fmt: skip


def _discharged(cast: Cast) -> DischargeSummary:
    """Somebody who has left, whose summary Nora has begun."""
    *_, episode, _plan = make_client(
        cast.center, cast.program, cast.payer, "Lea", "Leaver", "HH00000003"
    )
    found = discharge.discharge(
        episode, Leaving(NOW.date(), None, "01", "Goals met."), author=cast.nora, now=NOW
    )
    return discharge.save_summary(found, {"course": NARRATIVE}, user=cast.nora.user, now=NOW)


def _people(cast: Cast) -> dict[Role, User]:
    sue = make_practitioner(cast.center, "Sue", "Super", "LCSW", "1000000046", "1041C0700X",
                            Role.SUPERVISOR)  # fmt: skip
    people = {Role.CLINICIAN: cast.nora.user, Role.SUPERVISOR: sue.user}
    for role in Role:
        people.setdefault(role, make_user(cast.center, role.capitalize(), "Alone", role))
    return people


def _duty(cast: Cast) -> CaseDuty:
    return assign.save_duty(
        cast.center, role=Role.BILLER.value, payer=cast.payer, category="timely", user=cast.bill
    )


def _rule(cast: Cast) -> ScrubRule:
    return payer_rules.save_rule(
        ScrubRule(organization=cast.center, is_on=False, title="Call first",
                  condition="line.units > 90.0", message="Call first."),
        user=cast.bill,
        now=NOW,
    )  # fmt: skip


def _appointment(cast: Cast, client: Client, hours_ago: int) -> Appointment:
    starts = NOW - timedelta(hours=hours_ago)
    return admit.schedule(
        Appointment(organization=cast.center, client=client, practitioner=cast.nora,
                    program=cast.program, service="individual", starts_at=starts,
                    ends_at=starts + timedelta(minutes=45))
    )  # fmt: skip


def _claim_of(version: NoteVersion) -> Claim:
    return Claim.objects.get(charges__current__note_version=version)


def _send(cast: Cast, *claims: Claim) -> None:
    submit.freeze(make_connection(cast.center), now=LATER)
    for claim in claims:
        Claim.objects.filter(pk=claim.pk).update(state=ClaimState.ACCEPTED)
        claim.refresh_from_db()


def _answered(cast: Cast, refused: Claim, stray: Claim) -> Remittance:
    """A check that refuses a claim for its diagnosis, and pays another under a strange number."""
    refusal = answer(refused, paid=0, CO_11=12_000, CO_45=6_000)
    paid = answer(stray, paid=12_000, CO_45=6_000)
    stranger = replace(
        paid,
        claim_id="OTHER-1",
        payer_control_number="X9",
        lines=tuple(replace(line, control_number="") for line in paid.lines),
    )
    file = receive.store(b"era", organization=cast.center, name="era.835", now=LATER)
    remittance = post.post_check(file, check(cast.center, refusal, stranger), now=LATER)
    assert remittance is not None
    return remittance


def _for_intake(claim: Claim) -> Case:
    """What the payer says of a coverage, for intake to settle."""
    return Case.objects.create(
        organization=claim.organization, kind="eligibility", source="told:1",
        category="coverage_answer", owner_role=Role.INTAKE.value, claim=claim,
        title="The payer has another member id", cure="Correct the coverage.", opened_at=LATER,
    )  # fmt: skip


def _quarantined(cast: Cast) -> EdiFile:
    file = receive.store(b"ISA*00*half", organization=cast.center, name="half.835", now=LATER)
    receive.read_file(file.delivery, now=LATER)
    return file


def signed_in(user: User) -> Browser:
    """A browser in which that user is signed in."""
    browser = Browser()
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser

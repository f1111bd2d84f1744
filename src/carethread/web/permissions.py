"""Who may open which address: one table, read by the middleware, the menu and the tests.

An address that is not in the table is refused. An address that names a thing (a note, a claim)
also names its `reach`: the function that finds it within the user's organization (else 404) and
says whether this user may have it (else 403). Minimum necessary: whoever bills sees code, time,
diagnosis and signature; the narrative opens to its author and the author's supervisor only.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from carethread.codes.roles import Role
from carethread.record.models import User
from carethread.web import reach
from carethread.web.reach import Reach

Roles = frozenset[Role]

NOBODY: Roles = frozenset()
EVERYBODY: Roles = frozenset(Role)
CARE = frozenset({Role.CLINICIAN, Role.SUPERVISOR})
SUPERVISION = frozenset({Role.SUPERVISOR})
BILLING = frozenset({Role.BILLER})
FRONT_DESK = frozenset({Role.INTAKE, Role.UTILIZATION})
FIGURES = frozenset({Role.DIRECTOR, Role.OWNER, Role.COMPLIANCE})
MONEY = BILLING | FIGURES
INTAKE = frozenset({Role.INTAKE})
ADMINISTRATION = frozenset({Role.ADMINISTRATOR})
LEADING = ADMINISTRATION | {Role.OWNER}  # whose the center is
WATCH = ADMINISTRATION | {Role.COMPLIANCE}
SET_UP = ADMINISTRATION | BILLING
SETTLING = BILLING | FRONT_DESK | ADMINISTRATION  # who owns cases, beside the authors of notes
SKIPPING = MONEY
ROSTERS = CARE | INTAKE
DESK = INTAKE | BILLING  # who takes clients' money


@dataclass(frozen=True, slots=True)
class Door:
    """One address: the roles that may read it (`get`), those that may act through it (`post`),
    and how what it names is found. `open`: also for somebody who has not signed in.

    `page`: where an address that only acts leads who asks for it (a reload after a refusal, the
    way back from signing in): the page of the same thing, or a page without one.
    """

    get: Roles = NOBODY
    post: Roles = NOBODY
    reach: Reach | None = None
    open: bool = False
    page: str = ""

    def lets(self, user: User, method: str) -> bool:
        """Whether one of the user's roles may use this method here."""
        return not self.roles(method).isdisjoint(user.roles)

    def roles(self, method: str) -> Roles:
        if method in {"GET", "HEAD", "OPTIONS"}:
            return self.post if self.page else self.get
        return self.post if method == "POST" else NOBODY


_SIGN_IN = Door(open=True)
_OWN_ACCOUNT = Door(get=EVERYBODY, post=EVERYBODY)

DOORS: Mapping[str, Door] = {
    "home": Door(get=EVERYBODY),
    # the clinician
    "day": Door(get=CARE),
    "note_open": Door(post=CARE, reach=reach.own_appointment, page="day"),
    "note": Door(get=CARE, reach=reach.readable_note),
    "note_draft": Door(post=CARE, reach=reach.own_note, page="note"),
    "note_sign": Door(post=CARE, reach=reach.own_note, page="note"),
    "note_addendum": Door(post=CARE, reach=reach.own_note, page="note"),
    "note_benefits": Door(get=CARE, reach=reach.readable_note),
    "note_discard": Door(post=CARE, reach=reach.own_note, page="note"),
    "note_signed": Door(get=CARE, reach=reach.readable_note),
    "diagnosis_search": Door(get=CARE),
    "inbox": Door(get=CARE),
    "inbox_item": Door(get=CARE, reach=reach.own_case),
    "inbox_answer": Door(post=CARE, reach=reach.own_case, page="inbox_item"),
    "inbox_release": Door(post=CARE, reach=reach.own_case, page="inbox_item"),
    "cosign_queue": Door(get=SUPERVISION),
    "cosign": Door(get=SUPERVISION, post=SUPERVISION, reach=reach.supervised_version),
    # groups
    "groups": Door(get=ROSTERS),
    "group_new": Door(get=ROSTERS, post=ROSTERS),
    "group": Door(get=ROSTERS, post=ROSTERS, reach=reach.group),
    "group_join": Door(post=ROSTERS, reach=reach.group, page="group"),
    "group_leave": Door(post=ROSTERS, reach=reach.group_member, page="group_member"),
    "group_member": Door(get=ROSTERS, reach=reach.group_member),
    "group_open": Door(post=CARE, reach=reach.own_group, page="group"),
    "group_session": Door(get=CARE, reach=reach.readable_session),
    "group_preview": Door(get=CARE, reach=reach.readable_session),
    "group_times": Door(post=CARE, reach=reach.own_session, page="group_session"),
    "group_lead": Door(post=CARE, reach=reach.own_session, page="group_session"),
    "group_all_here": Door(post=CARE, reach=reach.own_session, page="group_session"),
    "group_shared": Door(post=CARE, reach=reach.own_session, page="group_session"),
    "group_sign": Door(post=CARE, reach=reach.own_session, page="group_session"),
    "walk_in": Door(post=CARE, reach=reach.own_session, page="group_session"),
    "walk_in_search": Door(get=CARE, reach=reach.own_session),
    "attendance": Door(get=CARE, reach=reach.own_attendance),
    "attendance_mark": Door(post=CARE, reach=reach.own_attendance, page="attendance"),
    "attendance_times": Door(post=CARE, reach=reach.own_attendance, page="attendance"),
    "attendance_part": Door(post=CARE, reach=reach.own_attendance, page="attendance"),
    "attendance_remove": Door(post=CARE, reach=reach.own_attendance, page="attendance"),
    "attendance_correct": Door(get=CARE, post=CARE, reach=reach.own_attendance),
    "cosign_return": Door(post=SUPERVISION, reach=reach.supervised_version, page="cosign"),
    # programs that are billed by the day or the night
    "program_days": Door(get=CARE | FRONT_DESK | BILLING),
    "census": Door(get=CARE | FRONT_DESK | BILLING, post=CARE | FRONT_DESK),
    "leave": Door(
        get=CARE | FRONT_DESK | BILLING, post=CARE | FRONT_DESK, reach=reach.episode_in_care
    ),
    # discharge
    "discharge": Door(
        get=CARE | FRONT_DESK | BILLING, post=CARE | FRONT_DESK, reach=reach.episode_in_care
    ),
    "summary": Door(get=CARE, reach=reach.readable_summary),
    "summary_draft": Door(post=CARE, reach=reach.own_summary, page="summary"),
    "summary_amend": Door(post=CARE, reach=reach.own_summary, page="summary"),
    "summary_sign": Door(post=CARE, reach=reach.own_summary, page="summary"),
    # the biller
    "pipeline": Door(get=MONEY),
    "claims": Door(get=MONEY),
    "claim": Door(get=MONEY, reach=reach.claim),
    "claim_hold": Door(post=BILLING, reach=reach.claim, page="claim"),
    "claim_release": Door(post=BILLING, reach=reach.claim, page="claim"),
    "claim_look": Door(post=BILLING, reach=reach.claim, page="claim"),
    "claim_status_ask": Door(post=BILLING, reach=reach.claim, page="claim"),
    "awaited": Door(get=MONEY),
    "claim_return": Door(post=BILLING, reach=reach.claim, page="claim"),
    "claim_skip": Door(post=SKIPPING, reach=reach.claim, page="claim"),
    "claim_facts": Door(get=FRONT_DESK | ADMINISTRATION, reach=reach.claim_to_settle),
    "skips": Door(get=SKIPPING),
    "note_facts": Door(get=MONEY, reach=reach.note),
    "remittances": Door(get=MONEY),
    "remittance": Door(get=MONEY, reach=reach.remittance),
    "eob_new": Door(get=BILLING, post=BILLING),
    "eob": Door(get=BILLING, post=BILLING, reach=reach.scan),
    "eob_look": Door(post=BILLING, reach=reach.scan, page="eob"),
    "eob_scan": Door(get=BILLING, reach=reach.scan),
    "deposits": Door(get=MONEY),
    "deposit_new": Door(get=BILLING, post=BILLING),
    "deposit": Door(get=MONEY, reach=reach.deposit),
    "deposit_match": Door(post=BILLING, reach=reach.deposit, page="deposit"),
    "deposit_other": Door(post=BILLING, reach=reach.deposit, page="deposit"),
    "deposit_unmatch": Door(post=BILLING, reach=reach.deposit, page="deposit"),
    "deposit_void": Door(post=BILLING, reach=reach.deposit, page="deposit"),
    "unmatched": Door(get=BILLING),
    "unmatched_item": Door(get=BILLING, reach=reach.match),
    "match_choose": Door(post=BILLING, reach=reach.match, page="unmatched_item"),
    "match_not_ours": Door(post=BILLING, reach=reach.match, page="unmatched_item"),
    "match_undo": Door(post=BILLING, reach=reach.match, page="unmatched_item"),
    "match_unpost": Door(post=BILLING, reach=reach.match, page="unmatched_item"),
    "unsigned": Door(get=MONEY),
    "uncharged": Door(get=MONEY),
    "unbilled": Door(get=MONEY),
    "files": Door(get=BILLING),
    "file": Door(get=BILLING, reach=reach.file),
    "file_again": Door(post=BILLING, reach=reach.file, page="file"),
    "file_raw": Door(get=BILLING, reach=reach.file),
    "file_upload": Door(get=BILLING, post=BILLING),
    "cases": Door(get=MONEY | SETTLING),
    "case": Door(get=MONEY | SETTLING, reach=reach.case),
    "case_close": Door(post=SETTLING, reach=reach.case, page="case"),
    "case_again": Door(post=SETTLING, reach=reach.case, page="case"),
    "case_wait": Door(post=SETTLING, reach=reach.case, page="case"),
    "case_ask": Door(post=SETTLING, reach=reach.case, page="case"),
    "case_give_up": Door(post=MONEY, reach=reach.case, page="case"),
    "case_give": Door(post=SETTLING, reach=reach.case, page="case"),
    "case_authorize": Door(post=BILLING | FRONT_DESK, reach=reach.case, page="case"),
    "case_charge": Door(post=BILLING, reach=reach.case, page="case"),
    "case_order": Door(post=BILLING | FRONT_DESK, reach=reach.case, page="case"),
    "case_bill_next": Door(post=BILLING, reach=reach.case, page="case"),
    "case_to_patient": Door(post=BILLING, reach=reach.case, page="case"),
    "case_take_back": Door(post=BILLING, reach=reach.case, page="case"),
    "case_papers": Door(get=BILLING | FRONT_DESK, reach=reach.case),
    "case_letter": Door(post=BILLING | FRONT_DESK, reach=reach.case, page="case_papers"),
    "case_packet": Door(post=BILLING | FRONT_DESK, reach=reach.case, page="case_papers"),
    "case_appeal_sent": Door(post=BILLING | FRONT_DESK, reach=reach.case, page="case_papers"),
    "case_appeal_decided": Door(post=BILLING | FRONT_DESK, reach=reach.case, page="case_papers"),
    "case_paper": Door(get=BILLING | FRONT_DESK, reach=reach.case_paper),
    "duties": Door(get=SET_UP, post=SET_UP),
    "duty_drop": Door(post=SET_UP, reach=reach.duty, page="duties"),
    "case_dispute_letter": Door(post=BILLING, reach=reach.case, page="case"),
    "case_dispute": Door(post=BILLING, reach=reach.case, page="case"),
    "case_accept": Door(post=BILLING, reach=reach.case, page="case"),
    "case_lines_csv": Door(get=MONEY, reach=reach.case),
    "trace": Door(get=MONEY),
    # clients' money
    "client_account": Door(get=DESK, reach=reach.client),
    "payment_new": Door(get=DESK, post=DESK, reach=reach.client),
    "plan_agree": Door(post=DESK, reach=reach.client, page="client_account"),
    "plan_end": Door(post=BILLING, reach=reach.payment_plan, page="statements"),
    "payment": Door(get=DESK, reach=reach.payment),
    "receipt": Door(get=DESK, reach=reach.payment),
    "payment_apply": Door(post=BILLING, reach=reach.payment, page="payment"),
    "payment_void": Door(post=BILLING, reach=reach.payment, page="payment"),
    "payment_refund": Door(post=BILLING, reach=reach.payment, page="payment"),
    "payments": Door(get=MONEY),
    "balances": Door(get=MONEY),
    "statements": Door(get=BILLING),
    "statements_run": Door(post=BILLING, page="statements"),
    "statements_print": Door(get=BILLING),
    "statement": Door(get=DESK, reach=reach.statement),
    "statement_preview": Door(get=DESK, reach=reach.client),
    "credits": Door(get=MONEY),
    "refund_payer": Door(post=BILLING, reach=reach.charge, page="credits"),
    "claim_next": Door(post=BILLING, reach=reach.claim, page="claim"),
    "claim_leave": Door(post=BILLING, reach=reach.claim, page="claim"),
    # leadership
    "cash": Door(get=FIGURES | BILLING),
    "denials": Door(get=FIGURES | BILLING),
    # intake and utilization
    "desk": Door(get=FRONT_DESK),
    "appointment_arrive": Door(post=FRONT_DESK, reach=reach.appointment, page="appointment"),
    "appointment_not_arrived": Door(post=FRONT_DESK, reach=reach.appointment, page="appointment"),
    "utilization": Door(get=FRONT_DESK | BILLING),
    "clients": Door(get=FRONT_DESK | BILLING | CARE),
    "client": Door(get=FRONT_DESK | BILLING | CARE, reach=reach.client),
    "client_new": Door(get=INTAKE, post=INTAKE),
    "form_check": Door(post=FRONT_DESK | ADMINISTRATION, page="home"),
    "client_edit": Door(get=INTAKE, post=INTAKE, reach=reach.client),
    "coverage_new": Door(get=FRONT_DESK, post=FRONT_DESK, reach=reach.client),
    "coverage": Door(get=FRONT_DESK | BILLING, post=FRONT_DESK, reach=reach.coverage),
    "eligibility": Door(get=FRONT_DESK | BILLING | CARE, reach=reach.coverage_of_theirs),
    "eligibility_check": Door(
        post=FRONT_DESK | BILLING | CARE, reach=reach.coverage_of_theirs, page="eligibility"
    ),
    "eligibility_panel": Door(get=FRONT_DESK | BILLING | CARE, reach=reach.coverage_of_theirs),
    "authorization_new": Door(get=FRONT_DESK, post=FRONT_DESK, reach=reach.client),
    "authorization": Door(get=FRONT_DESK | BILLING, post=FRONT_DESK, reach=reach.authorization),
    "plan_new": Door(get=CARE, post=CARE, reach=reach.client),
    "order_new": Door(get=CARE, post=CARE, reach=reach.client),
    "certification_new": Door(get=CARE, post=CARE, reach=reach.client),
    "plan": Door(get=CARE | FRONT_DESK | BILLING, post=CARE, reach=reach.plan),
    "consent_new": Door(get=FRONT_DESK, post=FRONT_DESK, reach=reach.client),
    "consent_revoke": Door(get=FRONT_DESK, post=FRONT_DESK, reach=reach.consent),
    "admission_new": Door(get=FRONT_DESK, post=FRONT_DESK, reach=reach.client),
    "admission": Door(get=FRONT_DESK, post=FRONT_DESK, reach=reach.episode),
    "diagnosis_new": Door(get=FRONT_DESK | CARE, post=FRONT_DESK | CARE, reach=reach.client),
    "diagnosis": Door(get=FRONT_DESK | CARE, post=FRONT_DESK | CARE, reach=reach.diagnosis),
    "diagnosis_options": Door(get=FRONT_DESK | CARE),
    "appointment_new": Door(get=FRONT_DESK | CARE, post=FRONT_DESK | CARE, reach=reach.client),
    "appointment": Door(get=FRONT_DESK | CARE, post=FRONT_DESK | CARE, reach=reach.appointment),
    "appointment_cancel": Door(post=FRONT_DESK | CARE, reach=reach.appointment, page="appointment"),
    "appointment_missed": Door(post=FRONT_DESK | CARE, reach=reach.appointment, page="appointment"),
    # administration
    "first_steps": Door(get=LEADING),
    "practitioners": Door(get=SET_UP),
    "practitioner": Door(get=SET_UP, post=ADMINISTRATION, reach=reach.practitioner),
    "center_enrollment_new": Door(get=ADMINISTRATION, post=ADMINISTRATION),
    "enrollment_new": Door(get=ADMINISTRATION, post=ADMINISTRATION, reach=reach.practitioner),
    "license_new": Door(get=ADMINISTRATION, post=ADMINISTRATION, reach=reach.practitioner),
    "connections": Door(get=SET_UP),
    "connection": Door(get=SET_UP, post=ADMINISTRATION, reach=reach.connection),
    "connection_new": Door(get=ADMINISTRATION, post=ADMINISTRATION),
    "connection_edit": Door(get=ADMINISTRATION, post=ADMINISTRATION, reach=reach.connection),
    "payers": Door(get=SET_UP),
    "payer": Door(get=SET_UP, post=ADMINISTRATION, reach=reach.payer),
    "contracts": Door(get=SET_UP | FIGURES),
    "contract": Door(get=SET_UP | FIGURES, reach=reach.contract),
    "contract_csv": Door(get=SET_UP | FIGURES, reach=reach.contract),
    "contract_new": Door(get=ADMINISTRATION, post=ADMINISTRATION),
    "contract_edit": Door(get=ADMINISTRATION, post=ADMINISTRATION, reach=reach.contract),
    "contract_import": Door(get=ADMINISTRATION, post=ADMINISTRATION, reach=reach.contract),
    "contract_file": Door(get=ADMINISTRATION, post=ADMINISTRATION, reach=reach.contract_file),
    "term_new": Door(get=ADMINISTRATION, post=ADMINISTRATION, reach=reach.contract),
    "term": Door(get=ADMINISTRATION, post=ADMINISTRATION, reach=reach.term),
    "term_end": Door(post=ADMINISTRATION, reach=reach.term, page="term"),
    "organization": Door(get=SET_UP, post=ADMINISTRATION),
    "fees": Door(get=SET_UP, post=ADMINISTRATION),
    "policies": Door(get=SET_UP | FIGURES, post=ADMINISTRATION),
    "tables": Door(get=SET_UP | FIGURES),
    "table_entry": Door(get=SET_UP | FIGURES, post=ADMINISTRATION),
    "rules": Door(get=SET_UP | FIGURES),
    "rule_new": Door(get=SET_UP, post=SET_UP),
    "rule": Door(get=SET_UP, post=SET_UP, reach=reach.scrub_rule),
    "rule_clone": Door(post=SET_UP, reach=reach.scrub_rule, page="rule"),
    "rule_built_in": Door(get=SET_UP | FIGURES, post=SET_UP),
    "practitioner_new": Door(get=ADMINISTRATION, post=ADMINISTRATION),
    "payer_new": Door(get=ADMINISTRATION, post=ADMINISTRATION),
    "users": Door(get=ADMINISTRATION),
    "user_new": Door(get=ADMINISTRATION, post=ADMINISTRATION),
    "user": Door(get=ADMINISTRATION, post=ADMINISTRATION, reach=reach.account),
    "user_password": Door(post=ADMINISTRATION, reach=reach.account, page="user"),
    "user_active": Door(post=ADMINISTRATION, reach=reach.account, page="user"),
    "sites": Door(get=ADMINISTRATION),
    "site_new": Door(get=ADMINISTRATION, post=ADMINISTRATION),
    "site": Door(get=ADMINISTRATION, post=ADMINISTRATION, reach=reach.site),
    "program_new": Door(get=ADMINISTRATION, post=ADMINISTRATION),
    "program": Door(get=ADMINISTRATION, post=ADMINISTRATION, reach=reach.program),
    "access_log": Door(get=WATCH),
    "access_log_csv": Door(get=WATCH),
    "changes": Door(get=WATCH),
    # signing in, and one's own account
    "account_login": _SIGN_IN,
    "account_logout": _SIGN_IN,
    "account_inactive": _SIGN_IN,
    "account_reset_password": _SIGN_IN,
    "account_reset_password_done": _SIGN_IN,
    "account_reset_password_from_key": _SIGN_IN,
    "account_reset_password_from_key_done": _SIGN_IN,
    "mfa_authenticate": _SIGN_IN,
    "account_reauthenticate": _OWN_ACCOUNT,
    "account_change_password": _OWN_ACCOUNT,
    "mfa_reauthenticate": _OWN_ACCOUNT,
    "mfa_index": Door(get=EVERYBODY),
    "mfa_activate_totp": _OWN_ACCOUNT,
    "mfa_deactivate_totp": _OWN_ACCOUNT,
    "mfa_view_recovery_codes": _OWN_ACCOUNT,
    "mfa_generate_recovery_codes": _OWN_ACCOUNT,
    "mfa_download_recovery_codes": _OWN_ACCOUNT,
}


def may(user: User, address: str, method: str = "GET") -> bool:
    """Whether a role of this user opens that address. What it names is another question."""
    door = DOORS.get(address)
    return door is not None and (door.open or door.lets(user, method))


_CORRECTORS = {
    Role.CLINICIAN: "the clinician",
    Role.SUPERVISOR: "the supervisor",
    Role.INTAKE: "intake",
    Role.UTILIZATION: "utilization review",
    Role.BILLER: "billing",
    Role.ADMINISTRATOR: "the administrator",
}


def corrected_by(address: str) -> str:
    """Who corrects what that address shows, as a sentence for those who may only look."""
    return f"{_who_acts(address)} corrects this."


def done_by(address: str) -> str:
    """Who does what that address is for, as a sentence for those whom it does not open."""
    return f"{_who_acts(address)} does this."


def _who_acts(address: str) -> str:
    roles = DOORS[address].post or DOORS[address].get
    names = " or ".join(words for role, words in _CORRECTORS.items() if role in roles)
    return f"{names[:1].upper()}{names[1:]}"


def sees_clients(user: User) -> bool:
    """Whether whose care it is may be told. Who sets the center up alone has no part in it."""
    return not user.roles <= ADMINISTRATION


def sees_all_cases(user: User) -> bool:
    """Whether this user sees what everybody has to settle, and not only what is theirs."""
    return not reach.ALL_CASES.isdisjoint(user.roles)


def sees_narrative(user: User) -> bool:
    """Whether this user may ever read what a note tells, as opposed to what it proves."""
    return not CARE.isdisjoint(user.roles)

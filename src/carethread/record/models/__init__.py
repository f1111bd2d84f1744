"""The models, by chapter. `from carethread.record.models import Claim`."""

from carethread.record.models.access import AccessEvent, AccountEvent, PolicySetting
from carethread.record.models.assignment import Appeal, CaseDuty, CasePaper
from carethread.record.models.authorization import (
    Authorization,
    AuthorizationEvent,
    AuthorizationState,
    UnitEntry,
)
from carethread.record.models.charge import Charge, ChargeEvidence, ChargeVersion
from carethread.record.models.chart import (
    Appointment,
    Attendance,
    CensusEntry,
    Diagnosis,
    DischargeSummary,
    DischargeSummaryVersion,
    Episode,
    Group,
    GroupMember,
    Note,
    NoteVersion,
    Session,
    Signature,
    Stay,
    TreatmentPlan,
)
from carethread.record.models.claim import (
    Acknowledgment,
    Claim,
    ClaimEvent,
    ClaimFinding,
    ClaimLine,
    ClaimState,
    ClaimVersion,
)
from carethread.record.models.contracts import (
    Contract,
    ContractEvent,
    ContractFile,
    ContractTerm,
)
from carethread.record.models.coverage import (
    Client,
    Consent,
    Coverage,
    Fee,
    Payer,
    PayerEnrollment,
)
from carethread.record.models.eligibility import EligibilityAnswer, EligibilityCheck
from carethread.record.models.leave import StayEvent
from carethread.record.models.ledger import Transfer
from carethread.record.models.orders import Certification, LabOrder
from carethread.record.models.organization import Organization
from carethread.record.models.people import (
    License,
    Practitioner,
    Program,
    RoleGrant,
    Site,
    User,
)
from carethread.record.models.remittance import (
    Adjustment,
    EftDeposit,
    LineMatch,
    Match,
    ProviderAdjustment,
    Reassociation,
    Remittance,
    RemittedClaim,
    RemittedLine,
)
from carethread.record.models.rules import LoadedRow, LoadedTable, RuleSkip, ScrubRule
from carethread.record.models.scoped import AppendOnly, Scoped
from carethread.record.models.status import StatusAnswer, StatusInquiry
from carethread.record.models.underpaid import Comparison, Dispute, Shortfall
from carethread.record.models.wire import (
    Connection,
    Counter,
    Delivery,
    EdiFile,
    Interchange,
    RemoteFile,
)
from carethread.record.models.work import Case, CaseEvent, CaseKind, WriteOff

__all__ = [
    "AccessEvent", "AccountEvent", "Acknowledgment", "Adjustment", "Appeal", "AppendOnly",
    "Appointment",
    "Attendance", "Authorization", "AuthorizationEvent", "AuthorizationState", "Case",
    "CaseDuty", "CaseEvent", "CaseKind", "CasePaper", "CensusEntry", "Certification", "Charge",
    "ChargeEvidence",
    "ChargeVersion", "Claim", "ClaimEvent", "ClaimFinding", "ClaimLine", "ClaimState",
    "ClaimVersion", "Client", "Comparison", "Connection", "Consent", "Contract",
    "ContractEvent", "ContractFile", "ContractTerm", "Counter", "Coverage",
    "Delivery", "Diagnosis", "DischargeSummary", "DischargeSummaryVersion", "Dispute", "EdiFile",
    "EftDeposit", "EligibilityAnswer", "EligibilityCheck", "Episode", "Fee", "Group", "GroupMember",
    "Interchange", "LabOrder", "License", "LineMatch", "LoadedRow", "LoadedTable", "Match",
    "Note", "NoteVersion", "Organization", "Payer", "PayerEnrollment", "PolicySetting",
    "Practitioner", "Program", "ProviderAdjustment", "Reassociation", "Remittance", "RemittedClaim",
    "RemittedLine", "RemoteFile", "RoleGrant", "RuleSkip", "Scoped", "ScrubRule", "Session",
    "Shortfall", "Signature", "Site", "StatusAnswer", "StatusInquiry", "Stay", "StayEvent",
    "Transfer", "TreatmentPlan", "UnitEntry", "User", "WriteOff",
]  # fmt: skip

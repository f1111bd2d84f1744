"""The plain values that workflow reads from the record and hands to the rules.

Nothing here knows where it came from: the same values can be made from our own chart, from
another system's export or in a test. Money is integer cents, time is minutes or local
datetimes, diagnosis codes have no point ("F329"), ids are the record's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from carethread.codes.catalogue import Catalogue, packaged
from carethread.rules.leave import Leave
from carethread.x12.claim import LineAdjudication
from carethread.x12.common import Address, Adjustment, Amount, Contact

NO_ADDRESS = Address()
BASE = "base"  # the slot of a service itself; what is added to it has others


# ---------------------------------------------------------------- what took place


@dataclass(frozen=True, slots=True)
class DocumentedService:
    """What one signed note version says took place for one client.

    `service` is a key of the service catalogue (`codes/data/services.yaml`), `credential` a key
    of `codes/data/credentials.yaml`. `minutes` are the minutes with the client (0 for untimed
    services). `telehealth` is "", "video" or "audio". `diagnoses` are ranked, without a point.
    `supervised` says that the renderer's work is signed off by a supervisor.

    Only for some services: `interactive_complexity` (90785 may be added), `visit_level` (the
    medical-decision level of an E/M: straightforward, low, moderate, high) and
    `therapy_minutes` (minutes of therapy within an E/M visit).
    """

    service: str
    service_date: date
    credential: str
    minutes: int = 0
    started: datetime | None = None
    ended: datetime | None = None
    level_of_care: str = "OP"
    place_of_service: str = "11"
    telehealth: str = ""
    diagnoses: tuple[str, ...] = ()
    attended: bool = True
    supervised: bool = False
    interactive_complexity: bool = False
    visit_level: str = ""
    therapy_minutes: int = 0


# ---------------------------------------------------------------- who is on the claim


@dataclass(frozen=True, slots=True)
class Provider:
    """A practitioner as a claim names one. Persons have a first name; `id` is the record's."""

    npi: str
    last_name: str
    first_name: str = ""
    taxonomy: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class BillingProvider:
    """The organization (or solo practitioner, with `first_name`) that is paid.

    `tax_id` is digits only; `tax_id_kind` EI (employer number) or SY (social security number).
    """

    name: str
    npi: str
    taxonomy: str
    tax_id: str
    address: Address
    first_name: str = ""
    tax_id_kind: str = "EI"
    contact: Contact | None = None
    pay_to: Address | None = None


@dataclass(frozen=True, slots=True)
class Facility:
    """Where the service took place; on the wire only where it differs from the billing address."""

    name: str
    npi: str = ""
    address: Address = NO_ADDRESS


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """A person: the client, or a subscriber who is somebody else. `sex` is F, M or U."""

    last_name: str
    first_name: str
    birth_date: date | None
    sex: str = "U"
    middle_name: str = ""
    address: Address = NO_ADDRESS
    id: int | None = None


@dataclass(frozen=True, slots=True)
class CoverageFacts:
    """One policy of the client.

    `sequence` is P, S or T; `relationship` the client's relationship to the subscriber (18 =
    self); `subscriber` is None exactly where it is 18. `filing_indicator` is CI, MC, MB, BL...
    `starts` and `ends` are the days it is in force, None where not known.
    """

    payer_name: str
    payer_id: str
    member_id: str
    sequence: str = "P"
    relationship: str = "18"
    subscriber: ClientFacts | None = None
    group_number: str = ""
    group_name: str = ""
    filing_indicator: str = "CI"
    starts: date | None = None
    ends: date | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class OtherCoverage:
    """Another policy of the client and, where that payer has spoken, what it did.

    `lines` maps a line's control number to what the other payer did with it; `amounts` are its
    claim-level amounts (D = paid, EAF = patient's share).
    """

    coverage: CoverageFacts
    claim_control_number: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    amounts: tuple[Amount, ...] = ()
    lines: Mapping[str, LineAdjudication] = field(default_factory=dict)


# ---------------------------------------------------------------- what can be billed


@dataclass(frozen=True, slots=True)
class BillableCharge:
    """One charge that is ready for a claim.

    `control_number` is REF*6R (see `rules.identity.line_number`); `amount` is cents for all
    units; `pointers` are 1-based positions in this charge's own `diagnoses`. `client_id` and
    `coverage_id` only serve to tell claims apart; charges of one `attendance_id` are a base service
    and its add-ons (`slot`), 0 where that is not known.
    """

    charge_id: int
    version_id: int
    control_number: str
    code: str
    amount: int
    service_date: date
    diagnoses: tuple[str, ...]
    client_id: int
    coverage_id: int
    rendering: Provider
    modifiers: tuple[str, ...] = ()
    units: int = 1
    unit: str = "UN"
    pointers: tuple[int, ...] = (1,)
    place_of_service: str = "11"
    supervising: Provider | None = None
    facility: Facility | None = None
    authorization: str = ""
    form: str = "P"
    revenue_code: str = ""
    level_of_care: str = ""
    episode_id: int = 0
    attendance_id: int = 0
    slot: str = BASE


@dataclass(frozen=True, slots=True)
class StayFacts:
    """The stay that an institutional claim is for: from admission to discharge.

    `admission_type` and `admission_source` are CL101 and CL102; `discharge_status` is CL103, empty
    while the client is still in care. The hours are those on the center's own clock. `billed` are
    the days of the stay that are charged, on whatever claim; `leaves` the nights away from it.
    `tables` are those in force for the payer.
    """

    admitted_on: date
    admitted_at: time | None = None
    admission_type: str = "3"
    admission_source: str = "1"
    discharged_on: date | None = None
    discharged_at: time | None = None
    discharge_status: str = ""
    attending: Provider | None = None
    billed: tuple[date, ...] = ()
    leaves: tuple[Leave, ...] = ()
    tables: Catalogue = field(default_factory=packaged)


@dataclass(frozen=True, slots=True)
class Billable:
    """A claim's charges with its parties. An institutional one has the `stay` that it is for, and
    the `cycle` that it covers (see `rules.institutional`). `other_coverages` are the client's other
    policies, with what those that paid before it did."""

    charges: tuple[BillableCharge, ...]
    client: ClientFacts
    coverage: CoverageFacts
    billing: BillingProvider
    stay: StayFacts | None = None
    cycle: str = "week"
    other_coverages: tuple[OtherCoverage, ...] = ()


# ---------------------------------------------------------------- what the record knows besides


@dataclass(frozen=True, slots=True)
class DatedFacts:
    """A span in which something holds; None at either end means open."""

    starts: date | None = None
    ends: date | None = None

    def covers(self, day: date) -> bool:
        """Whether it holds on that day."""
        return (self.starts is None or self.starts <= day) and (
            self.ends is None or day <= self.ends
        )


@dataclass(frozen=True, slots=True)
class LicenseFacts(DatedFacts):
    """A license or certification with its days."""

    state: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class EnrollmentFacts(DatedFacts):
    """That a payer accepts this practitioner. `payer_id` as on the wire (NM109 of 2010BB)."""

    payer_id: str = ""


@dataclass(frozen=True, slots=True)
class PractitionerFacts:
    """Who rendered a service. `licenses` and `enrollments` are None where not known, and empty
    where it is known that there are none. `excluded`: on the federal exclusion list (LEIE)."""

    id: int | None = None
    credential: str | None = None
    licenses: tuple[LicenseFacts, ...] | None = None
    enrollments: tuple[EnrollmentFacts, ...] | None = None
    excluded: bool | None = None


@dataclass(frozen=True, slots=True)
class PlanFacts(DatedFacts):
    """A treatment plan. `services` are the service kinds it orders; empty means every kind."""

    id: int | None = None
    signed: bool = False
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cap:
    """The most units that an authorization grants in a `period`: day, week (from Monday), month."""

    period: str
    units: int


@dataclass(frozen=True, slots=True)
class TakenUnits:
    """Units of an authorization that a service of that day consumed, or is reserved."""

    day: date
    units: int


@dataclass(frozen=True, slots=True)
class AuthorizationFacts(DatedFacts):
    """An authorization. `codes` it is for (empty: any), at one level of care, facility and
    renderer where it says so. `remaining` units are those free for the service or claim in hand:
    approved, less what *other* services reserved or consumed; None if unlimited or not known.
    `taken` are those other services, for the `caps`. `facility` is
    the site's name, empty for any. `approved`: the payer said yes."""

    id: int | None = None
    number: str = ""
    codes: tuple[str, ...] = ()
    remaining: int | None = None
    approved: bool = True
    state: str = "approved"
    unit: str = "units"
    level_of_care: str = ""
    facility: str = ""
    rendering: Provider | None = None
    caps: tuple[Cap, ...] = ()
    taken: tuple[TakenUnits, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthorizedService:
    """A service as an authorization sees it. `units` are the authorization's own: see
    `rules.authorize.needed`."""

    day: date
    code: str
    units: int
    level_of_care: str = ""
    facility: str = ""
    rendering_npi: str = ""


@dataclass(frozen=True, slots=True)
class ConsentFacts(DatedFacts):
    """A 42 CFR Part 2 consent to disclose for payment. `payer_id` empty: any payer.
    `ends` is the earlier of expiry and the day before a revocation."""

    id: int | None = None
    payer_id: str = ""


@dataclass(frozen=True, slots=True)
class OtherService:
    """Another documented service, to find two at one time. `is_group` exempts the clinician."""

    started: datetime
    ended: datetime
    note_id: int | None = None
    client_name: str = ""
    clinician_name: str = ""
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line that was sent before on another claim and still stands, to find duplicates."""

    claim_id: str
    code: str
    modifiers: tuple[str, ...]
    service_date: date
    rendering_npi: str
    units: int = 1


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """Where the client is in care: `level_of_care` as "IOP-SUD", `place_of_service` of its site.
    `focus` is what it treats ("sud"), empty where it treats anything."""

    level_of_care: str = ""
    place_of_service: str = ""
    focus: str = ""


@dataclass(frozen=True, slots=True)
class EpisodeFacts:
    """A stay from admission to discharge. `status` is the discharge's own (CL103), `summary` says
    whether the discharge summary is signed, None where not known. `last_service` is the last day of
    the stay that is charged, `leaves` the nights away from it; None where not known."""

    admitted_on: date | None = None
    discharged_on: date | None = None
    status: str = ""
    summary: bool | None = None
    id: int | None = None
    last_service: date | None = None
    leaves: tuple[Leave, ...] | None = None


@dataclass(frozen=True, slots=True)
class OtherPolicy(DatedFacts):
    """Another policy of the client: `rank` 1 is asked first, `kind` commercial, medicaid..."""

    payer_name: str = ""
    kind: str = ""
    rank: int = 1
    id: int | None = None


@dataclass(frozen=True, slots=True)
class EarlierPayer:
    """Who answered before the payer of this claim, and when. `forwarded` where that payer sent the
    claim on to the next one by itself (CLP02 19 to 21)."""

    payer_name: str
    answered_on: date
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class EligibilityFacts:
    """What the payer last said of the member (271). `carve_out_id` is the payer that handles
    behavioral health in its stead, empty where it does so itself."""

    checked_on: date | None = None
    last_name: str = ""
    first_name: str = ""
    birth_date: date | None = None
    is_active: bool | None = None
    carve_out_id: str = ""
    carve_out_name: str = ""


@dataclass(frozen=True, slots=True)
class UnitEdit:
    """The most units of a code (MUE). `per_day`: over all lines of the day, else a line."""

    code: str
    most: int
    per_day: bool = False


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A rule that users wrote: `condition` (CEL over documented fields) is true where something
    is wrong. `severity` and `owner` are values of `Severity` and `Role`; `starts` to `ends` are
    days of service; `message` may name fields in braces: "{line.code} needs HQ."."""

    id: str
    condition: str
    message: str
    severity: str = "stops"
    owner: str = "biller"
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class OwnRules:
    """What holds for one claim: the rules that users wrote for its payer, those (built-in or
    own) that are switched off, and those that this claim skips once."""

    rules: tuple[OwnRule, ...] = ()
    off: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()

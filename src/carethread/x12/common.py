"""Plain values that several transactions share. Names are the guides' own."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Kept:
    """A segment that has no field here, kept so that it can be written back.

    `elements` are the tag and its elements; components are parted by U+001F and repetitions by
    U+001E whatever the file used. `after` names the segment that it follows where the guide
    itself does not say ("" = the guide's own place). `partial`: other elements of the very same
    segment do have fields, and these win.
    """

    elements: tuple[str, ...]
    after: str = ""
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """N3 and N4. `postal_code` without a dash (ZIP or ZIP+4)."""

    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """REF: a qualifier (REF01) and a number (REF02)."""

    qualifier: str
    value: str


@dataclass(frozen=True, slots=True)
class Contact:
    """PER: whom to call. `phone` is digits only."""

    name: str = ""
    phone: str = ""
    email: str = ""
    function: str = "IC"


@dataclass(frozen=True, slots=True)
class Party:
    """NM1 or N1 with what belongs to it: a person (`entity_type` "1") or an organization ("2").

    `name` is the last name of a person. `id_qualifier` is NM108 (XX = NPI, MI = member id,
    PI = payer id, 46 = submitter id). `taxonomy` comes from PRV03.
    """

    entity_type: str
    name: str
    first_name: str = ""
    middle_name: str = ""
    suffix: str = ""
    id_qualifier: str = ""
    id: str = ""
    taxonomy: str = ""
    address: Address | None = None
    references: tuple[Reference, ...] = ()
    contact: Contact | None = None
    extra: tuple[Kept, ...] = ()

    @property
    def npi(self) -> str:
        """The NPI, or an empty string where the party is identified in another way."""
        return self.id if self.id_qualifier == "XX" else ""

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One CAS trio: group (CO PR OA PI CR), reason (CARC), cents taken off the charge, quantity."""

    group: str
    reason: str
    amount: int
    quantity: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """AMT: a qualifier and cents."""

    qualifier: str
    amount: int


@dataclass(frozen=True, slots=True)
class Quantity:
    """QTY: a qualifier and a number."""

    qualifier: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Dated:
    """DTP beside the dates that have fields of their own: a qualifier (431 onset, 439 accident)
    and one day, or the first and last day of a range."""

    qualifier: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Note:
    """NTE: what kind of note (ADD additional information, DGN diagnosis) and its text."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """PWK: a document beside the claim. `report` says what it is (PWK01), `transmission` how it
    comes (AA on request, BM mail, EL electronic, FX fax), `control_number` what it is found by."""

    report: str
    transmission: str
    control_number: str = ""


@dataclass(frozen=True, slots=True)
class Inpatient:
    """MIA: how an inpatient claim was decided. Amounts are cents, None where none is given.

    The abbreviations are Medicare's own: DRG, DSH, IME, PPS; FSP and HSP are the federal and the
    hospital's share.
    """

    covered_days: Decimal | None = None
    outlier: int | None = None
    lifetime_psychiatric_days: Decimal | None = None
    drg: int | None = None
    remarks: tuple[str, ...] = ()
    disproportionate_share: int | None = None
    msp_pass_through: int | None = None
    pps_capital: int | None = None
    capital_fsp_drg: int | None = None
    capital_hsp_drg: int | None = None
    capital_dsh_drg: int | None = None
    old_capital: int | None = None
    capital_ime: int | None = None
    operating_hsp_drg: int | None = None
    cost_report_days: Decimal | None = None
    operating_fsp_drg: int | None = None
    capital_outlier: int | None = None
    indirect_teaching: int | None = None
    professional_component: int | None = None
    capital_exception: int | None = None
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Outpatient:
    """MOA: how an outpatient or professional claim was decided. `rate` is a share of 1, amounts
    are cents, None where none is given."""

    rate: Decimal | None = None
    payable: int | None = None
    remarks: tuple[str, ...] = ()
    esrd: int | None = None
    professional_component: int | None = None
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where a transaction set came from: sender, receiver and control numbers (ISA13, GS06, ST02).

    `position` is the position of its ST segment in the file; `usage` is ISA15 (P or T).
    """

    sender: str
    receiver: str
    interchange: str
    group: str
    set: str
    guide: str
    usage: str = "P"
    position: int = 0
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"

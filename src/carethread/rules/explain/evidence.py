"""What the record knows around a refused service, as plain values: gathered by `insight.evidence`,
read by the explainers. Dates are days where care is given; money is cents; diagnosis codes have no
point."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from carethread.x12.claim import Claim, ClaimLine


@dataclass(frozen=True, slots=True)
class Days:
    """From `starts` up to and with `ends` (None: open)."""

    starts: date | None
    ends: date | None = None

    def cover(self, day: date) -> bool:
        return (self.starts is None or self.starts <= day) and (
            self.ends is None or day <= self.ends
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """A coverage as the record has it now."""

    payer: str
    member_id: str
    rank: int
    days: Days


@dataclass(frozen=True, slots=True)
class Answer:
    """What the payer last said (271) that bears on the day of service. "" and None: not said."""

    on: date
    is_active: bool | None = None
    starts: date | None = None
    ends: date | None = None
    member_id: str = ""
    last_name: str = ""
    first_name: str = ""
    birth_date: date | None = None
    carve_out: str = ""
    other_payer: str = ""
    in_network: bool | None = None
    visits_left: int | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """An authorization of the client with this payer. `asked_on` is when it was recorded here,
    `state` the record's own word; empty `codes` and `rendering` mean any."""

    number: str
    state: str
    days: Days
    approved: int
    used: int
    unit: str
    codes: tuple[str, ...] = ()
    rendering: str = ""
    asked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Renderer:
    """Who rendered it, with that person's days on the payer's roster and of their licenses."""

    name: str
    npi: str
    taxonomy: str
    credential: str
    roster: tuple[Days, ...] = ()
    licenses: tuple[Days, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteFacts:
    """What the note behind the service says now. `amended_on` is the day of its last addendum."""

    diagnoses: tuple[str, ...]
    minutes: int
    telehealth: str
    place: str
    signed_on: date
    amended_on: date | None = None
    cosigned: bool = True


@dataclass(frozen=True, slots=True)
class Ack:
    """An acknowledgment of a version of the claim. `number` is the payer's own for it."""

    kind: str
    on: date
    accepted: bool
    claim_number: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Billed:
    """Another billed line of the client's: what became of it, and by which check."""

    claim_number: str
    code: str
    day: date
    clinician: str
    state: str
    paid: int = 0
    paid_on: date | None = None
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An earlier refusal of the same charge."""

    code: str
    on: date


@dataclass(frozen=True, slots=True)
class Plan:
    """A treatment plan of the episode."""

    days: Days
    signed_on: date | None


@dataclass(frozen=True, slots=True)
class Client:
    """Whom the record has treated."""

    last_name: str
    first_name: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class Evidence:
    """One refused line with all that may explain it.

    `category` is its root cause (`carc.yaml`, `rejections`), `reason` the payer's code. `sent` is
    the claim as it left, `line` the line of it. `billed` are other lines of the client's in the
    same year, `promised` what the contract allowed for the line when it left (cents; None where no
    rate was on file); `wants_authorization` the codes for which the payer's page says that it
    wants to be asked.
    """

    category: str
    reason: str
    remarks: tuple[str, ...]
    payer: str
    sent: Claim
    line: ClaimLine
    first_sent_on: date
    filing_limit: date
    client: Client
    policy: Policy
    renderer: Renderer
    note: NoteFacts
    policies: Sequence[Policy] = ()
    answer: Answer | None = None
    approvals: Sequence[Approval] = ()
    acks: Sequence[Ack] = ()
    billed: Sequence[Billed] = ()
    refusals: Sequence[Refusal] = ()
    promised: int | None = None
    plans: Sequence[Plan] = ()
    supervised_by: str = ""
    wants_authorization: tuple[str, ...] = ()

    @property
    def day(self) -> date:
        return self.line.service_from

    @property
    def code(self) -> str:
        return self.line.procedure

    @property
    def number(self) -> str:
        """The authorization number that the line carried."""
        return self.line.authorization or self.sent.authorization

    @property
    def diagnoses(self) -> tuple[str, ...]:
        """The diagnoses that the line pointed to, as sent; all of an institutional claim's."""
        codes = self.sent.diagnoses
        if not self.line.pointers:
            return tuple(d.code for d in codes if d.qualifier in ("ABK", "ABF"))
        return tuple(codes[p - 1].code for p in self.line.pointers if 0 < p <= len(codes))


@dataclass(frozen=True, slots=True)
class Found:
    """One sentence about what the record holds. `explains`: it is why the payer refused (True), the
    record speaks against the refusal (False), or it is only what somebody has to know beside it
    (None). `private`: it tells something of the client, and is kept from whoever has no part in
    care or billing. `letter`: the fact as a payer is told it, where the sentence also says what we
    make of it."""

    id: str
    words: str
    explains: bool | None = True
    private: bool = True
    letter: str = ""

    @property
    def to_payer(self) -> str:
        """What a letter to the payer says of it; "" where it does not speak for us."""
        return (self.letter or self.words) if self.explains is False else ""

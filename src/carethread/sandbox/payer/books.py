"""What the payers of the sandbox believe. One file, `books.json`, read at the start.

The payer adjudicates by these books alone. Where they differ from the practice's record (a
member's birth date, the days of an authorization, a rate) the practice gets the rejection, the
denial or the short payment that such a difference earns in life.

Money is integer cents, percentages are whole numbers, diagnosis codes have no point and are
matched by their beginnings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from pydantic import TypeAdapter, ValidationError


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `starts` to `ends`, both included; None is open."""

    starts: date | None = None
    ends: date | None = None

    def covers(self, day: date) -> bool:
        return not (
            (self.starts is not None and day < self.starts)
            or (self.ends is not None and day > self.ends)
        )


@dataclass(frozen=True, slots=True)
class Member:
    """A person whom the payer insures. `id` is the subscriber's, so a family may share it.

    `first_payer` names another insurer that has to pay before this one, `carved_out_to` the
    one that handles behavioral care; `excluded_npis` are outside of this member's network;
    `visits_used` sessions of this year were used up before the first claim. Claims are forwarded
    to the payer `crosses_to`, which knows the person under `crosses_as`, as Medicare does.
    """

    id: str
    last_name: str
    first_name: str
    birth_date: date
    coverage: Span = Span()
    first_payer: str = ""
    carved_out_to: str = ""
    excluded_npis: tuple[str, ...] = ()
    visits_used: int = 0
    crosses_to: str = ""
    crosses_as: str = ""


@dataclass(frozen=True, slots=True)
class Enrollment:
    """A practitioner on the payer's roster; `codes` they may render (empty: any)."""

    npi: str
    credential: str
    taxonomy: str
    days: Span = Span()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Authorization:
    """What the payer agreed to in advance. `codes` empty: whatever is part of the care that was
    asked for. `requested_on` after the service is too late; `refused` was asked for and turned
    down; `npi` empty: any practitioner."""

    number: str
    member_id: str
    codes: tuple[str, ...]
    days: Span
    units: int
    npi: str = ""
    requested_on: date | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a code is worth, perhaps only when rendered by a credential, or (of an
    institutional line) under a revenue code: `amount` cents, or `percent` of the charge. An empty
    code is whatever stands under that revenue code: a per diem."""

    code: str
    amount: int
    credential: str = ""
    revenue_code: str = ""
    percent: int = 0


@dataclass(frozen=True, slots=True)
class Benefit:
    """The member's share, and what the plan does not pay at all.

    `deductible` cents a member and calendar year; `copay` cents a claim; `coinsurance` and
    `sequestration` percent; the limits count sessions, None is none.
    """

    deductible: int = 0
    copay: int = 0
    coinsurance: int = 0
    sequestration: int = 0
    visits_a_year: int | None = None
    visits_a_week: int | None = None
    excluded_codes: tuple[str, ...] = ()
    excluded_diagnoses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """How claims must look.

    `vague_diagnoses` do not support psychotherapy as the first diagnosis; `unknown_diagnoses`
    are codes that the payer's table does not hold. `modifiers` maps a credential to the
    modifier that its lines must carry. `carved_out_to` is who handles behavioral care in this
    payer's place, for all of its members. `whole_stays`: a stay is remitted as a whole, without
    its lines, where they all come out alike. Of `weekly_codes` one is paid in seven days.
    `kept_beds` are the revenue codes under which a bed kept during a leave is paid.
    """

    filing_days: int = 180
    authorization_codes: tuple[str, ...] = ()
    vague_diagnoses: tuple[str, ...] = ()
    unknown_diagnoses: tuple[str, ...] = ()
    modifiers: Mapping[str, str] = field(default_factory=dict)
    carved_out_to: str = ""
    whole_stays: bool = False
    weekly_codes: tuple[str, ...] = ()
    kept_beds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """How requests for authorization (278) are decided.

    Diagnoses that begin with one of `refused_diagnoses` are not found to need this care; more than
    `pends_over` units wait `pend_days` for a reviewer; of more than `most_units` so many are
    granted. None: no such number.
    """

    most_units: int | None = None
    pends_over: int | None = None
    pend_days: int = 3
    refused_diagnoses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When it pays: no sooner than `delay_days` (and up to `spread_days` more) after receipt, in
    the check run of `weekday` (0 Monday; None every working day). After `prompt_days` it owes
    `interest_percent` a year."""

    delay_days: int = 7
    spread_days: int = 3
    weekday: int | None = None
    prompt_days: int = 30
    interest_percent: int = 12


@dataclass(frozen=True, slots=True)
class Habits:
    """How it tells of what it decided (see `habits`), and how it pays.

    `mangles_numbers`: our claim number comes back in lower case, without zeros, with a mark behind;
    `merges_lines`: days of one service are one line; `splits_claims`: a claim comes back as two.
    `bundled`: its checks share a file with those of other such payers; `method` is BPR04;
    `addenda`: the bank passes the number of its payment on.
    """

    mangles_numbers: bool = False
    drops_modifiers: bool = False
    drops_line_numbers: bool = False
    merges_lines: bool = False
    splits_claims: bool = False
    bundled: bool = False
    method: str = "ACH"
    addenda: bool = True


@dataclass(frozen=True, slots=True)
class Payer:
    """One payer: who it is on the wire, and everything that it goes by.

    `denies_as` is the CLP02 of a claim with nothing but refused lines: "4" says so, "1" hides
    the refusal in the lines, as many payers do. `plan` is what its 271 calls the plan (EB05),
    `insurance_type` EB04.
    """

    id: str
    name: str
    tax_id: str
    city: str
    state: str
    postal_code: str
    rates: tuple[Rate, ...]
    members: tuple[Member, ...]
    roster: tuple[Enrollment, ...]
    street: str = "1 Claims Way"
    phone: str = "8005550100"
    filing_indicator: str = "CI"
    denies_as: str = "4"
    plan: str = "STANDARD PLAN"
    insurance_type: str = ""
    authorizations: tuple[Authorization, ...] = ()
    benefit: Benefit = Benefit()
    policy: Policy = Policy()
    review: Review = Review()
    rhythm: Rhythm = Rhythm()
    habits: Habits = Habits()


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something that no rule of the payer explains, and that happens once, to the first claim
    for that member and day of service; what is sent again is paid.

    `kind`: "lose" (it is never heard of again: no 277CA, nothing decided), "records" (waits `days`
    longer, and says when asked that it waits for records), "reject" (277CA; `reason` is
    category:status:entity), "deny" (`group`, `reason`, `remarks`), "underpay" (`percent` of the
    allowed amount is missing), "late" (paid `days` later than usual) or "correct" (paid, then after
    `days` reversed and paid again with `percent` less).
    """

    payer: str
    member_id: str
    service_date: date
    kind: str
    group: str = "CO"
    reason: str = ""
    remarks: tuple[str, ...] = ()
    percent: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Surprise:
    """Something in a payer's first check on or after a day that no claim explains.

    `kind`: "stranger" (a paid claim that nobody sent, of `amount` cents), or what happens to the
    check itself: "PLB" and its reason ("PLB CS": `amount` cents lower it, below zero raise it,
    `words` its reference). Or what happens to its file: "wrong" (the check is off by `amount`, and
    the right one comes the next day), "again" (the same check comes once more the next day, in
    another envelope), "copy" (the same bytes under another name), "late" (it comes `amount` days
    later than the money).
    """

    payer: str
    on: date
    kind: str
    amount: int
    words: str = ""


@dataclass(frozen=True)
class Books:
    """All payers behind one clearinghouse, and what is going to go wrong.

    `npis` are the providers that the clearinghouse knows to exist (empty: it does not look).
    """

    payers: tuple[Payer, ...]
    mishaps: tuple[Mishap, ...] = ()
    surprises: tuple[Surprise, ...] = ()
    npis: tuple[str, ...] = ()
    clearinghouse: str = "SANDBOXCH"
    clearinghouse_name: str = "Sandbox Clearinghouse"

    @cached_property
    def by_id(self) -> dict[str, Payer]:
        return {payer.id: payer for payer in self.payers}


# ------------------------------------------------------------------------------- as a file

_BOOKS = TypeAdapter(Books)


def save(books: Books, path: Path) -> None:
    """Write the books, whole or not at all."""
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(_BOOKS.dump_json(books, indent=1))
    temporary.replace(path)


def load(path: Path) -> Books:
    """Read the books. Raises ValueError, with the reason, where there are none to read."""
    try:
        return _BOOKS.validate_json(path.read_bytes())
    except FileNotFoundError:
        reason = "there is no such file; `carethread demo` makes it"
    except ValidationError as error:
        first = error.errors()[0]
        reason = f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}"
    raise ValueError(f"These are no payer's books: {path}: {reason}")

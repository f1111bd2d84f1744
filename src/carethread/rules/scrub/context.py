"""What the record knows about a claim. Everything may be None: not known, so the rule is silent.

That silence is what lets the same rules run on anybody's 837 file. An empty tuple, by
contrast, says that it is known that there is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from carethread.codes.catalogue import Catalogue, packaged
from carethread.codes.edits import Edit
from carethread.codes.policies import POLICIES
from carethread.rules.expect import Term
from carethread.rules.facts import (
    AuthorizationFacts,
    AuthorizedService,
    BilledLine,
    ConsentFacts,
    CoverageFacts,
    DatedFacts,
    EarlierPayer,
    EligibilityFacts,
    EnrollmentFacts,
    EpisodeFacts,
    OtherPolicy,
    OtherService,
    OwnRules,
    PlanFacts,
    PractitionerFacts,
    ProgramFacts,
    UnitEdit,
)


@dataclass(frozen=True, slots=True)
class ChartLine:
    """What the signed note behind one claim line says.

    `code`, `units` and `diagnoses` (ranked, no point) are what the charge was computed from;
    `times_written` says whether both start and stop time are documented.
    `client_services` and `clinician_services` are the *other* services of that client and of
    that clinician on the day. `attended` says that the client was there; `group_size` counts all
    who were; `individual_part` whether a group note says something of this client alone;
    `author_npi` who wrote the note; `incident_to` whether the conditions for billing it under
    somebody else's number are documented; `ordered` whether a signed order is behind a test.
    """

    note_id: int | None = None
    service: str | None = None
    service_date: date | None = None
    code: str | None = None
    units: int | None = None
    minutes: int | None = None
    diagnoses: tuple[str, ...] | None = None
    times_written: bool | None = None
    started: datetime | None = None
    ended: datetime | None = None
    place_of_service: str | None = None
    telehealth: str | None = None
    signed: bool | None = None
    needs_cosignature: bool | None = None
    cosigned: bool | None = None
    rendering: PractitionerFacts | None = None
    supervised: bool | None = None
    client_services: tuple[OtherService, ...] | None = None
    clinician_services: tuple[OtherService, ...] | None = None
    attended: bool | None = None
    group_size: int | None = None
    individual_part: bool | None = None
    author_npi: str | None = None
    incident_to: bool | None = None
    ordered: bool | None = None


@dataclass(frozen=True, slots=True)
class AuthorizedLine:
    """A line that needs an authorization: as authorizations see it, and the one that it is billed
    under (None: there is none)."""

    service: AuthorizedService
    known: AuthorizationFacts | None = None


@dataclass(frozen=True, slots=True)
class ScrubContext:
    """What is known about one claim. `lines` maps a line's control number to its chart line.

    `filing_days` is the payer's timely-filing limit; `member_id_pattern` a regular expression
    for the whole member id; `payer_control_number` the payer's number of the claim that a
    frequency 7 or 8 replaces; `authorized` maps the control number of each line that needs an
    authorization to its own, where the record says it line by line (else `authorization` is meant
    for every line); `is_part2` whether the program is a Part 2 (SUD) program;
    `billing_enrollments` the spans in which the payer has the billing NPI under its tax id;
    `rates` what the payer's contract says (None: there is none); `certifications` a physician's,
    for IOP and PHP;
    `program_minutes` attended minutes by day over whole weeks; `unit_edits` and `pair_edits` what
    is loaded from CMS files for the codes in hand; `policies` what the center has set (defaults
    elsewhere); `tables` those in force for the payer on the claim's first day, `night_tables` those
    of each night for which a kept bed is charged; `own` the center's own rules and what it has
    switched off; `is_later` says that another payer was asked before this one, `earlier` which of
    them answered last before this claim's turn.
    """

    today: date | None = None
    lines: Mapping[str, ChartLine] = field(default_factory=dict)
    client_id: int | None = None
    payer_id: int | None = None
    coverage: CoverageFacts | None = None
    member_id_pattern: str | None = None
    filing_days: int | None = None
    authorization_required: bool | None = None
    authorization: AuthorizationFacts | None = None
    authorized: Mapping[str, AuthorizedLine] | None = None
    plans: tuple[PlanFacts, ...] | None = None
    plan_required: bool | None = None
    billed: tuple[BilledLine, ...] | None = None
    payer_control_number: str | None = None
    is_part2: bool | None = None
    consents: tuple[ConsentFacts, ...] | None = None
    program: ProgramFacts | None = None
    episode: EpisodeFacts | None = None
    payer_kind: str | None = None
    other_policies: tuple[OtherPolicy, ...] | None = None
    eligibility: EligibilityFacts | None = None
    is_later: bool = False
    earlier: EarlierPayer | None = None
    billing_enrollments: tuple[EnrollmentFacts, ...] | None = None
    rates: tuple[Term, ...] | None = None
    certifications: tuple[DatedFacts, ...] | None = None
    program_minutes: Mapping[date, int] | None = None
    unit_edits: Mapping[str, UnitEdit] | None = None
    pair_edits: Mapping[frozenset[str], tuple[Edit, ...]] | None = None
    policies: Mapping[str, int] = field(default_factory=dict)
    tables: Catalogue = field(default_factory=packaged)
    night_tables: Mapping[date, Catalogue] = field(default_factory=dict)
    own: OwnRules | None = None

    def policy(self, key: str) -> int:
        """A policy's value: what the center has set, else the default."""
        return self.policies.get(key, POLICIES[key].default)


NOTHING_KNOWN = ScrubContext()

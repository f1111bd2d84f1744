"""What the record knows about a claim. Everything may be None: not known, so the rule is silent.

That silence is what lets the same rules run on anybody's 837 file. An empty tuple, by
contrast, says that it is known that there is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from carethread.rules.facts import (
    AuthorizationFacts,
    BilledLine,
    ConsentFacts,
    CoverageFacts,
    OtherService,
    PlanFacts,
    PractitionerFacts,
)


@dataclass(frozen=True, slots=True)
class ChartLine:
    """What the signed note behind one claim line says.

    `code`, `units` and `diagnoses` (ranked, no point) are what the charge was computed from;
    `times_written` says whether both start and stop time are documented.
    `client_services` and `clinician_services` are the *other* services of that client and of
    that clinician on the day.
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


@dataclass(frozen=True, slots=True)
class ScrubContext:
    """What is known about one claim. `lines` maps a line's control number to its chart line.

    `filing_days` is the payer's timely-filing limit; `member_id_pattern` a regular expression
    for the whole member id; `payer_control_number` the payer's number of the claim that a
    frequency 7 or 8 replaces; `is_part2` whether the program is a Part 2 (SUD) program.
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
    plans: tuple[PlanFacts, ...] | None = None
    plan_required: bool | None = None
    billed: tuple[BilledLine, ...] | None = None
    payer_control_number: str | None = None
    is_part2: bool | None = None
    consents: tuple[ConsentFacts, ...] | None = None


NOTHING_KNOWN = ScrubContext()

"""A claim with nothing wrong, and everything known that any rule asks for."""

from dataclasses import replace
from datetime import date, datetime

from carethread.rules.assemble import assemble
from carethread.rules.facts import (
    AuthorizationFacts,
    AuthorizedService,
    BilledLine,
    ConsentFacts,
    EnrollmentFacts,
    LicenseFacts,
    OtherService,
    PlanFacts,
    PractitionerFacts,
)
from carethread.rules.identity import claim_number
from carethread.rules.scrub import ChartLine, ScrubContext
from carethread.rules.scrub.context import AuthorizedLine
from carethread.x12.claim import Claim, ClaimLine
from carethread.x12.common import Party
from tests.rules.people import CENTER, CLARA, HARBOR, NORA, SAM, SERVED, VERA, charge

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
ONE = charge(1, authorization="A100", supervising=VERA)

CLAIM: Claim = assemble([ONE], CLARA, HARBOR, CENTER, claim_id=claim_number(5, 1))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, minute)


CHART = ChartLine(
    note_id=11, service="individual", service_date=SERVED, code="90837", units=1, minutes=60,
    diagnoses=("F331", "F411"), times_written=True, started=at(9), ended=at(10),
    place_of_service="11", telehealth="", signed=True, needs_cosignature=True, cosigned=True,
    rendering=PractitionerFacts(
        id=7, credential="LCSW", licenses=(LicenseFacts(*YEAR),),
        enrollments=(EnrollmentFacts(*YEAR, payer_id="HRBR1"),),
    ),
    supervised=True,
    client_services=(OtherService(at(10), at(11), note_id=12, clinician_name="Sam Sato"),),
    clinician_services=(OtherService(at(8), at(9), note_id=13, client_name="Carl Crane"),),
)  # fmt: skip

CONTEXT = ScrubContext(
    today=date(2026, 3, 5), lines={ONE.control_number: CHART}, client_id=1, payer_id=3,
    coverage=HARBOR, member_id_pattern=r"HH\d{7}", filing_days=90, authorization_required=True,
    authorization=AuthorizationFacts(
        *YEAR, id=21, number="A100", codes=("90834", "90837"), remaining=1
    ),
    plans=(PlanFacts(*YEAR, id=41, signed=True, services=("individual", "group")),),
    plan_required=True,
    billed=(BilledLine("CT000000004V0119", "90837", (), date(2026, 2, 23), NORA.npi),),
    payer_control_number="PCN77", is_part2=True,
    consents=(ConsentFacts(*YEAR, payer_id="HRBR1"),),
)  # fmt: skip


def claim(**changes: object) -> Claim:
    return replace(CLAIM, **changes)  # type: ignore[arg-type]


def line(**changes: object) -> Claim:
    """The clean claim with its one line changed (and its total kept right)."""
    changed: ClaimLine = replace(CLAIM.lines[0], **changes)  # type: ignore[arg-type]
    return replace(CLAIM, lines=(changed,), charge=changed.charge)


def lines(*codes: str, **changes: object) -> Claim:
    """The clean claim with one line a code, each at its line's charge."""
    first = CLAIM.lines[0]
    made = tuple(
        replace(first, number=n, procedure=code, control_number=f"X{n}", **changes)  # type: ignore[arg-type]
        for n, code in enumerate(codes, start=1)
    )
    return replace(CLAIM, lines=made, charge=first.charge * len(codes))


def context(**changes: object) -> ScrubContext:
    return replace(CONTEXT, **changes)  # type: ignore[arg-type]


def chart(**changes: object) -> ScrubContext:
    """The clean context with the one note changed."""
    changed: ChartLine = replace(CHART, **changes)  # type: ignore[arg-type]
    return context(lines={ONE.control_number: changed})


def person(**changes: object) -> ScrubContext:
    """The clean context with the renderer changed."""
    assert CHART.rendering
    return chart(rendering=replace(CHART.rendering, **changes))  # type: ignore[arg-type]


def authorization(**changes: object) -> ScrubContext:
    assert CONTEXT.authorization
    return context(authorization=replace(CONTEXT.authorization, **changes))  # type: ignore[arg-type]


def authorized(**changes: object) -> ScrubContext:
    """The clean context where the record says line by line what is authorized, with a change."""
    known = authorization(**changes).authorization
    service = AuthorizedService(SERVED, "90837", 1, "OP", "Alder House", NORA.npi)
    return context(authorized={ONE.control_number: AuthorizedLine(service, known)})


def billing(**changes: object) -> Claim:
    return claim(billing=replace(CLAIM.billing, **changes))  # type: ignore[arg-type]


def address(**changes: object) -> Claim:
    assert CLAIM.billing.address
    return billing(address=replace(CLAIM.billing.address, **changes))  # type: ignore[arg-type]


def member(member_id: str) -> Claim:
    subscriber = CLAIM.subscriber
    return claim(subscriber=replace(subscriber, party=replace(subscriber.party, id=member_id)))


def diagnosed(*codes: str) -> Claim:
    """The clean claim with other diagnoses, pointed to in order; the note is not known."""
    made = tuple(replace(CLAIM.diagnoses[0], code=c) for c in codes)
    return replace(line(pointers=tuple(range(1, min(len(codes), 4) + 1))), diagnoses=made)


SAM_PARTY = Party("1", SAM.last_name, SAM.first_name, id_qualifier="XX", id=SAM.npi)

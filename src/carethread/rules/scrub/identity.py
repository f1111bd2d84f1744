"""Who is who: numbers, addresses, member and coverage."""

import re
from collections.abc import Iterator
from functools import lru_cache

from carethread.codes.npi import is_npi, is_taxonomy
from carethread.codes.roles import Role
from carethread.rules.finding import Fix
from carethread.rules.scrub.context import ScrubContext
from carethread.rules.scrub.registry import STOPS, Fault, rule
from carethread.rules.words import day
from carethread.x12.claim import Claim
from carethread.x12.common import Party

_POST_BOX = re.compile(r"\bP\.?\s*O\.?\s*BOX\b|\bPOST OFFICE BOX\b|\bLOCK ?BOX\b", re.IGNORECASE)
_SELF = "18"


def _named(claim: Claim) -> Iterator[tuple[str, Party, str]]:
    """Every provider that is named: as what, the party, the line's control number."""
    roles = {
        "billing provider": claim.billing,
        "rendering provider": claim.rendering,
        "supervising provider": claim.supervising,
        "service facility": claim.service_facility,
        "attending practitioner": claim.attending,
    }
    yield from ((role, party, "") for role, party in roles.items() if party)
    for line in claim.lines:
        if line.rendering:
            yield "rendering provider", line.rendering, line.control_number
        if line.supervising:
            yield "supervising provider", line.supervising, line.control_number


@rule(
    "NPI_LUHN",
    STOPS,
    Role.ADMINISTRATOR,
    "Every NPI has ten digits and the right check digit, and everybody who needs one has one",
    source="45 CFR 162.406; 837P guide, NM109",
)
def npi_luhn(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    for role, party, line in _named(claim):
        where = Fix("organization" if role == "billing provider" else "practitioner")
        if party.npi and not is_npi(party.npi):
            message = f"The NPI {party.npi} of the {role} {party.full_name} is mistyped."
            yield Fault(message, line, where)
        elif not party.npi and role != "service facility":
            yield Fault(f"The {role} {party.full_name} has no NPI.", line, where)


@rule(
    "TAXONOMY_PRESENT",
    STOPS,
    Role.ADMINISTRATOR,
    "The billing provider has a taxonomy code, and every taxonomy code has the right shape",
    source="837P guide, 2000A PRV03; NUCC provider taxonomy",
)
def taxonomy_present(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    if not claim.billing.taxonomy:
        yield Fault("The billing provider has no taxonomy code.", fix=Fix("organization"))
    for role, party, line in _named(claim):
        if party.taxonomy and not is_taxonomy(party.taxonomy):
            message = f"{party.taxonomy} of the {role} {party.full_name} is no taxonomy code."
            yield Fault(message, line, Fix("practitioner"))


@rule(
    "BILL_ADDR_STREET_ZIP9",
    STOPS,
    Role.ADMINISTRATOR,
    "The billing address is a street, not a post box, with a nine-digit ZIP code",
    source="837P guide, 2010AA N301 and N403",
)
def billing_address(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    address, fix = claim.billing.address, Fix("organization")
    if address is None or not address.line1:
        yield Fault("The billing provider has no street address.", fix=fix)
        return
    if _POST_BOX.search(f"{address.line1} {address.line2}"):
        yield Fault(f"The billing address {address.line1} is a post box.", fix=fix)
    if not re.fullmatch(r"[0-9]{9}", address.postal_code):
        message = f"The billing address needs nine digits of ZIP, not {address.postal_code!r}."
        yield Fault(message, fix=fix)


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text)
    except re.error:
        return None


@rule(
    "MEMBER_ID_REGEX",
    STOPS,
    Role.INTAKE,
    "The member id is there and looks like the payer's member ids",
    source="837P guide, 2010BA NM109; the payer's profile",
)
def member_id(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    told = claim.subscriber.party.id
    fix = Fix("coverage", context.coverage.id if context.coverage else None)
    if not told:
        yield Fault("The subscriber has no member id.", fix=fix)
        return
    if context.member_id_pattern is None:
        return
    pattern = _pattern(context.member_id_pattern)
    if pattern is None:
        message = f"The member id pattern {context.member_id_pattern!r} of the payer is no pattern."
        yield Fault(message, fix=Fix("payer", context.payer_id))
    elif not pattern.fullmatch(told):
        message = f"The member id {told} does not look like one of {claim.payer.name}."
        yield Fault(message, fix=fix)


@rule(
    "PATIENT_LOOP",
    STOPS,
    Role.INTAKE,
    "The client is the subscriber or is named apart, with a birth date before the service",
    source="837P guide, 2000B SBR02, 2000C and DMG02",
)
def patient_loop(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    fix = Fix("client", context.client_id)
    if claim.subscriber.relationship == _SELF and claim.patient:
        yield Fault("The client is named apart although being the subscriber.", fix=fix)
    if claim.subscriber.relationship != _SELF and not claim.patient:
        yield Fault("The subscriber is somebody else, but the client is not named.", fix=fix)
        return
    person = claim.patient or claim.subscriber
    if person.birth_date is None:
        yield Fault(f"{person.party.full_name} has no birth date.", fix=fix)
    elif claim.lines and person.birth_date > min(n.service_from for n in claim.lines):
        born = day(person.birth_date)
        yield Fault(f"{person.party.full_name} was born on {born}, after the service.", fix=fix)


@rule(
    "COVERAGE_ACTIVE_DOS",
    STOPS,
    Role.INTAKE,
    "The coverage is in force on the day of service",
    source="CARC 26 and 27",
)
def coverage_active(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    coverage = context.coverage
    if coverage is None:
        return
    fix = Fix("coverage", coverage.id)
    for line in claim.lines:
        served = day(line.service_from)
        if coverage.starts and line.service_from < coverage.starts:
            began = day(coverage.starts)
            message = f"The service of {served} is before the coverage began on {began}."
            yield Fault(message, line.control_number, fix)
        if coverage.ends and line.service_from > coverage.ends:
            ended = day(coverage.ends)
            message = f"The service of {served} is after the coverage ended on {ended}."
            yield Fault(message, line.control_number, fix)


@rule(
    "NPI_TYPE",
    STOPS,
    Role.ADMINISTRATOR,
    "A person carries a person's NPI, an organization its own",
    source="45 CFR 162.406: NPIs of individuals and of organizations; CARC 208",
)
def npi_type(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    organizations = {
        p.npi: p.full_name
        for p in (claim.billing, claim.service_facility)
        if p and p.entity_type == "2" and p.npi
    }
    for role, party, line in _named(claim):
        if party.entity_type == "1" and party.npi in organizations:
            message = f"The {role} {party.full_name} carries the NPI of {organizations[party.npi]}."
            yield Fault(message, line, Fix("practitioner"))
        if role == "supervising provider" and party.entity_type != "1":
            yield Fault(f"The supervisor {party.full_name} is no person.", line)


@rule(
    "TAX_ID_PRESENT",
    STOPS,
    Role.ADMINISTRATOR,
    "The billing provider has a tax id of nine digits",
    source="837 guides, 2010AA REF*EI; CARC 16",
)
def tax_id(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    told = [r.value for r in claim.billing.references if r.qualifier in ("EI", "SY")]
    if not told:
        yield Fault("The billing provider has no tax id.", fix=Fix("organization"))
    elif not re.fullmatch(r"[0-9]{9}", told[0].replace("-", "")):
        yield Fault(f"The tax id {told[0]} has not nine digits.", fix=Fix("organization"))


@rule(
    "TIN_NPI_ENROLLED",
    STOPS,
    Role.ADMINISTRATOR,
    "The payer has the billing NPI enrolled under the tax id on the day of service",
    source="CARC 208 and B7; payer enrollment",
)
def billing_enrolled(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    known = context.billing_enrollments
    if known is None:
        return
    here = [e for e in known if e.payer_id in ("", claim.payer.id)]
    for line in claim.lines:
        if not any(e.covers(line.service_from) for e in here):
            message = (
                f"{claim.payer.name} did not have NPI {claim.billing.npi} enrolled "
                f"on {day(line.service_from)}."
            )
            yield Fault(message, line.control_number, Fix("organization"))

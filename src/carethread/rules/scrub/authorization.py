"""Authorizations: there, valid on the day, for this service, by this provider, with units left,
told once. The limits themselves are decided in `rules/authorize.py`."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from carethread.codes.roles import Role
from carethread.rules.authorize import (
    USABLE,
    covers_provider,
    covers_scope,
    over_cap,
    scope_words,
)
from carethread.rules.facts import AuthorizationFacts, AuthorizedService
from carethread.rules.finding import Fix
from carethread.rules.scrub.context import AuthorizedLine, ScrubContext
from carethread.rules.scrub.known import is_professional, renderer
from carethread.rules.scrub.registry import STOPS, Fault, rule
from carethread.rules.words import day
from carethread.x12.claim import Claim, ClaimLine

_NOT_REQUIRED = "not_required"


def _lines(claim: Claim, context: ScrubContext) -> list[tuple[ClaimLine, AuthorizedLine]]:
    """The lines that need an authorization, each with the one that the record knows for it."""
    told = context.authorized
    if told is not None:
        return [(n, told[n.control_number]) for n in claim.lines if n.control_number in told]
    if not context.authorization_required and context.authorization is None:
        return []
    return [(n, _as_claimed(claim, n, context)) for n in claim.lines]


def _as_claimed(claim: Claim, line: ClaimLine, context: ScrubContext) -> AuthorizedLine:
    """Where the record does not speak of single lines: the line itself, under the one that the
    claim is known for, unless it names another."""
    known = context.authorization
    number = line.authorization or claim.authorization
    service = AuthorizedService(
        line.service_from,
        line.procedure,
        int(line.units),
        rendering_npi=renderer(claim, line).npi if is_professional(claim) else "",
    )
    return AuthorizedLine(service, known if known and number in (known.number, "") else None)


def _under(
    claim: Claim, context: ScrubContext
) -> Iterator[tuple[ClaimLine, AuthorizedService, AuthorizationFacts]]:
    """The lines that are billed under an authorization that the record knows."""
    for line, one in _lines(claim, context):
        if one.known is not None:
            yield line, one.service, one.known


def _fix(known: AuthorizationFacts) -> Fix:
    return Fix("authorization", known.id)


@rule(
    "AUTH_PRESENT",
    STOPS,
    Role.UTILIZATION,
    "Where the payer wants an authorization, each line has an approved one",
    source="837P guide, REF*G1; CARC 197 and 15",
)
def authorization_present(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    if not context.authorization_required and not context.authorized:
        return
    for line, one in _lines(claim, context):
        known = one.known
        if known is not None and known.state == _NOT_REQUIRED:
            continue
        if known is not None and not (known.approved and known.state in USABLE):
            yield Fault(_not_approved(claim, line, known), line.control_number, _fix(known))
        elif not (line.authorization or claim.authorization):
            message = f"{claim.payer.name} wants an authorization for {line.procedure}."
            fix = Fix("authorization_new", context.client_id)
            yield Fault(message, line.control_number, _fix(known) if known else fix)


def _not_approved(claim: Claim, line: ClaimLine, known: AuthorizationFacts) -> str:
    name = f"Authorization {known.number}" if known.number else "The authorization"
    state = "not approved" if known.state in USABLE else known.state.replace("_", " ")
    return f"{name} for {line.procedure} is {state}; {claim.payer.name} wants an approved one."


@rule(
    "AUTH_DATES",
    STOPS,
    Role.UTILIZATION,
    "The authorization is valid on the day of service",
    source="CARC 197, 198 and 302",
)
def authorization_dates(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, service, known in _under(claim, context):
        if not known.covers(service.day):
            span = f"from {day(known.starts)} " if known.starts else ""
            span += f"to {day(known.ends)}" if known.ends else "on"
            message = f"Authorization {known.number} is valid {span}, not on {day(service.day)}."
            yield Fault(message, line.control_number, _fix(known))


@rule(
    "AUTH_SCOPE",
    STOPS,
    Role.UTILIZATION,
    "The authorization is for the code and the level of care that are billed",
    source="CARC 284; RARC N54",
)
def authorization_scope(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, service, known in _under(claim, context):
        if not covers_scope(known, line.procedure, service.level_of_care):
            scope = scope_words(known.codes, known.level_of_care)
            billed = scope_words(
                [line.procedure], service.level_of_care if known.level_of_care else ""
            )
            message = f"Authorization {known.number} is for {scope}, not for {billed}."
            yield Fault(message, line.control_number, _fix(known))


@rule(
    "AUTH_PROVIDER",
    STOPS,
    Role.UTILIZATION,
    "The authorization is for the facility and the practitioner that are billed",
    source="CARC 296; 278 guide, loops 2010EA and 2010F",
)
def authorization_provider(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, service, known in _under(claim, context):
        if not covers_provider(known, service):
            who = known.rendering
            parts = [f"{who.first_name} {who.last_name}".strip()] if who else []
            parts += [f"at {known.facility}"] if known.facility else []
            message = (
                f"Authorization {known.number} is for {' '.join(parts)}, which is not who "
                "rendered it or where."
            )
            yield Fault(message, line.control_number, _fix(known))


@rule(
    "AUTH_UNITS",
    STOPS,
    Role.UTILIZATION,
    "The authorization has enough units left for the claim, in each of its periods",
    source="CARC 198 and 222",
)
def authorization_units(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    together: dict[int | None, list[tuple[AuthorizedService, AuthorizationFacts]]]
    together = defaultdict(list)
    for line, service, known in _under(claim, context):
        is_of_its_days = known.covers(service.day)  # else AUTH_DATES says so
        if is_of_its_days and (not known.codes or line.procedure in known.codes):
            together[known.id].append((service, known))
    for of_one in together.values():
        known = of_one[0][1]
        services = [service for service, _ in of_one]
        billed = sum((Decimal(s.units) for s in services), Decimal(0))
        if known.remaining is not None and billed > known.remaining:
            message = (
                f"The claim bills {billed} {known.unit}, authorization {known.number} has "
                f"{known.remaining} left for it."
            )
            yield Fault(message, fix=_fix(known))
        for message in over_cap(known, [(s.day, s.units) for s in services]):
            yield Fault(message, fix=_fix(known))


@rule(
    "AUTH_PLACEMENT",
    STOPS,
    Role.BILLER,
    "A professional line names an authorization only where it differs from the claim's; an "
    "institutional claim has exactly one",
    source="837P guide, 2400 REF*G1; 837I guide, 2300 REF*G1; RFI on repeated numbers",
)
def authorization_placement(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    professional = is_professional(claim)
    for line in claim.lines:
        if line.authorization and (line.authorization == claim.authorization or not professional):
            message = (
                f"The line repeats the claim's authorization {line.authorization}."
                if professional
                else f"An institutional line names authorization {line.authorization}; only the "
                "claim can."
            )
            yield Fault(message, line.control_number, Fix("claim"))
    numbers = {known.number for _, _, known in _under(claim, context) if known.number}
    if not professional and len(numbers) > 1:
        message = (
            f"An institutional claim has one authorization; this has {', '.join(sorted(numbers))}."
        )
        yield Fault(message, fix=Fix("claim"))

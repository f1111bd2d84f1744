"""Authorizations: there, valid on the day, for this service, with units left, told once."""

from collections.abc import Iterator
from decimal import Decimal

from carethread.codes.roles import Role
from carethread.rules.finding import Fix
from carethread.rules.scrub.context import ScrubContext
from carethread.rules.scrub.registry import STOPS, Fault, rule
from carethread.rules.words import day, listing
from carethread.x12.claim import Claim, ClaimLine


def _under(claim: Claim, context: ScrubContext) -> list[ClaimLine]:
    """The lines that are billed under the authorization that the record knows."""
    if context.authorization is None:
        return []
    number = context.authorization.number
    return [n for n in claim.lines if (n.authorization or claim.authorization) in (number, "")]


def _fix(context: ScrubContext) -> Fix:
    return Fix("authorization", context.authorization.id if context.authorization else None)


@rule(
    "AUTH_PRESENT",
    STOPS,
    Role.UTILIZATION,
    "Where the payer wants an authorization, each line has an approved one",
    source="837P guide, REF*G1; CARC 197 and 15",
)
def authorization_present(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    if not context.authorization_required:
        return
    for line in claim.lines:
        if not (line.authorization or claim.authorization):
            message = f"{claim.payer.name} wants an authorization for {line.procedure}."
            yield Fault(message, line.control_number, Fix("client", context.client_id))
    if context.authorization and not context.authorization.approved:
        message = f"Authorization {context.authorization.number} is not approved."
        yield Fault(message, fix=_fix(context))


@rule(
    "AUTH_DATES",
    STOPS,
    Role.UTILIZATION,
    "The authorization is valid on the day of service",
    source="CARC 197, 198 and 302",
)
def authorization_dates(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    known = context.authorization
    for line in _under(claim, context):
        if known and not known.covers(line.service_from):
            span = f"from {day(known.starts)} " if known.starts else ""
            span += f"to {day(known.ends)}" if known.ends else "on"
            message = (
                f"Authorization {known.number} is valid {span}, not on {day(line.service_from)}."
            )
            yield Fault(message, line.control_number, _fix(context))


@rule(
    "AUTH_SCOPE",
    STOPS,
    Role.UTILIZATION,
    "The authorization is for the code that is billed",
    source="CARC 284; RARC N54",
)
def authorization_scope(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    known = context.authorization
    for line in _under(claim, context):
        if known and known.codes and line.procedure not in known.codes:
            codes = listing(known.codes)
            message = f"Authorization {known.number} is for {codes}, not for {line.procedure}."
            yield Fault(message, line.control_number, _fix(context))


@rule(
    "AUTH_UNITS",
    STOPS,
    Role.UTILIZATION,
    "The authorization has enough units left for the claim",
    source="CARC 198 and 222",
)
def authorization_units(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    known = context.authorization
    if known is None or known.remaining is None:
        return
    codes = known.codes
    lines = [n for n in _under(claim, context) if not codes or n.procedure in codes]
    billed = sum((n.units for n in lines), Decimal(0))
    if billed > known.remaining:
        message = (
            f"The claim bills {billed} units, authorization {known.number} has "
            f"{known.remaining} left for it."
        )
        yield Fault(message, fix=_fix(context))


@rule(
    "AUTH_PLACEMENT",
    STOPS,
    Role.BILLER,
    "A line names an authorization only where it differs from the claim's",
    source="837P guide, 2400 REF*G1; RFI on repeated numbers",
)
def authorization_placement(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    for line in claim.lines:
        if line.authorization and line.authorization == claim.authorization:
            message = f"The line repeats the claim's authorization {line.authorization}."
            yield Fault(message, line.control_number, Fix("claim"))

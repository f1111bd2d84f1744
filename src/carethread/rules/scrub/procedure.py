"""Procedure codes, modifiers and places: do they exist, and do they go together?"""

import re
from collections.abc import Iterator

from carethread.codes.limits import dated_codes, otp, places
from carethread.codes.modifiers import (
    MOST_MODIFIERS,
    age_modifiers,
    exclusive_modifiers,
    required_modifiers,
)
from carethread.codes.roles import Role
from carethread.rules.finding import Fix
from carethread.rules.scrub.context import ScrubContext
from carethread.rules.scrub.known import (
    age,
    charted,
    is_institutional,
    is_professional,
    level,
    note,
    place,
)
from carethread.rules.scrub.registry import STOPS, WARNS, Fault, rule
from carethread.rules.words import day, listing
from carethread.x12.claim import Claim, ClaimLine

_CLAIM = Fix("claim")
_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
_MODIFIER = re.compile(r"[0-9A-Z]{2}")


@rule(
    "PROC_VALID_DOS",
    STOPS,
    Role.BILLER,
    "Every procedure code is one, and existed on the day of service",
    source="yearly CPT and HCPCS updates, procedures.yaml; CARC 181 and 182",
)
def procedure_valid(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    for line in claim.lines:
        fault = _code_fault(claim, line)
        if fault:
            yield Fault(fault, line.control_number, _CLAIM)


def _code_fault(claim: Claim, line: ClaimLine) -> str:
    code = line.procedure
    if not code:
        return "The line has no procedure code." if is_professional(claim) else ""
    if line.procedure_qualifier == "HC" and not _CODE.fullmatch(code):
        return f"{code} is no procedure code."
    known = dated_codes().get(code)
    if known and known.ends and line.service_from > known.ends:
        told = f": use {known.instead}" if known.instead else ""
        return f"{code} ended on {day(known.ends)}{told}."
    if known and known.starts and line.service_from < known.starts:
        return f"{code} began on {day(known.starts)}, after the service."
    return ""


@rule(
    "MOD_VALID",
    STOPS,
    Role.BILLER,
    "Modifiers are well-formed, at most four, none twice, none that contradict each other",
    source="837 guides, SV101 and SV202; HCPCS Level II; modifiers.yaml; CARC 4",
)
def modifiers_valid(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    for line in claim.lines:
        if not line.modifiers:
            continue
        told = line.modifiers
        wrong = [m for m in told if not _MODIFIER.fullmatch(m)]
        if wrong:
            yield Fault(f"{wrong[0]!r} is no modifier.", line.control_number, _CLAIM)
        if len(told) > MOST_MODIFIERS:
            message = f"The line has {len(told)} modifiers; it holds {MOST_MODIFIERS}."
            yield Fault(message, line.control_number, _CLAIM)
        if len(set(told)) < len(told):
            twice = next(m for m in told if told.count(m) > 1)
            yield Fault(f"Modifier {twice} stands twice.", line.control_number, _CLAIM)
        for one in exclusive_modifiers():
            both = [m for m in dict.fromkeys(told) if m in one.modifiers]
            if len(both) > 1:
                message = f"Modifiers {listing(both)} both speak of {one.of}."
                yield Fault(message, line.control_number, _CLAIM)


@rule(
    "MOD_REQUIRED",
    STOPS,
    Role.BILLER,
    "A code that needs a modifier has it",
    source="modifiers.yaml; CARC 4",
)
def modifiers_required(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        kind = context.tables.services.get(chart.service or "")
        together = (kind is not None and kind.is_group) or (chart.group_size or 0) > 1
        for wanted in required_modifiers():
            asked = line.procedure in wanted.codes and (together or not wanted.group)
            if asked and wanted.modifier not in line.modifiers:
                message = f"{line.procedure} for a group needs modifier {wanted.modifier}."
                yield Fault(message, line.control_number, note(chart))


@rule(
    "MOD_AGE",
    WARNS,
    Role.BILLER,
    "A modifier that tells an age fits the client's",
    source="HCPCS Level II, HA HB HC; modifiers.yaml",
)
def modifier_fits_age(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line in claim.lines:
        for modifier in line.modifiers:
            span = age_modifiers().get(modifier)
            years = age(claim, line.service_from) if span else None
            if span and years is not None and not span.least <= years < span.below:
                message = f"Modifier {modifier} does not fit a client of {years} years."
                yield Fault(message, line.control_number, Fix("client", context.client_id))


@rule(
    "PLACE_VALID",
    STOPS,
    Role.BILLER,
    "Every place of service is one",
    source="CMS place-of-service code set; places.yaml; CARC 5",
)
def place_valid(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    for line in claim.lines if is_professional(claim) else ():
        if place(claim, line) not in places():
            message = f"{place(claim, line) or 'Nothing'} is no place of service."
            yield Fault(message, line.control_number, _CLAIM)


@rule(
    "OTP_SETTING",
    STOPS,
    Role.BILLER,
    "An opioid treatment program's codes are billed from one, the office codes from elsewhere",
    source="CMS opioid treatment program billing; NGS; otp.yaml; CARC 58 and 171",
)
def otp_setting(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line in claim.lines:
        own, office = line.procedure in otp("only"), line.procedure in otp("office")
        if not own and not office:
            continue
        elsewhere = _elsewhere(claim, line)
        if own and elsewhere:
            message = f"{line.procedure} is for an opioid treatment program, not for {elsewhere}."
            yield Fault(message, line.control_number, _CLAIM)
        if office and (not elsewhere or level(claim, context) == "OTP"):
            message = f"{line.procedure} is for an office, not for an opioid treatment program."
            yield Fault(message, line.control_number, _CLAIM)


def _elsewhere(claim: Claim, line: ClaimLine) -> str:
    """Where the line was served, in words, unless that is an opioid treatment program's place."""
    if is_institutional(claim):
        fits = claim.facility_code in otp("bill_types")
        return "" if fits else f"type of bill {claim.facility_code}x"
    where = place(claim, line)
    return "" if where in otp("places") else f"place {where}"

"""Who rendered it, and where: credentials, licenses, enrollment, supervision, telehealth."""

from collections.abc import Iterator

from carethread.codes.modifiers import telehealth_modifiers, telehealth_places
from carethread.codes.roles import Role
from carethread.rules.finding import Fix
from carethread.rules.scrub.context import ScrubContext
from carethread.rules.scrub.known import (
    charted,
    is_institutional,
    is_professional,
    level,
    note,
    practitioner,
)
from carethread.rules.scrub.known import place as _place
from carethread.rules.scrub.registry import STOPS, WARNS, Fault, rule
from carethread.rules.words import day
from carethread.x12.claim import Claim, ClaimLine


def _telehealth_modifiers(line: ClaimLine) -> list[str]:
    return [m for m in line.modifiers if m in telehealth_modifiers()]


@rule(
    "POS_MOD_TELEHEALTH",
    STOPS,
    Role.BILLER,
    "Place of service and telehealth modifier say what the note says",
    source="CMS place-of-service codes and telehealth modifiers; telehealth.yaml",
)
def telehealth_equals_note(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        place, told = _place(claim, line), _telehealth_modifiers(line)
        fix, number = note(chart), line.control_number
        if chart.place_of_service is not None and chart.place_of_service != place:
            message = f"The claim says place {place}, the note says {chart.place_of_service}."
            yield Fault(message, number, fix)
        if chart.telehealth is None:
            continue
        if not chart.telehealth and (told or place in telehealth_places()):
            sign = told[0] if told else f"place {place}"
            yield Fault(f"The claim says telehealth ({sign}), the note does not.", number, fix)
        if chart.telehealth and not told and place not in telehealth_places():
            message = f"The note says telehealth by {chart.telehealth}, the claim does not."
            yield Fault(message, number, fix)
        wrong = [m for m in told if chart.telehealth not in ("", *telehealth_modifiers()[m])]
        if wrong:
            message = f"{wrong[0]} does not stand for telehealth by {chart.telehealth}."
            yield Fault(message, number, fix)


@rule(
    "TELEHEALTH_PAIR",
    WARNS,
    Role.BILLER,
    "A telehealth modifier comes with a telehealth place of service, and the other way round",
    source="CMS place-of-service codes and telehealth modifiers; payers differ",
)
def telehealth_pair(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    for line in claim.lines if is_professional(claim) else ():
        place, told = _place(claim, line), _telehealth_modifiers(line)
        if told and place not in telehealth_places():
            message = f"{told[0]} says telehealth, place {place} does not."
            yield Fault(message, line.control_number)
        if place in telehealth_places() and not told:
            message = f"Place {place} says telehealth, but no modifier does."
            yield Fault(message, line.control_number)


@rule(
    "CRED_FITS_CODE",
    STOPS,
    Role.ADMINISTRATOR,
    "The renderer's credential may render the code",
    source="services.yaml and credentials.yaml; CARC 8 and 185",
)
def credential_fits(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        told = chart.rendering.credential if chart.rendering else None
        known = context.tables.credentials.get(told or "")
        use = context.tables.uses.get(line.procedure)
        if known and use and use.groups and known.group not in use.groups:
            message = f"{known.article.capitalize()} {told} may not render {line.procedure}."
            yield Fault(message, line.control_number, practitioner(chart))


@rule(
    "LICENSE_ACTIVE_DOS",
    STOPS,
    Role.ADMINISTRATOR,
    "The renderer's license is in force on the day of service",
    source="state licensing law; CARC B7",
)
def license_active(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        licenses = chart.rendering.licenses if chart.rendering else None
        if licenses is not None and not any(x.covers(line.service_from) for x in licenses):
            message = f"The renderer had no license in force on {day(line.service_from)}."
            yield Fault(message, line.control_number, practitioner(chart))


@rule(
    "PAYER_CREDENTIALED_DOS",
    STOPS,
    Role.ADMINISTRATOR,
    "The payer has the renderer enrolled on the day of service",
    source="CARC 185, 208 and B7",
)
def enrolled(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        known = chart.rendering.enrollments if chart.rendering else None
        if known is None:
            continue
        here = [e for e in known if e.payer_id == claim.payer.id]
        if not any(e.covers(line.service_from) for e in here):
            message = (
                f"{claim.payer.name} did not have the renderer enrolled "
                f"on {day(line.service_from)}."
            )
            yield Fault(message, line.control_number, practitioner(chart))


@rule(
    "SUPERVISOR_SIGNED",
    STOPS,
    Role.ADMINISTRATOR,
    "Supervised work names the supervisor who answers for it",
    source="837P guide, 2310D; payer supervision policies",
)
def supervisor_named(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        if chart.supervised and not (line.supervising or claim.supervising):
            message = "The renderer works under supervision, but no supervisor is named."
            yield Fault(message, line.control_number, practitioner(chart))


@rule(
    "POS_FITS_PROGRAM",
    WARNS,
    Role.BILLER,
    "The place of service is one where the program's level of care is given",
    source="CMS place-of-service codes; levels.yaml; CARC 5 and 58",
)
def place_fits_program(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    where = level(claim, context)
    fitting = context.tables.family(where).places if is_professional(claim) else ()
    for line in claim.lines if fitting else ():
        place = _place(claim, line)
        if place not in fitting and place not in telehealth_places():
            message = f"{where} is not given at place {place}."
            yield Fault(message, line.control_number, Fix("claim"))


@rule(
    "INCIDENT_TO_MET",
    STOPS,
    Role.BILLER,
    "Work is billed under its author's number, or the conditions for another are documented",
    source="42 CFR 410.26",
)
def incident_to(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        told = line.rendering or claim.rendering
        if told is None or chart.author_npi is None or is_institutional(claim):
            continue
        if told.npi != chart.author_npi and chart.incident_to is not True:
            message = (
                f"The claim says that {told.full_name} rendered it, who did not write the note."
            )
            yield Fault(message, line.control_number, note(chart))


@rule(
    "LEIE_EXCLUDED",
    STOPS,
    Role.ADMINISTRATOR,
    "Nobody who rendered it is excluded from federal programs",
    source="42 CFR 1001.1901; OIG list of excluded individuals and entities",
)
def excluded(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        if chart.rendering and chart.rendering.excluded:
            message = "The renderer is on the federal exclusion list."
            yield Fault(message, line.control_number, practitioner(chart))

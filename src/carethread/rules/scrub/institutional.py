"""The institutional claim: type of bill, dates of the stay, revenue and condition codes."""

from collections.abc import Iterator
from datetime import timedelta

from carethread.codes.billing import (
    admission_types,
    exclusive_condition_codes,
    final_frequencies,
    frequencies,
    interim_frequencies,
    patient_statuses,
    revenue_codes,
    revenue_of,
    still_patient,
)
from carethread.codes.roles import Role
from carethread.rules.finding import Fix
from carethread.rules.scrub import known
from carethread.rules.scrub.context import ScrubContext
from carethread.rules.scrub.known import bill_type, is_institutional, level
from carethread.rules.scrub.registry import STOPS, Fault, rule
from carethread.rules.words import day, listing
from carethread.x12.claim import Claim

_CLAIM = Fix("claim")


def _bill(claim: Claim) -> str:
    return f"{claim.facility_code}{claim.frequency}"


def _client(context: ScrubContext) -> Fix:
    return Fix("client", context.client_id)


@rule(
    "TOB_VALID",
    STOPS,
    Role.BILLER,
    "The type of bill exists and is one that the level of care is billed on",
    source="NUBC type of bill; institutional.yaml",
)
def type_of_bill(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    if not is_institutional(claim):
        return
    if bill_type(claim) is None or claim.frequency not in frequencies():
        yield Fault(f"{_bill(claim)} is no type of bill.", fix=_CLAIM)
        return
    fitting = context.tables.family(level(claim, context)).bill_types
    if fitting and claim.facility_code not in fitting:
        wanted = " or ".join(f"{code}x" for code in sorted(fitting))
        message = f"{level(claim, context)} is billed as {wanted}, not as {_bill(claim)}."
        yield Fault(message, fix=_CLAIM)


@rule(
    "TOB_FREQ_STATUS",
    STOPS,
    Role.BILLER,
    "A final bill says where the client went, an interim bill that the client is still there",
    source="NUBC type of bill frequency and patient status; CARC 16",
)
def frequency_fits_status(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    kind = bill_type(claim)
    if kind is None:
        return
    still = claim.patient_status == still_patient()
    if claim.frequency in interim_frequencies() and not still:
        message = (
            f"Type of bill {_bill(claim)} says that the stay goes on, "
            f"patient status {claim.patient_status or 'none'} that it has ended."
        )
        yield Fault(message, fix=_CLAIM)
    if claim.frequency in final_frequencies() and still and kind.inpatient:
        message = (
            f"Type of bill {_bill(claim)} says that the stay has ended, "
            f"patient status {claim.patient_status} that the client is still there."
        )
        yield Fault(message, fix=_CLAIM)
    stay = context.episode
    ended = stay and stay.status and claim.statement_to == stay.discharged_on
    if stay and ended and not still and claim.patient_status != stay.status:
        message = (
            f"The claim says patient status {claim.patient_status}, "
            f"the discharge says {stay.status}."
        )
        yield Fault(message, fix=_client(context))


@rule(
    "PATIENT_STATUS",
    STOPS,
    Role.BILLER,
    "Every institutional claim says where the client went or that the client is still there",
    source="837I guide, CL103; NUBC patient discharge status",
)
def patient_status(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    if is_institutional(claim) and claim.patient_status not in patient_statuses():
        told = f"{claim.patient_status} is no" if claim.patient_status else "There is no"
        yield Fault(f"{told} patient status.", fix=_client(context))


@rule(
    "ADMIT_DATE_TYPE",
    STOPS,
    Role.INTAKE,
    "A stay names admission date and type, and was not billed before it began",
    source="837I guide, DTP*435 and CL101",
)
def admission(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    kind, fix = bill_type(claim), _client(context)
    if kind is None:
        return
    if kind.inpatient and claim.admission_date is None:
        yield Fault(f"Type of bill {_bill(claim)} needs the day of admission.", fix=fix)
    if claim.admission_type not in admission_types() and (kind.inpatient or claim.admission_type):
        told = f"{claim.admission_type} is no" if claim.admission_type else "There is no"
        yield Fault(f"{told} type of admission.", fix=fix)
    admitted, begins = claim.admission_date, claim.statement_from
    if admitted and begins and admitted > begins:
        message = f"The claim begins on {day(begins)}, before the admission of {day(admitted)}."
        yield Fault(message, fix=fix)
    stay = context.episode
    if stay and stay.admitted_on and admitted and stay.admitted_on != admitted:
        message = f"The claim says admitted on {day(admitted)}, the record {day(stay.admitted_on)}."
        yield Fault(message, fix=fix)


@rule(
    "DISCHARGE_HOUR",
    STOPS,
    Role.INTAKE,
    "A final bill of a stay names the hour of discharge",
    source="837I guide, DTP*096",
)
def discharge_hour(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    kind = bill_type(claim)
    final = claim.frequency in final_frequencies()
    left = claim.patient_status not in ("", still_patient())
    if kind and kind.inpatient and final and left and not claim.discharge_time:
        yield Fault("The final bill of a stay needs the hour of discharge.", fix=_client(context))


@rule(
    "ATTENDING_PRESENT",
    STOPS,
    Role.ADMINISTRATOR,
    "An institutional claim names the attending practitioner, with an NPI",
    source="837I guide, 2310A",
)
def attending(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    if is_institutional(claim) and (claim.attending is None or not claim.attending.npi):
        yield Fault("No attending practitioner with an NPI is named.", fix=_client(context))


@rule(
    "ADMITTING_DX",
    STOPS,
    Role.CLINICIAN,
    "An inpatient claim carries the admitting diagnosis, every claim one principal diagnosis",
    source="837I guide, HI*ABK and HI*ABJ",
)
def admitting_diagnosis(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    kind = bill_type(claim)
    if kind is None:
        return
    told = [d.qualifier for d in claim.diagnoses]
    if kind.admitting and not {"ABJ", "BJ"} & set(told):
        message = f"Type of bill {_bill(claim)} needs the admitting diagnosis."
        yield Fault(message, fix=_client(context))
    principal = told.count("ABK") + told.count("BK")
    if principal != 1:
        yield Fault(f"The claim has {principal} principal diagnoses, not one.", fix=_CLAIM)


@rule(
    "REV_HCPCS_PAIR",
    STOPS,
    Role.BILLER,
    "Revenue code and procedure code of a line belong together",
    source="ResDAC Revenue Center Code Book; institutional.yaml; CARC 199",
)
def revenue_pair(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    kind = bill_type(claim)
    for line in claim.lines if is_institutional(claim) else ():
        revenue, fitting = line.revenue_code, revenue_of(line.procedure)
        if not revenue:
            yield Fault("The line has no revenue code.", line.control_number, _CLAIM)
        elif fitting and revenue not in fitting:
            message = f"{line.procedure} stands under {listing(fitting)}, not under {revenue}."
            yield Fault(message, line.control_number, _CLAIM)
        known_code = revenue_codes().get(revenue)
        alone = known_code and known_code.needs_code and not line.procedure
        if alone and kind and not kind.inpatient:
            message = f"Revenue code {revenue} needs a procedure code."
            yield Fault(message, line.control_number, _CLAIM)


@rule(
    "DATES_IN_STATEMENT",
    STOPS,
    Role.BILLER,
    "Every day of service lies within the statement's days",
    source="837I guide, DTP*434",
)
def dates_in_statement(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    if not is_institutional(claim):
        return
    begins, ends = claim.statement_from, claim.statement_to
    if begins is None or ends is None:
        yield Fault("The claim has no statement dates.", fix=_CLAIM)
        return
    if begins > ends:
        yield Fault(f"The statement ends on {day(ends)}, before {day(begins)}.", fix=_CLAIM)
        return
    for line in claim.lines:
        if not begins <= line.service_from <= line.service_to <= ends:
            message = (
                f"The service of {day(line.service_from)} is outside of the statement "
                f"{day(begins)} to {day(ends)}."
            )
            yield Fault(message, line.control_number, _CLAIM)


@rule(
    "MONTH_SPAN",
    STOPS,
    Role.BILLER,
    "A bill that is not for inpatients stays within one month",
    source="Medicare Claims Processing Manual, chapter 1, 50.2.2 on repetitive services",
)
def month_span(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    kind, begins, ends = bill_type(claim), claim.statement_from, claim.statement_to
    if kind is None or kind.admitting or begins is None or ends is None:
        return
    # A stay's last night goes on until the morning of the discharge.
    left = kind.inpatient and claim.patient_status != still_patient()
    last = max(begins, ends - timedelta(days=1)) if left else ends
    if (begins.year, begins.month) != (last.year, last.month):
        message = f"The claim runs from {day(begins)} to {day(ends)}, over the end of a month."
        yield Fault(message, fix=_CLAIM)


@rule(
    "COND_CODE",
    STOPS,
    Role.BILLER,
    "The condition codes that the payer wants are there, and none that exclude each other",
    source="First Coast IOP billing; CMS OTP billing; NAHRI on 92 with 41; levels.yaml",
)
def condition_code(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    if not is_institutional(claim):
        return
    told, where = known.condition_codes(claim), level(claim, context)
    served = known.first_day(claim)
    filing, bill = claim.subscriber.filing_indicator, claim.facility_code
    for wanted in context.tables.family(where).condition_codes:
        if served and wanted.is_wanted(filing, bill, served) and wanted.code not in told:
            message = f"{claim.payer.name} wants condition code {wanted.code} for {where}."
            yield Fault(message, fix=_CLAIM)
    for pair in exclusive_condition_codes():
        if pair <= told:
            message = f"Condition codes {listing(sorted(pair))} exclude each other."
            yield Fault(message, fix=_CLAIM)

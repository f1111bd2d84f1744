"""The 837: what one part of a claim makes another part need."""

from collections.abc import Iterator

from carethread.codes.lists import exists
from carethread.x12.claim import Claim, ClaimFile
from carethread.x12.finding import Finding
from carethread.x12.semantics.at import At, Seen, error, part, warning
from carethread.x12.values import NotAValue, spans

INPATIENT = ("11", "12", "18", "21", "41", "65", "66", "84", "86")
"""Bill types of patients who stay: these need an admission."""


def people(claim: Claim, at: At) -> Iterator[Finding]:
    """PATIENT_MISSING, PATIENT_IS_SELF, SUBSCRIBER_DETAIL: the subscriber is the patient (18, with
    address and birthday), or a patient stands below the subscriber."""
    relationship = claim.subscriber.relationship
    if claim.patient is None and relationship != "18":
        message = f"claim {claim.claim_id}: neither is the subscriber the patient nor is there one"
        yield error("PATIENT_MISSING", at.first, message, "SBR", 2)
    if claim.patient is not None and relationship == "18":
        message = (
            f"claim {claim.claim_id}: the subscriber is the patient, and another patient follows"
        )
        yield error("PATIENT_IS_SELF", at.first, message, "SBR", 2)
    known = claim.subscriber.party.address and claim.subscriber.birth_date
    if claim.patient is None and relationship == "18" and not known:
        message = (
            f"claim {claim.claim_id}: a subscriber who is the patient has address and birthday"
        )
        yield error("SUBSCRIBER_DETAIL", at.first, message, "DMG", 2)


def accident(claim: Claim, at: At) -> Iterator[Finding]:
    """ACCIDENT_DATE, ACCIDENT_STATE: an accident has a day, one of a car a state."""
    if claim.related_causes and claim.dated("439") is None:
        message = f"claim {claim.claim_id} comes of an accident and lacks its day (DTP*439)"
        yield error("ACCIDENT_DATE", at.first, message, "DTP", 3)
    if "AA" in claim.related_causes and not claim.accident_state:
        message = f"claim {claim.claim_id} comes of a car accident and lacks its state"
        yield error("ACCIDENT_STATE", at.first, message, "CLM", 11)


def stay(claim: Claim, at: At) -> Iterator[Finding]:
    """ATTENDING_MISSING, ADMISSION_MISSING, ADMISSION_ORDER: an institutional claim names who
    attends; a stay begins with an admission, which does not come behind its end."""
    if claim.kind != "837I":
        return
    if claim.attending is None:
        message = f"claim {claim.claim_id} does not name the attending provider"
        yield error("ATTENDING_MISSING", at.first, message, "NM1", 1)
    if claim.facility_code in INPATIENT and not (claim.admission_date and claim.admission_type):
        message = f"claim {claim.claim_id}: a stay needs the day and the type of its admission"
        yield error("ADMISSION_MISSING", at.first, message, "DTP", 3)
    ends = claim.statement_to
    if claim.admission_date and ends and claim.admission_date > ends:
        message = f"claim {claim.claim_id}: admission on {claim.admission_date} is after {ends}"
        yield error("ADMISSION_ORDER", at.first, message, "DTP", 3)


def discharge(claim: Claim, at: At) -> Iterator[Finding]:
    """ADMISSION_ORDER: nobody leaves before coming (837P)."""
    leaves = claim.dated("096")
    if leaves and claim.admission_date and leaves.last < claim.admission_date:
        message = f"claim {claim.claim_id}: discharge on {leaves.last} is before the admission"
        yield error("ADMISSION_ORDER", at.first, message, "DTP", 3)


def statement(claim: Claim, at: At) -> Iterator[Finding]:
    """STATEMENT_SPAN, DATE_ORDER: the statement's period is one, and its lines lie within."""
    begins, ends = claim.statement_from, claim.statement_to
    if begins is None or ends is None:
        return
    if ends < begins:
        message = f"the statement of claim {claim.claim_id} ends before it begins"
        yield error("DATE_ORDER", at.find("DTP"), message, "DTP", 3)
        return
    for n, line in enumerate(claim.lines):
        dated = line.service_from.year > 1
        if dated and not begins <= line.service_from <= line.service_to <= ends:
            message = f"line {n + 1} of claim {claim.claim_id} lies outside {begins} to {ends}"
            yield error("STATEMENT_SPAN", at.find("LX", n), message, "DTP", 3)


def amounts(claim: Claim, at: At) -> Iterator[Finding]:
    """CHARGE_NEGATIVE, UNITS_ZERO: nobody bills less than nothing, or no unit of a service."""
    tag = "SV2" if claim.kind == "837I" else "SV1"
    for n, line in enumerate(claim.lines):
        if line.charge < 0:
            message = f"line {n + 1} of claim {claim.claim_id} charges less than nothing"
            yield error("CHARGE_NEGATIVE", at.find(tag, n), message, tag, 2)
        if line.units <= 0:
            message = f"line {n + 1} of claim {claim.claim_id} bills no unit"
            yield error("UNITS_ZERO", at.find(tag, n), message, tag, 4)


def authorization(claim: Claim, at: At) -> Iterator[Finding]:
    """AUTH_REPEATED: a line names an authorization only where it is another than the claim's."""
    for n, line in enumerate(claim.lines):
        if line.authorization and line.authorization == claim.authorization:
            message = f"line {n + 1} repeats authorization {line.authorization} of its claim"
            yield warning("AUTH_REPEATED", at.find("LX", n), message, "REF", 2)


def unlisted(claim: Claim, at: At) -> Iterator[Finding]:
    """DESCRIPTION_MISSING: an unlisted procedure says in words what was done."""
    for n, line in enumerate(claim.lines):
        said = line.description or line.notes or claim.notes
        if exists("unlisted", line.procedure) and not said:
            message = f"line {n + 1}: {line.procedure} names no procedure; say what was done"
            yield warning("DESCRIPTION_MISSING", at.find("LX", n), message, "SV1", 1)


def line_control_numbers(claim: Claim, at: At) -> Iterator[Finding]:
    """LINE_DUPLICATE: the number by which a payer's answer finds a line is that line's alone."""
    seen = set[str]()
    for n, line in enumerate(claim.lines):
        if line.control_number and line.control_number in seen:
            message = f"line number {line.control_number} stands twice on claim {claim.claim_id}"
            yield warning("LINE_DUPLICATE", at.find("LX", n), message, "REF", 2)
        seen.add(line.control_number)


class ClaimNumbers:
    """CLAIM_DUPLICATE: a claim number stands once in a set (with each frequency)."""

    def __init__(self) -> None:
        self.seen = Seen()

    def add(self, claim: Claim, at: At) -> Iterator[Finding]:
        if claim.claim_id and not self.seen.is_new(claim.claim_id, claim.frequency):
            message = f"claim number {claim.claim_id} stands in this set before"
            yield warning("CLAIM_DUPLICATE", at.first, message, "CLM", 1)

    def end(self, _file: ClaimFile, _at: At) -> Iterator[Finding]:
        return iter(())


def future_services(file: ClaimFile, at: At) -> Iterator[Finding]:
    """FUTURE_SERVICE: nothing is billed before it took place."""
    for position, e in at.all("DTP"):
        if part(e, 1) not in ("472", "434") or not part(e, 3):
            continue
        try:
            last = spans[e[3]][1]
        except NotAValue:
            continue
        if last > file.created_on and file.created_on.year > 1:
            message = f"a service on {last} is in the future of this file ({file.created_on})"
            yield error("FUTURE_SERVICE", position, message, "DTP", 3)

"""The 837: codes exist, on the day they are used, in the shape they are used in."""

import re
from collections.abc import Iterator
from datetime import date

from carethread.codes import icd10
from carethread.codes.lists import exists
from carethread.x12.claim import Claim, ClaimFile, ClaimLine, Diagnosis
from carethread.x12.finding import Finding
from carethread.x12.semantics.at import At, error, part, warning
from carethread.x12.values import NO_DATE

ICD10_BEGAN = date(2015, 10, 1)
"""Services from this day on are coded in ICD-10-CM, earlier ones in ICD-9-CM (45 CFR 162.1002)."""

_MODIFIER = re.compile(r"[0-9A-Z]{2}")
_PROCEDURE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
_TAXONOMY = re.compile(r"[0-9]{2}[0-9A-Z]{7}X")


def diagnosis_codes(claim: Claim, at: At) -> Iterator[Finding]:
    """DX_DECIMAL, DX_DUPLICATE, DX_VERSION, DX_UNKNOWN, DX_HEADING: a diagnosis stands once,
    without its decimal point, and may be billed on the claim's day."""
    position, seen, day = at.find("HI"), set[str](), service_day(claim)
    for n, diagnosis in enumerate(claim.diagnoses, 1):
        if "." in diagnosis.code:
            message = f"diagnosis {diagnosis.code} is written without its decimal point here"
            yield error("DX_DECIMAL", position, message, "HI", n)
        elif fault := _diagnosis_fault(diagnosis, day):
            yield error(fault[0], position, fault[1], "HI", n)
        if diagnosis.code in seen and claim.kind == "837P":
            message = f"diagnosis {diagnosis.code} stands twice on claim {claim.claim_id}"
            yield warning("DX_DUPLICATE", position, message, "HI", n)
        seen.add(diagnosis.code)


def service_day(claim: Claim) -> date | None:
    """The day that decides which diagnoses there are: of an institutional claim the last of its
    statement, else the first service's."""
    if claim.kind == "837I":
        return claim.statement_to
    days = [line.service_from for line in claim.lines if line.service_from != NO_DATE]
    return min(days, default=None)


def _diagnosis_fault(diagnosis: Diagnosis, day: date | None) -> tuple[str, str] | None:
    """What is wrong with an undotted code on that day: id and words."""
    is_icd10 = diagnosis.qualifier.startswith("A")
    if day is None:
        return None
    if is_icd10 is not (day >= ICD10_BEGAN):
        name = "ICD-10-CM" if day >= ICD10_BEGAN else "ICD-9-CM"
        return "DX_VERSION", f"diagnosis {diagnosis.code}: services of {day} are coded in {name}"
    if not is_icd10 or icd10.is_billable(diagnosis.code, day):
        return None
    if icd10.exists(diagnosis.code, day):
        return "DX_HEADING", f"{diagnosis.code} is a heading on {day}; a code below it must be used"
    return "DX_UNKNOWN", f"{diagnosis.code} is no ICD-10-CM code on {day}"


def places(claim: Claim, at: At) -> Iterator[Finding]:
    """PLACE_OF_SERVICE, BILL_TYPE: where the service took place is a place that there is."""
    if claim.kind == "837I":
        known = exists("bill_type", claim.facility_code)
        if not (known and exists("bill_frequency", claim.frequency)):
            message = f"{claim.type_of_bill!r} is no type of bill"
            yield error("BILL_TYPE", at.first, message, "CLM", 5)
        return
    if claim.facility_code and not exists("place_of_service", claim.facility_code):
        message = f"{claim.facility_code!r} is no place of service"
        yield error("PLACE_OF_SERVICE", at.first, message, "CLM", 5)
    for n, line in enumerate(claim.lines):
        if line.place_of_service and not exists("place_of_service", line.place_of_service):
            message = f"{line.place_of_service!r} is no place of service"
            yield error("PLACE_OF_SERVICE", at.find("SV1", n), message, "SV1", 5)


def services(claim: Claim, at: At) -> Iterator[Finding]:
    """PROCEDURE, MODIFIER, MODIFIER_DUPLICATE, REVENUE_CODE: codes of a service look like codes."""
    tag = "SV2" if claim.kind == "837I" else "SV1"
    for n, line in enumerate(claim.lines):
        for id_, message in _service_faults(line, claim.kind):
            yield error(id_, at.find(tag, n), f"line {n + 1}: {message}", tag, 1)
        if len(set(line.modifiers)) < len(line.modifiers):
            message = f"line {n + 1}: a modifier stands twice"
            yield warning("MODIFIER_DUPLICATE", at.find(tag, n), message, tag, 1)


def _service_faults(line: ClaimLine, kind: str) -> Iterator[tuple[str, str]]:
    is_hcpcs = line.procedure and line.procedure_qualifier == "HC"
    if is_hcpcs and not _PROCEDURE.fullmatch(line.procedure):
        yield "PROCEDURE", f"{line.procedure!r} has not the shape of a HCPCS or CPT code"
    for modifier in line.modifiers:
        if not _MODIFIER.fullmatch(modifier):
            yield "MODIFIER", f"{modifier!r} is no modifier of two letters or digits"
    if kind == "837I" and not is_revenue_code(line.revenue_code):
        yield "REVENUE_CODE", f"{line.revenue_code!r} is no revenue code of four digits"


def is_revenue_code(text: str) -> bool:
    """Four digits, of a family that there is."""
    return len(text) == 4 and text.isdigit() and exists("revenue_family", text[:3])


def stay_codes(claim: Claim, at: At) -> Iterator[Finding]:
    """PATIENT_STATUS, ADMISSION_TYPE: the codes of CL1 are codes."""
    for name, code, element in (
        ("patient_status", claim.patient_status, 3),
        ("admission_type", claim.admission_type, 1),
    ):
        if claim.kind == "837I" and code and not exists(name, code):
            message = f"{code!r} is no {name.replace('_', ' ')}"
            yield error(name.upper(), at.find("CL1"), message, "CL1", element)


def postal_codes(file: ClaimFile, at: At) -> Iterator[Finding]:
    """ZIP9: billing provider and service facility give all nine digits."""
    del file
    party = ""
    for n, e in enumerate(at.segments):
        if e[0] == "NM1":
            party = e[1] if len(e) > 1 else ""
        if e[0] == "N4" and party in ("85", "77") and not _is_zip9(e):
            message = f"postal code {e[3]!r} of a provider of service must have nine digits"
            yield error("ZIP9", at.first + n, message, "N4", 3)


def _is_zip9(n4: list[str]) -> bool:
    """Nine digits, or an address that is not in the United States (N404)."""
    foreign = len(n4) > 4 and n4[4] not in ("", "US")
    return foreign or len(n4) < 4 or (len(n4[3]) == 9 and n4[3].isdigit())


def taxonomies(file: ClaimFile, at: At) -> Iterator[Finding]:
    """TAXONOMY: a provider taxonomy code is ten letters and digits, an X the last."""
    del file
    for position, e in at.all("PRV"):
        if part(e, 2) == "PXC" and not _TAXONOMY.fullmatch(part(e, 3)):
            message = f"{part(e, 3)!r} is not a provider taxonomy code of ten characters"
            yield error("TAXONOMY", position, message, "PRV", 3)

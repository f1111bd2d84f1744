"""What an eligibility inquiry or its answer can still get wrong."""

from collections.abc import Iterator
from typing import Any

from carethread.codes.eligibility import benefit_kind, service_types
from carethread.x12.eligibility import Asked, EligibilityInquiry, EligibilityResponse
from carethread.x12.finding import Finding
from carethread.x12.semantics.at import At, error, part, warning
from carethread.x12.values import NotAValue, parse_number, parse_span

_FIGURES = {"coinsurance": 8, "copay": 7, "deductible": 7, "out_of_pocket": 7, "spend_down": 7}
"""The element of EB that says how much."""


def services_asked(_: EligibilityInquiry, at: At) -> Iterator[Finding]:
    """SERVICE_TYPE (an error: the payer will refuse it), SERVICE_CHOICE: a type or a procedure."""
    for position, e in at.all("EQ"):
        for code in _unknown(part(e, 1), at):
            yield error("SERVICE_TYPE", position, f"{code!r} is no service type", "EQ", 1)
        if bool(part(e, 1)) == bool(part(e, 2)):
            message = "an inquiry names either service types or one procedure"
            yield error("SERVICE_CHOICE", position, message, "EQ", 1)


def benefit_lines(_: EligibilityResponse, at: At) -> Iterator[Finding]:
    """SERVICE_TYPE (a warning: it is kept), SERVICE_CHOICE, BENEFIT_FIGURE, BENEFIT_PERCENT."""
    for position, e in at.all("EB"):
        for code in _unknown(part(e, 3), at):
            yield warning("SERVICE_TYPE", position, f"{code!r} is no service type", "EB", 3)
        if part(e, 3) and part(e, 13):
            message = "a benefit speaks either of service types or of one procedure"
            yield warning("SERVICE_CHOICE", position, message, "EB", 13)
        element = _FIGURES.get(benefit_kind(part(e, 1)).group)
        if element and not part(e, element):
            message = f"a line of kind {e[1]} does not say how much"
            yield warning("BENEFIT_FIGURE", position, message, "EB", element)
        if _is_above_one(part(e, 8)):
            message = f"{e[8][:20]!r} is more than all of it: a percentage is a share of 1"
            yield warning("BENEFIT_PERCENT", position, message, "EB", 8)


def _unknown(text: str, at: At) -> Iterator[str]:
    codes = text.split(at.repetition) if at.repetition else [text]
    return (code for code in codes if code and code not in service_types())


def _is_above_one(text: str) -> bool:
    try:
        return bool(text) and parse_number(text) > 1
    except NotAValue:
        return False


def traces(_: Any, at: At) -> Iterator[Finding]:
    """TRACE_ORIGINATOR: TRN03 begins with 1 (an employer's number), 3 (DUNS) or 9 (agreed)."""
    for position, e in at.all("TRN"):
        if part(e, 3) and part(e, 3)[0] not in "139":
            message = f"{e[3][:20]!r} does not say whose number it is: it begins with 1, 3 or 9"
            yield warning("TRACE_ORIGINATOR", position, message, "TRN", 3)


def spans(_: Any, at: At) -> Iterator[Finding]:
    """DATE_ORDER: a span does not end before it begins."""
    for position, e in at.all("DTP"):
        try:
            first, last = parse_span(part(e, 3))
        except NotAValue:
            continue
        if last < first:
            yield error("DATE_ORDER", position, f"{e[3]} ends before it begins", "DTP", 3)


def people_asked(inquiry: EligibilityInquiry, at: At) -> Iterator[Finding]:
    """INQUIRY_IDENTITY, INQUIRY_EMPTY, BORN_LATER: somebody whom a payer can find, asked something
    about a day of that person's life."""
    for asked, position in _people(inquiry, at):
        who, member = asked.patient, asked.subscriber.party
        by_name = bool(who.party.name and who.birth_date)
        if not member.id and not by_name:
            message = "a payer finds nobody without a member number, or a name and a birth date"
            yield warning("INQUIRY_IDENTITY", position, message, "NM1", 9)
        if not who.inquiries:
            yield warning("INQUIRY_EMPTY", position, "nothing is asked about this person", "EQ")
        dates = [*who.dates, *(d for i in who.inquiries for d in i.dates)]
        if who.birth_date and any(d.qualifier == "291" and d.last < who.birth_date for d in dates):
            message = "the day asked about lies before this person's birth"
            yield error("BORN_LATER", position, message, "DTP", 3)


def people_answered(response: EligibilityResponse, at: At) -> Iterator[Finding]:
    """ANSWER_EMPTY, PAYER_UNNAMED: a benefit or a reason for everybody, a name for a payer."""
    for asked, position in _people(response, at):
        refused = (*asked.subscriber.rejections, *asked.patient.rejections)
        if not asked.patient.benefits and not refused:
            message = "this person gets neither a benefit nor a reason for none"
            yield warning("ANSWER_EMPTY", position, message, "EB")
        for benefit in asked.patient.benefits:
            if benefit_kind(benefit.code).group == "other_payer" and not benefit.entities:
                message = "another payer is announced, and not named"
                yield warning("PAYER_UNNAMED", position, message, "NM1")


def _people(whole: EligibilityInquiry | EligibilityResponse, at: At) -> Iterator[tuple[Asked, int]]:
    """Everybody, with the position of the HL that begins them."""
    starts = iter([position for position, e in at.all("HL") if part(e, 3) in ("22", "23")])
    places: dict[int, int] = {}
    for source in whole.sources:
        for receiver in source.receivers:
            for subscriber in receiver.subscribers:
                for member in (subscriber, *subscriber.dependents):
                    places[id(member)] = next(starts, at.first)
    for asked in whole.people:
        yield asked, places[id(asked.patient)]

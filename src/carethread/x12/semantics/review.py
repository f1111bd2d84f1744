"""278: a request says what its payer needs, a response decides, and both can be true."""

from collections.abc import Iterator

from carethread.codes.eligibility import service_types
from carethread.codes.reviews import actions, certifications, rejections
from carethread.x12.finding import Finding
from carethread.x12.review import Review
from carethread.x12.semantics.at import At, error, part, warning


def decisions(review: Review, at: At) -> Iterator[Finding]:
    """REVIEW_NUMBER: an approval has a number.
    REVIEW_ANSWER: a response decides, or says why it does not."""
    for position, e in at.all("HCR"):
        action = actions().get(part(e, 1))
        if action and action.numbered and not part(e, 2):
            message = f"a decision {e[1]} ({action.words}) comes without its authorization number"
            yield error("REVIEW_NUMBER", position, message, "HCR", 2)
    decided = any(True for _ in at.all("HCR")) or any(True for _ in at.all("AAA"))
    if review.is_response and not decided:
        message = "the response holds neither a decision (HCR) nor a rejection (AAA)"
        yield error("REVIEW_ANSWER", at.first, message, "ST")


def rejection_reasons(review: Review, at: At) -> Iterator[Finding]:
    """AAA_REASON: a rejection has a reason that there is."""
    del review
    for position, e in at.all("AAA"):
        if part(e, 3) and part(e, 3) not in rejections():
            message = f"{part(e, 3)!r} is no reason for not processing a request"
            yield error("AAA_REASON", position, message, "AAA", 3)


def requests(review: Review, at: At) -> Iterator[Finding]:
    """REVIEW_PREVIOUS: what changes an earlier review names it (REF*BB or REF*NT).
    REVIEW_ADMISSION: an admission that is asked for has its day (DTP*435).
    REVIEW_DELIVERY: an admission is asked for in days, not in visits.
    SERVICE_TYPE: UM03 is a code of its list."""
    for position, e in at.all("UM"):
        if part(e, 3) and part(e, 3) not in service_types():
            message = f"{part(e, 3)!r} is no service type"
            yield warning("SERVICE_TYPE", position, message, "UM", 3)
    event = review.event
    if event is None or event.requested is None:
        return
    asked, position = event.requested, at.find("UM")
    certification = certifications().get(asked.certification)
    known = event.previous_authorization or event.administrative_reference
    if certification and certification.earlier and not known and not review.is_response:
        message = f"a {certification.words} does not say of which earlier review (REF*BB, REF*NT)"
        yield error("REVIEW_PREVIOUS", position, message, "UM", 2)
    if asked.category != "AR" or review.is_response:
        return
    if event.period("435") is None:
        message = "an admission is asked for without its day (DTP*435)"
        yield error("REVIEW_ADMISSION", position, message, "UM", 1)
    if event.delivery and event.delivery.quantity_qualifier in ("HS", "VS"):
        message = "an admission is counted in days, not in visits or hours"
        yield warning("REVIEW_DELIVERY", at.find("HSD"), message, "HSD", 1)


def services(review: Review, at: At) -> Iterator[Finding]:
    """SERVICE_EMPTY: each service says which: a service type, a procedure or a revenue code."""
    places = [position for position, e in at.all("HL") if part(e, 3) == "SS"]
    for position, service in zip(places, review.services, strict=False):
        named = service.code or (service.requested and service.requested.service_type)
        if not named:
            message = "a service says neither its service type nor its procedure"
            yield warning("SERVICE_EMPTY", position, message, "HL")


def validity(review: Review, at: At) -> Iterator[Finding]:
    """DATE_ORDER: an authorization does not expire before it takes effect."""
    event = review.event
    begin, end = (event.period(q) if event else None for q in ("007", "036"))
    if begin and end and end.first < begin.first:
        message = f"it takes effect on {begin.first} and expires on {end.first}"
        yield error("DATE_ORDER", at.find("DTP"), message, "DTP", 3)


def diagnosis_codes(review: Review, at: At) -> Iterator[Finding]:
    """DX_DECIMAL, DX_DUPLICATE: no decimal point on the wire, no diagnosis twice."""
    seen: set[str] = set()
    for n, item in enumerate(review.event.diagnoses if review.event else (), 1):
        if "." in item.code:
            message = f"diagnosis {item.code!r} is written without its decimal point here"
            yield error("DX_DECIMAL", at.find("HI"), message, "HI", n)
        if item.code in seen:
            message = f"diagnosis {item.code!r} stands twice"
            yield warning("DX_DUPLICATE", at.find("HI"), message, "HI", n)
        seen.add(item.code)

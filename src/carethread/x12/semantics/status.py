"""276 and 277: what is asked after can be told apart, and what is answered can be true."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from carethread.codes.claim_status import categories
from carethread.x12.finding import Finding
from carethread.x12.semantics.at import At, Seen, error, part, warning
from carethread.x12.status import StatusClaim, StatusRequest, StatusResponse


def dates_in_order(item: Any, at: At) -> Iterator[Finding]:
    """DATE_ORDER: a range of days does not end before it begins."""
    del item
    for position, e in at.all("DTP"):
        first, dash, last = part(e, 3).partition("-")
        if dash and len(first) == len(last) == 8 and last < first:
            yield error("DATE_ORDER", position, f"{e[3]!r} ends before it begins", "DTP", 3)


class Traces:
    """TRACE_DUPLICATE: each question has a number of its own."""

    def __init__(self) -> None:
        self.seen = Seen()

    def add(self, claim: StatusClaim, at: At) -> Iterator[Finding]:
        if not self.seen.is_new(claim.trace):
            message = f"trace number {claim.trace!r} stands at another claim too"
            yield warning("TRACE_DUPLICATE", at.first, message, "TRN", 2)

    def end(self, _request: StatusRequest, _at: At) -> Iterator[Finding]:
        return iter(())


def questions(request: StatusRequest, at: At) -> Iterator[Finding]:
    """CLAIM_MISSING: whoever is named last on a branch is named for a claim."""
    del request
    levels = [*at.all("HL"), (at.first + len(at.segments), [])]
    asked = [position for position, _ in at.all("TRN")]
    for (begin, e), (end, _) in pairwise(levels):
        ends_here = part(e, 3) == "23" or (part(e, 3) == "22" and part(e, 4) != "1")
        if ends_here and not any(begin < position < end for position in asked):
            message = f"level {part(e, 1)!r} names a patient, and asks after no claim"
            yield error("CLAIM_MISSING", begin, message, "HL")


def amounts(response: StatusResponse, at: At) -> Iterator[Finding]:
    """STATUS_AMOUNT: what is unknown, refused or pending has not been paid, and nothing is paid
    beyond its charge."""
    del response
    for position, e in at.all("STC"):
        code = part(e, 1).partition(at.component)[0]
        category = categories().get(code)
        if category and not category.can_pay and part(e, 5).strip("-0."):
            message = f"a claim with status {code} cannot have paid {part(e, 5)!r}"
            yield warning("STATUS_AMOUNT", position, message, "STC", 5)


class Unanswered:
    """STATUS_MISSING: a response that answers after no claim says why, for the receiver or for a
    provider."""

    def __init__(self) -> None:
        self.answers = False

    def add(self, claim: StatusClaim, _at: At) -> Iterator[Finding]:
        self.answers = self.answers or any(True for _ in claim.all_statuses)
        return iter(())

    def end(self, response: StatusResponse, at: At) -> Iterator[Finding]:
        if not self.answers and not any(True for _ in response.all_statuses):
            message = "the response holds no status of anything"
            yield error("STATUS_MISSING", at.first, message, "ST")

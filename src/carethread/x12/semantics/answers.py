"""999, 277CA and TA1: an answer's totals and verdicts are those of what it lists."""

from collections.abc import Iterator
from typing import Any

from carethread.codes.lists import exists
from carethread.x12.acknowledgment import (
    AcknowledgedClaim,
    ClaimAck,
    FunctionalAck,
    InterchangeAck,
)
from carethread.x12.finding import Finding, Severity
from carethread.x12.semantics.at import At, dollars, error, part, warning


def answer_counts(ack: FunctionalAck, at: At) -> Iterator[Finding]:
    """ACK_COUNT: AK9 counts the sets that are answered and accepted; of a group that is refused
    for its own envelope it accepts none, whatever its sets are like."""
    accepted = sum(1 for s in ack.sets if s.code in ("A", "E"))
    if (
        ack.sets
        and not ack.syntax_errors
        and (ack.received != len(ack.sets) or ack.accepted != accepted)
    ):
        message = (
            f"AK9 counts {ack.received} sets, {ack.accepted} accepted;"
            f" the answers are {len(ack.sets)}, {accepted} accepted"
        )
        severity = Severity.WARNING if ack.received > len(ack.sets) else Severity.ERROR
        yield Finding("ACK_COUNT", severity, at.find("AK9"), message, "AK9", 3)


class ClaimTotals:
    """ACK_COUNT, ACK_AMOUNT: the batch's totals, and what it accepts and rejects, are those of its
    claims."""

    def __init__(self) -> None:
        self.count: dict[bool, int] = {True: 0, False: 0}
        self.amount: dict[bool, int] = {}

    def add(self, claim: AcknowledgedClaim, _at: At) -> Iterator[Finding]:
        accepted = claim.is_accepted
        self.count[accepted] += 1
        if claim.statuses:
            self.amount[accepted] = self.amount.get(accepted, 0) + claim.statuses[0].amount
        return iter(())

    def end(self, ack: ClaimAck, at: At) -> Iterator[Finding]:
        listed, counted = sum(self.count.values()), ack.accepted_count + ack.rejected_count
        if counted and listed and counted != listed:
            message = (
                f"the batch counts {ack.accepted_count} claims accepted and {ack.rejected_count}"
                f" rejected; it lists {listed}, {self.count[False]} rejected"
            )
            yield warning("ACK_COUNT", at.find("QTY"), message, "QTY", 2)
        for accepted, amount in ((True, ack.accepted_amount), (False, ack.rejected_amount)):
            mine = self.amount.get(accepted, amount)
            if amount and mine != amount:
                word = "accepted" if accepted else "rejected"
                message = (
                    f"the batch says {dollars(amount)} {word}, its claims come to {dollars(mine)}"
                )
                yield warning("ACK_AMOUNT", at.find("AMT"), message, "AMT", 2)


def verdicts(ack: FunctionalAck, at: At) -> Iterator[Finding]:
    """ACK_VERDICT: a group's verdict is that of its sets, and a set accepted without errors has
    none."""
    codes = {s.code for s in ack.sets}
    whole = ack.code in ("A", "E") and codes & {"R", "M", "W", "X"}
    none = ack.code == "R" and codes and codes <= {"A", "E"} and not ack.syntax_errors
    if whole or none:
        message = f"the group's verdict is {ack.code}, its sets' {', '.join(sorted(codes))}"
        yield error("ACK_VERDICT", at.find("AK9"), message, "AK9", 1)
    for n, one in enumerate(ack.sets):
        if one.code == "A" and one.errors:
            message = f"set {one.control_number} is accepted without errors, and has some"
            yield error("ACK_VERDICT", at.find("IK5", n), message, "IK5", 1)


def status_codes(item: Any, at: At) -> Iterator[Finding]:
    """STATUS_CATEGORY, STATUS_CODE: a status is made of codes that there are."""
    del item
    for position, e in at.all("STC"):
        for element in (1, 10, 11):
            category, _, rest = part(e, element).partition(at.component)
            code = rest.partition(at.component)[0]
            if category and not exists("status_category", category):
                message = f"{category!r} is no category of claim status"
                yield error("STATUS_CATEGORY", position, message, "STC", element)
            if code and not exists("status", code):
                message = f"{code!r} is no claim status code"
                yield error("STATUS_CODE", position, message, "STC", element)


def interchange_answer(ack: InterchangeAck) -> Iterator[Finding]:
    """TA1_CODE, TA1_NOTE, TA1_CONTROL: a TA1 names an interchange, a verdict and its reason."""
    position = ack.envelope.position
    if ack.code not in ("A", "E", "R"):
        yield error("TA1_CODE", position, f"{ack.code!r} is none of A, E, R", "TA1", 4)
    if not exists("interchange_note", ack.note):
        yield error("TA1_NOTE", position, f"{ack.note!r} is no interchange note code", "TA1", 5)
    elif (ack.code == "A") is not (ack.note == "000"):
        message = f"verdict {ack.code} does not go with note {ack.note}"
        yield error("TA1_NOTE", position, message, "TA1", 5)
    if not (len(ack.interchange) == 9 and ack.interchange.isdigit()):
        yield error("TA1_CONTROL", position, f"{ack.interchange!r} is not nine digits", "TA1", 1)

"""What a well-formed file can still get wrong: sums, pointers, numbers with check digits.

Each rule takes an item (a claim, a remitted claim, a whole set) and says what is wrong with it;
`At` knows where in the file its segments stand.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from stdnum import luhn
from stdnum.us import rtn

from carethread.x12.acknowledgment import ClaimAck, FunctionalAck
from carethread.x12.claim import Claim, ClaimFile, ClaimLine, OtherPayer
from carethread.x12.finding import Finding, Severity
from carethread.x12.remittance import Remittance, RemittedClaim
from carethread.x12.values import format_cents


@dataclass(frozen=True, slots=True)
class At:
    """The segments of an item, and the position of the first."""

    first: int
    segments: tuple[list[str], ...]

    def find(self, tag: str, nth: int = 0) -> int:
        """Where the nth segment of this tag stands (0 the first), else the item's own place."""
        places = [n for n, e in enumerate(self.segments) if e[0] == tag]
        return self.first + (places[nth] if nth < len(places) else 0)

    def all(self, tag: str) -> Iterator[tuple[int, list[str]]]:
        return ((self.first + n, e) for n, e in enumerate(self.segments) if e[0] == tag)


Rule = Callable[[Any, At], Iterator[Finding]]


def _error(id_: str, position: int, message: str, tag: str, element: int = 0) -> Finding:
    return Finding(id_, Severity.ERROR, position, message, tag, element)


def _dollars(cents: int) -> str:
    return format_cents(cents)


# -- 835 --------------------------------------------------------------------------------------


def line_balance(claim: RemittedClaim, at: At) -> Iterator[Finding]:
    """BALANCE_LINE: a line's charge less its adjustments is what was paid for it."""
    for n, line in enumerate(claim.lines):
        if not line.is_balanced:
            taken = sum(a.amount for a in line.adjustments)
            message = (
                f"line {n + 1} of claim {claim.claim_id}: charge {_dollars(line.charge)} less"
                f" adjustments {_dollars(taken)} is {_dollars(line.charge - taken)},"
                f" not {_dollars(line.paid)}"
            )
            yield _error("BALANCE_LINE", at.find("SVC", n), message, "SVC", 3)


def claim_balance(claim: RemittedClaim, at: At) -> Iterator[Finding]:
    """BALANCE_CLAIM: a claim's charge less all its adjustments is what was paid for it; and its
    lines, where it has any, add up to it."""
    taken = sum(a.amount for a in claim.adjustments)
    taken += sum(a.amount for line in claim.lines for a in line.adjustments)
    if claim.charge - taken != claim.paid:
        message = (
            f"claim {claim.claim_id}: charge {_dollars(claim.charge)} less adjustments"
            f" {_dollars(taken)} is {_dollars(claim.charge - taken)}, not {_dollars(claim.paid)}"
        )
        yield _error("BALANCE_CLAIM", at.first, message, "CLP", 4)
    charged = sum(line.charge for line in claim.lines)
    if claim.lines and charged != claim.charge:
        message = (
            f"claim {claim.claim_id}: its lines charge {_dollars(charged)},"
            f" the claim {_dollars(claim.charge)}"
        )
        yield _error("CHARGE_SUM", at.first, message, "CLP", 3)


def check_balance(remittance: Remittance, at: At) -> Iterator[Finding]:
    """BALANCE_CHECK: the claims' payments less provider adjustments are the check."""
    paid = sum(claim.paid for claim in remittance.claims)
    taken = sum(p.amount for p in remittance.provider_adjustments)
    if paid - taken != remittance.signed_amount:
        message = (
            f"claims pay {_dollars(paid)}, provider adjustments take {_dollars(taken)}:"
            f" {_dollars(paid - taken)}, but the check is {_dollars(remittance.signed_amount)}"
        )
        yield _error("BALANCE_CHECK", at.find("BPR"), message, "BPR", 2)


def routing_number(remittance: Remittance, at: At) -> Iterator[Finding]:
    """ABA_NUMBER: a bank's routing number (qualifier 01) has nine digits and a check digit."""
    del remittance
    for position, e in at.all("BPR"):
        for element in (7, 13):
            if len(e) > element and e[element - 1] == "01" and not rtn.is_valid(e[element]):
                message = f"{e[element]!r} is not a bank routing number"
                yield _error("ABA_NUMBER", position, message, "BPR", element)


# -- 837 --------------------------------------------------------------------------------------


def charge_sum(claim: Claim, at: At) -> Iterator[Finding]:
    """CHARGE_SUM: a claim's charge is the sum of its lines."""
    total = sum(line.charge for line in claim.lines)
    if total != claim.charge:
        message = (
            f"claim {claim.claim_id} charges {_dollars(claim.charge)},"
            f" its lines add up to {_dollars(total)}"
        )
        yield _error("CHARGE_SUM", at.first, message, "CLM", 2)


def pointers(claim: Claim, at: At) -> Iterator[Finding]:
    """DX_POINTER: a line points at diagnoses that the claim has."""
    known = len(claim.diagnoses)
    for n, line in enumerate(claim.lines):
        wrong = [p for p in line.pointers if not 1 <= p <= known]
        if wrong:
            message = (
                f"line {n + 1} of claim {claim.claim_id} points at diagnosis {wrong[0]},"
                f" the claim has {known}"
            )
            yield _error("DX_POINTER", at.find("SV1", n), message, "SV1", 7)


def diagnosis_codes(claim: Claim, at: At) -> Iterator[Finding]:
    """DX_DECIMAL, DX_DUPLICATE: no decimal point on the wire, no diagnosis twice."""
    seen: set[str] = set()
    for n, diagnosis in enumerate(claim.diagnoses, 1):
        if "." in diagnosis.code:
            message = f"diagnosis {diagnosis.code} is written without its decimal point here"
            yield _error("DX_DECIMAL", at.find("HI"), message, "HI", n)
        if diagnosis.code in seen and claim.kind == "837P":
            message = f"diagnosis {diagnosis.code} stands twice on claim {claim.claim_id}"
            yield Finding("DX_DUPLICATE", Severity.WARNING, at.find("HI"), message, "HI", n)
        seen.add(diagnosis.code)


def original_reference(claim: Claim, at: At) -> Iterator[Finding]:
    """FREQ78_NEEDS_F8: a replacement or void names the payer's number of what it replaces."""
    if claim.frequency in ("7", "8") and not claim.original_reference:
        message = (
            f"claim {claim.claim_id} has frequency {claim.frequency} and needs the payer's"
            " number of the original claim (REF*F8)"
        )
        yield _error("FREQ78_NEEDS_F8", at.first, message, "CLM", 5)


def line_numbers(claim: Claim, at: At) -> Iterator[Finding]:
    """LX_NUMBER: lines are numbered 1, 2, 3."""
    for n, line in enumerate(claim.lines, 1):
        if line.number != n:
            message = f"line {n} of claim {claim.claim_id} is numbered {line.number}"
            yield _error("LX_NUMBER", at.find("LX", n - 1), message, "LX", 1)
            return


def service_dates(claim: Claim, at: At) -> Iterator[Finding]:
    """DATE_ORDER: a line's last day does not stand before its first."""
    for n, line in enumerate(claim.lines):
        if line.service_to < line.service_from:
            message = f"line {n + 1} of claim {claim.claim_id} ends before it begins"
            yield _error("DATE_ORDER", at.find("LX", n), message, "DTP", 3)


def other_payers(claim: Claim, at: At) -> Iterator[Finding]:
    """BALANCE_COB: what another payer paid for a line plus what it took off is the line's charge;
    its line payments less its claim adjustments are what it paid (AMT*D)."""
    for n, line in enumerate(claim.lines):
        yield from _cob_line(claim, line, at.find("LX", n))
    for n, other in enumerate(claim.other_payers):
        yield from _cob_claim(claim, other, at.find("SBR", n))


def _cob_line(claim: Claim, line: ClaimLine, position: int) -> Iterator[Finding]:
    for adjudication in line.adjudications:
        taken = sum(a.amount for a in adjudication.adjustments)
        if adjudication.paid + taken != line.charge:
            message = (
                f"line {line.number} of claim {claim.claim_id} charges {_dollars(line.charge)};"
                f" payer {adjudication.payer_id} paid {_dollars(adjudication.paid)} and took"
                f" {_dollars(taken)} off"
            )
            yield _error("BALANCE_COB", position, message, "SVD", 2)


def _cob_claim(claim: Claim, other: OtherPayer, position: int) -> Iterator[Finding]:
    paid = [a.amount for a in other.amounts if a.qualifier == "D"]
    by_line = [
        a.paid for line in claim.lines for a in line.adjudications if a.payer_id == other.payer.id
    ]
    if not paid or not by_line:
        return
    due = sum(by_line) - sum(a.amount for a in other.adjustments)
    if due != paid[0]:
        message = (
            f"payer {other.payer.id} paid {_dollars(paid[0])} on claim {claim.claim_id},"
            f" its lines and adjustments come to {_dollars(due)}"
        )
        yield _error("BALANCE_COB", position, message, "AMT", 2)


def postal_codes(file: ClaimFile, at: At) -> Iterator[Finding]:
    """ZIP9: billing provider and service facility give all nine digits."""
    del file
    party = ""
    for n, e in enumerate(at.segments):
        if e[0] == "NM1":
            party = e[1] if len(e) > 1 else ""
        if e[0] == "N4" and party in ("85", "77") and not _is_zip9(e):
            message = f"postal code {e[3]!r} of a provider of service must have nine digits"
            yield _error("ZIP9", at.first + n, message, "N4", 3)


def _is_zip9(n4: list[str]) -> bool:
    """Nine digits, or an address that is not in the United States (N404)."""
    foreign = len(n4) > 4 and n4[4] not in ("", "US")
    return foreign or len(n4) < 4 or (len(n4[3]) == 9 and n4[3].isdigit())


def taxonomies(file: ClaimFile, at: At) -> Iterator[Finding]:
    """TAXONOMY: a provider taxonomy code is ten letters and digits."""
    del file
    for position, e in at.all("PRV"):
        if len(e) > 3 and e[2] == "PXC" and not (len(e[3]) == 10 and e[3].isalnum()):
            message = f"{e[3]!r} is not a provider taxonomy code of ten characters"
            yield _error("TAXONOMY", position, message, "PRV", 3)


# -- 999, 277CA -------------------------------------------------------------------------------


def answer_counts(ack: FunctionalAck, at: At) -> Iterator[Finding]:
    """ACK_COUNT: AK9 counts the sets that are answered and accepted."""
    accepted = sum(1 for s in ack.sets if s.code in ("A", "E"))
    if ack.sets and (ack.received != len(ack.sets) or ack.accepted != accepted):
        message = (
            f"AK9 counts {ack.received} sets, {ack.accepted} accepted;"
            f" the answers are {len(ack.sets)}, {accepted} accepted"
        )
        severity = Severity.WARNING if ack.received > len(ack.sets) else Severity.ERROR
        yield Finding("ACK_COUNT", severity, at.find("AK9"), message, "AK9", 3)


def claim_counts(ack: ClaimAck, at: At) -> Iterator[Finding]:
    """ACK_COUNT: the batch's totals are those of its claims."""
    rejected = sum(1 for claim in ack.claims if not claim.is_accepted)
    counted = ack.accepted_count + ack.rejected_count
    if counted and ack.claims and counted != len(ack.claims):
        message = (
            f"the batch counts {ack.accepted_count} claims accepted and {ack.rejected_count}"
            f" rejected; it lists {len(ack.claims)}, {rejected} rejected"
        )
        yield Finding("ACK_COUNT", Severity.WARNING, at.find("QTY"), message, "QTY", 2)


# -- anywhere ---------------------------------------------------------------------------------


def npi(item: Any, at: At) -> Iterator[Finding]:
    """NPI_LUHN: a national provider identifier is ten digits and proves itself (prefix 80840)."""
    del item
    for tag, qualifier, element in (("NM1", 8, 9), ("N1", 3, 4)):
        for position, e in at.all(tag):
            if len(e) > element and e[qualifier] == "XX" and not is_npi(e[element]):
                message = f"{e[element][:20]!r} is not a valid NPI: its check digit is wrong"
                if len(e[element]) != 10 or not e[element].isdigit():
                    message = f"{e[element][:20]!r} is not a valid NPI: it must be ten digits"
                yield _error("NPI_LUHN", position, message, tag, element)


def is_npi(text: str) -> bool:
    return len(text) == 10 and text.isascii() and text.isdigit() and luhn.is_valid("80840" + text)


RULES: dict[type[Any], tuple[Rule, ...]] = {
    RemittedClaim: (line_balance, claim_balance),
    Remittance: (check_balance, routing_number),
    ClaimFile: (postal_codes, taxonomies),
    Claim: (
        charge_sum,
        pointers,
        diagnosis_codes,
        original_reference,
        line_numbers,
        service_dates,
        other_payers,
    ),
    FunctionalAck: (answer_counts,),
    ClaimAck: (claim_counts,),
}
"""The rules for each kind of item, in the order in which their findings are told."""

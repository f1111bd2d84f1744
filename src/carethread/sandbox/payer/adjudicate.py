"""A claim, the payer's books and the member's past -> what is decided, line by line. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from carethread.sandbox.payer import later
from carethread.sandbox.payer.books import Member, Mishap, Payer
from carethread.sandbox.payer.price import Priced, allowed, percent, share
from carethread.sandbox.payer.refuse import (
    INPATIENT_BILLS,
    Denial,
    PastLine,
    Service,
    refusal,
)
from carethread.x12.claim import Claim, ClaimLine
from carethread.x12.common import Adjustment

_STATUS = {"S": "2", "T": "3"}  # CLP02: processed as the second, the third payer


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """One line's outcome. charge = paid + Σ adjustments. `authorization` is the number that its
    units were counted against, `deductible` the cents it took of the member's."""

    number: int
    charge: int
    paid: int
    allowed: int
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...] = ()
    refused: bool = False
    deductible: int = 0
    authorization: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the payer says of one claim. `status` is CLP02; `as_whole` that it tells of the claim
    without its lines, as of a stay."""

    status: str
    lines: tuple[DecidedLine, ...]
    as_whole: bool = False

    @property
    def charge(self) -> int:
        return sum(line.charge for line in self.lines)

    @property
    def paid(self) -> int:
        return sum(line.paid for line in self.lines)

    @property
    def patient_share(self) -> int:
        return sum(a.amount for line in self.lines for a in line.adjustments if a.group == "PR")

    @property
    def is_refused(self) -> bool:
        return all(line.refused for line in self.lines)


def adjudicate(
    claim: Claim,
    payer: Payer,
    member: Member,
    *,
    received_on: date,
    past: Sequence[PastLine] = (),
    mishap: Mishap | None = None,
) -> Decision:
    """Decide a claim. `past` are the member's lines that still stand, without those of a claim
    that this one replaces; `mishap` is what goes wrong with it besides."""
    known = list(past)
    left = _Left(payer, known, claim)
    decided = []
    for line in claim.lines:
        service = Service(payer, member, claim, line, received_on, tuple(known))
        outcome = _decide(service, left, mishap)
        decided.append(outcome)
        known.append(as_past(line, outcome, service.npi))
    refused = all(line.refused for line in decided)
    status = payer.denies_as if refused else _STATUS.get(claim.subscriber.payer_sequence, "1")
    return Decision(status, tuple(decided), _as_whole(claim, payer, decided))


def is_inpatient(claim: Claim) -> bool:
    """Whether it bills nights."""
    return claim.kind == "837I" and claim.facility_code in INPATIENT_BILLS


def _as_whole(claim: Claim, payer: Payer, lines: Sequence[DecidedLine]) -> bool:
    """A stay of which every day comes out alike, by a payer that tells of stays as a whole; an
    institutional claim that is not this payer's at all, by any payer."""
    alike = len({line.refused for line in lines}) == 1
    reasons = {(a.group, a.reason) for line in lines for a in line.adjustments}
    not_ours = reasons == {("CO", "109")} and claim.kind == "837I"
    if lines[0].refused and len(reasons) > 1:
        return False
    return alike and (not_ours or (payer.policy.whole_stays and is_inpatient(claim)))


def upheld(decision: Decision) -> Decision:
    """The same refusal once more, to a correction that corrected nothing."""
    return replace(
        decision,
        lines=tuple(
            _refused(line.number, line.charge, Denial("CO", "193")) if line.refused else line
            for line in decision.lines
        ),
    )


def as_past(line: ClaimLine, outcome: DecidedLine, npi: str) -> PastLine:
    """A decided line as the next service will find it."""
    return PastLine(
        service_date=line.service_from,
        code=line.procedure,
        npi=npi,
        units=int(line.units),
        deductible=outcome.deductible,
        authorization=outcome.authorization,
        refused=outcome.refused,
    )


class _Left:
    """What is left of the member's deductible this year and of this claim's copay."""

    def __init__(self, payer: Payer, past: Sequence[PastLine], claim: Claim) -> None:
        year = claim.lines[0].service_from.year
        used = sum(p.deductible for p in past if p.service_date.year == year)
        self.deductible = max(0, payer.benefit.deductible - used)
        self.copay = payer.benefit.copay

    def take(self, priced: Priced) -> None:
        self.deductible -= priced.deductible
        self.copay -= priced.copay


def _decide(service: Service, left: _Left, mishap: Mishap | None) -> DecidedLine:
    line = service.line
    if line.adjudications and service.claim.subscriber.payer_sequence in later.TURNS:
        row = service.enrollment
        worth = allowed(service.payer, line, row.credential if row else "")
        paid, adjustments = later.share(line, worth, is_medicaid=_is_medicaid(service.payer))
        return DecidedLine(line.number, line.charge, paid, worth, adjustments)
    if mishap is not None and mishap.kind == "deny":
        denial: Denial | None = Denial(mishap.group, mishap.reason, mishap.remarks)
    else:
        denial = refusal(service)
    if denial is not None:
        return _refused(line.number, line.charge, denial)
    row = service.enrollment
    worth = allowed(service.payer, line, row.credential if row else "")
    if mishap is not None and mishap.kind == "underpay":
        worth -= percent(worth, mishap.percent)
    priced = share(line.charge, worth, service.payer.benefit, left.deductible, left.copay)
    left.take(priced)
    needs = line.procedure in service.payer.policy.authorization_codes
    return DecidedLine(
        number=line.number,
        charge=line.charge,
        paid=priced.paid,
        allowed=priced.allowed,
        adjustments=priced.adjustments,
        deductible=priced.deductible,
        authorization=service.authorization_number if needs else "",
    )


def _is_medicaid(payer: Payer) -> bool:
    return payer.filing_indicator == "MC"


def _refused(number: int, charge: int, denial: Denial) -> DecidedLine:
    return DecidedLine(
        number=number,
        charge=charge,
        paid=0,
        allowed=0,
        adjustments=(Adjustment(denial.group, denial.reason, charge),) if charge else (),
        remarks=denial.remarks,
        refused=True,
    )

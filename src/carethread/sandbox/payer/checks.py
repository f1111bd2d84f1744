"""Decisions -> checks: what an 835 says of claims, and what the payer does to the check itself.

Signs are the wire's own. Everything balances by construction: a line's charge less its
adjustments is what was paid, and claims less provider-level adjustments are the check.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from carethread.sandbox.payer.adjudicate import DecidedLine, Decision, is_inpatient
from carethread.sandbox.payer.books import Payer, Surprise
from carethread.sandbox.payer.store import StoredClaim
from carethread.x12.claim import Claim, ClaimLine
from carethread.x12.common import (
    Address,
    Adjustment,
    Amount,
    Contact,
    Envelope,
    Inpatient,
    Outpatient,
    Party,
    Quantity,
    Reference,
)
from carethread.x12.remittance import (
    REVERSAL,
    ProviderAdjustment,
    Remittance,
    RemittedClaim,
    RemittedLine,
)

# The 837 says "commercial" (CI); the 835 has no such word and says which sort of plan.
_PLAN_TYPES = {"CI": "12"}


@dataclass(frozen=True, slots=True)
class Payee:
    """Whom a check is for: the mailbox (ISA id) and the billing provider."""

    receiver: str
    npi: str
    name: str
    tax_id: str


def payee(stored: StoredClaim) -> Payee:
    billing = stored.claim.billing
    tax_id = next((r.value for r in billing.references if r.qualifier in ("EI", "SY")), "")
    return Payee(stored.receiver, billing.npi, billing.full_name, tax_id)


# ---------------------------------------------------------------------------------- claims


def remitted(stored: StoredClaim, decision: Decision) -> RemittedClaim:
    """What the 835 says of one decided claim. Our claim and line numbers come back as sent."""
    claim = stored.claim
    allowed = sum(line.allowed for line in decision.lines)
    days = sum(int(line.units) for line in _paid_lines(claim, decision))
    said = _claim_remarks(decision)
    nights = is_inpatient(claim)
    return RemittedClaim(
        claim_id=claim.claim_id,
        status=decision.status,
        charge=decision.charge,
        paid=decision.paid,
        patient_responsibility=decision.patient_share,
        filing_indicator=_plan_type(claim.subscriber.filing_indicator),
        payer_control_number=stored.icn,
        facility_code=claim.facility_code,
        frequency=claim.frequency,
        patient=_patient(claim),
        subscriber=_subscriber(claim),
        rendering=_rendering(claim),
        service_from=claim.statement_from,
        service_to=claim.statement_to,
        received_on=stored.received_at.date(),
        inpatient=Inpatient(covered_days=Decimal(days), remarks=said[:5]) if nights else None,
        outpatient=Outpatient(remarks=said[:5]) if said and not nights else None,
        adjustments=_summed(decision) if decision.as_whole else (),
        amounts=(Amount("AU", allowed),) if allowed else (),
        quantities=(Quantity("CA", Decimal(days)),) if nights and days else (),
        lines=() if decision.as_whole else tuple(map(_remitted_line, claim.lines, decision.lines)),
    )


def _paid_lines(claim: Claim, decision: Decision) -> list[ClaimLine]:
    pairs = zip(claim.lines, decision.lines, strict=True)
    return [line for line, outcome in pairs if not outcome.refused]


def _claim_remarks(decision: Decision) -> tuple[str, ...]:
    """What is said of the claim as a whole; of lines that are told of, each has its own."""
    if not decision.as_whole:
        return ()
    return tuple(dict.fromkeys(remark for line in decision.lines for remark in line.remarks))


def _summed(decision: Decision) -> tuple[Adjustment, ...]:
    """The lines' adjustments as the claim's own: one of each reason."""
    cents: dict[tuple[str, str], int] = defaultdict(int)
    for line in decision.lines:
        for each in line.adjustments:
            cents[each.group, each.reason] += each.amount
    return tuple(Adjustment(group, reason, amount) for (group, reason), amount in cents.items())


def reversed_claim(before: RemittedClaim) -> RemittedClaim:
    """The same claim with every sign turned: it takes back what was said before."""
    return replace(
        before,
        status=REVERSAL,
        charge=-before.charge,
        paid=-before.paid,
        patient_responsibility=-before.patient_responsibility,
        adjustments=tuple(replace(a, amount=-a.amount) for a in before.adjustments),
        inpatient=None,
        outpatient=None,
        quantities=(),
        amounts=(),
        lines=tuple(
            replace(
                line,
                charge=-line.charge,
                paid=-line.paid,
                adjustments=tuple(replace(a, amount=-a.amount) for a in line.adjustments),
                amounts=(),
                remarks=(),
            )
            for line in before.lines
        ),
    )


def stranger(surprise: Surprise, payer: Payer, on: date) -> RemittedClaim:
    """A paid claim that nobody sent: another practice's, by the payer's mistake."""
    charge = surprise.amount * 3 // 2
    contractual = Adjustment("CO", "45", charge - surprise.amount)
    return RemittedClaim(
        claim_id=surprise.words or "MISC0001",
        status="1",
        charge=charge,
        paid=surprise.amount,
        filing_indicator=_plan_type(payer.filing_indicator),
        payer_control_number=f"{payer.id}{on:%y%j}99999",
        facility_code="11",
        frequency="1",
        patient=Party("1", "WINDERMERE", "OLA", id_qualifier="MI", id="000000000"),
        amounts=(Amount("AU", surprise.amount),),
        lines=(
            RemittedLine(
                procedure="90834",
                charge=charge,
                paid=surprise.amount,
                service_from=on,
                adjustments=(contractual,),
            ),
        ),
    )


def _plan_type(filing_indicator: str) -> str:
    return _PLAN_TYPES.get(filing_indicator, filing_indicator)


def _remitted_line(line: ClaimLine, decided: DecidedLine) -> RemittedLine:
    return RemittedLine(
        procedure=line.procedure or line.revenue_code,
        procedure_qualifier="HC" if line.procedure else "NU",
        modifiers=line.modifiers,
        revenue_code=line.revenue_code if line.procedure else "",
        charge=decided.charge,
        paid=decided.paid,
        units=line.units,
        service_from=line.service_from,
        control_number=line.control_number,
        adjustments=decided.adjustments,
        amounts=(Amount("B6", decided.allowed),) if decided.allowed else (),
        remarks=decided.remarks,
    )


def _patient(claim: Claim) -> Party:
    person = claim.patient.party if claim.patient else claim.subscriber.party
    return _named(person, claim.subscriber.party.id)


def _subscriber(claim: Claim) -> Party | None:
    member = claim.subscriber.party
    return _named(member, member.id) if claim.patient else None


def _named(person: Party, member_id: str) -> Party:
    """A person as the 835 names one: no address, no references."""
    return Party("1", person.name, person.first_name, id_qualifier="MI", id=member_id)


def _rendering(claim: Claim) -> Party | None:
    row = claim.rendering or claim.lines[0].rendering
    return replace(_named(row, row.npi), id_qualifier="XX") if row else None


# ---------------------------------------------------------------------------------- the check


def interest(stored: StoredClaim, decision: Decision, payer: Payer, on: date) -> int:
    """Cents owed for having paid later than promptly: simple interest by the day."""
    rhythm = payer.rhythm
    late = (on - stored.received_at.date()).days - rhythm.prompt_days
    return max(0, decision.paid * rhythm.interest_percent * late // 36_500)


def check(
    payer: Payer,
    to: Payee,
    claims: Sequence[RemittedClaim],
    adjustments: Sequence[ProviderAdjustment],
    *,
    envelope: Envelope,
    paid_on: date,
    trace: str,
) -> Remittance:
    """One check with its claims. What does not suffice for a check is carried forward (PLB FB)
    and the advice goes out without money."""
    amount = sum(c.paid for c in claims) - sum(a.amount for a in adjustments)
    if amount < 0:
        forward = provider_adjustment(to, "FB", trace, amount, paid_on)
        adjustments, amount = (*adjustments, forward), 0
    return Remittance(
        envelope=envelope,
        method=payer.habits.method if amount else "NON",
        amount=amount,
        credit_or_debit="C",
        paid_on=paid_on,
        trace=trace,
        payer_identifier=f"1{payer.tax_id}",
        payer=_payer_party(payer),
        payee=_payee_party(to),
        claims=tuple(claims),
        provider_adjustments=tuple(adjustments),
        production_date=paid_on,
    )


def provider_adjustment(
    to: Payee, reason: str, reference: str, amount: int, on: date
) -> ProviderAdjustment:
    """One PLB entry; positive cents lower the check."""
    return ProviderAdjustment(to.npi, date(on.year, 12, 31), reason, reference, amount)


def _payer_party(payer: Payer) -> Party:
    return Party(
        "2",
        payer.name.upper(),
        address=Address(
            payer.street.upper(), "", payer.city.upper(), payer.state, payer.postal_code
        ),
        references=(Reference("2U", payer.id),),
        contact=Contact("PROVIDER SERVICES", payer.phone, function="BL"),
    )


def _payee_party(to: Payee) -> Party:
    references = (Reference("TJ", to.tax_id),) if to.tax_id else ()
    return Party("2", to.name.upper(), id_qualifier="XX", id=to.npi, references=references)

"""Whose turn it is to pay: eligibility, carve-outs, the order of payers."""

from collections.abc import Iterator
from datetime import timedelta

from carethread.codes.roles import Role
from carethread.rules.facts import EligibilityFacts
from carethread.rules.finding import Fix
from carethread.rules.names import same_name
from carethread.rules.scrub.context import ScrubContext
from carethread.rules.scrub.known import first_day
from carethread.rules.scrub.registry import STOPS, WARNS, Fault, rule
from carethread.rules.words import day, dollars
from carethread.x12.claim import Claim, ClaimLine, LineAdjudication, OtherPayer
from carethread.x12.common import Adjustment, Party

_ORDER = "PSTABCDEFGH"
_MEDICAID = "MC"
_PAID = "D"
_AGAIN = ("7", "8")


def _coverage(context: ScrubContext) -> Fix:
    return Fix("coverage", context.coverage.id if context.coverage else None)


@rule(
    "ELIG_ACTIVE",
    STOPS,
    Role.INTAKE,
    "The payer has not said that the coverage is inactive",
    source="271 EB01 6 to 8; CARC 27",
)
def eligibility_active(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    told = context.eligibility
    if told and told.is_active is False and told.checked_on:
        message = f"{claim.payer.name} said on {day(told.checked_on)} that it is not active."
        yield Fault(message, fix=_coverage(context))


@rule(
    "ELIG_STALE",
    WARNS,
    Role.INTAKE,
    "The payer was asked about the coverage not long before the service",
    source="the center's policy eligibility_days; CARC 27",
)
def eligibility_fresh(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    told, served = context.eligibility, first_day(claim)
    if told is None or served is None:
        return
    most = context.policy("eligibility_days")
    if told.checked_on is None:
        yield Fault(f"{claim.payer.name} was never asked.", fix=_coverage(context))
    elif (served - told.checked_on).days > most:
        message = (
            f"{claim.payer.name} was last asked on {day(told.checked_on)}, more than {most} days "
            f"before the service of {day(served)}."
        )
        yield Fault(message, fix=_coverage(context))


@rule(
    "NAME_DOB_EQ_271",
    STOPS,
    Role.INTAKE,
    "Name and birth date are those that the payer has",
    source="271 2100C; CARC 31 and 140",
)
def name_equals_payers(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    told = context.eligibility
    if told is None:
        return
    person = claim.patient or claim.subscriber
    fix = Fix("client", context.client_id)
    if _other_name(person.party, told):
        known = f"{told.first_name} {told.last_name}".strip()
        message = f"The claim says {person.party.full_name}, {claim.payer.name} has {known}."
        yield Fault(message, fix=fix)
    if told.birth_date and person.birth_date and told.birth_date != person.birth_date:
        message = (
            f"The claim says born on {day(person.birth_date)}, "
            f"{claim.payer.name} has {day(told.birth_date)}."
        )
        yield Fault(message, fix=fix)


def _other_name(person: Party, told: EligibilityFacts) -> bool:
    pairs = ((person.name, told.last_name), (person.first_name, told.first_name))
    return any(theirs and not same_name(ours, theirs) for ours, theirs in pairs)


@rule(
    "PAYER_ROUTE_CARVEOUT",
    STOPS,
    Role.INTAKE,
    "Behavioral health goes to the payer that handles it",
    source="271 EB*U and 2120; CARC 109",
)
def carve_out(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    told = context.eligibility
    if told and told.carve_out_id and told.carve_out_id != claim.payer.id:
        handled = told.carve_out_name or told.carve_out_id
        message = f"{claim.payer.name} has {handled} handle behavioral health: bill it there."
        yield Fault(message, fix=_coverage(context))


@rule(
    "COB_ORDER",
    STOPS,
    Role.BILLER,
    "Each payer has its own turn, and a later one hears what the earlier ones did",
    source="837P guide, 2000B SBR01 and 2320; CARC 22",
)
def cob_order(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    own = claim.subscriber.payer_sequence
    told = [o.subscriber.payer_sequence for o in claim.other_payers]
    turns = [s for s in (own, *told) if s != "U"]
    if len(set(turns)) < len(turns):
        yield Fault("Two payers have the same turn.", fix=_coverage(context))
    earlier = _ORDER[: max(_ORDER.find(own), 0)]
    missing = [s for s in earlier if s not in told]
    if missing and own in "PST":
        names = {"P": "first", "S": "second"}
        turn = names.get(missing[0], missing[0])
        message = f"It is not {claim.payer.name}'s turn: the {turn} payer is not on the claim."
        yield Fault(message, fix=_coverage(context))


@rule(
    "CROSSOVER_AWAITED",
    STOPS,
    Role.BILLER,
    "A claim that the earlier payer has forwarded is not sent a second time while its answer is "
    "awaited",
    source="835 CLP02 19 to 21; the center's policy crossover_days; CARC 18",
)
def crossover_awaited(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    earlier, today = context.earlier, context.today
    if earlier is None or not earlier.forwarded or today is None:
        return
    if claim.frequency in _AGAIN:
        return  # It has left once: the payer knows it from us.
    until = earlier.answered_on + timedelta(days=context.policy("crossover_days"))
    if today < until:
        message = (
            f"{earlier.payer_name} forwarded it on {day(earlier.answered_on)}: the answer of "
            f"{claim.payer.name} is awaited until {day(until)}; then it leaves by itself."
        )
        yield Fault(message, fix=Fix("claim"))


@rule(
    "MEDICAID_LAST",
    STOPS,
    Role.INTAKE,
    "Medicaid is billed after every other coverage",
    source="42 CFR 433.139; CARC 22",
)
def medicaid_last(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    if claim.subscriber.filing_indicator != _MEDICAID:
        return
    turn = _ORDER.find(claim.subscriber.payer_sequence)
    for other in claim.other_payers:
        theirs = _ORDER.find(other.subscriber.payer_sequence)
        if other.subscriber.filing_indicator != _MEDICAID and theirs > turn:
            yield Fault(f"Medicaid comes before {other.payer.name}.", fix=_coverage(context))
    served = first_day(claim)
    for policy in context.other_policies or () if not claim.other_payers and served else ():
        if served and policy.kind != "medicaid" and policy.covers(served):
            message = (
                f"The client also had {policy.payer_name} on {day(served)}, which pays before "
                "Medicaid."
            )
            yield Fault(message, fix=Fix("coverage", policy.id))


@rule(
    "COB_BALANCED",
    STOPS,
    Role.BILLER,
    "What an earlier payer paid and adjusted adds up to what it was billed",
    source="837P guide, 2320 AMT*D, 2430 SVD and CAS; CARC 22",
)
def cob_balanced(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    for line in claim.lines:
        for told in line.adjudications:
            accounted = told.paid + _sum(told.adjustments)
            if accounted != line.charge:
                message = (
                    f"The line charges {dollars(line.charge)}; payer {told.payer_id} paid and "
                    f"adjusted {dollars(accounted)}."
                )
                yield Fault(message, line.control_number, Fix("claim"))
    for other in claim.other_payers:
        yield from _claim_balance(claim, other)


def _claim_balance(claim: Claim, other: OtherPayer) -> Iterator[Fault]:
    """The claim-level amount is what the payer paid for the lines, where it spoke of lines."""
    paid = [a.amount for a in other.amounts if a.qualifier == _PAID]
    lines = [told for _, told in _of(claim, other.payer.id)]
    summed = sum(told.paid for told in lines) - _sum(other.adjustments)
    if paid and lines and paid[0] != summed:
        message = (
            f"{other.payer.name} paid {dollars(paid[0])} for the claim, "
            f"but {dollars(summed)} for its lines."
        )
        yield Fault(message, fix=Fix("claim"))


def _of(claim: Claim, payer_id: str) -> Iterator[tuple[ClaimLine, LineAdjudication]]:
    for line in claim.lines:
        for told in line.adjudications:
            if told.payer_id == payer_id:
                yield line, told


def _sum(adjustments: tuple[Adjustment, ...]) -> int:
    return sum(a.amount for a in adjustments)

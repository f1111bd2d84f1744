"""What a person does about refused money: ask for an authorization afterwards, send the claim on to
the next payer, leave the money to the patient or write it off; and take the last two back.

What is settled stands on the refusal and names its answer (`insight.refusals`): a payer that takes
its answer back, or a person who undoes its posting, takes back what was settled of it as well.
(`cure` sends a claim again, or puts a case off.)
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from carethread.codes.accounts import Account
from carethread.insight import refusals
from carethread.insight.turns import open_turns
from carethread.record import ledger as book
from carethread.record.models import (
    Authorization,
    AuthorizationState,
    Case,
    CaseKind,
    Charge,
    Claim,
    ClaimState,
    Transfer,
    User,
    WriteOff,
)
from carethread.record.policies import effective
from carethread.rules.words import dollars
from carethread.workflow import authorize, bill, gather
from carethread.workflow.authorize import Told
from carethread.workflow.casework import history
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.locks import held, lock
from carethread.workflow.remittances import next_payer

_MAY_BE_THE_PATIENTS = ("PR", "OA")
_REFUSED = (ClaimState.DENIED, ClaimState.PARTIAL)
_DONE = (ClaimState.PAID, ClaimState.CLOSED)
_BY_A_PERSON = ("give_up", "to_patient")


def wants_authorization(case: Case) -> bool:
    """Whether it is about an authorization that a claim lacked."""
    return case.claim_id is not None and case.category.startswith("auth_")


@transaction.atomic
def request_authorization(case: Case, *, reason: str, user: User, now: datetime) -> Authorization:
    """Write down that the payer is asked afterwards to authorize what the claim billed. Once it is
    granted the claim comes back by itself and leaves with its number."""
    row, claim = history.with_claim(case)
    if not wants_authorization(row) or claim is None:
        raise refuse("This case is not about an authorization.")
    if not reason.strip():
        raise refuse("Say why it is asked for only now.", "reason")
    if row.authorization is not None and row.authorization.state in ("retro_requested", "pended"):
        raise refuse("The payer has been asked already.")
    charges = Charge.objects.filter(claim=claim.origin, state="live")
    units = charges.aggregate(units=Sum("current__units", default=0))["units"]
    codes = sorted(set(charges.values_list("current__code", flat=True)))
    if not units:
        raise refuse("Nothing is billed on this claim any more.")
    asked = authorize.request(
        Authorization(
            organization=row.organization,
            client=claim.client,
            payer=claim.payer,
            state=AuthorizationState.RETRO_REQUESTED,
            effective_from=claim.service_from,
            effective_to=claim.service_to,
            codes=codes,
            requested_units=units,
        ),
        Told(words=reason.strip()[:300], user=user),
        now=now,
    )
    row.authorization = asked
    row.save(update_fields=["authorization"])
    words = f"Authorization asked for afterwards: {', '.join(codes)}, {units} units. "
    history.told(row, words + reason.strip(), now, user).save()
    return asked


def bill_next(case: Case, *, user: User, now: datetime) -> Claim:
    """The client's next policy is asked for what this payer refused."""
    if case.claim is None:
        raise refuse("This case has no claim.")
    return next_payer.bill_next(case.claim, user=user, now=now)


def may_be_the_patients(case: Case) -> bool:
    """Whether the payer itself puts what it refused on the patient."""
    denial = refusals.of_case(case)
    return denial is not None and denial.group in _MAY_BE_THE_PATIENTS


def has_next_payer(case: Case) -> bool:
    """Whether another policy of the client's pays after the one that refused."""
    refused = case.kind == CaseKind.DENIAL and case.claim is not None
    return refused and bool(open_turns(claim=case.claim, refused_too=True))


# -------------------------------------------------------------------------------------- settling


@transaction.atomic
def leave_to_patient(case: Case, *, why: str, user: User, now: datetime) -> Case:
    """The patient owes what the payer refused. Only where the payer says so itself (group PR, or
    OA): what it puts on us (CO) the contract forbids to ask of the patient."""
    row, claim, denial = _refused(case)
    if not why.strip():
        raise refuse("Say why the patient owes it.", "why")
    if denial.group not in _MAY_BE_THE_PATIENTS:
        raise refuse(
            f"The payer refused it under {denial.group}: the contract does not let us ask the "
            "patient. Appeal, or write it off."
        )
    _move(denial, Account.PATIENT_RECEIVABLE, "to_patient", now, user)
    _settled(row, claim, ClaimState.PAID, f"Left to the patient: {why.strip()}", now, user)
    return row


@transaction.atomic
def give_up(case: Case, *, why: str, user: User, now: datetime) -> Case:
    """Write off what the payer refused. More than one person may write off alone
    (`write_off_alone_cents`) is asked for, and a second one agrees."""
    row, claim, denial = _refused(case)
    if not why.strip():
        raise refuse("Say why it is given up.", "why")
    if not _agreed(row, claim, denial.amount_cents, why.strip(), user, now):
        return row
    _move(denial, Account.WRITE_OFF, "give_up", now, user)
    state = ClaimState.PAID if claim.state == ClaimState.PARTIAL else ClaimState.CLOSED
    _settled(row, claim, state, f"Written off: {why.strip()}", now, user)
    return row


def _refused(case: Case) -> tuple[Case, Claim, Transfer]:
    """A case of refused money, its claim and the refusal. Refused where none stands unsettled."""
    row, claim = history.with_claim(case)
    if row.kind != CaseKind.DENIAL or claim is None or claim.state not in _REFUSED:
        raise refuse("Only what a payer has refused is settled, and not while it is asked again.")
    denial = refusals.of_case(row)
    if denial is None:
        raise refuse("This refusal does not stand any more.")
    return row, claim, denial


def _move(denial: Transfer, to: Account, source: str, now: datetime, user: User) -> None:
    book.post(
        [
            Transfer(
                organization_id=denial.organization_id,
                debit=to.value,
                credit=denial.debit,
                amount_cents=denial.amount_cents,
                code=denial.code,
                source=source,
                charge_id=denial.charge_id,
                remittance_id=denial.remittance_id,
                remitted_claim_id=denial.remitted_claim_id,
                remitted_line_id=denial.remitted_line_id,
                user=user,
                made_at=now,
            )
        ]
    )


def _settled(
    case: Case, claim: Claim, state: ClaimState, words: str, now: datetime, user: User
) -> None:
    """The case is closed, and the claim is done once nothing else of it stands refused."""
    if not refusals.of_claim(claim).exists():
        bill.move(claim, state, words[:500], now=now, user=user)
    history.close_as(case, words, now, user)


def _agreed(case: Case, claim: Claim, cents: int, why: str, user: User, now: datetime) -> bool:
    """Whether so much may be written off now; otherwise it is asked for, and waits for another."""
    today = gather.service_date(case.organization, now)
    alone = effective("write_off_alone_cents", on=today, payer_id=claim.payer_id).value
    if cents <= alone:
        return True
    last = case.write_offs.filter(cents=cents).order_by("-pk").first()
    asked = last if last is not None and last.kind == "ask" else None
    if asked is not None and asked.user_id == user.pk:
        raise refuse("You have asked for this: a second person has to agree.")
    kind = "ask" if asked is None else "agree"
    WriteOff.objects.create(
        organization=case.organization, case=case, cents=cents, kind=kind, reason=why[:300],
        user=user, at=now,
    )  # fmt: skip
    words = f"Asks to write off {dollars(cents)}" if kind == "ask" else "Agrees to the write-off"
    history.told(case, f"{words}: {why}", now, user).save()
    return asked is not None


# -------------------------------------------------------------------------------------- taking back


def may_take_back(case: Case) -> bool:
    """Whether a person wrote off, or left to the patient, what the case is about, and it stands."""
    return case.state == "closed" and _by_a_person(case) is not None


@transaction.atomic
def take_back(case: Case, *, why: str, user: User, now: datetime) -> Case:
    """What was written off or left to the patient is refused money again, and its case is open."""
    lock(Case.objects.filter(pk=case.pk))
    (claim,) = held(Claim.objects.filter(pk=case.claim_id or 0)) or (None,)
    row = Case.objects.select_related("organization").get(pk=case.pk)
    made = _by_a_person(row)
    if made is None or claim is None:
        raise refuse("Nothing that was written off or left to the patient stands here.")
    if not why.strip():
        raise refuse("Say why it is taken back.", "back")
    book.post([book.opposite(made, code=made.code, source=made.source, now=now, user=user)])
    words = f"Taken back: {why.strip()}"
    if claim.state in _DONE:
        bill.move(claim, _refused_before(claim), words[:500], now=now, user=user)
    history.reopen(row, words, now, user)
    return row


def _by_a_person(case: Case) -> Transfer | None:
    made = refusals.settlement(case)
    return made if made is not None and made.source in _BY_A_PERSON else None


def _refused_before(claim: Claim) -> ClaimState:
    """How the claim stood refused before what was refused was settled."""
    was = claim.events.filter(state_from__in=_REFUSED, state_to=claim.state).order_by("-pk").first()
    return ClaimState(was.state_from) if was else ClaimState.PARTIAL

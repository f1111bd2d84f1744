"""More of what a person does about a case: ask for an authorization afterwards, send the claim on
to the next payer, or leave the money to the patient. (`cure` sends again, puts off, gives up.)"""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from carethread.codes.accounts import Account
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
)
from carethread.rules.post import Move
from carethread.workflow import authorize, bill, follow_up, ledger, next_payer
from carethread.workflow.authorize import Told
from carethread.workflow.errors import refuse
from carethread.workflow.locks import lock

_MAY_BE_THE_PATIENTS = ("PR", "OA")
_REFUSED = (ClaimState.DENIED, ClaimState.PARTIAL)


def wants_authorization(case: Case) -> bool:
    """Whether it is about an authorization that a claim lacked."""
    return case.claim_id is not None and case.category.startswith("auth_")


@transaction.atomic
def request_authorization(case: Case, *, reason: str, user: User, now: datetime) -> Authorization:
    """Write down that the payer is asked afterwards to authorize what the claim billed. Once it is
    granted the claim comes back by itself and leaves with its number."""
    row, claim = _locked(case)
    if not wants_authorization(row) or claim is None:
        raise refuse("This case is not about an authorization.")
    if not reason.strip():
        raise refuse("Say why it is asked for only now.", "reason")
    if row.authorization is not None and row.authorization.state in ("retro_requested", "pended"):
        raise refuse("The payer has been asked already.")
    charges = Charge.objects.filter(claim=claim, state="live")
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
    follow_up.told(row, words + reason.strip(), now, user).save()
    return asked


@transaction.atomic
def bill_next(case: Case, *, user: User, now: datetime) -> Claim:
    """The client's next policy is asked for what this payer refused."""
    row, claim = _locked(case)
    if claim is None:
        raise refuse("This case has no claim.")
    made = next_payer.bill_next(claim, user=user, now=now)
    follow_up.told(row, f"Sent on to {made.payer} as claim {made.sequence}.", now, user).save()
    return made


def may_be_the_patients(case: Case) -> bool:
    """Whether the payer itself puts what it refused on the patient."""
    denial = _denial(case)
    return denial is not None and denial.code.partition("-")[0] in _MAY_BE_THE_PATIENTS


def has_next_payer(case: Case) -> bool:
    """Whether another policy of the client's pays after the one that refused."""
    refused = case.kind == CaseKind.DENIAL and case.claim is not None
    return refused and bool(open_turns(claim=case.claim, refused_too=True))


@transaction.atomic
def leave_to_patient(case: Case, *, why: str, user: User, now: datetime) -> Case:
    """The patient owes what the payer refused. Only where the payer says so itself (group PR, or
    OA): what it puts on us (CO) the contract forbids to ask of the patient."""
    row, claim = _locked(case)
    if not why.strip():
        raise refuse("Say why the patient owes it.", "why")
    denial = _denial(row)
    if denial is None or claim is None or claim.state not in _REFUSED:
        raise refuse("Only what a payer has refused can be the patient's.")
    group = denial.code.partition("-")[0]
    if group not in _MAY_BE_THE_PATIENTS:
        raise refuse(
            f"The payer refused it under {group}: the contract does not let us ask the patient. "
            "Appeal, or write it off."
        )
    moves = _to_patient(denial)
    made = ledger.transfers(row.organization, moves, source="to_patient", now=now, user=user)
    book.post(made)
    if not Charge.objects.filter(claim=claim, denied_cents__gt=0).exists():
        bill.move(claim, ClaimState.PAID, f"Left to the patient: {why.strip()}", now=now, user=user)
    follow_up.close_as(row, f"Left to the patient: {why.strip()}", now, user)
    return row


def _to_patient(denial: Transfer) -> tuple[Move, Move]:
    assert denial.charge_id is not None
    owed, cents, charge = Account.PAYER_RECEIVABLE, denial.amount_cents, denial.charge_id
    return (
        Move(owed, Account.DENIED, cents, denial.code, charge_id=charge, reverses=denial.pk),
        Move(Account.PATIENT_RECEIVABLE, owed, cents, denial.code, charge_id=charge),
    )


def _denial(case: Case) -> Transfer | None:
    """The refusal of a case, while it stands."""
    _, _, key = case.source.partition(":")
    if case.kind != CaseKind.DENIAL or not key.isdigit():
        return None
    found: Transfer | None = Transfer.objects.filter(
        pk=int(key), reversed_by__isnull=True, charge__isnull=False
    ).first()
    return found


def _locked(case: Case) -> tuple[Case, Claim | None]:
    """The case and its claim, in the order of `docs/locking.md`."""
    lock(Case.objects.filter(pk=case.pk))
    row = Case.objects.select_related("organization", "authorization").get(pk=case.pk)
    if row.state == "closed":
        raise refuse("This case is closed.")
    ids = lock(Claim.objects.filter(pk__in=[row.claim_id] if row.claim_id else []))
    return row, Claim.objects.select_related("client", "payer").filter(pk__in=ids).first()

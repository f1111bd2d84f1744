"""Clients' money: taken by hand with a receipt, put on what they owe, given back.

Nothing of it is ever changed: what was put on the wrong charge is taken off by the opposite
transfer, what was taken by mistake is voided.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Q

from carethread.codes.accounts import Account
from carethread.insight import account, credits
from carethread.record import ledger
from carethread.record.models import (
    Charge,
    Client,
    Organization,
    PatientPayment,
    Payer,
    Refund,
    Transfer,
    User,
)
from carethread.record.models.patient import MOST_CENTS
from carethread.record.policies import effective
from carethread.rules.patient_money import Money, Use, uses
from carethread.rules.words import dollars
from carethread.workflow import gather
from carethread.workflow.common import numbers
from carethread.workflow.common.errors import Problem, Refused, refuse
from carethread.workflow.common.locks import lock

SOURCE = "patient"
_TOO_MUCH = Q(patient_receivable_cents__lt=0) | Q(state="void")


# -------------------------------------------------------------------------------------- taking


@dataclass(frozen=True, slots=True)
class Tender:
    """What somebody gives: cents, how (cash, card, check, transfer), the check's number or a card's
    last digits, the day, and the day of the visit that it is a copay for. `form` tells the form
    that it was typed in from every other, `sure` repeats an amount that was asked about."""

    cents: int
    method: str
    received_on: date
    reference: str = ""
    visit_on: date | None = None
    form: str = ""
    sure: int = 0

    @property
    def is_sure(self) -> bool:
        """Whether this very amount was asked about, and said to be right."""
        return self.sure == self.cents


@transaction.atomic
def take(client: Client, tender: Tender, *, user: User, now: datetime) -> PatientPayment:
    """Take a payment and give it a receipt; it goes to its visit, else to what is oldest. The same
    form sent again finds the receipt that it has made."""
    _refuse_tender(tender, gather.service_date(client.organization, now))
    _hold(client)
    if (made := _made_before(PatientPayment, client, tender, visit_on=tender.visit_on)) is not None:
        return made
    payment = PatientPayment(
        organization_id=client.organization_id,
        client=client,
        amount_cents=tender.cents,
        method=tender.method,
        reference=tender.reference.strip(),
        received_on=tender.received_on,
        visit_on=tender.visit_on,
        taken_by=user,
        taken_at=now,
        form=tender.form,
    )
    (payment.receipt,) = numbers.take(client.organization, "receipt")
    payment.save()
    _post(_transfer(payment, Account.PATIENT_CASH, Account.PATIENT_UNAPPLIED, tender.cents,
                    tender.method.upper(), now, user))  # fmt: skip
    _settle(client, now)
    payment.refresh_from_db()
    return payment


M = TypeVar("M", PatientPayment, Refund)


def _made_before(kind: type[M], client: Client, tender: Tender, **more: object) -> M | None:
    """What the same form has made already, with the client held. Refused where it says something
    else by now, or what it made was taken back: that would be another payment."""
    row: M | None = kind._default_manager.filter(form=tender.form).exclude(form="").first()
    if row is None:
        return None
    said = more | {
        "client_id": client.pk,
        "amount_cents": tender.cents,
        "method": tender.method,
        "reference": tender.reference.strip(),
        "received_on" if kind is PatientPayment else "refunded_on": tender.received_on,
    }
    is_void = getattr(row, "voided_at", None) is not None
    if is_void or any(getattr(row, name) != value for name, value in said.items()):
        raise refuse(
            f"This form was taken already, over {dollars(row.amount_cents)} ({row}). For something "
            "else open a new one."
        )
    return row


def _refuse_tender(tender: Tender, today: date) -> None:
    problems = []
    if tender.cents <= 0:
        problems.append(Problem("amount", "Say how much was given, in dollars."))
    elif tender.cents > MOST_CENTS:
        words = f"More than {dollars(MOST_CENTS)} is not written down at once. Look at the amount."
        problems.append(Problem("amount", words))
    elif tender.cents > effective("payment_ask_cents", on=today).value and not tender.is_sure:
        words = f"Is {dollars(tender.cents)} right? That is more than usual."
        problems.append(Problem("sure", words))
    if tender.received_on > today:
        problems.append(Problem("received_on", "That day is still to come."))
    if tender.method == "check" and not tender.reference.strip():
        problems.append(Problem("reference", "A check has a number."))
    if sum(c.isdigit() for c in tender.reference) > 12:
        problems.append(Problem("reference", "Write the last four digits of a card, never all."))
    if problems:
        raise Refused(*problems)


@transaction.atomic
def void(payment: PatientPayment, *, user: User, reason: str, now: datetime) -> PatientPayment:
    """A payment that was taken by mistake is no more: whatever it paid is owed again."""
    if not reason.strip():
        raise refuse("Say why this payment is void.", "reason")
    _hold(payment.client)
    row = PatientPayment.objects.get(pk=payment.pk)
    if row.voided_at is not None:
        raise refuse("This payment is void already.")
    if row.refunds.exists():
        raise refuse("Some of it was given back: that cannot be undone here.")
    for used in account.applications().filter(patient_payment=row).order_by("-pk"):
        _take_off(used, now, user)
    taken = row.transfers.get(debit=Account.PATIENT_CASH, reverses__isnull=True)
    _post(ledger.opposite(taken, code="VOID", source=SOURCE, now=now, user=user))
    row.voided_at, row.void_reason = now, reason.strip()[:200]
    row.save(update_fields=["voided_at", "void_reason"])
    _settle(row.client, now)
    return row


# -------------------------------------------------------------------------------------- applying


def due() -> list[Client]:
    """Clients whose money could go to a charge, or stands on one that owes less by now."""
    free = PatientPayment.objects.filter(patient_unapplied_cents__lt=0).values("client")
    owing = Charge.objects.filter(patient_receivable_cents__gt=0).values("client")
    over = (
        account.applications()
        .filter(Q(charge__patient_receivable_cents__lt=0) | Q(charge__state="void"))
        .values("charge__client")
    )
    return list(
        Client.objects.filter(Q(pk__in=free) & Q(pk__in=owing) | Q(pk__in=over)).order_by("pk")
    )


def run(_organization: Organization, *, now: datetime) -> int:
    """Put money where it belongs, client by client; the number of transfers made."""
    return sum(_settle_one(client, now) for client in due())


@transaction.atomic
def _settle_one(client: Client, now: datetime) -> int:
    _hold(client)
    return _settle(client, now)


def _settle(client: Client, now: datetime) -> int:
    """Take off what a charge has too much of, then put free money on what is owed."""
    made = _take_off_excess(client, now)
    free = PatientPayment.objects.filter(client=client, patient_unapplied_cents__lt=0)
    money = [Money(p.pk, p.open_cents, p.received_on, p.visit_on) for p in free]
    if not money:
        return made
    today = gather.service_date(client.organization, now)
    since = today - timedelta(days=effective("copay_wait_days", on=today).value)
    visits = {m.visit_on for m in money if m.visit_on}
    waiting = account.at_another_payer(client)
    undecided = account.undecided_days(client, visits, since, waiting)
    planned = uses(money, account.owed(client, waiting), undecided)
    _apply(planned, {p.pk: p for p in free}, now)
    return made + len(planned)


def _take_off_excess(client: Client, now: datetime) -> int:
    """Where a payer has taken back what it left to the client, the client's money is free again."""
    made = 0
    for charge in Charge.objects.filter(client=client).filter(_TOO_MUCH):
        over = -charge.patient_receivable_cents if charge.state == "live" else MOST_CENTS
        for row in account.applications().filter(charge=charge).order_by("-pk"):
            if over > 0:
                _take_off(row, now)
                over -= row.amount_cents
                made += 1
    return made


@transaction.atomic
def apply_to(
    payment: PatientPayment, chosen: Mapping[int, int], *, user: User, now: datetime
) -> None:
    """A person chooses which charges a payment pays: cents by charge. What it paid before is taken
    off first; what is not chosen stays free until it is needed."""
    _hold(payment.client)
    for row in account.applications().filter(patient_payment=payment).order_by("-pk"):
        _take_off(row, now, user)
    payment.refresh_from_db()
    open_ = {o.charge_id: o.cents for o in account.owed(payment.client)}
    if any(cents < 0 or cents > open_.get(charge, 0) for charge, cents in chosen.items()):
        raise refuse("That is more than is owed on a charge.")
    if sum(chosen.values()) > payment.open_cents:
        raise refuse("That is more than was given.")
    planned = [Use(payment.pk, charge, cents) for charge, cents in chosen.items() if cents]
    _apply(planned, {payment.pk: payment}, now, user)


def take_off(charges: Iterable[int], *, now: datetime) -> None:
    """Free the clients' money on these charges, of which another payer is now asked."""
    for row in account.applications().filter(charge__in=list(charges)).order_by("pk"):
        _take_off(row, now)


# -------------------------------------------------------------------------------------- giving back


@transaction.atomic
def refund_client(
    payment: PatientPayment, tender: Tender, *, user: User, reason: str, now: datetime
) -> Refund:
    """Give a client back what of a payment went to no charge."""
    _refuse_tender(tender, gather.service_date(payment.organization, now))
    _hold(payment.client)
    if (made := _made_before(Refund, payment.client, tender, payment_id=payment.pk)) is not None:
        return made
    payment.refresh_from_db()
    if tender.cents > payment.open_cents:
        raise refuse("No more of this payment is free.", "amount")
    row = _refund(payment.client, tender, user, reason, now, payment=payment)
    _post(_transfer(payment, Account.PATIENT_UNAPPLIED, Account.REFUNDED, tender.cents, "REFUND",
                    now, user, refund=row))  # fmt: skip
    return row


@transaction.atomic
def refund_payer(
    charge: Charge,
    tender: Tender,
    *,
    user: User,
    reason: str,
    now: datetime,
    payer: Payer | None = None,
) -> Refund:
    """Give a payer back what it overpaid on a charge. `payer` may be left out where only one has
    paid on it; no payer gets back more than it paid."""
    _refuse_tender(tender, gather.service_date(charge.organization, now))
    _hold(charge.client)
    to = {"charge_id": charge.pk} | ({"payer_id": payer.pk} if payer else {})
    if (made := _made_before(Refund, charge.client, tender, **to)) is not None:
        return made
    one = next(iter(credits.overpayments(charge)), None)
    if one is None or tender.cents > one.cents:
        raise refuse("That is more than was overpaid on this charge.", "amount")
    payer = payer or _only(one)
    if tender.cents > one.payers.get(payer, 0):
        raise refuse(f"{payer} has not paid that much on this charge.", "amount")
    row = _refund(charge.client, tender, user, reason, now, charge=charge, payer=payer)
    moved = Transfer(
        organization_id=charge.organization_id, debit=Account.PAYER_RECEIVABLE,
        credit=Account.REFUNDED, amount_cents=tender.cents, code="REFUND", source=SOURCE,
        charge=charge, refund=row, user=user, made_at=now,
    )  # fmt: skip
    _post(moved)
    return row


def _only(one: credits.Overpayment) -> Payer:
    if not one.payers:
        raise refuse("No payer was ever billed for this charge.")
    if len(one.payers) > 1:
        raise refuse(f"Say who gets it back: {one.who}.", "payer")
    return next(iter(one.payers))


def _refund(
    client: Client, tender: Tender, user: User, reason: str, now: datetime, **to_whom: object
) -> Refund:
    if not reason.strip():
        raise refuse("Say why it is given back.", "reason")
    return Refund.objects.create(
        organization_id=client.organization_id,
        client=client,
        amount_cents=tender.cents,
        reason=reason.strip()[:200],
        method=tender.method,
        reference=tender.reference.strip(),
        refunded_on=tender.received_on,
        user=user,
        made_at=now,
        form=tender.form,
        **to_whom,
    )


# -------------------------------------------------------------------------------------- transfers


def _hold(client: Client) -> None:
    """Lock the client, then everything of theirs that money moves on (docs/locking.md)."""
    lock(Client.objects.filter(pk=client.pk))
    lock(Charge.objects.filter(client=client))
    lock(PatientPayment.objects.filter(client=client))


def _apply(
    planned: Sequence[Use],
    payments: Mapping[int, PatientPayment],
    now: datetime,
    user: User | None = None,
) -> None:
    _post(
        *(
            _transfer(payments[use.payment_id], Account.PATIENT_UNAPPLIED,
                      Account.PATIENT_RECEIVABLE, use.cents, "PATIENT", now, user,
                      charge_id=use.charge_id)
            for use in planned
        )
    )  # fmt: skip


def _take_off(row: Transfer, now: datetime, user: User | None = None) -> None:
    _post(ledger.opposite(row, code=row.code, source=SOURCE, now=now, user=user))


def _transfer(
    payment: PatientPayment,
    debit: Account,
    credit: Account,
    cents: int,
    code: str,
    now: datetime,
    user: User | None,
    charge_id: int | None = None,
    refund: Refund | None = None,
) -> Transfer:
    return Transfer(
        organization_id=payment.organization_id,
        debit=debit,
        credit=credit,
        amount_cents=cents,
        code=code,
        source=SOURCE,
        charge_id=charge_id,
        patient_payment=payment,
        refund=refund,
        user=user,
        made_at=now,
    )


def _post(*rows: Transfer) -> None:
    ledger.post(rows)

"""A client's account: what each service cost, who has paid, and who owes the rest and why."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, QuerySet, Sum

from carethread.insight import refusals
from carethread.insight.turns import open_turns
from carethread.record.compiled import compiled
from carethread.record.models import (
    Case,
    Charge,
    Claim,
    ClaimState,
    Client,
    PatientPayment,
    PaymentPlan,
    Refund,
    Statement,
    Transfer,
)
from carethread.rules.patient_money import Installment, Owed, installments, next_due

_NOT_AT_THE_PAYER = {
    ClaimState.HELD: "Its claim to {payer} is held",
    ClaimState.READY: "Its claim to {payer} is about to leave",
    ClaimState.QUEUED: "Its claim to {payer} is leaving",
    ClaimState.REJECTED: "{payer} did not take the claim in",
}


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service in cents: charge = insurance + adjusted + patient paid + owed by anybody + given
    up. `owing` says who owes what is left, `claims` were sent for it, the newest last; `case` is
    about what a payer refused of it and nobody has settled."""

    charge: Charge
    claims: tuple[Claim, ...]
    billed: int
    insurance: int
    adjusted: int
    patient_paid: int
    owed: int
    with_insurance: int
    next_payer: str = ""
    case: Case | None = None

    @property
    def overpaid(self) -> int:
        return overpaid(self.charge.payer_receivable_cents, self.insurance)

    @property
    def owing(self) -> str:
        """Who owes what is left of it, in a few words."""
        if self.next_payer:
            return f"{self.next_payer} is asked next"
        if self.charge.state == "void":
            return "Overpaid by insurance" if self.overpaid else "Void"
        if self.with_insurance > 0:
            return self._asked_of_insurance
        if self.overpaid:
            return "Overpaid by insurance"
        if self.owed > 0:
            return "The client"
        return "The client's money is over" if self.owed < 0 else "Settled"

    @property
    def _asked_of_insurance(self) -> str:
        """How far a payer has come with it: a refusal, settled or not, is an answer."""
        if not self.claims:
            return "Not billed yet"
        claim = self.claims[-1]
        if claim.state in _NOT_AT_THE_PAYER:
            return _NOT_AT_THE_PAYER[ClaimState(claim.state)].format(payer=claim.payer)
        if self.charge.denied_cents > 0:
            return f"{claim.payer} refused it"
        return f"{claim.payer} has not answered"


@dataclass(frozen=True, slots=True)
class Account:
    """All of a client's services and money. `due` is what the client owes after the last payer,
    `open_money` what they gave that went to no charge yet."""

    client: Client
    lines: tuple[ServiceLine, ...]
    payments: tuple[PatientPayment, ...]
    refunds: tuple[Refund, ...]
    statements: tuple[Statement, ...]
    plan: PaymentPlan | None = None
    next_installment: Installment | None = None
    used: dict[int, list[Transfer]] = field(default_factory=dict)

    @property
    def due(self) -> int:
        return sum(line.owed for line in self.lines if line.owed > 0)

    @property
    def with_insurance(self) -> int:
        return sum(line.with_insurance for line in self.lines if line.with_insurance > 0)

    @property
    def open_money(self) -> int:
        return sum(payment.open_cents for payment in self.payments)

    @property
    def overpaid(self) -> int:
        return sum(line.overpaid for line in self.lines)


def account(client: Client) -> Account:
    """The client's account as it stands."""
    charges = list(
        Charge.objects.filter(client=client)
        .select_related("current__note_version", "claim__payer", "attendance__session__program")
        .order_by("-service_date", "-pk")
    )
    payments = list(client.payments.select_related("taken_by").order_by("-received_on", "-pk"))
    plan = client.plans_to_pay.filter(state="active").first()
    return Account(
        client=client,
        lines=tuple(_lines(client, charges)),
        payments=tuple(payments),
        refunds=tuple(client.refunds.select_related("payer", "user").order_by("-pk")),
        statements=tuple(client.statements.defer("pdf").order_by("-number")),
        plan=plan,
        next_installment=_next_installment(plan) if plan else None,
        used=_used(payments),
    )


def _lines(client: Client, charges: Sequence[Charge]) -> Iterable[ServiceLine]:
    claims = list(client.claims.select_related("payer").order_by("pk"))
    paid = patient_paid(charge.pk for charge in charges)
    waiting = {
        transfer.charge_id: turn.coverage.payer.name
        for turn in open_turns(client_id=client.pk)
        for transfer in turn.left
    }
    refused = refusals.open_cases(charge.pk for charge in charges if charge.denied_cents > 0)
    for charge in charges:
        if charge.state == "void" and not _open(charge):
            continue
        by_patient = paid.get(charge.pk, 0)
        yield ServiceLine(
            charge=charge,
            claims=tuple(_claims_of(charge, claims)),
            billed=-charge.billed_cents,
            insurance=charge.paid_cents - by_patient,
            adjusted=charge.contractual_cents + charge.write_off_cents,
            patient_paid=by_patient,
            owed=0
            if charge.pk in waiting or charge.state == "void"
            else charge.patient_receivable_cents,
            with_insurance=charge.payer_receivable_cents + charge.denied_cents,
            next_payer=waiting.get(charge.pk, ""),
            case=refused.get(charge.pk),
        )


def _open(charge: Charge) -> bool:
    return bool(
        charge.payer_receivable_cents or charge.patient_receivable_cents or charge.paid_cents
    )


def _claims_of(charge: Charge, claims: Iterable[Claim]) -> Iterable[Claim]:
    """The claims that a charge is on, the first payer's first; later ones that were given up before
    they left are left out."""
    for claim in claims:
        given_up = claim.after_id and claim.state == ClaimState.CLOSED and not claim.current_id
        if charge.claim_id in (claim.pk, claim.first_id) and charge.claim_id and not given_up:
            yield claim


def patient_paid(charges: Iterable[int]) -> dict[int, int]:
    """What clients have paid of these charges, in cents."""
    found: dict[int, int] = defaultdict(int)
    rows = Transfer.objects.filter(
        charge__in=list(charges), patient_payment__isnull=False
    ).values_list("charge", "credit", "amount_cents")
    for charge, credit, cents in rows:
        found[charge] += cents if credit == "patient_receivable" else -cents
    return found


def _used(payments: Sequence[PatientPayment]) -> dict[int, list[Transfer]]:
    """By payment, the standing transfers that it went to charges with."""
    found: dict[int, list[Transfer]] = defaultdict(list)
    for row in applications().filter(patient_payment__in=payments).select_related("charge"):
        found[row.patient_payment_id or 0].append(row)
    return found


def applications() -> "QuerySet[Transfer]":
    """Standing transfers of clients' money to charges."""
    return Transfer.objects.filter(
        patient_payment__isnull=False,
        charge__isnull=False,
        credit="patient_receivable",
        reverses__isnull=True,
        reversed_by__isnull=True,
    )


def _next_installment(plan: PaymentPlan) -> Installment | None:
    months = installments(plan.agreed_cents, plan.monthly_cents, plan.first_due)
    return next_due(months, paid_since(plan))


def paid_since(plan: PaymentPlan) -> int:
    """What the client gave since the plan was made, in cents, less what was given back of it.
    Copays of later visits are no part of it: they are for what the plan does not cover."""
    given = PatientPayment.objects.filter(
        client=plan.client_id,
        voided_at__isnull=True,
        visit_on__isnull=True,
        taken_at__gt=plan.agreed_at,
    )
    return _sum(given) - _sum(Refund.objects.filter(payment__in=given))


def _sum(rows: "QuerySet[PatientPayment] | QuerySet[Refund]") -> int:
    return int(rows.aggregate(cents=Sum("amount_cents", default=0))["cents"])


def overpaid(receivable: int, paid: int) -> int:
    """What of the cents that payers paid is not theirs to have paid."""
    return max(min(-receivable, paid), 0)


def clients_who_owe() -> "QuerySet[Client]":
    """Clients with something on a charge's patient side, however much."""
    owing = Charge.objects.filter(patient_receivable_cents__gt=0, state="live").values("client")
    return Client.objects.filter(pk__in=owing).order_by(F("last_name"), F("first_name"), "pk")


def at_another_payer(client: Client) -> frozenset[int]:
    """Charges of the client's of which a payer left something that another policy may still pay."""
    turns = open_turns(client_id=client.pk)
    return frozenset(t.charge_id for turn in turns for t in turn.left if t.charge_id)


def owed(client: Client, waiting: Collection[int] | None = None) -> list[Owed]:
    """What the client owes, charge by charge; nothing of what is `waiting` (`at_another_payer`,
    asked here where the caller has not)."""
    waiting = at_another_payer(client) if waiting is None else waiting
    return [Owed(*row) for row in _owed(client=client.pk) if row[0] not in waiting]


@compiled
def _owed(client: int) -> "QuerySet[Charge, Any]":
    rows = Charge.objects.filter(client=client, patient_receivable_cents__gt=0, state="live")
    found = rows.values_list("pk", "patient_receivable_cents", "service_date")
    return found.order_by("service_date", "pk")


def undecided_days(
    client: Client, days: Iterable[date], since: date, waiting: Collection[int]
) -> frozenset[date]:
    """Of these days those of which a payer is still to speak: a charge of theirs is not answered
    or `waiting` (`at_another_payer`), or there is none yet and the day is not before `since`."""
    rows = Charge.objects.filter(client=client, service_date__in=set(days), state="live")
    charged: dict[date, bool] = {}
    for pk, day, cents in rows.values_list("pk", "service_date", "payer_receivable_cents"):
        charged[day] = charged.get(day, True) and not cents and pk not in waiting
    return frozenset(day for day in days if not charged.get(day, day < since))

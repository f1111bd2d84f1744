"""Cases about clients' accounts: what payers overpaid, clients' money that nothing needs, a payment
plan that is not kept. Found anew at every round, like those of `cases`."""

from collections.abc import Iterator
from datetime import date, datetime

from carethread.codes.roles import Role
from carethread.insight import credits
from carethread.record.models import (
    Case,
    CaseKind,
    Claim,
    ClaimState,
    Organization,
    PatientPayment,
    PaymentPlan,
)
from carethread.rules.clocks import refund_deadline
from carethread.rules.words import day, dollars
from carethread.workflow import gather
from carethread.workflow.patients import payment_plans

_PAYER, _CLIENT, _PLAN, _RESTS = "overpaid", "unused", "plan", "rests"


def _is_open(stem: str) -> bool:
    return Case.objects.filter(source__startswith=f"{stem}:").exclude(state="closed").exists()


def _next_source(stem: str) -> str:
    """A charge can be overpaid more than once: each time is a case of its own."""
    return f"{stem}:{Case.objects.filter(source__startswith=f'{stem}:').count() + 1}"


def is_payers_money(case: Case) -> bool:
    """A payer's money that is still here: the law's 60 days run until it is given back."""
    return case.kind == CaseKind.CREDIT and case.source.startswith(f"{_PAYER}:")


def overpaid_by_payers(organization: Organization, now: datetime) -> Iterator[Case]:
    """Charges on which a payer settled more than it owed: the 60 days begin when that is known."""
    today = gather.service_date(organization, now)
    for one in credits.overpayments():
        if not _is_open(f"{_PAYER}:{one.charge.pk}"):
            yield _overpaid(organization, one, today, now)


def _overpaid(
    organization: Organization, one: credits.Overpayment, today: date, now: datetime
) -> Case:
    charge = one.charge
    return Case(
        organization=organization,
        kind=CaseKind.CREDIT,
        source=_next_source(f"{_PAYER}:{charge.pk}"),
        category="overpayment",
        owner_role=Role.BILLER.value,
        title=f"{one.who} paid {dollars(one.cents)} too much for {day(charge.service_date)}",
        cure="Give it back, or find the answer that takes it back: the law gives 60 days from now.",
        claim=charge.claim,
        account=charge.client,
        amount_cents=one.cents,
        opened_at=now,
        due_on=refund_deadline(today),
    )


def unused_by_clients(organization: Organization, now: datetime) -> Iterator[Case]:
    """Money that a client gave and that nothing of theirs needs. What a person has decided to keep
    is not asked about again while it is the same amount."""
    for payment in credits.unused_payments():
        stem = f"{_CLIENT}:{payment.pk}"
        if not _is_open(stem) and not _is_kept(stem, payment.open_cents):
            yield _unused(organization, payment, now)


def _is_kept(stem: str, cents: int) -> bool:
    return Case.objects.filter(
        source__startswith=f"{stem}:", state="closed", amount_cents=cents,
        events__kind="closed", events__user__isnull=False,
    ).exists()  # fmt: skip


def _unused(organization: Organization, payment: PatientPayment, now: datetime) -> Case:
    return Case(
        organization=organization,
        kind=CaseKind.CREDIT,
        source=_next_source(f"{_CLIENT}:{payment.pk}"),
        category="overpayment",
        owner_role=Role.BILLER.value,
        title=f"{dollars(payment.open_cents)} of {payment} of {payment.client} is not needed",
        cure="Give it back to the client, or keep it for a visit that is planned.",
        account=payment.client,
        amount_cents=payment.open_cents,
        opened_at=now,
    )


def plans_missed(organization: Organization, now: datetime) -> Iterator[Case]:
    """Payment plans of which an installment did not come."""
    today = gather.service_date(organization, now)
    for plan in PaymentPlan.objects.filter(state="active").select_related("client"):
        gap = payment_plans.missed_by(plan, today)
        source = f"{_PLAN}:{plan.pk}:{gap.due_on}" if gap else ""
        if gap and not Case.objects.filter(source=source).exists():
            yield Case(
                organization=organization,
                kind=CaseKind.PLAN,
                source=source,
                category="patient_balance",
                owner_role=Role.BILLER.value,
                title=f"{plan.client} has not paid the {dollars(gap.cents)} due {day(gap.due_on)}",
                cure="Call the client: take the payment, or agree on another plan.",
                account=plan.client,
                amount_cents=gap.cents,
                opened_at=now,
            )


# -------------------------------------------------------------------------------------- next payer


def answers_taken_back(organization: Organization, now: datetime) -> Iterator[Case]:
    """Claims that a later payer has, and that tell of an answer which its payer took back."""
    for claim in _rests_on_nothing():
        if not _is_open(f"{_RESTS}:{claim.pk}"):
            yield _taken_back(organization, claim, now)


def _rests_on_nothing() -> list[Claim]:
    rows = Claim.objects.filter(after__state=ClaimState.ACCEPTED, current__isnull=False).exclude(
        state__in=[ClaimState.HELD, ClaimState.READY, ClaimState.CLOSED]
    )
    standing = gather.standing_answers({row.after_id for row in rows if row.after_id})
    found = rows.select_related("payer", "after__payer", "client").order_by("pk")
    return [row for row in found if not standing.get(row.after_id or 0)]


def _taken_back(organization: Organization, claim: Claim, now: datetime) -> Case:
    before = claim.after
    assert before is not None
    return Case(
        organization=organization,
        kind=CaseKind.NEXT_PAYER,
        source=_next_source(f"{_RESTS}:{claim.pk}"),
        category="cob",
        owner_role=Role.BILLER.value,
        title=f"{before.payer} took back the answer that claim {claim.sequence} to {claim.payer} "
        "tells of",
        cure=f"Wait for its new answer: the claim then leaves corrected by itself. If none comes, "
        f"ask {before.payer}.",
        claim=claim,
        account=claim.client,
        amount_cents=claim.charge_cents,
        opened_at=now,
    )


def settled(organization: Organization, now: datetime) -> Iterator[tuple[Case, str]]:
    """Open cases of these kinds whose cause is gone, with how it went."""
    today = gather.service_date(organization, now)
    overpaid = {one.charge.pk for one in credits.overpayments()}
    unused = {payment.pk for payment in credits.unused_payments()}
    live = Case.objects.exclude(state="closed")
    for case in live.filter(kind=CaseKind.CREDIT):
        what, pk = case.subject
        if pk not in (overpaid if what == _PAYER else unused):
            yield case, "Nothing is overpaid any more."
    resting = {claim.pk for claim in _rests_on_nothing()}
    for case in live.filter(kind=CaseKind.NEXT_PAYER).exclude(claim__in=resting):
        yield case, "The earlier payer has answered anew."
    for case in live.filter(kind=CaseKind.PLAN):
        plan = PaymentPlan.objects.get(pk=case.subject[1])
        gap = payment_plans.missed_by(plan, today) if plan.state == "active" else None
        if gap is None or not case.source.endswith(f":{gap.due_on}"):
            yield case, "The installment has come." if plan.state != "ended" else "The plan ended."

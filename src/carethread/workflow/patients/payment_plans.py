"""Payment plans: agreed, kept or missed, ended."""

from datetime import date, datetime

from django.db import transaction

from carethread.insight import account as accounts
from carethread.record.models import Client, Organization, PaymentPlan, User
from carethread.record.policies import effective
from carethread.rules.patient_money import Installment, installments, missed, next_due
from carethread.workflow import gather
from carethread.workflow.common.errors import Problem, Refused, refuse
from carethread.workflow.common.locks import lock

_MOST_MONTHS = 60


@transaction.atomic
def agree(
    client: Client, *, monthly: int, first_due: date, user: User, now: datetime
) -> PaymentPlan:
    """Agree with a client on cents a month towards all that they owe now."""
    lock(Client.objects.filter(pk=client.pk))
    today = gather.service_date(client.organization, now)
    owed = sum(one.cents for one in accounts.owed(client))
    problems = []
    if not owed:
        problems.append(Problem("", f"{client} owes nothing."))
    if monthly <= 0:
        problems.append(Problem("monthly", "Say how much is paid each month, in dollars."))
    elif owed > monthly * _MOST_MONTHS:
        words = f"At that rate it takes longer than {_MOST_MONTHS // 12} years. Agree on more."
        problems.append(Problem("monthly", words))
    if first_due < today:
        problems.append(Problem("first_due", "That day is over."))
    if client.plans_to_pay.filter(state="active").exists():
        problems.append(Problem("", "There is a plan already. End it first."))
    if problems:
        raise Refused(*problems)
    return PaymentPlan.objects.create(
        organization_id=client.organization_id,
        client=client,
        agreed_cents=owed,
        monthly_cents=min(monthly, owed),
        agreed_on=today,
        agreed_at=now,
        first_due=first_due,
        user=user,
    )


@transaction.atomic
def end(plan: PaymentPlan, *, user: User, reason: str, now: datetime) -> PaymentPlan:
    """A person ends a plan: what is left is owed at once."""
    if not reason.strip():
        raise refuse("Say why the plan ends.", "reason")
    lock(Client.objects.filter(pk=plan.client_id))
    row = PaymentPlan.objects.get(pk=plan.pk)
    if row.state != "active":
        raise refuse("This plan has ended already.")
    today = gather.service_date(row.organization, now)
    row.state, row.ended_on, row.reason = "ended", today, f"{reason.strip()} ({user})"[:200]
    row.save()
    return row


def run(organization: Organization, *, now: datetime) -> int:
    """End the plans that are paid; how many."""
    today = gather.service_date(organization, now)
    done = 0
    for plan in PaymentPlan.objects.filter(state="active"):
        if next_due(_months(plan), accounts.paid_since(plan)) is None:
            still = PaymentPlan.objects.filter(pk=plan.pk, state="active")  # Nobody has ended it.
            done += still.update(state="paid", ended_on=today, reason="All of it is paid.")
    return done


def missed_by(plan: PaymentPlan, today: date) -> Installment | None:
    """The installment that was due and did not come, once the days of grace are over."""
    grace = effective("plan_grace_days", on=today).value
    return missed(_months(plan), accounts.paid_since(plan), today, grace)


def _months(plan: PaymentPlan) -> list[Installment]:
    return installments(plan.agreed_cents, plan.monthly_cents, plan.first_due)

"""Statements: who is due one, what it would say, and the run that makes them, once in a period."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from carethread import paper
from carethread.insight import account as accounts
from carethread.record.models import (
    Client,
    Organization,
    PatientPayment,
    Statement,
    User,
)
from carethread.record.policies import effective
from carethread.rules.statement import (
    NEUTRAL,
    Plan,
    ReceiptFacts,
    Service,
    StatementFacts,
    receipt,
    statement,
)
from carethread.workflow import gather
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.locks import lock


@dataclass(frozen=True, slots=True)
class Due:
    """A client who is due a statement, what they owe (cents), and when they had the last one."""

    client: Client
    cents: int
    last: Statement | None


def due(organization: Organization, *, now: datetime) -> list[Due]:
    """Clients who owe enough, and had no statement within the policy's days."""
    return _due_of(accounts.clients_who_owe(), organization, now)


def _due_of(clients: "QuerySet[Client]", organization: Organization, now: datetime) -> list[Due]:
    today = gather.service_date(organization, now)
    least = effective("statement_least_cents", on=today).value
    since = today - timedelta(days=effective("statement_every_days", on=today).value)
    newest = Statement.objects.filter(client=OuterRef("pk")).order_by("-number")
    rows = list(clients.annotate(last=Subquery(newest.values("pk")[:1])))
    made = Statement.objects.defer("pdf").in_bulk([row.last for row in rows if row.last])
    found = []
    for client in rows:
        last = made.get(client.last)
        if last is not None and last.made_on > since:
            continue
        cents = sum(one.cents for one in accounts.owed(client))
        if cents >= least:
            found.append(Due(client, cents, last))
    return found


def run(
    organization: Organization, clients: Iterable[int], *, user: User, now: datetime
) -> list[Statement]:
    """Make the statements of these clients, as far as they are due. Twice makes none twice."""
    wanted = accounts.clients_who_owe().filter(pk__in=set(clients))
    made = [_make(one.client, user, now) for one in _due_of(wanted, organization, now)]
    return [row for row in made if row is not None]


@transaction.atomic
def _make(client: Client, user: User, now: datetime) -> Statement | None:
    lock(Client.objects.filter(pk=client.pk))
    still = accounts.clients_who_owe().filter(pk=client.pk)
    if not _due_of(still, client.organization, now):
        return None  # Somebody has made it already.
    facts = facts_of(client, now=now)
    last = client.statements.order_by("-number").values_list("number", flat=True).first() or 0
    return Statement.objects.create(
        organization_id=client.organization_id,
        client=client,
        number=last + 1,
        made_on=facts.made_on,
        due_on=facts.due_on,
        amount_cents=facts.owed,
        pdf=paper.render(statement(facts)),
        user=user,
        made_at=now,
    )


def preview(client: Client, *, now: datetime) -> bytes:
    """The statement as it would be printed now; nothing is kept of it."""
    facts = facts_of(client, now=now)
    if not facts.owed:
        raise refuse(f"{client} owes nothing.")
    return paper.render(statement(facts))


def facts_of(client: Client, *, now: datetime) -> StatementFacts:
    """All that the client's statement says today."""
    today = gather.service_date(client.organization, now)
    seen = accounts.account(client)
    last = seen.statements[0].made_on if seen.statements else date.min
    days = effective("statement_due_days", on=today).value
    return StatementFacts(
        sender=sender(client.organization),
        to=(client.name, client.line1, *_second_line(client), _place(client)),
        account=client.mrn,
        made_on=today,
        due_on=today + timedelta(days=days),
        services=tuple(_service(line) for line in reversed(seen.lines) if line.owed > 0),
        payments=tuple(
            (p.received_on, p.amount_cents)
            for p in reversed(seen.payments)
            if p.voided_at is None and p.received_on >= last
        ),
        unused=seen.open_money,
        plan=_plan(seen),
        phone=phone(client.organization.phone),
    )


def _service(line: accounts.ServiceLine) -> Service:
    return Service(
        day=line.charge.service_date,
        what=_what(line),
        charge=line.billed,
        insurance=line.insurance,
        adjusted=line.adjusted,
        paid=line.patient_paid,
        owed=line.owed,
        insurers=tuple(claim.payer.name for claim in line.claims),
    )


def _what(line: accounts.ServiceLine) -> str:
    program = line.charge.attendance.session.program
    current = line.charge.current
    if program.is_part2 or current is None:
        return NEUTRAL
    known = gather.tables(line.charge.service_date, program).services
    service = known.get(current.service)
    return service.title if service else NEUTRAL


def _plan(seen: accounts.Account) -> Plan | None:
    if seen.plan is None or seen.next_installment is None:
        return None
    following = seen.next_installment
    return Plan(seen.plan.monthly_cents, following.cents, following.due_on)


# -------------------------------------------------------------------------------------- receipt


def print_receipt(payment: PatientPayment) -> bytes:
    """The receipt of a payment, with what it has gone to by now."""
    used = accounts.applications().filter(patient_payment=payment).select_related("charge")
    facts = ReceiptFacts(
        sender=sender(payment.organization),
        number=payment.receipt,
        account=payment.client.mrn,
        name=payment.client.name,
        received_on=payment.received_on,
        cents=payment.amount_cents,
        method=" ".join(filter(None, [payment.get_method_display(), payment.reference])),
        taken_by=str(payment.taken_by),
        visit_on=payment.visit_on,
        used=tuple((row.charge.service_date, row.amount_cents) for row in used if row.charge),
        given_back=sum(row.amount_cents for row in payment.refunds.all()),
        free=payment.open_cents,
        void=payment.void_reason,
    )
    return paper.render(receipt(facts))


# -------------------------------------------------------------------------------------- the paper


def sender(organization: Organization) -> paper.Sender:
    """The center at the head of a letter."""
    lines = (organization.line1, *_second_line(organization), _place(organization))
    contact = (phone(organization.phone),) if organization.phone else ()
    return paper.Sender(organization.name, lines, contact)


def phone(digits: str) -> str:
    """A phone number as one writes it: 518-555-0100."""
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) == 10 else digits


def _second_line(row: Client | Organization) -> tuple[str, ...]:
    return (row.line2,) if row.line2 else ()


def _place(row: Client | Organization) -> str:
    code = row.postal_code
    return f"{row.city}, {row.state} {code[:5]}{'-' + code[5:] if len(code) == 9 else ''}"

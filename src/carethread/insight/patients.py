"""Clients' money in lists: what they gave, what they were given back, and who owes since when."""

from collections import Counter
from datetime import date

from django.db.models import Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncWeek

from carethread.record.models import Charge, Client, PatientPayment, Refund


def payments(first: date | None = None, last: date | None = None) -> "QuerySet[PatientPayment]":
    """What clients gave between these days, newest first; none that is void."""
    rows: QuerySet[PatientPayment] = PatientPayment.objects.filter(
        _between("received_on", first, last), voided_at__isnull=True
    )
    return rows.select_related("client", "taken_by").order_by("-received_on", "-pk")


def refunds(first: date | None = None, last: date | None = None) -> "QuerySet[Refund]":
    """What clients were given back between these days, newest first."""
    rows: QuerySet[Refund] = Refund.objects.filter(
        _between("refunded_on", first, last), payment__isnull=False
    )
    return rows.select_related("client", "user").order_by("-refunded_on", "-pk")


def by_week(first: date, last: date) -> Counter[date]:
    """By Monday, what clients gave less what they were given back, in cents. Two queries."""
    found: Counter[date] = Counter()
    given = payments(first, last).annotate(week=TruncWeek("received_on"))
    back = refunds(first, last).annotate(week=TruncWeek("refunded_on"))
    for rows, sign in ((given, 1), (back, -1)):
        sums = rows.order_by().values_list("week").annotate(cents=Sum("amount_cents"))
        for week, cents in sums:
            found[week] += sign * cents
    return found


def owing() -> "QuerySet[Client]":
    """Clients of whom something stands on a charge's patient side, each with `owes` cents and
    `since`: the day of the oldest service that they owe on, however often its payer answered or a
    statement asked. The oldest first."""
    charges = Charge.objects.filter(client=OuterRef("pk")).order_by().values("client")
    open_ = charges.filter(patient_receivable_cents__gt=0)
    touched = Charge.objects.exclude(patient_receivable_cents=0).values("client")
    return (
        Client.objects.filter(pk__in=touched)
        .annotate(
            owes=Subquery(charges.annotate(c=Sum("patient_receivable_cents")).values("c")),
            since=Subquery(open_.annotate(d=Min("service_date")).values("d")),
        )
        .order_by("since", "last_name", "first_name", "pk")
    )


def _between(field: str, first: date | None, last: date | None) -> Q:
    wanted = {f"{field}__gte": first, f"{field}__lte": last}
    return Q(**{key: day for key, day in wanted.items() if day is not None})

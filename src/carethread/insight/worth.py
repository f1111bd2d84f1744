"""The order of the worklist: money x likelihood x deadline, computed where the cases are."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Case as Choose
from django.db.models import F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Greatest

from carethread.codes import recovery
from carethread.codes.recovery import Likelihood
from carethread.record.models import Case
from carethread.record.policies import Settings


def with_worth(rows: "QuerySet[Case]", today: date) -> "QuerySet[Any]":
    """Each case with its `worth`: cents that may be expected, weighed by how near its deadline
    is; and its `floor`, the cents that it counts for at least, whatever its deadline."""
    tables = dict(_tables(today))
    percent = _figures(tables, lambda one: one.percent, recovery.otherwise().percent)
    floor = _figures(tables, lambda one: one.floor, 0)
    worth = Greatest(F("amount_cents") * _weight(today), F("floor")) * percent / 100
    return rows.annotate(floor=floor).annotate(worth=worth)


def _tables(today: date) -> Iterator[tuple[int | None, Mapping[str, Likelihood]]]:
    """What is said of each root cause: by payers of which something else is said than of the rest,
    then for the rest (None)."""
    settings = Settings(today)
    for payer in (*settings.payers_with("recovery"), None):
        yield payer, settings.tables(today, program_id=None, payer_id=payer).recovery


def _figures(
    tables: Mapping[int | None, Mapping[str, Likelihood]],
    figure: Callable[[Likelihood], int],
    otherwise: int,
) -> Choose:
    """A figure of each case's root cause, its payer's own where that differs."""
    rest = tables[None]
    whens = [
        When(_of(payer, category), then=Value(figure(one)))
        for payer, table in tables.items()
        for category, one in table.items()
        if payer is None or one != rest.get(category)
    ]
    return Choose(*whens, default=Value(otherwise), output_field=IntegerField())


def _of(payer: int | None, category: str) -> Q:
    whose = Q() if payer is None else Q(claim__payer=payer)
    return whose & Q(category=category)


def _weight(today: date) -> Choose:
    passed = Q(due_on__lt=today)
    lost = Q(kind__in=recovery.lost())
    whens = [
        When(passed & lost, then=Value(1)),
        When(passed, then=Value(recovery.past())),
        *(
            When(due_on__lte=today + timedelta(days=one.within), then=Value(one.weight))
            for one in recovery.urgencies(today)
        ),
    ]
    return Choose(*whens, default=Value(1), output_field=IntegerField())

"""The order of the worklist: money x likelihood x deadline, computed where the cases are."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Case as Choose
from django.db.models import F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Greatest

from carethread.codes import recovery
from carethread.record.models import Case


def with_worth(rows: "QuerySet[Case]", today: date) -> "QuerySet[Any]":
    """Each case with its `worth`: cents that may be expected, weighed by how near its deadline
    is."""
    known = recovery.likelihoods(today)
    likely = {one.category: one.percent for one in known}
    percent = _by_category(likely, recovery.otherwise().percent)
    floor = _by_category({one.category: one.floor for one in known if one.floor}, 0)
    worth = Greatest(F("amount_cents"), floor) * percent * _weight(today) / 100
    return rows.annotate(worth=worth)


def _by_category(figures: dict[str, int], otherwise: int) -> Choose:
    whens = [When(category=name, then=Value(figure)) for name, figure in figures.items()]
    return Choose(*whens, default=Value(otherwise), output_field=IntegerField())


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

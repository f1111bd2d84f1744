"""What payers refused, by clinician, by service and by root cause; or of one of these alone.

A denial is a case that posting opened because a payer refused money that is still asked for.
Contractual reductions (CO-45 and its kin) and the patient's share open no such case, so they
are never counted here. Both the clinical and the billing side read these figures.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from carethread.insight import cases as worklist
from carethread.insight.cases import Asked
from carethread.insight.charged import charged_service
from carethread.record.models import Case, CaseKind, LineMatch
from carethread.x12.remittance import REVERSAL

EVERY = Asked(state="")
_SERVICE = "charged"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days: from `first` up to and with `last`; `starts` and `ends` are the moments."""

    first: date
    last: date
    starts: datetime
    ends: datetime

    @classmethod
    def of_days(cls, days: int, midnight: datetime) -> "Period":
        """The last so many days, today (which began at `midnight`) included."""
        starts, ends = midnight - timedelta(days=days - 1), midnight + timedelta(days=1)
        return cls(starts.date(), midnight.date(), starts, ends)


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a breakdown, in cents. `answered` is what payers answered of it, as billed."""

    key: str
    label: str
    count: int
    cents: int
    open_cents: int
    answered: int = 0

    @property
    def rate(self) -> float | None:
        """Refused money in percent of answered money; None where nothing was answered."""
        return 100 * self.cents / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class Denials:
    """A period's denials in three cuts; every cut adds up to `total`."""

    total: Group
    by_clinician: tuple[Group, ...]
    by_service: tuple[Group, ...]
    by_cause: tuple[Group, ...]


def denial_cases(period: Period, asked: Asked = EVERY) -> "QuerySet[Case]":
    """The denials that came in that period, settled or not, each with its `service`."""
    return (
        worklist.narrowed(replace(asked, state="", kind=CaseKind.DENIAL, since=period.starts))
        .filter(opened_at__lt=period.ends)
        .annotate(clinician=F("claim__practitioner"))
    )


def denials(period: Period, asked: Asked = EVERY) -> Denials:
    """Counts and cents of a period's denials, narrowed to a clinician, a service or a cause. Six
    queries."""
    cases = denial_cases(period, asked)
    by_clinician = _answered("claim_line__version__claim__practitioner", period, asked)
    by_service = _answered(_SERVICE, period, asked)
    rows = _sums(cases.annotate(whole=F("kind")), "whole")
    total = [_group(row, "whole", lambda _: "", {}) for row in rows]
    whole = total[0] if total else Group("", "", 0, 0, 0)
    return Denials(
        total=Group("", "", whole.count, whole.cents, whole.open_cents, sum(by_service.values())),
        by_clinician=_groups(
            _sums(
                cases, "clinician", "claim__practitioner__first_name",
                "claim__practitioner__last_name",
            ),
            "clinician", _name, by_clinician,
        ),
        by_service=_groups(_sums(cases, "service"), "service", _key("service"), by_service),
        by_cause=_groups(_sums(cases, "category"), "category", _key("category"), {}),
    )  # fmt: skip


def unsettled_cents() -> int:
    """Refused money that is still asked for, whenever it was refused: what the unsettled denial
    cases are about, sent again or not."""
    asked = replace(EVERY, kind=CaseKind.DENIAL, state=worklist.UNSETTLED)
    found: dict[str, int] = worklist.narrowed(asked).aggregate(cents=Sum("amount_cents", default=0))
    return found["cents"]


def _sums(cases: "QuerySet[Case]", *by: str) -> list[dict[str, Any]]:
    return list(
        cases.order_by()
        .values(*by)
        .annotate(
            n=Count("pk"),
            cents=Sum("amount_cents"),
            open_cents=Sum("amount_cents", filter=~Q(state="closed"), default=0),
        )
    )


def _answered(by: str, period: Period, asked: Asked) -> dict[str, int]:
    """What payers answered in the period, in cents as billed, by that column."""
    wanted = {
        "claim_line__version__claim__practitioner": asked.clinician_id,
        _SERVICE: None if asked.service == worklist.WHOLE else asked.service,
    }
    rows = (
        LineMatch.objects.annotate(charged=charged_service("claim_line__charge_version__"))
        .filter(
            LineMatch.STANDING,
            remitted_line__claim__remittance__paid_on__gte=period.first,
            remitted_line__claim__remittance__paid_on__lte=period.last,
            **{column: value for column, value in wanted.items() if value},
        )
        .exclude(remitted_line__claim__status=REVERSAL)  # which answers nothing anew
        .order_by()
        .values_list(by)
        .annotate(cents=Sum("claim_line__charge_cents"))
    )
    return {str(key): cents for key, cents in rows}


def _groups(
    rows: list[dict[str, Any]],
    key: str,
    label: Callable[[Mapping[str, Any]], str],
    answered: Mapping[str, int],
) -> tuple[Group, ...]:
    groups = (_group(row, key, label, answered) for row in rows)
    return tuple(sorted(groups, key=lambda g: (-g.cents, g.label)))


def _group(
    row: Mapping[str, Any],
    key: str,
    label: Callable[[Mapping[str, Any]], str],
    answered: Mapping[str, int],
) -> Group:
    name = "" if row[key] is None else str(row[key])
    return Group(name, label(row), row["n"], row["cents"], row["open_cents"], answered.get(name, 0))


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['claim__practitioner__first_name']} {row['claim__practitioner__last_name']}"


def _key(column: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: str(row[column] or "")

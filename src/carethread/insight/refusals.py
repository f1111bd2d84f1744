"""What payers refused, and whether it is settled: sent on, written off, or left to the patient."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from carethread.record.models import Case, CaseKind, Claim, Transfer

SETTLED_BY = ("next_payer", "give_up", "to_patient")
"""Sources of the transfers that take a refusal's cents out of DENIED. They stand on the refusal and
name its answer, line and code: whoever takes that answer back takes them back with it."""


def unsettled() -> "QuerySet[Transfer]":
    """Refusals that stand and of which nothing is decided: what DENIED is made of."""
    return _standing().exclude(Exists(_same(_settlements())))


def of_claim(claim: Claim) -> "QuerySet[Transfer]":
    """What this claim's own payer refused, as far as it is unsettled."""
    return unsettled().filter(
        remitted_claim__match__state="matched", remitted_claim__match__version__claim=claim
    )


def of_case(case: Case) -> Transfer | None:
    """The refusal that a case is about, while it is unsettled."""
    return unsettled().filter(pk=_key(case)).first()


def open_cases(charges: Iterable[int]) -> dict[int, Case]:
    """By charge, the case about what a payer refused of it; of several that with most money."""
    refused = unsettled().filter(charge__in=list(charges)).order_by("amount_cents", "pk")
    of = {f"denial:{pk}": charge for pk, charge in refused.values_list("pk", "charge")}
    rows = Case.objects.filter(source__in=of).exclude(state="closed")
    return {
        of[row.source]: row
        for row in rows.select_related("author", "assignee").order_by("amount_cents", "pk")
    }


def lines_of(cases: Iterable[Case]) -> dict[int, tuple[date, str]]:
    """By case the day and the code of the service that was refused; none for a case about something
    else."""
    keys = {case.pk: _key(case) for case in cases}
    rows = Transfer.objects.filter(pk__in=keys.values(), charge__isnull=False)
    known = {
        pk: (day, code)
        for pk, day, code in rows.values_list("pk", "charge__service_date", "charge__current__code")
    }
    return {case: known[key] for case, key in keys.items() if key in known}


def settlement(case: Case) -> Transfer | None:
    """What settled the refusal that a case is about, while both stand."""
    return _settlements().filter(Exists(_same(_standing().filter(pk=_key(case))))).first()


def _key(case: Case) -> int:
    """The id of the refusal that a case was opened for; 0 where it is about something else."""
    return case.subject[1] if case.kind == CaseKind.DENIAL else 0


def _standing() -> "QuerySet[Transfer]":
    return _not_reversed().filter(debit="denied", remitted_claim__isnull=False)


def _settlements() -> "QuerySet[Transfer]":
    return _not_reversed().filter(credit="denied", source__in=SETTLED_BY)


def _not_reversed() -> "QuerySet[Transfer]":
    return Transfer.objects.filter(
        charge__isnull=False, reverses__isnull=True, reversed_by__isnull=True
    )


def _same(rows: "QuerySet[Transfer]") -> "QuerySet[Transfer]":
    """Of these, those of the outer row's refusal. A line has one refusal a code (`rules.post`)."""
    return rows.alias(line=Coalesce(F("remitted_line"), 0)).filter(
        charge=OuterRef("charge"),
        remitted_claim=OuterRef("remitted_claim"),
        code=OuterRef("code"),
        line=Coalesce(OuterRef("remitted_line"), 0),
    )

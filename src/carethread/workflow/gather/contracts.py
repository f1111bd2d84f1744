"""What contracts promise, as the plain values that `rules.expect` takes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import QuerySet

from carethread.codes.contracts import TermKind
from carethread.record.models import ChargeVersion, ContractTerm, Stay
from carethread.rules.expect import Service, Term
from carethread.x12.claim import Claim as WireClaim

Days = dict[int, date]


def terms_of(payers: Iterable[int]) -> dict[int, list[Term]]:
    """What the contracts with these payers promise, by payer; not what was withdrawn."""
    found: dict[int, list[Term]] = defaultdict(list)
    for row in standing_terms().filter(contract__payer__in=set(payers)):
        found[row.contract.payer_id].append(term(row))
    return found


def standing_terms() -> "QuerySet[ContractTerm]":
    """Terms that nobody withdrew, each with its contract."""
    return ContractTerm.objects.filter(withdrawn_at__isnull=True).select_related("contract")


def term(row: ContractTerm) -> Term:
    return Term(
        kind=TermKind(row.kind),
        amount=row.amount_cents,
        share=row.share,
        starts=row.effective_from,
        ends=row.effective_to,
        code=row.code,
        revenue_code=row.revenue_code,
        modifier=row.modifier,
        credential=row.credential,
        place=row.place,
        first_day=row.first_day,
        last_day=row.last_day,
        lesser_of_charge=row.contract.lesser_of_charge,
        sequestration=row.contract.sequestration,
    )


def services(
    claim: WireClaim, credential: str, charged: dict[str, tuple[int, int]], admitted: Days
) -> list[Service]:
    """The lines of a claim as a contract looks at them. `charged` has the charge version and the
    units behind each line, `admitted` the first day of the stay that a charge version is of."""
    found = []
    for line in claim.lines:
        version_id, units = charged[line.control_number]
        first = admitted.get(version_id)
        found.append(
            Service(
                code=line.procedure,
                charge=line.charge,
                day=line.service_from,
                units=units,
                modifiers=line.modifiers,
                credential=credential,
                revenue_code=line.revenue_code,
                place=line.place_of_service or claim.facility_code,
                day_of_stay=(line.service_from - first).days + 1 if first else None,
            )
        )
    return found


def asks_for_days(terms: Iterable[Sequence[Term]]) -> bool:
    """Whether any term is for some days of a stay, or for a stay as a whole."""
    return any(t.days or t.kind is TermKind.CASE for some in terms for t in some)


def admissions(versions: Iterable[int]) -> Days:
    """The first day of the stay, at its level of care, that each charge version is a day of."""
    rows = ChargeVersion.objects.filter(pk__in=set(versions)).values_list(
        "pk", "charge__service_date", "charge__attendance__episode",
        "charge__attendance__episode__admitted_on",
    )  # fmt: skip
    stays: dict[int, list[date]] = defaultdict(list)
    for episode, starts in Stay.objects.filter(
        episode__in={episode for _, _, episode, _ in rows}
    ).values_list("episode", "starts_on"):
        stays[episode].append(starts)
    return {
        version: max((s for s in stays[episode] if s <= day), default=admitted)
        for version, day, episode, admitted in rows
    }

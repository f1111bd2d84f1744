"""What was paid is held against what was promised, and what is missing is followed up.

`run` compares what was posted since (`Match.compared_at` says what was). Lines that one payer pays
short for one code and one cause are one case, however many they are; it closes by itself when the
money comes, or when our own table was wrong.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery

from carethread.codes.roles import Role
from carethread.record.clock import decided_on
from carethread.record.models import (
    Case,
    CaseKind,
    ClaimLine,
    Comparison,
    ContractEvent,
    Match,
    Organization,
    Payer,
    Shortfall,
)
from carethread.rules.clocks import appeal_deadline
from carethread.rules.underpaid import (
    Cause,
    Pattern,
    Seen,
    Verdict,
    pattern,
)
from carethread.rules.words import dollars
from carethread.workflow import gather
from carethread.workflow.casework import history
from carethread.workflow.common.locks import lock
from carethread.workflow.remittances import comparing

_BATCH = 500
_OTHERS = 300  # lines of a code that are looked at beside the short ones


def run(organization: Organization, *, now: datetime) -> int:
    """Compare what was posted since, look again where a contract changed; the cases touched."""
    touched = _undone(organization, now)
    while (done := _round(organization, now)) is not None:
        touched += done
    return touched + _look_again(organization, now)


@transaction.atomic
def _round(organization: Organization, now: datetime) -> int | None:
    """One batch; None where nothing is left."""
    _alone(organization)
    matches = list(_due()[:_BATCH])
    if not matches:
        return None
    Match.objects.filter(pk__in=[m.pk for m in matches]).update(compared_at=now)
    newest = {m.version.claim_id: m for m in matches if m.version and _is_first_payers(m)}
    answers = {m.version_id: m.remitted for m in newest.values() if m.version_id}
    lines = comparing.promised_lines(answers)
    by_line = {line.pk: answers[line.version_id] for line in lines}
    found = comparing.compared(lines, by_line, now)
    return _follow(organization, found, now)


def _alone(organization: Organization) -> None:
    """One worker at a time."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def _due() -> "QuerySet[Match]":
    return (
        Match.objects.filter(state="matched", compared_at__isnull=True)
        .select_related("version__claim", "remitted__remittance")
        .defer("version__content")
        .order_by("pk")
    )


@transaction.atomic
def _undone(organization: Organization, now: datetime) -> int:
    """Postings that a person has undone since they were compared: their short lines are settled,
    and what stands of those claims is compared anew."""
    _alone(organization)
    gone = Match.objects.exclude(state="matched").filter(compared_at__isnull=False)
    claims = Comparison.objects.filter(remitted_claim__match__in=gone).values(
        "claim_line__version__claim"
    )
    Match.objects.filter(state="matched", version__claim__in=claims).update(compared_at=None)
    gone.update(compared_at=None)
    answer = "comparison__remitted_claim__match"
    stands = {f"{answer}__state": "matched",
              f"{answer}__version__claim": F("comparison__claim_line__version__claim")}  # fmt: skip
    stale = Shortfall.objects.filter(settled_at__isnull=True).exclude(**stands)
    charges = list(stale.values_list("charge", flat=True))
    _hold_cases(charges)
    rows = list(_live(charges).values())
    for row in rows:
        row.state, row.short_cents, row.settled_at = "taken_back", 0, now
        row.save()
    cases = Case.objects.filter(pk__in={row.case_id for row in rows}).exclude(state="closed")
    for case in cases.order_by("pk"):
        _refresh(case, now)
    return len(rows)


def _is_first_payers(match: Match) -> bool:
    return match.remitted.status not in comparing.LATER_PAYERS


# ------------------------------------------------------------------------------ following up


def _follow(
    organization: Organization, found: Sequence[Comparison], now: datetime, ours: bool = False
) -> int:
    """What the comparisons open, change and settle; the number of cases touched. `ours`: they come
    of a contract that was corrected, and no money has come."""
    charges = {row.charge_id for row in found}
    short = [row for row in found if row.verdict == Verdict.SHORT]
    _hold_cases(charges, {_key(row) for row in short})
    live, accepted = _live(charges), _accepted(charges)
    new = [
        row for row in short
        if row.charge_id not in live and row.short_cents > accepted.get(row.charge_id, 0)
    ]  # fmt: skip
    cases = _cases_for(organization, new, now)
    touched = {row.case_id for row in live.values()} | {case.pk for case in cases.values()}
    came = Counter[tuple[int, str]]()
    for row in found:
        standing = live.get(row.charge_id)
        if standing is not None:
            before = standing.recovered_cents
            _settle(standing, row, now, ours)
            trace = row.remitted_claim.remittance.trace
            came[standing.case_id, trace] += standing.recovered_cents - before
    Shortfall.objects.bulk_create(_shortfall(row, cases[_key(row)], now) for row in new)
    for case in Case.objects.filter(pk__in=touched).order_by("pk"):
        for (whose, trace), cents in came.items():
            if whose == case.pk and cents:
                history.told(case, f"{dollars(cents)} came with check {trace}.", now).save()
        _refresh(case, now)
    return len(touched)


Key = tuple[int, str, str]


def _key(row: Comparison) -> Key:
    """What makes lines one pattern: payer, code, cause."""
    line = row.claim_line
    return line.version.claim.payer_id, line.code or line.revenue_code, row.cause


def _source(key: Key) -> str:
    """How the sources of a pattern's cases begin."""
    return "underpaid:{}:{}:{}:".format(*key)


def _hold_cases(charges: Iterable[int], keys: Iterable[Key] = ()) -> None:
    """Lock the open cases of these charges' short lines, and those of these patterns."""
    standing = Shortfall.objects.filter(charge__in=set(charges), settled_at__isnull=True)
    theirs = Q(pk__in=standing.values("case"))
    for key in keys:
        theirs |= Q(source__startswith=_source(key))
    rows = Case.objects.filter(theirs).exclude(state="closed")
    lock(Case.objects.filter(pk__in=list(rows.values_list("pk", flat=True))))


def _cases_for(
    organization: Organization, short: Sequence[Comparison], now: datetime
) -> dict[Key, Case]:
    """The open (locked) case of each pattern; a new one where there is none."""
    found = {}
    for key in sorted({_key(row) for row in short}):
        rows = Case.objects.filter(source__startswith=_source(key))
        found[key] = rows.exclude(state="closed").first() or Case.objects.create(
            organization=organization,
            kind=CaseKind.UNDERPAYMENT,
            source=f"{_source(key)}{rows.count() + 1}",
            category=f"underpaid_{key[2]}",
            owner_role=Role.BILLER.value,
            title="Paid short",
            opened_at=now,
        )
    return found


def _live(charges: Iterable[int]) -> dict[int, Shortfall]:
    """Shortfalls that are not settled, by charge."""
    rows = Shortfall.objects.filter(charge__in=set(charges), settled_at__isnull=True)
    return {row.charge_id: row for row in rows.order_by("pk")}


def _accepted(charges: Iterable[int]) -> dict[int, int]:
    """By charge, the cents up to which a person has accepted less: another answer that is as short
    asks nothing anew."""
    rows = Shortfall.objects.filter(charge__in=set(charges), state="accepted")
    return dict(rows.order_by("short_cents").values_list("charge", "short_cents"))


def _shortfall(row: Comparison, case: Case, now: datetime) -> Shortfall:
    paid_on = decided_on(row.remitted_claim.remittance)
    payer = row.claim_line.version.claim.payer
    return Shortfall(
        organization_id=row.organization_id,
        case=case,
        charge_id=row.charge_id,
        comparison=row,
        first_cents=row.short_cents,
        short_cents=row.short_cents,
        appeal_by=appeal_deadline(paid_on, payer.kind),
        opened_at=now,
        looked_at=now,
    )


_SETTLED_AS = {
    Verdict.PROMISED: "recovered",
    Verdict.OVER: "recovered",
    Verdict.REFUSED: "taken_back",
    Verdict.TAKEN_BACK: "taken_back",
}


def _settle(row: Shortfall, found: Comparison, now: datetime, ours: bool) -> None:
    """What a later answer, or a corrected contract, makes of a short line."""
    row.comparison, row.looked_at = found, now
    if found.verdict == Verdict.SHORT:
        if ours:
            row.first_cents = found.short_cents + row.recovered_cents
        else:
            row.first_cents = max(row.first_cents, found.short_cents)
            row.recovered_cents = row.first_cents - found.short_cents
        row.short_cents = found.short_cents
    else:
        row.state = "ours" if ours else _SETTLED_AS[Verdict(found.verdict)]
        if row.state == "recovered":
            row.recovered_cents = row.first_cents - max(0, found.short_cents)
        row.short_cents, row.settled_at = 0, now
    row.save()


# ------------------------------------------------------------------------------ the case


def _refresh(case: Case, now: datetime) -> None:
    """The case says what its lines show together; with none left it closes."""
    rows = list(
        case.shortfalls.select_related(
            "comparison__remitted_claim__remittance",
            "comparison__claim_line__version__claim__payer",
            "comparison__claim_line__version__claim__practitioner",
        )
        .defer("comparison__claim_line__version__content")
        .order_by("pk")
    )
    live = [row for row in rows if row.settled_at is None]
    if not live:
        history.close_as(case, _how(rows), now)
        return
    told = _pattern(live)
    is_new, category = not case.cure, f"underpaid_{told.cause.value}"
    if not is_new and case.category != category:
        history.told(case, f"Seen anew: {told.words}", now).save()
    case.title, case.cure = told.words[:300], told.cure
    case.category = category
    case.amount_cents = sum(row.short_cents for row in live)
    undisputed = [row.appeal_by for row in live if row.dispute_id is None]
    if undisputed:
        case.state, case.due_on, case.waits_until = "open", min(undisputed), None
    only = live[0].comparison if len(live) == 1 else None
    case.claim = only.claim_line.version.claim if only else None
    case.remitted_claim = only.remitted_claim if only else None
    case.save()
    if is_new:
        history.told(case, f"Opened: {case.title}", now).save()


def _pattern(live: Sequence[Shortfall]) -> Pattern:
    first = live[0].comparison
    payer, code = first.claim_line.version.claim.payer, _key(first)[1]
    short = [_seen(row.comparison) for row in live]
    cause = Cause(first.cause)
    if cause is not Cause.RATE:
        return pattern(payer.name, code, cause, short, ())
    terms = gather.terms_of([payer.pk]).get(payer.pk, ())
    return pattern(payer.name, code, cause, short, _others(payer, code, live), terms)


def _seen(row: Comparison) -> Seen:
    line = row.claim_line
    return Seen(
        on=line.service_date,
        promised=row.expected_cents,
        allowed=row.allowed_cents,
        units=max(1, line.units),
        short=row.short_cents,
        verdict=Verdict(row.verdict),
        credential=line.version.claim.practitioner.credential,
        modifiers=tuple(line.modifiers),
    )


def _others(payer: Payer, code: str, live: Sequence[Shortfall]) -> list[Seen]:
    """How the code's other lines came out since the first short one."""
    since = min(row.comparison.claim_line.service_date for row in live)
    rows = (
        Comparison.objects.filter(
            Q(claim_line__code=code) | Q(claim_line__code="", claim_line__revenue_code=code),
            claim_line__version__claim__payer=payer,
            claim_line__service_date__gte=since,
            verdict__in=["promised", "over", "short"],
        )
        .exclude(charge__in=[row.charge_id for row in live])
        .select_related("claim_line__version__claim__practitioner")
        .defer("claim_line__version__content")
        .order_by("-pk")[:_OTHERS]
    )
    newest: dict[int, Comparison] = {}
    for row in rows:
        newest.setdefault(row.charge_id, row)
    return [_seen(row) for row in newest.values()]


def _how(rows: Sequence[Shortfall]) -> str:
    """How the lines of a case were settled, in words."""
    by_state: dict[str, list[Shortfall]] = defaultdict(list)
    for row in rows:
        by_state[row.state].append(row)
    first = sum(row.first_cents for row in rows)
    recovered = sum(row.recovered_cents for row in rows)
    parts = []
    if recovered:
        traces = {row.comparison.remitted_claim.remittance.trace for row in by_state["recovered"]}
        by = f" with check {', '.join(sorted(traces)[:3])}" if traces else ""
        parts.append(f"Recovered {dollars(recovered)} of {dollars(first)}{by}.")
    for state, words in (
        ("accepted", "accepted"), ("ours", "short by our own table, which was wrong"),
        ("taken_back", "taken back or refused since"),
    ):  # fmt: skip
        if number := len(by_state[state]):
            parts.append(f"{number} line{'s' if number > 1 else ''} {words}.")
    return " ".join(parts)


# ------------------------------------------------------------------------------ contracts change


@transaction.atomic
def _look_again(organization: Organization, now: datetime) -> int:
    """Short lines whose payer's contract has changed since: are they still short?"""
    _alone(organization)
    changed = (
        ContractEvent.objects.filter(
            contract__payer=OuterRef("comparison__claim_line__version__claim__payer")
        )
        .order_by()
        .values("contract__payer")
        .annotate(at=Max("at"))
        .values("at")
    )
    rows = list(
        Shortfall.objects.filter(settled_at__isnull=True)
        .annotate(changed_at=Subquery(changed))
        .filter(changed_at__gt=F("looked_at"))
        .select_related("comparison__remitted_claim")
        .order_by("pk")
    )
    if not rows:
        return 0
    Shortfall.objects.filter(pk__in=[row.pk for row in rows]).update(looked_at=now)
    lines = list(
        ClaimLine.objects.filter(pk__in=[row.comparison.claim_line_id for row in rows])
        .select_related("version__claim__payer", "version__claim__practitioner", "charge_version")
        .order_by("pk")
    )
    promised = comparing.promised_today(lines)
    before = {row.comparison.claim_line_id: row.comparison for row in rows}
    other = [x for x in lines if promised[x.pk].amount != before[x.pk].expected_cents]
    answers = {pk: row.remitted_claim for pk, row in before.items()}
    found = comparing.compared(other, answers, now, promised)
    return _follow(organization, found, now, ours=True)

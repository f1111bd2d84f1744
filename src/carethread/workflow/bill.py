"""Charges become claims, and claims wait here until nothing speaks against their leaving.

A waiting claim is computed anew at every look; a person never edits it. `run` groups charges
that have no claim, brings back claims whose record has changed since they left, and looks at
everything that waits.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from carethread.record.compiled import compiled
from carethread.record.models import (
    Charge,
    Claim,
    ClaimEvent,
    ClaimFinding,
    ClaimState,
    Organization,
    Recheck,
    User,
)
from carethread.record.policies import effective
from carethread.record.statements import insert, update
from carethread.rules import institutional
from carethread.rules.assemble import group
from carethread.rules.clocks import grace_ends
from carethread.rules.compute import compute as rules_compute
from carethread.rules.facts import Billable, BillableCharge
from carethread.rules.finding import Finding
from carethread.rules.identity import claim_number
from carethread.rules.scrub import ScrubContext, scrub
from carethread.workflow import gather
from carethread.workflow.claims import late, recheck
from carethread.workflow.common import numbers, wire_format
from carethread.workflow.common.locks import lock
from carethread.x12.claim import Claim as WireClaim

WAITING = (ClaimState.HELD, ClaimState.READY)
# States from which a claim comes back by itself when its record has changed since it left.
REFUSED = (ClaimState.REJECTED, ClaimState.DENIED, ClaimState.PARTIAL)
# States in which nobody knows yet whether the payer has it: a correction would race the original.
_ON_ITS_WAY = (ClaimState.QUEUED, ClaimState.SENT, ClaimState.RECEIVED)
_BATCH = 200


# -------------------------------------------------------------------------------------- due


def due_charges() -> "QuerySet[Charge]":
    """Signed services without a claim."""
    return Charge.objects.filter(claim__isnull=True, state="live", current__coverage__isnull=False)


def due_corrections() -> "QuerySet[Claim]":
    """Claims that left and may have to be corrected: something that they rest on has changed since
    (`recheck`), or the payer refused and the record may say something else by now (unless the next
    payer is asked instead)."""
    refused = Claim.objects.filter(
        ~Q(Exists(gather.refused_and_handed_on(OuterRef("pk")))), state__in=REFUSED
    )
    asked = Recheck.objects.values("claim").union(refused.values("pk"))
    rows: QuerySet[Claim] = Claim.objects.filter(pk__in=asked, current__isnull=False)
    return rows.exclude(state__in=[*WAITING, *_ON_ITS_WAY, ClaimState.CLOSED])


def due_looks() -> "QuerySet[Claim]":
    """Claims that wait. In no order: asked for one, SQLite reads every claim in it."""
    return Claim.objects.filter(state__in=WAITING)


def run(organization: Organization, *, now: datetime) -> int:
    """Do all that is due for one organization; the number of claims made or brought back."""
    made = gather_charges(organization, now=now)
    back = bring_back(now=now)
    look_at(sorted(due_looks(), key=attrgetter("pk")), organization, now=now)
    return made + back


# -------------------------------------------------------------------------------------- making


@transaction.atomic
def gather_charges(organization: Organization, *, now: datetime) -> int:
    """Give every charge without a claim its claim; days of a program once their statement period
    is over or the client has left; an add-on that of its base. The number of claims made or added
    to."""
    lock(late.claims_that_may_be_joined())
    ids = lock(Charge.objects.filter(claim__isnull=True, state="live"))
    due = due_charges().filter(pk__in=ids).values_list("pk", flat=True)
    rows = gather.with_all_parts(charges=list(due))
    by_id = {row.pk: row for row in rows}
    today = gather.service_date(organization, now)
    professional = group([gather.billable_charge(r) for r in rows if _form(r) == "P"])
    groups = [[by_id[c.charge_id] for c in charges] for charges in professional]
    statements = _statements([r for r in rows if _form(r) == "I"], today)
    groups += statements
    added = [charges for charges in groups if _add_to_claim(charges, now)]
    groups = [charges for charges in groups if charges not in added]
    sequences = numbers.take(organization, "claim", len(groups)) if groups else range(0)
    for sequence, charges in zip(sequences, groups, strict=True):
        _make(sequence, charges, now)
    return len(groups) + len(added)


def _form(charge: Charge) -> str:
    return charge.current.form if charge.current else "P"


def _statements(rows: Sequence[Charge], today: date) -> list[list[Charge]]:
    """Days that go on one institutional claim each, as far as nothing more can come."""
    by_id = {row.pk: row for row in rows}
    by_cycle: dict[institutional.Cycle, list[BillableCharge]] = defaultdict(list)
    for row in rows:
        by_cycle[gather.cycle(row, row.service_date)].append(gather.billable_charge(row))
    found = []
    for cycle, charges in by_cycle.items():
        for together in institutional.group(charges, cycle):
            first = by_id[together[0].charge_id]
            days = institutional.period(first.service_date, cycle)
            if institutional.is_ripe(days, gather.stay_facts(first.attendance.episode), today):
                found.append([by_id[c.charge_id] for c in together])
    return found


def _add_to_claim(charges: Sequence[Charge], now: datetime) -> bool:
    """Late days go on the claim that their period has already, a late add-on on that of its base,
    which then says something else and leaves again as a replacement. False where there is no such
    claim."""
    claim = late.claim_of(charges)
    if claim is None:
        return False
    Charge.objects.filter(pk__in=[charge.pk for charge in charges]).update(claim=claim)
    claim.service_from = min(claim.service_from, *(c.service_date for c in charges))
    claim.service_to = max(claim.service_to, *(c.service_date for c in charges))
    claim.save(update_fields=["service_from", "service_to"])
    record_event(claim, claim.state, claim.state, "Late services were added.", now=now)
    recheck.of([claim])
    return True


def _make(sequence: int, charges: Sequence[Charge], now: datetime) -> Claim:
    first = charges[0]
    assert first.current is not None
    coverage = first.current.coverage
    assert coverage is not None
    claim = Claim.objects.create(
        organization=first.organization,
        sequence=sequence,
        form=first.current.form,
        episode=first.attendance.episode if first.current.form == "I" else None,
        client=first.client,
        coverage=coverage,
        payer=coverage.payer,
        practitioner=first.practitioner,
        service_from=min(charge.service_date for charge in charges),
        service_to=max(charge.service_date for charge in charges),
        state=ClaimState.HELD,
        state_since=now,
        charge_cents=_total(charges),
    )
    Charge.objects.filter(pk__in=[charge.pk for charge in charges]).update(claim=claim)
    record_event(claim, "", ClaimState.HELD, "Made from signed charges.", now=now)
    return claim


def _total(charges: Iterable[Charge]) -> int:
    return sum(charge.current.amount_cents for charge in charges if charge.current)


# -------------------------------------------------------------------------------------- correcting


def bring_back(*, now: datetime) -> int:
    """Bring back each claim that would say something else today than when it left, and each that
    was closed and has something to bill again."""
    reopened = _reopen(now)
    due = sorted(due_corrections().values_list("pk", flat=True))
    return reopened + sum(_compare(due[at : at + _BATCH], now) for at in range(0, len(due), _BATCH))


@transaction.atomic
def _reopen(now: datetime) -> int:
    """Closed claims with a service that is billable again and of which no later payer is asked."""
    marks = Recheck.objects.filter(claim__state=ClaimState.CLOSED)
    marked = dict(marks.values_list("pk", "claim"))
    held = lock(Claim.objects.filter(pk__in=set(marked.values()), state=ClaimState.CLOSED))
    owed = Charge.objects.filter(state="live", payer_receivable_cents__gt=0).values("claim")
    later = Claim.objects.filter(after=OuterRef("pk"))
    rows = Claim.objects.filter(pk__in=held).filter(~Exists(later), pk__in=owed)
    back = list(rows.select_related("current").order_by("pk"))
    for claim in back:
        if _is_void(claim):
            claim.payer_control_number = ""  # The payer has none of it any more.
            claim.save(update_fields=["payer_control_number"])
        move(claim, ClaimState.HELD, "A service on it is billable again.", now=now)
    Recheck.objects.filter(pk__in=marked).delete()
    return len(back)


@transaction.atomic
def _compare(ids: Sequence[int], now: datetime) -> int:
    """Hold these claims against the record; how many come back."""
    # Marks are read first: one that comes while the record is read stays for the next time.
    marks = set(Recheck.objects.filter(claim__in=ids).values_list("pk", flat=True))
    held = lock(Claim.objects.filter(pk__in=ids))
    claims = list(
        due_corrections()
        .filter(pk__in=held)
        .select_related("current", "coverage__payer", "client")
        .order_by("pk")
    )
    charges, stays = gather.charges_by_claim(claims), gather.stays_of(claims)
    told = gather.told(claims, charges)
    compared, back = set(), 0
    for claim in claims:
        left, around = charges.get(claim.pk, []), told.get(claim.pk, gather.NOTHING_TOLD)
        if claim.after_id and around.earlier is None:
            continue  # The earlier payer took its answer back, and is to answer anew.
        if left and _is_void(claim) and claim.state == ClaimState.ACCEPTED:
            continue  # Billable again, but the void is still to be answered (`_reopen`).
        compared.add(claim.pk)
        if not left and claim.state in (ClaimState.REJECTED, ClaimState.DENIED):
            move(claim, ClaimState.CLOSED, "Refused, and nothing is left to bill on it.", now=now)
        elif _says_something_else(
            claim, gather.billable(left, stays, around.others) if left else None
        ):
            move(claim, ClaimState.HELD, "The record has changed since it was sent.", now=now)
            back += 1
    Recheck.objects.filter(pk__in=marks, claim__in=compared).delete()
    return back


def _says_something_else(claim: Claim, billable: Billable | None) -> bool:
    """`billable` is what the claim would be made of today; nothing: it is to be voided."""
    assert claim.current is not None
    if billable is None:
        return not _is_void(claim)
    if _is_void(claim):
        return True
    today = compute(claim, billable)
    as_sent = wire_format.claim_from_json(claim.current.content)
    if claim.state not in REFUSED:
        # Signed anew but billed the same: nobody has to hear of it.
        today, as_sent = _without_line_numbers(today), _without_line_numbers(as_sent)
    return _substance(today) != _substance(as_sent)


def _is_void(claim: Claim) -> bool:
    """Whether what left last took the claim back."""
    return claim.current is not None and claim.current.frequency == "8"


def _substance(claim: WireClaim) -> WireClaim:
    """What a claim says, without what differs from version to version anyway, and without the
    policies that only pay after it."""
    spoken = tuple(other for other in claim.other_payers if other.amounts)
    return replace(claim, claim_id="", frequency="", original_reference="", other_payers=spoken)


def _without_line_numbers(claim: WireClaim) -> WireClaim:
    return replace(claim, lines=tuple(replace(x, control_number="") for x in claim.lines))


# -------------------------------------------------------------------------------------- computing


@dataclass(frozen=True, slots=True)
class Prepared:
    """A waiting claim with what it says now, what that is compared with, and the charge version
    and units behind each of its lines (by line control number)."""

    row: Claim
    wire: WireClaim
    context: ScrubContext
    charged: dict[str, tuple[int, int]]


def prepared(claims: Sequence[Claim], organization: Organization, now: datetime) -> list[Prepared]:
    """Each waiting claim as the record has it now. A claim that left and has no charge any more
    is a void of what left; one that never left and has none is left out."""
    by_claim = gather.charges_by_claim(claims)
    filled = [claim for claim in claims if by_claim.get(claim.pk)]
    today = gather.service_date(organization, now)
    found = gather.contexts([by_claim[claim.pk] for claim in filled], today=today)
    stays, told = gather.stays_of(filled), gather.told(filled, by_claim)
    around = [told.get(claim.pk, gather.NOTHING_TOLD) for claim in filled]
    return [
        *(
            _prepared(
                claim,
                gather.billable(by_claim[claim.pk], stays, one.others),
                replace(context, earlier=one.earlier),
            )
            for claim, context, one in zip(filled, found, around, strict=True)
        ),
        *(_void(claim, today) for claim in claims if claim not in filled and claim.current),
    ]


def _prepared(claim: Claim, billable: Billable, context: ScrubContext) -> Prepared:
    charged = {c.control_number: (c.version_id, c.units) for c in billable.charges}
    return Prepared(claim, compute(claim, billable), context, charged)


def _void(claim: Claim, today: date) -> Prepared:
    """The claim that takes back what left (frequency 8), for charges that are no more."""
    assert claim.current is not None
    wire = replace(
        wire_format.claim_from_json(claim.current.content),
        claim_id=next_number(claim),
        frequency="8",
        original_reference=claim.payer_control_number,
    )
    lines = claim.current.lines.all()
    charged = {line.control_number: (line.charge_version_id, line.units) for line in lines}
    context = ScrubContext(today=today, payer_control_number=claim.payer_control_number)
    return Prepared(claim, wire, context, charged)


def compute(claim: Claim, billable: Billable) -> WireClaim:
    """The claim as the record has it now, with the number and frequency of its next version."""
    return rules_compute(
        billable,
        claim_id=next_number(claim),
        frequency=frequency(claim),
        original_reference=claim.payer_control_number if claim.current else "",
    )


def next_number(claim: Claim) -> str:
    """CLM01 of the version that would leave next."""
    return claim_number(claim.sequence, claim.next_version)


def frequency(claim: Claim) -> str:
    """1 for what no payer has taken in, or has voided since; 7 replaces what one has. Without the
    payer's own number a replacement is stopped (FREQ78_NEEDS_F8), never sent as another
    original."""
    if claim.current is None:
        return "1"
    nobody_has_it = _is_void(claim) or _was_rejected(claim)
    return "1" if not claim.payer_control_number and nobody_has_it else "7"


def _was_rejected(claim: Claim) -> bool:
    """The version that left was refused before adjudication: no payer holds it."""
    assert claim.current is not None
    return bool(_rejections(claim=claim.pk, since=claim.current.made_at))


@compiled
def _rejections(claim: int, since: datetime) -> "QuerySet[ClaimEvent, Any]":
    rows = ClaimEvent.objects.filter(claim=claim, state_to=ClaimState.REJECTED, at__gte=since)
    return rows.values_list("pk")


# -------------------------------------------------------------------------------------- looking


def look(claim: Claim, *, now: datetime) -> Sequence[Finding]:
    """Look at one waiting claim now; what speaks against its leaving."""
    return look_at([claim], claim.organization, now=now).get(claim.pk, ())


def look_at(
    claims: Sequence[Claim], organization: Organization, *, now: datetime
) -> dict[int, tuple[Finding, ...]]:
    """Scrub waiting claims and set each to held or ready. Findings by claim id."""
    found: dict[int, tuple[Finding, ...]] = {}
    for start in range(0, len(claims), _BATCH):
        ids = [claim.pk for claim in claims[start : start + _BATCH]]
        with transaction.atomic():
            locked = list(lock_waiting(ids))
            late.let_go_of_other_authorizations(locked)
            looked_at = prepared(locked, organization, now)
            for one in looked_at:
                found[one.row.pk] = scrub(one.wire, one.context)
                _settle(one.row, found[one.row.pk], one.wire.charge, now)
            for claim in locked:
                if claim.pk not in found:
                    claim.findings.all().delete()
                    move(claim, ClaimState.CLOSED, "Nothing is left to bill on it.", now=now)
    return found


def hold_waiting_of(client_id: int) -> list[Claim]:
    """The client's claims that wait: held by whoever is about to change what they rest on, before
    the client is (docs/locking.md)."""
    held = lock(Claim.objects.filter(client=client_id, state__in=WAITING))
    return list(Claim.objects.filter(pk__in=held).order_by("pk"))


def lock_waiting(ids: Sequence[int]) -> "QuerySet[Claim]":
    """These claims, as far as they still wait, locked in the order of their ids."""
    return (
        Claim.objects.filter(pk__in=lock(Claim.objects.filter(pk__in=ids, state__in=WAITING)))
        .select_related(
            "current", "payer", "coverage__payer", "practitioner", "client", "organization"
        )
        .prefetch_related("findings")
        .order_by("pk")
    )


def _settle(claim: Claim, findings: Sequence[Finding], cents: int, now: datetime) -> None:
    """Write down what the look found, where it differs from the last look."""
    _replace_findings(claim, findings)
    if claim.charge_cents != cents:
        claim.charge_cents = cents
        claim.save(update_fields=["charge_cents"])
    stops = [finding for finding in findings if finding.stops]
    if stops or claim.stopped_reason:
        if claim.state != ClaimState.HELD:
            words = stops[0].message if stops else claim.stopped_reason
            move(claim, ClaimState.HELD, words, now=now)
    elif claim.state != ClaimState.READY:
        minutes = effective(
            "grace_minutes",
            on=gather.service_date(claim.organization, now),
            payer_id=claim.payer_id,
        ).value
        claim.ready_at = grace_ends(now, minutes)
        move(claim, ClaimState.READY, "Nothing speaks against it.", now=now)


def _replace_findings(claim: Claim, findings: Sequence[Finding]) -> None:
    rows = [
        ClaimFinding(
            organization_id=claim.organization_id,
            claim=claim,
            rule=finding.rule,
            severity=finding.severity.value,
            owner=finding.owner.value,
            message=finding.message[:500],
            fix_kind=finding.fix.kind if finding.fix else "",
            fix_id=finding.fix.id if finding.fix else None,
        )
        for finding in findings
    ]
    known = {
        (f.rule, f.severity, f.owner, f.message, f.fix_kind, f.fix_id) for f in claim.findings.all()
    }
    fresh = {(f.rule, f.severity, f.owner, f.message, f.fix_kind, f.fix_id) for f in rows}
    if known != fresh:
        claim.findings.all().delete()
        ClaimFinding.objects.bulk_create(rows)


# -------------------------------------------------------------------------------------- history


def move(
    claim: Claim,
    state: str,
    words: str,
    *,
    now: datetime,
    user: User | None = None,
    file_id: int | None = None,
) -> None:
    """Bring a (locked) claim into a state, and write its history. Saves the whole row."""
    before, claim.state = claim.state, ClaimState(state)
    if before != state:
        claim.state_since = now
    update(claim)
    record_event(claim, before, state, words, now=now, user=user, file_id=file_id)


def record_event(
    claim: Claim,
    before: str,
    after: str,
    words: str,
    *,
    now: datetime,
    user: User | None = None,
    file_id: int | None = None,
) -> None:
    insert(
        ClaimEvent(
            organization_id=claim.organization_id,
            claim=claim,
            state_from=before,
            state_to=after,
            words=words[:500],
            user=user,
            file_id=file_id,
            at=now,
        )
    )

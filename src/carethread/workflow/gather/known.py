"""What the record knows of a claim besides its chart: contract, policies, loaded CMS tables, the
center's own rules and what a claim skips. Reads in bulk; what no charge asks for is not read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, QuerySet, Value

from carethread.codes.contracts import TermKind
from carethread.codes.edits import Edit
from carethread.codes.levels import family_of, focus
from carethread.codes.limits import Limit, otp
from carethread.record.compiled import compiled
from carethread.record.models import (
    Attendance,
    Charge,
    ClaimLine,
    Contract,
    ContractTerm,
    Coverage,
    LoadedRow,
    NoteVersion,
    RuleSkip,
    ScrubRule,
)
from carethread.rules import group_note
from carethread.rules.expect import Term
from carethread.rules.facts import (
    BilledLine,
    OtherPolicy,
    OwnRule,
    OwnRules,
    ProgramFacts,
    UnitEdit,
)
from carethread.rules.identity import line_number
from carethread.rules.scrub import ChartLine, ScrubContext
from carethread.rules.scrub.registry import NEVER_OFF

_CMS = "CMS does not pay the two together"
_WEEKLY = ("IOP", "PHP")
_STANDING = ("queued", "sent", "received", "accepted", "paid", "partial", "denied")


def more_known(
    groups: Sequence[Sequence[Charge]], contexts: Sequence[ScrubContext], today: date
) -> list[ScrubContext]:
    """Each claim's context with everything that is read here."""
    charges = [charge for group in groups for charge in group]
    if not charges:
        return list(contexts)
    around = _Around(charges, today, {x for c in contexts for x in c.tables.limits})
    return [
        _enriched(group, context, around) for group, context in zip(groups, contexts, strict=True)
    ]


def _enriched(charges: Sequence[Charge], context: ScrubContext, around: "_Around") -> ScrubContext:
    first = charges[0]
    payer_id = context.payer_id or 0
    level = _level(first)
    mine = {charge.pk for charge in charges}
    codes = {c.current.code for c in charges if c.current}
    return replace(
        context,
        lines=_lines(charges, context.lines, around),
        program=ProgramFacts(level, first.attendance.session.site.place_of_service, focus(level)),
        payer_kind=_payer_kind(first),
        other_policies=tuple(
            p for p in around.policies.get(first.client_id, ()) if p.id != _coverage_id(first)
        )
        if _payer_kind(first) == "medicaid"
        else None,
        rates=around.rates.get(payer_id),
        program_minutes=around.minutes.get(first.client_id),
        billed=tuple(
            dict.fromkeys(
                (
                    *(context.billed or ()),
                    *(b for pk, b in around.earlier.get(first.client_id, ()) if pk not in mine),
                )
            )
        ),
        unit_edits={c: e for c, e in around.unit_edits.items() if c in codes} or None,
        pair_edits=around.pair_edits or None,
        own=own_rules(around.rules, payer_id, around.today, around.skips.get(first.claim_id or 0)),
    )


def _lines(
    charges: Sequence[Charge], known: Mapping[str, ChartLine], around: "_Around"
) -> dict[str, ChartLine]:
    return {
        number: replace(
            known[number],
            attended=charge.attendance.status == "present",
            group_size=around.sizes.get(charge.attendance.session_id),
            individual_part=_individual_part(charge),
            author_npi=charge.current.note_version.author.npi if charge.current else None,
        )
        for charge in charges
        if (number := line_number(charge.current_id or 0)) in known
    }


def _individual_part(charge: Charge) -> bool | None:
    """Whether a group note says something of this client alone; None of any other session."""
    if charge.attendance.session.kind != "group" or charge.current is None:
        return None
    return group_note.individual(charge.current.note_version.content)


def _level(charge: Charge) -> str:
    own = charge.current.level_of_care if charge.current else ""
    return own or charge.attendance.episode.program.level_of_care


def _payer_kind(charge: Charge) -> str:
    coverage = charge.current.coverage if charge.current else None
    return coverage.payer.kind if coverage else ""


def _coverage_id(charge: Charge) -> int | None:
    return charge.current.coverage_id if charge.current else None


# ------------------------------------------------------------------------------- read once


@dataclass(slots=True)
class _Around:
    """What is read for a set of charges, each table once and only where a charge asks for it."""

    charges: Sequence[Charge]
    today: date
    limits: set[Limit]
    rules: list[ScrubRule] = field(init=False)
    rates: dict[int, tuple[Term, ...]] = field(init=False)
    unit_edits: dict[str, UnitEdit] = field(init=False)
    pair_edits: dict[frozenset[str], tuple[Edit, ...]] = field(init=False)
    skips: dict[int, frozenset[str]] = field(init=False)
    policies: dict[int, list[OtherPolicy]] = field(init=False)
    sizes: dict[int, int] = field(init=False)
    minutes: dict[int, dict[date, int]] = field(init=False)
    earlier: dict[int, list[tuple[int, BilledLine]]] = field(init=False)

    def __post_init__(self) -> None:
        codes = {c.current.code for c in self.charges if c.current}
        self.rules = latest_rules()
        self.rates, (self.unit_edits, self.pair_edits) = _priced(self.charges, codes)
        self.skips = skips({c.claim_id for c in self.charges if c.claim_id})
        self.policies = _policies(self.charges)
        self.sizes = _sizes(self.charges)
        self.minutes = _minutes(self.charges)
        self.earlier = _earlier(self.charges, codes, self.limits)


def latest_rules() -> list[ScrubRule]:
    """What the center says of each rule now: the latest version of a rule and payer."""
    latest: dict[tuple[str, int | None], ScrubRule] = {}
    for row in _rules():
        latest[row.key, None if row.is_own else row.payer_id] = row
    return list(latest.values())


@compiled
def _rules() -> "QuerySet[ScrubRule]":
    return ScrubRule.objects.order_by("number").select_related("payer", "user")


def own_rules(
    rows: Sequence[ScrubRule], payer_id: int, today: date, skipped: frozenset[str] | None
) -> OwnRules | None:
    """The center's own rules for a payer, and the built-in ones that are off: what is said of the
    payer itself goes before what is said of all."""
    said: dict[str, ScrubRule] = {}
    own: list[OwnRule] = []
    for row in sorted(rows, key=lambda r: r.payer_id is not None):
        if row.payer_id not in (None, payer_id):
            continue
        if row.is_own:
            if row.is_on:
                own.append(own_rule(row))
        elif _holds(row, today):
            said[row.key] = row
    off = frozenset(key for key, row in said.items() if not row.is_on) - NEVER_OFF
    if not own and not off and not skipped:
        return None
    return OwnRules(tuple(own), off, (skipped or frozenset()) - NEVER_OFF)


def _holds(row: ScrubRule, today: date) -> bool:
    begun = row.effective_from is None or row.effective_from <= today
    return begun and (row.effective_to is None or today <= row.effective_to)


def own_rule(row: ScrubRule) -> OwnRule:
    return OwnRule(
        id=row.key,
        condition=row.condition,
        message=row.message,
        severity=row.severity,
        owner=row.owner,
        starts=row.effective_from,
        ends=row.effective_to,
    )


def skips(claims: Iterable[int]) -> dict[int, frozenset[str]]:
    """The rules that each claim skips now: asked for, approved where that was needed, and for
    the version that would leave next."""
    ids = set(claims)
    said: dict[tuple[int, str], bool] = {}
    rows = RuleSkip.objects.filter(claim__in=ids).select_related("claim__current") if ids else ()
    for row in sorted(rows, key=lambda r: r.pk):
        if row.version == row.claim.next_version:
            asked = row.kind == "ask" and not row.needs_approval
            said[row.claim_id, row.rule] = asked or row.kind == "approve"
    found: dict[int, set[str]] = defaultdict(set)
    for (claim, rule), holds in said.items():
        if holds:
            found[claim].add(rule)
    return {claim: frozenset(rules) for claim, rules in found.items()}


Loaded = tuple[dict[str, UnitEdit], dict[frozenset[str], tuple[Edit, ...]]]


def _priced(
    charges: Sequence[Charge], codes: set[str]
) -> tuple[dict[int, tuple[Term, ...]], Loaded]:
    """What contracts say of these codes, by payer (without a contract it has no entry), and rows of
    the loaded MUE and PTP files that speak of them: one query for all of it."""
    payers = {c.current.coverage.payer_id for c in charges if c.current and c.current.coverage}
    found = _prices(payers=sorted(payers), codes=sorted(codes))
    rates: dict[int, tuple[Term, ...]] = {}
    units: dict[str, UnitEdit] = {}
    pairs: dict[frozenset[str], tuple[Edit, ...]] = {}
    for kind, code, other, value, flag, starts, ends, payer in found:
        if kind == "contract":
            rates.setdefault(payer, ())
        elif kind == "rate":
            said = Term(
                TermKind.FEE, value, starts=starts, ends=ends, code=code, revenue_code=other
            )
            rates[payer] = (*rates.get(payer, ()), said)
        elif kind == "mue":
            units[code] = UnitEdit(code, value, per_day=flag in ("2", "3"))
        else:
            edit = Edit(flag == "1", starts or date.min, ends, _CMS)
            pair = frozenset((code, other))
            pairs[pair] = (*pairs.get(pair, ()), edit)
    return rates, (units, pairs)


@compiled
def _prices(payers: list[int], codes: list[str]) -> "QuerySet[Contract, Any]":
    columns = ("kind", "code", "other", "cents", "flag", "effective_from", "effective_to", "whose")
    loaded = (
        LoadedRow.objects.filter(kind__in=("mue", "ptp"), code__in=codes)
        .annotate(cents=F("value"), whose=Value(0))
        .values_list(*columns)
    )
    promised = (
        ContractTerm.objects.filter(
            contract__payer__in=payers, withdrawn_at__isnull=True, code__in=["", *codes]
        )
        .exclude(kind=TermKind.STOP_LOSS.value)
        .annotate(
            what=Value("rate"),
            other=F("revenue_code"),
            cents=F("amount_cents"),
            flag=Value(""),
            whose=F("contract__payer_id"),
        )
        .values_list("what", *columns[1:])
    )
    contracts = (
        Contract.objects.filter(payer__in=payers)
        .annotate(
            kind=Value("contract"), code=Value(""), other=Value(""), cents=Value(0),
            flag=Value(""), whose=F("payer_id"),
        )
        .values_list(*columns)
    )  # fmt: skip
    return contracts.union(promised, loaded, all=True)


def _policies(charges: Sequence[Charge]) -> dict[int, list[OtherPolicy]]:
    """Every policy of the clients whom Medicaid is billed for."""
    clients = {c.client_id for c in charges if _payer_kind(c) == "medicaid"}
    found: dict[int, list[OtherPolicy]] = defaultdict(list)
    rows = Coverage.objects.filter(client__in=clients).select_related("payer") if clients else ()
    for row in rows:
        found[row.client_id].append(
            OtherPolicy(
                row.effective_from, row.effective_to, row.payer.name, row.payer.kind, row.rank,
                row.pk,
            )
        )  # fmt: skip
    return found


def _sizes(charges: Sequence[Charge]) -> dict[int, int]:
    """How many clients were in each group session."""
    sessions = {c.attendance.session_id for c in charges if c.attendance.session.kind == "group"}
    if not sessions:
        return {}
    rows = Attendance.objects.filter(session__in=sessions, status="present").values("session")
    return {r["session"]: r["count"] for r in rows.annotate(count=Count("pk"))}


def _minutes(charges: Sequence[Charge]) -> dict[int, dict[date, int]]:
    """Attended minutes by client and day over the whole weeks of IOP and PHP charges."""
    weekly = [c for c in charges if family_of(_level(c)) in _WEEKLY]
    if not weekly:
        return {}
    zone = ZoneInfo(weekly[0].organization.time_zone)
    first = min(c.service_date for c in weekly)
    last = max(c.service_date for c in weekly)
    found: dict[int, dict[date, int]] = {c.client_id: defaultdict(int) for c in weekly}
    rows = NoteVersion.objects.filter(
        note__attendance__client__in=found,
        note__attendance__session__kind__in=("individual", "group"),
        note__current=F("pk"),
        attended=True,
        starts_at__date__gte=first - timedelta(days=first.weekday() + 1),
        starts_at__date__lte=last + timedelta(days=7 - last.weekday()),
    ).values_list("note__attendance__client_id", "starts_at", "ends_at")
    for client, starts, ends in rows:
        minutes = int((ends - starts).total_seconds() // 60)
        found[client][starts.astimezone(zone).date()] += minutes
    return found


def _earlier(
    charges: Sequence[Charge], codes: set[str], limits: set[Limit]
) -> dict[int, list[tuple[int, BilledLine]]]:
    """Lines that stand with a payer and count against a limit of more than a day, by client."""
    counted = {code for x in limits if x.most_days > 1 for code in x.codes}
    counted |= otp("weeks") | otp("office")
    if not codes & counted:
        return {}
    days = [c.service_date for c in charges]
    around = timedelta(days=max((x.most_days for x in limits), default=1))
    found: dict[int, list[tuple[int, BilledLine]]] = defaultdict(list)
    rows = ClaimLine.objects.filter(
        version__claim__current=F("version"),
        version__claim__state__in=_STANDING,
        version__claim__client__in={c.client_id for c in charges},
        version__claim__after__isnull=True,
        code__in=counted,
        service_date__gte=min(days) - around,
        service_date__lte=max(days) + around,
    ).select_related("version__claim__practitioner", "charge_version")
    for row in rows:
        claim = row.version.claim
        billed = BilledLine(
            row.version.claim_number,
            row.code,
            tuple(row.modifiers),
            row.service_date,
            claim.practitioner.npi,
            row.units,
        )
        found[claim.client_id].append((row.charge_version.charge_id, billed))
    return found

"""What a center decides about the scrubber: its own rules, what it switches off, what a claim
skips once. Every decision is a new row with its reason and its author; nothing is changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from carethread.codes.roles import Role
from carethread.record.models import (
    Claim,
    ClaimState,
    Organization,
    Payer,
    RuleSkip,
    ScrubRule,
    User,
)
from carethread.record.policies import effective
from carethread.rules.facts import OwnRule, OwnRules
from carethread.rules.scrub import ALL, NOTHING_KNOWN, scrub
from carethread.rules.scrub.own import WrongCondition, condition, unknown_fields
from carethread.rules.scrub.registry import NEVER_OFF
from carethread.workflow import bill, gather
from carethread.workflow.common import numbers, wire_format
from carethread.workflow.common.errors import Problem, Refused, refuse
from carethread.workflow.common.keep import keep
from carethread.workflow.gather import known

_BUILT_IN = {rule.id: rule for rule in ALL}
_TRIED = 300
_DENIED = (ClaimState.DENIED, ClaimState.PARTIAL)
_EXAMPLES = 8


# ----------------------------------------------------------------------------------- own rules


@transaction.atomic
def save_rule(row: ScrubRule, *, user: User, now: datetime) -> ScrubRule:
    """A new version of a rule of the center's own; without a key, a new rule. It is on or off as
    the row says. Refused where the condition or the message cannot be used."""
    if problems := _problems(row):
        raise Refused(*problems)
    if not row.key:
        (sequence,) = numbers.take(row.organization, "rule")
        row.key = f"OWN_{sequence}"
    return _add(row, user, now)


def _problems(row: ScrubRule) -> list[Problem]:
    found = []
    try:
        condition(row.condition)
    except WrongCondition as wrong:
        found.append(Problem("condition", str(wrong)))
    if not row.message.strip():
        found.append(Problem("message", "Say in plain words what is wrong and what to do."))
    found += [
        Problem("message", f"There is no field {name}.") for name in unknown_fields(row.message)
    ]
    if not row.title.strip():
        found.append(Problem("title", "Give the rule a name."))
    if row.effective_from and row.effective_to and row.effective_to < row.effective_from:
        found.append(Problem("effective_to", "The rule ends before it begins."))
    return found


def _add(row: ScrubRule, user: User, now: datetime) -> ScrubRule:
    last = ScrubRule.objects.filter(key=row.key).aggregate(last=Max("number"))["last"] or 0
    row.pk, row.number, row.user, row.at = None, last + 1, user, now
    row._state.adding = True
    return keep(row)


def current_rule(key: str) -> ScrubRule | None:
    """The latest version of a rule of the center's own."""
    return ScrubRule.objects.filter(key=key).order_by("-number").select_related("payer").first()


def clone(row: ScrubRule, payer: Payer | None, *, user: User, now: datetime) -> ScrubRule:
    """The same rule for another payer: a rule of its own from here on, switched off until somebody
    has looked at it."""
    twin = ScrubRule(
        organization=row.organization,
        payer=payer,
        is_on=False,
        title=row.title,
        condition=row.condition,
        rows=row.rows,
        message=row.message,
        severity=row.severity,
        owner=row.owner,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        source=row.source,
        reason=f"Cloned from {row.key}.",
    )
    return save_rule(twin, user=user, now=now)


# ----------------------------------------------------------------------------------- switching


@dataclass(frozen=True, slots=True)
class Switch:
    """Turn a rule on or off: for one payer or for all (`payer` None), between two days."""

    is_on: bool
    reason: str
    payer: Payer | None = None
    starts: date | None = None
    ends: date | None = None


@transaction.atomic
def switch(
    organization: Organization, key: str, wanted: Switch, *, user: User, now: datetime
) -> ScrubRule:
    """Switch any rule on or off, with a reason. Law, and the law of the house, stay on."""
    if not wanted.reason.strip():
        raise refuse("Say why.", "reason")
    own = current_rule(key)
    if own is not None and own.is_own:
        own.is_on, own.reason = wanted.is_on, wanted.reason.strip()[:300]
        return _add(own, user, now)
    if key not in _BUILT_IN:
        raise refuse("There is no such rule.")
    if key in NEVER_OFF and not wanted.is_on:
        raise refuse(f"{key} is law, or the law of the house. Nobody switches it off.")
    row = ScrubRule(
        organization=organization,
        key=key,
        payer=wanted.payer,
        is_on=wanted.is_on,
        effective_from=wanted.starts,
        effective_to=wanted.ends,
        reason=wanted.reason.strip()[:300],
    )
    return _add(row, user, now)


# ----------------------------------------------------------------------------------- past claims


@dataclass(frozen=True, slots=True)
class Past:
    """What a rule would have done to claims that left: how many were looked at, how many it would
    have found, of which `denied` were denied; with examples."""

    looked_at: int
    found: int
    denied: int
    examples: tuple[tuple[Claim, str], ...] = ()

    @property
    def words(self) -> str:
        if not self.looked_at:
            return "No claim has left yet that it could be tried on."
        return (
            f"Of the last {self.looked_at} claims it would have stopped {self.found}, "
            f"of which {self.denied} were denied."
        )


def tried(row: ScrubRule, *, now: datetime) -> Past:
    """The same for a rule that is still being written: refused where it cannot be used."""
    if problems := [p for p in _problems(row) if p.field == "condition"]:
        raise Refused(*problems)
    return try_on_past(row, now=now)


def try_on_past(row: ScrubRule, *, now: datetime) -> Past:
    """Ask the rule of the latest claims that left (for its payer). Reads, and writes nothing."""
    claims = Claim.objects.filter(current__isnull=False)
    if row.payer_id:
        claims = claims.filter(payer=row.payer_id)
    latest = list(
        claims.select_related("current", "client", "payer", "organization").order_by("-pk")[:_TRIED]
    )
    if not latest:
        return Past(0, 0, 0)
    rule = replace(known.own_rule(row), id=row.key or "NEW", starts=None, ends=None)
    hits = [(c, words) for c, words in _asked(latest, rule, now) if words]
    denied = [c for c, _ in hits if _was_denied(c)]
    return Past(len(latest), len(hits), len(denied), tuple(hits[:_EXAMPLES]))


def _asked(claims: Sequence[Claim], rule: OwnRule, now: datetime) -> list[tuple[Claim, str]]:
    """Each claim as it left with what the rule says of it, empty for nothing."""
    charges = gather.charges_by_claim(claims)
    filled = [c for c in claims if charges.get(c.pk)]
    today = gather.service_date(claims[0].organization, now)
    contexts = gather.contexts([charges[c.pk] for c in filled], today=today)
    by_claim = {c.pk: x for c, x in zip(filled, contexts, strict=True)}
    found = []
    for claim in claims:
        assert claim.current is not None
        wire = wire_format.claim_from_json(claim.current.content)
        context = by_claim.get(claim.pk)
        own = OwnRules((rule,))
        context = replace(context, own=own) if context else replace(NOTHING_KNOWN, own=own)
        told = scrub(wire, context, rules=())
        found.append((claim, told[0].message if told else ""))
    return found


def _was_denied(claim: Claim) -> bool:
    """Whether the payer refused it, now or at any time."""
    return claim.state in _DENIED or claim.events.filter(state_to__in=_DENIED).exists()


# ----------------------------------------------------------------------------------- skipping


@transaction.atomic
def ask_to_skip(claim: Claim, rule: str, *, reason: str, user: User, now: datetime) -> RuleSkip:
    """Let a claim skip a rule once. Where the policy says so, a second person has to approve."""
    claim = _waiting(claim)
    if not reason.strip():
        raise refuse("Say why this claim may skip the rule.", "reason")
    if rule in NEVER_OFF:
        raise refuse(f"{rule} is law, or the law of the house. No claim skips it.")
    if not claim.findings.filter(rule=rule).exists():
        raise refuse(f"{rule} finds nothing on this claim.")
    needs = effective(
        "skip_needs_approval",
        on=gather.service_date(claim.organization, now),
        payer_id=claim.payer_id,
    )
    row = _skip(claim, rule, "ask", user, now, reason=reason.strip(), needs=bool(needs.value))
    words = f"Asked to skip {rule}" if row.needs_approval else f"Skips {rule} once"
    return _told(claim, row, f"{words}: {row.reason}", user, now)


@transaction.atomic
def approve_skip(claim: Claim, rule: str, *, user: User, now: datetime) -> RuleSkip:
    """A second person agrees that a claim skips a rule once."""
    claim = _waiting(claim)
    asked = _asked_for(claim, rule)
    if asked is None:
        raise refuse(f"Nobody has asked that this claim skip {rule}.")
    if asked.user_id == user.pk:
        raise refuse("Somebody else than who asked has to approve it.")
    row = _skip(claim, rule, "approve", user, now, reason=asked.reason, needs=True)
    return _told(claim, row, f"Approved that it skips {rule} once.", user, now)


@transaction.atomic
def withdraw_skip(claim: Claim, rule: str, *, user: User, now: datetime) -> RuleSkip:
    """The claim skips the rule no more."""
    claim = _waiting(claim)
    row = _skip(claim, rule, "withdraw", user, now, reason="", needs=False)
    return _told(claim, row, f"Skips {rule} no more.", user, now)


def asked_skips(claim: Claim) -> list[RuleSkip]:
    """The latest word on each rule that the claim skips or is asked to skip."""
    rows = RuleSkip.objects.filter(claim=claim, version=claim.next_version).order_by("pk")
    latest = {row.rule: row for row in rows}
    return [row for row in latest.values() if row.kind != "withdraw"]


def _asked_for(claim: Claim, rule: str) -> RuleSkip | None:
    return next((r for r in asked_skips(claim) if r.rule == rule and r.kind == "ask"), None)


def _waiting(claim: Claim) -> Claim:
    row = Claim.objects.select_for_update(of=("self",), no_key=True).get(pk=claim.pk)
    if row.state not in bill.WAITING:
        raise refuse("This claim has left already.")
    return row


def _skip(
    claim: Claim, rule: str, kind: str, user: User, now: datetime, *, reason: str, needs: bool
) -> RuleSkip:
    return RuleSkip.objects.create(
        organization_id=claim.organization_id,
        claim=claim,
        version=claim.next_version,
        rule=rule,
        kind=kind,
        needs_approval=needs,
        reason=reason[:300],
        user=user,
        at=now,
    )


def _told(claim: Claim, row: RuleSkip, words: str, user: User, now: datetime) -> RuleSkip:
    """Write the decision into the claim's history, and look at the claim anew."""
    bill.record_event(claim, claim.state, claim.state, words, now=now, user=user)
    bill.look_at([claim], claim.organization, now=now)
    return row


# ----------------------------------------------------------------------------------- listing


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule as the screen lists it; `said` is what the center has last said of it, for whom."""

    id: str
    title: str
    severity: str
    owner: Role
    source: str
    family: str
    is_on: bool
    fixed: bool
    said: tuple[ScrubRule, ...] = ()


def built_in(today: date) -> list[Listed]:
    """Every built-in rule, with whether it is on for all payers, and what was said of it."""
    said: dict[str, list[ScrubRule]] = {}
    for row in known.latest_rules():
        if not row.is_own:
            said.setdefault(row.key, []).append(row)
    off = known.own_rules([r for rows in said.values() for r in rows], 0, today, None)
    quiet = off.off if off else frozenset()
    return [
        Listed(
            rule.id, rule.title, rule.severity, rule.owner, rule.source, rule.family,
            rule.id not in quiet, rule.id in NEVER_OFF, tuple(said.get(rule.id, ())),
        )
        for rule in sorted(ALL, key=lambda r: (r.family, r.id))
    ]  # fmt: skip


def own() -> list[ScrubRule]:
    """The center's own rules as they stand."""
    return sorted((r for r in known.latest_rules() if r.is_own), key=lambda r: r.pk)

"""Cases about money that is not tied out: at the bank without a remittance, announced without
money, taken back without a reversal. Found anew at every round; each closes by itself once it is
tied out, and what a person has closed is not asked about again while it is no more money."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta

from django.db.models import Exists, Max, OuterRef

from carethread.codes.roles import Role
from carethread.insight import deposits, takebacks
from carethread.insight.takebacks import Carried
from carethread.record.models import (
    Case,
    CaseEvent,
    CaseKind,
    EftDeposit,
    Organization,
    Reassociation,
    Remittance,
)
from carethread.record.policies import effective
from carethread.rules.words import day, dollars
from carethread.workflow import gather
from carethread.workflow.casework import history

_AT_BANK, _ANNOUNCED, _TAKEN = "atbank", "announced", "taken"


def opened(organization: Organization, now: datetime) -> Iterator[Case]:
    """What has waited longer than the center allows and nobody was asked about yet. What somebody
    has open already is told there as it is now."""
    today = gather.service_date(organization, now)
    wait = timedelta(days=effective("money_wait_days", on=today).value)
    asked = _asked()
    live = {stem: one for stem, rows in asked.items() for one in rows if one.state != "closed"}
    for case in (*_at_bank(today - wait), *_announced(wait), *_taken(today - wait, live)):
        before = asked.get(case.source, ())
        if case.source in live:
            _renew(live[case.source], case, now)
        elif not _is_settled(case, before):
            case.source = f"{case.source}:{len(before) + 1}"
            case.organization, case.kind = organization, CaseKind.DEPOSIT
            case.owner_role = Role.BILLER.value
            case.opened_at, case.due_on = now, today + wait
            yield case


def _asked() -> Mapping[str, Collection[Case]]:
    """Every case of this kind by what it is about, each with `by_hand`: whether a person closed
    it. One query."""
    by_hand = CaseEvent.objects.filter(case=OuterRef("pk"), kind="closed", user__isnull=False)
    found: dict[str, list[Case]] = defaultdict(list)
    for row in Case.objects.filter(kind=CaseKind.DEPOSIT).annotate(by_hand=Exists(by_hand)):
        found[row.source.rpartition(":")[0]].append(row)
    return found


def _is_settled(case: Case, before: Collection[Case]) -> bool:
    """Whether a person has closed a case about it, of that much money or more."""
    return any(
        one.by_hand and one.amount_cents >= case.amount_cents  # type: ignore[attr-defined]
        for one in before
    )


def _renew(live: Case, now_is: Case, now: datetime) -> None:
    """An open case says what it is about as it is now; its history says that it changed."""
    if (live.title, live.amount_cents) == (now_is.title, now_is.amount_cents):
        return
    for name in _CHANGES:
        setattr(live, name, getattr(now_is, name))
    live.save(update_fields=_CHANGES)
    history.told(live, f"Now: {live.title}", now).save()


_CHANGES = ["title", "explanation", "amount_cents"]


def _at_bank(until: date) -> Iterator[Case]:
    """Payers' money that came by that day and that no remittance explains."""
    rows = EftDeposit.objects.filter(reassociation__state="waiting", day__lte=until)
    for row in rows.select_related("reassociation").order_by("pk"):
        yield Case(
            source=f"{_AT_BANK}:{row.pk}",
            category="untied",
            title=f"{dollars(row.amount_cents)} came on {day(row.day)} and no remittance explains "
            "it",
            explanation=row.reassociation.reason,
            cure="Match it to its checks, or ask the payer for the remittance. Money that is no "
            "payer's is said to be something else on the deposit's page.",
            amount_cents=abs(row.amount_cents),
        )


def _announced(wait: timedelta) -> Iterator[Case]:
    """Checks whose money the bank should have told of by now: it has told of later days."""
    noted = EftDeposit.objects.exclude(reassociation__state="void")
    told = noted.aggregate(last=Max("day"))["last"]
    if told is None:
        return  # This center keeps no bank account here.
    for row in deposits.without_money().filter(paid_on__lte=told - wait):
        assert row.paid_on is not None
        payer = row.payer.name if row.payer else row.payer_name
        yield Case(
            source=f"{_ANNOUNCED}:{row.pk}",
            category="untied",
            title=f"{payer} announced {dollars(row.amount_cents)} on {day(row.paid_on)} and the "
            "bank has not received it",
            explanation=f"Its number is {row.trace}. The bank has told of every day up to "
            f"{day(told)}.",
            cure="Ask the payer when and to which account it was paid. It closes once the deposit "
            "is matched.",
            amount_cents=abs(row.amount_cents),
        )


def _taken(until: date, live: Collection[str]) -> Iterator[Case]:
    """What payers took by that day, or took more of where a case is open, and no reversal and no
    balance forward explains."""
    for one in _unexplained():
        source = f"{_TAKEN}:{one.first_id}"
        if one.since <= until or source in live:
            yield Case(
                source=source,
                category="takeback",
                title=f"{one.payer} took back {dollars(-one.cents)} and names no reversal for it",
                explanation=_stands_on(one),
                cure="Ask the payer which claim it takes back and why. Dispute it where it is not "
                "due; it closes once a reversal explains it.",
                claim=one.claim,
                amount_cents=-one.cents,
            )


def _stands_on(one: Carried) -> str:
    words = f"It stands on the check of {day(one.last)} as {one.reference}"
    return f"{words}, and began on {day(one.since)}." if one.since < one.last else f"{words}."


def _unexplained() -> list[Carried]:
    return [one for one in takebacks.carried() if one.cents < 0]


def settled() -> Iterator[tuple[Case, str]]:
    """Open cases of this kind whose money is tied out, with how it went."""
    live = list(Case.objects.filter(kind=CaseKind.DEPOSIT).exclude(state="closed"))
    if not live:
        return
    waiting = set(
        Reassociation.objects.filter(state="waiting").values_list("deposit_id", flat=True)
    )
    missing = set(deposits.without_money().values_list("pk", flat=True))
    taken = {one.first_id for one in _unexplained()}
    standing = {_AT_BANK: waiting, _ANNOUNCED: missing, _TAKEN: taken}
    words = {
        _AT_BANK: "The deposit is settled.",
        _ANNOUNCED: "The money has been found at the bank.",
        _TAKEN: "It is explained.",
    }
    for case in live:
        what, key = case.subject
        if key not in standing[what]:
            yield case, words[what]


def about(case: Case) -> tuple[str, int] | None:
    """The deposit or remittance that a case of this kind is about, as links name it."""
    if case.kind != CaseKind.DEPOSIT:
        return None
    what, key = case.subject
    if what == _AT_BANK:
        return "deposit", key
    if what == _ANNOUNCED:
        return "remittance", key
    check = Remittance.objects.filter(provider_adjustments=key).first()
    return ("remittance", check.pk) if check else None

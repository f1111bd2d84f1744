"""What has to be looked at, found anew at every round: one function for each kind of case.

Each yields cases that are not open yet; `source` names what a case is about, and the database
lets it be opened once. None of them remembers anything: they ask the record.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from carethread.codes.rejections import rejection
from carethread.codes.roles import Role
from carethread.insight import refusals
from carethread.insight.cases import sources, without_case
from carethread.insight.claims import billed_anew
from carethread.record.clock import decided_on
from carethread.record.models import (
    Acknowledgment,
    Case,
    CaseKind,
    Charge,
    Claim,
    ClaimFinding,
    ClaimState,
    ClaimVersion,
    Connection,
    Delivery,
    Match,
    Note,
    Organization,
    Practitioner,
    Transfer,
)
from carethread.record.policies import effective
from carethread.rules.cause import author_cure, cause
from carethread.rules.clocks import acknowledgment_due, appeal_deadline
from carethread.rules.words import day
from carethread.workflow import gather
from carethread.workflow.casework import (
    account_cases,
    care_cases,
    deposit_cases,
    explained,
    set_aside,
    status_cases,
)

Opener = Callable[[Organization, datetime], Iterable[Case]]

_FAILURES_BEFORE_ALARM = 3
_COME_BACK = (
    CaseKind.DENIAL, CaseKind.REJECTION, CaseKind.UNMATCHED, CaseKind.MISSING_ACKNOWLEDGMENT,
)  # fmt: skip
_AWAITED = {"999": ClaimState.SENT, "277CA": ClaimState.RECEIVED, "835": ClaimState.ACCEPTED}
"""The answer that a claim in that state waits for."""


# -------------------------------------------------------------------------------------- denials


def denials(organization: Organization, now: datetime) -> list[Case]:
    """Each remitted line whose money a payer refused and nobody has asked for again."""
    refused = (
        without_case(refusals.unsettled().filter(source="post"), "denial")
        .select_related(
            "remitted_line", "remitted_claim__remittance",
            "remitted_claim__match__version__claim__payer",
            "remitted_claim__match__version__organization",
            "charge__current__note_version__note__author", "charge__practitioner",
            "charge__client",
        )
        .order_by("pk")
    )  # fmt: skip
    rows = list(refused)
    opened = [_denial(organization, transfer, now) for transfer in rows]
    pairs = zip(rows, opened, strict=True)
    subjects = [explained.of_refusal(transfer, case.category) for transfer, case in pairs]
    explained.freeze(opened, subjects)
    return opened


def _denial(organization: Organization, transfer: Transfer, now: datetime) -> Case:
    why = cause(transfer.group, transfer.reason, transfer.remarks)
    charge, remitted = transfer.charge, transfer.remitted_claim
    assert charge is not None
    assert remitted is not None
    assert remitted.match.version is not None
    remittance, claim = remitted.remittance, remitted.match.version.claim
    decided = decided_on(remittance)
    return Case(
        organization=organization,
        kind=CaseKind.DENIAL,
        source=f"denial:{transfer.pk}",
        category=why.category,
        owner_role=why.owner.value,
        author=_author(charge) if why.owner is Role.CLINICIAN else None,
        title=f"{transfer.code}: {why.words}"[:300],
        cure=why.cure,
        clinical_words=why.clinician_words,
        claim=claim,
        note=_note(charge) if why.owner is Role.CLINICIAN else None,
        remitted_claim=transfer.remitted_claim,
        remitted_line=transfer.remitted_line,
        amount_cents=transfer.amount_cents,
        opened_at=now,
        due_on=appeal_deadline(decided, claim.payer.kind),
    )


def _note(charge: Charge) -> Note | None:
    return charge.current.note_version.note if charge.current else None


def _author(charge: Charge) -> Practitioner:
    """Who wrote the note. A program's day is the attending's, and others may have written it."""
    note = _note(charge)
    return note.author if note else charge.practitioner


# -------------------------------------------------------------------------------------- rejections


def rejections(organization: Organization, now: datetime) -> list[Case]:
    """Claims refused before adjudication: no appeal right, and the filing clock runs."""
    refused = without_case(
        Claim.objects.filter(state=ClaimState.REJECTED, current__isnull=False),
        "rejection",
        "current",
    ).select_related("payer", "practitioner", "current__organization")
    opened = [_rejection(organization, claim, now) for claim in refused]
    explained.freeze(opened, [explained.of_version(case) for case in opened])
    return opened


def _rejection(organization: Organization, claim: Claim, now: datetime) -> Case:
    assert claim.current is not None
    said = (
        Acknowledgment.objects.filter(
            Q(claim_version=claim.current) | Q(about=claim.current.file, claim_version=None),
            accepted=False,
        )
        .order_by("-pk")
        .first()
    )
    why = rejection(said.codes if said else [])
    by_author = why.owner is Role.CLINICIAN
    parts = ("practitioner", "current__note_version__note__author")
    charge = claim.origin.charges.select_related(*parts).first()
    words = f"{why.words}: {said.words}" if said else why.words
    return Case(
        organization=organization,
        kind=CaseKind.REJECTION,
        source=f"rejection:{claim.current_id}",
        category=why.category,
        owner_role=why.owner.value,
        author=(_author(charge) if charge else claim.practitioner) if by_author else None,
        title=words[:300],
        cure=why.cure,
        clinical_words=why.words if by_author else "",
        claim=claim,
        note=_note(charge) if by_author and charge else None,
        amount_cents=claim.charge_cents,
        opened_at=now,
        due_on=gather.filing_limit(claim.payer, claim.service_from),
    )


# -------------------------------------------------------------------------------------- held


def held(organization: Organization, now: datetime) -> Iterator[Case]:
    """Claims that wait here for what only a note's author can mend: one case for a rule and a
    version of the note, so that an addendum that does not mend it is asked about anew."""
    findings = _held_by_authors()
    known = set(Case.objects.filter(source__in=findings).values_list("source", flat=True))
    for source, found in findings.items():
        if source not in known:
            yield _held(organization, source, found, now)


def _held_by_authors() -> dict[str, list[ClaimFinding]]:
    """What holds claims and is their authors' to mend, by the source of its case. A summary is its
    own author's (`care_cases`)."""
    rows = (
        ClaimFinding.objects.filter(
            claim__state=ClaimState.HELD, severity="stops", owner=Role.CLINICIAN.value
        )
        .exclude(rule="DISCHARGE_DONE")
        .select_related("claim__practitioner", "claim__payer", "claim__first")
        .prefetch_related(
            "claim__charges__current__note_version__note__author",
            "claim__first__charges__current__note_version__note__author",
        )
        .order_by("claim", "pk")
    )
    found: dict[str, list[ClaimFinding]] = defaultdict(list)
    for row in rows:
        if (note := _note_behind(row)) is not None:
            found[f"held:{row.claim_id}:{note.current_id}:{row.rule}"].append(row)
    return found


def _note_behind(finding: ClaimFinding) -> Note | None:
    """The note that the finding names, else that of the claim's first charge."""
    notes = [note for charge in finding.claim.origin.charges.all() if (note := _note(charge))]
    named = [n for n in notes if finding.fix_kind == "note" and n.pk == finding.fix_id]
    return next(iter(named or notes), None)


def _held(
    organization: Organization, source: str, found: Sequence[ClaimFinding], now: datetime
) -> Case:
    first, words = found[0], " ".join(dict.fromkeys(f.message for f in found))
    claim, note = first.claim, _note_behind(first)
    return Case(
        organization=organization,
        kind=CaseKind.HELD,
        source=source,
        category="held",
        owner_role=Role.CLINICIAN.value,
        author=note.author if note and first.fix_kind == "note" else claim.practitioner,
        title=words[:300],
        clinical_words=words[:500],
        cure=author_cure(first.fix_kind),
        claim=claim,
        note=note,
        amount_cents=claim.charge_cents,
        opened_at=now,
        due_on=gather.filing_limit(claim.payer, claim.service_from),
    )


# -------------------------------------------------------------------------------------- unmatched


def unmatched(organization: Organization, now: datetime) -> Iterator[Case]:
    """Payments that wait for a person."""
    waiting = without_case(Match.objects.filter(state="waiting"), "unmatched").select_related(
        "remitted__remittance"
    )
    for row in waiting:
        yield Case(
            organization=organization,
            kind=CaseKind.UNMATCHED,
            source=f"unmatched:{row.pk}",
            category="unmatched",
            owner_role=Role.BILLER.value,
            title=f"Payment for claim {row.remitted.claim_number} has no certain match",
            cure="Choose the claim that is meant, or say that it is not ours.",
            remitted_claim=row.remitted,
            amount_cents=abs(row.remitted.paid_cents),
            opened_at=now,
        )


def quarantined(organization: Organization, now: datetime) -> Iterator[Case]:
    """Files that nothing was done with."""
    rows = without_case(Delivery.objects.filter(state="quarantined"), "quarantine").select_related(
        "file"
    )
    for row in rows:
        yield Case(
            organization=organization,
            kind=CaseKind.QUARANTINE,
            source=f"quarantine:{row.pk}",
            category="file",
            owner_role=Role.BILLER.value,
            title=f"File {row.file.name} was set aside: {row.reason}"[:300],
            cure="Ask the sender for a corrected file. Nothing of this one took effect.",
            file=row.file,
            opened_at=now,
        )


# -------------------------------------------------------------------------------------- silence


def missing_answers(organization: Organization, now: datetime) -> Iterator[Case]:
    """Files and claims whose answer is overdue."""
    for kind, state in _AWAITED.items():
        yield from _silent(organization, state, kind, now)


def _silent(
    organization: Organization, state: ClaimState, kind: str, now: datetime
) -> Iterator[Case]:
    waiting = without_case(
        Claim.objects.filter(state=state, current__isnull=False), f"missing-{kind}", "current"
    ).select_related("current__file", "payer")
    for claim in waiting:
        if now <= acknowledgment_due(kind, claim.state_since):
            continue
        since = day(gather.service_date(organization, claim.state_since))
        yield Case(
            organization=organization,
            kind=CaseKind.MISSING_ACKNOWLEDGMENT,
            source=f"missing-{kind}:{claim.current_id}",
            category="silence",
            owner_role=Role.BILLER.value,
            title=f"No {kind} from {claim.payer} since {since}",
            cure="Ask the clearinghouse whether it has the claim before anything is sent again.",
            claim=claim,
            file=claim.current.file if claim.current else None,
            amount_cents=claim.charge_cents,
            opened_at=now,
            due_on=gather.filing_limit(claim.payer, claim.service_from),
        )


def connections_down(organization: Organization, now: datetime) -> Iterator[Case]:
    """Connections that keep failing and that nobody has to mend already."""
    for row in Connection.objects.filter(is_active=True, failures__gte=_FAILURES_BEFORE_ALARM):
        known = Case.objects.filter(source__startswith=f"connection:{row.pk}:")
        if not known.exclude(state="closed").exists():
            yield Case(
                organization=organization,
                kind=CaseKind.CONNECTION,
                source=f"connection:{row.pk}:{known.count() + 1}",
                category="connection",
                owner_role=Role.ADMINISTRATOR.value,
                title=f"{row.name} has failed {row.failures} times: {row.last_error}"[:300],
                cure="Check the address, the key and whether the other side is up. "
                "Everything that waits will leave by itself.",
                opened_at=now,
            )


OPENERS: tuple[Opener, ...] = (
    denials, rejections, held, unmatched, quarantined, missing_answers,
    connections_down, status_cases.opened, care_cases.summaries_due,
    care_cases.authorizations_ending, account_cases.overpaid_by_payers,
    account_cases.unused_by_clients, account_cases.plans_missed,
    account_cases.answers_taken_back, deposit_cases.opened,
)  # fmt: skip


# -------------------------------------------------------------------------------------- again


def standing_again(organization: Organization, now: datetime) -> Iterator[tuple[Case, str]]:
    """Closed cases whose cause still stands, with why they are asked about again: the days of the
    policy are over, or the payer has answered again since."""
    days = _rests_for(organization, now)
    ours = ClaimVersion.objects.filter(claim=OuterRef(OuterRef("claim"))).values("claim_number")
    said = Match.objects.filter(at__gt=OuterRef("closed_at")).filter(
        Q(state="matched", version__claim=OuterRef("claim"))
        | Q(state="waiting", remitted__claim_number__in=ours)
    )
    rows = Case.objects.filter(state="closed").annotate(said_again=Exists(said))
    is_due = Q(said_again=True) | Q(closed_at__lte=now - timedelta(days=days))
    for kind, standing in _standing():
        for case in rows.filter(is_due, kind=kind, source__in=standing).order_by("pk"):
            why = "the payer has answered again" if case.said_again else "its cause still stands"
            yield case, f"Open again: it was closed ({case.resolution}), and {why}."


def _rests_for(organization: Organization, now: datetime) -> int:
    return effective("closed_again_days", on=gather.service_date(organization, now)).value


def what_closing_does(case: Case, now: datetime) -> str:
    """What a person who closes a case has to know."""
    words = "Closing writes nothing off."
    if case.kind in _COME_BACK:
        days = _rests_for(case.organization, now)
        words += f" If its cause still stands in {days} days, the case is open again."
    return words


def _standing() -> Iterator[tuple[CaseKind, "QuerySet[Any]"]]:
    """By kind, the sources of the cases whose cause stands."""
    refused = _refusals().filter(
        remitted_claim__match__version__claim__state__in=_HOW_A_DENIAL_WENT
    )
    rejected = Claim.objects.filter(state=ClaimState.REJECTED, current__isnull=False)
    yield CaseKind.DENIAL, sources(refused, "denial")
    yield CaseKind.REJECTION, sources(rejected, "rejection", "current")
    yield CaseKind.UNMATCHED, sources(Match.objects.filter(state="waiting"), "unmatched")
    for kind, state in _AWAITED.items():
        silent = Claim.objects.filter(state=state, current__isnull=False)
        yield CaseKind.MISSING_ACKNOWLEDGMENT, sources(silent, f"missing-{kind}", "current")


# -------------------------------------------------------------------------------------- settled


_HOW_A_DENIAL_WENT = {
    ClaimState.PAID: "The claim is paid.",
    ClaimState.CLOSED: "The claim is closed.",
    ClaimState.DENIED: "The payer has answered anew.",
    ClaimState.PARTIAL: "The payer has answered anew.",
}


def _settled_denials(live: "QuerySet[Case]") -> Iterator[tuple[Case, str]]:
    """Those whose refusal stands no more; not while the claim is on its way, and may be refused
    again."""
    standing = {f"denial:{pk}" for pk in _refusals().values_list("pk", flat=True)}
    rows = live.filter(kind=CaseKind.DENIAL, claim__state__in=_HOW_A_DENIAL_WENT)
    for case in rows.select_related("claim"):
        if case.claim and case.source not in standing:
            yield case, _how_it_went(case.claim)


def _how_it_went(claim: Claim) -> str:
    """How a refusal of this claim went that stands no more."""
    anew = billed_anew(claim).first() if claim.state == ClaimState.CLOSED else None
    if anew is not None:
        return f"Its services are billed to {anew.payer.name} on claim {anew.sequence}."
    return _HOW_A_DENIAL_WENT[ClaimState(claim.state)]


def _refusals() -> "QuerySet[Transfer]":
    """Those that stand. Of a service that is void and a claim that is closed nobody asks for
    anything."""
    void = {"charge__state": "void", "remitted_claim__match__version__claim__state": "closed"}
    return refusals.unsettled().exclude(**void)


def _settled_connections(live: "QuerySet[Case]") -> Iterator[tuple[Case, str]]:
    """Alarms about connections that work again, or carry nothing any more."""
    rows = {row.pk: row for row in Connection.objects.all()}
    for case in live.filter(kind=CaseKind.CONNECTION):
        row = rows[case.subject[1]]
        if not row.is_active:
            yield case, "The connection is not in use any more."
        elif row.last_success_at and not row.failures and row.last_success_at >= case.opened_at:
            yield case, "The connection works again."


def settled(organization: Organization, now: datetime) -> Iterator[tuple[Case, str]]:
    """Open or answered cases whose cause is gone, with how it went."""
    live = Case.objects.exclude(state="closed")
    claims = {"claim__state__in": [ClaimState.PAID, ClaimState.CLOSED]}
    yield from _settled_denials(live)
    about = live.filter(kind__in=[CaseKind.REJECTION, CaseKind.QUESTION], **claims)
    for case in about.select_related("claim"):
        if case.claim is not None:
            yield case, _how_it_went(case.claim)
    rejected = live.filter(
        kind=CaseKind.REJECTION,
        claim__state__in=[
            ClaimState.RECEIVED,
            ClaimState.ACCEPTED,
            ClaimState.DENIED,
            ClaimState.PARTIAL,
        ],
    )
    for case in rejected:
        yield case, "A later version of the claim was accepted."
    for case in live.filter(kind=CaseKind.HELD).exclude(source__in=_held_by_authors()):
        yield case, "Its author has nothing left to mend on it."
    moved_on = {
        "999": [ClaimState.QUEUED, ClaimState.SENT],
        "277CA": [ClaimState.RECEIVED],
        "835": [ClaimState.ACCEPTED],
    }
    for kind, waiting in moved_on.items():
        for case in live.filter(source__startswith=f"missing-{kind}:").exclude(
            claim__state__in=waiting
        ):
            yield case, "The answer has arrived."
    settled_matches = Match.objects.exclude(state="waiting").values("remitted")
    for case in live.filter(kind=CaseKind.UNMATCHED, remitted_claim__in=settled_matches):
        yield case, "A person has settled it."
    yield from set_aside.settled(live)
    yield from _settled_connections(live)
    yield from status_cases.settled()
    yield from care_cases.cured(organization, now)
    yield from account_cases.settled(organization, now)
    yield from deposit_cases.settled()

"""The thread of one claim: from its note versions to its transfers. A dozen queries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from carethread.codes import icd10
from carethread.codes.adjustments import provider_reason
from carethread.insight.thread.ahead import ahead
from carethread.insight.thread.asked import asked
from carethread.insight.thread.steps import (
    Feel,
    Kind,
    Link,
    Step,
    Thread,
    acknowledged,
    in_order,
)
from carethread.record.models import (
    Acknowledgment,
    Adjustment,
    Case,
    ChargeVersion,
    Claim,
    ClaimVersion,
    Match,
    Note,
    NoteVersion,
    Signature,
    Transfer,
)
from carethread.rules.cause import cause
from carethread.rules.words import dollars
from carethread.x12.remittance import REVERSAL

_FREQUENCIES = {"1": "original", "7": "correction", "8": "void"}
_CASES_SHOWN = 20


def of_claim(claim: Claim, now: datetime) -> Thread:
    """Everything from the notes behind a claim to the money in front of it."""
    charges = list(_charge_versions(claim))
    notes = {v.note_version_id: v.note_version for v in charges}
    versions = list(_claim_versions(claim))
    steps = [
        *_notes(notes.values()),
        *(_charge(version) for version in charges),
        *_left(versions),
        *_acknowledged(versions),
        *asked(versions),
        *_answered(claim),
        *_taken(claim),
        *_cases(claim),
        *ahead(claim, now),
    ]
    return Thread(f"Claim {claim.sequence}", Link("claim", claim.pk), in_order(steps))


def of_note(note: Note, now: datetime) -> Thread:
    """A note's thread: its claim's where it has one, else what there is of it so far."""
    claim = Claim.objects.filter(charges__attendance=note.attendance_id).order_by("pk").first()
    if claim is not None:
        return of_claim(claim, now)
    versions = NoteVersion.objects.filter(note=note).select_related("author").order_by("number")
    charges = _described(ChargeVersion.objects.filter(note_version__note=note))
    steps = [*_notes(versions), *(_charge(version) for version in charges)]
    return Thread(f"Note {note.pk}", Link("note", note.pk), in_order(steps))


# ------------------------------------------------------------------------- chart and charge


def _charge_versions(claim: Claim) -> "QuerySet[ChargeVersion]":
    """Of the charges that the claim, or the first of a later one, bills now or once billed."""
    return _described(
        ChargeVersion.objects.filter(
            Q(charge__claim=claim.first_id or claim.pk)
            | Q(charge__versions__claim_lines__version__claim=claim)
        ).distinct()
    )


def _described(rows: "QuerySet[ChargeVersion]") -> "QuerySet[ChargeVersion]":
    return rows.select_related(
        "note_version__author", "authorization", "supervising", "coverage__payer"
    ).order_by("pk")


def _notes(versions: Iterable[NoteVersion]) -> Iterator[Step]:
    versions = list(versions)
    signatures = defaultdict(list)
    for signature in Signature.objects.filter(note_version__in=versions).order_by("pk"):
        signatures[signature.note_version_id].append(signature)
    for version in versions:
        yield _note(version)
        yield from (_signature(s, version) for s in signatures[version.pk])


def _note(version: NoteVersion) -> Step:
    return Step(
        Kind.NOTE,
        f"{'Addendum' if version.kind == 'addendum' else 'Note'}, version {version.number}",
        version.signed_at,
        facts=(
            f"{version.minutes} minutes, by {version.author}",
            f"Diagnoses {', '.join(icd10.pointed(code) for code in version.diagnoses) or 'none'}",
            *(("Late entry",) if version.is_late else ()),
        ),
        link=Link("note", version.note_id),
    )


def _signature(signature: Signature, version: NoteVersion) -> Step:
    cosigned = signature.role == "supervisor"
    return Step(
        Kind.SIGNATURE,
        f"{'Co-signed' if cosigned else 'Signed'} by {signature.printed_name}",
        signature.signed_at,
        facts=(f"Fingerprint {version.hash[:16]}…",),
        link=Link("note", version.note_id),
    )


def _charge(version: ChargeVersion) -> Step:
    code = " ".join([version.code, *version.modifiers])
    payer = version.coverage.payer.name if version.coverage else "no coverage"
    facts = [
        f"{version.units} unit{'' if version.units == 1 else 's'}, billed to {payer}",
        version.reason,
        f"By rule {version.rule}",
    ]
    if version.supervising:
        facts.append(f"Supervised by {version.supervising}")
    authorization = version.authorization
    return Step(
        Kind.CHARGE,
        f"Charge taken back: {code}"
        if version.is_void
        else f"Charge {code}, {dollars(version.amount_cents)}",
        version.made_at,
        facts=tuple(facts),
        feel=Feel.BAD if version.is_void else Feel.DONE,
        more=(
            (Link("authorization", authorization.pk, f"Authorization {authorization}"),)
            if authorization
            else ()
        ),
    )


# ------------------------------------------------------------------------- out


def _claim_versions(claim: Claim) -> "QuerySet[ClaimVersion]":
    return (
        ClaimVersion.objects.filter(claim=claim)
        .select_related("file__delivery")
        .prefetch_related("file__interchanges")
        .order_by("number")
    )


def _left(versions: Sequence[ClaimVersion]) -> Iterator[Step]:
    """Each version as it left, beside the one before it and the one that took its place."""
    befores, afters = (None, *versions), (*versions[1:], None)
    for before, version, after in zip(befores, versions, afters, strict=False):
        kind = _FREQUENCIES.get(version.frequency, version.frequency)
        facts = [f"Frequency {version.frequency} ({kind}), {dollars(version.charge_cents)}"]
        if version.original_reference:
            facts.append(f"Refers to the payer's claim {version.original_reference}")
        beside = (
            before and _beside(before, _of(version)[0]),
            after and _beside(after, _of(after)[1]),
        )
        yield Step(
            Kind.CLAIM,
            f"Claim {version.claim_number}",
            version.made_at,
            facts=tuple(facts),
            link=Link("claim", version.claim_id),
            more=tuple(link for link in beside if link),
            version=version.pk,
        )
        yield _file(version)


_TAKES_PLACE = {"7": ("Replaces", "Replaced by"), "8": ("Voids", "Voided by")}


def _of(version: ClaimVersion) -> tuple[str, str]:
    """What a version is to the one before it, and that one to it."""
    return _TAKES_PLACE.get(version.frequency, ("Sent anew after", "Sent anew as"))


def _beside(version: ClaimVersion, words: str) -> Link:
    return Link("version", version.pk, f"{words} {version.claim_number}")


def _file(version: ClaimVersion) -> Step:
    file = version.file
    controls = ", ".join(i.control_number for i in file.interchanges.all())
    delivery = getattr(file, "delivery", None)
    sent = delivery is not None and delivery.state == "sent"
    return Step(
        Kind.FILE,
        f"File {file.name}",
        (delivery.done_at if sent and delivery else None) or file.made_at,
        facts=(
            f"Interchange {controls}, transaction set {version.set_control_number}",
            "With the clearinghouse" if sent else "On its way",
        ),
        link=Link("file", file.pk),
    )


def _acknowledged(versions: Sequence[ClaimVersion]) -> Iterator[Step]:
    files = {version.file_id for version in versions}
    rows = (
        Acknowledgment.objects.filter(
            Q(claim_version__in=versions) | Q(about__in=files, claim_version=None)
        )
        .select_related("file")
        .order_by("pk")
    )
    for row in rows:
        yield acknowledged(row, *((f"Codes {' '.join(row.codes)}",) if row.codes else ()))


# ------------------------------------------------------------------------- back


def _answered(claim: Claim) -> Iterator[Step]:
    matches = (
        Match.objects.filter(version__claim=claim, state="matched")
        .select_related("remitted__remittance__payer", "version", "user")
        .prefetch_related(
            Prefetch("remitted__lines__adjustments", Adjustment.objects.select_related("line")),
            Prefetch("remitted__transfers", Transfer.objects.order_by("pk")),
        )
        .order_by("pk")
    )
    for match in matches:
        yield _remittance(match)
        at_once = defaultdict(list)
        for transfer in match.remitted.transfers.all():
            at_once[transfer.made_at].append(transfer)
        yield from (_transfers(match, transfers) for transfers in at_once.values())


def _taken(claim: Claim) -> Iterator[Step]:
    """What a payer changed about a check on account of this claim."""
    rows = claim.provider_adjustments.select_related("remittance").order_by("pk")
    for row in rows[:_CASES_SHOWN]:
        words = provider_reason(row.reason).words
        taken = "took" if row.amount_cents > 0 else "gave"
        yield Step(
            Kind.REMITTANCE,
            f"{row.remittance.payer_name} {taken} {dollars(abs(row.amount_cents))}: {words}",
            row.remittance.posted_at,
            (f"{row.reason} in check {row.remittance.trace}, reference {row.reference}",),
            Feel.BAD if row.amount_cents > 0 else Feel.DONE,
            Link("remittance", row.remittance_id),
        )


def _remittance(match: Match) -> Step:
    remitted, check = match.remitted, match.remitted.remittance
    payer = check.payer.name if check.payer else check.payer_name
    taken_back = remitted.status == REVERSAL
    adjustments = [a for line in remitted.lines.all() for a in line.adjustments.all()]
    facts = [
        f"Check {check.trace}: billed {dollars(remitted.charge_cents)}, "
        f"paid {dollars(remitted.paid_cents)}",
        *(f"{a.group}-{a.reason} {dollars(a.amount_cents)}: {_why(a)}" for a in adjustments),
    ]
    if remitted.payer_control_number:
        facts.append(f"Payer's claim number {remitted.payer_control_number}")
    return Step(
        Kind.REMITTANCE,
        f"{payer} {'took its answer back' if taken_back else 'answered'}",
        check.posted_at,
        facts=tuple(facts),
        feel=_feel(remitted.paid_cents, adjustments, taken_back=taken_back),
        link=Link("remittance", check.pk),
    )


def _why(adjustment: Adjustment) -> str:
    return cause(adjustment.group, adjustment.reason, adjustment.line.remarks).words


def _feel(paid: int, adjustments: Sequence[Adjustment], *, taken_back: bool) -> Feel:
    refused = any(cause(a.group, a.reason, a.line.remarks).counts_as_denial for a in adjustments)
    if taken_back or refused:
        return Feel.BAD
    return Feel.GOOD if paid > 0 else Feel.DONE


def _transfers(match: Match, transfers: Sequence[Transfer]) -> Step:
    """What was posted in one moment: what is done about an answer later is a step of its own."""
    return Step(
        Kind.TRANSFERS,
        f"Posted in {len(transfers)} transfer{'' if len(transfers) == 1 else 's'}",
        transfers[0].made_at,
        facts=tuple(_moved(transfer) for transfer in transfers),
        link=Link("remittance", match.remitted.remittance_id),
        more=((Link("match", match.pk, "Matched by hand"),) if match.user_id else ()),
    )


def _moved(transfer: Transfer) -> str:
    """$60.00 from payer receivable to contractual (CO-45)."""
    back = ", taken back" if transfer.reverses_id else ""
    return (
        f"{dollars(transfer.amount_cents)} from {_account(transfer.credit)} "
        f"to {_account(transfer.debit)} ({transfer.code}{back})"
    )


def _account(name: str) -> str:
    return name.replace("_", " ")


def _cases(claim: Claim) -> Iterator[Step]:
    for case in Case.objects.filter(claim=claim).order_by("pk")[:_CASES_SHOWN]:
        facts = (case.cure,) if case.state != "closed" else (f"Closed: {case.resolution}",)
        yield Step(
            Kind.CASE,
            case.title,
            case.opened_at,
            facts=facts,
            feel=Feel.BAD if case.state == "open" else Feel.DONE,
            link=Link("case", case.pk),
        )

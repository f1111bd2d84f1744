"""The threads of what travels: a file with the claims in it, a check with the claims it answers."""

from collections.abc import Iterator
from datetime import datetime

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
    ClaimVersion,
    Delivery,
    EdiFile,
    Match,
    Remittance,
)
from carethread.rules.words import dollars

_MOST = 200


def of_file(file: EdiFile, _now: datetime) -> Thread:
    """A file: when it was made or came, what it carries, what was said of it."""
    steps = [
        *_carried(file),
        *_said_of(file),
        *(_check(check) for check in Remittance.objects.filter(file=file)[:_MOST]),
    ]
    title, subject = f"File {file.name}", Link("file", file.pk)
    return Thread(title, subject, (_file(file), *in_order(steps)))


def of_check(check: Remittance, _now: datetime) -> Thread:
    """A check: the file that brought it, the claims it answers, what it took besides."""
    steps = [_check(check), *_answers(check), *_provider_level(check)]
    return Thread(
        f"Check {check.trace} of {check.payer_name}",
        Link("remittance", check.pk),
        (_file(check.file), *in_order(steps)),
    )


def of_answer(row: Match) -> Thread:
    """A payment that is on no claim of ours: the file and the check that brought it."""
    check = row.remitted.remittance
    return Thread(
        f"Payment for {row.remitted.claim_number}",
        Link("match", row.pk),
        (_file(check.file), _check(check), _answer(row)),
    )


def _file(file: EdiFile) -> Step:
    delivery: Delivery | None = getattr(file, "delivery", None)
    controls = ", ".join(i.control_number for i in file.interchanges.all())
    facts = [f"Interchange {controls}"] if controls else []
    if delivery is not None:
        facts += [delivery.state.capitalize(), *filter(None, [delivery.reason])]
    return Step(
        Kind.FILE,
        f"File {file.name} {'sent' if file.direction == 'out' else 'received'}",
        file.made_at,
        facts=tuple(facts),
        feel=Feel.BAD if delivery and delivery.state == "quarantined" else Feel.DONE,
        link=Link("file", file.pk),
    )


def _carried(file: EdiFile) -> Iterator[Step]:
    versions = ClaimVersion.objects.filter(file=file).select_related("claim__client").order_by("pk")
    for version in versions[:_MOST]:
        yield Step(
            Kind.CLAIM,
            f"Claim {version.claim_number}",
            version.made_at,
            (f"{version.claim.client}, {dollars(version.charge_cents)}",),
            link=Link("claim", version.claim_id),
        )


def _said_of(file: EdiFile) -> Iterator[Step]:
    for row in Acknowledgment.objects.filter(about=file).order_by("pk")[:_MOST]:
        yield acknowledged(row)


def _check(check: Remittance) -> Step:
    closed = "Deposit closed to the cent" if check.closed_at else "Deposit still open"
    return Step(
        Kind.REMITTANCE,
        f"{check.payer_name}: {dollars(check.amount_cents)}",
        check.posted_at,
        (f"Check {check.trace}, {check.method}", closed),
        Feel.GOOD if check.closed_at else Feel.BAD,
        Link("remittance", check.pk),
    )


def _answers(check: Remittance) -> Iterator[Step]:
    rows = (
        Match.objects.filter(remitted__remittance=check)
        .select_related("remitted", "version")
        .order_by("remitted__position")
    )
    for row in rows[:_MOST]:
        yield _answer(row)


def _answer(row: Match) -> Step:
    remitted = row.remitted
    return Step(
        Kind.TRANSFERS,
        f"Claim {remitted.claim_number}: paid {dollars(remitted.paid_cents)}",
        row.at,
        (row.get_state_display(), row.reason) if row.reason else (row.get_state_display(),),
        Feel.DONE if row.state == "matched" else Feel.BAD,
        Link("claim", row.version.claim_id) if row.version else Link("match", row.pk),
    )


def _provider_level(check: Remittance) -> Iterator[Step]:
    for row in check.provider_adjustments.all():
        yield Step(
            Kind.TRANSFERS,
            f"Provider-level adjustment {row.reason}: {dollars(-row.amount_cents)}",
            check.posted_at,
            (f"Reference {row.reference}",) if row.reference else (),
            link=Link("claim", row.claim_id) if row.claim_id else None,
        )

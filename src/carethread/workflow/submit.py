"""Ready claims leave: frozen, written as an 837, carried to the clearinghouse exactly once.

Freezing is one transaction: versions, lines, control numbers, bytes. Carrying takes two marks,
so that a crash at any instant can be told apart afterwards:

    built → uploading → (bytes under a temporary name) → uploaded → (renamed) → sent

A crash while `uploading` has renamed nothing: upload again. A crash while `uploaded` is decided
by looking: the temporary name is still there → rename it; it is gone → the rename happened.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from carethread.connect import Connection as Wire
from carethread.connect import Missing
from carethread.connect.backoff import next_attempt
from carethread.connect.naming import outbound_name, temporary_name
from carethread.insight import refusals
from carethread.record.models import (
    Claim,
    ClaimLine,
    ClaimState,
    ClaimVersion,
    Connection,
    Delivery,
    EdiFile,
    Interchange,
    Organization,
)
from carethread.record.policies import effective
from carethread.rules.expect import Expected, expected
from carethread.rules.post import reopen
from carethread.rules.scrub import scrub
from carethread.workflow import bill, gather
from carethread.workflow.bill import Prepared
from carethread.workflow.center.connections import mailboxes, opened
from carethread.workflow.common import ledger, numbers, wire_format
from carethread.workflow.common.locks import lock
from carethread.x12.claim import Claim as WireClaim
from carethread.x12.claim import ClaimFile
from carethread.x12.common import Contact, Envelope, Party
from carethread.x12.reader import Transaction
from carethread.x12.writer import write

GUIDES = {"P": "005010X222A1", "I": "005010X223A2"}


def run(organization: Organization, *, now: datetime) -> int:
    """Freeze what is ready and carry what is frozen; the number of files sent."""
    sent = 0
    for connection in mailboxes().filter(organization=organization):
        while freeze(connection, now=now) is not None:
            pass
        sent += carry_all(connection, now=now)
    return sent


# -------------------------------------------------------------------------------------- freezing


def due(now: datetime) -> "QuerySet[Claim]":
    """Ready claims whose grace period is over. In no order: asked for one, SQLite reads every
    claim in it."""
    return Claim.objects.filter(state=ClaimState.READY, ready_at__lte=now)


@transaction.atomic
def freeze(connection: Connection, *, now: datetime) -> EdiFile | None:
    """One 837 file of what is due, frozen with everything that it says; None if nothing is.

    Each claim is scrubbed once more with the claim locked: what is stopped now stays.
    """
    organization = connection.organization
    leaving = _leaving(organization, now)
    if not leaving:
        return None
    _reopen_denials(organization, leaving, now)
    control = numbers.take(organization, f"interchange:{connection.sender_id}").start
    raw = write_file(organization, connection, [one.wire for one in leaving], control, now)
    file = store(connection, raw, control, now, kind=leaving[0].wire.kind)
    freeze_versions(leaving, file, now)
    for one in leaving:
        words = f"Leaves as {one.wire.claim_id} in file {file.name}."
        bill.move(one.row, ClaimState.QUEUED, words, now=now, file_id=file.pk)
    return file


def _leaving(organization: Organization, now: datetime) -> list[Prepared]:
    """What is due and still may leave. What no longer may is looked at, which writes down why,
    and so is not due again."""
    size = effective("claims_per_file", on=gather.service_date(organization, now)).value
    while ids := _next(now, size):
        locked = [row for row in bill.lock_waiting(ids) if row.state == ClaimState.READY]
        clean = [one for one in bill.prepared(locked, organization, now) if _may_leave(one)]
        stopped = {row.pk for row in locked} - {one.row.pk for one in clean}
        bill.look_at([row for row in locked if row.pk in stopped], organization, now=now)
        if clean or not locked:
            return clean
    return []


def _next(now: datetime, size: int) -> list[int]:
    """The claims that are due first, all of one form: a file holds claims of one guide."""
    rows = sorted(due(now).values_list("pk", "form"))
    return [pk for pk, form in rows if form == rows[0][1]][:size]


def form_of(claims: Sequence[WireClaim]) -> str:
    """P or I: the form of these claims."""
    return "I" if claims[0].kind == "837I" else "P"


def _may_leave(one: Prepared) -> bool:
    return not any(finding.stops for finding in scrub(one.wire, one.context))


def envelope_of(connection: Connection, control: int, guide: str) -> Envelope:
    """The envelope of the one set (or the first) of a file that leaves by that connection."""
    return Envelope(
        sender=connection.sender_id,
        receiver=connection.receiver_id,
        interchange=f"{control:09d}",
        group=str(control),
        set="0001",
        guide=guide,
    )


def written(
    sets: Sequence[Transaction], connection: Connection, control: int, created: datetime
) -> bytes:
    """These sets as the one interchange of a file that leaves by that connection; `created` in the
    center's own time."""
    return write(
        sets,
        sender=connection.sender_id,
        receiver=connection.receiver_id,
        interchange_control=control,
        group_control=control,
        created=created,
    )


def write_file(
    organization: Organization,
    connection: Connection,
    claims: Sequence[WireClaim],
    control: int,
    now: datetime,
) -> bytes:
    """The 837 bytes of these claims, all of one form, under one interchange control number."""
    local = gather.local(organization, now)
    file = ClaimFile(
        envelope=envelope_of(connection, control, GUIDES[form_of(claims)]),
        submitter=Party(
            "2",
            organization.legal_name,
            id_qualifier="46",
            id=connection.sender_id,
            contact=Contact(organization.contact_name, organization.phone),
        ),
        receiver=Party("2", connection.receiver_name, id_qualifier="46", id=connection.receiver_id),
        created_on=local.date(),
        created_time=f"{local:%H%M}",
        reference=f"{control:09d}",
        claims=tuple(claims),
    )
    return written([file], connection, control, local)


def store(
    connection: Connection, raw: bytes, control: int, now: datetime, *, kind: str = "837P"
) -> EdiFile:
    """A file that is to leave, with its interchange; it waits to be carried."""
    digest = hashlib.sha256(raw).hexdigest()
    file = EdiFile.objects.create(
        organization=connection.organization,
        connection=connection,
        direction="out",
        kind=kind,
        name=outbound_name(connection.sender_id, f"{control:09d}", kind, digest),
        sha256=digest,
        raw=raw,
        made_at=now,
    )
    Interchange.objects.create(
        organization=connection.organization,
        file=file,
        direction="out",
        sender_id=connection.sender_id,
        receiver_id=connection.receiver_id,
        control_number=f"{control:09d}",
    )
    Delivery.objects.create(organization=connection.organization, file=file, state="built")
    return file


def freeze_versions(leaving: Sequence[Prepared], file: EdiFile, now: datetime) -> None:
    """These claims as they leave in this file, line by line."""
    promised = _promised(leaving)
    versions = ClaimVersion.objects.bulk_create(
        [
            ClaimVersion(
                organization_id=file.organization_id,
                claim=one.row,
                number=one.row.next_version,
                claim_number=one.wire.claim_id,
                frequency=one.wire.frequency,
                original_reference=one.wire.original_reference,
                charge_cents=one.wire.charge,
                content=wire_format.claim_to_json(one.wire),
                file=file,
                set_control_number="0001",
                made_at=now,
            )
            for one in leaving
        ]
    )
    lines = []
    for one, version in zip(leaving, versions, strict=True):
        one.row.current = version
        lines += _lines(one, version, promised[one.wire.claim_id])
    ClaimLine.objects.bulk_create(lines)


def _promised(leaving: Sequence[Prepared]) -> dict[str, list[Expected | None]]:
    """What the contracts promise for each line, by claim number. A later payer owes what the
    earlier one left, and no contract says how much that is."""
    terms = gather.terms_of(one.row.payer_id for one in leaving)
    versions = (version for one in leaving for version, _ in one.charged.values())
    admitted = gather.admissions(versions) if gather.asks_for_days(terms.values()) else {}
    return {
        one.wire.claim_id: expected(
            terms.get(one.row.payer_id, ()) if one.row.after_id is None else (),
            gather.services(one.wire, one.row.practitioner.credential, one.charged, admitted),
        )
        for one in leaving
    }


def _lines(
    one: Prepared, version: ClaimVersion, promised: Sequence[Expected | None]
) -> list[ClaimLine]:
    rows = []
    for line, promise in zip(one.wire.lines, promised, strict=True):
        charge_version_id, units = one.charged[line.control_number]
        rows.append(
            ClaimLine(
                organization_id=version.organization_id,
                version=version,
                number=line.number,
                charge_version_id=charge_version_id,
                control_number=line.control_number,
                revenue_code=line.revenue_code,
                code=line.procedure,
                modifiers=list(line.modifiers),
                units=units,
                charge_cents=line.charge,
                service_date=line.service_from,
                expected_cents=promise.amount if promise else None,
                expected_words=promise.reason[:300] if promise else "",
            )
        )
    return rows


def _reopen_denials(organization: Organization, leaving: Sequence[Prepared], now: datetime) -> None:
    """A correction asks again for what was denied: the payer owes it once more. Each payer is asked
    only for what it denied itself, and not for what was settled since."""
    first = [one for one in leaving if one.row.after_id is None]
    versions = [version for one in first for version, _ in one.charged.values()]
    later = [one.row.pk for one in leaving if one.row.after_id is not None]
    by_claim = "remitted_claim__match__version__claim"
    denied = (
        refusals.unsettled()
        .filter(
            Q(charge__versions__in=versions, **{f"{by_claim}__after__isnull": True})
            | Q(**{f"{by_claim}__in": later})
        )
        .distinct()
        .select_related("reversed_by")
        .order_by("pk")
    )
    moves = reopen(ledger.standing(denied))
    if moves:
        ledger.transfer(organization, moves, source="submit", now=now)


# -------------------------------------------------------------------------------------- carrying


def due_deliveries(connection: Connection, now: datetime) -> "QuerySet[Delivery]":
    """Files of a connection that are not with the clearinghouse yet, oldest first."""
    return (
        Delivery.objects.filter(
            Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=now),
            file__connection=connection,
            file__direction="out",
            state__in=["built", "uploading", "uploaded"],
        )
        .select_related("file")
        .order_by("pk")
    )


def carry_all(connection: Connection, *, now: datetime) -> int:
    """Carry every file that is due; the number sent. A failure is written down and tried again."""
    due_now = list(due_deliveries(connection, now))
    if not due_now:
        return 0
    sent = 0
    with opened(connection, now=now) as wire:
        if wire is None:
            return 0
        for delivery in due_now:
            sent += carry(delivery, connection, wire, now=now)
    return sent


def carry(delivery: Delivery, connection: Connection, wire: Wire, *, now: datetime) -> bool:
    """Bring one file over, from wherever the last attempt stopped. True when it is there."""
    final = f"{connection.outbound_folder}/{delivery.file.name}"
    temporary = f"{connection.outbound_folder}/{temporary_name(delivery.file.name)}"
    if not _claimed(delivery, now):
        return False
    if delivery.state != "uploaded":
        _mark(delivery, "uploading")
        wire.write(temporary, bytes(delivery.file.raw))
        _mark(delivery, "uploaded")
    try:
        wire.rename(temporary, final)
    except Missing:
        # An earlier attempt renamed it and died before saying so; unless the folder itself is
        # gone, which raises Missing here as well, and leaves the file due.
        wire.list(connection.outbound_folder)
    _arrived(delivery, now)
    return True


@transaction.atomic
def _claimed(delivery: Delivery, now: datetime) -> bool:
    """Take the file for this worker: whoever moves its next attempt forward has it."""
    attempts = delivery.attempts + 1
    later = next_attempt(attempts, now, seed=delivery.file.name)
    taken = Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts).update(
        attempts=attempts, next_attempt_at=later
    )
    delivery.attempts = attempts
    return taken == 1


def _mark(delivery: Delivery, state: str) -> None:
    delivery.state = state
    delivery.save(update_fields=["state"])


@transaction.atomic
def _arrived(delivery: Delivery, now: datetime) -> None:
    delivery.state, delivery.done_at, delivery.next_attempt_at = "sent", now, None
    delivery.save(update_fields=["state", "done_at", "next_attempt_at"])
    versions = list(delivery.file.claim_versions.values_list("pk", flat=True))
    ids = lock(Claim.objects.filter(current__in=versions, state=ClaimState.QUEUED))
    for claim in Claim.objects.filter(pk__in=ids).order_by("pk"):
        words = f"File {delivery.file.name} is with the clearinghouse."
        bill.move(claim, ClaimState.SENT, words, now=now, file_id=delivery.file_id)

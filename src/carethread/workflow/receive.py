"""Files come in: fetched once, stored byte for byte before anything reads them, then read.

What a file turns out to hold decides who reads it: acknowledgments go to `acknowledge`,
remittances to `post`, answers about coverage to `benefits`, about claims to `claim_status`, about
authorizations to `review`, a bank's file to `deposits`. A file that cannot be read is quarantined
whole, with the place and the reason, and changes nothing else: those behind it are read.
"""

import hashlib
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

import structlog
from django.db import DataError, InterfaceError, OperationalError, transaction
from django.db.models import QuerySet

from carethread.codes.roles import Role
from carethread.connect import Connection as Wire
from carethread.connect.contract import RemoteFile as Remote
from carethread.connect.naming import is_temporary, refusal
from carethread.record.models import (
    Case,
    CaseKind,
    Connection,
    Delivery,
    EdiFile,
    Interchange,
    Organization,
    RemoteFile,
)
from carethread.rules import bank_file
from carethread.workflow import acknowledge, post
from carethread.workflow.authorizations import review
from carethread.workflow.center.connections import REAL_TIME, mailboxes, opened
from carethread.workflow.claims import claim_status
from carethread.workflow.common.quarantine import Quarantined, plain, reason_of
from carethread.workflow.coverage import benefits
from carethread.workflow.remittances import deposits
from carethread.x12.acknowledgment import ClaimAck, FunctionalAck, InterchangeAck
from carethread.x12.eligibility import EligibilityInquiry, EligibilityResponse
from carethread.x12.finding import Finding, Severity, Unreadable
from carethread.x12.reader import Document, read
from carethread.x12.remittance import Remittance
from carethread.x12.review import Review
from carethread.x12.status import StatusRequest, StatusResponse

_LARGEST_FILE = 512 * 1024 * 1024
_OUR_FAULT = (
    "This program failed while it read the file, and its log says where. Nothing of the file took "
    "effect. Once the fault is mended, have it read again."
)

log = structlog.get_logger("carethread.receive")


def run(organization: Organization, *, now: datetime) -> int:
    """Fetch what is new and read what is stored; the number of files read."""
    for connection in mailboxes().filter(organization=organization):
        fetch(connection, now=now)
    count, failed = 0, None
    for delivery in due():
        try:
            count += read_file(delivery, now=now)
        except OperationalError as error:
            # Perhaps only of this file: those behind it are read before the failure is told.
            failed = error
    if failed is not None:
        raise failed
    return count


# -------------------------------------------------------------------------------------- fetching


def fetch(connection: Connection, *, now: datetime) -> int:
    """Bring every file that was not seen yet; the number brought."""
    brought = 0
    with opened(connection, now=now) as wire:
        if wire is None:
            return 0
        known = RemoteFile.objects.filter(connection=connection)
        seen = set(known.values_list("name", "size", "modified_at"))
        for remote in sorted(wire.list(connection.inbound_folder), key=lambda r: r.name):
            if (remote.name, remote.size, remote.modified) not in seen:
                brought += _bring(connection, wire, remote, now)
    return brought


def _bring(connection: Connection, wire: Wire, remote: Remote, now: datetime) -> bool:
    if is_temporary(remote.name):
        return False
    if (why := _why_not(remote)) is not None:
        _leave(connection, remote, why, now)
        return False
    raw = wire.read(f"{connection.inbound_folder}/{remote.name}")
    if len(raw) != remote.size:
        return False  # Still being written: it will be whole at the next look.
    with transaction.atomic():
        file = store(
            raw,
            organization=connection.organization,
            connection=connection,
            name=remote.name,
            now=now,
        )
        RemoteFile.objects.get_or_create(
            organization=connection.organization,
            connection=connection,
            name=remote.name,
            size=remote.size,
            modified_at=remote.modified,
            defaults={"file": file},
        )
    return True


def _why_not(remote: Remote) -> str | None:
    too_large = f"it is larger than {_LARGEST_FILE // 1024 // 1024} MB"
    return refusal(remote.name) or (too_large if remote.size > _LARGEST_FILE else None)


def _leave(connection: Connection, remote: Remote, why: str, now: datetime) -> None:
    """A file that is not brought is told to a person, once. Its name goes into no path."""
    name = hashlib.sha256(remote.name.encode(errors="replace")).hexdigest()[:32]
    Case.objects.get_or_create(
        organization=connection.organization,
        source=f"left:{connection.pk}:{name}",
        defaults={
            "kind": CaseKind.QUARANTINE,
            "category": "file",
            "owner_role": Role.BILLER.value,
            "title": f"{connection.name} holds a file that was not brought: {why}. "
            f"Its name: {ascii(remote.name)[:100]}"[:300],
            "cure": "Ask the sender to put it there in parts or under a plain name. "
            "Nothing of it was read.",
            "opened_at": now,
        },
    )


def store(
    raw: bytes,
    *,
    organization: Organization,
    name: str,
    now: datetime,
    connection: Connection | None = None,
    kind: str = "",
    state: str = "received",
    reason: str = "",
) -> EdiFile:
    """Keep the bytes, unread; what no program reads in another `state`, with its `reason`. The same
    bytes twice are one file: the first is given back."""
    digest = hashlib.sha256(raw).hexdigest()
    with transaction.atomic():  # get_or_create, because two workers may bring one file at once
        file, fresh = EdiFile.objects.get_or_create(
            organization=organization,
            direction="in",
            sha256=digest,
            defaults={
                "connection": connection,
                "kind": kind,
                "name": name[:255],
                "raw": raw,
                "made_at": now,
            },
        )
        if fresh:
            Delivery.objects.create(
                organization=organization, file=file, state=state, reason=reason
            )
    return file


# -------------------------------------------------------------------------------------- reading


def due() -> "QuerySet[Delivery]":
    """Files that came in and were not read yet, oldest first."""
    rows: QuerySet[Delivery] = (
        Delivery.objects.filter(file__direction="in", state="received")
        .select_related("file__organization", "file__connection")
        .defer("file__raw")  # of a long queue, one file's bytes at a time
        .order_by("pk")
    )
    return rows


_RECEIVED, _SET_ASIDE = "received", "quarantined"


def read_again(delivery: Delivery, *, now: datetime) -> bool:
    """Read a file, also where it was set aside: what kept it from being read may be mended here.
    What its sender has to mend keeps it set aside."""
    return read_file(delivery, now=now, states=(_RECEIVED, _SET_ASIDE))


def read_file(delivery: Delivery, *, now: datetime, states: Collection[str] = (_RECEIVED,)) -> bool:
    """Read one stored file that stands so, in one transaction: all of it has its effect, or none
    of it."""
    try:
        with transaction.atomic():
            locked = Delivery.objects.select_for_update(of=("self",), no_key=True).get(
                pk=delivery.pk
            )
            if locked.state not in states:
                return False
            if bank_file.is_one(bytes(delivery.file.raw)):
                deposits.take_file(delivery.file, now=now)
                return _finish(locked, "read", "", now)
            document = read(bytes(delivery.file.raw))
            _refuse_broken(document)
            _refuse_foreign(document)
            if not _take_interchanges(delivery.file, document):
                return _finish(locked, "duplicate", "Every interchange in it was read before.", now)
            _read_transactions(delivery.file, document, now)
            return _finish(locked, "read", "", now)
    except (Unreadable, Quarantined) as problem:
        return _quarantine(delivery, problem, now)
    except (DataError, OverflowError) as problem:
        # A value that no column holds: one bad file must not stop those behind it.
        reason = Quarantined(f"It holds a value that cannot be stored: {problem}")
        return _quarantine(delivery, reason, now)
    except (OperationalError, InterfaceError):
        raise  # A lock or a lost connection is no fault of the file: it is due again.
    except Exception:
        log.exception("a file could not be read", file=delivery.file_id)
        return _quarantine(delivery, Quarantined(_OUR_FAULT), now)


def _refuse_broken(document: Document) -> None:
    """A file in which something could not be read is not acted on in part."""
    broken = [finding for finding in document.findings if finding.severity is Severity.ERROR]
    if broken:
        where = f" (segment {broken[0].segment})" if broken[0].segment else ""
        raise Quarantined(f"{broken[0].message}{where}", document.findings)
    if not document.transactions:
        raise Quarantined("The file holds no transaction.", document.findings)


def _refuse_foreign(document: Document) -> None:
    """Acknowledgments speak of interchanges by number alone, so they must be addressed to us. (A
    remittance names its payee; `post` looks at that.)"""
    ours = set(Connection.objects.values_list("sender_id", flat=True))
    for one in document.transactions:
        if isinstance(one, (InterchangeAck, FunctionalAck, ClaimAck)):
            receiver = one.envelope.receiver.strip()
            if receiver not in ours:
                raise Quarantined(f"This acknowledgment is addressed to {receiver!r}, not to us.")


def _take_interchanges(file: EdiFile, document: Document) -> bool:
    """Take each interchange's control number. False where every one was taken by the same
    interchange in other bytes. A number that another interchange had is never passed over.

    An answer in real time is known by its question: such payers number every answer alike."""
    if file.connection is not None and file.connection.kind == REAL_TIME:
        return True
    fresh = 0
    for envelope in document.envelopes:
        number = {
            "organization_id": file.organization_id,
            "direction": "in",
            "sender_id": envelope.sender,
            "control_number": envelope.control,
        }
        taken, is_fresh = Interchange.objects.get_or_create(
            **number, defaults={"file": file, "receiver_id": envelope.receiver}
        )
        if not is_fresh and _bare(taken.file) != _bare(file):
            raise Quarantined(
                f"{envelope.sender} has used interchange number {envelope.control} before, for "
                "something else. Ask the sender which of the two files counts."
            )
        fresh += is_fresh
    return fresh > 0


def _bare(file: EdiFile) -> bytes:
    """A file's bytes without line breaks and blanks, which say nothing."""
    return b"".join(bytes(file.raw).split())


_READERS: dict[type, Callable[[Any, EdiFile, int, datetime], None]] = {
    InterchangeAck: acknowledge.take_interchange,
    FunctionalAck: acknowledge.take_functional,
    ClaimAck: acknowledge.take_claims,
    Remittance: post.take,
    Review: review.take,
    EligibilityResponse: benefits.take,
    EligibilityInquiry: benefits.take,
    StatusResponse: claim_status.take,
    StatusRequest: claim_status.take,
}
"""Who reads each kind of transaction: it, the file, its place in the file, and the moment."""


def _read_transactions(file: EdiFile, document: Document, now: datetime) -> None:
    """Each to its reader. A kind that has none quarantines the file."""
    for position, one in enumerate(document.transactions):
        take = _READERS.get(type(one))
        if take is None:
            kind = type(one).__name__
            raise Quarantined(f"A transaction of a kind that is not expected here: {kind}.")
        take(one, file, position, now)


def _finish(delivery: Delivery, state: str, reason: str, now: datetime) -> bool:
    delivery.state, delivery.reason, delivery.done_at, delivery.findings = state, reason, now, []
    delivery.save(update_fields=["state", "reason", "done_at", "findings"])
    return state == "read"


@transaction.atomic
def _quarantine(delivery: Delivery, problem: Unreadable | Quarantined, now: datetime) -> bool:
    locked = Delivery.objects.select_for_update(of=("self",), no_key=True).get(pk=delivery.pk)
    if locked.state not in (_RECEIVED, _SET_ASIDE):
        return False
    locked.findings = [_shown(finding) for finding in getattr(problem, "findings", ())[:200]]
    locked.state, locked.reason, locked.done_at = _SET_ASIDE, reason_of(problem), now
    locked.save(update_fields=["findings", "state", "reason", "done_at"])
    return False


def _shown(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        "segment": finding.segment,
        "message": plain(finding.message),
    }

"""TA1, 999 and 277CA drive a claim's state. Clearinghouse acceptance is not payer acceptance.

A claim only moves forward: a 999 that arrives after the payer's word changes nothing, and word
on an older version of a claim is kept but moves nothing.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from carethread.record.compiled import compiled
from carethread.record.models import (
    Acknowledgment,
    Claim,
    ClaimState,
    ClaimVersion,
    EdiFile,
    Interchange,
)
from carethread.record.statements import insert
from carethread.rules.identity import parse_claim_number
from carethread.workflow import bill
from carethread.workflow.common.locks import lock
from carethread.x12.acknowledgment import (
    AcknowledgedClaim,
    ClaimAck,
    ClaimStatus,
    FunctionalAck,
    InterchangeAck,
    rejects,
)

_WITH_THE_CLEARINGHOUSE = (ClaimState.QUEUED, ClaimState.SENT)
_NOT_ADJUDICATED = (ClaimState.QUEUED, ClaimState.SENT, ClaimState.RECEIVED)
_BEFORE_A_DECISION = (*_NOT_ADJUDICATED, ClaimState.ACCEPTED)
"""The payer may still refuse what its clearinghouse accepted."""
# Positions of a file's acknowledgments: room for this many claims in each transaction.
_ROOM = 1_000_000


def take_interchange(ack: InterchangeAck, file: EdiFile, position: int, now: datetime) -> None:
    """A TA1: a rejected envelope takes every claim in it back."""
    about = _sent_file(ack.interchange, ack.envelope.receiver)
    accepted = ack.code in {"A", "E"}
    words = (
        f"Interchange {ack.interchange} "
        f"{'was accepted' if accepted else 'was refused'} (TA1 {ack.code} {ack.note})."
    )
    _write_down(
        file, about, None, position * _ROOM, "TA1", accepted, [ack.code, ack.note], words, now
    )
    if about is not None and not accepted:
        _move(_claims_in(about), ClaimState.REJECTED, words, _WITH_THE_CLEARINGHOUSE, file, now)


def take_functional(ack: FunctionalAck, file: EdiFile, position: int, now: datetime) -> None:
    """A 999: the clearinghouse has the group, or refuses it (or some of its sets)."""
    about = _sent_file(ack.group, ack.envelope.receiver)
    refused = {s.control_number for s in ack.sets if s.code not in {"A", "E"}}
    accepted = ack.code in {"A", "E", "P"}
    words = f"Group {ack.group}: {_plain(ack.code)} (999 {ack.code})."
    details = [
        f"{e.tag} at segment {e.position}: code {e.code}" for s in ack.sets for e in s.errors
    ]
    if details:
        words = f"{words} {'; '.join(details[:5])}"
    _write_down(file, about, None, position * _ROOM, "999", accepted, [ack.code], words, now)
    if about is None:
        return
    for claim in _claims_in(about):
        version = claim.current
        bad = not accepted or (version is not None and version.set_control_number in refused)
        state = ClaimState.REJECTED if bad else ClaimState.RECEIVED
        _move([claim], state, words, _WITH_THE_CLEARINGHOUSE, file, now)


def take_claims(ack: ClaimAck, file: EdiFile, position: int, now: datetime) -> None:
    """A 277CA: each claim is in adjudication, or was refused before it and never adjudicated."""
    for number, one in enumerate(ack.claims):
        _take_word(file, position * _ROOM + number, one, now)
    if not ack.claims:
        _take_word_on_all(file, position * _ROOM, ack, now)


def _take_word_on_all(file: EdiFile, position: int, ack: ClaimAck, now: datetime) -> None:
    """Who names no claim speaks of all that were in the file: refused whole, each comes back. The
    refusal may be one billing provider's alone (2000C of the 277CA); our files have one."""
    about = _sent_file(ack.batch_trace, ack.envelope.receiver)
    said, refused = ack.said_of_all, rejects(ack.said_of_all)
    words = f"The whole file: {_words(said)}"
    codes = [f"{s.category}:{s.code}" for s in said]
    _write_down(file, about, None, position, "277CA", not refused, codes, words, now)
    if about is not None and refused:
        _move(_claims_in(about), ClaimState.REJECTED, words, _BEFORE_A_DECISION, file, now)


def _take_word(file: EdiFile, position: int, one: AcknowledgedClaim, now: datetime) -> None:
    version = version_of(one.claim_id)
    words = _words(one.statuses)
    if one.clearinghouse_number:
        words += f" (the clearinghouse's number: {one.clearinghouse_number})"
    codes = [f"{s.category}:{s.code}" for s in one.statuses]
    _write_down(
        file, version.file if version else None, version, position, "277CA",
        one.is_accepted, codes, words, now,
    )  # fmt: skip
    if version is None:
        return
    claim = Claim.objects.select_for_update(of=("self",), no_key=True).get(pk=version.claim_id)
    if claim.current_id != version.pk:
        return
    if claim.state in _NOT_ADJUDICATED and one.payer_control_number and one.is_accepted:
        claim.payer_control_number = one.payer_control_number
        claim.save(update_fields=["payer_control_number"])
    if not one.is_accepted:
        _move([claim], ClaimState.REJECTED, words, _BEFORE_A_DECISION, file, now)
    elif one.payer_control_number or any(s.category == "A2" for s in one.statuses):
        _move([claim], ClaimState.ACCEPTED, words, _NOT_ADJUDICATED, file, now)
    else:
        _move([claim], ClaimState.RECEIVED, words, _WITH_THE_CLEARINGHOUSE, file, now)


def version_of(claim_number: str) -> ClaimVersion | None:
    """The version that a (perhaps mangled) CLM01 names."""
    parsed = parse_claim_number(claim_number)
    if parsed is None:
        return None
    sequence, number = parsed
    return next((row for row in _versions(sequence=sequence) if row.number == number), None)


@compiled
def _versions(sequence: int) -> "QuerySet[ClaimVersion]":
    return ClaimVersion.objects.filter(claim__sequence=sequence).select_related("file")


def _words(statuses: Iterable[ClaimStatus]) -> str:
    return "; ".join(map(_status_words, statuses)) or "No status given."


def _status_words(status: ClaimStatus) -> str:
    said = "accepted" if status.action != "U" else "refused"
    tail = f": {status.message}" if status.message else ""
    return f"{said}, category {status.category}, status {status.code}{tail}"


def _plain(code: str) -> str:
    return {"A": "accepted", "E": "accepted with errors", "P": "accepted in part"}.get(
        code, "refused"
    )


def _sent_file(control_number: str, sender: str) -> EdiFile | None:
    """The file that `sender` (we, under one of our ids) sent under an interchange number; a
    group's number is the same."""
    digits = control_number.strip().rjust(9, "0")
    row = (
        Interchange.objects.filter(direction="out", control_number=digits, sender_id=sender)
        .select_related("file")
        .first()
    )
    return row.file if row else None


def _claims_in(file: EdiFile) -> Iterable[Claim]:
    versions = ClaimVersion.objects.filter(file=file).values_list("pk", flat=True)
    ids = lock(Claim.objects.filter(current__in=list(versions)))
    return Claim.objects.filter(pk__in=ids).select_related("current").order_by("pk")


def _move(
    claims: Iterable[Claim],
    state: ClaimState,
    words: str,
    only_from: tuple[ClaimState, ...],
    file: EdiFile,
    now: datetime,
) -> None:
    for claim in claims:
        if claim.state in only_from:
            bill.move(claim, state, words, now=now, file_id=file.pk)


def _write_down(
    file: EdiFile,
    about: EdiFile | None,
    version: ClaimVersion | None,
    position: int,
    kind: str,
    accepted: bool,
    codes: list[str],
    words: str,
    now: datetime,
) -> None:
    insert(
        Acknowledgment(
            organization_id=file.organization_id,
            file=file,
            about=about,
            claim_version=version,
            position=position,
            kind=kind,
            accepted=accepted,
            codes=codes,
            words=words[:500],
            made_at=now,
        )
    )

"""From whatever number somebody holds to the thread that hangs on it."""

import re
from collections.abc import Callable
from datetime import datetime

from django.db.models import Q, QuerySet

from carethread.insight.thread.claim import of_claim, of_note
from carethread.insight.thread.steps import Thread
from carethread.insight.thread.wire import of_answer, of_check, of_file
from carethread.record.models import Claim, EdiFile, Match, Note, Remittance
from carethread.rules.identity import parse_claim_number, parse_line_number

_NAMED = re.compile(r"(claim|note|check|control|file)[ :#]+(.+)", re.IGNORECASE)
_LARGEST = 2**63 - 1

Finder = Callable[[str, datetime], Thread | None]


class Unknown(LookupError):
    """Nothing in this organization's record carries that number. The message says what to try."""


def trace(identifier: str, now: datetime) -> Thread:
    """The thread of a claim, note, check or control number. Raises `Unknown`.

    `claim 12`, `note 12`, `check 12` and `control 12` say what is meant. A bare number is tried
    as our claim or line number, the payer's claim number, a check, the short number that the
    screens call a claim by, a control number, the name of a file and the number of a payment that
    is on no claim of ours, in this order.
    """
    text = " ".join(identifier.split())
    named = _NAMED.fullmatch(text)
    kind, number = (named[1].lower(), named[2].strip()) if named else ("", text)
    for find in _FINDERS[kind]:
        if number and (thread := find(number, now)) is not None:
            return thread
    raise Unknown(
        f"Nothing here carries the number “{text}”. Try a claim number (CT…), a check or EFT "
        "number, a control number, or “note 12”. Or try the beginning of a name."
    )


def _by_claim_number(text: str, now: datetime) -> Thread | None:
    parsed = parse_claim_number(text)
    return _claim(Claim.objects.filter(sequence=parsed[0]).first(), now) if parsed else None


def _by_line_number(text: str, now: datetime) -> Thread | None:
    version = parse_line_number(text)
    found = version and Claim.objects.filter(versions__lines__charge_version=version).first()
    return _claim(found or None, now)


def _by_payer_number(text: str, now: datetime) -> Thread | None:
    return _claim(Claim.objects.filter(payer_control_number=text).order_by("pk").first(), now)


def _by_sequence(text: str, now: datetime) -> Thread | None:
    number = _number(text)
    return _claim(Claim.objects.filter(sequence=number).first(), now) if number else None


def _by_short_number(text: str, now: datetime) -> Thread | None:
    """A control number is written with its zeros; "237" is claim 237."""
    return None if text.startswith("0") else _by_sequence(text, now)


def _claim(claim: Claim | None, now: datetime) -> Thread | None:
    return of_claim(claim, now) if claim else None


def _by_note(text: str, now: datetime) -> Thread | None:
    note = Note.objects.filter(pk=_number(text)).first()
    return of_note(note, now) if note else None


def _by_check(text: str, now: datetime) -> Thread | None:
    check = (
        Remittance.objects.filter(trace__iexact=text)
        .select_related("file__delivery")
        .order_by("-pk")
        .first()
    )
    return of_check(check, now) if check else None


def _by_control_number(text: str, now: datetime) -> Thread | None:
    if not _number(text):
        return None
    numbers = {text, text.zfill(9)}
    return _file(EdiFile.objects.filter(interchanges__control_number__in=numbers), now)


def _by_file_name(text: str, now: datetime) -> Thread | None:
    return _file(EdiFile.objects.filter(name__iexact=text), now)


def _file(files: "QuerySet[EdiFile]", now: datetime) -> Thread | None:
    # What we sent comes before what we received: a control number of ours is asked for more often.
    file = files.select_related("delivery").defer("raw").order_by("-direction", "-pk").first()
    return of_file(file, now) if file else None


def _by_answer(text: str, _now: datetime) -> Thread | None:
    """A payment that waits for its claim or is not ours, by what its payer calls that claim."""
    told = Q(remitted__claim_number__iexact=text) | Q(remitted__payer_control_number__iexact=text)
    row = (
        Match.objects.filter(told, state__in=("waiting", "not_ours"))
        .select_related("version", "remitted__remittance__file__delivery")
        .defer("remitted__remittance__file__raw")
        .order_by("-pk")
        .first()
    )
    return of_answer(row) if row else None


def _number(text: str) -> int:
    """The number that the text is; 0 where it is none that a row could have."""
    return int(text) if text.isascii() and text.isdigit() and int(text) <= _LARGEST else 0


_CLAIMS: tuple[Finder, ...] = (_by_claim_number, _by_line_number, _by_payer_number)
_FILES: tuple[Finder, ...] = (_by_control_number, _by_file_name)
_FINDERS: dict[str, tuple[Finder, ...]] = {
    "claim": (*_CLAIMS, _by_sequence, _by_answer),
    "note": (_by_note,),
    "check": (_by_check,),
    "control": _FILES,
    "file": _FILES,
    "": (*_CLAIMS, _by_check, _by_short_number, *_FILES, _by_answer),
}

"""An explanation of benefits that came on paper: its scan is kept byte for byte, what is typed of
it goes the way of any 835."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.db import transaction

from carethread.record.models import (
    Claim,
    ClaimVersion,
    Delivery,
    EdiFile,
    Match,
    Organization,
    Remittance,
    User,
)
from carethread.rules.typed_eob import METHODS, NO_PAYMENT, STATUSES, TypedCheck, remittance
from carethread.rules.words import day, dollars
from carethread.workflow import gather, post, receive
from carethread.workflow.common.errors import Problem, Refused, refuse
from carethread.workflow.common.locks import lock
from carethread.workflow.common.quarantine import Quarantined
from carethread.workflow.remittances import matching, next_payer
from carethread.x12.common import Party, Reference

KIND = "eob"
SCANS = {b"%PDF-": "application/pdf", b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_UNTYPED, _ON_PAPER = "untyped", "A remittance on paper."
_LARGEST = 32 * 1024 * 1024


def media_type(raw: bytes) -> str:
    """What a scan is, by its first bytes; empty where it is none that a browser shows."""
    return next((kind for mark, kind in SCANS.items() if raw.startswith(mark)), "")


def keep_scan(organization: Organization, raw: bytes, *, name: str, now: datetime) -> EdiFile:
    """Keep the paper's picture, byte for byte. The same picture twice is one."""
    if not media_type(raw):
        raise refuse("Scan it as PDF, PNG or JPEG: this file is none of them.", "file")
    if len(raw) > _LARGEST:
        raise refuse("This is larger than 32 MB. Scan it with fewer dots.", "file")
    return receive.store(
        raw, organization=organization, name=name, now=now, kind=KIND, state=_UNTYPED,
        reason=_ON_PAPER,
    )  # fmt: skip


def enter(
    scan: EdiFile,
    typed: TypedCheck,
    versions: Sequence[ClaimVersion],
    *,
    user: User,
    now: datetime,
) -> Remittance:
    """Post what was typed, all of it or nothing. `versions` are the claims that the typist chose,
    in the order of `typed.claims`: what would wait for a person is theirs, as a person has said.
    What it leaves to a next payer is asked of that one at once, after it is posted."""
    if [version.pk for version in versions] != [one.claim.version_id for one in typed.claims]:
        raise ValueError("versions are those of the typed claims, in their order")
    problems = [
        *_problems(typed, gather.service_date(scan.organization, now)),
        *_of_the_payers(typed, versions),
    ]
    if problems:
        raise Refused(*problems)
    check = _entered(scan, typed, versions, user, now)
    next_payer.hand_on(check, now=now)
    return check


@transaction.atomic
def _entered(
    scan: EdiFile, typed: TypedCheck, versions: Sequence[ClaimVersion], user: User, now: datetime
) -> Remittance:
    # All claims at once, in order; the matches below are this transaction's own.
    lock(Claim.objects.filter(pk__in={version.claim_id for version in versions}))
    center = scan.organization
    payee = Party(
        "2", center.legal_name, id_qualifier="XX", id=center.npi,
        references=(Reference("TJ", center.tin),),
    )  # fmt: skip
    try:
        check = post.post_check(scan, remittance(typed, payee), now=now)
    except Quarantined as wrong:
        raise refuse(str(wrong)) from wrong
    if check is None:
        raise refuse("This check was posted before. Nothing was posted twice.", "trace")
    Delivery.objects.filter(file=scan, state=_UNTYPED).update(
        state="read", done_at=now, reason=f"{_ON_PAPER[:-1]}, typed in by hand."
    )
    waiting = Match.objects.filter(remitted__remittance=check, state="waiting")
    for row in waiting.select_related("remitted").order_by("pk"):
        chosen = versions[row.remitted.position]
        matching.match_by_hand(row, chosen, user=user, now=now)
    return check


def _problems(typed: TypedCheck, today: date) -> list[Problem]:
    return [*_of_the_check(typed, today), *_of_the_claims(typed), *_of_the_sum(typed)]


def _of_the_check(typed: TypedCheck, today: date) -> Iterator[Problem]:
    if not typed.trace.strip():
        yield Problem("trace", "Type the number of the check or of the advice.")
    if typed.paid_on is None:
        yield Problem("paid_on", "Type the day of the check.")
    elif typed.paid_on > today:
        words = f"{day(typed.paid_on)} is still to come. Type the day that stands on the check."
        yield Problem("paid_on", words)
    if typed.method not in METHODS:
        yield Problem("method", "Choose how it was paid.")
    elif typed.method == NO_PAYMENT and typed.amount:
        yield Problem(
            "method",
            f"It says no payment, and {dollars(typed.amount)}. Choose how that was paid, or take "
            "the amount out.",
        )


def _of_the_claims(typed: TypedCheck) -> Iterator[Problem]:
    if not typed.claims and not typed.changes:
        yield Problem("", "Add the claims that this check answers.")
    for claim in typed.claims:
        if claim.status not in STATUSES:
            yield Problem("", f"Say how {claim.claim.claim_number} was processed.")
        for line in claim.lines:
            if line.left:
                yield Problem(
                    f"paid-{claim.claim.version_id}-{line.line.charge_id}",
                    f"{dollars(abs(line.left))} of {line.line.code} "
                    f"{'is not explained' if line.left > 0 else 'too much is explained'}.",
                )


def _of_the_payers(typed: TypedCheck, versions: Sequence[ClaimVersion]) -> Iterator[Problem]:
    """A claim of another payer's is asked about, as what an 835 says of one waits for a person."""
    for one, version in zip(typed.claims, versions, strict=True):
        if typed.is_anothers(one) and not typed.is_sure(one):
            yield Problem(
                f"sure-{version.pk}",
                f"Claim {version.claim_number} is {version.claim.payer}’s, the check "
                f"{typed.payer_name}’s. Take the claim that was meant, or say that it is this one.",
            )


def _of_the_sum(typed: TypedCheck) -> Iterator[Problem]:
    if typed.left:
        yield Problem(
            "amount",
            f"The claims and changes come to {dollars(typed.amount - typed.left)}, "
            f"the check says {dollars(typed.amount)}.",
        )

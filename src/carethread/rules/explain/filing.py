"""Did it reach the payer in time, once, and what has been said of it before?"""

from carethread.rules.explain.evidence import Ack, Evidence, Found
from carethread.rules.explain.words import apart, on
from carethread.rules.words import dollars


def late(e: Evidence) -> Found | None:
    """Sent after the limit, and what it waited for."""
    if e.first_sent_on <= e.filing_limit:
        return None
    words = (
        f"It was first sent on {on(e.first_sent_on)}, {apart(e.filing_limit, e.first_sent_on)} "
        f"after the filing limit ({on(e.filing_limit)})."
    )
    return Found("sent_late", f"{words}{_waited(e)}")


def _waited(e: Evidence) -> str:
    days = (e.note.signed_on - e.day).days
    return (
        f" Its note was signed {apart(e.day, e.note.signed_on)} after the session." if days else ""
    )


def in_time(e: Evidence) -> Found | None:
    """The proof: an acknowledgment from within the limit."""
    proof = _proof(e)
    if e.first_sent_on > e.filing_limit:
        return None
    words = (
        f"It was first sent on {on(e.first_sent_on)}, {apart(e.first_sent_on, e.filing_limit)} "
        f"before the filing limit on record ({on(e.filing_limit)})"
    )
    if proof is None:
        return Found(
            "sent_in_time",
            f"{words}, but no acknowledgment of it is on record.{_waited(e)}",
            explains=False,
            letter=f"{words}.",
        )
    under = f" as {proof.number}" if proof.number else ""
    proven = f"{words}, and accepted by {proof.kind} on {on(proof.on)}{under}"
    return Found(
        "sent_in_time",
        f"{proven}: that is the proof.{_waited(e)}",
        explains=False,
        letter=f"{proven}.",
    )


def _proof(e: Evidence) -> Ack | None:
    """The strongest acceptance: the payer's own (with its number), else the first there is."""
    accepted = [a for a in e.acks if a.accepted and a.on <= e.filing_limit]
    payers = [a for a in accepted if a.kind == "277CA" and a.number]
    return min(payers or accepted, key=lambda a: a.on, default=None)


def paid_before(e: Evidence) -> Found | None:
    """Another claim, or an earlier version of this one, was paid for the same service."""
    same = [b for b in e.billed if (b.day, b.code) == (e.day, e.code)]
    paid = next((b for b in same if b.paid > 0), None)
    if paid:
        check = f" by {paid.trace}" if paid.trace else ""
        when = f" on {on(paid.paid_on)}" if paid.paid_on else ""
        return Found(
            "paid_before",
            f"An earlier claim for the same service ({paid.claim_number}) was paid{when}{check}: "
            f"{dollars(paid.paid)}.",
        )
    if same:
        first = same[0]
        return Found(
            "billed_before",
            f"Claim {first.claim_number} bills the same service of that day and is {first.state}.",
        )
    return None


def sent_twice(e: Evidence) -> Found | None:
    """An earlier version of this claim was accepted, and this one left as another original."""
    before = [a for a in e.acks if a.accepted and a.claim_number != e.sent.claim_id]
    if not before or e.sent.frequency in ("7", "8"):
        return None
    first = min(before, key=lambda a: a.on)
    return Found(
        "sent_twice",
        f"This claim was accepted before, as {first.claim_number} on {on(first.on)}, and left "
        "again as an original.",
    )


def billed_once(e: Evidence) -> Found | None:
    if paid_before(e) or sent_twice(e):
        return None
    return Found(
        "billed_once",
        f"No other claim of ours bills {e.code} for this client on that day.",
        explains=False,
    )


def refused_before(e: Evidence) -> Found | None:
    if not e.refusals:
        return None
    first = min(e.refusals, key=lambda r: r.on)
    return Found(
        "refused_before", f"The payer refused the same service on {on(first.on)} ({first.code})."
    )


def never_refused(e: Evidence) -> Found | None:
    if e.refusals:
        return None
    return Found(
        "not_refused_before",
        "There was no earlier decision on this service that could be upheld.",
        explains=False,
    )


def acknowledged(e: Evidence) -> Found | None:
    """What is on record of its way to the payer."""
    accepted = [a for a in e.acks if a.accepted and a.claim_number == e.sent.claim_id]
    if not accepted:
        return Found(
            "not_acknowledged",
            f"No acknowledgment of {e.sent.claim_id} is on record: it may never have arrived.",
        )
    last = max(accepted, key=lambda a: (a.kind == "277CA", a.on))
    under = f" as {last.number}" if last.number else ""
    return Found(
        "acknowledged",
        f"It was accepted by {last.kind} on {on(last.on)}{under}.",
        explains=False,
    )

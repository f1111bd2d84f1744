"""A file came in: can it be read, has it been here before, and which claims go on?

Answers go into the store with the time at which they are due: TA1 (a bad or repeated envelope),
999 and 271 at once; the payers' 277CA, what they say of claims (277) and decisions on requests for
authorization (278) later.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import TypeGuard

from carethread.sandbox.payer import review
from carethread.sandbox.payer.admission import (
    TAKEN_IN,
    UNKNOWN_ORIGINAL,
    Status,
    Word,
    claim_ack,
    examine,
    find_member,
    member_key,
)
from carethread.sandbox.payer.books import Books, Member, Payer
from carethread.sandbox.payer.eligibility import reply
from carethread.sandbox.payer.pace import Pace
from carethread.sandbox.payer.status import answer as status_of
from carethread.sandbox.payer.store import Store
from carethread.x12.acknowledgment import FunctionalAck
from carethread.x12.claim import Claim, ClaimFile
from carethread.x12.eligibility import EligibilityInquiry
from carethread.x12.finding import Unreadable
from carethread.x12.reader import Interchange, Transaction, read
from carethread.x12.respond import acknowledge
from carethread.x12.review import Review
from carethread.x12.status import StatusRequest
from carethread.x12.writer import write


def _is_asked(
    one: Transaction, interchange: Interchange, accepted: set[str]
) -> TypeGuard[EligibilityInquiry]:
    ours = one.envelope.interchange == interchange.control and one.envelope.set in accepted
    return ours and isinstance(one, EligibilityInquiry)


def _is_inquiry(
    one: Transaction, interchange: Interchange, accepted: set[str]
) -> TypeGuard[StatusRequest]:
    ours = one.envelope.interchange == interchange.control and one.envelope.set in accepted
    return ours and isinstance(one, StatusRequest)


class FrontDoor:
    """Opens one file at one moment, inside the caller's transaction."""

    def __init__(self, store: Store, books: Books, pace: Pace, now: datetime) -> None:
        self.store, self.books, self.pace, self.now = store, books, pace, now

    def open(self, raw: bytes) -> None:
        """Answer whatever is in the file. Bytes that are no X12 get no answer, as from a
        clearinghouse: there is nobody to answer to."""
        try:
            document = read(raw)
        except Unreadable:
            return
        interchange = document.envelopes[0]
        accepted = self._acknowledge(raw, interchange)
        for each in document.transactions:
            ours = each.envelope.interchange == interchange.control
            if not ours or each.envelope.set not in accepted:
                continue
            if isinstance(each, ClaimFile):
                self._claims(interchange, each)
            elif isinstance(each, Review) and not each.is_response:
                self._review(interchange, each)
        self._status([t for t in document.transactions if _is_inquiry(t, interchange, accepted)])
        self._coverage([t for t in document.transactions if _is_asked(t, interchange, accepted)])

    def _coverage(self, asked: list[EligibilityInquiry]) -> None:
        """Answer every 270 of a file in one 271."""
        if not asked:
            return
        number = self.store.next_number("interchange")
        content = write(
            [reply(one, self.books, self.now) for one in asked],
            sender=self.books.clearinghouse,
            receiver=asked[0].envelope.sender,
            interchange_control=number,
            group_control=number,
            created=self.now,
        )
        self._put("271", number, content, self.now)

    def _status(self, asked: list[StatusRequest]) -> None:
        """Put one 277 under way that answers every 276 of a file, as the claims stand now."""
        if not asked:
            return
        number, due = self.store.next_number("interchange"), self.now + self.pace.status
        content = write(
            [status_of(one, self.books, self.store.find_claim, self.now) for one in asked],
            sender=self.books.clearinghouse,
            receiver=asked[0].envelope.sender,
            interchange_control=number,
            group_control=number,
            created=due,
        )
        self._put("277", number, content, due)

    def _acknowledge(self, raw: bytes, interchange: Interchange) -> set[str]:
        """Put the TA1 or 999 under way; the numbers of the sets that may go on."""
        number = self.store.next_number("interchange")
        answer = acknowledge(
            raw,
            created=self.now,
            interchange_control=number,
            seen=self.store.interchanges_of(interchange.sender),
        )
        if not answer:
            return set()
        acks = [t for t in read(answer).transactions if isinstance(t, FunctionalAck)]
        if acks:
            self.store.remember_interchange(interchange.sender, interchange.control)
        self._put("999" if acks else "TA1", number, answer, self.now)
        sets = (one for ack in acks for one in ack.sets)
        return {one.control_number for one in sets if one.code in ("A", "E")}

    # ------------------------------------------------------------------ claims

    def _claims(self, interchange: Interchange, file: ClaimFile) -> None:
        """Examine every claim of a set, and put each payer's 277CA under way."""
        words: dict[tuple[str, str], list[Word]] = defaultdict(list)
        for claim in file.claims:
            if (word := self._examine(claim, interchange)) is not None:
                words[claim.payer.id, claim.billing.npi].append(word)
        due = self.now + self.pace.claim_ack
        for (payer_id, _), said in words.items():
            number = self.store.next_number("interchange")
            ack = claim_ack(
                self.books, payer_id, file, said, number=number, received=self.now, due=due
            )
            content = write(
                [ack],
                sender=self.books.clearinghouse,
                receiver=interchange.sender,
                interchange_control=number,
                group_control=number,
                created=due,
            )
            self._put("277CA", number, content, due)

    def _examine(self, claim: Claim, interchange: Interchange) -> Word | None:
        """Take the claim in for adjudication, or say why not; None for one that gets lost."""
        status = examine(claim, self.books)
        payer = self.books.by_id.get(claim.payer.id)
        member = find_member(payer, claim) if payer else None
        if payer is None or member is None or not status.accepts:
            return Word(claim, status)
        original = self.store.claim_by_number(payer.id, claim.original_reference)
        if claim.original_reference and original is None:
            return Word(claim, UNKNOWN_ORIGINAL)
        mishap = self._mishap(payer, member, claim)
        fault = self.books.mishaps[mishap] if mishap is not None else None
        if fault and fault.kind == "reject":
            return Word(claim, Status.of(fault.reason))
        if fault and fault.kind == "lose":
            return None
        if original is not None and original.state == "waiting":
            self.store.close_claim(original, "dropped")
        icn = f"{payer.id}{self.now:%y%j}{self.store.next_number('claim'):06d}"
        later = fault.days if fault and fault.kind in ("late", "records") else 0
        self.store.add_claim(
            claim,
            payer=payer.id,
            member=member_key(member),
            icn=icn,
            receiver=interchange.sender,
            received_at=self.now,
            ready_at=self.pace.ready_at(payer, icn, self.now, later),
            replaces=original.id if original else None,
            mishap=mishap,
        )
        return Word(claim, TAKEN_IN, icn)

    def _mishap(self, payer: Payer, member: Member, claim: Claim) -> int | None:
        """What goes wrong with this claim, once: an index into the books' mishaps."""
        days = {line.service_from for line in claim.lines}
        for number, mishap in enumerate(self.books.mishaps):
            meant = (mishap.payer, mishap.member_id) == (payer.id, member.id)
            if meant and mishap.service_date in days:
                what = f"mishap {number}"
                if not self.store.has_happened(what):
                    self.store.happens(what)
                    return number
        return None

    # ------------------------------------------------------------------ authorizations

    def _review(self, interchange: Interchange, asked: Review) -> None:
        """Decide a request for authorization, and put each answer under way."""
        payer = asked.reviewer.id
        for answer in review.decide(asked, self.books, self._authorization_number(payer)):
            due = self.now + self.pace.review + answer.after * self.pace.review_day
            number = self.store.next_number("interchange")
            if answer.granted is not None:
                self.store.grant(payer, answer.granted, due)
            content = write(
                [
                    replace(
                        answer.review,
                        envelope=review.envelope(self.books, interchange.sender, number),
                        created_on=due.date(),
                        created_time=f"{due:%H%M}",
                    )
                ],
                sender=self.books.clearinghouse,
                receiver=interchange.sender,
                interchange_control=number,
                group_control=number,
                created=due,
            )
            self._put("278", number, content, due)

    def _authorization_number(self, payer: str) -> str:
        return f"{payer}R{self.store.next_number('authorization'):05d}"

    def _put(self, kind: str, number: int, content: bytes, due: datetime) -> None:
        self.store.put_answer(f"{kind}_{number:09d}.edi", content, due)

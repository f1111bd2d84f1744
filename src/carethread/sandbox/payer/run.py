"""One check run of one payer: decide what is ready, take back what is wrong, write the checks."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from carethread.sandbox.payer import checks, habits, later
from carethread.sandbox.payer.adjudicate import Decision, adjudicate, as_past, upheld
from carethread.sandbox.payer.admission import find_member, member_key, rendering_npi
from carethread.sandbox.payer.books import Books, Member, Mishap, Payer, Surprise
from carethread.sandbox.payer.checks import Payee
from carethread.sandbox.payer.refuse import PastLine
from carethread.sandbox.payer.store import Store, StoredClaim
from carethread.x12.claim import Claim
from carethread.x12.common import Envelope
from carethread.x12.remittance import ProviderAdjustment, Remittance, RemittedClaim


@dataclass
class _Check:
    """What one payee will be told."""

    claims: list[RemittedClaim] = field(default_factory=list)
    adjustments: list[ProviderAdjustment] = field(default_factory=list)


class CheckRun:
    """A payer's run at one moment. `pay` does it, inside the caller's transaction; `of_files` are
    the surprises that then happen to its first check's file."""

    def __init__(self, store: Store, books: Books, payer: Payer, at: datetime) -> None:
        granted = (*payer.authorizations, *store.granted(payer.id, at))
        self.payer = replace(payer, authorizations=granted)
        self.store, self.books, self.at = store, books, at
        self.on: date = at.date()
        self.decided = 0
        self.of_files: list[Surprise] = []
        self._checks: dict[Payee, _Check] = defaultdict(_Check)

    def pay(self) -> list[Remittance]:
        """Every check of this run. Decisions are in the store when it returns."""
        for stored in self.store.waiting(self.payer.id, self.at):
            self._answer(stored)
        for stored in self.store.to_correct(self.payer.id, self.on):
            self._correct(stored)
        payees = [to for to, check in self._checks.items() if check.claims]
        if payees:
            self._surprise(payees[0])
        return [self._check(to, self._checks[to]) for to in payees]

    # ------------------------------------------------------------------ claims

    def _answer(self, stored: StoredClaim) -> None:
        """Decide a claim; one that replaces or voids another first takes that one back."""
        said = self._checks[checks.payee(stored)].claims
        original = self.store.claim(stored.replaces) if stored.replaces else None
        if original is not None:
            said.extend(self._take_back(original))
        if stored.claim.frequency == "8":
            self.store.close_claim(stored, "dropped")
            return
        mishap = self._mishap(stored)
        decision = self._decide(stored, mishap)
        if original is not None and _changes_nothing(stored, decision, original):
            decision = upheld(decision)
        again = mishap is not None and mishap.kind == "correct" and not decision.is_refused
        correct_on = self.on + timedelta(days=mishap.days) if mishap and again else None
        self.store.decide(stored, decision, correct_on)
        said.append(self._sent_on(stored, decision))
        self._note_interest(stored, decision)

    def _sent_on(self, stored: StoredClaim, decision: Decision) -> RemittedClaim:
        """What is said of the claim, which is sent on to the next payer where that is agreed."""
        said, claim = checks.remitted(stored, decision), stored.claim
        member = member_of(self.payer, claim)
        to = self.books.by_id.get(member.crosses_to)
        if to is None or decision.is_refused or not later.crosses(member, claim):
            return said
        forwarded = later.forwarded(claim, said, member, to)
        self.store.add_claim(
            forwarded,
            payer=to.id,
            member=member_key(member_of(to, forwarded)),
            icn=f"X{stored.icn}",
            receiver=stored.receiver,
            received_at=self.at,
            ready_at=self.at + timedelta(days=to.rhythm.delay_days),
            replaces=None,
            mishap=None,
        )
        return later.announced(said, to)

    def _take_back(self, original: StoredClaim) -> list[RemittedClaim]:
        """The reversal of a claim that stands; nothing where it no longer does, or never did."""
        if original.decision is None or original.state not in ("decided", "corrected"):
            return []
        self.store.close_claim(original, "reversed")
        return [checks.reversed_claim(checks.remitted(original, original.decision))]

    def _correct(self, stored: StoredClaim) -> None:
        """The payer finds that it had paid too much: reversal, then the claim once more."""
        assert stored.decision is not None
        mishap = self._mishap(stored)
        said = self._checks[checks.payee(stored)].claims
        said.append(checks.reversed_claim(checks.remitted(stored, stored.decision)))
        less = self._decide(stored, replace(mishap, kind="underpay") if mishap else None)
        self.store.decide(stored, less, None)
        said.append(checks.remitted(stored, less))

    def _decide(self, stored: StoredClaim, mishap: Mishap | None) -> Decision:
        self.decided += 1
        return adjudicate(
            stored.claim,
            self.payer,
            member_of(self.payer, stored.claim),
            received_on=stored.received_at.date(),
            past=self._past(stored),
            mishap=mishap,
        )

    def _past(self, stored: StoredClaim) -> list[PastLine]:
        """The member's standing lines, other than this claim's own."""
        return [
            as_past(line, outcome, rendering_npi(earlier.claim))
            for earlier in self.store.standing(self.payer.id, stored.member)
            if earlier.id != stored.id and earlier.decision is not None
            for line, outcome in zip(earlier.claim.lines, earlier.decision.lines, strict=True)
        ]

    def _mishap(self, stored: StoredClaim) -> Mishap | None:
        return self.books.mishaps[stored.mishap] if stored.mishap is not None else None

    # ------------------------------------------------------------------ the check

    def _note_interest(self, stored: StoredClaim, decision: Decision) -> None:
        to = checks.payee(stored)
        if cents := checks.interest(stored, decision, self.payer, self.on):
            owed = checks.provider_adjustment(to, "L6", stored.icn, -cents, self.on)
            self._checks[to].adjustments.append(owed)

    def _surprise(self, to: Payee) -> None:
        for number, surprise in enumerate(self.books.surprises):
            what = f"surprise {number}"
            if surprise.payer != self.payer.id or surprise.on > self.on:
                continue
            if self.store.has_happened(what):
                continue
            self.store.happens(what)
            if surprise.kind == "stranger":
                self._checks[to].claims.append(checks.stranger(surprise, self.payer, self.on))
            elif surprise.kind.startswith("PLB "):
                reason = surprise.kind.removeprefix("PLB ")
                taken = checks.provider_adjustment(
                    to, reason, surprise.words, surprise.amount, self.on
                )
                self._checks[to].adjustments.append(taken)
            else:
                self.of_files.append(surprise)

    def _check(self, to: Payee, check: _Check) -> Remittance:
        till = f"{to.receiver}/{to.npi}"
        if held := self.store.forwarded(self.payer.id, till):
            reference = f"{self.payer.id}{self.on:%Y}"
            check.adjustments.append(checks.provider_adjustment(to, "FB", reference, held, self.on))
        number = self.store.next_number("interchange")
        remittance = checks.check(
            self.payer,
            to,
            habits.told(check.claims, self.payer.habits),
            check.adjustments,
            envelope=envelope(self.books, to.receiver, number),
            paid_on=self.on,
            trace=f"{self.payer.id}{self.store.next_number(f'check {self.payer.id}'):07d}",
        )
        self.store.forward(self.payer.id, till, _carried(remittance, check))
        return remittance


def _carried(remittance: Remittance, check: _Check) -> int:
    """Cents that this check could not hold back and the next one will."""
    added = remittance.provider_adjustments[len(check.adjustments) :]
    return -sum(entry.amount for entry in added)


def _changes_nothing(stored: StoredClaim, decision: Decision, original: StoredClaim) -> bool:
    """A correction that says what the original said, refused for the same reasons."""
    return (
        original.decision is not None
        and decision.is_refused
        and _substance(stored.claim) == _substance(original.claim)
        and [line.adjustments for line in decision.lines]
        == [line.adjustments for line in original.decision.lines]
    )


def _substance(claim: Claim) -> object:
    lines = [
        (n.revenue_code, n.procedure, n.modifiers, n.units, n.service_from, n.pointers)
        for n in claim.lines
    ]
    stay = claim.attending, claim.patient_status, claim.statement_from, claim.statement_to
    return claim.diagnoses, claim.authorization, claim.facility_code, stay, lines


# ---------------------------------------------------------------------------------- shared


def member_of(payer: Payer, claim: Claim) -> Member:
    """The insured person that a claim speaks of. Raises LookupError where there is none."""
    found = find_member(payer, claim)
    if found is None:
        raise LookupError(f"{payer.id} insures nobody as {claim.subscriber.party.id}")
    return found


def envelope(books: Books, receiver: str, number: int) -> Envelope:
    """The envelope of an answer: one transaction set in one group in one interchange."""
    return Envelope(
        sender=books.clearinghouse,
        receiver=receiver,
        interchange=f"{number:09d}",
        group=str(number),
        set="0001",
        guide="005010X221A1",
    )

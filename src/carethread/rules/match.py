"""Which of our claims a remitted claim speaks of. Prose: docs/algorithms/matching.md.

A match is certain or it waits for a person, with the candidates and how they differ. It is
never guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from carethread.rules.identity import parse_claim_number, parse_line_number
from carethread.rules.match_lines import (
    LineMatch,
    SubmittedLine,
    line_key,
    match_lines,
    whole_lines,
)
from carethread.rules.names import bare
from carethread.rules.words import day, dollars, listing
from carethread.x12.common import Party
from carethread.x12.remittance import REVERSAL, RemittedClaim


@dataclass(frozen=True, slots=True)
class SubmittedClaim:
    """One claim version as we sent it. `claim_number` is CLM01; `charge` in cents;
    `payer_control_number` the payer's own, from a 277CA or an earlier 835, if known; `payers`
    the ids and names that the payer it went to goes by, empty where not known."""

    version_id: int
    claim_number: str
    charge: int
    last_name: str
    first_name: str
    member_id: str
    service_from: date
    service_to: date
    lines: tuple[SubmittedLine, ...]
    payer_control_number: str = ""
    payers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One thing that was looked at: what the payer told, what we had sent, and whether they
    agree; None where one of the two says nothing."""

    name: str
    told: str
    ours: str
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim that might be meant: what was looked at, side by side, in plain words."""

    claim: SubmittedClaim
    sides: tuple[Side, ...]

    @property
    def agreements(self) -> tuple[str, ...]:
        return tuple(side.name for side in self.sides if side.agrees)

    @property
    def differences(self) -> tuple[str, ...]:
        return tuple(side.name for side in self.sides if side.agrees is False)

    @property
    def by_difference(self) -> tuple[Side, ...]:
        """The sides, those that differ first."""
        return tuple(sorted(self.sides, key=lambda side: side.agrees is not False))

    @property
    def another_person(self) -> tuple[Side, ...]:
        """What says that the payer speaks of somebody else: the name or the member id differs."""
        return tuple(s for s in self.sides if s.name in _WHO and s.agrees is False)


@dataclass(frozen=True, slots=True)
class ClaimMatch:
    """A verdict. `claim` is set exactly where the match is certain; otherwise `reasons` say why
    it waits and `candidates` (best first) what a person may choose from."""

    claim: SubmittedClaim | None
    lines: tuple[LineMatch, ...] = ()
    reasons: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()

    @property
    def is_certain(self) -> bool:
        return self.claim is not None


@dataclass(frozen=True, slots=True)
class _Evidence:
    """One thing looked at: True agrees, False contradicts, None says nothing."""

    number: bool | None
    payer_number: bool | None
    line_numbers: bool | None
    charge: bool | None
    name: bool | None
    member: bool | None
    dates: bool | None
    payer: bool | None
    split: bool = False  # every remitted line is one of ours, though the claim's total differs


_WORDS = {
    "number": "claim number",
    "payer_number": "payer's claim number",
    "line_numbers": "line control numbers",
    "charge": "charge",
    "name": "client's name",
    "member": "member id",
    "dates": "dates of service",
    "payer": "payer",
}
_WHO = ("client's name", "member id")
_MEMBER_ID = ("MI", "C")  # NM108: a member id, and one that the payer corrected


def match(
    remitted: RemittedClaim, candidates: Sequence[SubmittedClaim], payer: tuple[str, ...] = ()
) -> ClaimMatch:
    """Find the one claim that is meant.

    `candidates` is whatever the record finds by claim number, payer control number, line
    control numbers, or by member and dates. Reversals (CLP02 = 22) match with negated amounts,
    whatever else is negative matches nothing. `payer` is what the remittance's payer goes by, ids
    and names, to be given only where we know that payer: a stranger to us may be anybody's.
    """
    weighed = [(claim, _weigh(remitted, claim, payer)) for claim in candidates]
    fitting = [(claim, _doubts(claim, found, payer)) for claim, found in weighed if _fits(found)]
    certain = [claim for claim, doubts in fitting if not doubts]
    if len(certain) == 1:
        return _with_lines(remitted, certain[0], weighed, payer)
    if certain:
        reasons = [f"It fits {len(certain)} claims equally well."]
    elif fitting:
        reasons = [doubt for _, doubts in fitting for doubt in doubts]
    elif weighed:
        reasons = ["No claim of ours fits beyond doubt."]
    else:
        reasons = ["No claim of ours resembles it."]
    return ClaimMatch(None, reasons=tuple(reasons), candidates=_ranked(remitted, weighed, payer))


def match_by_hand(remitted: RemittedClaim, claim: SubmittedClaim) -> ClaimMatch:
    """A person chose `claim`: match the lines within it. Waits only where a line fits nothing."""
    return _with_lines(remitted, claim, [(claim, _weigh(remitted, claim))])


def compared(
    remitted: RemittedClaim, claim: SubmittedClaim, payer: tuple[str, ...] = ()
) -> Candidate:
    """A claim that a person named, beside what the payer says."""
    return _candidate(remitted, claim, _weigh(remitted, claim, payer), payer)


def _with_lines(
    remitted: RemittedClaim,
    claim: SubmittedClaim,
    weighed: Sequence[tuple[SubmittedClaim, _Evidence]],
    payer: tuple[str, ...] = (),
) -> ClaimMatch:
    lines = match_lines(_as_billed(remitted).lines, claim.lines)
    lost = [n.position + 1 for n in lines if n.charge_id is None]
    if not lost:
        return ClaimMatch(claim, lines)
    which = listing(str(n) for n in lost)
    reason = (
        f"The claim is {claim.claim_number}, but line {which} of the remittance fits no line of it."
    )
    return ClaimMatch(None, lines, (reason,), _ranked(remitted, weighed, payer))


# ---------------------------------------------------------------- weighing a claim


def _as_billed(remitted: RemittedClaim) -> RemittedClaim:
    """A reversal's charges, turned round to what they were when we billed them."""
    if remitted.status != REVERSAL:
        return remitted
    lines = tuple(replace(line, charge=-line.charge) for line in remitted.lines)
    return replace(remitted, charge=-remitted.charge, lines=lines)


def _weigh(
    remitted: RemittedClaim, claim: SubmittedClaim, payer: tuple[str, ...] = ()
) -> _Evidence:
    remitted = _as_billed(remitted)
    return _Evidence(
        number=_same_number(remitted.claim_id, claim.claim_number),
        payer_number=_equal(remitted.payer_control_number, claim.payer_control_number),
        line_numbers=_line_numbers_agree(remitted, claim),
        charge=remitted.charge == claim.charge,
        name=_names_agree(remitted, claim),
        member=_members_agree(remitted, claim),
        dates=_dates_agree(remitted, claim),
        payer=payers_agree(payer, claim),
        split=_is_part(remitted, claim),
    )


def _fits(found: _Evidence) -> bool:
    """A number of ours came back, with the charge, and nothing told speaks against it."""
    if found.number is False or found.line_numbers is False:
        return False
    if not found.charge and not found.split:
        return False
    if found.number or found.line_numbers:
        return not (found.name is False and found.dates is False)
    is_theirs = bool(found.payer_number)
    return is_theirs and found.dates is not False and bool(found.name or found.member)


def _doubts(claim: SubmittedClaim, found: _Evidence, payer: tuple[str, ...]) -> tuple[str, ...]:
    """Why even a claim that fits by its numbers may be the wrong one, in words."""
    doubts = []
    if found.payer is False:
        doubts.append(
            f"It speaks of claim {claim.claim_number}, which went to another payer "
            f"({listing(claim.payers)}) than the one that answers ({listing(payer)})."
        )
    if found.name is False and found.member is False:
        doubts.append(
            f"It speaks of claim {claim.claim_number}, but neither the name nor the member id "
            "that it gives is that client's."
        )
    return tuple(doubts)


def _ranked(
    remitted: RemittedClaim,
    weighed: Sequence[tuple[SubmittedClaim, _Evidence]],
    payer: tuple[str, ...],
) -> tuple[Candidate, ...]:
    """Candidates with what agrees and differs; those with nothing in common are left out."""
    shown = [_candidate(remitted, claim, evidence, payer) for claim, evidence in weighed]
    shown.sort(key=lambda c: (len(c.differences) - len(c.agreements), c.claim.claim_number))
    return tuple(c for c in shown if len(c.agreements) > 1)


def _candidate(
    remitted: RemittedClaim, claim: SubmittedClaim, found: _Evidence, payer: tuple[str, ...]
) -> Candidate:
    told, ours = _told(_as_billed(remitted), payer), _ours(claim)
    return Candidate(
        claim,
        tuple(
            Side(words, told.get(name, ""), ours.get(name, ""), getattr(found, name))
            for name, words in _WORDS.items()
        ),
    )


def _told(remitted: RemittedClaim, payer: tuple[str, ...]) -> dict[str, str]:
    """What the payer told, for the eye."""
    patient, insured = remitted.patient, remitted.subscriber
    days = [d for n in remitted.lines for d in (n.service_from, n.service_to) if d]
    days += [d for d in (remitted.service_from, remitted.service_to) if d]
    return {
        "number": remitted.claim_id,
        "payer_number": remitted.payer_control_number,
        "line_numbers": listing(n.control_number for n in remitted.lines if n.control_number),
        "charge": dollars(remitted.charge),
        "name": patient.full_name if patient else "",
        "member": next((p.id for p in (insured, patient) if p and p.id), ""),
        "dates": listing(day(d) for d in sorted(set(days))),
        "payer": listing(payer),
    }


def _ours(claim: SubmittedClaim) -> dict[str, str]:
    """What we had sent, for the eye."""
    return {
        "number": claim.claim_number,
        "payer_number": claim.payer_control_number,
        "line_numbers": listing(n.control_number for n in claim.lines if n.control_number),
        "charge": dollars(claim.charge),
        "name": f"{claim.first_name} {claim.last_name}".strip(),
        "member": claim.member_id,
        "dates": listing(day(d) for d in sorted({claim.service_from, claim.service_to})),
        "payer": listing(claim.payers),
    }


def _same_number(told: str, ours: str) -> bool | None:
    """None where what came back is no number of ours and not what we sent either."""
    if bare(told) == bare(ours):
        return True
    read = parse_claim_number(told)
    return None if read is None else read == parse_claim_number(ours)


def _line_numbers_agree(remitted: RemittedClaim, claim: SubmittedClaim) -> bool | None:
    """True where every remitted line carries a number of this claim's lines, False where one
    carries our number of another claim's line; None where they say nothing (payers' own)."""
    told = [n.control_number for n in remitted.lines]
    ours = {line_key(n.control_number) for n in claim.lines if n.control_number}
    if told and all(number and line_key(number) in ours for number in told):
        return True
    strange = any(parse_line_number(number) and line_key(number) not in ours for number in told)
    return False if strange else None


def _is_part(remitted: RemittedClaim, claim: SubmittedClaim) -> bool:
    """A payer may answer a claim in parts: then each line is one of ours, by number and charge or
    by code, day and charge; and the part comes to what its lines do."""
    ours = {(line_key(n.control_number), n.charge) for n in claim.lines}
    told = [(line_key(n.control_number), n.charge) for n in remitted.lines]
    if told and all(line in ours for line in told):
        return True
    if sum(n.charge for n in remitted.lines) != remitted.charge:
        return False
    return whole_lines(remitted.lines, claim.lines)


def _names_agree(remitted: RemittedClaim, claim: SubmittedClaim) -> bool | None:
    """Whether the patient as told, or as the payer corrected it (NM1*74), has our client's name."""
    parties = (remitted.patient, remitted.corrected_patient)
    told = [p for p in parties if p and p.name]
    return any(_same_name(p, claim) for p in told) if told else None


def _same_name(patient: Party, claim: SubmittedClaim) -> bool:
    """Payers cut names short and drop marks: the last names must begin alike."""
    told, ours = bare(patient.name), bare(claim.last_name)
    shorter = min(len(told), len(ours))
    first_told, first_ours = bare(patient.first_name)[:1], bare(claim.first_name)[:1]
    return told[:shorter] == ours[:shorter] and (not first_told or first_told == first_ours)


def _members_agree(remitted: RemittedClaim, claim: SubmittedClaim) -> bool | None:
    parties = (remitted.subscriber, remitted.patient, remitted.corrected_patient)
    told = [p.id for p in parties if p and p.id and p.id_qualifier in _MEMBER_ID]
    return any(bare(t) == bare(claim.member_id) for t in told) if told else None


def _dates_agree(remitted: RemittedClaim, claim: SubmittedClaim) -> bool | None:
    days = [d for n in remitted.lines for d in (n.service_from, n.service_to) if d]
    days += [d for d in (remitted.service_from, remitted.service_to) if d]
    return all(claim.service_from <= d <= claim.service_to for d in days) if days else None


def payers_agree(payer: tuple[str, ...], claim: SubmittedClaim) -> bool | None:
    """True where any id or name is the same; None where either payer is not known."""
    told, ours = {_payer_key(t) for t in payer} - {""}, {_payer_key(t) for t in claim.payers} - {""}
    return bool(told & ours) if told and ours else None


def _payer_key(text: str) -> str:
    """A payer's name by its letters alone; what has a digit is an id, and exact."""
    text = text.strip().upper()
    return text if any(c.isdigit() for c in text) else bare(text)


def _equal(told: str, ours: str) -> bool | None:
    return bare(told) == bare(ours) if told and ours else None

"""What payers do to an answer on its way: nothing of it changes what was decided, all of it is what
a center has to see through. Money and signs stay as they are, so every check still balances."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from carethread.sandbox.payer.books import Habits
from carethread.x12.common import Adjustment
from carethread.x12.remittance import RemittedClaim, RemittedLine


def told(claims: Iterable[RemittedClaim], habits: Habits) -> list[RemittedClaim]:
    """These claims as that payer tells of them, in their order."""
    return [part for claim in claims for part in _told(claim, habits)]


def _told(claim: RemittedClaim, habits: Habits) -> list[RemittedClaim]:
    if habits.mangles_numbers:
        claim = replace(claim, claim_id=_mangled(claim.claim_id))
    if habits.merges_lines:
        claim = replace(claim, lines=_merged(claim.lines))
    claim = replace(claim, lines=tuple(_line(line, habits) for line in claim.lines))
    return _split(claim) if habits.splits_claims and len(claim.lines) > 1 else [claim]


def _mangled(number: str) -> str:
    """Lower case, a dash after the letters, no leading zeros, the payer's own mark behind."""
    found = re.fullmatch(r"([A-Z]+)0*(\d+)([A-Z])(\d+)", number)
    if found is None:
        return number
    letters, sequence, mark, rest = found.groups()
    return f"{letters}-{sequence}{mark}{rest}/01".lower()


def _line(line: RemittedLine, habits: Habits) -> RemittedLine:
    if habits.drops_modifiers:
        line = replace(line, modifiers=())
    return replace(line, control_number="") if habits.drops_line_numbers else line


def _merged(lines: Sequence[RemittedLine]) -> tuple[RemittedLine, ...]:
    """Days of one service that came out alike are one line from the first to the last."""
    groups: dict[object, list[RemittedLine]] = defaultdict(list)
    for line in lines:
        groups[_alike(line)].append(line)
    return tuple(_one(group) for group in groups.values())


def _alike(line: RemittedLine) -> object:
    reasons = frozenset((a.group, a.reason) for a in line.adjustments)
    return line.procedure, line.modifiers, line.revenue_code, line.remarks, reasons


def _one(group: Sequence[RemittedLine]) -> RemittedLine:
    if len(group) == 1:
        return group[0]
    days = [line.service_from for line in group if line.service_from]
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for line in group:
        for taken in line.adjustments:
            sums[taken.group, taken.reason] += taken.amount
    return replace(
        group[0],
        charge=sum(line.charge for line in group),
        paid=sum(line.paid for line in group),
        units=sum((line.units for line in group[1:]), start=group[0].units),
        service_from=min(days, default=None),
        service_to=max(days, default=None),
        adjustments=tuple(Adjustment(*key, amount) for key, amount in sums.items()),
        amounts=(),
    )


def _split(claim: RemittedClaim) -> list[RemittedClaim]:
    """The first line in a claim of its own, the rest in another, as two systems adjudicate them."""
    return [_part(claim, claim.lines[:1]), _part(claim, claim.lines[1:])]


def _part(claim: RemittedClaim, lines: tuple[RemittedLine, ...]) -> RemittedClaim:
    patient = sum(a.amount for n in lines for a in n.adjustments if a.group == "PR")
    return replace(
        claim,
        charge=sum(n.charge for n in lines),
        paid=sum(n.paid for n in lines),
        patient_responsibility=patient if claim.patient_responsibility else 0,
        lines=lines,
        amounts=(),
    )

"""A remitted claim as lines with charges, claim-level figures spread over them to the cent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from carethread.rules.match import ClaimMatch
from carethread.rules.match_lines import LineMatch
from carethread.x12.common import Adjustment
from carethread.x12.remittance import RemittedClaim, RemittedLine


@dataclass(frozen=True, slots=True)
class ToldLine:
    """What a payer told of one charge: charge - adjustments = paid, in cents.

    `position` is the remitted line's from 0, None where the payer told of the claim as a whole.
    """

    position: int | None
    charge_id: int
    charge: int
    paid: int
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...]


def told_lines(remitted: RemittedClaim, match: ClaimMatch) -> tuple[ToldLine, ...]:
    """The remitted lines of a certain match, or one line a charge where the payer gave none.

    Claim-level adjustments lower what the lines say was paid, in proportion to it.
    """
    lines = _own_lines(remitted, match) if remitted.lines else _made_lines(remitted, match)
    paid = [abs(n.paid) for n in lines]
    weights = paid if any(paid) else [abs(n.charge) for n in lines]
    for adjustment in remitted.adjustments:
        shares = share(adjustment.amount, weights)
        lines = [_lowered(n, adjustment, s) for n, s in zip(lines, shares, strict=True)]
    return tuple(lines)


def _own_lines(remitted: RemittedClaim, match: ClaimMatch) -> list[ToldLine]:
    return [
        part
        for place, line in enumerate(remitted.lines)
        for part in _parts(place, line, remitted.remarks, match.lines)
    ]


def _parts(
    place: int, line: RemittedLine, remarks: tuple[str, ...], matches: Sequence[LineMatch]
) -> list[ToldLine]:
    """The line as told of its charge, or of each of several that the payer merged into it, in
    proportion to what they were sent at. Each balances: what was paid is what was not taken off."""
    mine = [m for m in matches if m.position == place and m.charge_id is not None]
    weights = [m.charge or 0 for m in mine]
    charges = share(line.charge, weights) if mine else []
    taken = [share(a.amount, weights) for a in line.adjustments] if mine else []
    said = tuple(dict.fromkeys(line.remarks + remarks))
    return [
        ToldLine(
            position=place,
            charge_id=m.charge_id or 0,
            charge=charges[n],
            paid=charges[n] - sum(parts[n] for parts in taken),
            adjustments=tuple(
                replace(a, amount=parts[n])
                for a, parts in zip(line.adjustments, taken, strict=True)
                if parts[n]
            )
            if len(mine) > 1
            else line.adjustments,
            remarks=said,
        )
        for n, m in enumerate(mine)
    ]


def _made_lines(remitted: RemittedClaim, match: ClaimMatch) -> list[ToldLine]:
    """Lines before the claim's adjustments: each charge in full, to be lowered by its share."""
    charges = match.claim.lines if match.claim else ()
    amounts = share(remitted.charge, [c.charge for c in charges])
    return [
        ToldLine(None, c.charge_id, amount, amount, (), remitted.remarks)
        for c, amount in zip(charges, amounts, strict=True)
    ]


def _lowered(line: ToldLine, adjustment: Adjustment, amount: int) -> ToldLine:
    if not amount:
        return line
    part = replace(adjustment, amount=amount)
    return replace(line, paid=line.paid - amount, adjustments=(*line.adjustments, part))


def share(total: int, weights: Sequence[int]) -> list[int]:
    """`total` cents in proportion to the weights (none negative), summing to it exactly.

    Cents that do not divide go to the largest remainders, of equal ones to the first. Equal
    parts where every weight is zero.
    """
    whole = sum(weights)
    if not whole:
        weights, whole = [1] * len(weights), len(weights)
    parts = [total * w // whole for w in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -((total * weights[i]) % whole))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts

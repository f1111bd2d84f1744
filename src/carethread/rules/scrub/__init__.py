"""The scrubber: rules of law, guide, code set and payer on a claim before it leaves.

One rule is one small function `rule(claim, context) -> findings`, in the file of its family.
"""

from collections.abc import Callable, Iterator, Sequence

from carethread.rules.finding import Finding, Fix, Severity
from carethread.rules.scrub.context import NOTHING_KNOWN, ChartLine, ScrubContext
from carethread.x12.claim import Claim

__all__ = [
    "ALL",
    "NOTHING_KNOWN",
    "ChartLine",
    "Finding",
    "Fix",
    "Rule",
    "ScrubContext",
    "Severity",
    "scrub",
]

Rule = Callable[[Claim, ScrubContext], Iterator[Finding]]

ALL: Sequence[Rule] = ()


def scrub(
    claim: Claim, context: ScrubContext = NOTHING_KNOWN, rules: Sequence[Rule] = ALL
) -> tuple[Finding, ...]:
    """Everything that is wrong with the claim, stopping findings first; all reasons at once."""
    raise NotImplementedError

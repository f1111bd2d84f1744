"""The scrubber: rules of law, guide, code set and payer on a claim before it leaves.

One rule is one small function in the file of its family; `docs/rules.md` lists them all. A rule
that lacks what it needs to know is silent, so the same rules run on anybody's 837.
"""

from collections.abc import Sequence
from datetime import date
from importlib import import_module

from carethread.rules.finding import Finding, Fix, Severity
from carethread.rules.scrub.context import NOTHING_KNOWN, ChartLine, ScrubContext
from carethread.rules.scrub.own import own_findings
from carethread.rules.scrub.registry import Fault, Rule, registered
from carethread.x12.claim import Claim

__all__ = [
    "ALL",
    "NOTHING_KNOWN",
    "ChartLine",
    "Fault",
    "Finding",
    "Fix",
    "Rule",
    "ScrubContext",
    "Severity",
    "scrub",
]

FAMILIES = (
    "authorization",
    "bundling",
    "chart",
    "claim",
    "coverage",
    "diagnosis",
    "groups",
    "identity",
    "institutional",
    "leave",
    "limits",
    "people",
    "perdiem",
    "procedure",
    "units",
)
for _family in FAMILIES:  # importing a family registers its rules
    import_module(f"carethread.rules.scrub.{_family}")

ALL: Sequence[Rule] = tuple(registered)


def scrub(
    claim: Claim, context: ScrubContext = NOTHING_KNOWN, rules: Sequence[Rule] = ALL
) -> tuple[Finding, ...]:
    """Everything that is wrong with the claim, stopping findings first; all reasons at once.

    What the center has switched off, and what this claim skips, is left out.
    """
    day = claim.lines[0].service_from if claim.lines else date.max
    own = context.own
    quiet = own.off | own.skipped if own else frozenset[str]()
    held = (rule for rule in rules if rule.holds_on(day) and rule.id not in quiet)
    findings = [f for rule in held for f in rule(claim, context)]
    if own and own.rules:
        findings += own_findings(claim, context, [r for r in own.rules if r.id not in quiet])
    return tuple(sorted(findings, key=lambda f: not f.stops))

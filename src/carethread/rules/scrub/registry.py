"""Where scrub rules are registered, and what a rule is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from carethread.codes.roles import Role
from carethread.rules.finding import Finding, Fix, Severity
from carethread.rules.scrub.context import ScrubContext
from carethread.x12.claim import Claim

STOPS, WARNS = Severity.STOPS, Severity.WARNS


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule found: plain words with the values filled in, the line's control number (empty:
    the whole claim) and the screen where it is cured."""

    message: str
    line: str = ""
    fix: Fix | None = None


Check = Callable[[Claim, ScrubContext], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One registered rule. It holds for services from `starts` to `ends` (None: still)."""

    id: str
    severity: Severity
    owner: Role
    title: str
    source: str
    family: str
    check: Check
    starts: date
    ends: date | None

    def __call__(self, claim: Claim, context: ScrubContext) -> Iterator[Finding]:
        """Every fault as a finding under this rule's id, severity and owner."""
        for fault in self.check(claim, context):
            yield Finding(self.id, self.severity, self.owner, fault.message, fault.line, fault.fix)

    def holds_on(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day <= self.ends)


registered: list[Rule] = []

# Law, and the law of the house: nobody switches these off, and no claim skips them.
NEVER_OFF = frozenset(
    {
        "CHARGE_SUM",
        "CLAIM_ID",
        "CODE_EQ_NOTE",
        "DATE_EQ_NOTE",
        "DX_EQ_NOTE",
        "DX_POINTER_RANGE",
        "FREQ78_NEEDS_F8",
        "LEIE_EXCLUDED",
        "LINE_COUNT",
        "NOTE_COSIGNED",
        "NOTE_SIGNED",
        "PART2_CONSENT",
        "UNITS_EQ_NOTE",
    }
)


def rule(
    id: str,
    severity: Severity,
    owner: Role,
    title: str,
    *,
    source: str,
    starts: date = date.min,
    ends: date | None = None,
) -> Callable[[Check], Rule]:
    """Register a function `(claim, context) -> faults`; `title` says what must be true."""

    def register(check: Check) -> Rule:
        if any(r.id == id for r in registered):
            raise ValueError(f"two rules are called {id}")
        family = check.__module__.rpartition(".")[2]
        made = Rule(id, severity, owner, title, source, family, check, starts, ends)
        registered.append(made)
        return made

    return register

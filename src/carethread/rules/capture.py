"""Signed service -> charge lines. Prose and figures: docs/algorithms/capture.md."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from carethread.rules.facts import DocumentedService
from carethread.rules.finding import Finding


@dataclass(frozen=True, slots=True)
class CapturePolicy:
    """What the organization and the payer decide about charges.

    `fees`: code -> cents for one unit. `rounding`: code -> name of a rounding rule
    (`midpoint`, `eight_minute`, `full`, `started`), where it is not the catalogue's own.
    """

    fees: Mapping[str, int]
    rounding: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One line to be charged.

    `slot` tells the lines of one note apart across corrections ("base", "addon:90785");
    `unit_price` and `amount` are cents; `pointers` are 1-based into the note's diagnoses;
    `rule` names the catalogue entry that decided and `reason` says why in plain words.
    """

    slot: str
    code: str
    modifiers: tuple[str, ...]
    units: int
    unit: str
    pointers: tuple[int, ...]
    unit_price: int
    amount: int
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Captured:
    """What a service is charged as. No line and a finding: it cannot be billed, and why."""

    lines: tuple[ChargeLine, ...] = ()
    findings: tuple[Finding, ...] = ()


def capture(service: DocumentedService, policy: CapturePolicy) -> Captured:
    """The charge lines of one signed service.

    Never raises on a strange service: what cannot be billed (too short, not attended, a
    credential that may not render it, no fee, no diagnosis) is a finding and no line.
    """
    raise NotImplementedError

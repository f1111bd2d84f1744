"""Signed service -> charge lines. Prose and figures: docs/algorithms/capture.md."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from carethread.codes.catalogue import Catalogue, packaged
from carethread.codes.credentials import Credential, Group
from carethread.codes.modifiers import MOST_MODIFIERS, ModifierRule
from carethread.codes.roles import Role
from carethread.codes.services import AddOn, CodeLine, Service, coding
from carethread.codes.tables import on
from carethread.rules.facts import BASE, DocumentedService
from carethread.rules.finding import Finding, Fix, Severity
from carethread.rules.rounding import units as rounded
from carethread.rules.words import day

MOST_POINTERS = 4  # SV107 of the 837P
LONGEST = 24 * 60


@dataclass(frozen=True, slots=True)
class CapturePolicy:
    """What the organization and the payer decide about charges.

    `fees`: code -> cents for one unit. `tables`: those in force for the payer.
    """

    fees: Mapping[str, int]
    tables: Catalogue = field(default_factory=packaged)


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One line to be charged.

    `slot` tells the lines of one note apart across corrections ("base", "addon:90785");
    `unit_price` and `amount` are cents; `pointers` are 1-based into the note's diagnoses;
    `rule` names the catalogue entry that decided and `reason` says why in plain words. `form` is
    the claim form (P or I), with the `revenue_code` that an institutional line stands under.
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
    form: str = "P"
    revenue_code: str = ""


@dataclass(frozen=True, slots=True)
class Captured:
    """What a service is charged as. No line and a finding: it cannot be billed, and why."""

    lines: tuple[ChargeLine, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A code that the catalogue chose, before it has a price."""

    slot: str
    code: str
    units: int
    rule: str
    reason: str
    form: str = "P"
    revenue_code: str = ""


def capture(service: DocumentedService, policy: CapturePolicy) -> Captured:
    """The charge lines of one signed service.

    Never raises on a strange service: what cannot be billed (too short, not attended, a
    credential that may not render it, no fee, no diagnosis) is a finding and no line. A rounding
    rule that does not exist is a fault of the policy and raises ValueError.
    """
    kind = policy.tables.services.get(service.service)
    renderer = policy.tables.credentials.get(service.credential)
    if kind is None or renderer is None:
        return _nothing(_unknown(service, kind))
    obstacle = _obstacle(service)
    if obstacle:
        return _nothing(obstacle)
    base = _base(service, kind, renderer)
    if isinstance(base, Finding):
        return _nothing(base)
    choices = [base, *_added(service, base.code, policy)]
    return priced(choices, service, policy)


def planned(service: DocumentedService, policy: CapturePolicy) -> Choice | None:
    """The code that a service would be charged as if it took place as planned; nobody knows its
    diagnoses yet. None where it could not be charged."""
    kind = policy.tables.services.get(service.service)
    renderer = policy.tables.credentials.get(service.credential)
    if kind is None or renderer is None:
        return None
    base = _base(service, kind, renderer)
    return base if isinstance(base, Choice) else None


def priced(
    choices: Iterable[Choice], service: DocumentedService, policy: CapturePolicy
) -> Captured:
    """The chosen codes with their prices, modifiers and diagnoses; a finding for each without a
    fee."""
    lines = [_line(choice, service, policy) for choice in choices]
    return Captured(
        lines=tuple(p for p in lines if isinstance(p, ChargeLine)),
        findings=tuple(p for p in lines if isinstance(p, Finding)),
    )


def _nothing(finding: Finding) -> Captured:
    return Captured(findings=(finding,))


def _finding(rule: str, message: str, owner: Role = Role.CLINICIAN, fix: str = "note") -> Finding:
    return Finding(rule, Severity.STOPS, owner, message, fix=Fix(fix))


def _unknown(service: DocumentedService, kind: Service | None) -> Finding:
    if kind is None:
        message = f"The catalogue has no service {service.service!r}."
        return _finding("SERVICE_UNKNOWN", message, Role.ADMINISTRATOR, "services")
    message = (
        f"The credential {service.credential!r} is not known, so nobody knows what it may bill."
    )
    return _finding("CREDENTIAL_UNKNOWN", message, Role.ADMINISTRATOR, "practitioner")


def _obstacle(service: DocumentedService) -> Finding | None:
    """What keeps any service from being billed, whatever its kind."""
    if not service.attended:
        return _finding("NOT_ATTENDED", "The client did not attend, so there is nothing to bill.")
    if not service.diagnoses:
        return _finding("DX_MISSING", "The note names no diagnosis.")
    if not 0 <= service.minutes <= LONGEST:
        message = f"{service.minutes} minutes cannot be the length of one service."
        return _finding("MINUTES_IMPOSSIBLE", message)
    return None


def _base(service: DocumentedService, kind: Service, renderer: Credential) -> Choice | Finding:
    """The code of the service itself: the first line of its coding that fits."""
    dated = coding(kind, service.service_date)
    if dated is None:
        message = f"On {day(service.service_date)} there was no code for {kind.label}."
        return _finding("SERVICE_NOT_CODED", message, Role.ADMINISTRATOR, "services")
    allowed = [line for line in dated.lines if line.may_be_by(renderer.group)]
    if not allowed:
        return _may_not(service, kind, renderer)
    for line in allowed:
        count = _units(line, service)
        if count:
            rule = f"{service.service}:{line.code}:{dated.starts}"
            reason = _reason(service, kind, renderer, line, count)
            return Choice(BASE, line.code, count, rule, reason, line.form, line.revenue_code)
    return _too_short(service, kind, allowed)


def _units(line: CodeLine, service: DocumentedService) -> int:
    """How many units of that line the service makes; 0 where the line does not fit."""
    if service.visit_level and line.level:
        return int(service.visit_level == line.level)
    if not line.holds(service.minutes):
        return 0
    if not line.per:
        return 1
    return rounded(service.minutes, line.per, line.rounding)


def _may_not(service: DocumentedService, kind: Service, renderer: Credential) -> Finding:
    message = (
        f"{renderer.article.capitalize()} {service.credential} ({renderer.label}) "
        f"may not bill {kind.label}."
    )
    return _finding("CREDENTIAL_MAY_NOT", message)


def _too_short(service: DocumentedService, kind: Service, lines: list[CodeLine]) -> Finding:
    shortest = min(line.minimum or line.per for line in lines)
    message = (
        f"{service.minutes} minutes of {kind.label} are too short to be billed: "
        f"it takes at least {shortest} minutes."
    )
    if any(line.per for line in lines):
        message = f"{service.minutes} minutes of {kind.label} do not make one unit."
    return _finding("TOO_SHORT", message)


def _reason(
    service: DocumentedService, kind: Service, renderer: Credential, line: CodeLine, count: int
) -> str:
    """Why this code: "60 minutes of individual therapy by an LCSW: 53 minutes or more"."""
    by = f"by {renderer.article} {service.credential}"
    if service.visit_level and line.level:
        return f"{kind.label} {by}: {line.level} medical decision making"
    minutes = f"{service.minutes} minutes of " if service.minutes else ""
    said = f"{minutes}{kind.label} {by}"
    if line.per:
        return f"{said}: {count} units of {line.per} minutes"
    return f"{said}: {line.band}" if line.minimum or line.maximum else said


def _added(service: DocumentedService, base: str, policy: CapturePolicy) -> Iterator[Choice]:
    """The add-on codes that this service calls for beside its base code."""
    known = policy.tables.add_ons
    for code in dict.fromkeys(a.code for a in known):
        add_on = on((a for a in known if a.code == code), service.service_date)
        count = _added_units(add_on, service) if add_on and base in add_on.bases else 0
        if add_on and count:
            rule = f"add_on:{code}:{add_on.starts}"
            yield Choice(f"addon:{code}", code, count, rule, _added_reason(add_on, service))


def _added_units(add_on: AddOn, service: DocumentedService) -> int:
    measured = int(getattr(service, add_on.measure)) - add_on.beyond
    if measured < add_on.minimum or (add_on.maximum is not None and measured > add_on.maximum):
        return 0
    if not add_on.per:
        return 1
    return rounded(measured, add_on.per, add_on.rounding)


def _added_reason(add_on: AddOn, service: DocumentedService) -> str:
    if add_on.per:
        return f"{add_on.label}: {service.minutes - add_on.beyond} minutes beyond {add_on.beyond}"
    if add_on.measure == "therapy_minutes":
        return f"{service.therapy_minutes} minutes of {add_on.label}"
    return f"{add_on.label}, as documented"


def _line(
    choice: Choice, service: DocumentedService, policy: CapturePolicy
) -> ChargeLine | Finding:
    """The choice with its price, modifiers and diagnoses; a finding where there is no fee."""
    price = policy.fees.get(choice.code, 0)
    if price <= 0:
        message = f"The fee schedule has no fee for {choice.code} ({choice.reason})."
        return _finding("NO_FEE", message, Role.ADMINISTRATOR, "fees")
    return ChargeLine(
        slot=choice.slot,
        code=choice.code,
        modifiers=_modifiers(choice.code, service, policy),
        units=choice.units,
        unit="UN",
        pointers=tuple(range(1, min(len(service.diagnoses), MOST_POINTERS) + 1)),
        unit_price=price,
        amount=price * choice.units,
        rule=choice.rule,
        reason=choice.reason,
        form=choice.form,
        revenue_code=choice.revenue_code,
    )


def _modifiers(code: str, service: DocumentedService, policy: CapturePolicy) -> tuple[str, ...]:
    known = policy.tables.credentials.get(service.credential)
    group = known.group if known else None
    rules = policy.tables.modifiers
    asked = dict.fromkeys(r.modifier for r in rules if _asks(r, code, service, group))
    return tuple(asked)[:MOST_MODIFIERS]


def _asks(rule: ModifierRule, code: str, service: DocumentedService, group: Group | None) -> bool:
    """Whether every condition that the rule names holds for this service and code."""
    conditions = (
        (rule.codes, code),
        (rule.services, service.service),
        (rule.credentials, service.credential),
        (rule.groups, group),
        ((rule.telehealth,) if rule.telehealth else (), service.telehealth),
        ((rule.supervised,) if rule.supervised is not None else (), service.supervised),
        ((rule.level_of_care,) if rule.level_of_care else (), service.level_of_care),
    )
    return all(not wanted or value in wanted for wanted, value in conditions)

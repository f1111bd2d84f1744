"""The days and weeks that a level of care is billed as. Prose: docs/algorithms/per-diem.md."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from carethread.codes.catalogue import Catalogue
from carethread.codes.leaves import leave_kinds
from carethread.codes.levels import Basis, Level, basis
from carethread.codes.roles import Role
from carethread.codes.services import coding
from carethread.rules.capture import Captured, CapturePolicy, Choice, priced
from carethread.rules.facts import BASE, DocumentedService
from carethread.rules.finding import Finding, Fix, Severity
from carethread.rules.words import day as in_words


@dataclass(frozen=True, slots=True)
class Part:
    """One signed service within the day or week, as its current note says: its minutes with the
    client, and ranked diagnoses without a point."""

    service: str
    minutes: int
    diagnoses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """One client's day (or week, from its first day on) in a program.

    `parts` are the signed services in it that the bundle includes, first signed first;
    `in_house` is the census of the midnight that ends the day, None where nobody has counted. Of
    who is on leave in that night, `leave` is its kind and `leave_night` which of its nights it is;
    `parts` is then the last signed service before it.
    """

    level_of_care: str
    starts: date
    parts: tuple[Part, ...]
    in_house: bool | None = None
    leave: str = ""
    leave_night: int = 0

    @property
    def minutes(self) -> int:
        return sum(part.minutes for part in self.parts)

    @property
    def diagnoses(self) -> tuple[str, ...]:
        """Every diagnosis once: the first note's in its order, then what later ones add."""
        return tuple(dict.fromkeys(code for part in self.parts for code in part.diagnoses))


def is_bundled(service: str, level_of_care: str, tables: Catalogue) -> bool:
    """Whether that service is swallowed by the day or week that the level is billed as."""
    known = tables.level(level_of_care)
    return known.basis is not Basis.SESSION and service in known.includes


def is_documentable(service: str, level_of_care: str, tables: Catalogue) -> bool:
    """Whether somebody may write a note of that service there: a day or week follows from notes and
    is nobody's note, and what has no code of its own is documented where a day includes it."""
    known = tables.services.get(service)
    if known is None or known.is_bundle:
        return False
    return bool(known.codings) or is_bundled(service, level_of_care, tables)


def span_start(level_of_care: str, day: date, admitted: date) -> date:
    """The first day of the billable span that holds that day: itself, or the first of the seven in
    a row, counted from the day of admission, that hold it."""
    if basis(level_of_care) is not Basis.WEEK:
        return day
    return day - timedelta(days=(day - admitted).days % 7)


def span_end(level_of_care: str, start: date) -> date:
    """The last day of the span that starts then."""
    return start + timedelta(days=6 if basis(level_of_care) is Basis.WEEK else 0)


def capture_span(span: Span, policy: CapturePolicy) -> Captured:
    """The one line that a day or week is billed as, or why there is none (yet).

    No line and no finding: nothing took place. Never raises on a strange span.
    """
    known = policy.tables.level(span.level_of_care)
    if known.basis is Basis.SESSION or not span.parts:
        return Captured()
    if span.leave and span.in_house is False:
        return _bed_hold(span, known, policy)
    shortfall = _shortfall(span, known)
    if shortfall is not None:
        return Captured(findings=(shortfall,))
    bundle = known.bundle([part.service for part in span.parts])
    return _coded(bundle.service if bundle else "", _because(span, known), span, known, policy)


def _coded(name: str, because: str, span: Span, known: Level, policy: CapturePolicy) -> Captured:
    """The span as one line of that service."""
    kind = policy.tables.services.get(name)
    dated = coding(kind, span.starts) if kind else None
    if kind is None or dated is None or not dated.lines:
        message = f"On {in_words(span.starts)} there is no code for {known.label}."
        return Captured(findings=(_finding("SERVICE_NOT_CODED", message, Role.ADMINISTRATOR),))
    line = dated.lines[0]
    rule = f"{name}:{line.code}:{dated.starts}"
    reason = f"{kind.label}: {because}"
    choice = Choice(BASE, line.code, 1, rule, reason, line.form, line.revenue_code)
    return priced([choice], _as_service(span, name, known), policy)


def _bed_hold(span: Span, known: Level, policy: CapturePolicy) -> Captured:
    """The bed that is kept for a client on leave, where the payer pays for it."""
    hold = known.hold(span.leave, span.leave_night)
    label = leave_kinds()[span.leave].label
    if hold is None:
        message = (
            f"The client was on {label} at {in_words(span.starts)}'s midnight, night "
            f"{span.leave_night} of it: no bed that is kept then is paid."
        )
        return Captured(findings=(_finding("NOT_IN_HOUSE", message, Role.CLINICIAN, "census"),))
    captured = _coded(hold.service, f"{label}, night {span.leave_night}", span, known, policy)
    shares = (replace(x, amount=(x.amount * hold.percent + 50) // 100) for x in captured.lines)
    return replace(captured, lines=tuple(shares))


def _shortfall(span: Span, known: Level) -> Finding | None:
    """What keeps the day from being billed."""
    if known.basis is Basis.CENSUS and span.in_house is None:
        message = f"Nobody has taken the census of {in_words(span.starts)}'s midnight yet."
        return _finding("CENSUS_MISSING", message, Role.CLINICIAN, "census")
    if known.basis is Basis.CENSUS and not span.in_house:
        message = f"The client was not in the house at {in_words(span.starts)}'s midnight."
        return _finding("NOT_IN_HOUSE", message, Role.CLINICIAN, "census")
    if known.basis is Basis.HOURS and span.minutes < known.day_minutes:
        message = (
            f"{hours(span.minutes)} of {known.label} are signed for {in_words(span.starts)}; "
            f"a day takes {hours(known.day_minutes)}."
        )
        return _finding("DAY_TOO_SHORT", message, Role.CLINICIAN)
    return None


def _finding(rule: str, message: str, owner: Role, fix: str = "note") -> Finding:
    return Finding(rule, Severity.STOPS, owner, message, fix=Fix(fix))


def hours(minutes: int) -> str:
    """Minutes as people say them: "3 hours", "2 hours 10 minutes"."""
    whole, rest = divmod(minutes, 60)
    said = [f"{whole} hour{'s' * (whole != 1)}"] if whole else []
    if rest or not whole:
        said.append(f"{rest} minute{'s' * (rest != 1)}")
    return " ".join(said)


def _because(span: Span, known: Level) -> str:
    services_word = f"{len(span.parts)} signed service{'s' * (len(span.parts) != 1)}"
    if known.basis is Basis.CENSUS:
        return f"in the house at midnight, {services_word}"
    if known.basis is Basis.WEEK:
        return f"{services_word} in the week from {in_words(span.starts)}"
    return f"{hours(span.minutes)} in {services_word}"


def _as_service(span: Span, service: str, known: Level) -> DocumentedService:
    return DocumentedService(
        service=service,
        service_date=span.starts,
        credential="",
        minutes=span.minutes,
        level_of_care=span.level_of_care,
        place_of_service=known.place_of_service,
        diagnoses=span.diagnoses,
    )

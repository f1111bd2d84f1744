"""Why the payer does not pay a line: one small function a reason, asked in this order.

Each looks at one service and says nothing, or names the refusal as the 835 will: group, reason
(CARC) and remarks (RARC).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from carethread.sandbox.payer.books import Authorization, Enrollment, Member, Payer
from carethread.sandbox.payer.price import rates_for
from carethread.x12.claim import Claim, ClaimLine


@dataclass(frozen=True, slots=True)
class Denial:
    """A refusal of one line, in the codes of the 835."""

    group: str
    reason: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PastLine:
    """A line of this member that was decided before and still stands. Cents and sessions."""

    service_date: date
    code: str
    npi: str
    units: int
    deductible: int
    authorization: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """One claim line as the payer looks at it, with what it knows of payer, member and past."""

    payer: Payer
    member: Member
    claim: Claim
    line: ClaimLine
    received_on: date
    past: Sequence[PastLine] = ()

    @property
    def day(self) -> date:
        return self.line.service_from

    @property
    def npi(self) -> str:
        """Who rendered it; the billing provider where nobody else is named."""
        rendering = self.line.rendering or self.claim.rendering
        return rendering.npi if rendering else self.claim.billing.npi

    @property
    def taxonomy(self) -> str:
        rendering = self.line.rendering or self.claim.rendering
        return rendering.taxonomy if rendering else self.claim.billing.taxonomy

    @property
    def place(self) -> str:
        return self.line.place_of_service or self.claim.facility_code

    @property
    def is_institutional(self) -> bool:
        return self.claim.kind == "837I"

    @property
    def diagnoses(self) -> tuple[str, ...]:
        """The codes that the line points to, the first one first; of an institutional claim, whose
        lines point nowhere, all that it treats."""
        codes = self.claim.diagnoses
        if self.is_institutional:
            return tuple(d.code for d in codes if d.qualifier in ("ABK", "ABF"))
        return tuple(codes[p - 1].code for p in self.line.pointers if 0 < p <= len(codes))

    @property
    def enrollment(self) -> Enrollment | None:
        """The renderer's line on the roster; the one that holds on the day, if any does."""
        rows = [row for row in self.payer.roster if row.npi == self.npi]
        return next((row for row in rows if row.days.covers(self.day)), rows[0] if rows else None)

    @property
    def authorization_number(self) -> str:
        """The number on the claim, or the one that the payer finds by itself."""
        given = self.line.authorization or self.claim.authorization
        return given or next((row.number for row in self._authorizations() if self._fits(row)), "")

    @property
    def authorization(self) -> Authorization | None:
        number = self.authorization_number
        return next((row for row in self._authorizations() if row.number == number), None)

    def _authorizations(self) -> list[Authorization]:
        return [row for row in self.payer.authorizations if row.member_id == self.member.id]

    def _fits(self, row: Authorization) -> bool:
        return row.days.covers(self.day) and row_is_for(row, self) and not row.refused


def row_is_for(row: Authorization, service: Service) -> bool:
    """Whether an authorization is for what the line bills."""
    return not row.codes or service.line.procedure in row.codes


CORRECTIONS = ("7", "8")
INPATIENT_BILLS = ("11", "86", "89")
_STILL_HERE = "30"

Rule = Callable[[Service], Denial | None]


# ------------------------------------------------------------------- is this ours to pay?


def coverage(service: Service) -> Denial | None:
    days = service.member.coverage
    if days.covers(service.day):
        return None
    early = days.starts is not None and service.day < days.starts
    return Denial("CO", "26" if early else "27", ("N30",))


def carve_out(service: Service) -> Denial | None:
    """Behavioral care of this member (or of all of the plan's) is somebody else's to pay."""
    elsewhere = service.member.carved_out_to or service.payer.policy.carved_out_to
    return Denial("CO", "109", ("N418",)) if elsewhere else None


def first_payer(service: Service) -> Denial | None:
    if not service.member.first_payer or service.claim.subscriber.payer_sequence != "P":
        return None
    return Denial("CO", "22", ("MA92",))


def filing_limit(service: Service) -> Denial | None:
    """A correction is not late where the original was in time: only originals are held to it."""
    limit = service.day + timedelta(days=service.payer.policy.filing_days)
    late = service.received_on > limit and service.claim.frequency not in CORRECTIONS
    return Denial("CO", "29") if late else None


def duplicate(service: Service) -> Denial | None:
    same = (service.day, service.line.procedure, service.npi)
    paid = ((p.service_date, p.code, p.npi) for p in service.past if not p.refused)
    return Denial("OA", "18", ("N522",)) if same in paid else None


# ------------------------------------------------------------------- may this person render it?


def unknown_renderer(service: Service) -> Denial | None:
    return None if service.enrollment else Denial("CO", "208", ("N290",))


def enrollment_dates(service: Service) -> Denial | None:
    row = service.enrollment
    return Denial("CO", "B7", ("N570",)) if row and not row.days.covers(service.day) else None


def renderer_scope(service: Service) -> Denial | None:
    row = service.enrollment
    outside = row and row.codes and service.line.procedure not in row.codes
    return Denial("CO", "185", ("N95",)) if outside else None


def renderer_taxonomy(service: Service) -> Denial | None:
    row = service.enrollment
    if not service.taxonomy:
        return Denial("CO", "16", ("N288",))
    return Denial("CO", "8", ("N288",)) if row and row.taxonomy != service.taxonomy else None


def known_attending(service: Service) -> Denial | None:
    """A facility's claim names who attends, and the payer knows that person."""
    if not service.is_institutional:
        return None
    attending = service.claim.attending
    known = attending and any(row.npi == attending.npi for row in service.payer.roster)
    return None if known else Denial("CO", "16", ("N253",))


def network(service: Service) -> Denial | None:
    outside = service.npi in service.member.excluded_npis
    return Denial("CO", "242") if outside else None


# ------------------------------------------------------------------- is it coded as we want it?


def stay_status(service: Service) -> Denial | None:
    """An interim bill of a stay says that the client is still there, a final one that they are not;
    the frequency of a correction says neither."""
    claim = service.claim
    if not service.is_institutional or claim.facility_code not in INPATIENT_BILLS:
        return None
    still, interim = claim.patient_status == _STILL_HERE, claim.frequency in ("2", "3")
    wrong = not claim.patient_status or (claim.frequency not in CORRECTIONS and still != interim)
    return Denial("CO", "16", ("MA43",)) if wrong else None


_LEAVE, _LEAVE_SPAN = "018", "74"


def night_on_leave(service: Service) -> Denial | None:
    """A night on leave is none of treatment; a bed that is kept is paid where the plan keeps one,
    and the claim tells the leave."""
    spans = (c for c in service.claim.coded("BI") if c.code == _LEAVE_SPAN)
    away = any(c.first and c.last and c.first <= service.day <= c.last for c in spans)
    revenue = service.line.revenue_code
    if not revenue.startswith(_LEAVE):
        return Denial("CO", "78") if away else None
    if not away:
        return Denial("CO", "16", ("M46",))
    return None if revenue in service.payer.policy.kept_beds else Denial("CO", "78")


def revenue_code(service: Service) -> Denial | None:
    """The code has a rate, but not under this revenue code."""
    if not service.is_institutional or rates_for(service.payer, service.line):
        return None
    elsewhere = any(rate.code == service.line.procedure for rate in service.payer.rates)
    return Denial("CO", "199") if elsewhere else None


def telehealth_coding(service: Service) -> Denial | None:
    by_wire = not {"95", "93", "GT"}.isdisjoint(service.line.modifiers)
    away = service.place in {"02", "10"}
    if away and not by_wire:
        return Denial("CO", "4", ("N822",))
    return Denial("CO", "5", ("M77",)) if by_wire and not away else None


def required_modifier(service: Service) -> Denial | None:
    credential = service.enrollment.credential if service.enrollment else ""
    wanted = service.payer.policy.modifiers.get(credential)
    missing = wanted and wanted not in service.line.modifiers
    return Denial("CO", "4", ("N822",)) if missing else None


_EXCLUSIVE: tuple[frozenset[str], ...] = (
    frozenset({"90832", "90834", "90837", "90839", "90846", "90847"}),
    frozenset({"90791", "90792", "90839"}),
)


def exclusive_codes(service: Service) -> Denial | None:
    """One clinician's two codes on one day, of which only one is paid."""
    lifted = not {"59", "XE", "XP", "XS", "XU"}.isdisjoint(service.line.modifiers)
    others = {
        p.code
        for p in service.past
        if p.service_date == service.day and p.npi == service.npi and not p.refused
    } - {service.line.procedure}
    clash = any(service.line.procedure in s and others & s for s in _EXCLUSIVE)
    return Denial("CO", "236", ("N20",)) if clash and not lifted else None


# ------------------------------------------------------------------- does the diagnosis fit?


def known_diagnosis(service: Service) -> Denial | None:
    unknown = service.diagnoses[:1] and service.diagnoses[0].startswith(
        service.payer.policy.unknown_diagnoses
    )
    return Denial("CO", "146", ("M76",)) if unknown else None


def covered_diagnosis(service: Service) -> Denial | None:
    excluded = service.diagnoses[:1] and service.diagnoses[0].startswith(
        service.payer.benefit.excluded_diagnoses
    )
    return Denial("CO", "167") if excluded else None


def specific_diagnosis(service: Service) -> Denial | None:
    """Psychotherapy is for a disorder that is named: symptoms and "unspecified" do not do."""
    if not service.line.procedure.startswith("908"):
        return None
    vague = not service.diagnoses or service.diagnoses[0].startswith(
        service.payer.policy.vague_diagnoses
    )
    return Denial("CO", "11") if vague else None


# ------------------------------------------------------------------- was it agreed in advance?


def authorization(service: Service) -> Denial | None:
    if service.line.procedure not in service.payer.policy.authorization_codes:
        return None
    if not service.authorization_number:
        return Denial("CO", "197")
    row = service.authorization
    return Denial("CO", "15", ("M62",)) if row is None else _outside(row, service)


def _outside(row: Authorization, service: Service) -> Denial | None:
    """How the service falls outside of an authorization that exists."""
    if row.refused:
        return Denial("CO", "39")
    if not row_is_for(row, service):
        return Denial("CO", "284", ("N54",))
    if row.npi and row.npi != service.npi:
        return Denial("CO", "296", ("N54",))
    if row.requested_on and row.requested_on > service.day:
        return Denial("CO", "210")
    if not row.days.covers(service.day):
        return Denial("CO", "302")
    used = sum(p.units for p in service.past if p.authorization == row.number and not p.refused)
    return Denial("CO", "198") if used + int(service.line.units) > row.units else None


# ------------------------------------------------------------------- does the plan pay for it?


def excluded_code(service: Service) -> Denial | None:
    excluded = service.line.procedure in service.payer.benefit.excluded_codes
    return Denial("CO", "204", ("N130",)) if excluded else None


def rate_on_file(service: Service) -> Denial | None:
    if rates_for(service.payer, service.line) or revenue_code(service):
        return None
    return Denial("CO", "147")


def yearly_limit(service: Service) -> Denial | None:
    limit = service.payer.benefit.visits_a_year
    visits = service.member.visits_used + _visits(service, service.day.replace(month=1, day=1))
    return Denial("CO", "119", ("N640",)) if limit is not None and visits >= limit else None


def weekly_limit(service: Service) -> Denial | None:
    limit = service.payer.benefit.visits_a_week
    monday = service.day - timedelta(days=service.day.weekday())
    visits = _visits(service, monday, monday + timedelta(days=6))
    return Denial("CO", "151") if limit is not None and visits >= limit else None


def one_bundle_a_week(service: Service) -> Denial | None:
    """A weekly bundle of the same family was paid less than seven days before or after."""
    weekly = service.payer.policy.weekly_codes
    if service.line.procedure not in weekly:
        return None
    near = any(
        p.code in weekly and not p.refused and abs((p.service_date - service.day).days) < 7
        for p in service.past
    )
    return Denial("CO", "119", ("N362",)) if near else None


def _visits(service: Service, first: date, last: date | None = None) -> int:
    """Days with a paid service of this member in a span, other than this one's day."""
    return len(
        {
            p.service_date
            for p in service.past
            if not p.refused
            and p.service_date != service.day
            and first <= p.service_date <= (last or p.service_date)
            and p.service_date.year == service.day.year
        }
    )


RULES: tuple[Rule, ...] = (
    coverage,
    carve_out,
    first_payer,
    filing_limit,
    duplicate,
    unknown_renderer,
    enrollment_dates,
    renderer_scope,
    renderer_taxonomy,
    known_attending,
    network,
    stay_status,
    night_on_leave,
    revenue_code,
    telehealth_coding,
    required_modifier,
    exclusive_codes,
    known_diagnosis,
    covered_diagnosis,
    specific_diagnosis,
    excluded_code,
    rate_on_file,
    authorization,
    yearly_limit,
    weekly_limit,
    one_bundle_a_week,
)


def refusal(service: Service) -> Denial | None:
    """The first reason not to pay this line; None where it is to be paid."""
    return next((denial for rule in RULES if (denial := rule(service))), None)

"""Why the payer does not pay a line: one small function a reason, asked in this order.

Each looks at one service and says nothing, or names the refusal as the 835 will: group, reason
(CARC) and remarks (RARC).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from carethread.sandbox.payer.books import Authorization, Enrollment, Member, Payer
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
    def diagnoses(self) -> tuple[str, ...]:
        """The codes that the line points to, the first one first."""
        codes = self.claim.diagnoses
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
        return row.days.covers(self.day) and self.line.procedure in row.codes and not row.refused


Rule = Callable[[Service], Denial | None]


# ------------------------------------------------------------------- is this ours to pay?


def coverage(service: Service) -> Denial | None:
    days = service.member.coverage
    if days.covers(service.day):
        return None
    early = days.starts is not None and service.day < days.starts
    return Denial("CO", "26" if early else "27", ("N30",))


def carve_out(service: Service) -> Denial | None:
    return Denial("CO", "109", ("N418",)) if service.member.carved_out_to else None


def first_payer(service: Service) -> Denial | None:
    if not service.member.first_payer or service.claim.subscriber.payer_sequence != "P":
        return None
    return Denial("CO", "22", ("MA92",))


def filing_limit(service: Service) -> Denial | None:
    """A correction is not late where the original was in time: only originals are held to it."""
    limit = service.day + timedelta(days=service.payer.policy.filing_days)
    late = service.received_on > limit and service.claim.frequency == "1"
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


def network(service: Service) -> Denial | None:
    outside = service.npi in service.member.excluded_npis
    return Denial("CO", "242") if outside else None


# ------------------------------------------------------------------- is it coded as we want it?


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
    if service.line.procedure not in row.codes:
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
    known = any(rate.code == service.line.procedure for rate in service.payer.rates)
    return None if known else Denial("CO", "147")


def yearly_limit(service: Service) -> Denial | None:
    limit = service.payer.benefit.visits_a_year
    visits = service.member.visits_used + _visits(service, service.day.replace(month=1, day=1))
    return Denial("CO", "119", ("N640",)) if limit is not None and visits >= limit else None


def weekly_limit(service: Service) -> Denial | None:
    limit = service.payer.benefit.visits_a_week
    monday = service.day - timedelta(days=service.day.weekday())
    visits = _visits(service, monday, monday + timedelta(days=6))
    return Denial("CO", "151") if limit is not None and visits >= limit else None


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
    network,
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
)


def refusal(service: Service) -> Denial | None:
    """The first reason not to pay this line; None where it is to be paid."""
    return next((denial for rule in RULES if (denial := rule(service))), None)

"""A clean claim of each kind that a center sends, with everything known that any rule asks for."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from carethread.codes.contracts import TermKind
from carethread.rules.expect import Term
from carethread.rules.facts import (
    BilledLine,
    DatedFacts,
    EligibilityFacts,
    EnrollmentFacts,
    EpisodeFacts,
    OtherPolicy,
    PlanFacts,
    ProgramFacts,
    UnitEdit,
)
from carethread.rules.scrub import ChartLine, ScrubContext
from carethread.x12.claim import Claim, ClaimLine, Diagnosis
from carethread.x12.common import Party
from tests.rules.people import NORA
from tests.rules.scrub.clean import CHART, CLAIM, CONTEXT, YEAR

MONDAY = date(2026, 3, 2)
NORA_PARTY = Party("1", NORA.last_name, NORA.first_name, id_qualifier="XX", id=NORA.npi)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of claim, clean, and what is known of it."""

    name: str
    claim: Claim
    context: ScrubContext


def _context(
    claim: Claim, chart: ChartLine, level: str, *, place: str = "11", **changes: object
) -> ScrubContext:
    codes = {n.procedure for n in claim.lines}
    known = replace(
        CONTEXT,
        today=date(2026, 3, 20),
        lines={
            n.control_number: replace(
                chart,
                service_date=n.service_from,
                code=n.procedure,
                units=int(n.units),
                started=datetime(2026, 3, n.service_from.day, 9),
                ended=datetime(2026, 3, n.service_from.day, 13),
                client_services=(),
                clinician_services=(),
            )
            for n in claim.lines
        },
        authorization=replace(CONTEXT.authorization, codes=(), remaining=30),  # type: ignore[type-var]
        plans=(PlanFacts(*YEAR, id=41, signed=True),),
        program=ProgramFacts(level, place),
        episode=EpisodeFacts(date(2026, 3, 1), id=5, leaves=()),
        payer_kind="commercial",
        other_policies=(OtherPolicy(date(2024, 1, 1), date(2024, 12, 31), "Old", "commercial"),),
        eligibility=EligibilityFacts(
            date(2026, 3, 1), "Cole", "Clara", date(1990, 5, 17), is_active=True
        ),
        billing_enrollments=(EnrollmentFacts(*YEAR, payer_id="HRBR1"),),
        rates=tuple(Term(TermKind.FEE, 100, starts=YEAR[0], code=code) for code in sorted(codes)),
        certifications=(DatedFacts(*YEAR),),
        program_minutes={MONDAY + timedelta(days=n): 300 for n in range(5)},
        unit_edits={code: UnitEdit(code, 40, per_day=True) for code in codes},
        billed=(BilledLine("OLD", "90791", (), date(2026, 2, 2), NORA.npi),),
    )
    return replace(known, **changes)  # type: ignore[arg-type]


# ---------------------------------------------------------------- professional


def _professional(code: str, *, place: str = "11", units: int = 1, days: tuple[int, ...] = (2,),
                  diagnoses: tuple[str, ...] = ("F331", "F411")) -> Claim:  # fmt: skip
    first = CLAIM.lines[0]
    lines = tuple(
        replace(first, number=i, procedure=code, units=Decimal(units), control_number=f"L{i}",
                service_from=date(2026, 3, d), service_to=date(2026, 3, d))
        for i, d in enumerate(days, start=1)
    )  # fmt: skip
    codes = tuple(Diagnosis("ABF" if place_ else "ABK", c) for place_, c in enumerate(diagnoses))
    return replace(
        CLAIM, lines=lines, charge=first.charge * len(lines), facility_code=place, diagnoses=codes
    )


_CHART = replace(
    CHART, attended=True, author_npi=NORA.npi, incident_to=False, ordered=True,
    individual_part=True, rendering=replace(CHART.rendering, excluded=False),  # type: ignore[type-var]
)  # fmt: skip

OUTPATIENT_CLAIM = _professional("90837", days=(2, 9))
GROUP_CLAIM = _professional("90853", days=(3,))
OTP_CLAIM = _professional("G2067", place="58", days=(2, 9), diagnoses=("F1120", "F411"))

OUTPATIENT = Kind("837P outpatient", OUTPATIENT_CLAIM, _context(OUTPATIENT_CLAIM, _CHART, "OP"))
GROUP = Kind(
    "837P group",
    GROUP_CLAIM,
    _context(GROUP_CLAIM, replace(_CHART, service="group", group_size=8), "OP"),
)
OTP = Kind(
    "837P OTP",
    OTP_CLAIM,
    _context(
        OTP_CLAIM,
        replace(_CHART, service="otp_week", diagnoses=("F1120", "F411"), minutes=None,
                place_of_service="58"),
        "OTP",
        place="58",
    ),
)  # fmt: skip


# ---------------------------------------------------------------- institutional


def _stay(
    bill: str, revenue: str, code: str, days: range, *, status: str, units: str = "UN"
) -> Claim:
    lines = tuple(
        ClaimLine(
            number=i,
            procedure=code,
            charge=50_000,
            units=Decimal(1),
            unit=units,
            service_from=date(2026, 3, d),
            service_to=date(2026, 3, d),
            revenue_code=revenue,
            control_number=f"L{i}",
        )
        for i, d in enumerate(days, start=1)
    )
    inpatient = bill[:2] in ("11", "86")
    return replace(
        CLAIM,
        kind="837I",
        facility_code=bill[:2],
        frequency=bill[2],
        lines=lines,
        charge=50_000 * len(lines),
        diagnoses=(
            Diagnosis("ABK", "F1020"),
            *((Diagnosis("ABJ", "F1020"),) if bill[:2] == "11" else ()),
            Diagnosis("ABF", "F411"),
        ),
        rendering=None,
        supervising=None,
        attending=NORA_PARTY,
        statement_from=lines[0].service_from,
        statement_to=lines[-1].service_to,
        admission_date=date(2026, 3, 1) if inpatient else None,
        admission_type="3",
        admission_source="1",
        patient_status=status,
        discharge_time="1100" if inpatient and status != "30" else "",
    )


def _institutional(name: str, claim: Claim, level: str, **changes: object) -> Kind:
    chart = replace(
        _CHART, service="day", diagnoses=("F1020", "F411"), minutes=None, supervised=False,
        needs_cosignature=True, place_of_service=None, telehealth=None,
    )  # fmt: skip
    context = _context(claim, chart, level, **changes)
    last = claim.statement_to
    if claim.patient_status != "30":
        stay = EpisodeFacts(
            date(2026, 3, 1), last, claim.patient_status, summary=True, id=5, leaves=()
        )
        context = replace(context, episode=stay)
    program = replace(context.program, focus="sud")  # type: ignore[type-var]
    return Kind(name, claim, replace(context, program=program))


IOP = _institutional("837I IOP", _stay("131", "0906", "H0015", range(2, 5), status="30"), "IOP-SUD")
PHP = _institutional("837I PHP", _stay("131", "0912", "H0035", range(2, 7), status="30"), "PHP-SUD")
RESIDENTIAL = _institutional(
    "837I residential", _stay("862", "1002", "H0018", range(2, 12), status="30"), "RES-SUD"
)
DETOX = _institutional(
    "837I detox", _stay("111", "0126", "H0009", range(1, 5), status="01"), "DETOX"
)

KINDS = (OUTPATIENT, GROUP, OTP, IOP, PHP, RESIDENTIAL, DETOX)
PROFESSIONAL = (OUTPATIENT, GROUP, OTP)
INSTITUTIONAL = (IOP, PHP, RESIDENTIAL, DETOX)
INPATIENT = (RESIDENTIAL, DETOX)

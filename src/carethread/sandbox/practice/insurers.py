"""Nine invented payers: what the center charges, what they agreed to pay, what they ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from carethread.sandbox.payer.books import Benefit, Habits, Policy, Review, Rhythm

# What the center charges for one unit, in cents.
FEES: Mapping[str, int] = {
    "90791": 21_000, "90832": 9_500, "90834": 14_000, "90837": 19_500,
    "90839": 22_000, "90846": 14_500, "90847": 15_500, "90785": 1_500,
    "H0015": 42_000, "H0035": 58_000, "H0018": 61_000, "H0010": 88_000, "G2067": 28_500,
}  # fmt: skip

PROGRAM_DAYS = ("H0015", "H0035", "H0018", "H0010")


@dataclass(frozen=True, slots=True)
class Insurer:
    """A payer as both sides know it.

    `percent` of our fee is its contract rate, `by_credential` percent for some; `id_pattern`
    is what its member ids look like, and `ids` makes one of a number. `authorization_codes`
    are those for which *we* know that it wants an authorization, as `program_codes` are among the
    days of programs; its own `policy` may hold more. `carved_out_to` is the payer that handles
    behavioral care for all of its members.
    """

    key: str
    name: str
    payer_id: str
    tax_id: str
    city: str
    state: str
    postal_code: str
    percent: int
    id_pattern: str
    ids: str
    kind: str = "commercial"
    filing_indicator: str = "CI"
    filing_days: int = 180
    by_credential: Mapping[str, int] = field(default_factory=dict)
    authorization_codes: tuple[str, ...] = ()
    program_codes: tuple[str, ...] = ()
    carved_out_to: str = ""
    denies_as: str = "4"
    benefit: Benefit = field(default_factory=Benefit)
    policy: Policy = field(default_factory=Policy)
    review: Review = field(default_factory=Review)
    rhythm: Rhythm = field(default_factory=Rhythm)
    habits: Habits = field(default_factory=Habits)

    def rates(self) -> dict[tuple[str, str], int]:
        """(code, credential) -> cents that the contract allows; credential "" is everybody."""
        shares = {"": self.percent, **self.by_credential}
        return {
            (code, credential): fee * share // 100
            for code, fee in FEES.items()
            for credential, share in shares.items()
        }

    def member_id(self, number: int) -> str:
        return self.ids.format(number)


HARBOR = Insurer(
    key="harbor",
    name="Harbor Mutual Health",
    payer_id="HRBR1",
    tax_id="070000501",
    city="Port Ansley",
    state="NH",
    postal_code="039990100",
    percent=78,
    id_pattern=r"HM\d{9}",
    ids="HM40{:07d}",
    denies_as="1",
    benefit=Benefit(
        deductible=25_000,
        copay=2_500,
        visits_a_year=30,
        excluded_codes=("90847",),
        excluded_diagnoses=("F81", "F63"),
    ),
    policy=Policy(vague_diagnoses=("F32A", "F329", "F419", "F439", "R", "Z")),
    rhythm=Rhythm(delay_days=6, spread_days=3),
    habits=Habits(drops_modifiers=True, bundled=True),
)

LARCHFIELD = Insurer(
    key="larch",
    name="Larchfield Choice",
    payer_id="LRCH2",
    tax_id="070000502",
    city="Larchfield",
    state="MA",
    postal_code="019990200",
    percent=82,
    id_pattern=r"L[A-Z]{2}\d{7}",
    ids="LCH{:07d}",
    by_credential={"PSYD": 90},
    benefit=Benefit(copay=3_000, visits_a_week=1),
    # That it wants authorization for long sessions since this spring, nobody told the center.
    policy=Policy(
        filing_days=120, authorization_codes=("90837",), vague_diagnoses=("F439", "R", "Z")
    ),
    filing_days=120,
    rhythm=Rhythm(delay_days=9, spread_days=4, weekday=2),
    habits=Habits(method="CHK", addenda=False),
)

STATE_PLAN = Insurer(
    key="state",
    name="Green Notch Community Plan",
    payer_id="GNCP3",
    tax_id="070000503",
    city="Notch Center",
    state="VT",
    postal_code="059970300",
    kind="medicaid",
    filing_indicator="MC",
    percent=61,
    id_pattern=r"\d{9}[A-Z]",
    ids="82{:07d}G",
    by_credential={"ASW": 54},
    filing_days=90,
    denies_as="1",
    # It has shortened its filing limit; our table still says ninety days.
    policy=Policy(filing_days=30, unknown_diagnoses=("F4381",), vague_diagnoses=("R", "Z")),
    rhythm=Rhythm(delay_days=4, spread_days=2),
    habits=Habits(mangles_numbers=True, bundled=True),
)

EVERGREEN = Insurer(
    key="ever",
    name="Evergreen Federal Part B",
    payer_id="EVGB4",
    tax_id="070000504",
    city="Federal Point",
    state="ME",
    postal_code="049990400",
    kind="medicare",
    filing_indicator="MB",
    percent=70,
    id_pattern=r"\d[A-Z]{2}\d[A-Z]{2}\d{5}",
    ids="1EG4TE{:05d}",
    filing_days=365,
    benefit=Benefit(deductible=10_000, coinsurance=20, sequestration=2),
    policy=Policy(filing_days=365, vague_diagnoses=("R", "Z"), modifiers={"PSYD": "AH"}),
    rhythm=Rhythm(delay_days=14, spread_days=0, weekday=3),
    habits=Habits(drops_line_numbers=True),
)

QUIETWATER = Insurer(
    key="quiet",
    name="Quietwater Behavioral",
    payer_id="QWBH5",
    tax_id="070000505",
    city="Stillmere",
    state="CT",
    postal_code="069990500",
    percent=74,
    id_pattern=r"QW\d{8}",
    ids="QW6{:07d}",
    authorization_codes=("90834", "90837"),
    program_codes=PROGRAM_DAYS,
    benefit=Benefit(deductible=15_000, coinsurance=10),
    policy=Policy(
        authorization_codes=("90834", "90837", *PROGRAM_DAYS),
        vague_diagnoses=("R", "Z"),
        whole_stays=True,
    ),
    review=Review(most_units=16, pends_over=24, pend_days=5),
    rhythm=Rhythm(delay_days=7, spread_days=5, weekday=4),
    habits=Habits(merges_lines=True),
)

PINE_TIDE = Insurer(
    key="pine",
    name="Pine Tide Medicaid",
    payer_id="PTMC6",
    tax_id="070000506",
    city="Notch Center",
    state="VT",
    postal_code="059970600",
    kind="medicaid",
    filing_indicator="MC",
    percent=60,
    id_pattern=r"PT\d{8}",
    ids="PT7{:07d}",
    carved_out_to="QRBH7",
    rhythm=Rhythm(delay_days=2, spread_days=1),
)

QUARRY = Insurer(
    key="quarry",
    name="Quarry Behavioral",
    payer_id="QRBH7",
    tax_id="070000507",
    city="Stillmere",
    state="CT",
    postal_code="069990700",
    kind="medicaid",
    filing_indicator="MC",
    percent=66,
    id_pattern=r"PT\d{8}",
    ids="PT7{:07d}",
    program_codes=PROGRAM_DAYS,
    policy=Policy(authorization_codes=PROGRAM_DAYS, weekly_codes=("G2067",), kept_beds=("0183",)),
    review=Review(most_units=20, pends_over=20),
    rhythm=Rhythm(delay_days=3, spread_days=1),
    habits=Habits(splits_claims=True, bundled=True),
)

RIVERMOUTH = Insurer(
    key="river",
    name="Rivermouth Recovery Trust",
    payer_id="RVRT8",
    tax_id="070000508",
    city="Rivermouth",
    state="NH",
    postal_code="039980800",
    percent=84,
    id_pattern=r"RR\d{8}",
    ids="RR{:08d}",
    policy=Policy(weekly_codes=("G2067",)),
    rhythm=Rhythm(delay_days=3, spread_days=2, weekday=1),
    habits=Habits(addenda=False),
)

TIDEWATER = Insurer(
    key="tide",
    name="Tidewater Supplement",
    payer_id="TDWS9",
    tax_id="070000509",
    city="Tidewater",
    state="ME",
    postal_code="049990900",
    percent=100,
    id_pattern=r"TW\d{7}",
    ids="TW{:07d}",
    rhythm=Rhythm(delay_days=3, spread_days=0),
)

INSURERS = (
    HARBOR, LARCHFIELD, STATE_PLAN, EVERGREEN, QUIETWATER, PINE_TIDE, QUARRY, RIVERMOUTH,
    TIDEWATER,
)  # fmt: skip
BY_KEY = {insurer.key: insurer for insurer in INSURERS}

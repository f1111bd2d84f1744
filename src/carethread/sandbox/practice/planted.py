"""The one table of what is wrong in the practice center, and what should come of it.

Everything else in the sandbox is in order. Days count from the first of the demo's days (0);
visits count from each client's first visit in them (1).
"""

from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class InTheNote:
    """What the author writes on those `visits`, in place of what is right. `signed_after` days;
    `cured_after` days in the inbox the author amends the note by what is right."""

    visits: tuple[int, ...]
    diagnoses: tuple[str, ...] = ()
    service: str = ""
    minutes: int = 0
    place_of_service: str = ""
    unsigned: bool = False
    signed_after: int = 0
    no_cosignature: bool = False
    cured_after: int | None = None


@dataclass(frozen=True, slots=True)
class InOurRecord:
    """What intake or utilization review has on file, where that is not what holds. Days.

    `second_authorization`: none was asked for when the first ran out. `wrong_number`: its
    number has two digits exchanged. `id_corrected`: the day on which intake notices.
    """

    wrong_member_id: bool = False
    id_corrected: int | None = None
    coverage_ends: int | None = None
    plan_ends: int | None = None
    consent_ends: int | None = None
    second_authorization: bool = True
    wrong_number: bool = False


@dataclass(frozen=True, slots=True)
class AtThePayer:
    """What the payer's books hold, where that is not what we believe. Days; the second
    authorization is meant."""

    coverage_starts: int | None = None
    coverage_ends: int | None = None
    first_payer: str = ""
    carved_out_to: str = ""
    out_of_network: bool = False
    visits_used: int = 0
    authorized_units: int | None = None
    authorized_codes: tuple[str, ...] = ()
    authorized_clinician: str = ""
    authorized_until: int | None = None
    asked_for_on: int | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class ByMistake:
    """What the payer does once, for no reason of its own (see `payer.books.Mishap`)."""

    visit: int
    kind: str
    group: str = "CO"
    reason: str = ""
    remarks: tuple[str, ...] = ()
    percent: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class ExtraVisit:
    """One more session, so many `days` after (below zero: before) visit `visit`, at that hour
    (a fraction is minutes)."""

    visit: int
    days: int
    hour: float
    minutes: int
    clinician: str = ""


@dataclass(frozen=True, slots=True)
class Planted:
    """One fault: whose, what should come of it, and why, in words.

    `expect` is "denied CARC", "rejected STATUS", "held RULE", "short" (underpaid), "unsigned",
    "unbillable", "corrected" (reversed and paid anew), "late" (with interest), "lost" (not found
    when asked about) or "records" (asked for when asked about).
    """

    client: str
    expect: str
    words: str
    fault: InTheNote | InOurRecord | AtThePayer | ByMistake | ExtraVisit | None = None


T = TypeVar("T")

PLANTED: tuple[Planted, ...] = (
    # -- the note says something that the payer does not pay for; its author can cure it
    Planted("AR-1001", "denied 11", "The note names anxiety without saying which.",
            InTheNote((1, 2), ("F419",), cured_after=2)),
    Planted("AR-1001", "denied 11", "The same once more, and nobody has looked yet.",
            InTheNote((5, 6), ("F419",))),
    Planted("AR-1016", "denied 11", "Unspecified anxiety where panic disorder is treated.",
            InTheNote((4,), ("F419",))),
    Planted("AR-1034", "denied 11", "A symptom stands where the adjustment disorder belongs.",
            InTheNote((2,), ("R452",), cured_after=4)),
    Planted("AR-1034", "denied 11", "The same symptom again; one addendum away from being paid.",
            InTheNote((5,), ("R452",))),
    Planted("AR-1013", "denied 5", "A video session said to have been in the office.",
            InTheNote((5,), place_of_service="11")),
    Planted("AR-1003", "denied 167", "The learning disorder stands first; the plan excludes it.",
            InTheNote((5,), ("F810", "F4322"))),
    Planted("AR-1007", "denied 146", "The payer's table does not know this newer code yet.",
            InTheNote((4,), ("F4381",))),
    Planted("AR-1012", "denied 204", "A family session, which this plan does not cover.",
            InTheNote((3,), service="family_with_client")),
    Planted("AR-1018", "denied 147", "A short session: the payer has no rate for it on file.",
            InTheNote((5,), minutes=30)),
    Planted("AR-1028", "denied 29", "Signed five weeks late; the payer has shortened its limit.",
            InTheNote((2,), signed_after=35)),
    # -- what we believe of the policy or the authorization is not what the payer believes
    Planted("AR-1006", "denied 197", "The payer wants authorization for long sessions."),
    Planted("AR-1009", "denied 15", "Two digits of the authorization number are exchanged.",
            InOurRecord(wrong_number=True)),
    Planted("AR-1010", "denied 198", "The payer authorized one session, not ten.",
            AtThePayer(authorized_units=1)),
    Planted("AR-1021", "denied 39", "What was promised by phone was refused in writing.",
            AtThePayer(refused=True)),
    Planted("AR-1022", "denied 284", "Authorized for sessions of 45 minutes only.",
            AtThePayer(authorized_codes=("90834",))),
    Planted("AR-1025", "denied 296", "Authorized for another clinician of the center.",
            AtThePayer(authorized_clinician="imogen.hale")),
    Planted("AR-1026", "denied 210", "Asked for a week after it was needed.",
            AtThePayer(asked_for_on=42)),
    Planted("AR-1039", "denied 302", "At the payer it ended sooner than in our record.",
            AtThePayer(authorized_until=37)),
    Planted("AR-1029", "denied 27", "Coverage ended; the client did not know.",
            AtThePayer(coverage_ends=38)),
    Planted("AR-1037", "denied 26", "Coverage began a week later than the card says.",
            AtThePayer(coverage_starts=7)),
    Planted("AR-1024", "denied 22", "A spouse's plan has to pay first.",
            AtThePayer(first_payer="Harbor Mutual Health")),
    Planted("AR-1014", "denied 109", "Behavioral care is carved out to Quietwater.",
            AtThePayer(carved_out_to="QWBH5")),
    Planted("AR-1020", "denied 242", "Moved to a narrow network that does not hold us.",
            AtThePayer(out_of_network=True)),
    Planted("AR-1035", "denied 119", "Most of this year's visits were used elsewhere.",
            AtThePayer(visits_used=26)),
    Planted("AR-1023", "denied 4", "This payer wants the psychologist's modifier AH."),
    Planted("AR-1036", "denied B7", "The associate's enrollment began later than we noted."),
    Planted("AR-1038", "denied 185", "This payer does not pay associates for therapy."),
    Planted("AR-1005", "denied 151", "Two sessions in one week; the payer pays for one.",
            ExtraVisit(4, -2, 16, 45)),
    # -- the payer errs, once
    Planted("AR-1018", "denied 50", "Not medically necessary, says somebody there.",
            ByMistake(3, "deny", reason="50")),
    Planted("AR-1015", "denied 97", "Counted into another service that never was.",
            ByMistake(3, "deny", reason="97", remarks=("N20",))),
    Planted("AR-1019", "denied 16", "Something is missing, says the payer.",
            ByMistake(2, "deny", reason="16", remarks=("M52",))),
    Planted("AR-1027", "denied 18", "Taken for a duplicate of another week's session.",
            ByMistake(2, "deny", "OA", "18", ("N522",))),
    Planted("AR-1013", "denied 252", "Records are asked for.",
            ByMistake(4, "deny", reason="252", remarks=("M127",))),
    Planted("AR-1008", "denied 193", "An earlier decision is said to be upheld.",
            ByMistake(3, "deny", reason="193")),
    Planted("AR-1004", "rejected 33", "Two digits of the member id are exchanged, until day 20.",
            InOurRecord(wrong_member_id=True, id_corrected=20)),
    Planted("AR-1016", "rejected 562", "The payer's front door does not know the NPI that day.",
            ByMistake(7, "reject", reason="A7:562:82")),
    Planted("AR-1027", "rejected 33", "The payer's front door does not know the member that day.",
            ByMistake(6, "reject", reason="A3:33:IL")),
    Planted("AR-1002", "short", "Fifteen percent less than the contract says.",
            ByMistake(3, "underpay", percent=15)),
    Planted("AR-1019", "short", "The payer forgot that psychologists have their own rate."),
    Planted("AR-1015", "corrected", "Paid, then taken back and paid at a lower rate.",
            ByMistake(2, "correct", percent=20, days=20)),
    Planted("AR-1011", "corrected", "Taken back with the next one, more than a check holds,",
            ByMistake(3, "correct", percent=90, days=14)),
    Planted("AR-1011", "corrected", "so the rest is carried forward to the check after it.",
            ByMistake(4, "correct", percent=90, days=7)),
    Planted("AR-1008", "late", "Paid a month late, with interest.",
            ByMistake(1, "late", days=33)),
    Planted("AR-1012", "lost", "The payer took the file, and has no such claim.",
            ByMistake(1, "lose")),
    Planted("AR-1007", "records", "Waits for records, which only who asks is told.",
            ByMistake(1, "records", days=44)),
    # -- what our own gates must stop
    Planted("AR-1002", "held COVERAGE_ACTIVE_DOS", "Our record says that coverage has ended.",
            InOurRecord(coverage_ends=45)),
    Planted("AR-1030", "held NOTE_COSIGNED", "The supervisor has not co-signed.",
            InTheNote((5,), no_cosignature=True)),
    Planted("AR-1040", "held AUTH_DATES", "Nobody asked for a second authorization.",
            InOurRecord(second_authorization=False)),
    Planted("AR-1017", "unbillable", "A session of fifteen minutes is not billable.",
            InTheNote((3,), minutes=15)),
    Planted("AR-1015", "held CLIENT_OVERLAP", "Two clinicians wrote down the same ten minutes.",
            ExtraVisit(5, 0, 9 + 50 / 60, 40, "imogen.hale")),
    Planted("AR-1036", "held PLAN_ACTIVE_COVERS_SERVICE", "The treatment plan has lapsed.",
            InOurRecord(plan_ends=40)),
    Planted("AR-1033", "held PART2_CONSENT", "The consent for substance use records has expired.",
            InOurRecord(consent_ends=40)),
    Planted("AR-1019", "unsigned", "Never signed.", InTheNote((6,), unsigned=True)),
    Planted("AR-1028", "unsigned", "Never signed.", InTheNote((7,), unsigned=True)),
    Planted("AR-1008", "unsigned", "Never signed.", InTheNote((5,), unsigned=True)),
)  # fmt: skip

# Roster and rates that payers hold otherwise than we do: see `truth`.
ENROLLED_LATER = ("larch", "wren.castellan", 12)
NOT_FOR_THERAPY = ("ever", "wren.castellan", ("90791",))
RATE_FORGOTTEN = ("larch", "PSYD")
NO_RATE = ("larch", "90832")
# One code that a payer pays short everywhere, at so many percent of what its contract says.
PAID_SHORT = ("harbor", "90834", 92)

# Once, in a payer's first check on or after that day: what (see `payer.books.Surprise`), of which
# payer, when, cents (or days), and a reference.
SURPRISES = (
    ("stranger", "state", 24, 6_100, "B-20417"),
    ("PLB WO", "larch", 30, 6_400, "PRIOR YEAR 0012"),
    ("PLB CT", "harbor", 21, -12_500, "CAPITATION MARCH"),
    ("PLB CS", "quiet", 26, -1_150, "CHECK OF JANUARY"),
    ("PLB 72", "river", 28, -3_000, "REFUND 118"),
    ("PLB J1", "quarry", 29, 450, "COPIES"),
    ("PLB IR", "ever", 30, 275, "WITHHOLDING"),
    ("PLB 50", "state", 33, 800, "LATE CHARGE"),
    ("wrong", "harbor", 27, 100, ""),
    ("again", "state", 27, 0, ""),
    ("copy", "river", 34, 0, ""),
    ("late", "quarry", 36, 2, ""),
)


def faults(client: str, kind: type[T]) -> list[T]:
    """The faults of one kind that concern a client."""
    return [p.fault for p in PLANTED if p.client == client and isinstance(p.fault, kind)]

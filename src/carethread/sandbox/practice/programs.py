"""The programs: who is there from when to when, what was authorized, and which groups meet.

Days count from the first of the demo's days (0). What is not as it should be stands beside it in
words; `docs/sandbox.md` says what comes of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from carethread.sandbox.practice import cast
from carethread.sandbox.practice.clients import PARTICIPANTS, Client
from carethread.sandbox.practice.insurers import BY_KEY

CODES = {"iop": "H0015", "php": "H0035", "detox": "H0010", "house": "H0018"}
"""What a day of a program is billed as, where payers want it authorized."""
LEVELS = {program.key: program.level_of_care for program in cast.PROGRAMS}
HOUSES = ("detox", "house")
ATTENDING = "noor.halloran"
CLIENT = {client.mrn: client for client in PARTICIPANTS}


@dataclass(frozen=True, slots=True)
class Stay:
    """From admission to discharge: the day on which the client leaves (None: stays), where to and
    why; the summary is signed `summary_after` days (None: never)."""

    client: str
    program: str
    admitted: int
    leaves: int | None = None
    status: str = "01"
    reason: str = "Goals of the plan reached."
    summary_after: int | None = 1


@dataclass(frozen=True, slots=True)
class Weekend:
    """A client of the house is on leave for the first weekend from that day on: from Friday evening
    to Sunday noon."""

    client: str
    since: int


@dataclass(frozen=True, slots=True)
class Agreed:
    """Authorized by telephone before the first day. `their_end` and `their_units` are what the
    payer wrote down, where that is not what we heard."""

    client: str
    program: str
    starts: int
    ends: int
    units: int
    their_end: int | None = None
    their_units: int | None = None

    @property
    def number(self) -> str:
        return f"P{CLIENT[self.client].number}{self.starts % 100:02d}"


@dataclass(frozen=True, slots=True)
class Requested:
    """Asked for by 278 on a day; `extends` what the client has there."""

    client: str
    program: str
    on: int
    starts: int
    ends: int
    units: int
    extends: bool = False


@dataclass(frozen=True, slots=True)
class Meeting:
    """A group of a program. `walk_in` is somebody of the program who comes when they can."""

    program: str
    name: str
    service: str
    facilitator: str
    co_facilitator: str
    weekdays: tuple[int, ...]
    starts_at: time
    minutes: int
    walk_in: str = ""


STAYS = (
    Stay("AR-2001", "iop", -12),
    Stay("AR-2002", "iop", 2, 44),
    Stay("AR-2003", "iop", 5),
    Stay("AR-2004", "iop", 8),
    Stay("AR-2005", "iop", 10),
    Stay("AR-2006", "iop", 14),
    Stay("AR-2007", "iop", 1),
    Stay("AR-2011", "php", 20, 34, reason="Steps down to weekly sessions."),
    Stay("AR-2012", "php", 22, 36, reason="Steps down to weekly sessions."),
    Stay("AR-2021", "detox", 4, 9, "62", "Goes on in the residential program."),
    Stay("AR-2021", "house", 9, 37),
    # Left against advice; nobody has written the summary, so the last claim waits.
    Stay("AR-2022", "house", 1, 17, "07", "Left against advice.", summary_after=None),
    Stay("AR-2023", "house", 33),
    Stay("AR-2024", "detox", 48, 53, "62", "Goes on in the residential program."),
    Stay("AR-2024", "house", 53),
    Stay("AR-2031", "otp", -28),
    Stay("AR-2032", "otp", 3),
    Stay("AR-2033", "otp", 11),
    Stay("AR-2034", "otp", 6),
)

WEEKENDS = (Weekend("AR-2021", 9), Weekend("AR-2023", 36))
KEEPS_BEDS = "quarry"
"""The insurer that pays half a night for a bed that is kept during a therapeutic leave."""

AGREED = (
    Agreed("AR-2001", "iop", -12, 75, 28),  # runs low
    Agreed("AR-2002", "iop", 2, 50, 24),
    Agreed("AR-2003", "iop", 5, 40, 20),  # nobody asked for more: days after it wait
    Agreed("AR-2004", "iop", 8, 45, 20, their_end=26),  # lapses sooner at the payer
    Agreed("AR-2007", "iop", 1, 90, 12),
    Agreed("AR-2011", "php", 20, 36, 14, their_units=8),  # fewer days, too
    Agreed("AR-2012", "php", 22, 38, 14),
    Agreed("AR-2021", "detox", 4, 9, 6),
    Agreed("AR-2021", "house", 9, 39, 30),
    Agreed("AR-2022", "house", 1, 25, 24, their_units=6),  # fewer nights at the payer
    Agreed("AR-2023", "house", 33, 47, 15),
    Agreed("AR-2024", "detox", 48, 54, 6),
)

REQUESTED = (
    Requested("AR-2006", "iop", 14, 14, 54, 20),  # granted in part: 16
    Requested("AR-2004", "iop", 42, 46, 80, 12, extends=True),
    Requested("AR-2023", "house", 44, 48, 62, 14, extends=True),
    Requested("AR-2024", "house", 50, 53, 75, 16),
    Requested("AR-2006", "iop", 57, 55, 85, 30, extends=True),  # so many wait for a reviewer
)

MEETINGS = (
    Meeting(
        "iop", "Relapse prevention", "sud_group", "calla.brandt", "odile.marchetti",
        (0, 2, 3), time(9, 30), 190, walk_in="AR-2007",
    ),
    Meeting(
        "php", "Day program", "group", "odile.marchetti", "", (0, 1, 2, 3, 4), time(13, 0), 245,
    ),
    Meeting(
        "house", "House meeting", "psychoeducation", "ezra.whitcombe", "", tuple(range(7)),
        time(14, 0), 60,
    ),
)  # fmt: skip

SINGLY = {"detox": ("daily_note", 1, time(16, 30), 20), "otp": ("dosing_methadone", 7, time(8), 10)}
"""What is documented for each client alone: the service, every how many days, when, minutes."""


def agreed_by(client: Client) -> Iterator[Agreed]:
    return (row for row in AGREED if row.client == client.mrn)


def policies(client: Client) -> tuple[str, ...]:
    """The insurers whose member the client is, whoever pays for the care first: the plan that has
    carved it out stands behind the payer that handles it."""
    handled = BY_KEY[client.insurer].payer_id
    behind = (key for key, one in BY_KEY.items() if one.carved_out_to == handled)
    return (client.insurer, *behind)

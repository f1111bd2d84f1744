"""Who comes when, and what is written and signed about it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from carethread.sandbox.practice import cast, notes
from carethread.sandbox.practice.clients import CLIENTS, Client
from carethread.sandbox.practice.planted import AtThePayer, ByMistake, ExtraVisit, InTheNote, faults

DAYS_AHEAD = 10
_HOURS = (9, 11, 13)
_EVENING = time(18)
_COSIGNING = time(17, 30)
# Whose first visit in these days is the first of all: an evaluation.
_NEW = ("AR-1005", "AR-1027", "AR-1032")


@dataclass(frozen=True, slots=True)
class Script:
    """What the author writes, and when it is signed and co-signed (None: never)."""

    service: str
    ends_at: datetime
    diagnoses: tuple[str, ...]
    content: dict[str, str]
    place_of_service: str = ""
    signed_at: datetime | None = None
    cosigned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment. `number` counts the client's visits from 1; `script` is None where the
    client did not come."""

    client: Client
    number: int
    clinician: str
    service: str
    starts_at: datetime
    ends_at: datetime
    script: Script | None

    @property
    def day(self) -> date:
        return self.starts_at.date()


def visits(first: date, last: date, seed: int) -> list[Visit]:
    """Every visit from `first` to `last` and ten days beyond, in order of time."""
    chance = random.Random(seed)  # noqa: S311 - a demo that repeats itself
    zone = ZoneInfo(cast.CENTER.time_zone)
    found: list[Visit] = []
    for client, start in _slots(first, zone):
        found += _series(client, start, last + timedelta(days=DAYS_AHEAD), chance)
    return sorted(found, key=lambda v: (v.starts_at, v.client.mrn))


def _slots(first: date, zone: ZoneInfo) -> Iterator[tuple[Client, datetime]]:
    """Each client's weekly time with their clinician, beginning in the first week."""
    places: dict[str, int] = {}
    for client in CLIENTS:
        place = places.get(client.clinician, 0)
        places[client.clinician] = place + 1
        day = first + timedelta(days=(place % 5 - first.weekday()) % 7)
        yield client, datetime.combine(day, time(_HOURS[place // 5]), zone)


def _series(client: Client, start: datetime, until: date, chance: random.Random) -> Iterator[Visit]:
    extras = faults(client.mrn, ExtraVisit)
    wrong = faults(client.mrn, InTheNote)
    # Who has a fault that needs certain visits does come to them.
    steady = not (
        wrong or extras or faults(client.mrn, ByMistake) or faults(client.mrn, AtThePayer)
    )
    number = 0
    while start.date() <= until:
        number += 1
        stays_away = steady and number > 2 and chance.random() < 0.06
        yield _visit(client, number, start, client.minutes, "", wrong, chance, stays_away)
        for extra in extras:
            if extra.visit == number:
                yield _extra(client, start, extra, chance)
        start += timedelta(weeks=client.weeks)


def _extra(client: Client, start: datetime, extra: ExtraVisit, chance: random.Random) -> Visit:
    midnight = start.replace(hour=0, minute=0)
    at = midnight + timedelta(days=extra.days, minutes=round(extra.hour * 60))
    return _visit(client, 0, at, extra.minutes, extra.clinician, [], chance, False)


def _visit(
    client: Client,
    number: int,
    start: datetime,
    minutes: int,
    clinician: str,
    wrong: Sequence[InTheNote],
    chance: random.Random,
    stays_away: bool,
) -> Visit:
    service = "evaluation" if number == 1 and client.mrn in _NEW else "individual"
    who = clinician or client.clinician
    fault = next((f for f in wrong if number in f.visits), InTheNote(()))
    return Visit(
        client=client,
        number=number,
        clinician=who,
        service=service,
        starts_at=start,
        ends_at=start + timedelta(minutes=minutes),
        script=None if stays_away else _script(client, service, who, start, minutes, fault, chance),
    )


def _script(
    client: Client,
    service: str,
    clinician: str,
    start: datetime,
    minutes: int,
    fault: InTheNote,
    chance: random.Random,
) -> Script:
    signed = None if fault.unsigned else _signed(start, fault.signed_after, chance)
    supervised = cast.BY_KEY[clinician].clinician
    cosigned = None
    if signed and supervised and supervised.supervisor and not fault.no_cosignature:
        later = timedelta(days=chance.choice((1, 1, 1, 3)))
        cosigned = datetime.combine(signed.date() + later, _COSIGNING, start.tzinfo)
    return Script(
        service=fault.service or service,
        ends_at=start + timedelta(minutes=fault.minutes or minutes),
        diagnoses=fault.diagnoses or client.diagnoses,
        content=notes.content(fault.service or service, client, chance),
        place_of_service=fault.place_of_service,
        signed_at=signed,
        cosigned_at=cosigned,
    )


def _signed(start: datetime, days: int, chance: random.Random) -> datetime:
    """Most notes are signed on the evening of the day, some a day or a few later."""
    days = days or chance.choice((0, 0, 0, 0, 0, 0, 0, 1, 1, 3))
    return datetime.combine(start.date() + timedelta(days=days), _EVENING, start.tzinfo)

"""Groups of the cast: who is on them, how they are checked in, written about and signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from carethread.record.models import (
    Attendance,
    Client,
    Episode,
    Fee,
    Group,
    Practitioner,
    Program,
    Session,
)
from carethread.workflow.care import group_sign, groups
from carethread.workflow.care.group_sign import Outcome
from carethread.workflow.center import staff
from tests.cast import LONG_AGO, NOW, TODAY, Cast, make_client, proof

NEW_YORK = ZoneInfo("America/New_York")
TOPIC = {"topic": "Triggers", "intervention": "Role play of a refusal.", "plan": "Coping plans."}
GROUP_FEES = {"90853": 6_000, "H0005": 5_000, "H2027": 1_500}
NAMES = ("Abel", "Bree", "Carl", "Dora", "Egon", "Fina", "Gabe", "Hana", "Igor", "Jana", "Karl",
         "Lena", "Milo", "Nina", "Otto", "Paul", "Quin", "Rita")  # fmt: skip


@dataclass
class Circle:
    """A group of the cast with its session of today."""

    cast: Cast
    group: Group
    clients: list[Client]
    session: Session
    leader: Practitioner

    def of(self, name: str) -> Attendance:
        """The attendance of the client with that first name."""
        return self.session.attendances.select_related("session", "client").get(
            client__first_name=name
        )

    def came(self, *but: str) -> None:
        """Everybody expected was there from start to end, except those."""
        for row in self.session.attendances.filter(status="expected").select_related("session"):
            if row.client.first_name not in but:
                groups.mark(row, "present", user=self.user, now=NOW)

    def mark(self, name: str, kind: str, now: datetime = NOW) -> Attendance:
        return groups.mark(self.of(name), kind, user=self.user, now=now)

    def there(self, name: str, arrived: datetime | None, left: datetime | None) -> Attendance:
        return groups.set_attended(self.of(name), arrived, left, user=self.user)

    def write(self) -> None:
        """The shared part, and each client's own."""
        groups.write_shared(self.session, TOPIC, user=self.user)
        for row in self.session.attendances.filter(status="present").select_related("session"):
            part = {"participation": "Took an active part", "response": f"Said: {row.pk} things."}
            groups.write_part(row, part, user=self.user, now=NOW)

    def sign(self, now: datetime = NOW) -> Outcome:
        return group_sign.sign(self.session, user=self.user, proof=proof(self.user, now), now=now)

    @property
    def user(self):
        assert self.leader.user is not None
        return self.leader.user


def at(hour: int, minute: int = 0, day: date = TODAY) -> datetime:
    """A moment of the day, on the center's clock."""
    return datetime.combine(day, time(hour, minute), NEW_YORK)


def people(cast: Cast, count: int, program: Program | None = None) -> list[Client]:
    """So many clients in care, with coverage, diagnosis and plan."""
    return [
        make_client(cast.center, program or cast.program, cast.payer, name, f"Nr{number}",
                    f"HH2{number:07d}")[0]
        for number, name in enumerate(NAMES[:count])
    ]  # fmt: skip


def fees(cast: Cast, **more: int) -> None:
    for code, cents in (GROUP_FEES | more).items():
        staff.save_fee(
            Fee(organization=cast.center, code=code, amount_cents=cents, effective_from=LONG_AGO)
        )


def make_group(
    cast: Cast,
    clients: Sequence[Client],
    *,
    service: str = "group",
    hour: int = 10,
    minutes: int = 90,
    by: Practitioner | None = None,
    program: Program | None = None,
    name: str = "",
) -> Group:
    """A Monday group with these clients on its roster."""
    group = groups.save_group(
        Group(organization=cast.center, program=program or cast.program, service=service,
              name=name or f"{service} at {hour}", facilitator=by or cast.nora,
              co_facilitator=cast.sam, weekdays=[0], starts_at=time(hour), minutes=minutes)
    )  # fmt: skip
    for client in clients:
        episode = Episode.objects.get(client=client, program=group.program)
        groups.join(group, episode, TODAY - timedelta(days=30))
    return group


def circle(cast: Cast, clients: Sequence[Client], **how: object) -> Circle:
    """A group whose session of today is open."""
    group = make_group(cast, clients, **how)  # type: ignore[arg-type]
    leader = group.facilitator
    session = groups.open_session(group, TODAY, user=leader.user, now=NOW)
    return Circle(cast, group, list(clients), session, leader)

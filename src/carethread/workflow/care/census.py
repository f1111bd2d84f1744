"""Who was in the house at midnight: counted once a night, corrected by counting again.

A night rests on this count and on a signed note of its day; whichever comes last makes the charge
(`program_day.settle`, in the same transaction).
"""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from carethread.codes.levels import Basis, basis
from carethread.record.models import CensusEntry, Episode, Program, User
from carethread.workflow import gather
from carethread.workflow.care import program_day
from carethread.workflow.common.errors import refuse


def expected(program: Program, day: date) -> list[Episode]:
    """Clients who could have slept in the program's house in the night after that day."""
    rows = Episode.objects.filter(program=program, admitted_on__lte=day)
    rows = rows.select_related("client").order_by("client__last_name", "client__first_name", "pk")
    return [e for e in rows if e.discharged_on is None or e.discharged_on > day]


def counted(program: Program, day: date) -> dict[int, CensusEntry]:
    """The entry that counts for each episode of the program in that night, by episode."""
    rows = CensusEntry.objects.filter(episode__program=program, day=day).order_by("number")
    return {row.episode_id: row for row in rows}


@transaction.atomic
def take(
    program: Program,
    day: date,
    present: Mapping[int, bool],
    *,
    user: User,
    now: datetime,
    reasons: Mapping[int, str] | None = None,
) -> int:
    """Count the night: `present` says of each episode whether its client was there. The number of
    entries that were new or changed. Saying the same again writes nothing.

    Refused for a night that has not come, and for anybody who is not in the program's house.
    """
    if basis(program.level_of_care) is not Basis.CENSUS:
        raise refuse(f"{program} is not a house: nobody is counted there.")
    if day >= gather.service_date(program.organization, now):
        raise refuse("This night has not passed yet.", "day")
    Program.objects.select_for_update(of=("self",), no_key=True).get(pk=program.pk)
    who, before = {e.pk: e for e in expected(program, day)}, counted(program, day)
    if strangers := present.keys() - who.keys():
        raise refuse(f"{len(strangers)} of them were not in the program on that day.", "present")
    changed = [
        episode
        for pk, episode in who.items()
        if pk in present and (pk not in before or before[pk].is_present != present[pk])
    ]
    settings = gather.settings_at(program.organization, now)
    for episode in changed:
        last = before.get(episode.pk)
        CensusEntry.objects.create(
            organization_id=program.organization_id,
            episode=episode,
            day=day,
            number=last.number + 1 if last else 1,
            is_present=present[episode.pk],
            reason=(reasons or {}).get(episode.pk, "").strip()[:200],
            user=user,
            at=now,
        )
        program_day.settle(episode, program, day, now=now, settings=settings)
    return len(changed)

"""What the people of the programs do on a day: admit, ask for authorization, meet, count the
night, discharge. Through `workflow` alone, each as the user that they are."""

import random
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from carethread.codes.catalogue import written
from carethread.codes.levels import levels
from carethread.insight.leaves import leaves_of
from carethread.record.models import (
    Appointment,
    Authorization,
    Consent,
    Coverage,
    Diagnosis,
    DischargeSummary,
    Episode,
    Group,
    PolicySetting,
    Session,
    TreatmentPlan,
    User,
)
from carethread.rules.leave import leave_of
from carethread.sandbox.practice import build, notes, programs
from carethread.sandbox.practice.planted import InOurRecord
from carethread.sandbox.practice.programs import CLIENT, Agreed, Meeting, Requested, Stay, Weekend
from carethread.sandbox.practice.world import World
from carethread.workflow import admit, authorize, discharge, document
from carethread.workflow.authorizations import review
from carethread.workflow.authorize import Told
from carethread.workflow.care import census, group_sign, groups, leave
from carethread.workflow.care.leave import Away
from carethread.workflow.center import staff
from carethread.workflow.common.reauthenticate import Proof
from carethread.workflow.coverage import eligibility
from carethread.workflow.discharge import Leaving

_COUNTING, _ADMITTING, _LEAVING, _ASKING = time(7), time(7, 30), time(8, 30), time(9)
_SUMMARY = {
    "course": "Took part in the program as planned; see the notes.",
    "condition": "Stable, oriented, no thoughts of self-harm.",
    "medication": "As on the list that the client took home.",
    "aftercare": "Appointment made; crisis plan handed over.",
}
_AWAY_FROM, _BACK_AT, _A_WEEKEND = time(17, 30), time(12), timedelta(days=2)
_LATE, _TOO_LATE, _ABSENT = 0.06, 0.03, 0.05
_COUNTER, _REVIEWER = "ezra.whitcombe", "sylvie.marrow"


class ProgramDiary:
    """The days of the programs. `signed` counts notes."""

    def __init__(self, practice: build.Practice, of: World) -> None:
        self.practice, self.world = practice, of
        self.zone = ZoneInfo(practice.organization.time_zone)
        self.signed = 0
        self._summaries: list[tuple[date, DischargeSummary]] = []
        self._asked: dict[tuple[str, str], Authorization] = {}
        self._keep_beds()
        for meeting in programs.MEETINGS:
            self._group(meeting)
        for stay in programs.STAYS:
            if stay.admitted < 0:
                self._admit(stay, of.first)

    def live(self, day: date) -> None:
        """Everything that happens on that day, from the night's count to the evening."""
        number = (day - self.world.first).days
        for house in programs.HOUSES:
            self._count(house, day - timedelta(days=1), day)
        for stay in (stay for stay in programs.STAYS if stay.leaves == number):
            self._discharge(stay, day)
        for stay in (stay for stay in programs.STAYS if stay.admitted == number):
            self._admit(stay, day)
        self._return(day)
        for wish in (wish for wish in programs.REQUESTED if wish.on == number):
            self._ask(wish, day)
        for stay in (stay for stay in programs.STAYS if _is_seen(stay, number)):
            self._see(stay, day)
        for meeting in (m for m in programs.MEETINGS if day.weekday() in m.weekdays):
            self._meet(meeting, day)
        self._go_on_leave(day)
        self._write_summaries(day)

    def _keep_beds(self) -> None:
        """What the contract with one payer says of a bed during a leave."""
        made, level = self.practice, programs.LEVELS["house"]
        hold = "bed_holds: [{leave: therapeutic, service: therapeutic_leave_day, percent: 50}]\n"
        row = made.row(
            PolicySetting, key=f"levels/{level}", value=written(levels()[level]) + hold,
            payer=made.payers[programs.KEEPS_BEDS], effective_from=self.world.long_ago,
        )  # fmt: skip
        staff.set_entry(row, now=self._at(self.world.first, _COUNTING))

    # ------------------------------------------------------------------ intake

    def _admit(self, stay: Stay, today: date) -> None:
        made, person = self.practice, CLIENT[stay.client]
        now, on = self._at(today, _ADMITTING), self.world.day(stay.admitted)
        program = made.programs[stay.program]
        if stay.client not in made.clients:
            self._register(stay.client, now)
        attending = None if stay.program == "otp" else made.practitioners[programs.ATTENDING]
        row = made.row(
            Episode, client=made.clients[stay.client], program=program, attending=attending,
            admitted_on=on, admitted_at=_ADMITTING,
        )  # fmt: skip
        episode = made.episodes[stay.client, stay.program] = admit.admit(row)
        for rank, code in enumerate(person.diagnoses, start=1):
            admit.save_diagnosis(
                made.row(Diagnosis, episode=episode, code=code, rank=rank, diagnosed_on=on)
            )
        plan = made.row(
            TreatmentPlan, episode=episode, effective_from=on,
            effective_to=on + timedelta(days=200), goals=["Abstinence", "A day with a plan"],
            signed_by=made.practitioners[programs.ATTENDING], signed_at=now,
        )  # fmt: skip
        admit.save_plan(plan)
        self._take_consent(stay.client, stay.program, on, now)
        for agreed in programs.AGREED:
            if (agreed.client, agreed.program) == (stay.client, stay.program):
                self._agree(agreed, now)
        for meeting in programs.MEETINGS:
            if meeting.program == stay.program and meeting.walk_in != stay.client:
                groups.join(made.groups[meeting.name], episode, max(on, self.world.first))
        if stay.program == "otp":
            behind = -stay.admitted % 7 if stay.admitted < 0 else 0
            self._schedule(stay, self.world.day(max(stay.admitted, 0) + behind))

    def _take_consent(self, mrn: str, program: str, on: date, now: datetime) -> None:
        """A substance use program asks for one before anything leaves for a payer."""
        made = self.practice
        row = made.row(
            Consent, client=made.clients[mrn], program=made.programs[program], signed_on=on
        )
        if row.program.is_part2 and not row.client.consents.filter(program=row.program).exists():
            admit.save_consent(row, now=now)

    def _register(self, mrn: str, now: datetime) -> None:
        """The client and who pays, the payer of behavioral care before the plan behind it."""
        made, person = self.practice, CLIENT[mrn]
        row = build.identity(made, person)
        build.coverage(made, person, row, InOurRecord(), self.world, now)
        for rank, key in enumerate(programs.policies(person)[1:], start=2):
            behind = made.row(
                Coverage, client=row, payer=made.payers[key], rank=rank,
                member_id=made.coverages[mrn].member_id, effective_from=self.world.long_ago,
            )  # fmt: skip
            admit.save_coverage(behind, now=now)

    def ask_about_coverage(self, day: date) -> None:
        """Intake asks the payers at once about everybody in the programs, who has no appointment
        that the nightly file would know of."""
        now, user = self._at(day, time(18, 30)), self._user("petra.lindqvist")
        for mrn in CLIENT:
            if mrn in self.practice.coverages:
                eligibility.check(self.practice.coverages[mrn], now=now, user=user)

    # ------------------------------------------------------------------ utilization review

    def _agree(self, agreed: Agreed, now: datetime) -> None:
        made = self.practice
        row = made.row(
            Authorization, **self._scope(agreed.client, agreed.program), number=agreed.number,
            effective_from=self.world.day(agreed.starts), effective_to=self.world.day(agreed.ends),
            approved_units=agreed.units, requested_units=agreed.units,
            next_review_on=self.world.day(agreed.ends) - timedelta(days=3),
        )  # fmt: skip
        told = Told("phone", "Member services", f"R-{agreed.number}", user=self._user(_REVIEWER))
        self._asked[agreed.client, agreed.program] = authorize.record(row, told, now=now)

    def _ask(self, wish: Requested, day: date) -> None:
        """By 278; what an extension extends is what the client was granted last."""
        before = self._asked.get((wish.client, wish.program)) if wish.extends else None
        if before is not None:
            before.refresh_from_db()
        if wish.client not in self.practice.clients:
            self._register(wish.client, self._at(day, _ASKING))
        self._take_consent(wish.client, wish.program, day, self._at(day, _ASKING))
        row = self.practice.row(
            Authorization, **self._scope(wish.client, wish.program), state="submitted",
            extends=before, requested_units=wish.units,
            effective_from=self.world.day(wish.starts), effective_to=self.world.day(wish.ends),
        )  # fmt: skip
        told = Told("278", user=self._user(_REVIEWER))
        self._asked[wish.client, wish.program] = review.send(row, told, now=self._at(day, _ASKING))

    def _scope(self, mrn: str, program: str) -> dict[str, object]:
        return {
            "client": self.practice.clients[mrn],
            "payer": self.practice.payers[CLIENT[mrn].insurer],
            "codes": [programs.CODES[program]],
            "level_of_care": programs.LEVELS[program],
            "unit": "days",
        }

    # ------------------------------------------------------------------ nights and doses

    def _count(self, house: str, night: date, today: date) -> None:
        if night < self.world.first:
            return
        program = self.practice.programs[house]
        expected = census.expected(program, night)
        away = leaves_of([episode.pk for episode in expected])
        present = {
            episode.pk: leave_of(night, away.get(episode.pk, ())) is None for episode in expected
        }
        if present:
            user, now = self._user(_COUNTER), self._at(today, _COUNTING)
            census.take(program, night, present, user=user, now=now)

    def _schedule(self, stay: Stay, day: date) -> None:
        service, _, hour, minutes = programs.SINGLY[stay.program]
        made, starts = self.practice, self._at(day, hour)
        row = made.row(
            Appointment, client=made.clients[stay.client], service=service, starts_at=starts,
            program=made.programs[stay.program], ends_at=starts + timedelta(minutes=minutes),
            practitioner=made.practitioners[CLIENT[stay.client].clinician],
        )  # fmt: skip
        made.appointments[stay.client, starts] = admit.schedule(row, now=starts)

    def _see(self, stay: Stay, day: date) -> None:
        """One client alone: written up and signed at once; the next one is put down."""
        service, every, hour, _ = programs.SINGLY[stay.program]
        starts = self._at(day, hour)
        if (stay.client, starts) not in self.practice.appointments:
            self._schedule(stay, day)
        appointment = self.practice.appointments[stay.client, starts]
        now = appointment.ends_at + timedelta(minutes=5)
        note = document.open_note(appointment, now=now)
        draft = document.Draft(
            service=service, starts_at=note.starts_at, ends_at=note.ends_at,
            place_of_service=note.place_of_service, diagnoses=tuple(note.diagnoses),
            content=notes.singly(service, self._chance(stay.client, day)),
        )  # fmt: skip
        note = document.save_draft(note, draft, now=now)
        user = self._user(CLIENT[stay.client].clinician)
        document.sign(note, user=user, proof=_proof(user, now), now=now)
        self.signed += 1
        if every > 1:
            self._schedule(stay, day + timedelta(days=every))

    # ------------------------------------------------------------------ groups

    def _group(self, meeting: Meeting) -> None:
        made = self.practice
        row = made.row(
            Group, program=made.programs[meeting.program], name=meeting.name,
            service=meeting.service, facilitator=made.practitioners[meeting.facilitator],
            co_facilitator=made.practitioners.get(meeting.co_facilitator),
            weekdays=list(meeting.weekdays), starts_at=meeting.starts_at, minutes=meeting.minutes,
        )  # fmt: skip
        made.groups[meeting.name] = groups.save_group(row)

    def _meet(self, meeting: Meeting, day: date) -> None:
        """Checked in by tap as they come, written about, signed at its end."""
        group, user = self.practice.groups[meeting.name], self._user(meeting.facilitator)
        starts, chance = self._at(day, meeting.starts_at), self._chance(meeting.name, day)
        if not groups.roster(group, day).exists():
            return
        session = groups.open_session(group, day, user=user, now=starts)
        self._check_in(session, starts, meeting, chance)
        there = session.attendances.filter(status="present").select_related("session__group")
        present = list(there.select_related("client", "episode").order_by("pk"))
        if not present:
            return
        now = starts + timedelta(minutes=meeting.minutes + 10)
        groups.write_shared(session, notes.shared(chance), user=user)
        for row, said in zip(present, notes.parts(len(present), chance), strict=True):
            groups.write_part(row, said, user=user, now=now)
        group_sign.sign(session, user=user, proof=_proof(user, now), now=now)
        self.signed += len(present)

    def _check_in(
        self, session: Session, starts: datetime, meeting: Meeting, chance: random.Random
    ) -> None:
        user = self._user(meeting.facilitator)
        rows = session.attendances.filter(status="expected").select_related("session", "episode")
        known = leaves_of([row.episode_id for row in rows])
        away = {pk for pk, leaves in known.items() if leaves and leaves[-1].ends is None}
        for row in rows.order_by("pk"):
            kind, minutes = "present", 0
            dice = chance.random()
            gone = row.episode_id in away or row.episode.discharged_on == session.day
            if gone or dice < _ABSENT:
                kind = "no_show"
            elif dice < _ABSENT + _TOO_LATE:
                kind, minutes = "late", 40
            elif dice < _ABSENT + _TOO_LATE + _LATE:
                kind, minutes = "late", 5
            groups.mark(row, kind, user=user, now=starts + timedelta(minutes=minutes))
        guest = self.practice.episodes.get((meeting.walk_in, meeting.program))
        if guest is not None and chance.random() < 0.4:
            groups.walk_in(session, guest, user=user)

    # ------------------------------------------------------------------ leaving

    def _discharge(self, stay: Stay, day: date) -> None:
        episode = self.practice.episodes[stay.client, stay.program]
        leaving = Leaving(day, _LEAVING, stay.status, stay.reason)
        author = self.practice.practitioners[CLIENT[stay.client].clinician]
        now = self._at(day, _LEAVING)
        summary = discharge.discharge(episode, leaving, author=author, now=now)
        if stay.summary_after is not None:
            self._summaries.append((day + timedelta(days=stay.summary_after), summary))

    def _friday(self, weekend: Weekend) -> date:
        first = self.world.day(weekend.since)
        return first + timedelta(days=(4 - first.weekday()) % 7)

    def _go_on_leave(self, day: date) -> None:
        user, now = self._user(_COUNTER), self._at(day, _AWAY_FROM)
        away = Away("therapeutic", day, _AWAY_FROM, "With the family.", day + _A_WEEKEND)
        for weekend in (one for one in programs.WEEKENDS if self._friday(one) == day):
            episode = self.practice.episodes[weekend.client, "house"]
            leave.begin(episode, away, user=user, now=now)

    def _return(self, day: date) -> None:
        user, now = self._user(_COUNTER), self._at(day, _BACK_AT)
        for weekend in (w for w in programs.WEEKENDS if self._friday(w) + _A_WEEKEND == day):
            episode = self.practice.episodes[weekend.client, "house"]
            leave.end(episode, day, _BACK_AT, user=user, now=now)

    def _write_summaries(self, day: date) -> None:
        now = self._at(day, time(17, 45))
        for due, summary in [entry for entry in self._summaries if entry[0] == day]:
            user = summary.author.user
            assert user is not None
            discharge.save_summary(summary, _SUMMARY, user=user, now=now)
            discharge.sign_summary(summary, user=user, proof=_proof(user, now), now=now)
            self._summaries.remove((due, summary))

    # ------------------------------------------------------------------ shared

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self.zone)

    def _user(self, key: str) -> User:
        return self.practice.users[key]

    def _chance(self, what: str, day: date) -> random.Random:
        """The same luck for the same seed, whatever else happens."""
        return random.Random(f"{self.world.seed}:{what}:{day - self.world.first}")  # noqa: S311


def _is_seen(stay: Stay, number: int) -> bool:
    """Whether the client is seen alone on that day. On the day of discharge nobody is."""
    if stay.program not in programs.SINGLY:
        return False
    _, every, _, _ = programs.SINGLY[stay.program]
    there = stay.admitted <= number and (stay.leaves is None or number < stay.leaves)
    return there and (number - stay.admitted) % every == 0


def _proof(user: User, now: datetime) -> Proof:
    """As in `diary`: in the demo people are who they say."""
    return Proof(user.pk, "demo", now)

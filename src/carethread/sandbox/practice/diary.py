"""What the people of the center do on a day: write, sign, co-sign, amend, correct. Through
`workflow` alone, each as the user that they are."""

from datetime import date, datetime, time, timedelta

from carethread.record.models import Case, CaseKind, Note
from carethread.sandbox.practice import world
from carethread.sandbox.practice.build import Practice
from carethread.sandbox.practice.calendar import Script, Visit
from carethread.sandbox.practice.clients import CLIENTS, Client
from carethread.sandbox.practice.planted import InOurRecord, InTheNote, faults
from carethread.sandbox.practice.second_policies import second_insurer
from carethread.sandbox.practice.world import World
from carethread.workflow import admit, document
from carethread.workflow.common.reauthenticate import Proof
from carethread.workflow.patients import patient_money

_AMENDING = time(12, 15)
_DESK = "petra.lindqvist"  # who sits at the front desk


class Diary:
    """The days of one center. `now` may be any moment of the evening of the day."""

    def __init__(self, practice: Practice, of: World) -> None:
        self.practice, self.world = practice, of
        self.signed = 0
        self._to_sign: list[tuple[Visit, Script, Note]] = []
        self._to_cosign: list[tuple[Script, Note]] = []
        self._to_amend: list[tuple[Visit, InTheNote, Note]] = []

    def live(self, day: date) -> None:
        """Everything that people do on that day."""
        self._correct_coverage(day)
        self._amend(day)
        for visit in self.world.visits:
            if visit.day == day:
                self._check_in(visit)
                self._document(visit)
        self._cosign(day)
        self._sign(day)

    # ------------------------------------------------------------------ the front desk

    def _check_in(self, visit: Visit) -> None:
        """Two of three clients with a copay pay it when they come; nobody whom another policy
        pays after the first."""
        client = visit.client
        copay = world.insurer(client).benefit.copay
        forgets = client.number % 3 == 0 or second_insurer(client) is not None
        if visit.script is None or not copay or forgets:
            return
        by_card = client.number % 2 == 0
        patient_money.take(
            self.practice.clients[client.mrn],
            patient_money.Tender(
                cents=copay,
                method="card" if by_card else "cash",
                received_on=visit.day,
                reference=f"{client.number % 10_000:04d}" if by_card else "",
                visit_on=visit.day,
            ),
            user=self.practice.users[_DESK],
            now=visit.starts_at,
        )

    # ------------------------------------------------------------------ clinicians

    def _document(self, visit: Visit) -> None:
        appointment = self.practice.appointments[visit.client.mrn, visit.starts_at]
        script = visit.script
        if script is None:
            appointment.status = "no_show"
            admit.schedule(appointment)
            return
        now = script.ends_at + timedelta(minutes=10)
        note = document.open_note(appointment, now=now)
        draft = document.Draft(
            service=script.service,
            starts_at=visit.starts_at,
            ends_at=script.ends_at,
            telehealth=note.telehealth,
            place_of_service=script.place_of_service or note.place_of_service,
            diagnoses=script.diagnoses,
            content=script.content,
        )
        note = document.save_draft(note, draft, now=now)
        if script.signed_at is not None:
            self._to_sign.append((visit, script, note))

    def _sign(self, day: date) -> None:
        due = [entry for entry in self._to_sign if _on_or_before(entry[1].signed_at, day)]
        for visit, script, note in due:
            assert script.signed_at is not None
            user = self.practice.users[visit.clinician]
            now = script.signed_at
            document.sign(note, user=user, proof=_proof(user.pk, now), now=now)
            self.signed += 1
            self._to_sign.remove((visit, script, note))
            if script.cosigned_at is not None:
                self._to_cosign.append((script, note))
            for fault in _curable(visit):
                self._to_amend.append((visit, fault, note))

    def _cosign(self, day: date) -> None:
        due = [entry for entry in self._to_cosign if _on_or_before(entry[0].cosigned_at, day)]
        for script, note in due:
            assert script.cosigned_at is not None
            note.refresh_from_db()
            supervisor = note.author.supervisor
            assert note.current is not None
            assert supervisor is not None
            assert supervisor.user is not None
            now = script.cosigned_at
            proof = _proof(supervisor.user.pk, now)
            document.cosign(note.current, user=supervisor.user, proof=proof, now=now)
            self._to_cosign.remove((script, note))

    def _amend(self, day: date) -> None:
        """Authors look into their inbox: what came back some days ago is put right."""
        for visit, fault, note in list(self._to_amend):
            since = datetime.combine(day, _AMENDING, visit.starts_at.tzinfo)
            since -= timedelta(days=fault.cured_after or 0)
            came_back = Case.objects.filter(
                note=note, kind=CaseKind.DENIAL, state="open", opened_at__lte=since
            )
            if came_back.exists():
                self._write_addendum(visit, note, day)
                self._to_amend.remove((visit, fault, note))

    def _write_addendum(self, visit: Visit, note: Note, day: date) -> None:
        user = self.practice.users[visit.clinician]
        now = datetime.combine(day, _AMENDING, visit.starts_at.tzinfo)
        note = document.begin_addendum(note, user=user, now=now)
        draft = document.Draft(
            service=note.service,
            starts_at=note.starts_at,
            ends_at=note.ends_at,
            telehealth=note.telehealth,
            place_of_service=note.place_of_service,
            diagnoses=visit.client.diagnoses,
            content=note.content,
            reason="The diagnosis was not as specific as what was treated in this session.",
        )
        note = document.save_draft(note, draft, now=now)
        document.sign(note, user=user, proof=_proof(user.pk, now), now=now)
        supervisor = note.author.supervisor
        if supervisor is not None and supervisor.user is not None:
            note.refresh_from_db()
            assert note.current is not None
            proof = _proof(supervisor.user.pk, now)
            document.cosign(note.current, user=supervisor.user, proof=proof, now=now)

    # ------------------------------------------------------------------ intake

    def _correct_coverage(self, day: date) -> None:
        """Intake has the card once more in hand and types the id as it stands there."""
        for client in CLIENTS:
            for fault in faults(client.mrn, InOurRecord):
                if fault.id_corrected is not None and day == self.world.day(fault.id_corrected):
                    self._save_true_id(client, day)

    def _save_true_id(self, client: Client, day: date) -> None:
        coverage = self.practice.coverages[client.mrn]
        coverage.member_id = world.true_member_id(client)
        zone = self.world.visits[0].starts_at.tzinfo
        admit.save_coverage(coverage, now=datetime.combine(day, time(10), zone))


def _curable(visit: Visit) -> list[InTheNote]:
    """The planted faults in this visit's note that its author puts right in the course of it."""
    return [
        fault
        for fault in faults(visit.client.mrn, InTheNote)
        if visit.number in fault.visits and fault.cured_after is not None
    ]


def _proof(user_id: int, now: datetime) -> Proof:
    """In the demo people are who they say: hashing six hundred passwords would take minutes."""
    return Proof(user_id, "demo", now)


def _on_or_before(moment: datetime | None, day: date) -> bool:
    return moment is not None and moment.date() <= day

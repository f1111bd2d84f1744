"""What stands in a group's session page: the shared part, and each client with check-in and own
part; as it was saved, or as it was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from carethread.codes.note_forms import Section, called, forms
from carethread.insight.groups import Person, minutes_of, people
from carethread.record.models import Attendance, NoteVersion, Session
from carethread.rules.group_note import OWN, SHARED
from carethread.workflow.common.errors import Problem
from carethread.workflow.common.stale import stamp

_SECTIONS = {section.key: section for section in forms()["group"]}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the page. `words` may be chosen; `is_free` says that anything may be typed."""

    name: str
    section: Section
    value: str
    words: tuple[str, ...] = ()

    @property
    def is_free(self) -> bool:
        return not self.words

    @property
    def choices(self) -> list[str]:
        """The words that are offered, and what stands there already."""
        return list(dict.fromkeys([*self.words, *([self.value] if self.value else [])]))


@dataclass(slots=True)
class Row:
    """One client of the session. `seen` is the stamp of what was saved when this was shown."""

    person: Person
    minutes: int
    fields: list[Field]
    diagnoses: list[tuple[str, bool]]
    seen: str
    problems: list[str] = field(default_factory=list)
    time_problems: dict[str, str] = field(default_factory=dict)

    @property
    def attendance(self) -> Attendance:
        return self.person.attendance

    @property
    def version(self) -> NoteVersion | None:
        return self.person.version

    @property
    def is_present(self) -> bool:
        return bool(self.attendance.status == "present")

    @property
    def tone(self) -> str:
        """How the row looks: in words it says the same."""
        return {"present": "good", "expected": "wait"}.get(self.attendance.status, "idle")


@dataclass(slots=True)
class Sheet:
    """The whole page of a session."""

    session: Session
    shared: list[Field]
    seen: str
    rows: list[Row]
    problems: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_signed(self) -> bool:
        return any(row.version for row in self.rows)

    @property
    def to_sign(self) -> int:
        return sum(row.is_present and row.version is None for row in self.rows)

    @property
    def expected(self) -> int:
        return sum(row.attendance.status == "expected" for row in self.rows)

    @property
    def present(self) -> int:
        return sum(row.is_present for row in self.rows)

    @property
    def missed(self) -> int:
        return sum(row.attendance.status == "no_show" for row in self.rows)

    @property
    def is_open(self) -> bool:
        """Whether anything is left to check in, write or sign."""
        return not self.is_signed or bool(self.to_sign or self.expected)

    @property
    def minutes(self) -> int:
        starts, ends = _met(self.session)
        return int((ends - starts).total_seconds() // 60)

    def show(self, problems: Sequence[Problem]) -> None:
        """Each problem where it is cured: at its client, at the shared part, above the page."""
        at = {f"attendance:{row.attendance.pk}": row for row in self.rows}
        for problem in problems:
            if problem.field in at:
                at[problem.field].problems.append(problem.message)
            else:
                self.problems.setdefault(problem.field, []).append(problem.message)

    @property
    def general(self) -> list[str]:
        """Problems of no field that the page has of its own."""
        own = {"shared", "password", "roster"}
        return [words for name, said in self.problems.items() if name not in own for words in said]


def sheet(session: Session, typed: Any = None) -> Sheet:
    """The page of a session; `typed` is what a form sent, shown in place of what is saved."""
    saved = dict(session.content)
    return Sheet(
        session,
        [_field(f"shared_{key}", key, saved, typed) for key in SHARED],
        (typed or {}).get("seen_shared") or stamp(saved),
        [_row(person, session, typed) for person in people(session)],
    )


def row_of(attendance: Attendance, typed: Any = None) -> Row:
    """One client of the page."""
    session = attendance.session
    (person,) = [p for p in people(session) if p.attendance.pk == attendance.pk]
    return _row(person, session, typed)


def shared_typed(typed: Mapping[str, str]) -> dict[str, str]:
    """The shared part as a form sent it."""
    return {key: typed.get(f"shared_{key}", "") for key in SHARED}


def own_typed(attendance: Attendance, typed: Any) -> tuple[dict[str, str], list[str]]:
    """A client's own part, and the diagnoses that it treats, as a form sent them."""
    before = f"own_{attendance.pk}_"
    return {key: typed.get(before + key, "") for key in OWN}, typed.getlist(before + "dx")


def was_typed(attendance: Attendance, typed: Mapping[str, str]) -> bool:
    """Whether a form holds this client's own part."""
    return f"seen_{attendance.pk}" in typed


def _row(person: Person, session: Session, typed: Any) -> Row:
    row, note = person.attendance, person.note
    typed = typed if typed and was_typed(row, typed) else None
    saved = dict(note.content) if note else {}
    before = f"own_{row.pk}_"
    chosen = note.diagnoses if note else person.diagnoses
    if typed:
        chosen = typed.getlist(before + "dx")
    return Row(
        person,
        minutes_of(person, *_met(session)),
        [_field(before + key, key, saved, typed, person.goals) for key in OWN
         if key != "goal" or person.goals or saved.get(key)],
        [(code, code in chosen) for code in person.diagnoses],
        (typed or {}).get(f"seen_{row.pk}") or stamp(saved),
    )  # fmt: skip


def _field(
    name: str, key: str, saved: Mapping[str, Any], typed: Any, goals: tuple[str, ...] = ()
) -> Field:
    section = _SECTIONS.get(key) or called(key)
    value = str(typed.get(name, "")) if typed else str(saved.get(key, ""))
    return Field(name, section, value, goals if key == "goal" else section.words)


def _met(session: Session) -> tuple[datetime, datetime]:
    assert session.starts_at is not None
    assert session.ends_at is not None
    return session.starts_at, session.ends_at

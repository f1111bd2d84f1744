"""What payers said of coverages, as every screen shows it: the same words for who books, treats
and bills."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from carethread.codes.eligibility import services_of
from carethread.codes.levels import family_of
from carethread.insight import eligibility as answers
from carethread.insight.eligibility import Asked
from carethread.record.models import Client, Coverage, EligibilityCheck, Episode, User
from carethread.rules.benefits import Line, copay, in_words
from carethread.rules.coverage import ANSWERED, cure_of
from carethread.rules.words import day
from carethread.web import http
from carethread.web.permissions import may
from carethread.workflow.common.wire_format import benefits_from_json, refusals_from_json
from carethread.workflow.coverage.eligibility import can_ask

_OUTCOMES = {
    "active": ("Active", "good"),
    "inactive": ("Not active", "bad"),
    "unknown": ("Does not say whether active", "wait"),
    "refused": ("Refused to answer", "bad"),
    "unanswered": ("No answer", "wait"),
    "unreadable": ("Answer not readable", "wait"),
}


_PROBLEMS = {
    "unanswered": "The payer’s gateway does not answer. Ask again later; if it stays so, tell an "
    "administrator.",
    "unreadable": "What came back cannot be read. It is kept word for word; tell an administrator.",
}


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a payer did not answer, what to do, and the field where it is done (`url`, `place`)."""

    words: str
    cure: str
    url: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One payer's answer. `differences`: where it says something else than the record; `copay`:
    what is due at a visit, in cents; `detail`: what went wrong, for who sets connections up."""

    check: EligibilityCheck
    label: str
    tone: str
    lines: tuple[Line, ...] = ()
    refused: tuple[Refused, ...] = ()
    problem: str = ""
    detail: str = ""
    differences: tuple[str, ...] = ()
    copay: int | None = None


@dataclass(frozen=True, slots=True)
class Benefits:
    """What is known of a coverage: its payer's answer first, then whom that named."""

    coverage: Coverage
    spoken: tuple[Spoken, ...]
    under_way: bool
    askable: bool

    @property
    def label(self) -> str:
        """The whole in a word, for a list."""
        if self.under_way:
            return "Being asked"
        return self.spoken[0].label if self.spoken else "Not checked"

    @property
    def tone(self) -> str:
        return self.spoken[0].tone if self.spoken and not self.under_way else "idle"

    @property
    def copay(self) -> int | None:
        """What the client gives at a visit, in cents, as far as a payer has said so."""
        return self.spoken[-1].copay if self.spoken and self.tone == "good" else None

    @property
    def brief_tone(self) -> str:
        return "bad" if self.tone == "bad" else "idle"

    @property
    def brief(self) -> str:
        """What a clinician has to know before the session; empty where there is nothing."""
        if self.spoken and self.tone == "bad":
            return self.label
        lines = self.spoken[-1].lines if self.spoken else ()
        copay = next((line.words for line in lines if line.label == "Copay"), "")
        return f"Copay {copay}" if copay else ""


def of(coverages: Sequence[Coverage], user: User, *, to_ask: bool = True) -> dict[int, Benefits]:
    """By coverage. A handful of queries, however many there are; fewer where nobody is going to
    ask (`to_ask`)."""
    coverages = list(coverages)
    if not coverages:
        return {}
    asked, askable = answers.latest(coverages), to_ask and can_ask()
    services = _services({row.client_id for row in coverages}) if asked else {}
    return {
        row.pk: _benefits(row, asked.get(row.pk), services.get(row.client_id, ()), askable, user)
        for row in coverages
    }


def on_day(
    clients: Iterable[Client], day: date, user: User, *, to_ask: bool = True
) -> dict[int, Benefits]:
    """Of the coverage that is asked first on that day, by client."""
    rows = answers.in_force(clients, day)
    found = of(list(rows.values()), user, to_ask=to_ask)
    return {client: found[row.pk] for client, row in rows.items()}


def _services(clients: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The service types that the programs of a client give."""
    rows = Episode.objects.filter(client__in=clients, discharged_on=None)
    found: dict[int, tuple[str, ...]] = {}
    for client, level in rows.values_list("client", "program__level_of_care"):
        found[client] = (*found.get(client, ()), *services_of(family_of(level)))
    return found


def _benefits(
    row: Coverage, asked: Asked | None, services: tuple[str, ...], askable: bool, user: User
) -> Benefits:
    if asked is None:
        return Benefits(row, (), under_way=False, askable=askable)
    checks = [asked.check, *asked.after]
    return Benefits(
        row,
        tuple(spoken(check, services or services_of("OP"), user) for check in checks),
        under_way=asked.is_under_way(http.now()),
        askable=askable,
    )


def spoken(check: EligibilityCheck, services: tuple[str, ...], user: User) -> Spoken:
    """One answer in words."""
    answer = getattr(check, "answer", None)
    if answer is None:
        return Spoken(check, "No answer yet", "wait")
    label, tone = _OUTCOMES[answer.outcome]
    if answer.outcome == "inactive" and answer.ends:
        label = f"Not active since {day(answer.ends)}"
    told = answer.outcome in ANSWERED and answer.benefits
    known = benefits_from_json(answer.benefits) if told else None
    return Spoken(
        check,
        label,
        tone,
        lines=in_words(known, services) if known else (),
        copay=copay(known, services) if known else None,
        refused=tuple(_refused(check, one, user) for one in refusals_from_json(answer.refusals)),
        problem=_PROBLEMS.get(answer.outcome, "") if answer.problem else "",
        detail=answer.problem if may(user, "connection", "POST") else "",
        differences=tuple(
            one["words"] for one in answer.contradictions if answer.outcome in ANSWERED
        ),
    )


def _refused(check: EligibilityCheck, one: object, user: User) -> Refused:
    code, level = getattr(one, "code", ""), getattr(one, "level", "")
    words, cure = getattr(one, "words", ""), getattr(one, "cure", "")
    words = f"{words[:1].upper()}{words[1:]} ({code})"
    place = cure_of(code, level, is_subscriber=check.coverage.relationship == "18")
    if place is None or not may(user, place.page, "POST"):
        return Refused(words, cure)
    ids = {"client_edit": check.coverage.client_id, "coverage": check.coverage_id}
    whose = {"organization": []}.get(place.page, [ids.get(place.page, check.coverage_id)])
    anchor = f"#id_{place.field}" if place.field else ""
    return Refused(words, cure, f"{reverse(place.page, args=whose)}{anchor}", place.words)

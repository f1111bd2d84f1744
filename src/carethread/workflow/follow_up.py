"""Every dollar not received has a case with an owner, a reason and a next step.

`run` opens what `cases` finds and closes what has settled itself. People answer cases by
curing the record (an addendum, a corrected coverage); the claim then moves by itself.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from carethread.codes.roles import Role
from carethread.insight.cases import COSIGN
from carethread.record.models import (
    Case,
    CaseEvent,
    CaseKind,
    Charge,
    Claim,
    ClaimState,
    Note,
    NoteVersion,
    Organization,
    Practitioner,
    User,
)
from carethread.rules.words import listing
from carethread.workflow import gather
from carethread.workflow.care.signing import supervisor_of
from carethread.workflow.casework import account_cases, assign, cases, history
from carethread.workflow.claims import holding
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.locks import locked


@transaction.atomic
def run(organization: Organization, *, now: datetime) -> int:
    """Open and close cases, and open again what was closed and still stands; the number touched.
    The lock lets one worker do it at a time."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    fresh = [case for opener in cases.OPENERS for case in opener(organization, now)]
    opened = Case.objects.bulk_create(fresh)
    CaseEvent.objects.bulk_create(event for case in opened for event in _first_events(case, now))
    assign.by_rule(now=now)
    again = 0
    for case, why in cases.standing_again(organization, now):
        history.reopen(case, why, now)
        again += 1
    closed = 0
    for case, how in cases.settled(organization, now):
        history.close_as(case, how, now)
        closed += 1
    return len(opened) + again + closed


def _first_events(case: Case, now: datetime) -> list[CaseEvent]:
    """What stands in a case's history from the start: why it was opened, and what our own record
    said of it on that day."""
    opened = history.told(case, f"Opened: {case.title}", now)
    ours = case.explanation.splitlines()
    return [opened, *(history.told(case, words, now, kind="found") for words in ours)]


@transaction.atomic
def return_to_authors(
    claim: Claim,
    *,
    question: str,
    user: User,
    now: datetime,
    only: Collection[Practitioner] | None = None,
) -> list[Case]:
    """Ask each author of the notes behind a claim (or these alone), with the first of their notes.
    The claim waits for all answers where it still can; asking again while somebody's question is
    open adds to that question."""
    if not question.strip():
        raise refuse("Write the question that the author should answer.", "question")
    claim = locked(claim)
    behind = [v for v in gather.notes_behind(claim) if only is None or v.author in only]
    notes = {version.author: version for version in reversed(behind)}
    if not notes:
        raise refuse("This claim has no note to return.")
    authors = sorted(notes, key=lambda who: (notes[who].starts_at, notes[who].pk))
    cases = [_question(claim, notes[who], question.strip(), user, now) for who in authors]
    holding.wait_for(claim, authors[0], user=user, now=now)
    return cases


def _question(claim: Claim, version: NoteVersion, question: str, user: User, now: datetime) -> Case:
    asked = Case.objects.filter(claim=claim, kind=CaseKind.QUESTION)
    case = asked.filter(author=version.author, state="open").first()
    if case is None:
        case = Case.objects.create(
            organization=claim.organization,
            kind=CaseKind.QUESTION,
            source=f"question:{claim.pk}:{asked.count() + 1}",
            category="question",
            owner_role=Role.CLINICIAN.value,
            author=version.author,
            title=question[:300],
            clinical_words=question[:500],
            cure="Answer with an addendum, or tell billing that the note is right.",
            claim=claim,
            note_id=version.note_id,
            amount_cents=claim.charge_cents,
            opened_at=now,
        )
    history.told(case, f"{user} asks: {question}", now, user).save()
    return case


@transaction.atomic
def ask_authors(case: Case, *, question: str, user: User, now: datetime) -> list[Case]:
    """Ask whoever wrote the notes behind a case's claim; the question stands with the case too."""
    if case.claim is None:
        raise refuse("This case has no claim, and so no note to ask about.", "question")
    asked = return_to_authors(case.claim, question=question, user=user, now=now)
    who = listing(str(one.author) for one in asked)
    history.told(case, f"Asked {who}: {question.strip()}", now, user).save()
    return asked


@transaction.atomic
def send_back(version: NoteVersion, *, reason: str, user: User, now: datetime) -> Case:
    """A supervisor returns a note to its author before co-signing it. The author's addendum or
    answer brings it back; asking again while a question is open adds to it. Billing has no part
    in this."""
    note = locked(version.note, "author")
    if not reason.strip():
        raise refuse("Say what its author should change.", "reason")
    if supervisor_of(version, user) is None:
        raise refuse("Only the author's supervisor can return this note.")
    if note.current_id != version.pk or version.signatures.filter(role="supervisor").exists():
        raise refuse("This version needs no co-signature any more.")
    asked = Case.objects.filter(note=note, category=COSIGN)
    case = asked.filter(state="open").first()
    if case is None:
        case = Case.objects.create(
            organization_id=note.organization_id,
            kind=CaseKind.QUESTION,
            source=f"cosign:{note.pk}:{asked.count() + 1}",
            category=COSIGN,
            owner_role=Role.CLINICIAN.value,
            author=note.author,
            title=f"{user} asks for a change before co-signing"[:300],
            clinical_words=reason.strip()[:500],
            cure="Answer with an addendum, or tell your supervisor that the note is right.",
            note=note,
            amount_cents=_charged(note),
            opened_at=now,
        )
    history.told(case, f"{user} asks: {reason.strip()}", now, user).save()
    return case


def _charged(note: Note) -> int:
    """What the note's services are charged at, in cents."""
    live = Charge.objects.filter(attendance=note.attendance_id, state="live")
    return int(live.aggregate(cents=Sum("current__amount_cents", default=0))["cents"])


def cosigned(note: Note, *, user: User, now: datetime) -> None:
    """What a supervisor asked of a (locked) note is settled by the co-signature."""
    asked = Case.objects.filter(note=note, category=COSIGN).exclude(state="closed")
    for case in asked.select_for_update(no_key=True).order_by("pk"):
        history.close_as(case, "Co-signed.", now, user)


@transaction.atomic
def answer(case: Case, *, words: str, user: User, now: datetime) -> Case:
    """The author answers in words: the note is right as it stands."""
    case = locked(case, "author")
    if case.author is None or case.author.user_id != user.pk:
        raise refuse("Only the note's author can answer this.")
    if not words.strip():
        raise refuse("Write your answer.", "words")
    said = f"{user} answers: {words.strip()}"
    if case.state == "open":
        history.answered(case, said, now, user)
    else:
        history.told(case, said, now, user).save()
    if case.claim is not None:
        holding.answered(case.claim, case.author, now=now)
    return case


@transaction.atomic
def close(case: Case, *, resolution: str, user: User, now: datetime) -> Case:
    """A person settles a case, with how. A denial's money stays owed: closing writes nothing
    off."""
    case = locked(case, "claim")
    if not resolution.strip():
        raise refuse("Say how this was settled.", "resolution")
    if case.kind == CaseKind.UNDERPAYMENT:
        raise refuse("Less was paid than promised: dispute it, or accept it.")
    if account_cases.is_payers_money(case):
        raise refuse("The money is the payer's: give it back, and the case closes by itself.")
    if is_refusal(case):
        raise refuse("The money is still owed. Cure the cause, and the case closes by itself.")
    if case.state != "closed":
        history.close_as(case, resolution.strip(), now, user)
    return case


def is_refusal(case: Case) -> bool:
    """A payer refused, and the claim stands refused."""
    refused = (ClaimState.DENIED, ClaimState.PARTIAL, ClaimState.REJECTED)
    return (
        case.kind in (CaseKind.DENIAL, CaseKind.REJECTION)
        and case.claim is not None
        and case.claim.state in refused
    )

"""Letters and record packets for a case: made from the record, kept byte for byte, never edited.

The minimum necessary: a packet holds the parts that were chosen; what a note tells and what a plan
aims at is added by the note's author or the author's supervisor alone. Records of a substance use
program leave only under a consent, and carry the notice of the law on every page.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from carethread import paper
from carethread.codes import icd10
from carethread.codes.letters import parts
from carethread.codes.note_forms import sections as note_sections
from carethread.codes.roles import Role
from carethread.paper import Block
from carethread.record.models import (
    Acknowledgment,
    Authorization,
    Case,
    CaseKind,
    CasePaper,
    Claim,
    EligibilityAnswer,
    NoteVersion,
    Organization,
    Practitioner,
    RemittedClaim,
    TreatmentPlan,
    User,
)
from carethread.rules.letters import Level, Refused, Section, appeal, packet
from carethread.rules.words import day, dollars, listing
from carethread.workflow import follow_up, gather
from carethread.workflow.casework import appeals, explained, history
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.locks import lock
from carethread.workflow.patients import statements

_GRANTED = ("approved", "partial", "modified", "extended", "exhausted", "expired")


# ------------------------------------------------------------------------------- made


@transaction.atomic
def write_appeal(case: Case, level: Level, *, words: str, user: User, now: datetime) -> CasePaper:
    """The letter of an appeal, with what the record says today against the refusal, and what the
    packets made for it hold. Refused where no consent lets it leave."""
    row, claim = _locked(case)
    today = gather.service_date(row.organization, now)
    refuse_without_consent(claim, today)
    letter = appeal(
        refused(row, claim), level, explained.of_case(row), sender=sender(row.organization),
        by=str(user), dated=today, words=words, enclosed=enclosed(row),
    )  # fmt: skip
    return keep(row, "appeal", letter, [level.name], user, now)


@transaction.atomic
def make_packet(case: Case, keys: Sequence[str], *, user: User, now: datetime) -> CasePaper:
    """A packet of these parts, in their own order. One with what notes tell, or with goals, holds
    only the notes that are this user's to release, and the history says whose are missing. Refused
    where a part has nothing in it, where no note is theirs, or where no consent lets them leave."""
    row, claim = _locked(case)
    chosen = [part for part in parts() if part.key in keys]
    if not chosen:
        raise refuse("Choose what goes into the packet.", "parts")
    today = gather.service_date(row.organization, now)
    refuse_without_consent(claim, today)
    behind = gather.notes_behind(claim)
    is_told = any(part.by_author for part in chosen)
    notes = _of(behind, user) if is_told else behind
    if is_told and not notes:
        words = "What a note tells, and the goals of a plan, is added by its author. Ask them."
        raise refuse(words, "parts")
    made = [Section(p.key, p.words, tuple(_PARTS[p.key](row, claim, notes))) for p in chosen]
    empty = [section.title for section in made if not section.blocks]
    if empty:
        raise refuse(f"The record holds nothing for: {'; '.join(empty)}.", "parts")
    letter = packet(refused(row, claim), made, sender=sender(row.organization), dated=today)
    keys_made = [section.key for section in made]
    kept = keep(row, "packet", letter, keys_made, user, now, told="narrative" in keys_made)
    if others := sorted({note.author.name for note in behind if note not in notes}):
        words = f"Not in it: notes of {listing(others)}, which are theirs to release."
        history.told(row, words, now, user).save()
    return kept


@transaction.atomic
def release(case: Case, *, user: User, now: datetime) -> CasePaper:
    """The author of the note behind a case lets it leave for the payer: their notes, what they tell
    and the plan in one packet. Their part of the case is done with it; who wrote other notes of the
    claim is asked to release theirs."""
    planned = _plan_of(case.claim) if case.claim else None
    keys = ["note", "narrative"]
    if planned is not None:
        keys += ["plan", "goals"] if planned.goals else ["plan"]
    made = make_packet(case, keys, user=user, now=now)
    follow_up.answer(case, words="The note is released for the payer.", user=user, now=now)
    if case.claim is not None:
        _ask_the_others(case.claim, user, now)
    return made


def _ask_the_others(claim: Claim, user: User, now: datetime) -> None:
    """Whoever wrote notes of the claim that nobody has released, and was not asked."""
    behind = gather.notes_behind(claim)
    asked = Case.objects.filter(claim=claim, kind=CaseKind.QUESTION).exclude(state="closed")
    made = CasePaper.objects.filter(case__claim=claim, has_narrative=True).select_related("user")
    released = {note.author_id for one in made for note in _of(behind, one.user)}
    known = {*asked.values_list("author", flat=True), *released}
    if others := {note.author for note in behind if note.author_id not in known}:
        question = (
            f"{user} has released their notes of this claim for the payer. Release yours, or say "
            "why they should not leave."
        )
        follow_up.return_to_authors(claim, question=question, user=user, now=now, only=others)


def keep(
    case: Case,
    kind: str,
    letter: paper.Letter,
    says: list[str],
    user: User,
    now: datetime,
    *,
    told: bool = False,
    shortfalls: Sequence[int] = (),
) -> CasePaper:
    """Print it and keep it with the case; `says` is what stands in it, `shortfalls` the short lines
    that it asks for."""
    raw = paper.render(letter)
    made = CasePaper.objects.create(
        organization_id=case.organization_id,
        case=case,
        kind=kind,
        title=letter.title[:120],
        content=raw,
        sha256=hashlib.sha256(raw).hexdigest(),
        says=says,
        shortfalls=list(shortfalls),
        has_narrative=told,
        user=user,
        made_at=now,
    )
    history.told(case, f"Made: {letter.title} ({', '.join(says)}).", now, user).save()
    return made


# ------------------------------------------------------------------------------- who may


NO_CONSENT = (
    "No consent under 42 CFR Part 2 lets these records leave for this payer: intake takes one on "
    "the client's page."
)


def may_release(claim: Claim, user: User) -> bool:
    """Whether a note behind the claim is this user's, or that of somebody whom they supervise."""
    return bool(_of(gather.notes_behind(claim), user))


def _of(notes: Sequence[NoteVersion], user: User) -> list[NoteVersion]:
    """Those that this user wrote, or supervises the author of: those that open to them."""
    supervises = Role.SUPERVISOR in user.roles

    def is_theirs(author: Practitioner) -> bool:
        above = author.supervisor if supervises else None
        return user.pk in (author.user_id, above and above.user_id)

    return [note for note in notes if is_theirs(note.author)]


def is_part2(claim: Claim) -> bool:
    """Whether a service that is or ever left on it was given by a substance use program."""
    return bool(gather.part2_programs(claim))


def refuse_without_consent(claim: Claim, today: date) -> None:
    """Records of a substance use program leave only under a consent of today, for each of them."""
    if not gather.may_be_told(claim, today):
        raise refuse(NO_CONSENT)


# ------------------------------------------------------------------------------- what it is about


def refused(case: Case, claim: Claim) -> Refused:
    """The decision that a case is about."""
    assert claim.current is not None
    remitted = case.remitted_claim
    check = remitted.remittance if remitted else None
    line = claim.current.lines.order_by("number").first()
    return Refused(
        payer=claim.payer.name,
        client=claim.client.name,
        member_id=claim.coverage.member_id,
        claim_number=claim.current.claim_number,
        payer_control_number=claim.payer_control_number,
        service=claim.service_from,
        code=" ".join([line.code, *line.modifiers]) if line else "",
        charged=claim.charge_cents,
        refused=case.amount_cents,
        reason=case.title,
        category=case.category,
        decided_on=appeals.decided_on(case),
        check=f"(check {check.trace})" if check else "",
        is_part2=is_part2(claim),
    )


def sender(row: Organization) -> paper.Sender:
    """The center as payers know it: its legal name, and the numbers that it bills under."""
    head = statements.sender(row)
    numbers = f"NPI {row.npi}, Tax ID {row.tin}"
    return replace(head, name=row.legal_name, contact=(*head.contact, numbers))


# ------------------------------------------------------------------------------- the parts


def _note(case: Case, _: Claim, notes: Sequence[NoteVersion]) -> Iterator[Block]:
    for version in notes:
        local = gather.local(case.organization, version.starts_at)
        ended = gather.local(case.organization, version.ends_at)
        codes = ", ".join(icd10.pointed(code) for code in version.diagnoses)
        yield paper.Facts(
            [
                ("Date of service", day(local)),
                ("Time", f"{local:%-I:%M %p} to {ended:%-I:%M %p}, {version.minutes} minutes"),
                ("Diagnoses", codes),
                ("Author", f"{version.author.name}, {version.credential}"),
                *(
                    (f"Signed ({s.role})", f"{s.printed_name}, {_day(case, s.signed_at)}")
                    for s in version.signatures.order_by("signed_at")
                ),
            ]
        )


def _day(case: Case, moment: datetime) -> str:
    return day(gather.service_date(case.organization, moment))


def _narrative(_: Case, __: Claim, notes: Sequence[NoteVersion]) -> Iterator[Block]:
    for version in notes:
        if version.reason:
            yield paper.Text(f"Addendum: {version.reason}", small=True)
        for section in note_sections(version.service, version.content):
            if words := version.content.get(section.key):
                yield paper.Text(section.label, strong=True)
                yield paper.Text(section.read(str(words)))


def _plan_of(claim: Claim) -> TreatmentPlan | None:
    """The treatment plan of the day of service."""
    episodes = gather.charges_behind(claim).values("attendance__episode")
    return (
        TreatmentPlan.objects.filter(
            episode__in=episodes,
            effective_from__lte=claim.service_from,
            effective_to__gte=claim.service_from,
        )
        .select_related("signed_by")
        .order_by("-effective_from")
        .first()
    )


def _plan(case: Case, claim: Claim, _: Sequence[NoteVersion]) -> Iterator[Block]:
    plan = _plan_of(claim)
    if plan is None:
        return
    signed = f"{plan.signed_by}, {_day(case, plan.signed_at)}" if plan.signed_at else "not signed"
    span = f"{day(plan.effective_from)} to {day(plan.effective_to)}"
    yield paper.Facts([("In force", span), ("Signed", signed)])


def _goals(_: Case, claim: Claim, __: Sequence[NoteVersion]) -> Iterator[Block]:
    plan = _plan_of(claim)
    if plan is not None and plan.goals:
        yield paper.Bullets([str(goal) for goal in plan.goals])


def _authorization(case: Case, claim: Claim, _: Sequence[NoteVersion]) -> Iterator[Block]:
    rows = Authorization.objects.filter(
        client=claim.client_id,
        payer=claim.payer_id,
        state__in=_GRANTED,
        effective_from__lte=claim.service_to,
        effective_to__gte=claim.service_from,
    )
    for row in rows.order_by("effective_from"):
        span = f"{day(row.effective_from)} to {day(row.effective_to)}"
        units = f"{row.approved_units} {row.unit} approved, {row.used_units} used"
        codes = ", ".join(row.codes) or "any"
        yield paper.Facts(
            [("Number", row.number), ("Days", span), ("Services", codes), ("Units", units)]
        )
        yield paper.Bullets(
            [
                f"{day(gather.service_date(case.organization, event.at))}: {event.words}"
                for event in row.events.order_by("pk")
            ]
        )


def _acknowledgment(case: Case, claim: Claim, _: Sequence[NoteVersion]) -> Iterator[Block]:
    rows = Acknowledgment.objects.filter(
        Q(claim_version__claim=claim) | Q(about__claim_versions__claim=claim, claim_version=None)
    ).order_by("made_at", "pk")
    table = [
        (
            day(gather.service_date(case.organization, row.made_at)),
            row.kind,
            "accepted" if row.accepted else "refused",
            row.words,
        )
        for row in rows
    ]
    if table:
        first = claim.versions.earliest("made_at")
        sent = gather.service_date(case.organization, first.made_at)
        yield paper.Text(f"First sent on {day(sent)} as {first.claim_number}.")
        columns = [("Received", 1.0), ("Kind", 0.7), ("Said", 0.9), ("In words", 3.4)]
        yield paper.Table([paper.Column(name, share) for name, share in columns], table)


def _eligibility(case: Case, claim: Claim, _: Sequence[NoteVersion]) -> Iterator[Block]:
    row = (
        EligibilityAnswer.objects.filter(asked__coverage=claim.coverage_id)
        .exclude(outcome__in=("unanswered", "unreadable"))
        .select_related("asked")
        .order_by("-asked__asked_at")
        .first()
    )
    if row is not None:
        asked = gather.service_date(case.organization, row.asked.asked_at)
        facts = [
            ("Asked on", day(asked)),
            ("About", day(row.asked.about)),
            ("Answer", row.get_outcome_display()),
            ("Plan", row.plan),
            ("Member id", row.member_id),
        ]
        yield paper.Facts([(label, value) for label, value in facts if value])


def _remittance(case: Case, claim: Claim, _: Sequence[NoteVersion]) -> Iterator[Block]:
    rows = (
        [case.remitted_claim]
        if case.remitted_claim
        else list(
            RemittedClaim.objects.filter(match__version__claim=claim).select_related("remittance")
        )
    )
    for said in rows:
        paid_on = said.remittance.paid_on
        decided = f"{day(paid_on)}, check {said.remittance.trace}" if paid_on else ""
        yield paper.Facts(
            [
                ("Decision", decided or said.remittance.trace),
                ("Your number", said.payer_control_number),
                ("Charged", dollars(said.charge_cents)),
                ("Paid", dollars(said.paid_cents)),
            ]
        )
        table = [
            (
                f"{line.code} {' '.join(line.modifiers)}".strip(),
                f"{one.group}-{one.reason}",
                ", ".join(line.remarks),
                dollars(one.amount_cents),
            )
            for line in said.lines.order_by("number").prefetch_related("adjustments")
            for one in line.adjustments.all()
        ]
        if table:
            yield paper.Table(
                [
                    paper.Column("Service", 1.4),
                    paper.Column("Reason", 1.0),
                    paper.Column("Remarks", 1.2),
                    paper.Column("Amount", 1.0, figures=True),
                ],
                table,
            )


_PARTS = {
    "note": _note,
    "narrative": _narrative,
    "plan": _plan,
    "goals": _goals,
    "authorization": _authorization,
    "acknowledgment": _acknowledgment,
    "eligibility": _eligibility,
    "remittance": _remittance,
}


def _locked(case: Case) -> tuple[Case, Claim]:
    """The case and its claim, which has left."""
    lock(Case.objects.filter(pk=case.pk))
    row = Case.objects.select_related(
        "organization", "claim__current", "remitted_claim__remittance"
    ).get(pk=case.pk)
    claim = (
        Claim.objects.select_related(
            "client", "payer", "coverage", "current", "first", "organization"
        )
        .filter(pk__in=[row.claim_id] if row.claim_id else [])
        .first()
    )
    if claim is None or claim.current is None:
        raise refuse("This case has no claim that a payer has seen.")
    return row, claim


def of_claim(case: Case) -> list[CasePaper]:
    """Every paper that was made for the case, or for another case about the same claim."""
    rows = CasePaper.objects.defer("content").select_related("user")
    about = Q(case=case) | Q(case__claim=case.claim_id, case__claim__isnull=False)
    return list(rows.filter(about).order_by("-pk"))


def enclosed(case: Case) -> list[str]:
    """What goes with a letter of the case: the parts that its last packet holds, and those that
    authors who were asked about the claim have released."""
    asked = Q(case__kind=CaseKind.QUESTION, case__claim=case.claim_id, has_narrative=True)
    rows = CasePaper.objects.filter(Q(case=case) | asked, kind="packet").order_by("pk")
    last = dict(rows.values_list("case", "says"))
    held = {key for says in last.values() for key in says}
    return [part.words for part in parts() if part.key in held]

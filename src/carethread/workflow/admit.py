"""A client comes into care: who they are, who pays, to which program, on which plan.

Each function takes the row as it should be (new or changed) and keeps it, or refuses with
every problem at its field. What a change of coverage or authorization means for charges that
no payer holds follows in the same transaction.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import count

from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from carethread.codes import icd10
from carethread.record.models import (
    Appointment,
    Attending,
    Authorization,
    CensusEntry,
    ChargeVersion,
    Claim,
    Client,
    Consent,
    Coverage,
    Diagnosis,
    Episode,
    NoteVersion,
    Practitioner,
    TreatmentPlan,
    User,
)
from carethread.record.statements import insert
from carethread.rules.words import day
from carethread.workflow import authorize, bill, gather
from carethread.workflow.authorizations import reserve
from carethread.workflow.care import program_day
from carethread.workflow.claims import charges, charging, recheck
from carethread.workflow.common.acting import actor
from carethread.workflow.common.errors import Problem, Refused, refuse
from carethread.workflow.common.keep import keep
from carethread.workflow.common.locks import lock, locked
from carethread.workflow.common.reauthenticate import Proof


def save_client(row: Client, *, now: datetime | None = None) -> Client:
    """Keep a client's identity and address."""
    if problems := list(client_problems(row, now=now or timezone.now())):
        raise Refused(*problems)
    return keep(row)


def register(row: Client, *, another: bool, now: datetime) -> Client:
    """Keep a new client. Somebody of that name and birth date may be on record already: that is
    said once, and `another` answers that it is somebody else."""
    problems = list(client_problems(row, now=now))
    if problems:
        raise Refused(*problems)
    same = _same_person(row)
    if same is not None and not another:
        raise refuse(
            f"{same.name}, born {day(same.birth_date)}, is on record as {same.mrn}. Open "
            "that one, or say that this is somebody else.",
            "another",
        )
    return keep(row)


def client_problems(row: Client, *, now: datetime) -> Iterator[Problem]:
    """What no constraint says of a client."""
    today = gather.service_date(row.organization, now)
    if row.birth_date and not date(1900, 1, 1) <= row.birth_date <= today:
        yield Problem("birth_date", "Nobody in care was born on that day. Compare the year.")
    if Client.objects.filter(mrn__iexact=row.mrn).exclude(pk=row.pk).exists():
        yield Problem("mrn", f"{row.mrn} is another client's record number.")


def _same_person(row: Client) -> Client | None:
    return (
        Client.objects.filter(
            first_name__iexact=row.first_name,
            last_name__iexact=row.last_name,
            birth_date=row.birth_date,
        )
        .exclude(pk=row.pk)
        .first()
    )


def next_number() -> str:
    """A record number that is free and follows the latest; empty where that one has no digits."""
    latest = Client.objects.order_by("-pk").values_list("mrn", flat=True).first() or ""
    found = re.fullmatch(r"(.*?)(\d+)", latest)
    if found is None:
        return ""
    begin, digits = found.groups()
    numbers = (f"{begin}{n:0{len(digits)}d}" for n in count(int(digits) + 1))
    return next(text for text in numbers if not Client.objects.filter(mrn=text).exists())


@transaction.atomic
def save_coverage(row: Coverage, *, now: datetime) -> Coverage:
    """Keep a policy. Its member id must look as the payer's ids look; a policy held by somebody
    else needs that person."""
    row.member_id = row.member_id.strip().upper()
    charges.one_at_a_time(row.client_id)
    if problems := list(coverage_problems(row)):
        raise Refused(*problems)
    _refuse_another_payer(row)
    keep(row)
    charging.recharge(row.client, now=now)
    return row


def coverage_problems(row: Coverage) -> Iterator[Problem]:
    """Everything that keeps a policy from being right, each at its field."""
    pattern, member_id = row.payer.member_id_pattern, row.member_id.strip().upper()
    if pattern and not re.fullmatch(pattern, member_id):
        yield Problem(
            "member_id",
            f"{row.payer} member ids look different from this. Compare it with the card.",
        )
    if row.relationship != "18" and not (row.subscriber_last_name and row.subscriber_birth_date):
        yield Problem(
            "subscriber_last_name",
            "Somebody else holds this policy: enter that person's name and birth date.",
        )
    if row.effective_to and row.effective_to < row.effective_from:
        yield Problem("effective_to", "It ends before it starts.")
    same = same_rank(row)
    if same is not None:
        yield Problem(
            "rank",
            f"{same.payer} is number {row.rank} at that time. Choose another number, or end that "
            "coverage first.",
        )


def same_rank(row: Coverage) -> Coverage | None:
    """Another policy that claims the same place in the order, at the same time."""
    others = Coverage.objects.filter(client=row.client_id, rank=row.rank).exclude(pk=row.pk)
    rows = others.filter(Q(effective_to=None) | Q(effective_to__gte=row.effective_from))
    if row.effective_to:
        rows = rows.filter(effective_from__lte=row.effective_to)
    return rows.select_related("payer").first()


def _refuse_another_payer(row: Coverage) -> None:
    """What was billed under a policy was billed to its payer."""
    if row._state.adding or not ChargeVersion.objects.filter(coverage=row).exists():
        return
    if Coverage.objects.get(pk=row.pk).payer_id != row.payer_id:
        raise refuse(
            "Services were billed under this policy. Give it an end date, and add a new one for "
            "the other payer.",
            "payer",
        )


def save_authorization(row: Authorization, *, now: datetime) -> Authorization:
    """Keep a payer's authorization as intake has it; charges that waited take their units."""
    return authorize.record(row, authorize.BY_ITSELF, now=now)


ON_CLAIMS = ("admitted_on", "admitted_at", "admission_type", "admission_source")
"""What institutional claims say of an admission."""


@transaction.atomic
def admit(
    row: Episode, *, attending_since: date | None = None, now: datetime | None = None
) -> Episode:
    """Admit a client to a program, or correct an admission. Nobody is in one program twice at one
    time, and what took place was not before the admission. Weeks run from the day of admission: a
    move charges each anew. Another who answers for the care does since a day (`attending_since`,
    else today): claims of days before it keep who did then."""
    if row._state.adding:
        _refuse_stay(row)
        return keep(row)
    lock(Episode.objects.filter(pk=row.pk))
    before = Episode.objects.select_related("program", "attending").get(pk=row.pk)
    now = now or timezone.now()
    _refuse_another_program(row, before)
    _refuse_stay(row)
    keep(row)
    if row.attending_id != before.attending_id:
        _hand_over(row, before, attending_since, now)
    if any(getattr(row, name) != getattr(before, name) for name in ON_CLAIMS):
        recheck.stay(row.pk)
    if row.admitted_on != before.admitted_on:
        settings = gather.settings_at(row.organization, now)
        program_day.settle_weeks(row, now=now, settings=settings)
    return row


def _hand_over(row: Episode, before: Episode, since: date | None, now: datetime) -> None:
    """Write down since when another answers for the stay, and have its claims compared: those of
    days since then may have left with another name."""
    today, left = gather.service_date(row.organization, now), row.discharged_on
    since = since or min(today, left or today)
    if since < row.admitted_on:
        words = f"The stay begins on {day(row.admitted_on)}. Choose that day or a later one."
        raise refuse(words, "attending_since")
    if left is not None and since > left:
        raise refuse(f"The stay ended on {day(left)}.", "attending_since")
    if since > today:
        raise refuse("This day has not come yet.", "attending_since")
    turns = [(row.attending, since)]
    if not Attending.objects.filter(episode=row).exists():
        turns.insert(0, (before.attending, before.admitted_on))
    for who, starts in turns:
        insert(
            Attending(
                organization_id=row.organization_id, episode=row, practitioner=who,
                starts_on=starts, user=actor(), recorded_at=now,
            )
        )  # fmt: skip
    recheck.stay(row.pk)


def _refuse_another_program(row: Episode, before: Episode) -> None:
    """What was documented in a program took place there."""
    if row.program_id != before.program_id and _is_documented(row):
        raise refuse(
            f"Services or nights are documented in {before.program}. To go on in {row.program}, "
            "discharge the client there with a transfer to it.",
            "program",
        )


def _is_documented(row: Episode) -> bool:
    notes = NoteVersion.objects.filter(note__attendance__episode=row)
    return notes.exists() or CensusEntry.objects.filter(episode=row).exists()


def _refuse_stay(row: Episode) -> None:
    client, program, admitted = row.client, row.program, row.admitted_on
    if row.discharged_on is not None and row.discharged_on < admitted:
        words = f"{client.name} left on {day(row.discharged_on)}: the admission was no later."
        raise refuse(words, "admitted_on")
    if admitted < client.birth_date:
        raise refuse(f"{client.name} was born on {day(client.birth_date)}.", "admitted_on")
    others = Episode.objects.filter(client=client, program=program).exclude(pk=row.pk)
    for other in others:
        left = other.discharged_on
        if left is None and row.discharged_on is None:
            raise refuse(
                f"{client.name} has been in {program} since {day(other.admitted_on)}. "
                "Schedule there, or record that discharge first.",
                "program",
            )
        if left is not None and other.admitted_on <= admitted < left:
            raise refuse(
                f"{client.name} was in {program} until {day(left)}. Admit from then on.",
                "admitted_on",
            )
    first = _first_session(row)
    if first is not None and first < admitted:
        raise refuse(
            f"A session of this stay took place on {day(first)}: the admission was no later.",
            "admitted_on",
        )


def _first_session(row: Episode) -> date | None:
    if row._state.adding:
        return None
    first = (
        NoteVersion.objects.filter(note__attendance__episode=row).aggregate(at=Min("starts_at"))
    )["at"]
    return gather.service_date(row.organization, first) if first else None


@transaction.atomic
def save_diagnosis(row: Diagnosis) -> Diagnosis:
    """Keep a dated, ranked diagnosis; it is offered to every new note. Those that stood at its rank
    and below move one down."""
    row.code = row.code.replace(".", "").strip().upper()
    if not icd10.exists(row.code, row.diagnosed_on):
        raise refuse(f"{icd10.pointed(row.code)} is not a diagnosis code on that day.", "code")
    if row.rank < 1:
        raise refuse("The principal diagnosis is 1.", "rank")
    if row.resolved_on and row.resolved_on < row.diagnosed_on:
        raise refuse("It was not resolved before it was made.", "resolved_on")
    if row.resolved_on is None:
        _make_room(row)
    return keep(row)


_ASIDE = 9999
"""Where a diagnosis stands while others move."""


def _make_room(row: Diagnosis) -> None:
    lock(Episode.objects.filter(pk=row.episode_id))
    open_ = Diagnosis.objects.filter(episode=row.episode_id, resolved_on__isnull=True)
    others = list(open_.exclude(pk=row.pk).order_by("rank"))
    for other in others:
        if other.code == row.code:
            raise refuse(
                f"{icd10.pointed(row.code)} is on record already, as number {other.rank}.", "code"
            )
    moved, at = [], row.rank
    for other in others:
        if other.rank == at:
            moved.append(other)
            at += 1
    if moved and not row._state.adding:
        Diagnosis.objects.filter(pk=row.pk).update(rank=_ASIDE)
    for other in reversed(moved):  # from the last up: no two share a rank on the way
        other.rank += 1
        other.save(update_fields=["rank"])


def save_plan(row: TreatmentPlan) -> TreatmentPlan:
    """Keep a treatment plan."""
    if row.effective_to < row.effective_from:
        raise refuse("It must end after it starts.", "effective_to")
    if row.signed_at is not None and row.signed_by_id is None:
        raise refuse("Only a practitioner can sign a plan.", "sign")
    before = None if row._state.adding else TreatmentPlan.objects.get(pk=row.pk)
    if before is not None and before.signed_at is not None:
        raise refuse("This plan is signed and stays as it is. Write a new one to change it.")
    return keep(row)


def sign_plan(row: TreatmentPlan, *, user: User, proof: Proof, now: datetime) -> TreatmentPlan:
    """Keep a plan and sign it, at this moment and no other: a plan may take effect on an earlier
    day, its signature is never dated back."""
    practitioner: Practitioner | None = getattr(user, "practitioner", None)
    if practitioner is None:
        raise refuse("Only a practitioner can sign a plan.", "sign")
    if not proof.holds_for(user, now):
        raise refuse("Please enter your password again to sign.", "password")
    row.signed_by, row.signed_at = practitioner, now
    try:
        return save_plan(row)
    except Refused:
        row.signed_by, row.signed_at = None, None
        raise


@transaction.atomic
def save_consent(row: Consent, *, now: datetime) -> Consent:
    """Keep a consent as it was signed; it stays as it is, and is revoked by `revoke`. The client's
    claims that wait are looked at again."""
    waiting = bill.hold_waiting_of(row.client_id)
    return _keep_consent(row, _consent_problems(row, now), waiting, now)


@transaction.atomic
def revoke(row: Consent, on: date, *, now: datetime) -> Consent:
    """The client has taken a consent back. From that day on nothing leaves under it; what it was,
    and what left under it, stays. The client's claims that wait are looked at again."""
    waiting = bill.hold_waiting_of(row.client_id)
    kept = locked(row)
    if kept.revoked_on is not None:
        raise refuse(f"It was revoked on {day(kept.revoked_on)}.", "revoked_on")
    kept.revoked_on = on
    return _keep_consent(kept, _revocation_problems(kept, now), waiting, now)


def _keep_consent(
    row: Consent, problems: Iterator[Problem], waiting: Sequence[Claim], now: datetime
) -> Consent:
    if found := list(problems):
        raise Refused(*found)
    keep(row)
    bill.look_at(waiting, row.organization, now=now)
    return row


def _consent_problems(row: Consent, now: datetime) -> Iterator[Problem]:
    """What speaks against a consent that comes on record. A revocation that comes with it is its
    own, and never that of one on record."""
    if not row._state.adding:
        yield Problem("", "A consent stays as it was signed. Revoke it, or add another one.")
    if row.expires_on and row.expires_on < row.signed_on:
        yield Problem("expires_on", "It ends before it was signed.")
    yield from _revocation_problems(row, now)
    other = _in_force(row)
    if other is not None:
        yield Problem(
            "revoked_on",
            f"The consent signed on {day(other.signed_on)} would stay in force. If that is the one "
            "that was revoked, choose “Revoke” beside it on the client's page.",
        )


def _revocation_problems(row: Consent, now: datetime) -> Iterator[Problem]:
    if row.revoked_on is None:
        return
    if row.revoked_on < row.signed_on:
        yield Problem("revoked_on", f"It was signed only on {day(row.signed_on)}.")
    if row.revoked_on > gather.service_date(row.organization, now):
        yield Problem("revoked_on", "This day has not come yet.")


def _in_force(row: Consent) -> Consent | None:
    """A consent for all or a part of the same that is still in force on the day on which this one
    was revoked; none where this one was not."""
    on = row.revoked_on
    if on is None:
        return None
    rows = Consent.objects.filter(
        Q(expires_on=None) | Q(expires_on__gte=on),
        client=row.client_id,
        kind=row.kind,
        signed_on__lte=on,
        revoked_on=None,
    )
    if row.program_id:
        rows = rows.filter(Q(program=None) | Q(program=row.program_id))
    if row.payer_id:
        rows = rows.filter(Q(payer=None) | Q(payer=row.payer_id))
    return rows.order_by("-signed_on", "-pk").first()


@transaction.atomic
def schedule(row: Appointment, *, now: datetime | None = None) -> Appointment:
    """Put an appointment into the schedule, or change it; authorized units are reserved for it."""
    keep(row)
    reserve.for_appointment(row, now=now)
    return row


def cancel(row: Appointment, *, now: datetime | None = None) -> Appointment:
    """Take an appointment that has not taken place off the schedule; its units are free for the
    client's others."""
    return _off(row, "cancelled", now)


@transaction.atomic
def cancel_all(rows: Sequence[Appointment], *, now: datetime) -> list[Appointment]:
    """Take these expected appointments of one client off the schedule; their units are free for
    the client's others, who are looked at once."""
    for row in rows:
        row.status = "cancelled"
        schedule(row, now=now)
    if rows:
        reserve.upcoming(rows[0].client, now=now)
    return list(rows)


def miss(row: Appointment, *, now: datetime | None = None) -> Appointment:
    """The client did not come: nothing is used."""
    return _off(row, "no_show", now)


@transaction.atomic
def _off(row: Appointment, status: str, now: datetime | None) -> Appointment:
    if row.status != "scheduled":
        raise refuse("Only a session that is still expected can be called off.")
    row.status = status
    schedule(row, now=now)
    reserve.upcoming(row.client, now=now or timezone.now())
    return row

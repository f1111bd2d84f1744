"""A client leaves: the stay is closed, what was planned is called off, a summary becomes due.

Until that summary is signed, claims that touch the last days of the stay wait (DISCHARGE_DONE);
its signature frees them at once, in the same transaction.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet

from carethread.codes.discharge import discharge_statuses
from carethread.record.models import (
    Appointment,
    CensusEntry,
    Claim,
    Diagnosis,
    DischargeSummary,
    DischargeSummaryVersion,
    Episode,
    GroupMember,
    NoteVersion,
    Practitioner,
    Program,
    Stay,
    User,
)
from carethread.record.policies import effective
from carethread.rules.words import day
from carethread.workflow import admit, bill, gather
from carethread.workflow.claims import recheck
from carethread.workflow.common.errors import Problem, Refused, refuse
from carethread.workflow.common.locks import locked
from carethread.workflow.common.reauthenticate import Proof
from carethread.workflow.common.stale import refuse_stale

SECTIONS = ("course", "condition", "medication", "aftercare")
"""What a summary tells: the course of treatment, the condition at discharge, medication, and what
comes after."""

FROM_ANOTHER_LEVEL = "6"
"""CL102 of an admission that follows a stay at another level of care. It can be corrected."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A discharge as somebody states it. `status` is a key of `codes/data/discharge.yaml`."""

    on: date
    at: time | None
    status: str
    reason: str = ""


@transaction.atomic
def discharge(
    episode: Episode, leaving: Leaving, *, author: Practitioner, now: datetime
) -> DischargeSummary:
    """Discharge a client: close the stay, call off what was planned, ask `author` for the summary.

    Discharging again with the same words gives back what is there. Raises `Refused` with every
    problem: a day before admission or in the future, an unknown status, services after it.
    """
    episode = _locked(episode)
    if episode.discharged_on is not None:
        return _discharged_before(episode, leaving)
    if problems := list(_problems(episode, leaving, now)):
        raise Refused(*problems)
    episode.discharged_on, episode.discharged_at = leaving.on, leaving.at
    episode.discharge_status, episode.discharge_reason = leaving.status, leaving.reason.strip()
    episode.save()
    Stay.objects.filter(episode=episode, ends_on=None).update(ends_on=leaving.on)
    GroupMember.objects.filter(episode=episode, ends_on=None).update(ends_on=leaving.on)
    _cancel_appointments(episode, leaving.on)
    recheck.stay(episode.pk)
    days = effective("discharge_summary_days", on=leaving.on, program_id=episode.program_id).value
    return DischargeSummary.objects.create(
        organization_id=episode.organization_id,
        episode=episode,
        author=author,
        due_on=leaving.on + timedelta(days=int(days)),
        created_at=now,
        saved_at=now,
    )


@transaction.atomic
def transfer(
    episode: Episode, leaving: Leaving, to: Program, *, author: Practitioner, now: datetime
) -> Episode:
    """A client goes on in another program, at another level of care: discharged here and admitted
    there on the same day. Open diagnoses go along; each level has a plan of its own.

    Said again, it gives back the admission that is there.
    """
    if to.pk == episode.program_id:
        raise refuse("The client is in this program already. Choose another one.", "to")
    discharge(episode, leaving, author=author, now=now)
    there = Episode.objects.filter(client=episode.client_id, program=to, admitted_on=leaving.on)
    if (known := there.first()) is not None:
        return known
    fresh = admit.admit(
        Episode(
            organization_id=episode.organization_id, client=episode.client, program=to,
            attending=episode.attending, admitted_on=leaving.on, admitted_at=leaving.at,
            admission_type=episode.admission_type, admission_source=FROM_ANOTHER_LEVEL,
        )
    )  # fmt: skip
    for row in episode.diagnoses.filter(resolved_on__isnull=True).order_by("rank"):
        admit.save_diagnosis(
            Diagnosis(organization_id=row.organization_id, episode=fresh, code=row.code,
                      rank=row.rank, diagnosed_on=row.diagnosed_on)
        )  # fmt: skip
    return fresh


def save_summary(
    summary: DischargeSummary,
    content: dict[str, str],
    *,
    user: User,
    now: datetime,
    seen: str | None = None,
) -> DischargeSummary:
    """Keep what was typed, finished or not. Refused once it is signed and not opened to amend it.
    `seen` is the stamp of what the writer had before them; None: what is typed counts."""
    with transaction.atomic():
        summary = _locked_summary(summary)
        _require_author(summary, user)
        fresh = {key: content.get(key, "").strip() for key in SECTIONS}
        if summary.content == fresh:
            return summary
        if not summary.is_open:
            raise refuse(
                "This summary is signed, and what was typed since is not kept. Amend it to "
                "correct it."
            )
        refuse_stale(summary.content, seen)
        summary.content = fresh
        summary.saved_at = now
        summary.save(update_fields=["content", "saved_at"])
    return summary


@transaction.atomic
def amend_summary(summary: DischargeSummary, *, user: User) -> DischargeSummary:
    """Open a signed summary for its author's correction. The signed version stays as it is, and
    what was freed by it is not held again."""
    summary = _locked_summary(summary)
    _require_author(summary, user)
    if not summary.is_open:
        summary.is_amending = True
        summary.save(update_fields=["is_amending"])
    return summary


@transaction.atomic
def sign_summary(
    summary: DischargeSummary, *, user: User, proof: Proof, now: datetime
) -> DischargeSummaryVersion:
    """Sign the summary: freeze it, and look at once at every claim that waited for it.

    Signing the same words again gives back the version that is there.
    """
    summary = _locked_summary(summary)
    _require_author(summary, user)
    before = summary.current
    if before is not None and before.content == summary.content:
        if summary.is_amending:
            _close(summary, before)
        return before
    if not proof.holds_for(user, now):
        raise refuse("Please enter your password again to sign.", "password")
    if missing := [key for key in SECTIONS if not summary.content.get(key)]:
        raise Refused(*(Problem(key, "This part of the summary is empty.") for key in missing))
    version = _frozen(summary, user, proof)
    version.save(force_insert=True)
    _close(summary, version)
    waiting = list(held_claims(summary.episode))
    bill.look_at(waiting, summary.organization, now=now)
    return version


def held_claims(episode: Episode) -> "QuerySet[Claim]":
    """The episode's claims that have not left, and so may wait for its summary."""
    rows: QuerySet[Claim] = Claim.objects.filter(
        charges__attendance__episode=episode, state__in=bill.WAITING
    )
    return rows.distinct().order_by("pk")


def unsigned() -> "QuerySet[DischargeSummary]":
    """Summaries to be written, the first due first."""
    rows = DischargeSummary.objects.filter(current__isnull=True)
    return rows.select_related("episode__client", "episode__program", "author").order_by("due_on")


# ------------------------------------------------------------------------------------ deciding


def _problems(episode: Episode, leaving: Leaving, now: datetime) -> list[Problem]:
    found = []
    if leaving.on < episode.admitted_on:
        found.append(Problem("on", f"The client was admitted on {day(episode.admitted_on)}."))
    if leaving.on > gather.service_date(episode.organization, now):
        found.append(Problem("on", "A discharge is recorded once the client has left."))
    if leaving.status not in discharge_statuses():
        found.append(Problem("status", "Choose where the client went."))
    if not found and (later := _documented_after(episode, leaving.on)) is not None:
        found.append(
            Problem(
                "on",
                f"A service on {day(later)} is documented, which is after this day. Correct "
                "the one or the other.",
            )
        )
    return found


def _documented_after(episode: Episode, day: date) -> date | None:
    """The first day after the discharge on which something is signed, or a night counted."""
    organization = episode.organization
    version = (
        NoteVersion.objects.filter(
            note__attendance__episode=episode,
            note__current__isnull=False,
            starts_at__gte=gather.midnight(organization, day + timedelta(days=1)),
        )
        .order_by("starts_at")
        .first()
    )
    if version is not None:
        return gather.service_date(organization, version.starts_at)
    # The midnight that ends the day of discharge finds nobody in bed.
    nights = CensusEntry.objects.filter(episode=episode, day__gte=day).order_by("day", "number")
    latest = {entry.day: entry for entry in nights}
    return next((entry.day for entry in latest.values() if entry.is_present), None)


def _discharged_before(episode: Episode, leaving: Leaving) -> DischargeSummary:
    assert episode.discharged_on is not None
    before = Leaving(
        episode.discharged_on, episode.discharged_at, episode.discharge_status,
        episode.discharge_reason,
    )  # fmt: skip
    if before != replace(leaving, reason=leaving.reason.strip()):
        raise refuse("This client is discharged already. Correct that discharge instead.")
    return episode.discharge_summary


def _require_author(summary: DischargeSummary, user: User) -> None:
    if summary.author.user_id != user.pk:
        raise refuse(f"Only {summary.author} can write and sign this summary.")


# ------------------------------------------------------------------------------------ doing


def _cancel_appointments(episode: Episode, day: date) -> None:
    """Visits of the program after the client has left are off."""
    rows = Appointment.objects.filter(
        client=episode.client,
        program=episode.program,
        status="scheduled",
        starts_at__gte=gather.midnight(episode.organization, day + timedelta(days=1)),
    )
    for appointment in rows.order_by("pk"):
        admit.cancel(appointment)


def _close(summary: DischargeSummary, version: DischargeSummaryVersion) -> None:
    summary.current, summary.is_amending = version, False
    summary.save(update_fields=["current", "is_amending"])


def _frozen(summary: DischargeSummary, user: User, proof: Proof) -> DischargeSummaryVersion:
    before, episode = summary.current, summary.episode
    version = DischargeSummaryVersion(
        organization_id=summary.organization_id,
        summary=summary,
        number=before.number + 1 if before else 1,
        content=dict(summary.content),
        discharge={
            "on": str(episode.discharged_on),
            "at": str(episode.discharged_at or ""),
            "status": episode.discharge_status,
            "reason": episode.discharge_reason,
        },
        practitioner=summary.author,
        user=user,
        printed_name=str(summary.author),
        method=proof.method,
        signed_at=proof.at,
        previous_hash=before.hash if before else "",
    )
    version.hash = fingerprint(version)
    return version


def fingerprint(version: DischargeSummaryVersion) -> str:
    """SHA-256 over everything that was signed and the hash of the version before it."""
    signed = {
        "summary": version.summary_id,
        "number": version.number,
        "content": version.content,
        "discharge": version.discharge,
        "practitioner": version.practitioner_id,
        "signed_at": version.signed_at.astimezone().timestamp(),
        "previous": version.previous_hash,
    }
    return hashlib.sha256(json.dumps(signed, sort_keys=True).encode()).hexdigest()


def _locked(episode: Episode) -> Episode:
    return locked(episode, "organization", "client", "program")


def _locked_summary(summary: DischargeSummary) -> DischargeSummary:
    return locked(summary, "author", "current", "episode__organization", "organization")

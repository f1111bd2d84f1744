"""The 278: a request goes out through the clearinghouse, the payer's answer comes back.

The request is a file like any other: written in the transaction that marks it as submitted, and
carried by `submit.carry`. It tells of the care that it is for and of no other, and of substance use
care only under a consent. The answer is found by the trace number that it gives back.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from carethread.codes.levels import Basis, basis
from carethread.insight import consents
from carethread.record.models import (
    Authorization,
    Connection,
    Diagnosis,
    EdiFile,
    Episode,
    Program,
)
from carethread.rules import review as rules
from carethread.rules.review import Care
from carethread.workflow import authorize, gather, submit
from carethread.workflow.authorize import Told
from carethread.workflow.center.connections import mailboxes
from carethread.workflow.common import numbers
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.quarantine import Quarantined
from carethread.x12.review import Review


@transaction.atomic
def send(row: Authorization, told: Told, *, now: datetime) -> Authorization:
    """Ask the payer by 278: the request is on record as submitted, and its file waits to leave."""
    connection = mailboxes().first()
    if connection is None:
        raise refuse("There is no clearinghouse to send it through.", "channel")
    asked_for = row.state
    if asked_for not in ("draft", "submitted", "retro_requested"):
        raise refuse("Only a request goes out electronically.", "channel")
    treated = _treated(row, gather.service_date(row.organization, now))
    row.state = "draft"
    row = authorize.request(row, Told("278", user=told.user), now=now)
    file = _file(row, treated, connection, now)
    row.state = "submitted"
    words = f"Sent as {file.name}. {told.words}".strip()
    return authorize.request(row, Told("278", words=words, user=told.user, file=file), now=now)


# ------------------------------------------------------------------------------- what it is for


class _Treated(NamedTuple):
    """The program that a request is for, where the record has one, and the diagnoses it treats."""

    program: Program | None
    diagnoses: tuple[str, ...]


def _treated(row: Authorization, today: date) -> _Treated:
    """What a request is for. Refused where no consent lets it leave, and where the client has no
    diagnosis for it. Before an admission, those of other care serve; those of a substance use
    program only for another such program, and under a consent for both."""
    episodes = list(row.client.episodes.select_related("program").order_by("-admitted_on", "-pk"))
    programs = {one.pk: one for one in Program.objects.filter(organization=row.organization)}
    cares = [_care(row, one.program, one) for one in episodes]
    cares += [_care(row, one) for one in programs.values()]
    meant = rules.meant(cares, row.level_of_care, row.codes)
    _refuse_without_consent(row, meant, today)
    is_part2 = bool(meant) and meant[0].is_part2
    open_ones = (
        one.pk
        for one in episodes
        if not one.program.is_part2 or (is_part2 and _is_agreed(row, {one.program_id}, today))
    )
    episode = meant[0].episode if meant else None
    found = Diagnosis.objects.filter(
        episode=episode or next(open_ones, None), resolved_on__isnull=True
    )
    diagnoses = tuple(found.order_by("rank").values_list("code", flat=True))
    if not diagnoses:
        raise refuse(
            "The client has no diagnosis yet for this care; a payer wants one. Add it to the "
            "episode of that program, or say which level of care is asked for.",
            "channel",
        )
    return _Treated(programs[meant[0].program] if meant else None, diagnoses)


def _care(row: Authorization, program: Program, episode: Episode | None = None) -> Care:
    tables = gather.tables(row.effective_from, program, payer_id=row.payer_id)
    return Care(
        program=program.pk,
        level_of_care=program.level_of_care,
        codes=rules.billed_codes(program.level_of_care, tables),
        is_part2=program.is_part2,
        episode=episode.pk if episode else None,
        is_current=episode is not None and _is_in(episode, row),
    )


def _is_in(episode: Episode, row: Authorization) -> bool:
    """Whether the client is in it on days that the request names."""
    left = episode.discharged_on
    return episode.admitted_on <= row.effective_to and (left is None or row.effective_from <= left)


def _refuse_without_consent(row: Authorization, meant: Sequence[Care], today: date) -> None:
    if not rules.is_protected(meant, row.codes):
        return
    asked = meant[:1] if meant[0].is_part2 else meant
    programs = {care.program for care in asked if care.is_part2}
    if not _is_agreed(row, programs, today):
        raise refuse(
            f"No consent under 42 CFR Part 2 lets this request leave for {row.payer.name}: intake "
            "takes one on the client's page.",
            "channel",
        )


def _is_agreed(row: Authorization, programs: Collection[int], today: date) -> bool:
    return consents.is_agreed(row.client_id, programs, today, payer=row.payer_id)


# ------------------------------------------------------------------------------- the file


def _file(row: Authorization, treated: _Treated, connection: Connection, now: datetime) -> EdiFile:
    organization = row.organization
    control = numbers.take(organization, f"interchange:{connection.sender_id}").start
    local = gather.local(organization, now)
    review = _request(row, treated, connection, control, local)
    raw = submit.written([review], connection, control, local)
    return submit.store(connection, raw, control, now, kind="278")


def _request(
    row: Authorization, treated: _Treated, connection: Connection, control: int, local: datetime
) -> Review:
    on = row.effective_from
    coverages = row.client.coverages.filter(payer=row.payer).select_related("payer")
    coverage = coverages.order_by("rank", "-pk").first()
    if coverage is None:
        raise refuse(f"{row.client} has no policy with {row.payer}.", "payer")
    asked = rules.Asked(
        id=row.pk,
        starts=on,
        ends=row.effective_to,
        units=row.requested_units or 0,
        unit=row.unit,
        diagnoses=treated.diagnoses,
        codes=tuple(row.codes),
        number=row.extends.number if row.extends else "",
        is_admission=basis(row.level_of_care) is Basis.CENSUS,
        rendering=gather.provider(row.rendering) if row.rendering else None,
        tables=gather.tables(on, treated.program, payer_id=row.payer_id),
    )
    return rules.ask(
        asked,
        gather.client_facts(row.client),
        gather.coverage_facts(coverage),
        gather.billing_provider(row.organization),
        envelope=submit.envelope_of(connection, control, rules.GUIDE),
        created=local,
    )


def take(review: Review, file: EdiFile, _position: int, now: datetime) -> None:
    """Read one 278 of a file. A request, or an answer to nothing that we asked, quarantines the
    file."""
    if not review.is_response:
        raise Quarantined("This 278 asks us to authorize something; we are no payer.")
    row = Authorization.objects.filter(pk=rules.request_id(review) or 0).first()
    if row is None:
        raise Quarantined("This 278 answers no request that we have sent.")
    authorize.decide(row, rules.decided(review), file, now=now)

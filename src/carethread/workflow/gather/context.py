"""What the scrubber compares a claim with: the notes behind its lines, and who stands on them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from carethread.codes.catalogue import Catalogue
from carethread.codes.leaves import keeps_a_bed
from carethread.codes.limits import laboratory
from carethread.insight import authorizations
from carethread.record.clock import local, service_date
from carethread.record.models import (
    Authorization,
    Charge,
    Episode,
    Payer,
)
from carethread.record.policies import Settings
from carethread.rules.authorize import needed
from carethread.rules.facts import (
    AuthorizationFacts,
    AuthorizedService,
    ConsentFacts,
    DatedFacts,
    EpisodeFacts,
    OtherService,
    PlanFacts,
    PractitionerFacts,
    TakenUnits,
)
from carethread.rules.identity import line_number
from carethread.rules.scrub import ChartLine, ScrubContext
from carethread.rules.scrub.context import AuthorizedLine
from carethread.workflow.gather.around import Surroundings
from carethread.workflow.gather.charges import coverage_of
from carethread.workflow.gather.known import more_known
from carethread.workflow.gather.parties import coverage_facts
from carethread.workflow.gather.services import is_supervised


def contexts(
    groups: Sequence[Sequence[Charge]], *, today: date, settings: Settings | None = None
) -> list[ScrubContext]:
    """What the scrubber compares each claim with (a group of charges is one claim). `settings`:
    where the caller has read them."""
    around = Surroundings([charge for group in groups for charge in group])
    settings = settings or Settings(today)
    contexts = [_context(group, around, settings, today) for group in groups]
    return more_known(groups, contexts, today)


def _context(
    charges: Sequence[Charge], around: Surroundings, settings: Settings, today: date
) -> ScrubContext:
    first = charges[0]
    coverage, program = coverage_of(first), first.attendance.episode.program
    payer = coverage.payer
    mine = {charge.pk for charge in charges}
    is_later = first.claim is not None and first.claim.after_id is not None
    authorized = {} if is_later else _authorized(charges, around, payer)
    served = min(charge.service_date for charge in charges)
    tables = settings.tables(served, program_id=program.pk, payer_id=payer.pk)
    return ScrubContext(
        today=today,
        lines={
            line_number(charge.current_id or 0): _chart_line(charge, around, tables)
            for charge in charges
        },
        client_id=first.client_id,
        payer_id=payer.pk,
        coverage=coverage_facts(coverage),
        member_id_pattern=payer.member_id_pattern or None,
        filing_days=payer.timely_filing_days,
        authorization_required=bool(authorized),
        authorized=authorized,
        plans=tuple(plan_facts(*plan) for plan in around.plans[first.attendance.episode_id]),
        plan_required=True,
        billed=tuple(
            line for charge_id, line in around.billed[first.client_id] if charge_id not in mine
        ),
        payer_control_number=first.claim.payer_control_number if first.claim else None,
        is_part2=program.is_part2,
        consents=tuple(
            consent_facts(*consent)
            for of_program, *consent in around.consents.get(first.client_id, ())
            if of_program in (None, program.pk)
        ),
        billing_enrollments=tuple(around.billing[payer.pk]) or None,
        certifications=_certified(first, around, settings, payer),
        episode=episode_facts(first.attendance.episode, around),
        eligibility=around.eligibility(coverage.pk, served),
        is_later=is_later,
        policies=settings.of(program_id=program.pk, payer_id=payer.pk),
        tables=tables,
        night_tables={
            night: settings.tables(night, program_id=program.pk, payer_id=payer.pk)
            for night in _nights_kept(charges)
        },
    )


def _nights_kept(charges: Sequence[Charge]) -> set[date]:
    """The nights for which a kept bed is charged: each was, by the tables of its own day."""
    return {c.service_date for c in charges if c.current and keeps_a_bed(c.current.revenue_code)}


def _certified(
    first: Charge, around: Surroundings, settings: Settings, payer: Payer
) -> tuple[DatedFacts, ...] | None:
    """What physicians certified; None where the payer does not want it."""
    episode = first.attendance.episode
    asked = settings.value("certification", program_id=episode.program_id, payer_id=payer.pk)
    return tuple(around.certified[episode.pk]) if asked or payer.kind == "medicare" else None


def _ordered(charge: Charge, code: str, around: Surroundings) -> bool | None:
    """Whether a signed order is behind a laboratory test; None of anything else."""
    if code not in laboratory():
        return None
    return any(o.covers(charge.service_date) for o in around.orders[charge.client_id, code])


def _chart_line(charge: Charge, around: Surroundings, tables: Catalogue) -> ChartLine:
    if charge.attendance.session.kind == "day":
        return _day_line(charge, around, tables)
    current = charge.current
    assert current is not None
    version = current.note_version
    organization = charge.organization
    signatures, session = around.roles[version.pk], charge.attendance.session_id
    supervised = is_supervised(version.supervising_id, version.credential, tables)
    return ChartLine(
        note_id=version.note_id,
        service=version.service,
        service_date=service_date(organization, version.starts_at),
        code=current.code,
        units=current.units,
        minutes=version.minutes,
        diagnoses=tuple(version.diagnoses),
        times_written=True,
        started=local(organization, version.starts_at),
        ended=local(organization, version.ends_at),
        place_of_service=version.place_of_service,
        telehealth=version.telehealth,
        signed="author" in signatures,
        needs_cosignature=supervised,
        cosigned="supervisor" in signatures,
        rendering=_rendering(charge, around),
        supervised=supervised,
        ordered=_ordered(charge, current.code, around),
        client_services=_others(around.of_client[charge.client_id, charge.service_date], session),
        clinician_services=_others(
            around.of_clinician[version.author_id, charge.service_date], session
        ),
    )


def _day_line(charge: Charge, around: Surroundings, tables: Catalogue) -> ChartLine:
    """What the signed notes behind a program's day say together."""
    current = charge.current
    assert current is not None
    notes = around.evidence.get(current.pk, [])
    diagnoses = dict.fromkeys(code for _, _, codes, *_ in notes for code in codes)
    roles = [around.roles[version] for version, *_ in notes]
    to_cosign = [
        signed
        for signed, (*_, who, by) in zip(roles, notes, strict=True)
        if is_supervised(who, by, tables)
    ]
    return ChartLine(
        note_id=current.note_version.note_id,
        service=current.rule.partition(":")[0],
        service_date=charge.service_date,
        code=current.code,
        units=current.units,
        minutes=sum(minutes for _, minutes, *_ in notes),
        diagnoses=tuple(diagnoses),
        times_written=True,
        signed=all("author" in signed for signed in roles),
        needs_cosignature=bool(to_cosign),
        cosigned=all("supervisor" in signed for signed in to_cosign),
        rendering=_rendering(charge, around),
        supervised=False,
        attended=True,
    )


def _others(
    services: Iterable[tuple[int, OtherService]], session_id: int
) -> tuple[OtherService, ...]:
    """Those of other sessions."""
    return tuple(service for session, service in services if session != session_id)


def _rendering(charge: Charge, around: Surroundings) -> PractitionerFacts:
    """Who rendered, as that payer sees it: rosters are not looked at where it keeps none."""
    who = charge.practitioner
    return PractitionerFacts(
        id=who.pk,
        credential=who.credential,
        licenses=tuple(around.licenses[who.pk]),
        enrollments=tuple(around.enrollments[who.pk])
        if coverage_of(charge).payer.requires_enrollment
        else None,
        excluded=any(one.covers(charge.service_date) for one in around.exclusions[who.npi]),
    )


def plan_facts(
    starts: date, ends: date, plan: int, signed_at: datetime | None, services: list[str]
) -> PlanFacts:
    return PlanFacts(starts, ends, plan, signed_at is not None, tuple(services))


def consent_facts(
    signed_on: date,
    expires_on: date | None,
    revoked_on: date | None,
    consent: int,
    payer_id: str | None,
) -> ConsentFacts:
    ends = [expires_on] if expires_on else []
    if revoked_on:
        ends.append(revoked_on - timedelta(days=1))
    return ConsentFacts(signed_on, min(ends, default=None), consent, payer_id or "")


def episode_facts(row: Episode, around: Surroundings) -> EpisodeFacts:
    """The stay; whether its summary is signed is known once there is a discharge to sum up, and so
    is the last charged day of those that wait for it."""
    summary = getattr(row, "discharge_summary", None) if row.discharged_on else None
    return EpisodeFacts(
        admitted_on=row.admitted_on,
        discharged_on=row.discharged_on,
        status=row.discharge_status,
        summary=None if summary is None else summary.is_signed,
        id=row.pk,
        last_service=around.last_days.get(row.pk),
        leaves=around.leaves.get(row.pk, ()),
    )


def _authorized(
    charges: Sequence[Charge], around: Surroundings, payer: Payer
) -> dict[str, AuthorizedLine]:
    """Each line that needs an authorization, as that sees it, and the one that it is under."""
    found: dict[str, AuthorizedLine] = {}
    for charge in charges:
        if charge.current and charge.current.code in payer.authorization_codes:
            line = _authorized_line(charge, charges, found.values(), around)
            found[line_number(charge.current_id or 0)] = line
    return found


def _authorized_line(
    charge: Charge,
    charges: Sequence[Charge],
    before: Iterable[AuthorizedLine],
    around: Surroundings,
) -> AuthorizedLine:
    """`before` are the claim's lines before this one: a day that they take is taken."""
    current, session = charge.current, charge.attendance.session
    assert current is not None
    known = _known(current.authorization, charges, around) if current.authorization else None
    units = current.units
    if known is not None:
        mine = [line.service for line in before if line.known and line.known.id == known.id]
        others = tuple(TakenUnits(service.day, service.units) for service in mine)
        taken = replace(known, taken=known.taken + others)
        minutes = _minutes(charge, around)
        units = needed(taken, charge.service_date, charge.slot, current.units, minutes)
    service = AuthorizedService(
        charge.service_date,
        current.code,
        units,
        level_of_care=current.level_of_care or session.program.level_of_care,
        facility=session.site.name,
        rendering_npi=charge.practitioner.npi,
    )
    return AuthorizedLine(service, known)


def _minutes(charge: Charge, around: Surroundings) -> int:
    """Of all notes behind a charge."""
    assert charge.current is not None
    behind = around.evidence.get(charge.current.pk, [])
    return sum(minutes for _, minutes, *_ in behind) or charge.current.note_version.minutes


def _known(
    row: Authorization, charges: Sequence[Charge], around: Surroundings
) -> AuthorizationFacts:
    """An authorization with the units that are left for a claim: those that its charges hold. What
    is free is not, or a claim could leave on it and a later service still take it."""
    of_it = [c for c in charges if c.current and c.current.authorization_id == row.pk]
    return authorizations.facts(
        row,
        remaining=sum(around.units[charge.current_id or 0] for charge in of_it),
        taken=authorizations.taken(
            around.dated[row.pk], but_charges={c.pk for c in charges}, reserved=False
        ),
    )

"""The same world as the payers see it. Where it differs from our record, `planted` says so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from carethread.sandbox.payer.books import (
    Authorization,
    Books,
    Enrollment,
    Member,
    Mishap,
    Payer,
    Rate,
    Span,
    Surprise,
)
from carethread.sandbox.practice import cast, insurers, planted, programs
from carethread.sandbox.practice.clients import CLIENTS, PARTICIPANTS, Client
from carethread.sandbox.practice.insurers import Insurer
from carethread.sandbox.practice.planted import AtThePayer, ByMistake, faults
from carethread.sandbox.practice.second_policies import (
    SECOND,
    second_insurer,
    second_member_id,
)
from carethread.sandbox.practice.world import (
    World,
    clients_of,
    insurer,
    true_authorizations,
    true_member_id,
)

CLEARINGHOUSE = "SANDBOXCH"


def books(world: World) -> Books:
    """What the payers believe."""
    return Books(
        payers=tuple(_payer(each, world) for each in insurers.INSURERS),
        mishaps=tuple(_mishaps(world)),
        surprises=tuple(_surprises(world)),
        npis=tuple(sorted(_npis())),
        clearinghouse=CLEARINGHOUSE,
    )


def _payer(each: Insurer, world: World) -> Payer:
    clients = clients_of(each)
    inside = [c for c in PARTICIPANTS if each.key in programs.policies(c) or _handles(each, c)]
    return Payer(
        id=each.payer_id,
        name=each.name,
        tax_id=each.tax_id,
        city=each.city,
        state=each.state,
        postal_code=each.postal_code,
        filing_indicator=each.filing_indicator,
        rates=tuple(_rates(each)),
        members=tuple(
            replace(_member(client, world), carved_out_to=each.carved_out_to)
            if each.carved_out_to
            else _member(client, world)
            for client in (*clients, *inside)
        )
        + tuple(_second_members(each, world)),
        roster=tuple(_roster(each, world)),
        authorizations=(
            *(row for client in clients for row in _authorizations(client, world)),
            *(row for c in inside if c.insurer == each.key for row in _agreed(c, world)),
        ),
        denies_as=each.denies_as,
        benefit=each.benefit,
        policy=each.policy,
        review=each.review,
        rhythm=each.rhythm,
        habits=each.habits,
    )


def _handles(each: Insurer, client: Client) -> bool:
    """Whether the payer has behavioral care of that client, though nobody told our intake."""
    return insurer(client).carved_out_to == each.payer_id


def _agreed(client: Client, world: World) -> Iterator[Authorization]:
    """What was agreed about days in a program, as the payer wrote it down."""
    for row in programs.agreed_by(client):
        yield Authorization(
            row.number,
            true_member_id(client),
            (programs.CODES[row.program],),
            Span(world.day(row.starts), world.day(row.their_end or row.ends)),
            row.their_units or row.units,
        )


def _rates(each: Insurer) -> Iterator[Rate]:
    for (code, credential), cents in each.rates().items():
        forgotten = (each.key, credential) == planted.RATE_FORGOTTEN
        if not forgotten and (each.key, code) != planted.NO_RATE:
            share = planted.PAID_SHORT[2] if (each.key, code) == planted.PAID_SHORT[:2] else 100
            yield Rate(code, cents * share // 100, credential)


def _roster(each: Insurer, world: World) -> Iterator[Enrollment]:
    yield Enrollment(cast.CENTER.npi, "", cast.CENTER.taxonomy, Span(world.long_ago))
    for person in cast.STAFF:
        if person.clinician is None:
            continue
        since = world.long_ago
        if (each.key, person.key) == planted.ENROLLED_LATER[:2]:
            since = world.day(planted.ENROLLED_LATER[2])
        limited = (each.key, person.key) == planted.NOT_FOR_THERAPY[:2]
        yield Enrollment(
            npi=person.clinician.npi,
            credential=person.clinician.credential,
            taxonomy=person.clinician.taxonomy,
            days=Span(since),
            codes=planted.NOT_FOR_THERAPY[2] if limited else (),
        )


def _member(client: Client, world: World) -> Member:
    member = Member(
        id=true_member_id(client),
        last_name=client.last_name,
        first_name=client.first_name,
        birth_date=client.birth_date,
        coverage=Span(world.long_ago),
    )
    policy, second = SECOND.get(client.mrn), second_insurer(client)
    if second is not None and policy is not None and policy.crosses:
        member = replace(member, crosses_to=second.payer_id, crosses_as=second_member_id(client))
    for fault in faults(client.mrn, AtThePayer):
        member = replace(
            member,
            coverage=Span(
                _day(fault.coverage_starts, world) or member.coverage.starts,
                _day(fault.coverage_ends, world),
            ),
            first_payer=fault.first_payer,
            carved_out_to=fault.carved_out_to,
            excluded_npis=tuple(sorted(_npis())) if fault.out_of_network else (),
            visits_used=fault.visits_used,
        )
    return member


def _second_members(each: Insurer, world: World) -> Iterator[Member]:
    """Whom the payer insures after another one, whose answer it wants to see first."""
    for client in CLIENTS:
        if second_insurer(client) is each:
            yield Member(
                id=second_member_id(client),
                last_name=client.last_name,
                first_name=client.first_name,
                birth_date=client.birth_date,
                coverage=Span(world.long_ago),
                first_payer=insurer(client).payer_id,
            )


def _authorizations(client: Client, world: World) -> Iterator[Authorization]:
    """The first as we know it; the second as the payer does."""
    rows = [
        Authorization(
            row.number, true_member_id(client), row.codes, Span(row.starts, row.ends), row.units
        )
        for row in true_authorizations(client, world)
    ]
    yield from rows[:1]
    for row in rows[1:]:
        yield _as_decided(row, client, world)


def _as_decided(row: Authorization, client: Client, world: World) -> Authorization:
    for fault in faults(client.mrn, AtThePayer):
        clinician = cast.BY_KEY.get(fault.authorized_clinician)
        row = replace(
            row,
            units=fault.authorized_units or row.units,
            codes=fault.authorized_codes or row.codes,
            npi=clinician.clinician.npi if clinician and clinician.clinician else "",
            days=Span(row.days.starts, _day(fault.authorized_until, world) or row.days.ends),
            requested_on=_day(fault.asked_for_on, world),
            refused=fault.refused,
        )
    return row


def _mishaps(world: World) -> Iterator[Mishap]:
    for client in CLIENTS:
        days = {visit.number: visit.day for visit in world.visits if visit.client is client}
        for fault in faults(client.mrn, ByMistake):
            if fault.visit in days:
                yield Mishap(
                    payer=insurer(client).payer_id,
                    member_id=true_member_id(client),
                    service_date=days[fault.visit],
                    kind=fault.kind,
                    group=fault.group,
                    reason=fault.reason,
                    remarks=fault.remarks,
                    percent=fault.percent,
                    days=fault.days,
                )


def _surprises(world: World) -> Iterator[Surprise]:
    for kind, key, day, amount, words in planted.SURPRISES:
        yield Surprise(insurers.BY_KEY[key].payer_id, world.day(day), kind, amount, words)


def _npis() -> set[str]:
    people = {person.clinician.npi for person in cast.STAFF if person.clinician}
    return people | {cast.CENTER.npi}


def _day(number: int | None, world: World) -> date | None:
    return None if number is None else world.day(number)

"""The invented center is plausible, valid, and the same for the same seed."""

import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from carethread.codes import icd10
from carethread.codes.credentials import credential
from carethread.codes.npi import is_npi, is_taxonomy
from carethread.codes.roles import Role
from carethread.sandbox.practice import cast, insurers, programs, truth, world
from carethread.sandbox.practice.clients import CLIENTS, OUTSIDERS, PARTICIPANTS
from carethread.sandbox.practice.planted import PLANTED, ExtraVisit, InTheNote, faults
from carethread.sandbox.practice.second_policies import SECOND

LAST = date(2026, 3, 2)


@pytest.fixture(scope="module")
def sixty_days() -> world.World:
    return world.imagine(last=LAST)


def test_there_are_forty_clients_of_three_clinicians_beside_those_of_the_programs():
    assert len(CLIENTS) == 40
    assert len({client.mrn for client in CLIENTS}) == 40
    assert len({(client.first_name, client.last_name) for client in CLIENTS}) == 40
    everybody = (*CLIENTS, *PARTICIPANTS)
    used = {client.insurer for client in everybody} | {two.insurer for two in SECOND.values()}
    assert used == {each.key for each in insurers.INSURERS}
    assert len({client.clinician for client in CLIENTS}) == 3
    assert any(client.subscriber for client in CLIENTS)


def test_everybody_who_works_on_a_claim_is_there():
    roles = {role for person in cast.STAFF for role in person.roles}

    assert roles == set(Role)


def test_numbers_are_valid_and_invented():
    people = [p.clinician for p in (*cast.STAFF, *cast.OUTSIDE_STAFF) if p.clinician]
    npis = [person.npi for person in people]
    npis += [cast.CENTER.npi, cast.OUTSIDE_CENTER.npi, cast.OUTSIDE_SITE.npi]
    npis += [site.npi for site in cast.SITES]

    assert len(set(npis)) == len(npis)
    assert all(is_npi(npi) and npi.startswith("19999") for npi in npis)
    assert all(is_taxonomy(person.taxonomy) and credential(person.credential) for person in people)
    # Employer numbers never begin with 07, and 555-01xx is nobody's telephone.
    assert all(center.tin.startswith("07") for center in (cast.CENTER, cast.OUTSIDE_CENTER))
    assert cast.CENTER.phone[3:8] == "55501"


@pytest.mark.parametrize(
    "client", [*CLIENTS, *PARTICIPANTS, *OUTSIDERS], ids=lambda client: client.mrn
)
def test_a_client_is_insured_and_diagnosed_validly(client):
    pattern = world.insurer(client).id_pattern

    assert re.fullmatch(pattern, world.true_member_id(client))
    assert re.fullmatch(pattern, world.our_member_id(client)), "a wrong id must still look right"
    assert all(icd10.is_billable(code, LAST - timedelta(days=300)) for code in client.diagnoses)
    for fault in faults(client.mrn, InTheNote):
        assert all(icd10.is_billable(code, LAST) for code in fault.diagnoses)


def test_whoever_is_in_a_program_is_on_the_list_and_in_one_place_at_a_time():
    told = [*programs.STAYS, *programs.AGREED, *programs.REQUESTED]

    assert {one.client for one in programs.STAYS} == {client.mrn for client in PARTICIPANTS}
    assert {one.client for one in told} <= {client.mrn for client in PARTICIPANTS}
    for one, two in pairwise(sorted(programs.STAYS, key=lambda s: (s.client, s.admitted))):
        assert one.client != two.client or one.leaves == two.admitted


def test_every_program_is_there_with_its_own_way_to_be_billed(sixty_days):
    levels = {p.key: p.level_of_care for p in cast.PROGRAMS}

    assert {levels[one.program] for one in programs.STAYS} == {
        "IOP-SUD", "PHP-MH", "DETOX", "RES-SUD", "OTP",
    }  # fmt: skip
    (pine,) = (p for p in truth.books(sixty_days).payers if p.id == "PTMC6")
    assert {member.carved_out_to for member in pine.members} == {"QRBH7"}


def test_the_same_seed_is_the_same_world_and_another_seed_another(sixty_days):
    assert world.imagine(last=LAST) == sixty_days
    assert world.imagine(last=LAST, seed=2).visits != sixty_days.visits
    assert truth.books(world.imagine(last=LAST)) == truth.books(sixty_days)


def test_nobody_is_in_two_places_at_one_time(sixty_days):
    for key in ("clinician", "client"):
        rows = sorted(sixty_days.visits, key=lambda v: (str(getattr(v, key)), v.starts_at))
        meant = {p.client for p in PLANTED if isinstance(p.fault, ExtraVisit)}
        clashes = [
            (one, two)
            for one, two in pairwise(rows)
            if getattr(one, key) == getattr(two, key) and two.starts_at < one.ends_at
        ]
        assert all(key == "client" and one.client.mrn in meant for one, two in clashes)


def test_nobody_works_at_weekends_and_the_schedule_reaches_ten_days_ahead(sixty_days):
    days = Counter(visit.day.weekday() for visit in sixty_days.visits)

    assert set(days) == {0, 1, 2, 3, 4}
    assert max(visit.day for visit in sixty_days.visits) >= LAST + timedelta(days=7)


def test_notes_vary(sixty_days):
    texts = Counter(
        tuple(visit.script.content.values()) for visit in sixty_days.visits if visit.script
    )

    assert len(texts) > 200


def test_the_password_that_is_printed_satisfies_the_validators(settings):
    from django.contrib.auth.password_validation import validate_password

    from carethread.record.models import User

    for person in (*cast.STAFF, *cast.OUTSIDE_STAFF):
        user = User(email=person.email, first_name=person.first_name, last_name=person.last_name)
        validate_password(cast.PASSWORD, user)

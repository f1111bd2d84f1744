"""Facts that claims name people and places by leave who changed them, when, from what to what."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import Error, connection, transaction
from django.urls import reverse
from django_scopes import scope

from carethread.codes.roles import Role
from carethread.record.models import AccessEvent, RecordChange
from carethread.workflow import admit
from tests.cast import TODAY, Cast
from tests.web.test_staff import post
from tests.web.world import Shown, signed_in


@pytest.fixture
def center(cast: Cast) -> Iterator[Cast]:
    with scope(organization=cast.center):
        yield cast


def told() -> list[tuple[str, str, str, str]]:
    """Field, from what, to what and who of each line, oldest first."""
    rows = RecordChange.objects.order_by("pk")
    return [(row.field, row.was, row.became, str(row.user)) for row in rows]


def typed(row: object, *names: str) -> dict[str, object]:
    return {name: getattr(row, name) or "" for name in names}


def test_a_clients_name_and_birth_date(center: Cast) -> None:
    clara = center.clara
    said = typed(clara, "first_name", "last_name", "birth_date", "sex", "mrn", "line1", "line2",
                 "city", "state", "postal_code", "phone")  # fmt: skip
    born = clara.birth_date + timedelta(days=1)
    post(signed_in(center.ines), "client_edit", clara.pk, **{**said, "birth_date": str(born)})
    assert told() == [("birth date", str(clara.birth_date), str(born), "Ines Intake")]
    (row,) = RecordChange.objects.all()
    assert (row.client, row.label) == (clara, "Clara Client")


def test_a_policys_member_id_and_who_holds_it(center: Cast) -> None:
    row = center.coverage
    said = {**typed(row, "rank", "group_number"), "payer": row.payer_id,
            "effective_from": str(row.effective_from)}  # fmt: skip
    other = {"member_id": "HH00000099", "relationship": "01", "subscriber_last_name": "Client",
             "subscriber_first_name": "Carl", "subscriber_birth_date": "1980-01-02",
             "subscriber_sex": "M"}  # fmt: skip
    post(signed_in(center.ines), "coverage", row.pk, **said, **other)
    assert ("member id", row.member_id, "HH00000099", "Ines Intake") in told()
    assert ("relationship", "Self", "Spouse", "Ines Intake") in told()
    assert ("subscriber birth date", "", "1980-01-02", "Ines Intake") in told()


def test_npis_of_practitioner_site_and_center_and_a_payers_id(center: Cast) -> None:
    ada = signed_in(center.ada)
    nora, site, payer, own = center.nora, center.site, center.payer, center.center
    names = ("first_name", "last_name", "taxonomy", "credential")
    post(ada, "practitioner", nora.pk, **typed(nora, *names), user=nora.user_id, npi="1999999984")
    place = typed(site, "name", "place_of_service", "line1", "line2", "city", "state",
                  "postal_code")  # fmt: skip
    post(ada, "site", site.pk, **place, npi="1999999984")
    said = typed(payer, "name", "kind", "filing_indicator", "member_id_pattern",
                 "timely_filing_days")  # fmt: skip
    post(ada, "payer", payer.pk, **said, payer_id="MOVED", requires_enrollment="on")
    center_says = typed(own, "name", "legal_name", "tin", "taxonomy", "line1", "line2", "city",
                        "state", "postal_code", "contact_name", "phone", "time_zone")  # fmt: skip
    post(ada, "organization", **center_says, npi="1999999984")
    assert told() == [
        ("NPI", nora.npi, "1999999984", "Ada Admin"),
        ("facility NPI", site.npi, "1999999984", "Ada Admin"),
        ("payer id", payer.payer_id, "MOVED", "Ada Admin"),
        ("billing NPI", own.npi, "1999999984", "Ada Admin"),
    ]


def test_saving_the_same_again_and_adding_leave_nothing(center: Cast) -> None:
    admit.save_client(center.clara)
    assert told() == []


def test_a_change_stays_for_ever(center: Cast) -> None:
    center.clara.last_name = "Moved"
    admit.save_client(center.clara)
    assert told() == [("last name", "Client", "Moved", "None")]
    table = RecordChange._meta.db_table
    for words in (f"UPDATE {table} SET was = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            connection.cursor().execute(words)


def test_the_compliance_officer_finds_it_and_looking_is_a_look(shown: Shown) -> None:
    center = shown.cast
    with scope(organization=center.center):
        center.payer.payer_id = "MOVED"
        admit.save_client(center.clara)
        center.clara.last_name = "Moved"
        admit.save_client(center.clara)
    kay = signed_in(shown.people[Role.COMPLIANCE])
    page = kay.get(reverse("changes")).content.decode()
    assert "Last name" in page
    assert "Moved" in page
    only = kay.get(reverse("changes"), {"client": "Dana"}).content.decode()
    assert "Last name" not in only
    early = kay.get(reverse("changes"), {"until": str(TODAY - timedelta(days=400))})
    assert "No such change" in early.content.decode()
    kay.get(reverse("changes"), {"client": "Clara"})
    with scope(organization=center.center):
        event = AccessEvent.objects.latest("pk")
        assert (event.action, event.client) == ("changes", center.clara)

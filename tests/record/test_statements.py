"""A row that is stored by a statement composed once is stored as Django stores it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from carethread.record import statements
from carethread.record.models import Authorization, Client, Fee, Payer
from carethread.record.statements import add, insert, insert_all, update
from tests.cast import LONG_AGO, NOW, TODAY, Cast


def client(cast: Cast, mrn: str) -> Client:
    return Client(
        organization=cast.center, mrn=mrn, first_name="Ines", last_name="O'Neil %s",
        birth_date=date(1990, 5, 17), sex="F",
    )  # fmt: skip


def authorization(cast: Cast) -> Authorization:
    return Authorization(
        organization=cast.center, client=cast.clara, payer=cast.payer, number="A-1",
        effective_from=LONG_AGO, effective_to=TODAY, codes=["90837", "H0015"],
        approved_units=9, recorded_at=NOW,
    )  # fmt: skip


def values(row: object) -> dict[str, object]:
    """Every column of the row as the database has it, but for its id."""
    model = type(row)
    return {**model.objects.values().get(pk=row.pk), "id": None}  # type: ignore[attr-defined]


def test_a_new_row_has_its_id_and_every_value(alder: Cast, django_assert_num_queries) -> None:
    ours, django = authorization(alder), authorization(alder)
    django.number = "A-2"
    with django_assert_num_queries(1):
        assert insert(ours) is ours
    django.save()
    assert ours.pk
    assert not ours._state.adding
    assert values(ours) == {**values(django), "number": "A-1"}


def test_many_rows_go_in_together_and_each_has_its_own_id(
    alder: Cast, django_assert_num_queries, monkeypatch: pytest.MonkeyPatch
) -> None:
    with django_assert_num_queries(1):
        rows = insert_all(client(alder, f"S-{n}") for n in range(50))
    found = Client.objects.in_bulk([row.pk for row in rows])
    assert [found[row.pk].mrn for row in rows] == [f"S-{n}" for n in range(50)]
    monkeypatch.setattr(statements, "_MOST_PARAMETERS", 100)  # a handful of rows a statement
    assert len(insert_all(client(alder, f"T-{n}") for n in range(50))) == 50
    assert Client.objects.filter(mrn__startswith="T-").count() == 50
    assert insert_all([]) == []


def test_only_the_named_fields_are_stored_or_all_of_them(alder: Cast) -> None:
    row = insert(client(alder, "U-1"))
    row.first_name, row.last_name = "Inés", "Never stored"
    update(row, "first_name")
    assert (values(row)["first_name"], values(row)["last_name"]) == ("Inés", "O'Neil %s")
    update(row)
    assert values(row)["last_name"] == "Never stored"
    with pytest.raises(TypeError, match="does not have"):
        update(row, "first_nam")


def test_what_is_added_is_added_to_what_the_database_has(alder: Cast) -> None:
    row = insert(authorization(alder))
    Authorization.objects.filter(pk=row.pk).update(used_units=2)
    add(row, used_units=1, reserved_units=3)
    assert (row.used_units, row.reserved_units) == (1, 3)
    row.refresh_from_db()
    assert (row.used_units, row.reserved_units) == (3, 3)


def test_a_row_that_is_gone_is_not_changed_in_silence(alder: Cast) -> None:
    row = insert(Fee(organization=alder.center, code="90837", amount_cents=1, effective_from=TODAY))
    Fee.objects.filter(pk=row.pk).delete()
    with pytest.raises(DatabaseError, match="not there"):
        update(row, "amount_cents")


def test_the_constraints_of_the_database_hold(alder: Cast) -> None:
    row = authorization(alder)
    row.used_units = row.approved_units + 1
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(row)


def test_a_statement_that_comes_again_is_answered_alike(alder: Cast) -> None:
    """From the sixth time on PostgreSQL answers it by a plan that it kept."""
    for n in range(12):
        row = insert(client(alder, f"V-{n}"))
        row.first_name = f"Ines {n}"
        update(row, "first_name")
        assert values(row)["first_name"] == f"Ines {n}"


def test_a_payer_is_not_looked_up_again_where_it_is_at_hand(
    alder: Cast, django_assert_num_queries
) -> None:
    row = authorization(alder)
    with django_assert_num_queries(0):
        row.clean_fields()
    row = Authorization.objects.select_related("payer").get(pk=insert(row).pk)
    row.payer_id = Payer.objects.order_by("-pk").values_list("pk", flat=True)[0] + 1
    with pytest.raises(ValidationError, match="not a valid choice"):
        row.clean_fields()

"""A query that is written once answers like the one that Django writes each time."""

from datetime import date, timedelta

import pytest
from django.db.models import Q, QuerySet
from django.db.transaction import TransactionManagementError
from django_scopes import scope
from django_scopes.exceptions import ScopeError

from carethread.record.compiled import compiled
from carethread.record.models import Client, Coverage, License
from tests.cast import LONG_AGO, TODAY, Cast


@compiled
def covered(clients: list[int], on: date) -> "QuerySet[Coverage]":
    rows = Coverage.objects.filter(client__in=clients, effective_from__lte=on)
    return rows.select_related("payer", "client").order_by("pk")


@compiled
def names(last: str, but: int | None) -> "QuerySet[Client, tuple[int, str]]":
    return Client.objects.filter(~Q(pk=but), last_name=last).values_list("pk", "first_name")


@compiled
def locked(client: int) -> "QuerySet[Client]":
    return Client.objects.filter(pk=client).select_for_update()


def test_rows_come_with_their_related_rows_and_without_another_query(
    alder: Cast, django_assert_num_queries
) -> None:
    with django_assert_num_queries(1):
        (row,) = covered(clients=[alder.clara.pk], on=TODAY)
        assert (row, row.payer.name, row.client) == (alder.coverage, "Harbor Health", alder.clara)
    assert row.effective_from == LONG_AGO
    assert covered(clients=[alder.clara.pk], on=LONG_AGO - timedelta(days=1)) == []


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 64, 65, 500])
def test_lists_of_any_length_are_answered(alder: Cast, count: int) -> None:
    nobody = [alder.clara.pk + 1_000 + n for n in range(count)]
    assert covered(clients=nobody, on=TODAY) == []
    assert covered(clients=[*nobody, alder.clara.pk], on=TODAY) == [alder.coverage]


def test_none_is_asked_as_none(alder: Cast) -> None:
    assert names(last="Client", but=None) == [(alder.clara.pk, "Clara")]
    assert names(last="Client", but=alder.clara.pk) == []


def test_one_statement_serves_every_organization_and_shows_each_its_own(alder: Cast) -> None:
    assert names(last="Client", but=None)
    with scope(organization=alder.elsewhere):
        assert names(last="Client", but=None) == []
        assert covered(clients=[alder.clara.pk], on=TODAY) == []


def test_without_an_organization_nothing_is_answered(cast: Cast) -> None:
    with scope(organization=cast.center):
        assert names(last="Client", but=None)
    with pytest.raises(ScopeError):
        names(last="Client", but=None)


def test_what_was_asked_is_data_and_never_sql(alder: Cast) -> None:
    assert names(last="' OR 1=1 --", but=None) == []
    assert names(last="%s", but=None) == []


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_in_a_transaction_or_not_at_all(alder: Cast) -> None:
    with pytest.raises(TransactionManagementError):
        locked(client=alder.clara.pk)


def test_an_argument_that_is_changed_on_its_way_is_refused(alder: Cast) -> None:
    """Its place in the SQL would be lost, and the first answer given for ever."""

    @compiled
    def since(day: date) -> "QuerySet[License]":
        return License.objects.filter(effective_from__gte=day - timedelta(days=7))

    with pytest.raises(TypeError, match="as they are"):
        since(day=TODAY)


def test_other_collections_than_lists_and_arguments_without_a_name_are_refused(
    alder: Cast,
) -> None:
    clara = alder.clara.pk
    for clients in ((clara,), {clara}, Client.objects.values("pk")):
        with pytest.raises(TypeError, match="covered takes keywords"):
            covered(clients=clients, on=TODAY)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="covered takes keywords"):
        covered([clara], TODAY)

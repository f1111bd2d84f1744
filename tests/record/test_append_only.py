"""What was once relied on cannot be changed, not even by a slip in our own code."""

import pytest
from django.db import Error, connection, transaction

from carethread.record.models import (
    Charge,
    NoteVersion,
    PatientPayment,
    Refund,
    Transfer,
    TreatmentPlan,
)
from carethread.workflow.patients import patient_money
from tests.cast import NOW, TODAY, Cast, signed_session
from tests.support.guards import guarded_tables


def _triggers() -> str:
    """All trigger definitions of this database, as one text."""
    query = (
        "SELECT event_object_table || ' ' || event_manipulation FROM information_schema.triggers "
        "UNION SELECT tgrelid::regclass || ' TRUNCATE' FROM pg_trigger WHERE tgtype & 32 > 0"
        if connection.vendor == "postgresql"
        else "SELECT tbl_name || ' ' || sql FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.django_db
def test_every_append_only_table_is_guarded_by_the_database() -> None:
    installed = _triggers()
    assert len(guarded_tables()) >= 19
    for table in guarded_tables():
        assert table in installed, f"{table} has no guard: add it to a migration"


@pytest.mark.parametrize("model", [NoteVersion, Transfer])
def test_the_database_refuses_to_change_a_row(alder: Cast, model: type) -> None:
    signed_session(alder)
    row = model.objects.first()
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        row.save()


@pytest.mark.parametrize("model", [NoteVersion, Transfer])
def test_the_database_refuses_to_delete_a_row(alder: Cast, model: type) -> None:
    signed_session(alder)
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        model.objects.all()._raw_delete(model.objects.db)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no REPLACE")
@pytest.mark.parametrize("model", [NoteVersion, Transfer])
def test_nor_to_put_another_in_its_place(alder: Cast, model: type) -> None:
    signed_session(alder)
    table = model._meta.db_table
    with (
        pytest.raises(Error, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


def test_a_plan_is_a_draft_until_it_is_signed_and_stays_as_it_is_from_then_on(alder: Cast) -> None:
    signed, draft = TreatmentPlan.objects.get(pk=alder.plan.pk), alder.plan
    draft.pk, draft.signed_at, draft.signed_by = None, None, None
    draft.save()
    TreatmentPlan.objects.filter(pk=draft.pk).update(goals=["Sleep"])
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        TreatmentPlan.objects.filter(pk=signed.pk).update(services=["group"])
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        TreatmentPlan.objects.filter(pk=signed.pk)._raw_delete(TreatmentPlan.objects.db)
    TreatmentPlan.objects.filter(pk=draft.pk)._raw_delete(TreatmentPlan.objects.db)


def _payment_and_refund(cast: Cast) -> tuple[PatientPayment, Refund]:
    who = {"user": cast.bill, "now": NOW}
    given = patient_money.Tender(2_500, "cash", TODAY)
    payment = patient_money.take(cast.clara, given, **who)
    part = patient_money.Tender(1_000, "cash", TODAY)
    return payment, patient_money.refund_client(payment, part, reason="Too much", **who)


def test_of_a_payment_and_a_refund_only_the_balances_move(alder: Cast) -> None:
    for row in _payment_and_refund(alder):
        rows = type(row).objects.filter(pk=row.pk)
        for wrong in ({"amount_cents": 1}, {"method": "check"}, {"reference": "9"}, {"form": "x"}):
            with pytest.raises(Error, match="append-only"), transaction.atomic():
                rows.update(**wrong)
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            rows._raw_delete(rows.db)


def test_a_payment_is_void_once_and_for_ever(alder: Cast) -> None:
    payment, _ = _payment_and_refund(alder)
    rows = PatientPayment.objects.filter(pk=payment.pk)
    rows.update(voided_at=NOW, void_reason="Bounced")
    for wrong in ({"voided_at": None}, {"void_reason": "Nothing"}):
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            rows.update(**wrong)


@pytest.mark.parametrize("cents", [0, -1, 100_000_01])
def test_no_payment_and_no_refund_is_of_an_amount_that_nobody_gives(
    alder: Cast, cents: int
) -> None:
    payment, refund = _payment_and_refund(alder)
    for row in (refund, payment):
        row.pk, row.amount_cents = None, cents
        with pytest.raises(Error, match="amount"), transaction.atomic():
            row.save(force_insert=True)


def test_what_is_not_append_only_can_change(alder: Cast) -> None:
    signed_session(alder)
    Charge.objects.update(state="live")

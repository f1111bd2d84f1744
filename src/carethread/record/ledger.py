"""The one door to the ledger: transfers go in together with the balances that they change."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Model, Sum

from carethread.codes.accounts import KEPT_FOR, Account, Keeper
from carethread.record.models import Charge, PatientPayment, Refund, Remittance, Transfer, User
from carethread.record.statements import insert_all

_KEEPERS: dict[Keeper, type[Model]] = {
    Keeper.CHARGE: Charge,
    Keeper.REMITTANCE: Remittance,
    Keeper.PATIENT_PAYMENT: PatientPayment,
    Keeper.REFUND: Refund,
}
_ROWS_PER_STATEMENT = 500

Deltas = dict[tuple[int, Account], int]


def post(transfers: Sequence[Transfer]) -> list[Transfer]:
    """Insert transfers and move the balances of the charges and remittances that keep them.

    Call it inside the transaction of the step that moves the money. Cents; returns the rows
    with their ids. Whoever posts holds the locks that `docs/locking.md` asks for.
    """
    rows = insert_all(transfers)
    for keeper, model in _KEEPERS.items():
        _move_balances(model, _deltas(keeper, rows))
    return rows


def opposite(
    transfer: Transfer, *, code: str, source: str, now: datetime, user: User | None = None
) -> Transfer:
    """The unsaved transfer that takes another one back and names it; `user` where a person does."""
    return Transfer(
        organization_id=transfer.organization_id,
        debit=transfer.credit,
        credit=transfer.debit,
        amount_cents=transfer.amount_cents,
        charge_id=transfer.charge_id,
        remittance_id=transfer.remittance_id,
        patient_payment_id=transfer.patient_payment_id,
        refund_id=transfer.refund_id,
        reverses=transfer,
        code=code,
        source=source,
        made_at=now,
        user=user,
    )


def _deltas(keeper: Keeper, transfers: Iterable[Transfer]) -> Deltas:
    """Cents by (keeper's id, account): debits add, credits take away."""
    deltas: Deltas = defaultdict(int)
    for transfer in transfers:
        key = getattr(transfer, f"{keeper.value}_id")
        for side, sign in ((transfer.debit, 1), (transfer.credit, -1)):
            account = Account(side)
            if KEPT_FOR[account] is keeper:
                deltas[key, account] += sign * transfer.amount_cents
    return deltas


def _move_balances(model: type[Model], deltas: Deltas) -> None:
    """One UPDATE … FROM (VALUES …) a batch; both engines name its columns column1, column2, …"""
    accounts = sorted({account for _, account in deltas})
    keys = sorted({key for key, _ in deltas})
    if not accounts:
        return
    table = model._meta.db_table
    sets = ", ".join(
        f"{account}_cents = {account}_cents + v.column{position}"
        for position, account in enumerate(accounts, start=2)
    )
    row = "(" + ", ".join(["%s"] * (len(accounts) + 1)) + ")"
    with connection.cursor() as cursor:
        for start in range(0, len(keys), _ROWS_PER_STATEMENT):
            batch = keys[start : start + _ROWS_PER_STATEMENT]
            values = ", ".join([row] * len(batch))
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM (VALUES {values}) AS v "  # noqa: S608 - own names
                f"WHERE {table}.id = v.column1",
                [x for key in batch for x in (key, *(deltas.get((key, a), 0) for a in accounts))],
            )


def balances_from_transfers(keeper: Keeper) -> Deltas:
    """What every balance must be, added up from the transfers: (keeper's id, account) → cents."""
    column = f"{keeper.value}_id"
    sums: Deltas = defaultdict(int)
    for side, sign in (("debit", 1), ("credit", -1)):
        for key, name, cents in (
            Transfer.objects.order_by()
            .values_list(column, side)
            .annotate(total=Sum("amount_cents"))
        ):
            if KEPT_FOR[Account(name)] is keeper:
                sums[key, Account(name)] += sign * cents
    return sums


def wrong_balances() -> list[str]:
    """Every balance that is not the sum of its transfers, in words. Empty in a healthy record."""
    wrong = []
    for keeper, model in _KEEPERS.items():
        expected = balances_from_transfers(keeper)
        accounts = [account for account, kept in KEPT_FOR.items() if kept is keeper]
        for row in model._default_manager.all().iterator():
            for account in accounts:
                stands, adds_up = (
                    getattr(row, f"{account}_cents"),
                    expected.get((row.pk, account), 0),
                )
                if stands != adds_up:
                    wrong.append(f"{keeper} {row.pk} {account}: {stands} ≠ Σ transfers {adds_up}")
    return wrong

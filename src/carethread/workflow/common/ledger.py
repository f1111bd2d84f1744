"""Moves that rules decided, made into transfers of the ledger."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from carethread.codes.accounts import Account
from carethread.record import ledger
from carethread.record.models import (
    Organization,
    Remittance,
    RemittedClaim,
    RemittedLine,
    Transfer,
    User,
)
from carethread.rules.post import Move, StandingTransfer


def transfer(
    organization: Organization, moves: Iterable[Move], *, source: str, now: datetime
) -> list[Transfer]:
    """Post moves that concern charges alone."""
    return ledger.post(transfers(organization, moves, source=source, now=now))


def transfers(
    organization: Organization,
    moves: Iterable[Move],
    *,
    source: str,
    now: datetime,
    remittance: Remittance | None = None,
    claim: RemittedClaim | None = None,
    lines: Mapping[int, RemittedLine] | None = None,
    user: User | None = None,
) -> list[Transfer]:
    """The unsaved transfers of the moves. `claim` is the remitted claim that made them and
    `lines` its lines by position; both name their `remittance`."""
    return [
        Transfer(
            organization=organization,
            debit=move.debit.value,
            credit=move.credit.value,
            amount_cents=move.amount,
            code=move.code,
            source=source,
            charge_id=move.charge_id,
            remittance=remittance,
            remitted_claim=claim,
            remitted_line=lines.get(move.line) if lines and move.line is not None else None,
            reverses_id=move.reverses,
            user=user,
            made_at=now,
        )
        for move in moves
    ]


def standing(rows: Iterable[Transfer]) -> tuple[StandingTransfer, ...]:
    """Transfers as the rules see them. Prefetch `reversed_by` for many."""
    return tuple(
        StandingTransfer(
            id=row.pk,
            debit=Account(row.debit),
            credit=Account(row.credit),
            amount=row.amount_cents,
            code=row.code,
            charge_id=row.charge_id,
            reversed=hasattr(row, "reversed_by"),
        )
        for row in rows
        if row.charge_id is not None
    )

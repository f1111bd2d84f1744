"""The center's bank: what payers' checks become on its account, as one BAI2 file a day.

Some banks pass the payer's addenda on (TRN with its number), some pass the amount alone; and there
is always money on the account that no payer sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

_BANK, _CENTER, _ACCOUNT = "122099999", "070000599", "000135792468"
_ACH_CREDIT, _CHECK_DEPOSIT, _CARDS = 165, 175, 475


@dataclass(frozen=True, slots=True)
class Received:
    """One payment: cents, by whom, under which numbers. `told`: the bank passes them on."""

    cents: int
    payer: str
    trace: str
    payer_identifier: str
    method: str
    told: bool


def statement(received: Sequence[Received], at: datetime) -> bytes:
    """The day's file. Its control totals hold."""
    entries = [line for number, one in enumerate(received, 1) for line in _entry(one, number, at)]
    entries.append(f"16,{_CARDS},{_rent(at)},Z,R{at:%y%m%d},,ORCHARD STREET HOLDINGS RENT/")
    total = sum(one.cents for one in received) + _rent(at)
    account = [f"03,{_ACCOUNT},USD,,,,/", *entries]
    account.append(f"49,{total},{len(account) + 1}/")
    group = [f"02,{_CENTER},{_BANK},1,{at:%y%m%d},{at:%H%M},USD,2/", *account]
    group.append(f"98,{total},1,{len(group) + 1}/")
    file = [f"01,{_BANK},{_CENTER},{at:%y%m%d},{at:%H%M},{at:%j%H%M},80,1,2/", *group]
    file.append(f"99,{total},1,{len(file) + 1}/")
    return ("\n".join(file) + "\n").encode()


def _rent(at: datetime) -> int:
    return 100_000 + at.day * 100


def _entry(one: Received, number: int, at: datetime) -> list[str]:
    kind = _CHECK_DEPOSIT if one.method == "CHK" else _ACH_CREDIT
    words = f"{one.payer.upper()} HCCLAIMPMT"
    head = f"16,{kind},{one.cents},Z,B{at:%y%m%d}{number:03d},,{words}"
    if not one.told:
        return [f"{head}/"]
    return [head, f"88,TRN*1*{one.trace}*{one.payer_identifier}~"]

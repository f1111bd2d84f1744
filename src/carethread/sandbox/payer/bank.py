"""The center's bank: what payers' checks become on its account, as one BAI2 file a day.

Some banks pass the payer's addenda on (TRN with its number), some pass the amount alone; and there
is money on the account that no payer sent: the rent goes out once a month.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_BANK, _CENTER, _ACCOUNT = "122099999", "070000599", "000135792468"
_ACH_CREDIT, _CHECK_DEPOSIT, _CHECK_PAID = 165, 175, 475
_RENT = 640_000
_RENT_BY = 5  # the first business day is never later, holidays included
_OVERNIGHT = timedelta(hours=16)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Received:
    """One payment: cents, by whom, under which numbers. `told`: the bank passes them on."""

    cents: int
    payer: str
    trace: str
    payer_identifier: str
    method: str
    told: bool


def statement(received: Sequence[Received], at: datetime, *, with_rent: bool) -> bytes:
    """The day's file. Its control totals hold."""
    entries = [line for number, one in enumerate(received, 1) for line in _entry(one, number, at)]
    if with_rent:
        entries.append(f"16,{_CHECK_PAID},{_RENT},Z,R{at:%y%m%d},,ORCHARD STREET HOLDINGS RENT/")
    total = sum(one.cents for one in received) + (_RENT if with_rent else 0)
    account = [f"03,{_ACCOUNT},USD,,,,/", *entries]
    account.append(f"49,{total},{len(account) + 1}/")
    group = [f"02,{_CENTER},{_BANK},1,{at:%y%m%d},{at:%H%M},USD,2/", *account]
    group.append(f"98,{total},1,{len(group) + 1}/")
    file = [f"01,{_BANK},{_CENTER},{at:%y%m%d},{at:%H%M},{at:%j%H%M},80,1,2/", *group]
    file.append(f"99,{total},1,{len(file) + 1}/")
    return ("\n".join(file) + "\n").encode()


def books_on(at: datetime) -> datetime:
    """When money that was sent then is on the account: the next morning of a business day."""
    day = at + _OVERNIGHT
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day


def pays_rent(day: datetime, is_first: bool) -> bool:
    """Whether the center's rent goes out on that day: as the month begins, once (`is_first`: the
    month has had no file yet)."""
    return is_first and day.day <= _RENT_BY


def _entry(one: Received, number: int, at: datetime) -> list[str]:
    kind = _CHECK_DEPOSIT if one.method == "CHK" else _ACH_CREDIT
    words = f"{one.payer.upper()} HCCLAIMPMT"
    head = f"16,{kind},{one.cents},Z,B{at:%y%m%d}{number:03d},,{words}"
    if not one.told:
        return [f"{head}/"]
    return [head, f"88,TRN*1*{one.trace}*{one.payer_identifier}~"]

"""Faults of a stay with a weekend away: nobody slept in the house on 5 and 6 March."""

from dataclasses import replace
from datetime import date

from carethread.codes.levels import BedHold
from carethread.rules.leave import Leave
from carethread.rules.scrub import ScrubContext
from carethread.x12.claim import Claim, ClaimCode
from tests.rules.scrub.kinds import IOP, RESIDENTIAL, Kind
from tests.rules.scrub.planted import Both, Change, Plant, both, claim, context, nested

FIRST, LAST = date(2026, 3, 5), date(2026, 3, 6)
AWAY = (Leave("therapeutic", FIRST, LAST),)
TOLD = (ClaimCode("BI", "74", FIRST, LAST),)
PAID = BedHold("therapeutic", "therapeutic_leave_day", 50, most=2)


def _nights(c: Claim, *, revenue_code: str = "") -> Claim:
    """The nights away under this revenue code; without one they are not billed."""
    lines = tuple(
        replace(n, revenue_code=revenue_code) if FIRST <= n.service_from <= LAST else n
        for n in c.lines
        if revenue_code or not FIRST <= n.service_from <= LAST
    )
    return replace(c, lines=lines, charge=sum(n.charge for n in lines), codes=TOLD)


def _with_leave(x: ScrubContext, *holds: BedHold) -> ScrubContext:
    level = replace(x.tables.levels["RES-SUD"], bed_holds=holds)
    tables = replace(x.tables, levels={**x.tables.levels, "RES-SUD": level})
    return replace(x, tables=tables, episode=replace(x.episode, leaves=AWAY))  # type: ignore[type-var]


WEEKEND = Kind(
    "837I residential with a weekend away",
    _nights(RESIDENTIAL.claim),
    _with_leave(RESIDENTIAL.context),
)
KEPT = Kind(
    "837I residential with a bed kept",
    _nights(RESIDENTIAL.claim, revenue_code="0183"),
    _with_leave(RESIDENTIAL.context, PAID),
)
AWAY_KINDS = (WEEKEND, KEPT)


def stands(c: Claim, x: ScrubContext) -> Both:
    return c, x


def spans(*told: tuple[date, date]) -> Change:
    return claim(codes=tuple(ClaimCode("BI", "74", first, last) for first, last in told))


def leaves(*known: Leave) -> Change:
    return nested("episode", leaves=known)


def covered(days: int) -> Change:
    return lambda c, x: (replace(c, codes=(*c.codes, ClaimCode("BE", "80", amount=days * 100))), x)


def holds_by_night(*paid: BedHold) -> Change:
    """What the tables of both nights away say, whatever those of the claim's first day do."""

    def change(c: Claim, x: ScrubContext) -> Both:
        tables = _with_leave(x, *paid).tables
        return c, replace(x, night_tables={FIRST: tables, LAST: tables})

    return change


def holds(*paid: BedHold) -> Change:
    return lambda c, x: (c, _with_leave(x, *paid))


UNKNOWN = nested("episode", leaves=None)
RECORDED_LATER = both(leaves(*AWAY), claim(codes=TOLD))

PLANTS = (
    Plant("LEAVE_NIGHT_BILLED", "nights away as nights in the house", (RESIDENTIAL,),
          RECORDED_LATER),
    Plant("LEAVE_NIGHT_BILLED", "another's file that tells a leave", (RESIDENTIAL,),
          both(UNKNOWN, claim(codes=TOLD))),
    Plant("LEAVE_REVENUE", "a bed kept although nobody was away", (KEPT,),
          both(leaves(), claim(codes=()))),
    Plant("LEAVE_REVENUE", "the revenue code of a hospital's leave", (KEPT,),
          lambda c, x: (_nights(c, revenue_code="0185"), x)),
    Plant("LEAVE_REVENUE", "another's file with a bed kept, and no leave", (KEPT,),
          both(UNKNOWN, claim(codes=()))),
    Plant("LEAVE_SPAN", "a leave that is not told", (WEEKEND, KEPT), claim(codes=())),
    Plant("LEAVE_SPAN", "a leave told a night too long", (WEEKEND, KEPT),
          spans((FIRST, date(2026, 3, 7)))),
    Plant("LEAVE_SPAN", "a leave that nobody had", (RESIDENTIAL,), spans((FIRST, LAST))),
    Plant("LEAVE_SPAN", "another's file that tells a leave before its days", (RESIDENTIAL,),
          both(UNKNOWN, spans((date(2026, 2, 20), date(2026, 2, 21))))),
    Plant("BED_HOLD_PAID", "a payer who pays for no bed that is kept", (KEPT,), holds()),
    Plant("BED_HOLD_PAID", "more nights than the payer pays", (KEPT,),
          holds(replace(PAID, most=1))),
    Plant("BED_HOLD_PAID", "a payer who pays for leaves to a hospital alone", (KEPT,),
          holds(replace(PAID, leave="hospital"))),
    Plant("BED_HOLD_PAID", "a payer who pays for kept beds no more in those nights", (KEPT,),
          holds_by_night()),
    Plant("LEAVE_COVERED_DAYS", "nights away among the covered days", (WEEKEND,), covered(9)),
)  # fmt: skip

NEAR = (
    Plant("LEAVE_NIGHT_BILLED", "a leave, told, whose nights are not billed", (WEEKEND,), stands),
    Plant("BED_HOLD_PAID", "beds kept as long as the payer pays", (KEPT,), stands),
    Plant("BED_HOLD_PAID", "a payer who pays for kept beds from the first of those nights on",
          (KEPT,), both(holds(), holds_by_night(PAID))),
    Plant("BED_HOLD_PAID", "a later payer, who is told the lines of the first", (KEPT,),
          both(holds(), context(is_later=True))),
    Plant("LEAVE_REVENUE", "the revenue code of a hospital's leave, to a hospital", (KEPT,), both(
        lambda c, x: (_nights(c, revenue_code="0185"), x),
        holds(replace(PAID, leave="hospital")),
        leaves(Leave("hospital", FIRST, LAST)))),
    Plant("LEAVE_SPAN", "another's file that tells its leave", AWAY_KINDS, UNKNOWN),
    Plant("LEAVE_SPAN", "no leave in an outpatient program", (IOP,), stands),
    Plant("LEAVE_NIGHT_BILLED", "back before the claim begins", (RESIDENTIAL,),
          leaves(Leave("therapeutic", date(2026, 2, 27), date(2026, 3, 1)))),
    Plant("LEAVE_SPAN", "a leave that began before the claim", (WEEKEND,), both(
        leaves(Leave("therapeutic", date(2026, 3, 1), date(2026, 3, 1)), *AWAY))),
    Plant("LEAVE_COVERED_DAYS", "the nights in the house alone", (WEEKEND,), covered(8)),
    Plant("LEAVE_COVERED_DAYS", "beds that are billed are covered", (KEPT,), covered(10)),
)  # fmt: skip

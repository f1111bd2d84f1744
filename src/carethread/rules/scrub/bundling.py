"""Codes that do not stand together, and codes that do not stand alone."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from carethread.codes.edits import Edit, pair_edits, separating_modifiers
from carethread.codes.roles import Role
from carethread.codes.tables import on
from carethread.rules.facts import BilledLine
from carethread.rules.finding import Fix
from carethread.rules.scrub.context import ScrubContext
from carethread.rules.scrub.known import renderer
from carethread.rules.scrub.registry import STOPS, Fault, rule
from carethread.rules.words import day, listing
from carethread.x12.claim import Claim


def _lines(claim: Claim, context: ScrubContext) -> list[tuple[str, BilledLine]]:
    """The claim's lines and what stands on other claims, alike, with their control numbers."""
    own = [
        (
            n.control_number,
            BilledLine(
                claim.claim_id, n.procedure, n.modifiers, n.service_from, renderer(claim, n).npi
            ),
        )
        for n in claim.lines
    ]
    others = [("", b) for b in context.billed or () if b.claim_id != claim.claim_id]
    return own + others


@rule(
    "NCCI_PTP",
    STOPS,
    Role.BILLER,
    "No two codes of one clinician on one day that are not paid together",
    source="edits.yaml; CARC 97, 231 and 236",
)
def pairs_not_paid(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for (number, one), (other_number, other) in combinations(_lines(claim, context), 2):
        if not number and not other_number:
            continue
        edit = _edit(one, other, context)
        if edit:
            cure = " unless 59 or XE says that they were separate" if edit.modifier else ""
            message = f"{one.code} and {other.code} on {day(one.service_date)}: {edit.why}{cure}."
            yield Fault(message, other_number or number, Fix("claim"))


def _edit(one: BilledLine, other: BilledLine, context: ScrubContext) -> Edit | None:
    """The edit that keeps the two from being paid together, if no modifier lifts it: CMS's own
    where its file is loaded, else the starter set's."""
    if one.service_date != other.service_date or one.rendering_npi != other.rendering_npi:
        return None
    pair = frozenset((one.code, other.code))
    loaded = (context.pair_edits or {}).get(pair, ())
    starter = pair_edits().get(pair)
    known = (*loaded, starter) if starter else loaded
    edit = next((e for e in known if _in_force(e, one.service_date)), None)
    if edit is None:
        return None
    lifted = edit.modifier and separating_modifiers() & {*one.modifiers, *other.modifiers}
    return None if lifted else edit


def _in_force(edit: Edit, served: date) -> bool:
    return edit.starts <= served and (edit.ends is None or served <= edit.ends)


@rule(
    "ADDON_HAS_BASE",
    STOPS,
    Role.BILLER,
    "An add-on code stands beside one of its base codes, same client and day",
    source="services.yaml; CARC B15",
)
def add_on_has_base(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    lines = _lines(claim, context)
    for number, line in lines:
        add_on = on((a for a in context.tables.add_ons if a.code == line.code), line.service_date)
        if not number or add_on is None:
            continue
        beside = {b.code for _, b in lines if b.service_date == line.service_date}
        if not beside & set(add_on.bases):
            message = (
                f"{line.code} adds to {listing(add_on.bases)}, none of which is billed "
                f"on {day(line.service_date)}."
            )
            yield Fault(message, number, Fix("claim"))

"""May this person render it for this payer, and does the payer hold the contract that we do?"""

from datetime import date

from carethread.rules.explain.evidence import Days, Evidence, Found
from carethread.rules.explain.words import apart, on
from carethread.rules.words import dollars


def not_enrolled(e: Evidence) -> Found | None:
    """The roster on record against the day."""
    who, roster = e.renderer, e.renderer.roster
    if any(days.cover(e.day) for days in roster):
        return None
    words = f"The record has no enrollment of {who.name} with {e.payer}."
    later = [d.starts for d in roster if d.starts and d.starts > e.day]
    ended = [d.ends for d in roster if d.ends and d.ends < e.day]
    if later:
        starts = min(later)
        words = (
            f"{who.name} is not enrolled with {e.payer} on that day; the enrollment starts "
            f"{apart(e.day, starts)} later, on {on(starts)}."
        )
    elif ended:
        words = (
            f"{who.name}'s enrollment with {e.payer} ended {apart(max(ended), e.day)} before the "
            f"service, on {on(max(ended))}."
        )
    return Found("not_enrolled", words, private=False)


def enrolled(e: Evidence) -> Found | None:
    held = next((days for days in e.renderer.roster if days.cover(e.day)), None)
    if held is None:
        return None
    since = f" since {on(held.starts)}" if held.starts else ""
    words = f"Our record has {e.renderer.name} enrolled with {e.payer}{since}"
    return Found(
        "enrolled",
        f"{words}, {_age(held, e.day)}so the payer's roster differs from ours.",
        explains=False,
        letter=f"{words}.",
        private=False,
    )


def _age(days: Days, day: date) -> str:
    """How long before the service, where that is short enough to be doubted."""
    near = days.starts is not None and (day - days.starts).days <= 60
    return f"{apart(days.starts, day)} before the service, " if near and days.starts else ""


def license_lapsed(e: Evidence) -> Found | None:
    who = e.renderer
    if not who.licenses or any(days.cover(e.day) for days in who.licenses):
        return None
    ends = max((d.ends for d in who.licenses if d.ends and d.ends < e.day), default=None)
    words = f"No license of {who.name} on record holds on that day."
    if ends:
        words = (
            f"{who.name}'s license ended {apart(ends, e.day)} before the service, on {on(ends)}."
        )
    return Found("license", words, private=False)


def number_or_taxonomy_changed(e: Evidence) -> Found | None:
    """What the claim said of the renderer, and what the record says now."""
    sent = e.line.rendering or e.sent.rendering
    if sent is None:
        return None
    if sent.npi and sent.npi != e.renderer.npi:
        return Found(
            "npi",
            f"The claim named {e.renderer.name} by NPI {sent.npi}; the record says "
            f"{e.renderer.npi} now.",
            private=False,
        )
    if sent.taxonomy and sent.taxonomy != e.renderer.taxonomy:
        return Found(
            "taxonomy",
            f"The claim gave the taxonomy {sent.taxonomy}; the record says "
            f"{e.renderer.taxonomy} now.",
            private=False,
        )
    return None


def how_named(e: Evidence) -> Found | None:
    """How the claim named who rendered it: what the payer compares its roster with."""
    sent = e.line.rendering or e.sent.rendering
    if sent is None or not sent.npi:
        return None
    under = f", under the supervision of {e.supervised_by}" if e.supervised_by else ""
    return Found(
        "named",
        f"The claim named {e.renderer.name}, {e.renderer.credential}{under}, by NPI {sent.npi} "
        f"and taxonomy {sent.taxonomy or 'none'}.",
        explains=None,
        private=False,
    )


def rate_on_file(e: Evidence) -> Found | None:
    """What our contract promised when the claim left."""
    if e.promised is None:
        return Found(
            "no_rate",
            f"The record has no rate of {e.payer}'s for {e.code} on that day either.",
            private=False,
        )
    words = f"Our contract with {e.payer} promised {dollars(e.promised)} for {e.code} on that day"
    return Found(
        "rate",
        f"{words}: the payer has not loaded it.",
        explains=False,
        letter=f"{words}.",
        private=False,
    )

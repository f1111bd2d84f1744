"""Was it agreed in advance: that day, that service, by that person, in time, with units left?"""

from collections.abc import Sequence

from carethread.rules.explain.evidence import Approval, Evidence, Found
from carethread.rules.explain.words import apart, counted, difference, is_near, on
from carethread.rules.words import listing

_GRANTED = frozenset({"approved", "partial", "modified", "extended", "exhausted", "expired"})
_REFUSED = frozenset({"denied", "appealed", "peer_to_peer"})


def _granted(e: Evidence) -> list[Approval]:
    return [a for a in e.approvals if a.state in _GRANTED]


def _used(e: Evidence) -> Approval | None:
    """The approval that the claim named; without a number, the one nearest to the day."""
    if e.number:
        return next((a for a in e.approvals if a.number == e.number), None)
    return None


def _nearest(e: Evidence, among: Sequence[Approval]) -> Approval | None:
    ends = [a for a in among if a.days.ends and a.days.ends < e.day]
    return max(ends, key=lambda a: a.days.ends or e.day, default=None)


def ended(e: Evidence) -> Found | None:
    named = _used(e)
    last = named if named and named.days.ends and named.days.ends < e.day else None
    fits = any(a.days.cover(e.day) and _for_code(a, e) for a in _granted(e))
    last = last or (None if fits or e.number else _nearest(e, _granted(e)))
    if last is None or last.days.ends is None:
        return None
    return Found(
        "authorization_ended",
        f"The authorization {last.number} ended {apart(last.days.ends, e.day)} before the service "
        f"(on {on(last.days.ends)}).",
    )


def not_begun(e: Evidence) -> Found | None:
    named = _used(e)
    if named is None or named.days.starts is None or named.days.starts <= e.day:
        return None
    return Found(
        "authorization_not_begun",
        f"The authorization {named.number} begins {apart(e.day, named.days.starts)} after the "
        f"service (on {on(named.days.starts)}).",
    )


def number_mistyped(e: Evidence) -> Found | None:
    """The number sent is nearly that of an approval on record, or was corrected since."""
    if not e.number or _used(e) is not None:
        return None
    near = next((a for a in e.approvals if a.number and is_near(a.number, e.number)), None)
    if near is None:
        return Found(
            "authorization_unknown", f"The record has no authorization {e.number} of this client."
        )
    return Found(
        "authorization_number",
        f"The claim carried {e.number}; the authorization on record is {near.number}: they differ "
        f"{difference(e.number, near.number)}.",
    )


def not_known_to_be_wanted(e: Evidence) -> Found | None:
    """Nobody asked, because nobody here knew that this payer wants to be asked."""
    if e.number or e.code in e.wants_authorization:
        return None
    return Found(
        "authorization_not_known",
        f"{e.payer}'s page does not say that {e.code} needs an authorization, so none was asked "
        "for. Add the code there, and the next ones are caught before they leave.",
        private=False,
    )


def none_sent(e: Evidence) -> Found | None:
    if e.number:
        return None
    fits = next((a for a in _granted(e) if a.days.cover(e.day) and _for_code(a, e)), None)
    if fits:
        return Found(
            "authorization_not_sent",
            f"The claim carried no number, though authorization {fits.number} covers the day.",
        )
    if _granted(e):
        return Found(
            "authorization_absent",
            f"The claim carried no number: no authorization on record covers {e.code} on that day.",
        )
    return Found(
        "authorization_absent", "The claim carried no number, and none was ever asked for."
    )


def units_gone(e: Evidence) -> Found | None:
    named = _used(e)
    if named is None or named.used <= named.approved:
        left = None if named is None else named.approved - named.used
        if named is None or left:
            return None
    return Found(
        "authorization_units",
        f"All {named.approved} {named.unit} of authorization {named.number} are used: "
        f"{named.used} by our count.",
    )


def units_left(e: Evidence) -> Found | None:
    named = _used(e)
    if named is None or named.used >= named.approved:
        return None
    return Found(
        "units_left",
        f"By our count {named.used} of the {named.approved} {named.unit} of authorization "
        f"{named.number} are used: the payer must have approved fewer, or counts others.",
        explains=False,
        letter=f"By our count {named.used} of the {named.approved} {named.unit} of authorization "
        f"{named.number} are used.",
    )


def other_service(e: Evidence) -> Found | None:
    named = _used(e)
    if named is None or _for_code(named, e):
        return None
    return Found(
        "authorization_codes",
        f"Authorization {named.number} is for {listing(named.codes)}; the claim billed {e.code}.",
    )


def other_clinician(e: Evidence) -> Found | None:
    named = _used(e)
    if named is None or not named.rendering or named.rendering == e.renderer.name:
        return None
    return Found(
        "authorization_renderer",
        f"Authorization {named.number} is for {named.rendering}; {e.renderer.name} rendered it.",
    )


def asked_late(e: Evidence) -> Found | None:
    named = _used(e) or next((a for a in e.approvals if a.days.cover(e.day)), None)
    if named is None or named.asked_on is None or named.asked_on <= e.day:
        return None
    return Found(
        "authorization_late",
        f"Authorization {named.number or 'on record'} was written down here on "
        f"{on(named.asked_on)}, {apart(e.day, named.asked_on)} after the service.",
    )


def turned_down(e: Evidence) -> Found | None:
    refused = next((a for a in e.approvals if a.state in _REFUSED and a.days.cover(e.day)), None)
    if refused is None:
        return None
    return Found(
        "authorization_refused",
        f"The payer refused the request for {on(refused.days.starts or e.day)} to "
        f"{on(refused.days.ends or e.day)}.",
    )


def on_record(e: Evidence) -> Found | None:
    """What we hold against it: a granted authorization that fits in every way."""
    named = _used(e)
    if named is None or named.state not in _GRANTED:
        return None
    fits = named.days.cover(e.day) and _for_code(named, e) and named.used <= named.approved
    if not fits or (named.rendering and named.rendering != e.renderer.name):
        return None
    asked = f", written down here on {on(named.asked_on)}" if named.asked_on else ""
    words = (
        f"Our record has authorization {named.number} for that day and service, with "
        f"{counted(named.approved, named.unit.rstrip('s'))} approved"
    )
    return Found(
        "authorization_fits",
        f"{words}{asked}.",
        explains=False,
        letter=f"{words}.",
    )


def _for_code(row: Approval, e: Evidence) -> bool:
    return not row.codes or e.code in row.codes

"""Does the claim say what the note says, and does the note say what the payer wants to see?"""

from collections.abc import Iterable
from datetime import timedelta

from carethread.codes import icd10
from carethread.codes.catalogue import packaged
from carethread.codes.services import CodeLine
from carethread.rules.explain.evidence import Billed, Evidence, Found
from carethread.rules.explain.words import apart, counted, on
from carethread.rules.words import listing

_BY_WIRE = frozenset({"95", "93", "GT", "FQ"})
_AWAY = frozenset({"02", "10"})


def _said(codes: Iterable[str]) -> str:
    return listing(icd10.pointed(code) for code in codes)


def diagnosis_differs(e: Evidence) -> Found | None:
    """The note (with its addenda) and the claim as it left."""
    if not e.note.diagnoses or set(e.diagnoses) == set(e.note.diagnoses):
        return None
    since = f" since its addendum of {on(e.note.amended_on)}" if e.note.amended_on else ""
    return Found(
        "diagnosis",
        f"The note says {_said(e.note.diagnoses)}{since}; the claim said {_said(e.diagnoses)}.",
    )


def diagnosis_not_valid(e: Evidence) -> Found | None:
    bad = [code for code in e.diagnoses if not icd10.is_billable(code, e.day)]
    if not bad:
        return None
    return Found(
        "diagnosis_invalid", f"{_said(bad)} could not be billed for a service of that day."
    )


def diagnosis_is_vague(e: Evidence) -> Found | None:
    """The first diagnosis is a symptom, a circumstance or "unspecified"."""
    first = e.diagnoses[0] if e.diagnoses else ""
    if not first:
        return Found("no_diagnosis", "The claim's line points to no diagnosis.")
    if first[0] in "RZ":
        what = "a symptom" if first[0] == "R" else "a circumstance"
        return Found("vague", f"The first diagnosis, {_said([first])}, names {what}, no disorder.")
    if len(first) > 3 and first.endswith("9"):
        return Found("vague", f"The first diagnosis, {_said([first])}, is an unspecified one.")
    return None


def diagnosis_as_noted(e: Evidence) -> Found | None:
    """They agree: nothing was lost between the note and the claim."""
    if not e.diagnoses or diagnosis_differs(e):
        return None
    first = _said(e.diagnoses[:1])
    return Found(
        "diagnosis_same",
        f"The claim says what the note says: {_said(e.diagnoses)}, with {first} first.",
        explains=False,
    )


def diagnosis_order(e: Evidence) -> Found | None:
    """In which order the note names them: its author's judgment, said as it stands."""
    if len(e.diagnoses) < 2:
        return None
    return Found(
        "diagnosis_order",
        f"The note names {_said(e.diagnoses[:1])} first, then {_said(e.diagnoses[1:])}.",
    )


def place_and_modifiers(e: Evidence) -> Found | None:
    place = e.line.place_of_service or e.sent.facility_code
    by_wire = not _BY_WIRE.isdisjoint(e.line.modifiers)
    if e.note.telehealth and place not in _AWAY:
        return Found(
            "place",
            f"The note says a session by {e.note.telehealth}; the claim said place {place}.",
        )
    if by_wire and place not in _AWAY:
        return Found("place", f"A modifier says by video or telephone; the place is {place}.")
    if not e.note.telehealth and place in _AWAY:
        return Found("place", f"The note says in person; the claim said place {place}.")
    return None


def as_coded(e: Evidence) -> Found | None:
    """What was billed, and what it rests on: what a biller compares with the payer's rule."""
    modifiers = f" with {listing(e.line.modifiers)}" if e.line.modifiers else " with no modifier"
    revenue = f" under revenue code {e.line.revenue_code}" if e.line.revenue_code else ""
    place = e.line.place_of_service or e.sent.facility_code
    return Found(
        "coded",
        f"The claim billed {e.code}{revenue}{modifiers} at place {place}, rendered by "
        f"{e.renderer.name}, {e.renderer.credential}.",
        explains=None,
    )


def time_and_code(e: Evidence) -> Found | None:
    """The minutes on record against the code's band."""
    band = _band(e.code)
    if band is None or not e.note.minutes:
        return None
    words = f"The note documents {e.note.minutes} minutes; {e.code} is for {band.band}."
    return Found("minutes", words, explains=not band.holds(e.note.minutes))


def _band(code: str) -> CodeLine | None:
    """The catalogue's line for a code that goes by minutes."""
    lines = (
        line
        for known in packaged().services.values()
        for dated in known.codings
        for line in dated.lines
    )
    return next((line for line in lines if line.code == code and line.minimum), None)


def signed_note(e: Evidence) -> Found | None:
    """There is a note, signed, and when."""
    words = f"The note is signed ({on(e.note.signed_on)}"
    words += f", addendum of {on(e.note.amended_on)})" if e.note.amended_on else ")"
    if not e.note.cosigned:
        return Found("not_cosigned", f"{words}, but the supervisor has not co-signed it.")
    return Found(
        "signed", f"{words}: it can be sent to the payer.", explains=False, letter=f"{words}."
    )


def same_day(e: Evidence) -> Found | None:
    others = [b for b in e.billed if b.day == e.day and b.code != e.code]
    if not others:
        return Found(
            "alone",
            "We billed no other service for this client on that day.",
            explains=False,
        )
    return Found("same_day", f"On the same day we billed {_listed(others)}.")


def same_week(e: Evidence) -> Found | None:
    monday = e.day - timedelta(days=e.day.weekday())
    days = {b.day for b in e.billed if monday <= b.day <= monday + timedelta(days=6)} | {e.day}
    if len(days) < 2:
        return None
    return Found(
        "frequency",
        f"{counted(len(days), 'session day')} in the week of {on(monday)}: "
        f"{listing(on(d) for d in sorted(days))}.",
    )


def plan_covers(e: Evidence) -> Found | None:
    held = next((p for p in e.plans if p.days.cover(e.day)), None)
    if held is None:
        ended = max((p.days.ends for p in e.plans if p.days.ends), default=None)
        how = f"the last one ended {apart(ended, e.day)} before" if ended else "there is none"
        return Found("no_plan", f"No treatment plan covers that day: {how}.")
    if held.signed_on is None:
        return Found("plan_unsigned", "The treatment plan of that day is not signed.")
    starts = on(held.days.starts) if held.days.starts else "then"
    return Found(
        "plan",
        f"A signed treatment plan (from {starts}) covers that day.",
        explains=False,
    )


def _listed(rows: Iterable[Billed]) -> str:
    return listing(f"{b.code} ({b.clinician}, {b.state})" for b in rows)

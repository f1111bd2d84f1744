"""Was the client insured, by this payer, first, and under that number?"""

from carethread.rules.explain.evidence import Evidence, Found, Policy
from carethread.rules.explain.words import apart, counted, difference, on
from carethread.rules.names import same_name


def coverage_ended(e: Evidence) -> Found | None:
    """By the payer's own answer, else by ours."""
    said = e.answer
    if said and said.ends and said.ends < e.day:
        return Found(
            "coverage_ended",
            f"According to the 271 of {on(said.on)}, coverage ended on {on(said.ends)}, "
            f"{apart(said.ends, e.day)} before the service.",
        )
    ends = e.policy.days.ends
    if ends and ends < e.day:
        return Found(
            "coverage_ended",
            f"The coverage on record ended on {on(ends)}, {apart(ends, e.day)} before the service.",
        )
    return None


def coverage_began(e: Evidence) -> Found | None:
    said = e.answer
    if said and said.starts and said.starts > e.day:
        return Found(
            "coverage_began",
            f"According to the 271 of {on(said.on)}, coverage began on {on(said.starts)}, "
            f"{apart(e.day, said.starts)} after the service.",
        )
    starts = e.policy.days.starts
    if starts and starts > e.day:
        return Found(
            "coverage_began",
            f"The coverage on record began on {on(starts)}, {apart(e.day, starts)} after the "
            "service.",
        )
    return None


def not_active(e: Evidence) -> Found | None:
    said = e.answer
    if said is None or said.is_active is not False or said.ends:
        return None
    return Found("not_active", f"The 271 of {on(said.on)} says that the coverage is not active.")


def other_coverage_held(e: Evidence) -> Found | None:
    """Another policy of the client's was in force that day."""
    others = [p for p in e.policies if p.days.cover(e.day) and not _same(p, e.policy)]
    if not others:
        return None
    held = others[0]
    return Found(
        "other_coverage",
        f"{held.payer} ({held.member_id}, rank {held.rank} on record) covered that day as well.",
    )


def member_id_differs(e: Evidence) -> Found | None:
    sent = e.sent.subscriber.party.id
    said = e.answer
    if said and said.member_id and (how := difference(sent, said.member_id)):
        return Found(
            "member_id",
            f"The member id on the claim ({sent}) differs from the last 271 ({said.member_id}) "
            f"{how}.",
        )
    if how := difference(sent, e.policy.member_id):
        return Found(
            "member_id",
            f"The member id has been corrected since the claim left: {sent} then, "
            f"{e.policy.member_id} now ({how}).",
        )
    return None


def identity_differs(e: Evidence) -> Found | None:
    """Name or birth date, at the payer and here."""
    said = e.answer
    if said is None:
        return None
    if said.birth_date and said.birth_date != e.client.birth_date:
        return Found(
            "birth_date",
            f"The 271 of {on(said.on)} has the birth date {on(said.birth_date)}; the record says "
            f"{on(e.client.birth_date)}.",
        )
    pairs = ((said.last_name, e.client.last_name), (said.first_name, e.client.first_name))
    if any(theirs and not same_name(theirs, ours) for theirs, ours in pairs):
        theirs = f"{said.first_name} {said.last_name}".strip()
        return Found("name", f"The 271 of {on(said.on)} spells the name {theirs}.")
    return None


def was_active(e: Evidence) -> Found | None:
    """The payer's own answer speaks against it."""
    said = e.answer
    if said is None or not said.is_active or coverage_ended(e) or coverage_began(e):
        return None
    return Found(
        "was_active",
        f"The 271 of {on(said.on)} says that the coverage was active: the payer contradicts "
        "itself.",
        explains=False,
        letter=f"Your 271 of {on(said.on)} says that the coverage was active.",
    )


def never_asked(e: Evidence) -> Found | None:
    if e.answer is not None:
        return None
    return Found(
        "never_asked", "The payer was never asked whether this coverage holds: there is no 271."
    )


def another_pays_first(e: Evidence) -> Found | None:
    said = e.answer
    if said and said.other_payer:
        return Found(
            "other_payer",
            f"The 271 of {on(said.on)} names {said.other_payer} as another insurer of the client.",
        )
    held = [p for p in e.policies if p.days.cover(e.day) and not _same(p, e.policy)]
    first = next((p for p in held if p.rank < e.policy.rank), None)
    if first:
        return Found(
            "other_payer",
            f"The record itself has {first.payer} before {e.policy.payer} on that day.",
        )
    return other_coverage_held(e)


def alone_on_record(e: Evidence) -> Found | None:
    others = [p for p in e.policies if p.days.cover(e.day) and not _same(p, e.policy)]
    if others or (e.answer and e.answer.other_payer):
        return None
    return Found(
        "only_payer",
        f"The record knows no other insurer on that day than {e.policy.payer}.",
        explains=False,
    )


def carved_out(e: Evidence) -> Found | None:
    said = e.answer
    if said is None or not said.carve_out:
        return None
    return Found(
        "carve_out",
        f"The 271 of {on(said.on)} has {said.carve_out} handle behavioral health in "
        f"{e.payer}'s place.",
    )


def out_of_network(e: Evidence) -> Found | None:
    said = e.answer
    if said is None or said.in_network is None:
        return None
    if said.in_network:
        return Found("in_network", f"The 271 of {on(said.on)} calls us in network.", explains=False)
    return Found("out_of_network", f"The 271 of {on(said.on)} says that we are out of network.")


def visits_used(e: Evidence) -> Found | None:
    """What is left of the benefit by the payer, and how many visits we billed this year."""
    ours = len({b.day for b in e.billed if b.day.year == e.day.year and b.day < e.day})
    said = e.answer
    left = f" The 271 of {on(said.on)} had {said.visits_left} left." if _left(e) and said else ""
    if not ours:
        return Found(
            "visits",
            f"We billed no other visit of {e.day.year} before this one.{left}",
            explains=True if left else None,
        )
    billed = counted(ours, "earlier day")
    return Found("visits", f"We billed visits on {billed} of {e.day.year}.{left}")


def _left(e: Evidence) -> bool:
    return e.answer is not None and e.answer.visits_left is not None


def _same(one: Policy, other: Policy) -> bool:
    return one.payer == other.payer and one.days == other.days and one.rank == other.rank

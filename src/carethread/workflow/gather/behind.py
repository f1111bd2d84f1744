"""What stands behind a claim: its charges, and the signed notes that they rest on."""

from datetime import date

from django.db.models import F, Q, QuerySet

from carethread.insight import consents
from carethread.record.models import Charge, ChargeEvidence, Claim, ClaimLine, Note, NoteVersion


def charges_behind(claim: Claim) -> "QuerySet[Charge]":
    """What is on the claim today, and what a payer has seen on it: another order of payers moves
    charges away, and the claim is still about them."""
    left = ClaimLine.objects.filter(version__claim=claim)
    on_it = claim.origin.charges.values_list("pk", flat=True)
    return Charge.objects.filter(
        pk__in={*on_it, *left.values_list("charge_version__charge", flat=True)}
    )


def notes_behind(claim: Claim) -> list[NoteVersion]:
    """The notes behind the claim as they are signed now: those that its charges name, and those
    that a day or week rests on beside them."""
    versions = charges_behind(claim).values("current")
    named = NoteVersion.objects.filter(charges__in=versions)
    beside = ChargeEvidence.objects.filter(charge_version__in=versions, note_version__isnull=False)
    notes = {
        *named.values_list("note", flat=True),
        *beside.values_list("note_version__note", flat=True),
    }
    rows = NoteVersion.objects.filter(note__in=notes, note__current=F("pk"))
    return list(rows.select_related("author__supervisor").order_by("starts_at", "pk"))


def part2_programs(claim: Claim) -> set[int]:
    """The substance use programs that gave what is behind the claim."""
    programs = charges_behind(claim).filter(attendance__episode__program__is_part2=True)
    return set(programs.values_list("attendance__episode__program", flat=True))


def may_be_told(claim: Claim, day: date) -> bool:
    """Whether the claim's payer may be told on that day of what is behind it: a consent is in force
    for each of the substance use programs (42 CFR Part 2)."""
    return all(
        consents.is_agreed(claim.client_id, [program], day, payer=claim.payer_id)
        for program in part2_programs(claim)
    )


def claims_of(note: Note) -> "QuerySet[Claim]":
    """The claims that the note is behind: that bill it or a day that rests on it, or once did."""
    charges = Charge.objects.filter(
        Q(versions__note_version__note=note) | Q(versions__evidence__note_version__note=note)
    ).values("pk")
    on_it = Q(charges__in=charges) | Q(first__charges__in=charges)
    return Claim.objects.filter(
        on_it | Q(versions__lines__charge_version__charge__in=charges)
    ).distinct()

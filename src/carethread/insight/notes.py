"""What hangs on a note: its charges with their claims, as whoever bills may see them."""

from dataclasses import dataclass

from django.db.models import F

from carethread.record.models import (
    Charge,
    Claim,
    ClaimLine,
    ClaimState,
    Note,
    NoteVersion,
    Signature,
)


@dataclass(frozen=True, slots=True)
class Behind:
    """A note's charges (with claim, payer, authorization), versions and signatures; and which
    versions of its charges have left with the current version of their claim."""

    charges: list[Charge]
    versions: list[NoteVersion]
    signatures: list[Signature]
    sent: frozenset[int]

    @property
    def claim(self) -> Claim | None:
        """The claim that bills it, if there is one yet."""
        return next((charge.claim for charge in self.charges if charge.claim), None)

    @property
    def corrects(self) -> bool:
        """Whether the claim has left and a corrected one follows: a charge says something else
        by now. Not while something holds the claim, nor once it is closed."""
        claim = self.claim
        if claim is None or claim.current_id is None:
            return False
        return claim.state not in (ClaimState.HELD, ClaimState.CLOSED) and any(
            charge.claim_id == claim.pk and charge.current_id not in self.sent
            for charge in self.charges
        )

    @property
    def has_authorization(self) -> bool:
        return any(c.current and c.current.authorization_id for c in self.charges)

    @property
    def amount_cents(self) -> int:
        return sum(c.current.amount_cents for c in self.charges if c.current and c.state == "live")


def behind(note: Note) -> Behind:
    """Four queries. The versions come without their text: it is not read here."""
    charges = (
        Charge.objects.filter(attendance=note.attendance_id)
        .select_related(
            "current__authorization", "current__coverage__payer", "current__supervising",
            "claim__payer",
        )
        .order_by("pk")
    )  # fmt: skip
    return Behind(
        charges=list(charges),
        versions=list(
            NoteVersion.objects.filter(note=note)
            .defer("content")
            .select_related("author")
            .order_by("-number")
        ),
        signatures=list(
            Signature.objects.filter(note_version__note=note)
            .select_related("note_version")
            .defer("note_version__content")
            .order_by("pk")
        ),
        sent=frozenset(
            ClaimLine.objects.filter(
                version__claim__charges__attendance=note.attendance_id,
                version=F("version__claim__current"),
            ).values_list("charge_version", flat=True)
        ),
    )

"""Our side of somebody else's remittance: the claims that it answers, as if we had sent them."""

from collections.abc import Sequence
from datetime import date

from carethread.record import ledger
from carethread.record.models import (
    Charge,
    ChargeVersion,
    Claim,
    ClaimLine,
    ClaimState,
    ClaimVersion,
    Client,
    Coverage,
    EdiFile,
    Organization,
    Payer,
    Transfer,
)
from carethread.x12.common import Party
from carethread.x12.remittance import Remittance, RemittedClaim, RemittedLine
from tests.cast import LONG_AGO, NOW, Cast, signed_session


class Mirror:
    """Makes claims from remittances. `charges` has a claim's charges in its lines' order, by the
    id of its version."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.signed = signed_session(cast).version
        self.file = EdiFile.objects.create(
            organization=cast.center, direction="out", sha256="0" * 64, name="837", raw=b"",
            made_at=NOW,
        )  # fmt: skip
        self.made = 0

    def is_the_payee_of(self, said: Remittance) -> None:
        """The center goes by the numbers that the check is made out to."""
        references = {r.qualifier: r.value for r in said.payee.references}
        is_npi = said.payee.id_qualifier == "XX"
        center = self.cast.center
        center.npi = said.payee.id[:10] if is_npi else center.npi
        center.tin = references.get("TJ", center.tin if is_npi else said.payee.id)[:9]
        Organization.objects.filter(pk=center.pk).update(npi=center.npi, tin=center.tin)

    def of(self, said: Remittance) -> list[ClaimVersion]:
        """A claim of ours for each that the check answers and does not take back."""
        payer = self._payer(said.payer)
        return [self._claim(one, payer) for one in said.claims if one.status != "22"]

    def _payer(self, told: Party) -> Payer:
        known = Payer.objects.filter(name=told.name).first()
        return known or Payer.objects.create(
            organization=self.cast.center, name=told.name, payer_id=f"P{Payer.objects.count():04d}"
        )

    def _claim(self, said: RemittedClaim, payer: Payer) -> ClaimVersion:
        self.made += 1
        days = [d for n in said.lines for d in (n.service_from, n.service_to) if d]
        days += [d for d in (said.service_from, said.service_to) if d] or [date(2026, 1, 1)]
        client, coverage = self._patient(said, payer)
        claim = Claim.objects.create(
            organization=self.cast.center, sequence=900_000 + self.made, client=client,
            coverage=coverage, payer=payer, practitioner=self.cast.nora, service_from=min(days),
            service_to=max(days), state=ClaimState.ACCEPTED, state_since=NOW,
            charge_cents=said.charge, payer_control_number=said.payer_control_number,
        )  # fmt: skip
        version = ClaimVersion.objects.create(
            organization=self.cast.center, claim=claim, number=1, frequency="1",
            claim_number=self._number(said), charge_cents=said.charge, content={},
            file=self.file, set_control_number="0001", made_at=NOW,
        )  # fmt: skip
        claim.current = version
        claim.save()
        for number, line in enumerate(said.lines or [_whole(said)], start=1):
            self._line(version, number, line, min(days))
        return version

    def _number(self, said: RemittedClaim) -> str:
        """The number that came back; one of our own where two claims came back under one."""
        told = said.claim_id[:20]
        taken = ClaimVersion.objects.filter(claim_number=told).exists()
        return f"MIRROR{self.made}" if taken else told

    def _patient(self, said: RemittedClaim, payer: Payer) -> tuple[Client, Coverage]:
        told = said.patient or Party("1", "NOBODY")
        client = Client.objects.create(
            organization=self.cast.center, mrn=f"X{self.made}", first_name=told.first_name,
            last_name=told.name, birth_date=date(1970, 1, 1), sex="F", line1="1 Lane",
            city="Albany", state="NY", postal_code="12207",
        )  # fmt: skip
        coverage = Coverage.objects.create(
            organization=self.cast.center, client=client, payer=payer, member_id=told.id or "M",
            effective_from=LONG_AGO,
        )  # fmt: skip
        return client, coverage

    def _line(self, version: ClaimVersion, number: int, line: RemittedLine, day: date) -> None:
        claim = version.claim
        charge = Charge.objects.create(
            organization=self.cast.center, attendance=self.signed.note.attendance,
            slot=f"m{self.made}-{number}", client=claim.client, practitioner=self.cast.nora,
            claim=claim, service_date=line.service_from or day,
        )  # fmt: skip
        said = ChargeVersion.objects.create(
            organization=self.cast.center, charge=charge, number=1, note_version=self.signed,
            coverage=claim.coverage, code=(line.original_procedure or line.procedure)[:5],
            modifiers=list(line.modifiers), units=max(int(line.units), 1), pointers=[1],
            diagnoses=["F331"], place_of_service="11", amount_cents=line.charge, rule="mirror",
            reason="mirror", made_at=NOW,
        )  # fmt: skip
        charge.current = said
        charge.save()
        ClaimLine.objects.create(
            organization=self.cast.center, version=version, number=number, charge_version=said,
            control_number=line.control_number or f"M{self.made}-{number}", code=said.code,
            modifiers=said.modifiers, units=said.units, charge_cents=line.charge,
            service_date=charge.service_date,
        )  # fmt: skip
        ledger.post([
            Transfer(organization=self.cast.center, debit="payer_receivable", credit="billed",
                     amount_cents=line.charge, code="CHARGE", source="mirror", charge=charge,
                     made_at=NOW)
        ])  # fmt: skip


def _whole(said: RemittedClaim) -> RemittedLine:
    return RemittedLine("", said.charge, said.paid)


def charges_of(version: ClaimVersion) -> Sequence[Charge]:
    """The claim's charges in the order of its lines, as they stand."""
    return [
        Charge.objects.get(pk=line.charge_version.charge_id)
        for line in version.lines.select_related("charge_version").order_by("number")
    ]

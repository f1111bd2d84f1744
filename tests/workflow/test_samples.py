"""Remittances that other people published, posted against claims made from them: money by line,
claim and check is the file's, to the cent; what is not posted says why."""

import re
from pathlib import Path

import pytest
from django.db.models import Sum

from carethread.codes.adjustments import Disposition, disposition
from carethread.record.ledger import wrong_balances
from carethread.record.models import Charge, Delivery, Match, Remittance, RemittedClaim, Transfer
from carethread.rules.spread import share
from carethread.workflow import receive
from carethread.x12 import remittance as wire
from carethread.x12.common import Adjustment
from carethread.x12.reader import read
from tests.cast import NOW, Cast
from tests.mirror import Mirror, charges_of
from tests.support.parts import samples

pytestmark = pytest.mark.samples

FILES = sorted((samples() or Path("/nowhere")).glob("835/*.edi"))
# What is wrong with four of them as published, and (where that is one slip of the pen) its cure.
REFUSED = {
    "linuxforhealth--managed-care": "BPR16: '20002316' is not a day",
    "linuxforhealth--tertiary-payment": "Claim 0001000054 .* does not balance",
    "moov-io--sample1": "Claim 9999999 .* does not balance",
    "moov-io--sample2": "BPR16: '20990080' is not a day",
}
MENDED = {
    "linuxforhealth--managed-care": (b"20002316", b"20020316"),
    "linuxforhealth--tertiary-payment": (b"SVC*HC*24599.00*", b"SVC*HC:24599*"),
}


def owed_by_the_file(said: wire.RemittedClaim) -> dict[str, int]:
    """What the file says became of the charge, added up by a rule of its own."""
    sums = {"paid": said.paid, "patient": 0, "contractual": 0, "denied": 0, "prior": 0}
    told = [*said.adjustments, *(a for line in said.lines for a in line.adjustments)]
    for one in told:
        sums[_becomes(one)] += one.amount
    return sums


def _becomes(one: Adjustment) -> str:
    what = disposition(one.group, one.reason)
    below_zero = one.amount < 0 and what is Disposition.DENIED
    return "contractual" if below_zero else what.value


def booked(charges: list[Charge]) -> dict[str, int]:
    return {
        "paid": sum(c.paid_cents for c in charges),
        "patient": sum(c.patient_receivable_cents for c in charges),
        "contractual": sum(c.contractual_cents for c in charges),
        "denied": sum(c.denied_cents for c in charges),
        "prior": sum(c.payer_receivable_cents for c in charges),
    }


def _handed_in(cast: Cast, path: Path, raw: bytes) -> Delivery:
    file = receive.store(raw, organization=cast.center, name=path.name, now=NOW)
    receive.read_file(file.delivery, now=NOW)
    file.delivery.refresh_from_db()
    return file.delivery


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_published_remittance_is_posted_to_the_cent_or_says_why(alder: Cast, path: Path) -> None:
    raw = path.read_bytes()
    if path.stem in REFUSED:
        refused = _handed_in(alder, path, raw)
        assert refused.state == "quarantined"
        assert re.search(REFUSED[path.stem], refused.reason)
        assert not Remittance.objects.exists()
        if path.stem not in MENDED:
            return
        raw = raw.replace(*MENDED[path.stem])
    told = [one for one in read(raw).transactions if isinstance(one, wire.Remittance)]
    mirror = Mirror(alder)
    mirror.is_the_payee_of(told[0])
    versions = [version for said in told for version in mirror.of(said)]
    delivery = _handed_in(alder, path, raw)
    assert delivery.state == "read", delivery.reason
    assert [m.reason for m in Match.objects.filter(state="waiting")] == []
    said_claims = [claim for said in told for claim in said.claims]
    for said, version, row in zip(
        said_claims, versions, RemittedClaim.objects.order_by("pk"), strict=True
    ):
        charges = charges_of(version)
        assert row.match.version == version
        assert booked(charges) == owed_by_the_file(said)
        _lines_are_the_files(said, charges)
    for said, check in zip(told, Remittance.objects.order_by("pk"), strict=True):
        assert check.closed_at is not None
        assert check.cash_cents == said.signed_amount
        plb = Transfer.objects.filter(remittance=check, code__startswith="PLB")
        assert plb.count() == len(said.provider_adjustments)
        assert plb.aggregate(n=Sum("amount_cents", default=0))["n"] == sum(
            abs(p.amount) for p in said.provider_adjustments
        )
        assert check.cash_cents == sum(c.paid for c in said.claims) - sum(
            p.amount for p in said.provider_adjustments
        )
    assert wrong_balances() == []


def _lines_are_the_files(said: wire.RemittedClaim, charges: list[Charge]) -> None:
    """Each line's payment is the file's, less its share of what was taken off the claim."""
    taken = sum(a.amount for a in said.adjustments)
    paid = [line.paid for line in said.lines] or [said.charge]
    shares = share(taken, paid) if taken else [0] * len(paid)
    assert [c.paid_cents for c in charges] == [p - s for p, s in zip(paid, shares, strict=True)]

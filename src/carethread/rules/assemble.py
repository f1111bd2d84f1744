"""Charges -> claims: which charges share a claim, and the claim they make."""

from collections.abc import Sequence

from carethread.rules.facts import (
    BillableCharge,
    BillingProvider,
    ClientFacts,
    CoverageFacts,
    OtherCoverage,
)
from carethread.x12.claim import Claim


def group(charges: Sequence[BillableCharge]) -> list[tuple[BillableCharge, ...]]:
    """Charges that go on one claim each, in order of service date.

    One claim per client, coverage, rendering and supervising practitioner, facility, place of
    service, authorization and service date; never over 12 diagnoses or 50 lines (837P guide).
    Every charge is in exactly one group.
    """
    raise NotImplementedError


def assemble(
    charges: Sequence[BillableCharge],
    client: ClientFacts,
    coverage: CoverageFacts,
    billing: BillingProvider,
    *,
    claim_id: str,
    frequency: str = "1",
    original_reference: str = "",
    other_coverages: Sequence[OtherCoverage] = (),
) -> Claim:
    """The 837P claim that one group of charges makes.

    `frequency` 7 (replacement) and 8 (void) need the payer's own number of the original as
    `original_reference`. Parties and the authorization stand at claim level, and at a line
    only where that line differs. Raises ValueError for no charge at all, over 50 lines or
    over 12 diagnoses that lines point to: `group` never gives such.
    """
    raise NotImplementedError

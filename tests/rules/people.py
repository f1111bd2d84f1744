"""The cast of the pure tests, as plain values: one center, one client, one insurer."""

from datetime import date

from carethread.rules.facts import (
    BillableCharge,
    BillingProvider,
    ClientFacts,
    CoverageFacts,
    Facility,
    Provider,
)
from carethread.rules.identity import line_number
from carethread.x12.common import Address

SERVED = date(2026, 3, 2)

OFFICE = Address("12 Alder Street", "", "Albany", "NY", "122071234")
ANNEX = Address("9 Birch Road", "", "Troy", "NY", "121801111")

CENTER = BillingProvider(
    name="Alder Counseling", npi="1234567893", taxonomy="261QM0801X", tax_id="123456789",
    address=OFFICE,
)  # fmt: skip
NORA = Provider("1245319599", "Nolan", "Nora", "1041C0700X", id=7)
SAM = Provider("1003000126", "Sato", "Sam", "104100000X", id=8)
VERA = Provider("1992999825", "Vance", "Vera", "1041C0700X", id=9)
ANNEX_SITE = Facility("Alder Annex", "1679576722", ANNEX)

CLARA = ClientFacts(
    "Cole",
    "Clara",
    date(1990, 5, 17),
    "F",
    address=Address("3 Elm", "", "Albany", "NY", "122081111"),
)
HARBOR = CoverageFacts(
    "Harbor Health", "HRBR1", "HH1234567", starts=date(2026, 1, 1), ends=date(2026, 12, 31), id=31
)


def charge(version_id: int = 1, **changes: object) -> BillableCharge:
    """One hour of individual therapy by Nora, ready for a claim."""
    facts: dict[str, object] = {
        "charge_id": version_id, "version_id": version_id,
        "control_number": line_number(version_id), "code": "90837", "amount": 18000,
        "service_date": SERVED, "diagnoses": ("F331", "F411"), "pointers": (1, 2),
        "client_id": 1, "coverage_id": 31, "rendering": NORA,
    }  # fmt: skip
    return BillableCharge(**{**facts, **changes})  # type: ignore[arg-type]

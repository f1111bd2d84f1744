"""People and organizations of the record, as claims name them."""

from datetime import date

from carethread.record.models import (
    Client,
    Coverage,
    Organization,
    Payer,
    Practitioner,
    Site,
)
from carethread.rules import clocks
from carethread.rules.facts import (
    BillingProvider,
    ClientFacts,
    CoverageFacts,
    Facility,
    Provider,
)
from carethread.x12.common import Address, Contact

_SEQUENCE = {1: "P", 2: "S", 3: "T"}


def address(row: Organization | Site | Client) -> Address:
    return Address(row.line1, row.line2, row.city, row.state, row.postal_code)


def provider(row: Practitioner) -> Provider:
    return Provider(row.npi, row.last_name, row.first_name, row.taxonomy, row.pk)


def facility(row: Site) -> Facility:
    return Facility(row.name, row.npi, address(row))


def billing_provider(row: Organization) -> BillingProvider:
    return BillingProvider(
        name=row.legal_name,
        npi=row.npi,
        taxonomy=row.taxonomy,
        tax_id=row.tin,
        address=address(row),
        contact=Contact(row.contact_name, row.phone),
    )


def client_facts(row: Client) -> ClientFacts:
    return ClientFacts(
        last_name=row.last_name,
        first_name=row.first_name,
        birth_date=row.birth_date,
        sex=row.sex,
        address=address(row),
        id=row.pk,
    )


def coverage_facts(row: Coverage) -> CoverageFacts:
    return CoverageFacts(
        payer_name=row.payer.name,
        payer_id=row.payer.payer_id,
        member_id=row.member_id,
        sequence=_SEQUENCE.get(row.rank, "P"),
        relationship=row.relationship,
        subscriber=None if row.relationship == "18" else _subscriber(row),
        group_number=row.group_number,
        filing_indicator=row.payer.filing_indicator,
        starts=row.effective_from,
        ends=row.effective_to,
        id=row.pk,
    )


def filing_limit(payer: Payer, service_date: date) -> date:
    """The last day on which a claim for a service of that day may reach that payer."""
    return clocks.filing_limit(service_date, payer.kind, payer.timely_filing_days)


def _subscriber(row: Coverage) -> ClientFacts:
    """Somebody else's policy. The subscriber's address is asked for nowhere: members of one
    household share the client's."""
    return ClientFacts(
        last_name=row.subscriber_last_name,
        first_name=row.subscriber_first_name,
        birth_date=row.subscriber_birth_date,
        sex=row.subscriber_sex or "U",
        address=address(row.client),
    )

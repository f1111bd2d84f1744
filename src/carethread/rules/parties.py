"""Who stands on a claim: the record's people and organizations as the claim's parties."""

from carethread.rules.facts import (
    BillingProvider,
    ClientFacts,
    CoverageFacts,
    Facility,
    OtherCoverage,
    Provider,
)
from carethread.x12.claim import OtherPayer, Patient, Subscriber
from carethread.x12.common import Party, Reference

SELF = "18"


def billing_party(billing: BillingProvider) -> Party:
    """Loop 2010AA."""
    return Party(
        entity_type="1" if billing.first_name else "2",
        name=billing.name,
        first_name=billing.first_name,
        id_qualifier="XX",
        id=billing.npi,
        taxonomy=billing.taxonomy,
        address=billing.address,
        references=(Reference(billing.tax_id_kind, billing.tax_id),),
        contact=billing.contact,
    )


def provider_party(provider: Provider | None) -> Party | None:
    """A person, or an organization without a first name, by NPI."""
    if provider is None:
        return None
    return Party(
        entity_type="1" if provider.first_name else "2",
        name=provider.last_name,
        first_name=provider.first_name,
        id_qualifier="XX",
        id=provider.npi,
        taxonomy=provider.taxonomy,
    )


def facility_party(facility: Facility | None, billing: BillingProvider) -> Party | None:
    """Loop 2310C, only where the service took place elsewhere than at the billing address."""
    if facility is None or facility.address == billing.address:
        return None
    return Party(
        entity_type="2",
        name=facility.name,
        id_qualifier="XX" if facility.npi else "",
        id=facility.npi,
        address=facility.address,
    )


def payer_party(coverage: CoverageFacts) -> Party:
    """Loop 2010BB."""
    return Party("2", coverage.payer_name, id_qualifier="PI", id=coverage.payer_id)


def subscriber_of(coverage: CoverageFacts, client: ClientFacts) -> Subscriber:
    """Loop 2000B. Birth date, sex and address only where the client is the subscriber."""
    person = coverage.subscriber or client
    is_self = coverage.subscriber is None
    return Subscriber(
        party=Party(
            entity_type="1",
            name=person.last_name,
            first_name=person.first_name,
            middle_name=person.middle_name,
            id_qualifier="MI",
            id=coverage.member_id,
            address=person.address if is_self else None,
        ),
        payer_sequence=coverage.sequence,
        relationship=SELF if is_self else "",
        group_number=coverage.group_number,
        group_name=coverage.group_name,
        filing_indicator=coverage.filing_indicator,
        birth_date=person.birth_date if is_self else None,
        sex=person.sex if is_self else "",
    )


def patient_of(client: ClientFacts, coverage: CoverageFacts) -> Patient:
    """Loop 2000C, where the client is not the subscriber."""
    return Patient(
        party=Party(
            entity_type="1",
            name=client.last_name,
            first_name=client.first_name,
            middle_name=client.middle_name,
            address=client.address,
        ),
        relationship=coverage.relationship,
        birth_date=client.birth_date,
        sex=client.sex,
    )


def other_payer_of(other: OtherCoverage, client: ClientFacts) -> OtherPayer:
    """Loops 2320 and 2330. Here the relationship is always told (SBR02)."""
    coverage = other.coverage
    person = coverage.subscriber or client
    return OtherPayer(
        subscriber=Subscriber(
            party=Party(
                entity_type="1",
                name=person.last_name,
                first_name=person.first_name,
                id_qualifier="MI",
                id=coverage.member_id,
            ),
            payer_sequence=coverage.sequence,
            relationship=coverage.relationship,
            group_number=coverage.group_number,
            group_name=coverage.group_name,
            filing_indicator=coverage.filing_indicator,
        ),
        payer=payer_party(coverage),
        adjustments=other.adjustments,
        amounts=other.amounts,
        claim_control_number=other.claim_control_number,
    )

"""The record as the plain values that rules take. Reads in bulk, decides nothing.

A list of claims is read with a fixed number of queries, however many they are.
"""

from carethread.record.clock import (
    local,
    midnight,
    service_date,
)
from carethread.workflow.gather.behind import (
    charges_behind,
    claims_of,
    may_be_told,
    notes_behind,
    part2_programs,
)
from carethread.workflow.gather.charges import (
    Stays,
    billable,
    billable_charge,
    charges_by_claim,
    charges_for_billing,
    cycle,
    cycle_of,
    stay_facts,
    stays_of,
    with_all_parts,
    with_parts,
)
from carethread.workflow.gather.context import (
    contexts,
)
from carethread.workflow.gather.contracts import (
    admissions,
    asks_for_days,
    services,
    standing_terms,
    term,
    terms_of,
)
from carethread.workflow.gather.earlier import (
    HANDED_ON,
    NOTHING_TOLD,
    Told,
    handings_on,
    not_this_payers,
    refused_and_handed_on,
    standing_answers,
    told,
)
from carethread.workflow.gather.parties import (
    billing_provider,
    client_facts,
    coverage_facts,
    filing_limit,
    provider,
)
from carethread.workflow.gather.services import (
    NOTE_PARTS,
    coverage_on,
    documented_service,
    offered,
    payer_and_policy,
    settings_at,
    tables,
    tables_for,
    versions_to_charge,
)

__all__ = [
    "HANDED_ON",
    "NOTE_PARTS",
    "NOTHING_TOLD",
    "Stays",
    "Told",
    "admissions",
    "asks_for_days",
    "billable",
    "billable_charge",
    "billing_provider",
    "charges_behind",
    "charges_by_claim",
    "charges_for_billing",
    "claims_of",
    "client_facts",
    "contexts",
    "coverage_facts",
    "coverage_on",
    "cycle",
    "cycle_of",
    "documented_service",
    "filing_limit",
    "handings_on",
    "local",
    "may_be_told",
    "midnight",
    "not_this_payers",
    "notes_behind",
    "offered",
    "part2_programs",
    "payer_and_policy",
    "provider",
    "refused_and_handed_on",
    "service_date",
    "services",
    "settings_at",
    "standing_answers",
    "standing_terms",
    "stay_facts",
    "stays_of",
    "tables",
    "tables_for",
    "term",
    "terms_of",
    "told",
    "versions_to_charge",
    "with_all_parts",
    "with_parts",
]

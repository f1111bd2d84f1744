"""Types of bill, revenue codes, condition codes. Table: institutional.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from carethread.codes.tables import listed, raw


@dataclass(frozen=True, slots=True)
class BillType:
    """The first two digits of a type of bill. `inpatient`: admission and discharge are told;
    `admitting`: so is the admitting diagnosis."""

    code: str
    words: str
    inpatient: bool = False
    admitting: bool = False


@dataclass(frozen=True, slots=True)
class RevenueCode:
    """A revenue code with the procedure codes that stand under it. `needs_code`: it never stands
    alone on an outpatient bill."""

    code: str
    codes: tuple[str, ...]
    needs_code: bool = False


@cache
def bill_types() -> Mapping[str, BillType]:
    """Every type of bill by its first two digits."""
    return {b.code: b for b in listed("institutional", "bill_types", BillType)}


@cache
def frequencies() -> frozenset[str]:
    """Third digits of a type of bill."""
    return _set("frequencies")


@cache
def final_frequencies() -> frozenset[str]:
    """Frequencies that say that the stay ended with this bill."""
    return _set("final_frequencies")


@cache
def interim_frequencies() -> frozenset[str]:
    """Frequencies that say that the client is still there."""
    return _set("interim_frequencies")


@cache
def patient_statuses() -> frozenset[str]:
    """CL103: where the client went."""
    return _set("patient_statuses")


@cache
def admission_types() -> frozenset[str]:
    """CL101."""
    return _set("admission_types")


@cache
def still_patient() -> str:
    """The patient status of somebody who is still there."""
    return str(raw("institutional")["still_patient"])


@cache
def revenue_codes() -> Mapping[str, RevenueCode]:
    """Every revenue code of the table."""
    return {r.code: r for r in listed("institutional", "revenue", RevenueCode)}


@cache
def revenue_of(code: str) -> tuple[str, ...]:
    """The revenue codes under which a procedure code stands; none: the table does not say."""
    return tuple(r.code for r in revenue_codes().values() if code in r.codes)


@cache
def exclusive_condition_codes() -> tuple[frozenset[str], ...]:
    """Condition codes that return a claim when they stand on it together."""
    return tuple(frozenset(map(str, x)) for x in raw("institutional")["exclusive_condition_codes"])


def _set(section: str) -> frozenset[str]:
    entries: Any = raw("institutional")[section]
    return frozenset(map(str, entries))

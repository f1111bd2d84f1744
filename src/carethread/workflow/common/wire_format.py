"""Typed claims, remitted claims and benefits to JSON and back, for the record's columns."""

from typing import Any

from pydantic import TypeAdapter

from carethread.x12.benefits import Coverage, Refusal
from carethread.x12.claim import Claim
from carethread.x12.remittance import RemittedClaim

_CLAIM = TypeAdapter(Claim)
_REMITTED = TypeAdapter(RemittedClaim)
_BENEFITS = TypeAdapter(Coverage)
_REFUSALS = TypeAdapter(tuple[Refusal, ...])


def claim_to_json(claim: Claim) -> Any:
    return _CLAIM.dump_python(claim, mode="json", exclude_defaults=True)


def claim_from_json(content: Any) -> Claim:
    return _CLAIM.validate_python(content)


def remitted_to_json(claim: RemittedClaim) -> Any:
    return _REMITTED.dump_python(claim, mode="json", exclude_defaults=True)


def remitted_from_json(content: Any) -> RemittedClaim:
    return _REMITTED.validate_python(content)


def benefits_to_json(said: Coverage) -> Any:
    return _BENEFITS.dump_python(said, mode="json", exclude_defaults=True)


def benefits_from_json(content: Any) -> Coverage:
    return _BENEFITS.validate_python(content)


def refusals_to_json(refused: tuple[Refusal, ...]) -> Any:
    return _REFUSALS.dump_python(refused, mode="json")


def refusals_from_json(content: Any) -> tuple[Refusal, ...]:
    return _REFUSALS.validate_python(content)

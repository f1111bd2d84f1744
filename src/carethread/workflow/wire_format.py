"""Typed claims and remitted claims to JSON and back, for the record's `content` columns."""

from typing import Any

from pydantic import TypeAdapter

from carethread.x12.claim import Claim
from carethread.x12.remittance import RemittedClaim

_CLAIM = TypeAdapter(Claim)
_REMITTED = TypeAdapter(RemittedClaim)


def claim_to_json(claim: Claim) -> Any:
    return _CLAIM.dump_python(claim, mode="json", exclude_defaults=True)


def claim_from_json(content: Any) -> Claim:
    return _CLAIM.validate_python(content)


def remitted_to_json(claim: RemittedClaim) -> Any:
    return _REMITTED.dump_python(claim, mode="json", exclude_defaults=True)


def remitted_from_json(content: Any) -> RemittedClaim:
    return _REMITTED.validate_python(content)

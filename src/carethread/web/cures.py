"""Where a case is cured: from its root cause to the pages of the record that have to be right."""

from collections.abc import Iterator, Mapping

from django.http import QueryDict
from django.urls import reverse

from carethread.record.models import Case, Charge, User
from carethread.web.links import Way, way_to

_COVERAGE = ("coverage", "client")
_OTHER_PAYER = (*_COVERAGE, "coverage_new")
_ROSTER = ("practitioner", "organization", "payer")
_AUTHORIZATION = ("authorization", "authorization_new")
_RULES = ("rule", "note", "payer")

# What the payer finds wrong, and where the record says it. Anything else: the note and the payer.
CURES: Mapping[str, tuple[str, ...]] = {
    "eligibility": _COVERAGE,
    "coverage_answer": _OTHER_PAYER,
    "cob": _OTHER_PAYER,
    "routing": (*_OTHER_PAYER, "payer"),
    "benefit": _COVERAGE,
    "non_covered": _COVERAGE,
    "network": (*_COVERAGE, "practitioner"),
    **{
        f"auth_{why}": _AUTHORIZATION
        for why in (
            "denied", "ending", "exceeded", "expired", "invalid", "late", "scope"
        )
    },
    "auth_missing": (*_AUTHORIZATION, "payer"),
    "med_nec": ("authorization", "note"),
    "appeal": ("authorization", "note"),
    "documentation": ("note", "client"),
    "credential": _ROSTER,
    "contract": ("payer", "fees"),
    "coding": _RULES,
    "bundling": _RULES,
    "units": _RULES,
    "data": ("rule", "organization", "payer", "client"),
    "dx_mismatch": ("note",),
    "dx_invalid": ("note",),
    "dx_noncovered": ("note",),
    "timely": ("payer",),
    "duplicate": ("client",),
}  # fmt: skip
_OTHERWISE = ("note", "payer")


def ways(case: Case, user: User) -> Iterator[Way]:
    """The pages where this user sees or corrects what the case is about, and comes back from."""
    ids = _ids(case)
    back = QueryDict(mutable=True)
    back["next"] = reverse("case", args=[case.pk])
    for kind in CURES.get(case.category, _OTHERWISE):
        way = way_to(kind, ids.get(kind), user)
        if way is not None and not (kind == "authorization_new" and ids["authorization"]):
            yield Way(f"{way.url}?{back.urlencode('/')}", way.verb)


def _ids(case: Case) -> dict[str, int | None]:
    """What of the record the case is about."""
    claim, client = case.claim, case.client
    charge = (
        Charge.objects.filter(claim=claim.origin).select_related("current__note_version").first()
        if claim
        else None
    )
    current = charge.current if charge else None
    return {
        "client": client.pk if client else None,
        "authorization_new": client.pk if client else None,
        "coverage_new": client.pk if client else None,
        "coverage": case.coverage_id or (claim.coverage_id if claim else None),
        "payer": claim.payer_id if claim else None,
        "practitioner": claim.practitioner_id if claim else None,
        "authorization": case.authorization_id or (current.authorization_id if current else None),
        "note": case.note_id or (current.note_version.note_id if current else None),
    }

"""Where a case is cured: from its root cause to the pages of the record that have to be right."""

from collections.abc import Iterable, Iterator, Mapping

from django.http import QueryDict
from django.urls import reverse

from carethread.record.models import Case, Charge, ChargeVersion, User
from carethread.rules.explain import Found
from carethread.web.links import Way, way_to
from carethread.web.permissions import may

_COVERAGE = ("coverage", "client")
_OTHER_PAYER = (*_COVERAGE, "coverage_new")
_ROSTER = ("practitioner", "organization", "payer")
_AUTHORIZATION = ("authorization", "authorization_new")
_CODE = ("note", "service_table", "payer")
_MODIFIER = ("note", "modifier_table", "payer")
_PLACE = ("note", "site", "payer")

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
    "coding": ("note", "modifier_table", "service_table", "payer"),
    "bundling": ("note", "modifier_table", "rule", "payer"),
    "units": _CODE,
    "data": ("rule", "organization", "payer", "client"),
    "dx_mismatch": ("note",),
    "dx_invalid": ("note",),
    "dx_noncovered": ("note",),
    "timely": ("payer",),
    "duplicate": ("client",),
}  # fmt: skip
_OTHERWISE = ("note", "payer")
# Of a root cause that has several cures, the one that the payer's own reason asks for.
_OF_REASON: Mapping[str, tuple[str, ...]] = {
    "4": _MODIFIER, "182": _MODIFIER,
    "5": _PLACE, "58": _PLACE,
    "181": _CODE, "199": _CODE, "B16": _CODE,
}  # fmt: skip
_TABLES = {"modifier_table": "the modifier rules", "service_table": "how the service is coded"}

_QUESTIONS = {
    "place": "By what means was this session held, and where were you and the client? Compare your "
    "note with what took place; where it is wrong, correct it in an addendum.",
}
"""What to ask the author where the record contradicts itself, by what was found. It asks what took
place, and says nothing of what would be paid."""


def question(found: Iterable[Found]) -> str:
    """What to ask the note's author; "" where nothing in the record calls for it."""
    asked = (_QUESTIONS[one.id] for one in found if one.explains and one.id in _QUESTIONS)
    return next(asked, "")


def ways(case: Case, user: User) -> Iterator[Way]:
    """The pages where this user sees or corrects what the case is about, and comes back from."""
    ids = _ids(case)
    back = QueryDict(mutable=True)
    back["next"] = reverse("case", args=[case.pk])
    for kind in _kinds(case):
        way = _to_table(kind, case, user) if kind in _TABLES else way_to(kind, ids.get(kind), user)
        if way is not None and not (kind == "authorization_new" and ids["authorization"]):
            joined = "&" if "?" in way.url else "?"
            yield Way(f"{way.url}{joined}{back.urlencode('/')}", way.verb)


def _kinds(case: Case) -> tuple[str, ...]:
    if case.category == "coding" and case.remitted_line is not None:
        reasons = case.remitted_line.adjustments.order_by("pk").values_list("reason", flat=True)
        asked = [_OF_REASON[reason] for reason in reasons if reason in _OF_REASON]
        if asked:
            return asked[0]
    return CURES.get(case.category, _OTHERWISE)


def _to_table(kind: str, case: Case, user: User) -> Way | None:
    """The entry of a table by which the case's service was charged, as its payer has it, from the
    day of service on."""
    claim, current = case.claim, _charge_version(case)
    if claim is None or current is None or not may(user, "table_entry"):
        return None
    entry = "modifiers/all"
    if kind == "service_table":
        entry = f"services/{current.service}"
    query = QueryDict(mutable=True)
    query.update({"of": entry, "payer": str(claim.payer_id), "since": str(claim.service_from)})
    return Way(f"{reverse('table_entry')}?{query.urlencode('/')}", f"Open {_TABLES[kind]}")


def _charge_version(case: Case) -> ChargeVersion | None:
    """What the first of a case's charges says now."""
    if case.claim is None:
        return None
    charge = (
        Charge.objects.filter(claim=case.claim.origin)
        .select_related("current__note_version", "attendance__session")
        .order_by("pk")
        .first()
    )
    return charge.current if charge else None


def _ids(case: Case) -> dict[str, int | None]:
    """What of the record the case is about."""
    claim, client = case.claim, case.client
    current = _charge_version(case)
    return {
        "client": client.pk if client else None,
        "authorization_new": client.pk if client else None,
        "coverage_new": client.pk if client else None,
        "coverage": case.coverage_id or (claim.coverage_id if claim else None),
        "payer": claim.payer_id if claim else None,
        "practitioner": claim.practitioner_id if claim else None,
        "authorization": case.authorization_id or (current.authorization_id if current else None),
        "site": current.charge.attendance.session.site_id if current else None,
        "note": case.note_id or (current.note_version.note_id if current else None),
    }

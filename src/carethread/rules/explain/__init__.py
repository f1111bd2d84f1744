"""What in our own record explains a payer's refusal, found by rule.

`EXPLAINERS` is the table: for each root cause the questions to ask, most telling first. Each is a
small function that answers with one sentence, or not at all. Sentences that explain the refusal
stand before those that speak against it, which are what an appeal rests on.
"""

from collections.abc import Callable, Mapping

from carethread.rules.explain import authorization, coverage, filing, people, service
from carethread.rules.explain.evidence import Evidence, Found

__all__ = ["EXPLAINERS", "OF_THE_CENTER", "Evidence", "Found", "explain"]

Explainer = Callable[[Evidence], Found | None]

_AUTHORIZATION: tuple[Explainer, ...] = (
    authorization.number_mistyped, authorization.ended, authorization.none_sent,
    authorization.not_begun, authorization.units_gone, authorization.other_service,
    authorization.other_clinician, authorization.turned_down,
    authorization.on_record,
)  # fmt: skip
_ELIGIBILITY: tuple[Explainer, ...] = (
    coverage.member_id_differs, coverage.identity_differs, coverage.coverage_ended,
    coverage.coverage_began, coverage.not_active, coverage.other_coverage_held,
    coverage.never_asked, coverage.was_active,
)  # fmt: skip
_ROSTER: tuple[Explainer, ...] = (
    people.not_enrolled, people.license_lapsed, people.number_or_taxonomy_changed,
    people.enrolled, people.how_named,
)  # fmt: skip
_DIAGNOSIS: tuple[Explainer, ...] = (
    service.diagnosis_differs, service.diagnosis_not_valid, service.diagnosis_is_vague,
)  # fmt: skip
_CODING: tuple[Explainer, ...] = (service.place_and_modifiers, service.as_coded)
_NECESSITY: tuple[Explainer, ...] = (
    service.plan_covers, service.diagnosis_is_vague, service.same_week, service.signed_note,
)  # fmt: skip

EXPLAINERS: Mapping[str, tuple[Explainer, ...]] = {
    "eligibility": _ELIGIBILITY,
    "cob": (coverage.another_pays_first, coverage.never_asked, coverage.alone_on_record),
    "routing": (
        coverage.carved_out, coverage.another_pays_first, coverage.coverage_ended,
        coverage.never_asked,
    ),
    "benefit": (coverage.visits_used, service.same_week),
    "non_covered": (service.as_coded, coverage.other_coverage_held, coverage.never_asked),
    "network": (coverage.out_of_network, people.not_enrolled, coverage.never_asked),
    "auth_missing": (
        authorization.ended, authorization.not_known_to_be_wanted, *_AUTHORIZATION,
        authorization.asked_late,
    ),
    "auth_invalid": _AUTHORIZATION,
    "auth_expired": (authorization.ended, *_AUTHORIZATION),
    "auth_exceeded": (authorization.units_left, *_AUTHORIZATION),
    "auth_scope": _AUTHORIZATION,
    "auth_late": (authorization.asked_late, *_AUTHORIZATION),
    "auth_denied": (authorization.turned_down, *_AUTHORIZATION),
    "credential": _ROSTER,
    "contract": (people.rate_on_file,),
    "dx_mismatch": (*_DIAGNOSIS, service.diagnosis_as_noted),
    "dx_invalid": (*_DIAGNOSIS, service.diagnosis_as_noted),
    "dx_noncovered": (*_DIAGNOSIS, service.diagnosis_order, service.diagnosis_as_noted),
    "coding": _CODING,
    "units": (service.time_and_code, service.as_coded),
    "bundling": (service.same_day, filing.paid_before, service.as_coded),
    "med_nec": _NECESSITY,
    "documentation": (service.time_and_code, service.signed_note),
    "appeal": (filing.refused_before, filing.never_refused),
    "duplicate": (filing.paid_before, filing.sent_twice, filing.billed_once),
    "timely": (filing.late, filing.in_time),
    "data": (
        coverage.member_id_differs, people.number_or_taxonomy_changed, service.diagnosis_differs,
        authorization.number_mistyped, service.place_and_modifiers, people.how_named,
        service.as_coded,
    ),
    "silence": (filing.acknowledged,),
    "remittance": (filing.acknowledged,),
    "not_found": (filing.acknowledged, coverage.member_id_differs),
}  # fmt: skip

OF_THE_CENTER = frozenset({"credential", "contract"})
"""Root causes whose sentences speak of the center and its people alone, never of a client."""

_OTHERWISE: tuple[Explainer, ...] = (
    coverage.member_id_differs, coverage.coverage_ended, service.diagnosis_differs,
)  # fmt: skip


def explain(evidence: Evidence) -> tuple[Found, ...]:
    """What the record says about a refusal: why it happened first, then what speaks against it,
    then what is worth knowing beside. Empty where the record has nothing to say."""
    asked = EXPLAINERS.get(evidence.category, _OTHERWISE)
    found = {one.id: one for ask in asked if (one := ask(evidence)) is not None}
    return tuple(sorted(found.values(), key=lambda one: _ORDER.index(one.explains)))


_ORDER = (True, False, None)

"""What a note asks for, by service: the sections of its form, in order.

A section's text is kept under its key. Where a service changes, text under a key that the new
form does not ask for is still shown, so that nothing written is ever out of sight.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a note: its key, its heading, and what belongs there."""

    key: str
    label: str
    hint: str = ""


_PLAN = Section("plan", "Plan", "What comes next, until when, and why.")
_THERAPY = (
    Section("presentation", "Presentation", "How the client came in: mood, changes, risk."),
    Section("intervention", "Intervention", "What you did, and toward which goal of the plan."),
    Section("response", "Response", "How the client took part and responded."),
    _PLAN,
)
_EVALUATION = (
    Section("concern", "Reason for coming", "In the client's own words where you can."),
    Section("history", "History", "Illness, treatment, substances, family, medication."),
    Section("mental_status", "Mental status", "What you observed."),
    Section("risk", "Risk", "To self and others, and what protects."),
    Section("impression", "Impression", "What you conclude, and why these diagnoses."),
    Section("plan", "Recommendation", "Level of care, services, frequency."),
)
_CRISIS = (
    Section("presentation", "Presentation", "What happened, and the state of the client."),
    Section("risk", "Risk", "Plan, means, intent; what protects."),
    Section("intervention", "Intervention", "What you did to lower the danger."),
    Section("plan", "Safety plan", "Where the client went, with whom, and the next contact."),
)
_MEDICAL = (
    Section("subjective", "Subjective", "What the client reports."),
    Section("objective", "Objective", "Findings, vitals, mental status."),
    Section("assessment", "Assessment", "Your judgement, problem by problem."),
    Section("plan", "Plan", "Medication, orders, return."),
)
_SUPPORT = (
    Section("need", "Need", "What the client needed today."),
    Section("intervention", "What was done", "With whom, and how it serves the plan."),
    Section("response", "Outcome", "What came of it."),
    _PLAN,
)

_BY_SERVICE: Mapping[str, tuple[Section, ...]] = {
    "evaluation": _EVALUATION,
    "evaluation_medical": _EVALUATION,
    "sud_assessment": _EVALUATION,
    "crisis": _CRISIS,
    "visit_new": _MEDICAL,
    "visit": _MEDICAL,
    "peer_support": _SUPPORT,
    "case_management": _SUPPORT,
}
# A kept section is called as in the therapy note, which most notes are.
_ALL = {s.key: s for form in (*_BY_SERVICE.values(), _THERAPY) for s in form}


def sections(service: str, written: Iterable[str] = ()) -> tuple[Section, ...]:
    """The sections of a service's note, and after them those under whose key something is
    `written` already."""
    asked = _BY_SERVICE.get(service, _THERAPY)
    keys = {section.key for section in asked}
    kept = [_ALL.get(key, Section(key, key.replace("_", " ").capitalize())) for key in written]
    return (*asked, *(section for section in kept if section.key not in keys))

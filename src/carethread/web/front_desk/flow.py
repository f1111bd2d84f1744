"""Intake in one go: the steps from a new client to the first appointment, each an address of its
own. What a step has saved is on record, so that the flow can be left and taken up anywhere."""

from dataclasses import dataclass

from django.urls import reverse

from carethread.record.models import (
    Appointment,
    Client,
    Consent,
    Coverage,
    Diagnosis,
    Episode,
)
from carethread.web.http import Request

MARK = "intake"
"""In an address: this page is a step of the flow."""

_STEPS = (
    ("client_new", "Client"),
    ("coverage_new", "Coverage"),
    ("consent_new", "Consents"),
    ("admission_new", "Admission"),
    ("diagnosis_new", "Diagnoses"),
    ("appointment_new", "First appointment"),
)
REPEATED = frozenset({"coverage_new", "consent_new", "diagnosis_new"})
"""Steps of which there may be several: saved, and asked again."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: where it is asked, and how many are on record."""

    address: str
    label: str
    url: str
    count: int
    here: bool

    @property
    def again(self) -> bool:
        return self.address in REPEATED


@dataclass(frozen=True, slots=True)
class Flow:
    """The steps with one of them open. `after` is where one goes from it."""

    steps: tuple[Step, ...]
    after: str
    here: Step
    number: int

    @property
    def is_last(self) -> bool:
        return self.number == len(self.steps)


def flow(request: Request, client: Client | None, address: str) -> Flow | None:
    """The flow around the step at that address; None where somebody adds just one thing."""
    if client is not None and MARK not in request.GET:
        return None
    counts = _counts(client) if client else {}
    steps = tuple(
        Step(name, label, url_of(name, client), counts.get(name, 0), name == address)
        for name, label in _STEPS
    )
    number = next(i for i, step in enumerate(steps) if step.here)
    last = number + 1 == len(steps)
    after = "" if client is None else page_of(client) if last else steps[number + 1].url
    return Flow(steps, after, steps[number], number + 1)


def url_of(address: str, client: Client | None) -> str:
    """A step's address for that client; empty while there is none."""
    if client is None:
        return reverse(address) if address == "client_new" else ""
    if address == "client_new":
        return f"{reverse('client_edit', args=[client.pk])}"
    return f"{reverse(address, args=[client.pk])}?{MARK}"


def page_of(client: Client) -> str:
    """The client's own page, where every step leads in the end."""
    return reverse("client", args=[client.pk])


def _counts(client: Client) -> dict[str, int]:
    """What is on record of each step."""
    whose = {"client": client}
    return {
        "client_new": 1,
        "coverage_new": Coverage.objects.filter(**whose).count(),
        "consent_new": Consent.objects.filter(**whose).count(),
        "admission_new": Episode.objects.filter(**whose).count(),
        "diagnosis_new": Diagnosis.objects.filter(episode__client=client).count(),
        "appointment_new": Appointment.objects.filter(**whose).count(),
    }

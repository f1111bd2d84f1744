"""What a new center does first: each step with why, what is there, and the screen that does it."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from carethread.insight import first_steps as record
from carethread.insight.first_steps import Step
from carethread.record.models import User
from carethread.web import http
from carethread.web.http import Request
from carethread.web.permissions import done_by, may


@dataclass(frozen=True, slots=True)
class Words:
    """A step in words: its name, why it is taken, and its screens, each with what one does there:
    `by` does it, `at` shows what is there, `of` is of the practitioner who lacks it."""

    title: str
    why: str
    by: tuple[str, str]
    at: str
    of: tuple[str, str] = ("", "")


_WORDS = {
    "organization": Words(
        "Organization", "The billing provider on every claim, letter for letter as payers have it.",
        ("organization", "Complete it"), "organization",
    ),
    "site": Words(
        "Site", "A claim says where care was given.", ("site_new", "Add a site"), "sites"
    ),
    "program": Words(
        "Program", "It decides at which level of care, and on which claim form, its services are "
        "billed.", ("program_new", "Add a program"), "sites",
    ),
    "practitioner": Words(
        "Practitioner", "Whoever renders a service stands on its claim, with an NPI and a license "
        "that holds on that day.", ("practitioner_new", "Add a practitioner"),
        "practitioners", ("license_new", "Add the license"),
    ),
    "accounts": Words(
        "Accounts", "A clinician signs the notes, a biller sees the claims, intake admits the "
        "clients.", ("user_new", "Add an account"), "users", ("practitioner", "Link it"),
    ),
    "payer": Words(
        "Payer", "A client's policy is with a payer, and a claim is held to that payer's rules.",
        ("payer_new", "Add a payer"), "payers",
    ),
    "roster": Words(
        "Roster", "A payer with a roster pays only for who is on it; the claims of others are "
        "held.", ("practitioners", "Choose who is on it"), "practitioners",
        ("enrollment_new", "Add to it"),
    ),
    "fees": Words(
        "Fees", "A service without a price cannot be charged.", ("fees", "Set prices"), "fees"
    ),
    "connection": Words(
        "Connection", "Claims leave for the clearinghouse by it, and its answers come back.",
        ("connection_new", "Connect"), "connections",
    ),
    "client": Words(
        "First client", "From the admission on, each signed note becomes a charge.",
        ("client_new", "Register a client"), "clients",
    ),
}  # fmt: skip
_STAYS = frozenset({"fees", "organization"})
"""Screens that one stays at: there is more to type there than one thing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A step as it is shown. `url` is empty for whom its screen does not open, and `who` says whose
    it is. `is_next`: the first that is still to be done."""

    step: Step
    words: Words
    url: str
    verb: str
    who: str
    is_next: bool

    @property
    def tells_what_lacks(self) -> bool:
        """Whether that says more than its name: for the next one, and for what is half there."""
        half = bool(self.step.there or self.step.row)
        return not self.step.is_done and (self.is_next or half)


def first_steps(request: Request) -> HttpResponse:
    """The steps before a first claim, as far as they are done."""
    found = record.steps(request.user.organization, http.today())
    ahead = next((step.key for step in found if not step.is_done), None)
    return render(
        request,
        "administration/first_steps.html",
        {
            "steps": [_shown(request.user, step, step.key == ahead) for step in found],
            "done": sum(step.is_done for step in found),
        },
    )


def is_where_to_start(user: User) -> bool:
    """Whether this user sets the center up, and something is still missing."""
    return may(user, "first_steps") and not record.is_complete(user.organization, http.today())


def _shown(user: User, step: Step, is_next: bool) -> Shown:
    words = _WORDS[step.key]
    if step.is_done:
        url = reverse(words.at) if may(user, words.at) else ""
        return Shown(step, words, url, verb="", who="", is_next=is_next)
    address, verb = words.of if step.row else words.by
    url = _there_and_back(address, step.row) if may(user, address) else ""
    return Shown(step, words, url, verb, done_by(address), is_next)


def _there_and_back(address: str, row: int | None) -> str:
    """The screen that does a step; saving leads back to the steps."""
    url = reverse(address, args=[row] if row else [])
    return url if address in _STAYS else f"{url}?next={reverse('first_steps')}"

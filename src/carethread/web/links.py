"""From a thing of the record to the page where this user sees or cures it: one table.

Rules name a thing (`Fix`), threads name a thing (`Link`); both are a kind and an id. Of the
addresses of a kind, the first that the user's roles open is the one to show.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from carethread.record.models import Case, User
from carethread.web.permissions import may
from carethread.web.reach import may_settle


@dataclass(frozen=True, slots=True)
class Page:
    """An address and whether it takes the thing's id. `verb` is what the link says."""

    address: str
    verb: str
    with_id: bool = True


PAGES: Mapping[str, tuple[Page, ...]] = {
    "note": (Page("note_facts", "Open the note's facts"), Page("note", "Open the note")),
    "claim": (Page("claim", "Open the claim"),),
    "coverage": (Page("coverage", "Open the coverage"),),
    "coverage_new": (Page("coverage_new", "Add a coverage"),),
    "authorization": (Page("authorization", "Open the authorization"),),
    "authorization_new": (
        Page("authorization_new", "Ask for an authorization"),
        Page("client", "Open the client"),
    ),
    "plan": (Page("plan", "Open the plan"),),
    "client": (Page("client", "Open the client"),),
    "practitioner": (Page("practitioner", "Open the practitioner"),),
    "payer": (Page("payer", "Open the payer"),),
    "contract": (Page("contract", "Open the contract"),),
    "organization": (Page("organization", "Open the organization", with_id=False),),
    "site": (Page("site", "Open the site"),),
    "fees": (Page("fees", "Open the fees", with_id=False),),
    "tables": (Page("tables", "Open the tables", with_id=False),),
    "rule": (Page("rules", "Open the rules", with_id=False),),
    "file": (Page("file", "Open the file"),),
    "deposit": (Page("deposit", "Open the deposit"),),
    "remittance": (Page("remittance", "Open the remittance"),),
    "case": (Page("case", "Open the case"), Page("inbox_item", "Open")),
    "match": (Page("unmatched_item", "See how it was matched"),),
}


@dataclass(frozen=True, slots=True)
class Way:
    """A link to show."""

    url: str
    verb: str


def way_to(kind: str, row_id: int | None, user: User) -> Way | None:
    """Where this user sees or cures that thing; None where no page is open to them."""
    for page in PAGES.get(kind, ()):
        if not may(user, page.address):
            continue
        if not page.with_id:
            return Way(reverse(page.address), page.verb)
        if row_id is not None:
            return Way(reverse(page.address, args=[row_id]), page.verb)
    return None


def way_to_case(case: Case, user: User) -> Way | None:
    """The page of a case, for whose it is to settle and who sees all; its author's is the inbox."""
    if case.author is not None and case.author.user_id == user.pk:
        return Way(reverse("inbox_item", args=[case.pk]), "Open")
    return way_to("case", case.pk, user) if may_settle(user, case) else None

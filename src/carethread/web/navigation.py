"""What a user finds in the menu: the pages that their roles open, in the order of a day's work."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from carethread.codes.roles import Role
from carethread.insight import counts
from carethread.record.models import User
from carethread.web import http
from carethread.web.center.first_steps import is_where_to_start
from carethread.web.permissions import BILLING, CARE, may

Count = Callable[[User, datetime], int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu. `also` are addresses of pages that belong to it; `count` says how
    many things wait there."""

    address: str
    label: str
    icon: str
    group: str
    also: tuple[str, ...] = ()
    count: Count | None = None
    waiting: int = 0
    here: bool = False

    @property
    def url(self) -> str:
        return reverse(self.address)


MENU = (
    Entry("day", "My day", "sun", "Care", ("note", "note_signed", "summary"),
          counts.unsigned_earlier),
    Entry("inbox", "Returned to me", "inbox", "Care", ("inbox_item",), counts.returned),
    Entry("cosign_queue", "To co-sign", "signature", "Care", ("cosign",), counts.to_cosign),
    Entry(
        "pipeline", "Pipeline", "chart-bar", "Billing",
        ("claims", "claim", "note_facts", "trace", "unsigned", "uncharged", "unbilled"),
    ),
    Entry("awaited", "Awaited answers", "alarm", "Billing"),
    Entry("remittances", "Remittances", "receipt", "Billing", ("remittance", "eob_new", "eob")),
    Entry("deposits", "Deposits", "building-bank", "Billing", ("deposit", "deposit_new")),
    Entry("unmatched", "Unmatched", "puzzle", "Billing", ("unmatched_item",), counts.unmatched),
    Entry("statements", "Statements", "mail", "Billing", ("payments", "balances")),
    Entry("credits", "Credit balances", "arrow-back-up", "Billing"),
    Entry("files", "Files", "files", "Billing", ("file", "file_upload"), counts.quarantined),
    Entry("skips", "To approve", "shield-check", "Billing", (), counts.skips),
    Entry("cases", "Cases", "checklist", "To settle",
          ("case", "claim_facts", "case_papers", "duties"), counts.cases),
    Entry("cash", "Cash", "cash", "Leadership"),
    Entry("denials", "Denials", "chart-dots", "Leadership"),
    Entry("desk", "Today", "calendar-check", "Front desk"),
    Entry("utilization", "Authorizations", "shield-check", "Front desk",
          ("authorization", "authorization_new")),
    Entry(
        "clients", "Clients", "users", "Front desk",
        ("client", "client_new", "client_edit", "coverage_new", "coverage", "plan_new",
         "plan", "order_new", "certification_new", "consent_new", "consent_revoke",
         "discharge", "leave",
         "admission_new", "admission", "eligibility", "diagnosis_new", "diagnosis",
         "appointment_new", "appointment", "client_account", "payment_new", "payment"),
    ),
    Entry("groups", "Groups", "users-group", "Programs",
          ("group", "group_new", "group_session", "attendance_correct")),
    Entry("program_days", "Program days", "calendar-week", "Programs"),
    Entry("census", "Census", "bed", "Programs"),
    Entry("first_steps", "First steps", "list-check", "Set-up"),
    Entry(
        "practitioners", "Practitioners", "stethoscope", "Set-up",
        ("practitioner", "practitioner_new", "enrollment_new", "license_new"),
    ),
    Entry("payers", "Payers", "building-bank", "Set-up", ("payer", "payer_new")),
    Entry("connections", "Connections", "plug-connected", "Set-up",
          ("connection", "connection_new", "connection_edit")),
    Entry("contracts", "Contracts", "contract", "Set-up",
          ("contract", "contract_new", "contract_edit", "contract_import", "contract_file",
           "term_new", "term")),
    Entry("sites", "Sites and programs", "map-pin", "Set-up",
          ("site", "site_new", "program", "program_new")),
    Entry("users", "Accounts", "key", "Set-up", ("user", "user_new", "user_password")),
    Entry("fees", "Fees", "receipt-dollar", "Set-up"),
    Entry("organization", "Organization", "building", "Set-up"),
    Entry("rules", "Rules", "shield-check", "Set-up", ("rule_new", "rule", "rule_built_in")),
    Entry("policies", "Policies", "adjustments", "Set-up"),
    Entry("tables", "Tables", "table", "Set-up"),
    Entry("access_log", "Who looked", "eye", "Set-up"),
    Entry("changes", "Who changed", "history", "Set-up"),
)  # fmt: skip


def entries_for(user: User) -> tuple[Entry, ...]:
    """The menu of a user, without counts."""
    return tuple(entry for entry in MENU if may(user, entry.address))


# Whose day starts elsewhere than at the first entry of their menu: by all of somebody's roles, or
# because they lead and neither treat nor bill.
_STARTS = {
    frozenset({Role.INTAKE}): "desk",
    frozenset({Role.INTAKE, Role.UTILIZATION}): "desk",
    frozenset({Role.UTILIZATION}): "utilization",
    frozenset({Role.ADMINISTRATOR}): "practitioners",
}


def first_page(user: User) -> str | None:
    """Where a user's day starts; None for somebody who has no role. Who sets the center up starts
    there while something is missing."""
    entries = {entry.address: entry for entry in entries_for(user)}
    if not entries:
        return None
    if is_where_to_start(user):
        return entries["first_steps"].url
    otherwise = "cash" if _only_leads(user) else next(iter(entries))
    return entries[_STARTS.get(user.roles, otherwise)].url


def _only_leads(user: User) -> bool:
    leads = not user.roles.isdisjoint({Role.OWNER, Role.DIRECTOR})
    return leads and user.roles.isdisjoint(CARE | BILLING)


def navigation(request: HttpRequest) -> dict[str, object]:
    """For templates: `menu`, looked up only by pages that show it, and `may.address` and
    `may_post.address`: whether the user's roles open that address."""
    return {
        "menu": SimpleLazyObject(lambda: _menu(request)),
        "is_demo": settings.DEMO,
        "may": Opens(request.user, "GET"),
        "may_post": Opens(request.user, "POST"),
    }


@dataclass(frozen=True, slots=True)
class Opens:
    """Asks the permission table by address, as templates spell it."""

    user: Any
    method: str

    def __getitem__(self, address: str) -> bool:
        return self.user.is_authenticated and may(self.user, address, self.method)


def _menu(request: Any) -> list[tuple[str, list[Entry]]]:
    if not request.user.is_authenticated:
        return []
    here = request.resolver_match.view_name if request.resolver_match else ""
    entries = (_filled(entry, request.user, here) for entry in entries_for(request.user))
    return _grouped(entries)


def _filled(entry: Entry, user: User, here: str) -> Entry:
    return replace(
        entry,
        here=here == entry.address or here in entry.also,
        waiting=entry.count(user, http.midnight()) if entry.count else 0,
    )


def _grouped(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    return [(name, list(group)) for name, group in groupby(entries, lambda e: e.group)]

"""How values are written on every screen: money, codes, ages, names of things."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone

from carethread.codes import icd10, recovery
from carethread.codes.adjustments import provider_reason
from carethread.codes.levels import Basis, basis
from carethread.codes.note_forms import called
from carethread.record.models import Adjustment, RemittedLine
from carethread.rules import perdiem
from carethread.rules.cause import cause
from carethread.rules.words import dollars
from carethread.web import http

register = template.Library()

_OWNERS = {
    "clinician": "The author cures it",
    "supervisor": "The supervisor cures it",
    "intake": "Intake cures it",
    "utilization": "Utilization review cures it",
    "biller": "Billing cures it",
    "administrator": "The administrator cures it",
}
_METHODS = {"ACH": "by EFT", "CHK": "by paper check", "NON": "no money moves", "FWT": "by wire"}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@register.filter
def is_house(level_of_care: str) -> bool:
    """Whether clients of that level sleep there."""
    return basis(level_of_care) is Basis.CENSUS


@register.filter
def section_words(key: str) -> str:
    """A note's section by its heading."""
    return called(key).label


@register.filter
def clock(moment: datetime) -> str:
    """The time of a moment on the center's clock; with its day where that is not today."""
    local = timezone.localtime(moment)
    if local.date() == http.today():
        return f"{local:%-I:%M:%S %p}"
    year = "" if local.year == http.today().year else f", {local.year}"
    return f"{local:%b %-d}{year}, {local:%-I:%M %p}"


@register.filter
def money(cents: int | None) -> str:
    """Cents as dollars: 123450 → $1,234.50; a true minus sign; a dash for nothing known."""
    if cents is None:
        return "–"
    return dollars(cents)


@register.filter
def measured(value: int, unit: str) -> str:
    """A policy's value with its unit: $1.00, 1 minute, 48 hours."""
    if unit == "cents":
        return money(value)
    return f"{value:,} {unit.removesuffix('s') if value == 1 else unit}"


@register.filter
def negated(cents: int) -> int:
    return -cents


@register.filter
def percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1f}%"


@register.filter
def days(number: int | None) -> str:
    """An age in days, in words."""
    if not isinstance(number, int):
        return ""
    return "today" if number == 0 else "1 day" if number == 1 else f"{number:,} days"


@register.filter
def ago(number: int) -> str:
    """How long ago, in days."""
    return "today" if number == 0 else f"{days(number)} ago"


@register.filter
def days_left(number: int) -> str:
    """Days to a deadline, in words."""
    return "due today" if number == 0 else f"{days(number)} left"


@register.filter
def waiting_words(number: int) -> str:
    return f"{number} wait{'s' if number == 1 else ''}"


@register.filter
def role_words(role: str) -> str:
    """Who cures a finding."""
    return _OWNERS.get(role, role.capitalize())


@register.filter
def cause_label(category: str) -> str:
    """A root cause as people call it."""
    return recovery.label(category)


@register.simple_tag
def cause_words(adjustment: Adjustment, line: RemittedLine) -> str:
    """What the payer means by an adjustment of that line."""
    return cause(adjustment.group, adjustment.reason, line.remarks).words


@register.filter
def plb_words(reason: str) -> str:
    """What a provider-level adjustment means."""
    return provider_reason(reason).words


@register.filter
def method_words(method: str) -> str:
    """How a check was paid."""
    return _METHODS.get(method, method)


@register.filter
def account_words(account: str) -> str:
    return account.replace("_", " ")


@register.filter
def icd(code: str) -> str:
    """A diagnosis code with its point: F329 → F32.9."""
    return icd10.pointed(code)


@register.filter
def pointed(codes: list[str]) -> str:
    """Diagnosis codes with their points, in one line."""
    return ", ".join(icd10.pointed(code) for code in codes)


@register.filter
def icd_words(code: str) -> str:
    """What a diagnosis code stands for; empty where it is none."""
    return icd10.describe(code)


@register.simple_tag(takes_context=True)
def service_words(context: Mapping[str, Any], key: str) -> str:
    """A service as this center calls it; its key where the center no longer has it."""
    service = http.offered(context["request"]).services.get(key)
    return service.title if service else key


@register.filter
def zip_code(digits: str) -> str:
    return f"{digits[:5]}-{digits[5:]}" if len(digits) > 5 else digits


@register.filter
def phone(digits: str) -> str:
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if len(digits) == 10 else digits


@register.filter
def pairs(text: str) -> list[list[str]]:
    """`a,A;b,B` as pairs, for short fixed lists in templates."""
    return [pair.split(",") for pair in text.split(";")]


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key, "")


@register.filter
def hours(minutes: int) -> str:
    """Minutes as people say them."""
    return perdiem.hours(minutes)


@register.filter
def hours_short(minutes: int) -> str:
    """Minutes for a narrow column: 3:10 h."""
    return f"{minutes // 60}:{minutes % 60:02d} h"


@register.filter
def weekdays(numbers: list[int]) -> str:
    """Days of the week, 0 being Monday, as people say them."""
    return ", ".join(_DAYS[number] for number in numbers) or "by appointment"

"""How things look on every screen: icons, labelled states, bars, and links to their pages."""

import re
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from carethread.record.models import Case
from carethread.web.links import way_to, way_to_case
from carethread.web.states import (
    APPEAL_STATES,
    APPOINTMENT_STATES,
    AUTHORIZATION_STATES,
    CASE_STATES,
    CLAIM_STATES,
    DELIVERY_STATES,
    TOOK_STATES,
    Tone,
    Words,
)

register = template.Library()

_STATES = {
    "claim": CLAIM_STATES,
    "case": CASE_STATES,
    "appeal": APPEAL_STATES,
    "delivery": DELIVERY_STATES,
    "authorization": AUTHORIZATION_STATES,
    "appointment": APPOINTMENT_STATES,
    "took": TOOK_STATES,
}
_TONE_ICONS = {
    Tone.GOOD: "circle-check",
    Tone.WAIT: "clock",
    Tone.BAD: "alert-circle",
    Tone.INFO: "arrow-right",
    Tone.IDLE: "circle",
}
_STEP_ICONS = {
    "note": "notes",
    "signature": "signature",
    "charge": "coin",
    "claim": "file-text",
    "file": "send",
    "acknowledgment": "message-reply",
    "remittance": "receipt",
    "transfers": "arrows-exchange",
    "case": "flag",
    "ahead": "hourglass",
}


@register.simple_tag
def step_icon(kind: str) -> SafeString:
    """The icon of a thread's step."""
    return icon(_STEP_ICONS[kind])


@cache
def _svg(name: str) -> str:
    text = (settings.ICONS / f"{name}.svg").read_text(encoding="utf-8")
    inside = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", text, flags=re.DOTALL)
    inside = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "", inside)
    return " ".join(inside.split())


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the Tabler set, inlined. Silent to screen readers unless it has a label."""
    said = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return mark_safe(  # noqa: S308 - our own icon files
        '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" fill="none"'
        ' stroke="currentColor" stroke-width="1.75" stroke-linecap="round"'
        f' stroke-linejoin="round" focusable="false" {said}>{_svg(name)}</svg>'
    )


@register.simple_tag
def state(kind: str, value: str) -> SafeString:
    """A claim's, case's or delivery's state by colour, icon and word; none is needed alone."""
    words = _STATES[kind].get(value, Words(value, Tone.IDLE))
    return chip(words.label, words.tone, words.icon)


@register.simple_tag
def chip(label: str, tone: str = "idle", sign: str = "") -> SafeString:
    """A small labelled sign. Tones: good, wait, bad, info, idle."""
    return format_html(
        '<span class="chip tone-{}">{}<span>{}</span></span>',
        tone,
        icon(sign or _TONE_ICONS[Tone(tone)]),
        label,
    )


@register.simple_tag
def strand(claim_state: str) -> SafeString:
    """How far a claim has come on its thread, as six knots on a line."""
    words = CLAIM_STATES.get(claim_state, Words(claim_state, Tone.IDLE))
    knots = "".join(_knot(place, words.reached, words.tone) for place in range(6))
    done, full = 6 + words.reached * 16, 6 + 5 * 16
    label = f"{words.label}: step {words.reached + 1} of 6"
    return format_html(
        '<svg class="strand tone-{}" viewBox="0 0 92 12" width="92" height="12" role="img"'
        ' aria-label="{}"><title>{}</title><path class="strand-ahead" d="M{} 6H{}"/>'
        '<path class="strand-done" d="M6 6H{}"/>{}</svg>',
        words.tone,
        label,
        label,
        done,
        full,
        done,
        mark_safe(knots),  # noqa: S308 - numbers and our own words
    )


def _knot(place: int, reached: int, tone: Tone) -> str:
    if place > reached:
        return f'<circle class="strand-ahead" cx="{6 + place * 16}" cy="6" r="2"/>'
    size, name = (4, f"strand-here tone-{tone}") if place == reached else (2.5, "strand-done")
    return f'<circle class="{name}" cx="{6 + place * 16}" cy="6" r="{size}"/>'


@register.simple_tag(takes_context=True)
def fix_link(context: Any, finding: Any) -> SafeString:
    """The link to the page where a finding is cured, for those whom that page is open to."""
    fix = getattr(finding, "fix", None)
    kind, row_id = (fix.kind, fix.id) if fix else _stored_fix(finding)
    return way_link(context, kind, row_id)


def _stored_fix(finding: Any) -> tuple[str, int | None]:
    return getattr(finding, "fix_kind", ""), getattr(finding, "fix_id", None)


@register.simple_tag(takes_context=True)
def way_link(context: Any, kind: str, row_id: int | None, words: str = "") -> SafeString:
    """A link to a thing of the record; its words alone where no page of it is open to the user."""
    way = way_to(kind, row_id, context["user"])
    if way is None:
        return format_html("{}", words)
    return format_html('<a href="{}">{}</a>', way.url, words or way.verb)


@register.simple_tag(takes_context=True)
def case_link(context: Any, case: Case, words: str = "") -> SafeString:
    """A link to a case by these words, or its title; they alone for whom it is not."""
    way, told = way_to_case(case, context["user"]), words or case.title
    return format_html('<a href="{}">{}</a>', way.url, told) if way else escape(told)


@register.simple_tag(takes_context=True)
def narrowing(context: Any, name: str, value: object, **more: object) -> str:
    """The query of this page with one thing more asked for, from the first page on."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    for key, wanted in {name: value, **more}.items():
        query[key] = str(wanted)
    return f"?{query.urlencode()}"


@register.simple_tag
def bar(part: int, whole: int, tone: str = "info") -> SafeString:
    """A share as a bar. It is decoration: the figure stands beside it in words."""
    width = max(0, min(100, round(100 * part / whole))) if whole > 0 else 0
    return format_html(
        '<svg class="bar tone-{}" viewBox="0 0 100 6" preserveAspectRatio="none" height="6"'
        ' aria-hidden="true"><rect class="bar-room" width="100" height="6"/>'
        '<rect class="bar-part" width="{}" height="6"/></svg>',
        tone,
        width,
    )

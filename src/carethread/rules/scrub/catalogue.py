"""The rule catalogue as a page: `python -m carethread.rules.scrub > docs/rules.md`."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from carethread.rules.scrub.registry import Rule

_HEAD = """# Scrub rules

What is looked at before a claim leaves. A rule that *stops* keeps the claim here until it is
cured; one that *warns* shows what it found and lets the claim go. A rule that lacks what it
needs to know is silent.

A center adds rules of its own ([payer rules](payer-rules.md)), switches built-in ones off with a
reason, and lets one claim skip one once; law, and the law of the house, stay on. Pairs and units
that CMS publishes are loaded by `carethread codes load ptp FILE` and `mue FILE`.

This page is made from the rules themselves:
`uv run python -m carethread.rules.scrub > docs/rules.md`.
"""


def page(rules: Sequence[Rule]) -> str:
    """The rules by family, as Markdown."""
    count = f"\n{len(rules)} rules.\n"
    families = groupby(sorted(rules, key=lambda r: (r.family, r.id)), key=lambda r: r.family)
    return _HEAD + count + "".join(_section(name, list(found)) for name, found in families)


def _section(family: str, rules: list[Rule]) -> str:
    rows = "".join(
        f"| `{r.id}` | {r.title} | {r.severity} | {r.owner} | {r.source}{_dates(r)} |\n"
        for r in rules
    )
    head = "| rule | what must be true | else | who cures it | source |\n|---|---|---|---|---|\n"
    return f"\n## {family.capitalize()}\n\n{head}{rows}"


def _dates(rule: Rule) -> str:
    since = "" if rule.starts == date.min else f"; since {rule.starts}"
    return since if rule.ends is None else f"{since}; until {rule.ends}"

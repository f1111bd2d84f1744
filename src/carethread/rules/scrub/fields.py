"""What a condition that users write may speak of: documented fields of a claim and of a line.

`docs/payer-rules.md` is made from this table: `python -m carethread.rules.scrub fields`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from carethread.rules.scrub import known
from carethread.rules.scrub.context import NOTHING_KNOWN, ChartLine, ScrubContext
from carethread.x12.claim import Claim, ClaimLine

TEXT, NUMBER, LIST, TRUTH = "text", "number", "list", "yes or no"
Value = Any


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in conditions, what kind of value it holds, words and a sample.
    `charted`: known only of our own claims."""

    name: str
    kind: str
    words: str
    sample: Value
    read: Callable[[Claim, ClaimLine | None, ScrubContext, ChartLine], Value]
    charted: bool = False


def _of_claim(
    name: str, kind: str, words: str, sample: Value, read: Callable[[Claim], Value]
) -> Field:
    return Field(f"claim.{name}", kind, words, sample, lambda c, _l, _x, _n: read(c))


def _of_line(
    name: str, kind: str, words: str, sample: Value, read: Callable[[Claim, ClaimLine], Value]
) -> Field:
    def of_line(claim: Claim, line: ClaimLine | None, _x: ScrubContext, _n: ChartLine) -> Value:
        return None if line is None else read(claim, line)

    return Field(f"line.{name}", kind, words, sample, of_line)


def _of_chart(
    name: str, kind: str, words: str, sample: Value, read: Callable[[ChartLine], Value]
) -> Field:
    return Field(f"line.{name}", kind, words, sample, lambda _c, _l, _x, n: read(n), True)


def _dollars(cents: int) -> float:
    return cents / 100


def _days_old(claim: Claim, context: ScrubContext) -> int | None:
    first = known.first_day(claim)
    return (context.today - first).days if context.today and first else None


def _bill(claim: Claim) -> str:
    return claim.facility_code + claim.frequency if known.is_institutional(claim) else ""


def _years(claim: Claim) -> int | None:
    first = known.first_day(claim)
    return known.age(claim, first) if first else None


def _level(claim: Claim, context: ScrubContext) -> str:
    return context.program.level_of_care if context.program else known.level(claim, context)


def _iso(value: Any) -> str | None:
    return value.isoformat() if value else None


def _pointed(claim: Claim, line: ClaimLine) -> list[str]:
    codes = claim.diagnoses
    return [codes[p - 1].code for p in line.pointers if 1 <= p <= len(codes)]


_ALL = (
    _of_claim("kind", TEXT, "837P or 837I", "837P", lambda c: c.kind),
    _of_claim("payer", TEXT, "the payer's name", "Harbor Health", lambda c: c.payer.name),
    _of_claim("payer_id", TEXT, "the payer's number", "HRBR1", lambda c: c.payer.id),
    _of_claim("filing", TEXT, "kind of payer (SBR09): CI, MC, MB, BL ...", "CI",
              lambda c: c.subscriber.filing_indicator),
    _of_claim("sequence", TEXT, "P, S or T: whose turn it is", "P",
              lambda c: c.subscriber.payer_sequence),
    _of_claim("charge", NUMBER, "dollars of the whole claim", 180.0, lambda c: _dollars(c.charge)),
    _of_claim("lines", NUMBER, "how many lines", 1, lambda c: len(c.lines)),
    _of_claim("frequency", TEXT, "1 first, 7 replacement, 8 void ...", "1", lambda c: c.frequency),
    _of_claim("type_of_bill", TEXT, "three digits; empty on an 837P", "131", _bill),
    _of_claim("patient_status", TEXT, "of an 837I: 01 home, 30 still there ...", "30",
              lambda c: c.patient_status),
    _of_claim("authorization", TEXT, "the authorization number; empty: none", "A100",
              lambda c: c.authorization),
    _of_claim("diagnoses", LIST, "ICD-10-CM codes without a point", ["F331", "F411"],
              lambda c: [d.code for d in c.diagnoses]),
    _of_claim("principal", TEXT, "the first diagnosis, without a point", "F331",
              lambda c: c.diagnoses[0].code if c.diagnoses else ""),
    _of_claim("sex", TEXT, "F, M or U", "F", lambda c: (c.patient or c.subscriber).sex),
    _of_claim("relationship", TEXT, "18: the client is the subscriber", "18",
              lambda c: c.subscriber.relationship),
    _of_claim("age", NUMBER, "years on the first day", 36, _years),
    _of_claim("first_day", TEXT, "first day of service, as 2026-03-02", "2026-03-02",
              lambda c: _iso(known.first_day(c))),
    Field("claim.days_old", NUMBER, "days from the first service to today", 3,
          lambda c, _l, x, _n: _days_old(c, x)),
    Field("claim.level_of_care", TEXT, "OP, IOP-SUD, RES-SUD ...", "OP",
          lambda c, _l, x, _n: _level(c, x)),
    _of_line("code", TEXT, "procedure code", "90837", lambda _, n: n.procedure),
    _of_line("revenue", TEXT, "revenue code; empty on an 837P", "0906",
             lambda _, n: n.revenue_code),
    _of_line("modifiers", LIST, "modifiers in order", ["95"], lambda _, n: list(n.modifiers)),
    _of_line("units", NUMBER, "units", 1.0, lambda _, n: float(n.units)),
    _of_line("charge", NUMBER, "dollars of the line", 180.0, lambda _, n: _dollars(n.charge)),
    _of_line("place", TEXT, "place of service", "11", known.place),
    _of_line("day", TEXT, "day of service, as 2026-03-02", "2026-03-02",
             lambda _, n: _iso(n.service_from)),
    _of_line("weekday", NUMBER, "1 Monday to 7 Sunday", 1,
             lambda _, n: n.service_from.isoweekday()),
    _of_line("diagnoses", LIST, "the diagnoses that the line points to", ["F331"], _pointed),
    _of_line("authorization", TEXT, "the line's own or the claim's number; empty: none", "A100",
             lambda c, n: n.authorization or c.authorization),
    _of_line("renderer", TEXT, "NPI of who rendered it", "1234567893",
             lambda c, n: known.renderer(c, n).npi),
    _of_chart("service", TEXT, "kind of service: individual, group ...", "individual",
              lambda n: n.service),
    _of_chart("minutes", NUMBER, "documented minutes", 60, lambda n: n.minutes),
    _of_chart("credential", TEXT, "the renderer's credential: LCSW, CADC ...", "LCSW",
              lambda n: n.rendering.credential if n.rendering else None),
    _of_chart("telehealth", TEXT, "video, audio or empty", "", lambda n: n.telehealth),
    _of_chart("supervised", TRUTH, "whether a supervisor answers for it", False,
              lambda n: n.supervised),
    _of_chart("group_size", NUMBER, "clients in the group", 8, lambda n: n.group_size),
)  # fmt: skip

FIELDS: Mapping[str, Field] = {field.name: field for field in _ALL}
_EMPTY = ChartLine()


def values(
    claim: Claim, line: ClaimLine | None = None, context: ScrubContext = NOTHING_KNOWN
) -> dict[str, Value]:
    """Every field's value by its name; None where it is not known."""
    chart = context.lines.get(line.control_number, _EMPTY) if line else _EMPTY
    return {name: f.read(claim, line, context, chart) for name, f in FIELDS.items()}


def nested(flat: Mapping[str, Value]) -> dict[str, dict[str, Value]]:
    """Field values as a condition sees them: {"claim": {...}, "line": {...}}."""
    made: dict[str, dict[str, Value]] = {"claim": {}, "line": {}}
    for name, value in flat.items():
        where, _, own = name.partition(".")
        made[where][own] = value
    return made


SAMPLE = nested({name: field.sample for name, field in FIELDS.items()})

_HEAD = """# Payer rules

Rules that a center writes itself. A rule has a *condition*; where it is true, something is wrong
with the claim, and the rule says its message. The form under *Rules* builds the condition from
rows and shows it; it is an expression of the Common Expression Language (CEL), so it can be read,
copied and kept elsewhere.

A condition that speaks of `line.` is asked of every line, any other once a claim. A field that
is not known makes the rule silent. Those marked *chart* are known only of our own claims.

Operators: `==` `!=` `<` `<=` `>` `>=` `in` `&&` `||` `!`, and `startsWith`, `endsWith`,
`contains`, `matches`, `size`; over one list also `exists` and `all`. Text stands in quotes.
Names of fields in braces are filled in a message: `{line.code} needs modifier HQ.`

    line.code == "H0038" && line.group_size > 1 && !("HQ" in line.modifiers)

This page is made from the fields themselves:
`uv run python -m carethread.rules.scrub fields > docs/payer-rules.md`.

| field | holds | means | for example |
|---|---|---|---|
"""


def page() -> str:
    """The fields, as Markdown."""
    return _HEAD + "".join(
        f"| `{f.name}` | {f.kind} | {f.words}{' (chart)' if f.charted else ''} | "
        f"`{_shown(f.sample)}` |\n"
        for f in FIELDS.values()
    )


def _shown(sample: Value) -> str:
    if isinstance(sample, list):
        return "[" + ", ".join(map(_shown, sample)) + "]"
    if isinstance(sample, bool):
        return str(sample).lower()
    return f'"{sample}"' if isinstance(sample, str) else str(sample)

"""Rules that users write: a condition in CEL over documented fields, checked before it is kept.

Nothing a user writes can crash or hang a claim: the language has no loops but its list macros,
of which a condition holds one; regular expressions are linear; the text is short.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cel

from carethread.codes.roles import Role
from carethread.rules.facts import OwnRule
from carethread.rules.finding import Finding, Fix, Severity
from carethread.rules.scrub.context import ScrubContext
from carethread.rules.scrub.fields import FIELDS, LIST, NUMBER, SAMPLE, TRUTH, nested, values
from carethread.x12.claim import Claim, ClaimLine

LONGEST = 2000
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
_FIELD = re.compile(r"\b(claim|line)\s*\.\s*([A-Za-z_]\w*)")
_BRACED = re.compile(r"\{((?:claim|line)\.\w+)\}")
_MACRO = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)")
_FUNCTIONS = frozenset(
    {"size", "contains", "startsWith", "endsWith", "matches", "has", "string", "int", "double"}
)


class WrongCondition(ValueError):
    """A condition that cannot be kept; the message says why, in plain words."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition and the fields that it speaks of."""

    program: Any
    fields: tuple[str, ...]

    @property
    def of_lines(self) -> bool:
        """Whether it is asked of every line rather than of the claim."""
        return any(name.startswith("line.") for name in self.fields)


@lru_cache(maxsize=1024)
def condition(text: str) -> Condition:
    """The condition, compiled once. Raises `WrongCondition` for whatever cannot be kept."""
    if not text.strip():
        raise WrongCondition("Say when the rule finds something.")
    if len(text) > LONGEST:
        raise WrongCondition(f"The condition is longer than {LONGEST} characters.")
    if "\\" in _STRING.sub("", text) or '"""' in text or "'''" in text:
        raise WrongCondition("Write text in one pair of quotes.")
    program = _guarded(lambda: cel.compile(text))
    bare = _STRING.sub('""', text)
    fields = tuple(dict.fromkeys(f"{where}.{name}" for where, name in _FIELD.findall(bare)))
    _refuse_unknown(program, fields, _MACRO.findall(bare))
    if not isinstance(_guarded(lambda: program.execute(SAMPLE)), bool):
        raise WrongCondition("A condition is true or false; compare the field with something.")
    return Condition(program, fields)


def _refuse_unknown(program: Any, fields: Sequence[str], bound: Sequence[str]) -> None:
    if len(bound) > 1:
        raise WrongCondition("A condition may look through one list only.")
    for name in fields:
        if name not in FIELDS:
            raise WrongCondition(f"There is no field {name}. The page of fields lists them.")
    for name in program.variables():
        if name not in {"claim", "line", *bound}:
            raise WrongCondition(f"{name} is no field: fields begin with claim. or line.")
    for name in program.functions():
        if name[0].isalpha() and name not in _FUNCTIONS:
            raise WrongCondition(f"There is no function {name}.")
    if not fields:
        raise WrongCondition("The condition speaks of no field of the claim.")


def _guarded(call: Any) -> Any:
    """What the call gives, or `WrongCondition`: the library's own panics are no `Exception`."""
    try:
        return call()
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as problem:  # noqa: BLE001
        raise WrongCondition(_in_words(problem)) from None


def _in_words(problem: BaseException) -> str:
    text = str(problem).split("ERROR:")[-1]
    if isinstance(problem, TypeError):
        return "The condition compares things of different kinds, such as text with a number."
    if isinstance(problem, ValueError) and "parse" in str(problem):
        place = re.search(r"<input>:\d+:(\d+)", text)
        where = f" at character {place[1]}" if place else ""
        return f"The condition cannot be read{where}: a bracket, quote or operator is missing."
    if isinstance(problem, ZeroDivisionError | OverflowError):
        return "The condition computes a number that does not exist."
    return f"The condition cannot be computed: {text.strip().splitlines()[0][:200]}"


# ---------------------------------------------------------------- asking


def own_findings(
    claim: Claim, context: ScrubContext, rules: Sequence[OwnRule]
) -> Iterator[Finding]:
    """What the rules that users wrote say of a claim."""
    if not rules or not claim.lines:
        return
    day = claim.lines[0].service_from
    asked = _Asked(claim, context)
    for rule in rules:
        begun = rule.starts is None or rule.starts <= day
        if begun and (rule.ends is None or day <= rule.ends):
            yield from asked.findings(rule)


class _Asked:
    """A claim as conditions see it, computed once for all of them."""

    def __init__(self, claim: Claim, context: ScrubContext) -> None:
        self.lines: list[ClaimLine] = list(claim.lines)
        self._flat = [values(claim, line, context) for line in claim.lines]
        self._contexts = [cel.Context(nested(flat)) for flat in self._flat]

    def findings(self, rule: OwnRule) -> Iterator[Finding]:
        try:
            asked = condition(rule.condition)
            places = range(len(self.lines)) if asked.of_lines else range(1)
            for place in places:
                if self._holds(asked, place):
                    line = self.lines[place].control_number if asked.of_lines else ""
                    yield self._finding(rule, filled(rule.message, self._flat[place]), line)
        except WrongCondition as problem:
            message = f"The rule {rule.id} cannot be asked. {problem}"
            yield Finding(rule.id, Severity.WARNS, Role.BILLER, message, "", Fix("rule"))

    def _holds(self, asked: Condition, place: int) -> bool:
        if any(self._flat[place][name] is None for name in asked.fields):
            return False
        answer = _guarded(lambda: asked.program.execute(self._contexts[place]))
        return answer is True

    @staticmethod
    def _finding(rule: OwnRule, message: str, line: str) -> Finding:
        severity, owner = Severity(rule.severity), Role(rule.owner)
        return Finding(rule.id, severity, owner, message, line, Fix("claim"))


def filled(message: str, flat: dict[str, Any]) -> str:
    """The message with the values of the fields that it names in braces."""

    def value(found: re.Match[str]) -> str:
        known = flat.get(found[1])
        if isinstance(known, list):
            return ", ".join(map(str, known)) or "none"
        if isinstance(known, float):
            return f"{known:g}"
        return "unknown" if known is None else str(known)

    return _BRACED.sub(value, message)


def unknown_fields(message: str) -> list[str]:
    """Fields that a message names and that do not exist."""
    return [name for name in _BRACED.findall(message) if name not in FIELDS]


# ---------------------------------------------------------------- building


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the form: a field, an operator of its kind, a value as typed."""

    field: str
    operator: str
    value: str = ""


# Operator -> the kinds that it is for, and how it is written: {f} field, {v} one value, {l} a list.
OPERATORS: dict[str, tuple[frozenset[str], str]] = {
    "is": (frozenset({"text", NUMBER, TRUTH}), "{f} == {v}"),
    "is not": (frozenset({"text", NUMBER, TRUTH}), "{f} != {v}"),
    "is one of": (frozenset({"text", NUMBER}), "{f} in {l}"),
    "is none of": (frozenset({"text", NUMBER}), "!({f} in {l})"),
    "is less than": (frozenset({"text", NUMBER}), "{f} < {v}"),
    "is at most": (frozenset({"text", NUMBER}), "{f} <= {v}"),
    "is more than": (frozenset({"text", NUMBER}), "{f} > {v}"),
    "is at least": (frozenset({"text", NUMBER}), "{f} >= {v}"),
    "begins with": (frozenset({"text"}), "{f}.startsWith({v})"),
    "contains": (frozenset({"text"}), "{f}.contains({v})"),
    "is empty": (frozenset({"text", LIST}), "size({f}) == 0"),
    "is not empty": (frozenset({"text", LIST}), "size({f}) > 0"),
    "holds": (frozenset({LIST}), "{v} in {f}"),
    "does not hold": (frozenset({LIST}), "!({v} in {f})"),
    "holds one that begins with": (frozenset({LIST}), "{f}.exists(x, x.startsWith({v}))"),
}


def expression(rows: Sequence[Row], *, all_of: bool = True) -> str:
    """The condition that rows make, all of them together or any. Raises `WrongCondition`."""
    if not rows:
        raise WrongCondition("Fill in at least one row.")
    return (" && " if all_of else " || ").join(_row(row) for row in rows)


def _row(row: Row) -> str:
    field = FIELDS.get(row.field)
    if field is None:
        raise WrongCondition(f"There is no field {row.field or 'without a name'}.")
    kinds, template = OPERATORS.get(row.operator, (frozenset(), ""))
    if field.kind not in kinds:
        raise WrongCondition(f"{row.field} is {field.kind}: it cannot be asked whether it "
                             f"{row.operator or '...'}.")  # fmt: skip
    one, many = "", ""
    if "{v}" in template:
        one = _literal(row, row.value, field.kind)
    if "{l}" in template:
        items = [_literal(row, part.strip(), field.kind) for part in row.value.split(",")]
        many = f"[{', '.join(items)}]"
    return template.format(f=row.field, v=one, l=many)


def _literal(row: Row, typed: str, kind: str) -> str:
    text = typed.strip()
    if not text:
        raise WrongCondition(f"Say what {row.field} {row.operator}.")
    if kind == NUMBER:
        if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,4})?", text):
            raise WrongCondition(f"{row.field} is a number; {text!r} is none.")
        return text
    if kind == TRUTH:
        if text.lower() not in ("yes", "no", "true", "false"):
            raise WrongCondition(f"{row.field} is yes or no.")
        return "true" if text.lower() in ("yes", "true") else "false"
    if not text.isprintable():
        raise WrongCondition(f"The value of {row.field} holds a character that nobody can see.")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

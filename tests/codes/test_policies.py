"""A policy is followed for just what it can be set for."""

import ast
from collections.abc import Iterator
from pathlib import Path

import carethread
from carethread.codes.policies import PAYER, POLICIES, PROGRAM

SOURCE = Path(carethread.__file__).parent


def asked() -> Iterator[tuple[str, set[str]]]:
    """Each question for a policy's value in the code: the key, and for what it asks apart. A rule
    of the scrubber asks its context, which knows both."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            key = node.args[0]
            if not isinstance(key, ast.Constant) or key.value not in POLICIES:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in ("effective", "value"):
                told = {word.arg for word in node.keywords}
                yield str(key.value), {w for w in (PROGRAM, PAYER) if f"{w}_id" in told}
            elif name == "policy":
                yield str(key.value), {PROGRAM, PAYER}


def test_whoever_follows_a_policy_asks_for_what_it_can_be_set_for() -> None:
    found = list(asked())
    assert len(found) > 12
    short = {key: (by, POLICIES[key].by) for key, by in found if not by >= set(POLICIES[key].by)}
    assert short == {}


def test_a_policy_that_can_be_set_apart_is_asked_for() -> None:
    keys = {key for key, _ in asked()} | {"iop_week_minutes", "iop_week_minutes_adolescent"}
    assert {key for key, policy in POLICIES.items() if policy.by} <= keys

"""The house keeps its own rules: only `workflow` writes the record, and a day is written one way.

Import layers are the linter's part (`make lint`); this is what imports cannot show.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src/carethread"
READERS = ("web", "api", "interop", "insight", "cli", "sandbox", "gapaudit")
WRITES = frozenset(
    [
        "save",
        "create",
        "bulk_create",
        "bulk_update",
        "update_or_create",
        "get_or_create",
        "delete",
        "update",
    ]
)


def writes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Calls that write through a model or its manager: `row.save()`, `X.objects….update()`."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        chain = ast.unparse(node.func)
        if node.func.attr == "save" or (node.func.attr in WRITES and ".objects." in chain):
            yield node.lineno, chain


def _modules() -> list[Path]:
    return sorted(path for name in READERS for path in (SOURCE / name).rglob("*.py"))


# What is called `save` and writes no row.
NOT_ROWS = {"books.save", "session.save"}


def test_only_workflow_writes_the_record() -> None:
    modules = _modules()
    assert len(modules) > 50
    found = [
        f"{path.relative_to(SOURCE)}:{line} {call}"
        for path in modules
        for line, call in writes(ast.parse(path.read_text()))
        if call not in NOT_ROWS
    ]
    assert found == [], "call a step of workflow instead"


def test_the_check_above_sees_a_write() -> None:
    assert list(writes(ast.parse("Claim.objects.filter(pk=1).update(state='paid')")))
    assert list(writes(ast.parse("claim.save()")))
    assert not list(writes(ast.parse("admit.save_client(row)")))


def test_days_are_written_in_one_place() -> None:
    written = [path for path in SOURCE.rglob("*.py") if "%b %-d, %Y" in path.read_text()]
    # What is in `codes` may not ask `rules`.
    assert {str(path.relative_to(SOURCE)) for path in written} == {
        "codes/fee_file.py",
        "rules/words.py",
    }, "write rules.words.day(…)"

"""Documentation that is stale fails."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    code = (ROOT / "src/carethread/config/settings.py").read_text()
    page = (ROOT / "docs/settings.md").read_text()
    read = {name for name in re.findall(r'"([A-Z_]+)"', code) if name.startswith("CARETHREAD_")}
    rows = set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE))
    assert rows == read | {"DATABASE_URL", "EMAIL_URL"}


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_tree_in_the_readme_is_the_tree() -> None:
    readme = (ROOT / "README.md").read_text()
    folders = re.findall(r"`(\w+)/`", readme)
    assert folders
    assert [name for name in folders if not (ROOT / "src/carethread" / name).is_dir()] == []


def test_what_the_page_of_the_five_leaks_names_exists() -> None:
    page = (ROOT / "docs/five-leaks.md").read_text()
    lists = re.findall(r"^- `(tests/\S+)`:((?:\n  .*)+)", page, re.MULTILINE)
    named = [(file, test) for file, tests in lists for test in re.findall(r"`(test_\w+)`", tests)]
    assert len(named) > 20
    missing = [(f, test) for f, test in named if f"def {test}(" not in (ROOT / f).read_text()]
    assert missing == []
    rules = re.findall(r"^\| `([A-Z\d_]+)`", (ROOT / "docs/rules.md").read_text(), re.MULTILINE)
    assert set(re.findall(r"`([A-Z]+_[A-Z_]+)`", page)) <= set(rules)
    files = re.findall(r"`((?:workflow|record|rules|insight|codes)/[\w/.]+)`", page)
    assert [file for file in files if not (ROOT / "src/carethread" / file).is_file()] == []

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

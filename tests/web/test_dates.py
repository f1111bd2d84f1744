"""There is one way to write a date on a screen, and it is the way that sentences write it too."""

import re
from datetime import date
from pathlib import Path

from django.utils.dateformat import format as written

import carethread
from carethread.rules.words import day

SOURCE = Path(carethread.__path__[0])
DAY, TIME = "M j, Y", "g:i A"
SHOWN = {
    DAY, f"{DAY}, {TIME}", TIME,
    "M j", f"M j, {TIME}",  # where the year stands above it
    "l", f"l, {DAY}", f"D, {DAY}", "D, M j", "D j", f"D {TIME}",  # with the day of the week
    "g:i:s A", f"{DAY}, g:i:s A",  # to the second: the access log
    "Y-m-d", "c", "H:i",  # for addresses, machines and form fields
}  # fmt: skip
READ = {"bank_file.py", "sheets.py"}  # they read what others write


def test_every_template_writes_dates_in_one_way() -> None:
    templates = list((SOURCE / "web/templates").rglob("*.html"))
    found = {
        (template.name, shape)
        for template in templates
        for shape in re.findall(r"\|date:[\"']([^\"']*)[\"']", template.read_text())
    }
    assert len(found) > 50
    assert {(name, shape) for name, shape in found if shape not in SHOWN} == set()


def test_sentences_write_dates_as_screens_do() -> None:
    on = date(2026, 3, 9)
    assert day(on) == written(on, DAY) == "Mar 9, 2026"
    others = [
        (path.name, found)
        for folder in ("web", "workflow", "insight", "rules", "codes")
        for path in (SOURCE / folder).rglob("*.py")
        if path.name not in READ
        for found in re.findall(r"%m/%d|%d %B|%B %-d", path.read_text())
    ]
    assert others == []

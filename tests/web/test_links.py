"""Whatever a rule wants cured has a page, and its owner may open it."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from carethread import rules
from carethread.codes.roles import Role
from carethread.insight.thread import Kind
from carethread.web.links import PAGES, way_to
from carethread.web.permissions import DOORS
from tests.cast import Cast
from tests.web.world import Shown

RULES = Path(rules.__file__).parent
FIXED = {
    kind
    for path in RULES.rglob("*.py")
    for kind in re.findall(r'Fix\("([a-z]+)"', path.read_text())
}


def test_every_kind_of_fix_that_rules_name_has_a_page() -> None:
    assert len(FIXED) > 5
    assert set(PAGES) >= FIXED


def test_every_page_of_the_table_exists() -> None:
    assert {page.address for pages in PAGES.values() for page in pages} <= set(DOORS)


@pytest.mark.parametrize("kind", sorted(PAGES))
def test_somebody_opens_every_page_of_the_table(kind: str, shown: Shown) -> None:
    ways = [way_to(kind, 1, user) for user in shown.people.values()]
    assert any(ways), kind


def test_each_role_gets_the_page_that_is_open_to_it(shown: Shown) -> None:
    def url(kind: str, role: Role) -> str:
        way = way_to(kind, 7, shown.people[role])
        return way.url if way else ""

    assert url("note", Role.BILLER) == reverse("note_facts", args=[7])
    assert url("note", Role.CLINICIAN) == reverse("note", args=[7])
    assert url("note", Role.INTAKE) == ""
    assert url("coverage", Role.INTAKE) == reverse("coverage", args=[7])
    assert url("practitioner", Role.ADMINISTRATOR) == reverse("practitioner", args=[7])
    assert url("organization", Role.ADMINISTRATOR) == reverse("organization")


def test_a_thing_without_an_id_or_a_page_gets_no_link(cast: Cast) -> None:
    assert way_to("claim", None, cast.bill) is None
    assert way_to("moon", 1, cast.bill) is None


def test_every_step_of_a_thread_has_its_icon() -> None:
    from carethread.web.templatetags.signs import step_icon

    assert all("<svg" in step_icon(kind) for kind in Kind)

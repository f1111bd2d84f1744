"""A form takes no day that nobody means: a year too early or too late is a slip of the finger, and
what reckons with it would fail."""

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import date

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django_scopes import scope

from carethread import web
from carethread.record.models import Consent, Fee
from carethread.web import http
from carethread.web.center import entry_fields
from carethread.web.forms import DayField
from carethread.web.row_forms import ClientForm
from tests.cast import TODAY, Cast
from tests.web.test_intake import IDENTITY, session
from tests.web.world import Shown, signed_in


def every_form() -> set[type[forms.BaseForm]]:
    for found in pkgutil.walk_packages(web.__path__, f"{web.__name__}."):
        importlib.import_module(found.name)
    return set(_below(forms.BaseForm))


def _below(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield from _below(one)
        if one.__module__.startswith("carethread."):
            yield one


def days() -> Iterator[tuple[str, forms.Field]]:
    for form in every_form():
        for name, field in form.base_fields.items():
            if isinstance(field, forms.DateField | forms.DateTimeField):
                yield f"{form.__name__}.{name}", field


def takes(field: forms.Field, text: str) -> bool:
    try:
        field.clean(text)
    except ValidationError:
        return False
    return True


def test_every_day_of_every_form_is_one_that_people_mean() -> None:
    found = dict(days())
    assert len(found) > 40
    for text, is_meant in (
        ("0001-01-01", False), ("1899-12-31", False), ("1900-01-01", True), (str(TODAY), True),
        ("2199-12-31", True), ("2200-01-01", False), ("9999-12-31", False),
    ):  # fmt: skip
        assert {name for name, one in found.items() if takes(one, text) != is_meant} == set()
    assert {name for name, one in found.items() if not isinstance(one, DayField)} == set()


def test_a_day_of_a_table_and_of_an_address_is_one_that_people_mean() -> None:
    for text in ("0001-01-01", "9999-12-31"):
        assert entry_fields._one(date, text) == text, "as it was typed, for the table to refuse"
        assert http.day(text) is None
    assert entry_fields._one(date, "2026-03-02") == http.day("2026-03-02") == date(2026, 3, 2)
    assert http.day("1900-01-01") == http.FIRST_DAY


ABSURD = ("0001-01-01", "9999-12-31")


@pytest.mark.parametrize("on", ABSURD)
def test_an_absurd_day_is_refused_in_plain_words_and_nothing_is_kept(shown: Shown, on: str) -> None:
    cast = shown.cast
    forms = {
        "consent_new": (cast.ines, cast.clara, {"kind": "part2", "signed_on": on}),
        "appointment_new": (cast.ines, cast.clara, session(cast, day=on)),
        "appointment": (cast.ines, shown.appointment, session(cast, day=on)),
        "fees": (cast.ada, None, {"code": "90837", "amount": "1", "effective_from": on}),
        "client_edit": (cast.ines, cast.clara, {**IDENTITY, "birth_date": on}),
    }
    for address, (user, row, said) in forms.items():
        url = reverse(address, args=[row.pk] if row else [])
        answer = signed_in(user).post(url, said)
        assert answer.status_code == 422, address
        assert "Compare the year" in answer.content.decode(), address
    with scope(organization=cast.center):
        assert not Consent.objects.exclude(pk=shown.consent.pk).exists()
        assert not Fee.objects.filter(amount_cents=100).exists()


@pytest.mark.parametrize("on", ABSURD)
def test_an_absurd_day_of_a_note_counts_as_not_written(shown: Shown, on: str) -> None:
    nora = signed_in(shown.cast.nora.user)
    said = {"day": on, "starts": "09:00", "ends": "09:55", "service": "individual"}
    for address in ("note_draft", "note_sign"):
        answer = nora.post(reverse(address, args=[shown.draft.pk]), said)
        assert answer.status_code in (200, 302, 422), address


@pytest.mark.parametrize("on", ["1899-12-31", "2030-01-01"])
def test_nobody_becomes_somebody_born_on_an_impossible_day(cast: Cast, on: str) -> None:
    url = reverse("client_edit", args=[cast.clara.pk])
    answer = signed_in(cast.ines).post(url, {**IDENTITY, "birth_date": on})
    assert answer.status_code == 422
    assert "Compare the year" in answer.content.decode()
    cast.clara.refresh_from_db()
    assert cast.clara.birth_date == date(1990, 5, 17)


@pytest.mark.parametrize("typed", ["(937) 555-0144", "937.555.0144", "937 555 0144"])
def test_a_number_is_taken_however_its_digits_are_parted(typed: str) -> None:
    fields = ClientForm().fields
    assert fields["phone"].clean(typed) == "9375550144"
    assert fields["postal_code"].clean("45402-1111") == "454021111"

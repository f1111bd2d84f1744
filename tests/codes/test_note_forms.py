"""Every service has a form, every measure its points."""

import pytest

from carethread.codes.note_forms import forms, scales, sections
from carethread.codes.services import services
from carethread.codes.tables import raw


def test_every_service_has_sections_and_none_twice() -> None:
    for service in services():
        keys = [section.key for section in sections(service)]
        assert len(keys) == len(set(keys)) > 0, service


def test_a_form_is_named_for_services_that_exist() -> None:
    assert set(raw("note_forms")["services"]) <= set(services())
    assert set(raw("note_forms")["services"].values()) <= set(forms())


def test_text_under_a_key_of_no_form_stays_in_sight() -> None:
    assert [s.label for s in sections("individual", ["old_key"])][-1] == "Old key"


@pytest.mark.parametrize(
    ("scale", "text", "words"),
    [
        ("phq9", "9", "9 of 27, mild depression"),
        ("phq9", " 10 ", "10 of 27, moderate depression"),
        ("gad7", "21", "21 of 21, severe anxiety"),
        ("asam", "0", "0 of 4, no risk"),
        ("asam", "5", "5"),
        ("gad7", "7.5", "7.5"),
        ("gad7", "\u00b2", "\u00b2"),
    ],
)
def test_points_say_what_they_mean_and_anything_else_stays_as_written(
    scale: str, text: str, words: str
) -> None:
    assert scales()[scale].words(text) == words


def test_bands_cover_every_scale_from_nothing_up() -> None:
    for name, scale in scales().items():
        starts = [band.least for band in scale.bands]
        assert starts[0] == 0, name
        assert starts == sorted(set(starts))
        assert starts[-1] <= scale.most

"""Copied text is told from what everybody writes."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from carethread.rules.cloned import Copy, Earlier, copies

DAY = date(2026, 3, 2)
TEXT = (
    "Client spoke of the quarrel with her brother and named three moments in which she could "
    "have left the room; we practised leaving."
)


def note(text: str, same_client: bool = True) -> Earlier:
    return Earlier(DAY, same_client, {"intervention": text})


def told(text: str, *earlier: Earlier) -> tuple[Copy, ...]:
    return copies({"response": text}, earlier, from_percent=70)


def test_the_same_words_are_a_copy_even_under_another_heading() -> None:
    assert told(TEXT, note(TEXT)) == (Copy("response", 100, DAY, True),)


def test_a_changed_name_and_number_hide_no_copy() -> None:
    changed = TEXT.replace("brother", "sister").replace("three", "two")
    (copy,) = copies({"response": changed}, [note(TEXT, False)], from_percent=50)
    assert 50 <= copy.percent < 100
    assert not copy.same_client


def test_what_everybody_writes_is_no_copy() -> None:
    assert told("Client was oriented and cooperative.", note("Client was oriented.")) == ()


def test_another_text_on_the_same_subject_is_no_copy() -> None:
    other = (
        "Her brother called; this time she told him that she would go if he shouted, and went "
        "when he did. She was proud of it and slept well."
    )
    assert told(other, note(TEXT)) == ()


def test_what_an_addendum_leaves_as_it_was_is_no_copy() -> None:
    before = {"response": TEXT}
    same = copies(before, [note(TEXT)], from_percent=70, untouched=before)
    more = copies({"response": f"{TEXT} She came late."}, [note(TEXT)], from_percent=70,
                  untouched=before)  # fmt: skip
    anew = copies(before, [note(TEXT)], from_percent=70, untouched={"response": "Nothing yet."})
    assert (same, more, [copy.percent for copy in anew]) == ((), (), [100])


def test_without_earlier_notes_nothing_is_copied() -> None:
    assert told(TEXT) == ()


@given(st.text(max_size=400), st.lists(st.text(max_size=400), max_size=3))
def test_any_text_has_a_share_between_nothing_and_all_of_it(mine: str, others: list[str]) -> None:
    found = copies({"k": mine}, map(note, others), from_percent=0)
    assert all(0 <= copy.percent <= 100 for copy in found)

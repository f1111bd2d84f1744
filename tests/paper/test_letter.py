"""A letter is blocks on the center's paper; the same blocks are the same bytes."""

from datetime import date

from carethread import paper
from tests.paper.reading import pages, words

CENTER = paper.Sender("Willow Creek", ["1 Main St", "Columbus, OH 43004"], ["614-555-0100"])


def letter(*blocks: paper.Block, foot: str = "") -> bytes:
    return paper.render(
        paper.Letter("Statement", CENTER, blocks, ["Ana Núñez", "2 Elm St"],
                     date(2026, 3, 9), foot)
    )  # fmt: skip


def test_every_block_is_on_the_page_under_the_centers_name() -> None:
    said = words(
        letter(
            paper.Heading("Services"),
            paper.Text("We billed your plan.", strong=True),
            paper.Text("A notice.", small=True),
            paper.Bullets(["by card", "by check"]),
            paper.Facts([("Member id", "W123")]),
            paper.Table(
                [paper.Column("Day", 2), paper.Column("You owe", figures=True)],
                [["March 2", "$25.00"]],
                [["Total", "$25.00"]],
            ),
            paper.Box("Please pay", "$25.00", ["by April 8"]),
            paper.Gap(),
            paper.Together([paper.SignatureLine("Dr. Lee", "Medical director")]),
            foot="Kept private by law.",
        )
    )
    for text in ("Willow Creek", "Columbus, OH 43004", "614-555-0100", "Ana Núñez",
                 "March 9, 2026", "Services", "We billed your plan.", "A notice.", "by check",
                 "Member id", "W123", "You owe", "$25.00", "Please pay", "by April 8",
                 "Medical director", "Kept private by law.", "Page 1 of 1"):  # fmt: skip
        assert text in said, text


def test_pages_are_counted_and_a_long_table_repeats_its_titles() -> None:
    rows = [[f"Service {n}", "$1.00"] for n in range(120)]
    printed = letter(paper.Table([paper.Column("What", 3), paper.Column("Cost")], rows))
    found = pages(printed)
    assert len(found) == 4
    assert all("What" in page and "Cost" in page for page in found)
    assert "Page 4 of 4" in found[3]
    assert "Statement, March 9, 2026" in found[3]


def test_what_somebody_typed_is_never_markup_and_never_breaks_the_page() -> None:
    said = words(letter(paper.Text("<b>5 < 6 & </para> Nguyễn 李 \x07"), paper.Text("X" * 900)))
    assert "<b>5 < 6 & </para> Nguyen ?" in said


def test_the_same_letter_is_the_same_bytes() -> None:
    assert letter(paper.Text("Hello")) == letter(paper.Text("Hello"))

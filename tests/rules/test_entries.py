"""An entry of a table that could stop a signature or a claim is told with its place; the tables as
they are shipped hold no such entry."""

import pytest

from carethread.codes.catalogue import PARTS, checked, packaged
from carethread.rules.entries import problems, warnings

CODING = "label: x\ncodings: [{{starts: 2020-01-01, reference: r, lines: [{line}]}}]"


def line(text: str) -> tuple[str, str]:
    return "services", CODING.format(line=text)


def test_no_packaged_entry_has_a_problem() -> None:
    base = packaged()
    for part, known in PARTS.items():
        entries = getattr(base, part)
        for entry in entries.values() if known.named else (entries,):
            assert list(problems(entry)) == [], part
            assert list(warnings(entry)) == [], part


ADD_ON = (
    "[{{code: 90785, label: x, measure: {measure}, bases: [], starts: 2020-01-01, reference: r}}]"
)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (line('{code: "90837", per: 15, rounding: nearest}'),
         "codings[1]: lines[1]: rounding: 'nearest' is none of midpoint, eight_minute"),
        (line('{code: "90837", per: -15}'), "lines[1]: per is a whole number from 0"),
        (line('{code: "90837*~"}'), "code is five capital letters and digits"),
        (line('{code: "90837", form: Q}'), "form: 'Q' is none of P, I"),
        (line("{code: H0015, form: I}"), "needs its revenue_code"),
        (line("{code: H0015, form: I, revenue_code: 09O6}"), "revenue_code is four digits"),
        (line('{code: "90837", minimum: 60, maximum: 53}'), "maximum is less than minimum"),
        (("services", "label: x\ncodings: [{starts: 2021-01-01, ends: 2020-01-01, reference: r, "
          "lines: []}]"), "It ends before it starts"),
        (("add_ons", ADD_ON.format(measure="hours").replace("90785", '"90785"')),
         "[1]: measure: 'hours' is none of minutes"),
        (("modifiers", "[{modifier: HOO}]"), "[1]: modifier is two capital letters or digits"),
        (("levels", "{label: x, form: I, basis: hours, bill_type: '99'}"),
         "bill_type: '99' is none of 11, 12"),
        (("levels", "{label: x, form: I, basis: hours}"), "needs its bill_type"),
        (("levels", "{label: x, basis: hours, place_of_service: office}"), "is two digits"),
        (("limits", "[{codes: [H0015], most: 0, days: 1, starts: 2020-01-01}]"),
         "how many (most) within how many days"),
        (("credentials", "{label: x, article: a, group: medical, taxonomy: none}"),
         "taxonomy is ten letters and digits"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_told_with_its_place(entry: tuple[str, str], said: str) -> None:
    part, text = entry
    name = "IOP-SUD" if part == "levels" else "mine" if PARTS[part].named else "all"
    assert said in " ".join(problems(checked(part, name, text)))


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (line('{code: "90837"}'),
         "codings[1]: lines[1]: 90837 is billed as 1 unit for 1 minute. Published: 53 minutes or "
         "more (Novitas contentId 00026768)"),
        (line('{code: "90837", minimum: 52}'), "90837 is billed as 1 unit for 52 minutes"),
        (line('{code: "90834", minimum: 37}'), "38 minutes or more (Novitas"),
        (line('{code: "90832", minimum: 15}'), "16 minutes or more (Novitas"),
        (line('{code: "90847", minimum: 20}'), "26 minutes or more (CPT changes of 2017)"),
        (line("{code: H0004, per: 15, rounding: started}"),
         "H0004 is billed as 1 unit for 1 minute. Published: units of 15 minutes from their "
         "midpoint on (HCPCS Level II"),
        (line("{code: H0004, per: 10}"), "H0004 is billed as 1 unit for 6 minutes"),
        (line("{code: H2014}"), "H2014 is billed as 1 unit for 1 minute"),
        (line('{code: "90837", per: 30, minimum: 53}'), "90837 is billed as 2 units for 53"),
        (("add_ons", ADD_ON.format(measure="therapy_minutes").replace("90785", '"90838"')),
         "[1]: 90838 is billed as 1 unit for 1 minute"),
    ],
)  # fmt: skip
def test_a_code_for_fewer_minutes_than_are_published_is_told_with_its_source(
    entry: tuple[str, str], said: str
) -> None:
    part, text = entry
    kept = checked(part, "mine" if PARTS[part].named else "all", text)
    assert list(problems(kept)) == []
    assert said in " ".join(warnings(kept))


@pytest.mark.parametrize(
    "entry",
    [
        line('{code: "90837", minimum: 60}'),
        line('{code: "90834", minimum: 38}'),
        line("{code: H0004, per: 15, rounding: eight_minute}"),
        line("{code: H0004, per: 15, rounding: full}"),
        line('{code: "99213", level: low}'),
        line('{code: "90853"}'),
        ("services", CODING.format(line='{code: "90847"}').replace(
            "starts: 2020-01-01", "starts: 2013-01-01, ends: 2016-12-31")),
    ],
)  # fmt: skip
def test_what_keeps_to_the_published_time_or_to_a_code_without_one_is_not_told(
    entry: tuple[str, str],
) -> None:
    part, text = entry
    assert list(warnings(checked(part, "mine", text))) == []

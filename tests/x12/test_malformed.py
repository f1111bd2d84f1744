"""Hostile and tired input: a clear finding each, never a crash, never a guess."""

import time
from dataclasses import replace

import pytest

from carethread.x12.check import check
from carethread.x12.delimiters import DEFAULT, ISA_LENGTH
from carethread.x12.finding import Severity, Unreadable
from carethread.x12.reader import read
from carethread.x12.remittance import Remittance
from carethread.x12.writer import rewrite
from tests.x12 import make
from tests.x12.fuzz import mutations, survive

CLEAN = make.written(make.remittance())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b" \r\n\t ", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"Dear payer, please pay.", "begins with 'Dear payer, please p'"),
        (b"\x00" * 1000, "the file is empty"),
        (b"ISA*00*", "ends inside the ISA segment"),
        (CLEAN[:100], "ends inside the ISA segment"),
        (CLEAN.replace(b"*ZZ*CENTER         *", b"*ZZ*CENTER*"), "does not have 16 elements"),
        (b"GS" + CLEAN[CLEAN.index(b"GS") + 2 :], "no ISA segment begins anywhere"),
        (b"ISA" * 10_000, "no X12 interchange"),
        (CLEAN.decode().encode("utf-16"), "no X12 interchange"),
    ],
)
def test_bytes_without_an_interchange_are_unreadable_and_say_why(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(data)


@pytest.mark.parametrize("part", range(1, 10))
def test_a_truncated_file_is_read_as_far_as_it_goes(part: int) -> None:
    end = 106 + (len(CLEAN) - 106) * part // 10
    document = read(CLEAN[:end])
    ids = {f.id for f in document.findings}
    assert "MISSING_IEA" in ids
    assert all(f.severity is Severity.ERROR for f in document.findings)
    whole = read(CLEAN).transactions[0]
    assert isinstance(whole, Remittance)
    for claim in (c for t in document.transactions for c in getattr(t, "claims", ())[:-1]):
        assert claim in whole.claims


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + CLEAN,
        CLEAN.replace(b"~", b"~\n"),
        CLEAN.replace(b"~", b"~\r\n"),
        CLEAN.replace(b"~", b"~ \r\n"),
        CLEAN + b"   \r\n\r\n\x1a",
        b"\r\n\r\n" + CLEAN,
        CLEAN.replace(b"~", b"\n"),
        CLEAN.replace(b"~", b"~~"),
    ],
    ids=[
        "BOM",
        "LF",
        "CRLF",
        "blank CRLF",
        "trailing blanks",
        "leading lines",
        "LF ends",
        "doubled",
    ],
)
def test_line_breaks_bom_and_blanks_do_not_matter(data: bytes) -> None:
    document = read(data)
    assert document.findings == ()
    assert document.transactions == read(CLEAN).transactions
    assert check(data) == []


@pytest.mark.parametrize("width", [1, 2, 7, 80])
@pytest.mark.parametrize("line_break", [b"\n", b"\r\n"])
def test_a_file_may_be_wrapped_at_any_column_behind_its_isa(width: int, line_break: bytes) -> None:
    document = read(wrapped(CLEAN, width, line_break))
    assert document.findings == ()
    assert document.transactions[0].claims == read(CLEAN).transactions[0].claims  # type: ignore[union-attr]


@pytest.mark.parametrize("line_break", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("width", [1, 2, 3, 4, 7, 54, 72, 79, 80, *range(100, 110)])
def test_a_file_may_be_wrapped_inside_its_isa(width: int, line_break: bytes) -> None:
    """Records of a fixed length, as mainframes send them: most often 80 characters."""
    data = folded(CLEAN, width, line_break)
    document = read(data)
    assert document.findings == ()
    assert check(data) == []
    [interchange] = document.envelopes
    assert replace(interchange.delimiters, line_break="") == DEFAULT
    assert document.transactions == read(CLEAN).transactions
    assert rewrite(document) == data


@pytest.mark.parametrize("width", [1, 80, 104, 105, 106])
@pytest.mark.parametrize("marks", ["|>!^", "|>\x1c^", "*:'^"])
def test_a_wrapped_isa_declares_any_delimiters(width: int, marks: str) -> None:
    other = CLEAN.translate(bytes.maketrans(b"*:~^", marks.encode()))
    data = folded(CLEAN, width, b"\n") + b"\n" + folded(other, width, b"\n")
    document = read(data)
    assert document.findings == ()
    claims = [transaction.claims for transaction in document.transactions]  # type: ignore[union-attr]
    assert claims == [make.only(CLEAN).claims] * 2


def test_an_edited_set_of_a_wrapped_file_stands_in_it_as_any_other() -> None:
    data = folded(CLEAN, 80, b"\r\n")
    document = read(data)
    [remittance] = document.transactions
    changed = replace(remittance, trace="NEWTRACE")  # type: ignore[call-arg]
    written = rewrite(document, [changed])
    begin, _ = document.spans[0]
    assert written[:begin] == data[:begin]
    assert read(written).findings == ()
    assert replace(make.only(written), trace=remittance.trace) == remittance  # type: ignore[union-attr]


def test_of_an_isa_that_is_cut_off_and_the_next_no_third_is_made() -> None:
    for length in range(4, 105):
        document = read(CLEAN[:length] + b"\n" + CLEAN)
        assert [t.claims for t in document.transactions] == [make.only(CLEAN).claims], length  # type: ignore[union-attr]
        assert {f.id for f in document.findings} <= {"ISA_BROKEN", "STRAY_TEXT"}


def test_a_line_break_that_ends_segments_is_no_wrapped_line() -> None:
    for end in (b"\n", b"\r", b"\r\n"):
        document = read(CLEAN.replace(b"~", end))
        assert document.envelopes[0].delimiters.segment == end[:1].decode()
        assert document.transactions == read(CLEAN).transactions


@pytest.mark.parametrize("line_break", [b"\n", b"\r\n"])
def test_of_two_wrapped_interchanges_with_their_own_delimiters_none_is_lost(
    line_break: bytes,
) -> None:
    other = CLEAN.translate(bytes.maketrans(b"*:~", b"|>!"))
    claims = read(CLEAN).transactions[0].claims  # type: ignore[union-attr]
    for width in range(1, 81):
        joined = line_break.join(wrapped(one, width, line_break) for one in (CLEAN, other, CLEAN))
        document = read(joined)
        assert document.findings == (), width
        assert [t.claims for t in document.transactions] == [claims] * 3, width  # type: ignore[union-attr]


def wrapped(data: bytes, width: int, line_break: bytes) -> bytes:
    """The file with a line break after its ISA and after every so many bytes behind it."""
    lines = range(ISA_LENGTH, len(data), width)
    return line_break.join([data[:ISA_LENGTH], *(data[at : at + width] for at in lines)])


def folded(data: bytes, width: int, line_break: bytes) -> bytes:
    """The file with a line break after every so many bytes from its first."""
    return line_break.join(data[at : at + width] for at in range(0, len(data), width))


def test_names_come_through_in_utf8_and_in_latin_1() -> None:
    for encoding in ("utf-8", "latin-1"):
        data = CLEAN.decode().replace("RIVERS", "RÍVERS").encode(encoding)
        assert make.only(data).claims[0].patient.name == "RÍVERS"


def test_an_amount_that_is_none_is_a_finding_and_not_a_guess() -> None:
    data = CLEAN.replace(b"CAS*CO*45*30~", b"CAS*CO*45*3O~")
    document = read(data)
    [finding] = document.findings
    assert (finding.id, finding.severity) == ("BAD_VALUE", Severity.ERROR)
    assert data.decode().split("~")[finding.segment - 1] == "CAS*CO*45*3O"
    assert "'3O' is not an amount" in finding.message
    assert not make.only(data).is_balanced


def test_every_bad_value_of_a_claim_is_told() -> None:
    data = CLEAN.replace(b"*150*110*", b"*1S0*11O*", 1).replace(
        b"DTM*472*20260210", b"DTM*472*2026O210", 1
    )
    assert [f.id for f in read(data).findings] == ["BAD_VALUE"] * 3


def test_two_interchanges_with_other_delimiters_are_read_as_two() -> None:
    other = CLEAN.decode().translate(str.maketrans("*:~^", "|>'!")).encode()
    document = read(CLEAN + b"\n" + other)
    assert len(document.envelopes) == len(document.transactions) == 2
    assert document.findings == ()


def test_a_broken_interchange_between_two_good_ones_costs_only_itself() -> None:
    broken = CLEAN[:80] + b"\n"
    document = read(CLEAN + broken + CLEAN)
    assert len(document.transactions) == 2
    assert {"ISA_BROKEN"} <= {f.id for f in document.findings}


def test_an_interchange_that_is_not_closed_ends_where_the_next_begins() -> None:
    document = read(CLEAN.replace(b"IEA*1*000000007~", b"") + CLEAN)
    assert len(document.transactions) == 2
    assert [f.id for f in document.findings] == ["MISSING_IEA"]


def test_a_set_that_is_not_closed_keeps_what_it_had() -> None:
    document = read(CLEAN.replace(b"SE*35*0001~", b""))
    assert [f.id for f in document.findings] == ["MISSING_SE"]
    assert document.transactions == read(CLEAN).transactions


def test_a_hundred_thousand_unknown_segments_are_read_in_seconds() -> None:
    data = CLEAN.replace(b"SVC*", b"ZZZ*1~" * 100_000 + b"SVC*", 1)
    begin = time.process_time()
    document = read(data)
    assert time.process_time() - begin < 20
    assert document.transactions


@pytest.mark.parametrize("trailer", ["SE*35", "GE*1", "IEA*1"])
def test_a_trailer_that_counts_with_thousands_of_digits_is_a_wrong_count(trailer: str) -> None:
    data = CLEAN.replace(trailer.encode(), trailer.encode() + b"9" * 5000)
    assert [f.id for f in read(data).findings] == [f"{trailer.partition('*')[0]}_COUNT"]


@pytest.mark.parametrize("seed", range(8))
def test_mutated_files_never_crash_reading_checking_or_writing(seed: int) -> None:
    for data in mutations(150, seed):
        survive(data)


@pytest.mark.parametrize("letter", [b"A", b"7"])
def test_a_letter_or_digit_cannot_part_segments(letter: bytes) -> None:
    with pytest.raises(Unreadable, match="a letter or digit as a delimiter"):
        read(CLEAN.replace(b"~", letter))


def test_several_characters_cannot_part_repetitions() -> None:
    isa = CLEAN[:106].split(b"*")
    isa[11], isa[13] = isa[11] * 2, isa[13][1:]
    with pytest.raises(Unreadable, match="a repetition separator of several characters"):
        read(b"*".join(isa) + CLEAN[106:])


def test_a_ta1_inside_a_set_is_no_acknowledgment() -> None:
    data = make.written(make.claim_file()).replace(
        b"~HI*", b"~TA1*000000001*260302*0930*A*000~HI*", 1
    )
    document = read(data)
    assert len(document.transactions) == 1
    assert "SEGMENT_UNEXPECTED" in {f.id for f in check(data)}


def test_a_line_break_may_part_elements() -> None:
    data = make.written(make.claim_file())
    assert read(data.replace(b"*", b"\n")).transactions[0] == read(data).transactions[0]


def test_of_very_many_findings_the_first_are_told_and_the_others_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("carethread.x12.check.MOST_FINDINGS", 2)
    monkeypatch.setattr("carethread.x12.check.MOST_OF_EACH", 1)
    data = make.written(make.claim_file()).replace(b"HI*ABK", b"HI*QQQ")
    found = check(data.replace(b"SE*108*", b"SE*99*"))
    assert [f.id for f in found if f.id == "MORE_FINDINGS"] == ["MORE_FINDINGS"]
    assert "SE_COUNT" in {f.id for f in found}
    assert len(found) < 10

"""Tables as their owners publish them are read row by row; what makes no sense names its row."""

from datetime import date
from io import BytesIO

import pytest

from carethread.codes.published import parse
from carethread.codes.sheets import NotSuchAFile

PTP = (
    "CPT only copyright\t\t\t\t\t\t\n"
    "Column1/Column 2 Edits\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate *=no data\t0=not allowed 1=allowed 9=not applicable\t\n"
    "90837\t90834\t\t20130101\t*\t0\tMore extensive procedure\n"
    "90837\t90853\t\t20130101\t20251231\t1\tMisuse\n"
    "90837\t90837\t\t20130101\t*\t1\tx\n"
    "908\t90853\t\t20130101\t*\t1\tx\n"
    "90791\t99213\t\t2013\t*\t1\tx\n"
    "90791\t99214\t\t20130101\t*\t7\tx\n"
)
MUE = (
    '"Current Procedural Terminology",,,\n'
    '"HCPCS/\nCPT Code","Practitioner Services MUE Values",'
    '"MUE Adjudication Indicator","Rationale"\n'
    '90837,2,"3 Date of Service Edit: Clinical",Clinical\n'
    'H0004,many,"3 Date of Service",x\n'
)


def test_pairs_with_dates_and_indicator() -> None:
    found = parse("ptp", PTP.encode())
    assert [(e.code, e.other, e.flag, e.ends) for e in found.entries] == [
        ("90837", "90834", "0", None),
        ("90837", "90853", "1", date(2025, 12, 31)),
    ]
    assert found.entries[0].starts == date(2013, 1, 1)
    assert [f.row for f in found.faults][-4:] == [7, 8, 9, 10]
    assert "paired with itself" in found.faults[-4].words


def test_units_with_their_indicator() -> None:
    found = parse("mue", MUE.encode("cp1252"))
    assert [(e.code, e.value, e.flag) for e in found.entries] == [("90837", 2, "3")]
    assert ["no number" in f.words for f in found.faults] == [True]


def test_wording_of_reasons() -> None:
    text = (
        "Code,Description,Start Date,Stop Date\n97,Made up words,01/01/1995,\nM15,Others,,\n,,,\n"
    )
    found = parse("carc", text.encode())
    assert [(e.code, e.words) for e in found.entries] == [
        ("97", "Made up words"),
        ("M15", "Others"),
    ]


def test_a_workbook_says_the_same_as_its_text() -> None:
    from openpyxl import Workbook

    book = Workbook()
    for line in PTP.splitlines():
        book.active.append([int(c) if c.isdecimal() else c for c in line.split("\t")])
    stream = BytesIO()
    book.save(stream)
    assert parse("ptp", stream.getvalue()).entries == parse("ptp", PTP.encode()).entries


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04 nothing", b"\x00\x01\x02", b"a,b\n1,2\n", b"%PDF-1.7", PTP.encode()]
)
def test_another_file_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(NotSuchAFile):
        parse("mue", data)


# ---------------------------------------------------------------- who is excluded


def leie(npi: str, since: str, until: str = "00000000", *, head: bool = True) -> str:
    """One row of the OIG's file, with its heading."""
    names = "LASTNAME,FIRSTNAME,MIDNAME,BUSNAME,GENERAL,SPECIALTY,UPIN,NPI,DOB,ADDRESS,CITY,STATE,"
    names += "ZIP,EXCLTYPE,EXCLDATE,REINDATE,WAIVERDATE,WVRSTATE\n"
    row = f"ROE,RAY,,,INDIVIDUAL,SOCIAL WORK,,{npi},19700101,1 A ST,ALBANY,NY,12207,1128a1,"
    return (names if head else "") + row + f"{since},{until},00000000,\n"


def test_of_the_excluded_those_with_a_number_are_known_from_their_day_on() -> None:
    found = parse("leie", (leie("1003000126", "20240105") + leie("0000000000", "20200101",
                                                                head=False)).encode())  # fmt: skip
    assert [(e.code, e.starts, e.ends) for e in found.entries] == [
        ("1003000126", date(2024, 1, 5), None)
    ]
    assert (found.read, found.faults) == (2, ())


def test_an_exclusion_without_a_date_is_a_fault_of_its_row() -> None:
    found = parse("leie", (leie("1003000126", "20240105") + leie("1003000126", "", head=False))
                  .encode())  # fmt: skip
    assert [(f.row, f.words) for f in found.faults] == [(3, "nobody is excluded without a date")]

"""The payer at its desk: files in, answers out, day by day."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from carethread.sandbox.payer.books import Books, Mishap, Surprise
from tests.judges import oxedi_errors, pyx12_errors
from tests.sandbox import office
from tests.sandbox.office import ADA, DAY, Payer, claim, correction, outcome

VAGUE = office.Diagnosis("ABK", "F419")


@pytest.fixture
def payer(tmp_path: Path) -> Payer:
    return Payer(tmp_path)


def mishap(tmp_path: Path, kind: str, **changes: object) -> Payer:
    """A payer to whom this happens with Ada's session."""
    one = replace(Mishap("HRBR1", ADA.id, DAY, kind), **changes)
    return Payer(tmp_path, replace(office.BOOKS, mishaps=(one,)))


# ----------------------------------------------------------------------------- the front door


def test_a_good_file_is_acknowledged_at_once_taken_in_the_next_day_and_paid_after_its_delay(payer):
    did = payer.send(claim())

    assert did.taken == ["F001.edi"]
    assert did.written == ["999_000000001.edi"]
    payer.wait(1)
    assert [word.statuses[0].category for word in payer.words] == ["A2"]
    payer.wait(3)
    assert payer.checks == []
    payer.wait(4)
    (check,) = payer.checks
    assert (check.amount, check.paid_on) == (7_000, date(2026, 3, 9))


def test_numbers_come_back_as_they_were_sent(payer):
    payer.send(claim())
    payer.wait(8)

    (word,) = payer.words
    (said,) = payer.paid_claims
    assert word.claim_id == said.claim_id == "CT000000001V0159"
    assert word.payer_control_number == said.payer_control_number != ""
    assert [line.control_number for line in said.lines] == ["LCT000000001V0159"]


def test_a_file_under_a_temporary_name_is_left_alone(payer):
    payer.drop(office.sent([claim()]), "F001.edi.tmp")

    assert payer.desk.attend(payer.now).taken == []
    assert (payer.folder / "to_payer/F001.edi.tmp").exists()


def test_an_interchange_number_that_was_used_is_refused_with_025_and_nothing_of_it_is_taken(payer):
    payer.send(claim())
    payer.drop(office.sent([claim("CT000000002V0129")], control=1), "again.edi")
    payer.desk.attend(payer.now)
    payer.wait(8)

    (ack,) = payer.envelopes
    assert (ack.code, ack.note, ack.interchange) == ("R", "025", "000000001")
    assert len(payer.paid_claims) == 1


def test_a_file_of_the_same_name_is_another_file(payer):
    payer.drop(office.sent([claim()], control=1), "F.edi")
    payer.desk.attend(payer.now)
    payer.drop(office.sent([claim("CT000000002V0129", member=office.BEN)], control=2), "F.edi")
    payer.desk.attend(payer.now)
    payer.wait(8)

    assert len(payer.paid_claims) == 2
    assert sorted(path.name for path in payer.folder.glob("archive/*")) == ["F.edi", "F.edi.2"]


def test_a_set_that_breaks_the_guide_is_refused_by_999_and_never_adjudicated(payer):
    payer.drop(office.sent([claim()]).replace(b"BHT*0019", b"BHT*9999"), "F.edi")
    payer.desk.attend(payer.now)
    payer.wait(8)

    (group,) = payer.groups
    assert group.code == "R"
    assert (payer.words, payer.checks) == ([], [])


@pytest.mark.parametrize("raw", [b"", b"hello", b"ISA*00*", b"\x00\xff" * 200])
def test_what_is_no_x12_is_put_away_unanswered(payer, raw):
    payer.drop(raw, "odd.edi")

    assert payer.desk.attend(payer.now).written == []
    assert (payer.folder / "archive/odd.edi").exists()


def test_an_acknowledgment_is_not_acknowledged(payer):
    payer.send(claim())
    answer = next(payer.folder.glob("from_payer/999*")).read_bytes()
    payer.drop(answer, "echo.edi")

    assert payer.desk.attend(payer.now).written == []


REJECTED = [
    ("A3", "33", "IL", claim(member=replace(ADA, id="HM400000010"))),
    ("A8", "158", "QC", claim(member=replace(ADA, birth_date=date(1991, 5, 17)))),
    ("A7", "562", "82", claim(rendering=office.renderer("1999900289", "1041C0700X"))),
    ("A3", "116", "PR", claim(payer=office.Party("2", "OTHER", id_qualifier="PI", id="XXXX9"))),
    ("A7", "464", "", correction(claim(), "NOSUCHNUMBER")),
]


@pytest.mark.parametrize(("category", "code", "entity", "bad"), REJECTED)
def test_a_claim_is_rejected_before_adjudication(tmp_path, category, code, entity, bad):
    payer = Payer(tmp_path, replace(office.BOOKS, npis=(office.NORA, office.BILLING)))

    payer.send(bad, claim("CT000000002V0129", member=office.BEN))
    payer.wait(8)

    refused, taken = sorted(payer.words, key=lambda word: word.is_accepted)
    (status,) = refused.statuses
    assert (status.category, status.code, status.entity, status.action) == (
        category, code, entity, "U",
    )  # fmt: skip
    assert taken.is_accepted
    assert [said.claim_id for said in payer.paid_claims] == [taken.claim_id]


# ----------------------------------------------------------------------------- decisions


def test_a_vague_diagnosis_is_denied_and_its_cure_paid_with_the_denial_reversed(payer):
    vague = claim(diagnoses=(VAGUE,))
    payer.send(vague)
    payer.wait(8)
    assert outcome(payer.paid_claims[-1]) == ("4", ["CO-11"])

    payer.send(correction(claim(), payer.icn()))
    payer.wait(8)

    reversal, paid = payer.paid_claims[1:]
    assert (reversal.status, reversal.claim_id, reversal.charge) == ("22", vague.claim_id, -14_000)
    assert (paid.status, paid.paid, paid.frequency) == ("1", 7_000, "7")
    assert paid.payer_control_number != reversal.payer_control_number


def test_a_payer_may_hide_a_denial_inside_processed(tmp_path):
    payer = Payer(tmp_path, office.books(denies_as="1"))
    payer.send(claim(diagnoses=(VAGUE,)))
    payer.wait(8)

    assert outcome(payer.paid_claims[0]) == ("1", ["CO-11"])
    assert payer.checks[0].method == "NON"


def test_a_correction_that_corrects_nothing_is_refused_as_upheld(payer):
    vague = claim(diagnoses=(VAGUE,))
    payer.send(vague)
    payer.wait(8)
    payer.send(correction(vague, payer.icn()))
    payer.wait(8)

    assert outcome(payer.paid_claims[-1]) == ("4", ["CO-193"])

    payer.send(correction(claim(), payer.icn(), "CT000000001V0357"))
    payer.wait(8)

    assert [outcome(said) for said in payer.paid_claims[-2:]] == [
        ("22", ["CO-193"]),
        ("1", ["CO-45", "PR-3"]),
    ]


def test_a_void_of_what_is_not_decided_yet_leaves_nothing_to_say(payer):
    payer.send(claim())
    payer.wait(1)
    payer.send(correction(claim(), payer.icn(), frequency="8"))
    payer.wait(9)

    assert payer.checks == []


def test_a_correction_of_what_is_not_decided_yet_takes_its_place(payer):
    payer.send(claim(diagnoses=(VAGUE,)))
    payer.wait(1)
    payer.send(correction(claim(), payer.icn()))
    payer.wait(9)

    assert [outcome(said)[0] for said in payer.paid_claims] == ["1"]


def test_a_void_takes_the_money_back_and_the_next_check_holds_back_what_this_one_lacks(payer):
    payer.send(claim())
    payer.wait(8)
    payer.send(correction(claim(), payer.icn(), frequency="8"))
    payer.wait(8)
    later = replace(claim().lines[0], service_from=DAY + timedelta(days=7))
    payer.send(replace(claim("CT000000003V0196"), lines=(later,)))
    payer.wait(8)

    paid, void, held = payer.checks
    assert [said.status for said in void.claims] == ["22"]
    assert (void.amount, [(p.reason, p.amount) for p in void.provider_adjustments]) == (
        0, [("FB", -7_000)],
    )  # fmt: skip
    assert (held.amount, [(p.reason, p.amount) for p in held.provider_adjustments]) == (
        0, [("FB", 7_000)],
    )  # fmt: skip
    assert paid.amount + void.amount + held.amount == 7_000


def test_a_reversal_gives_the_deductible_back(tmp_path):
    payer = Payer(tmp_path, office.books(benefit=office.Benefit(deductible=9_000)))
    payer.send(claim())
    payer.wait(8)
    payer.send(correction(claim(), payer.icn(), frequency="8"))
    payer.wait(8)
    payer.send(claim("CT000000003V0196"))
    payer.wait(8)

    assert [outcome(said)[1] for said in payer.paid_claims] == [["CO-45", "PR-1"]] * 3


def test_the_deductible_is_used_up_once_over_several_claims(tmp_path):
    payer = Payer(tmp_path, office.books(benefit=office.Benefit(deductible=10_000)))
    for week in range(3):
        day = DAY - timedelta(days=7 * week)
        line = replace(claim().lines[0], service_from=day)
        payer.send(replace(claim(f"CT00000000{week}V0100"), lines=(line,)))
    payer.wait(9)

    assert [said.paid for said in payer.paid_claims] == [0, 8_000, 9_000]


# ----------------------------------------------------------------------------- what goes wrong


def test_a_mishap_denies_once_and_the_same_service_sent_again_is_paid(tmp_path):
    payer = mishap(tmp_path, "deny", reason="50")
    payer.send(claim())
    payer.wait(8)
    payer.send(correction(claim(), payer.icn()))
    payer.wait(8)

    assert [outcome(said) for said in payer.paid_claims] == [
        ("4", ["CO-50"]),
        ("22", ["CO-50"]),
        ("1", ["CO-45", "PR-3"]),
    ]


def test_a_mishap_rejects_once_and_the_claim_sent_again_is_taken_in(tmp_path):
    payer = mishap(tmp_path, "reject", reason="A3:33:IL")
    payer.send(claim())
    payer.wait(1)
    payer.send(claim("CT000000001V0258"))
    payer.wait(8)

    assert [word.is_accepted for word in payer.words] == [False, True]
    assert [said.paid for said in payer.paid_claims] == [7_000]


def test_an_underpayment_allows_less_than_the_rate(tmp_path):
    payer = mishap(tmp_path, "underpay", percent=10)
    payer.send(claim())
    payer.wait(8)

    (said,) = payer.paid_claims
    assert (said.status, said.paid, said.lines[0].amounts[0].amount) == ("1", 6_100, 8_100)


def test_a_late_correction_reverses_and_pays_again_for_less(tmp_path):
    payer = mishap(tmp_path, "correct", percent=10, days=14)
    payer.send(claim())
    payer.wait(20)
    assert [said.status for said in payer.paid_claims] == ["1"]
    payer.wait(4)

    assert [(said.status, said.paid) for said in payer.paid_claims] == [
        ("1", 7_000),
        ("22", -7_000),
        ("1", 6_100),
    ]
    assert len({said.payer_control_number for said in payer.paid_claims}) == 1


def test_a_late_payment_carries_interest(tmp_path):
    payer = mishap(tmp_path, "late", days=60)
    payer.send(claim())
    payer.wait(70)

    (check,) = payer.checks
    (interest,) = check.provider_adjustments
    # 36 days after the promised 30: 7,000 at 12 % a year for 36 days is 82.8 cents
    assert (interest.reason, interest.amount, check.amount) == ("L6", -82, 7_082)


def test_surprises_come_once_with_the_first_check_after_their_day(tmp_path):
    surprises = (
        Surprise("HRBR1", DAY, "stranger", 6_100, "B-20417"),
        Surprise("HRBR1", DAY, "PLB WO", 1_000, "PRIOR"),
    )
    payer = Payer(tmp_path, replace(office.BOOKS, surprises=surprises))
    payer.send(claim())
    payer.wait(8)
    payer.send(claim("CT000000002V0129", member=office.BEN))
    payer.wait(8)

    first, second = payer.checks
    assert [said.claim_id for said in first.claims] == ["CT000000001V0159", "B-20417"]
    assert [(p.reason, p.amount) for p in first.provider_adjustments] == [("WO", 1_000)]
    assert first.amount == 7_000 + 6_100 - 1_000
    assert (len(second.claims), second.provider_adjustments) == (1, ())


# ----------------------------------------------------------------------------- the files


def test_what_it_writes_is_accepted_by_other_programs(tmp_path):
    payer = mishap(tmp_path, "correct", percent=50, days=7)
    payer.send(claim(), claim("CT000000002V0129", member=office.BEN, diagnoses=(VAGUE,)))
    payer.wait(30)

    files = sorted(tmp_path.glob("from_payer/835*"))
    assert len(files) == 2
    for path in files:
        assert pyx12_errors(path.read_bytes()) == []
        assert oxedi_errors(path.read_bytes()) == []


def test_one_night_or_many_the_files_are_the_same(tmp_path):
    patient, hasty = Payer(tmp_path / "a"), Payer(tmp_path / "b")
    for each in (patient, hasty):
        each.send(claim(), claim("CT000000002V0129", member=office.BEN))
    patient.wait(20)
    hasty.now += timedelta(days=20)
    hasty.desk.attend(hasty.now)

    assert contents(patient) == contents(hasty)


def contents(payer: Payer) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in payer.folder.glob("from_payer/*")}


def test_the_books_are_read_back_as_they_were_written(tmp_path):
    from carethread.sandbox.payer import books

    books.save(office.BOOKS, tmp_path / "books.json")

    assert books.load(tmp_path / "books.json") == office.BOOKS


@pytest.mark.parametrize("text", ["", "{}", '{"payers": [{"id": "X"}]}', "[1]"])
def test_books_that_are_none_are_named_with_the_reason(tmp_path, text):
    from carethread.sandbox.payer import books

    (tmp_path / "books.json").write_text(text)

    with pytest.raises(ValueError, match="no payer's books"):
        books.load(tmp_path / "books.json")


def test_missing_books_say_how_to_make_them(tmp_path):
    from carethread.sandbox.payer import books

    with pytest.raises(ValueError, match="carethread demo"):
        books.load(tmp_path / "books.json")


def test_the_empty_desk_does_nothing(tmp_path):
    payer = Payer(tmp_path, Books(payers=()))

    did = payer.send(claim())
    payer.wait(3)

    assert did.claims == 0
    assert [word.statuses[0].code for word in payer.words] == ["116"]

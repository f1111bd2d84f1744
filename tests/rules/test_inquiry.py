"""What one may read of a file that asks about many."""

from carethread.rules.inquiry import ABOUT_OTHERS, about_one, trace

FRAME = ["ISA*00*", "ST*271*0001", "HL*1**20*1", "NM1*PR*2*PAYER", "HL*2*1*21*1", "NM1*1P*2*US"]


def person(number: int, name: str, level: int = 3) -> list[str]:
    return [f"HL*{level}*2*22*1", f"TRN*2*{trace(number)}*9123", f"NM1*IL*1*{name}", "EB*1**30"]


CHILD = ["HL*4*3*23*0", "NM1*03*1*CHILD"]
END = ["SE*20*0001", "IEA*1*1"]


def test_of_a_batch_the_frame_and_one_family_are_shown_and_nobody_else() -> None:
    batch = [*FRAME, *person(7, "ADAMS"), *person(70, "BELL"), *CHILD, *person(8, "CROW"), *END]
    own = [*person(70, "BELL"), *CHILD]
    assert about_one(70, batch) == [*FRAME, ABOUT_OTHERS, *own, ABOUT_OTHERS, *END]


def test_of_a_question_that_the_batch_does_not_hold_only_the_frame_is_shown() -> None:
    batch = [*FRAME, *person(7, "ADAMS"), *person(8, "BELL"), *END]
    assert about_one(9, batch) == [*FRAME, ABOUT_OTHERS, *END]


def test_an_answer_about_one_person_is_shown_whole_whatever_its_trace() -> None:
    alone = [*FRAME, *person(7, "ADAMS"), *END]
    assert about_one(9, alone) == alone


def test_what_is_no_x12_is_left_as_it_is() -> None:
    assert about_one(1, ["garbage"]) == ["garbage"]
    assert about_one(1, []) == []

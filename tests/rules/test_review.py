"""Which care a request to a payer is for, and whether it tells of substance use care."""

from carethread.codes.catalogue import packaged
from carethread.rules.review import Care, billed_codes, is_protected, meant


def care(program: int, level: str, **known: bool | int) -> Care:
    return Care(program, level, billed_codes(level, packaged()), **known)  # type: ignore[arg-type]


OUTPATIENT = care(1, "OP", episode=11, is_current=True)
RECOVERY = care(2, "OP", episode=12, is_current=True, is_part2=True)
DAYS = care(3, "IOP-SUD", is_part2=True)
ALL = [RECOVERY, DAYS, OUTPATIENT]


def test_a_program_billed_by_the_day_bills_its_day_and_not_what_the_day_swallows() -> None:
    assert "H0015" in DAYS.codes
    assert "90837" not in DAYS.codes
    assert {"90837", "90853"} <= OUTPATIENT.codes
    assert "H0015" not in OUTPATIENT.codes


def test_of_two_programs_that_give_the_same_care_the_one_that_tells_less_is_meant() -> None:
    assert meant(ALL, "", ["90837"]) == [OUTPATIENT, RECOVERY]
    assert not is_protected(meant(ALL, "", ["90837"]), ["90837"])


def test_care_that_the_client_is_in_is_meant_before_care_that_ended() -> None:
    ended = care(1, "OP", episode=11)
    found = meant([ended, RECOVERY], "OP", [])
    assert found == [RECOVERY, ended]
    assert is_protected(found, [])


def test_a_level_of_care_that_is_named_says_it_alone() -> None:
    assert meant(ALL, "IOP-SUD", ["90837"]) == [DAYS]
    assert meant(ALL, "PHP-MH", ["90837"]) == []
    assert not is_protected([], ["90837"])


def test_one_code_that_only_protected_care_bills_protects_the_request() -> None:
    codes = ["90837", "H0015"]
    assert meant(ALL, "", codes)[0] == OUTPATIENT
    assert is_protected(meant(ALL, "", codes), codes)

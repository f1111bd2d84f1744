"""Which claim a remittance speaks of; the verdicts are those of docs/algorithms/matching.md."""

from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

import pytest

from carethread.rules.identity import claim_number, line_number
from carethread.rules.match import SubmittedClaim, SubmittedLine, match, match_by_hand, match_lines
from carethread.rules.spread import told_lines
from carethread.x12.common import Adjustment, Party
from carethread.x12.remittance import RemittedClaim, RemittedLine
from tests.rules.figures import Row, rows
from tests.rules.people import SERVED

LATER = SERVED + timedelta(days=30)
HARBOR = ("HARBR", "HARBOR HEALTH")


def _sent(sequence: int = 1, *lines: SubmittedLine, **changes: object) -> SubmittedClaim:
    made = lines or (_ours(sequence * 10 + 1),)
    claim = SubmittedClaim(
        version_id=sequence, claim_number=claim_number(sequence, 1),
        charge=sum(n.charge for n in made), last_name="Cole", first_name="Clara",
        member_id="HH1234567", service_from=SERVED, service_to=SERVED, lines=made,
        payer_control_number="PCN1",
    )  # fmt: skip
    return replace(claim, **changes)  # type: ignore[arg-type]


def _ours(
    charge_id: int, code: str = "90837", charge: int = 18000, **changes: object
) -> SubmittedLine:
    line = SubmittedLine(charge_id, line_number(charge_id), code, (), charge, SERVED)
    return replace(line, **changes)  # type: ignore[arg-type]


def _told(code: str = "90837", charge: int = 18000, **changes: object) -> RemittedLine:
    line = RemittedLine(code, charge, charge, service_from=SERVED)
    return replace(line, **changes)  # type: ignore[arg-type]


def _answer(claim: SubmittedClaim, **changes: object) -> RemittedClaim:
    """What a payer that loses nothing says of the claim."""
    lines = tuple(
        _told(n.code, n.charge, modifiers=n.modifiers, control_number=n.control_number,
              service_from=n.service_date)
        for n in claim.lines
    )  # fmt: skip
    answer = RemittedClaim(
        claim.claim_number, "1", claim.charge, claim.charge, payer_control_number="PCN1",
        patient=Party("1", "COLE", "CLARA", id_qualifier="MI", id="HH1234567"), lines=lines,
    )  # fmt: skip
    return replace(answer, **changes)  # type: ignore[arg-type]


T = TypeVar("T")


def _choice(row: Row, thing: str, agrees: T, contradicts: T, nothing: T) -> T:
    return {"agrees": agrees, "no": contradicts, "-": nothing}[row[thing]]


def _as_told(row: Row) -> RemittedClaim:
    """The answer in which each thing agrees, contradicts or says nothing, as the row has it."""
    charge = _choice(row, "charge", 18000, 17000, 0)
    number = _choice(row, "line numbers", line_number(11), line_number(999), "")
    day = _choice(row, "dates", SERVED, LATER, None)
    return RemittedClaim(
        claim_id=_choice(row, "claim number", claim_number(1, 1), claim_number(2, 1), "4711"),
        status="1",
        charge=charge,
        paid=charge,
        payer_control_number=_choice(row, "payer's number", "PCN1", "PCN2", ""),
        patient=_choice(row, "name", Party("1", "COLE", "CLARA"), Party("1", "DOE", "JANE"), None),
        subscriber=_choice(row, "member", _member("HH1234567"), _member("HH7654321"), None),
        service_from=day,
        service_to=day,
        lines=(_told(charge=charge, control_number=number, service_from=None),),
    )


def _member(number: str) -> Party:
    return Party("1", "", id_qualifier="MI", id=number)


VERDICTS = rows(
    "matching", "claim number", "line numbers", "payer's number", "charge", "name", "member",
    "dates", "payer", "verdict",
)  # fmt: skip


@pytest.mark.parametrize("row", VERDICTS, ids=lambda r: ", ".join(f"{k} {v}" for k, v in r.items()))
def test_a_match_is_certain_or_it_waits(row: Row) -> None:
    payer = _choice(row, "payer", ("HARBR",), ("GRTPL",), ())
    found = match(_as_told(row), [_sent(1, _ours(11), payers=HARBOR)], payer)
    assert ("certain" if found.is_certain else "waits") == row["verdict"]


def test_an_answer_that_lost_nothing_is_matched_line_by_line() -> None:
    ours = _sent(1, _ours(1), _ours(2, "90785", 1500))
    found = match(_answer(ours), [_sent(2), ours, _sent(3)])
    assert found.claim == ours
    assert [(n.position, n.charge_id, n.how) for n in found.lines] == [
        (0, 1, "line control number"),
        (1, 2, "line control number"),
    ]


def test_a_mangled_claim_number_still_matches() -> None:
    ours = _sent(123)
    assert match(_answer(ours, claim_id="  ct123-v01-84 /2"), [ours]).is_certain


def test_the_version_that_was_sent_is_told_from_its_correction() -> None:
    first = _sent(1)
    corrected = _sent(1, claim_number=claim_number(1, 2), version_id=9)
    assert match(_answer(corrected), [first, corrected]).claim == corrected


def test_a_reversal_matches_by_its_negated_amounts() -> None:
    ours = _sent(1)
    lines = tuple(replace(n, charge=-n.charge, paid=-n.paid) for n in _answer(ours).lines)
    taken = _answer(ours, status="22", charge=-18000, paid=-18000, lines=lines)
    assert match(taken, [ours]).is_certain


def test_a_negative_claim_that_is_no_reversal_waits() -> None:
    ours = _sent(1)
    lines = tuple(replace(n, charge=-n.charge, paid=-n.paid) for n in _answer(ours).lines)
    assert not match(_answer(ours, charge=-18000, paid=-18000, lines=lines), [ours]).is_certain


def test_a_reversal_with_the_amounts_of_a_payment_waits() -> None:
    ours = _sent(1)
    assert not match(_answer(ours, status="22"), [ours]).is_certain


def test_a_reversal_without_line_numbers_finds_its_lines() -> None:
    ours = _sent(1, _ours(1), _ours(2, "90785", 1500))
    lines = (_told("90785", -1500), _told(charge=-18000))
    taken = _answer(ours, status="22", charge=-19500, paid=-19500, lines=lines)
    assert [n.charge_id for n in match(taken, [ours]).lines] == [2, 1]


def test_another_payers_check_waits_and_says_who_was_asked_and_who_answers() -> None:
    ours = _sent(1, payers=HARBOR)
    found = match(_answer(ours), [ours], ("GRTPL", "GREAT PLAINS"))
    assert found.reasons == (
        f"It speaks of claim {ours.claim_number}, which went to another payer "
        "(HARBR and HARBOR HEALTH) than the one that answers (GRTPL and GREAT PLAINS).",
    )
    assert found.candidates[0].differences == ("payer",)


@pytest.mark.parametrize(
    "payer", [("HARBR",), ("X1", "Harbor-Health."), (), ("60054", " harbr ")], ids=str
)
def test_a_payer_known_by_any_id_or_name_or_not_at_all_is_no_obstacle(
    payer: tuple[str, ...],
) -> None:
    ours = _sent(1, payers=HARBOR)
    assert match(_answer(ours), [ours], payer).is_certain
    assert match(_answer(ours), [replace(ours, payers=())], payer).is_certain


def test_ids_of_payers_are_not_compared_by_their_letters() -> None:
    ours = _sent(1, payers=("AB12",))
    assert not match(_answer(ours), [ours], ("AB13",)).is_certain


def test_the_payer_tells_apart_two_claims_that_fit_equally_well() -> None:
    one, other = _sent(1, payers=("GRTPL",)), _sent(2, payers=HARBOR)
    answer = _answer(one, claim_id="4711", lines=(_told(),))
    assert match(answer, [one, other], ("HARBR",)).claim == other


def test_a_payment_for_somebody_else_waits_though_its_numbers_agree() -> None:
    ours = _sent(1)
    stranger = Party("1", "DOE", "JANE", id_qualifier="MI", id="HH7654321")
    found = match(_answer(ours, patient=stranger), [ours])
    assert found.reasons == (
        f"It speaks of claim {ours.claim_number}, but neither the name nor the member id "
        "that it gives is that client's.",
    )
    assert match_by_hand(_answer(ours, patient=stranger), ours).is_certain


def test_a_name_that_the_payer_corrected_to_ours_agrees() -> None:
    ours = _sent(1)
    stranger = Party("1", "DOE", "JANE", id_qualifier="MI", id="HH7654321")
    right = _answer(ours, patient=stranger, corrected_patient=Party("1", "COLE", "CLARA"))
    assert match(right, [ours]).is_certain
    number = Party("1", "", id_qualifier="C", id="HH1234567")
    assert match(replace(right, corrected_patient=number), [ours]).is_certain


def test_a_part_of_a_claim_matches_by_its_lines() -> None:
    ours = _sent(1, _ours(1), _ours(2, "90785", 1500))
    part = _answer(ours, charge=1500, paid=1500, lines=_answer(ours).lines[1:])
    found = match(part, [ours])
    assert found.claim == ours
    assert [n.charge_id for n in found.lines] == [2]


def test_two_claims_that_fit_equally_well_wait_with_both_shown() -> None:
    one, other = _sent(1), _sent(2)
    answer = _answer(one, claim_id="4711", lines=(_told(),))
    found = match(answer, [one, other])
    assert not found.is_certain
    assert found.reasons == ("It fits 2 claims equally well.",)
    assert [c.claim for c in found.candidates] == [one, other]


def test_what_waits_shows_what_agrees_and_what_differs_best_first() -> None:
    near, far = _sent(1), _sent(2, member_id="X", payer_control_number="", last_name="Doe")
    answer = _answer(near, claim_id="4711", charge=17000, paid=17000, lines=(_told(charge=17000),))
    found = match(answer, [far, near])
    assert found.candidates[0].claim == near
    assert found.candidates[0].agreements == (
        "payer's claim number", "client's name", "member id", "dates of service",
    )  # fmt: skip
    assert found.candidates[0].differences == ("charge",)


def test_an_unknown_claim_waits_with_nothing_to_choose_from() -> None:
    found = match(_answer(_sent(1)), [])
    assert found.reasons == ("No claim of ours resembles it.",)
    assert found.candidates == ()


def test_a_name_cut_short_agrees() -> None:
    ours = _sent(1, last_name="O'Connor-Whitfield")
    cut = Party("1", "OCONNOR WHIT", "C")
    answer = _answer(ours, claim_id="4711", patient=cut, lines=(_told(),))
    assert match(answer, [ours]).is_certain


def test_a_name_without_its_accents_agrees() -> None:
    ours = _sent(1, last_name="Núñez", first_name="Élodie")
    told = Party("1", "NUNEZ", "ELODIE")
    answer = _answer(ours, claim_id="4711", patient=told, lines=(_told(),))
    assert match(answer, [ours]).is_certain


def test_a_claim_of_another_system_matches_by_the_number_it_was_sent_with() -> None:
    legacy = _sent(1, _ours(1, control_number="A-1"), claim_number="OLD-00042")
    answer = _answer(legacy, claim_id="old00042")
    assert match(answer, [legacy]).is_certain


# ---------------------------------------------------------------- lines


def _pairs(remitted: list[RemittedLine], submitted: list[SubmittedLine]) -> list[int | None]:
    return [n.charge_id for n in match_lines(remitted, submitted)]


def test_a_line_that_the_payer_split_comes_back_twice() -> None:
    ours = _ours(1)
    half = _told(charge=9000, control_number=ours.control_number)
    assert _pairs([half, half], [ours]) == [1, 1]


def test_without_numbers_code_date_and_charge_tell_lines_apart() -> None:
    assert _pairs([_told("90785", 1500), _told()], [_ours(1), _ours(2, "90785", 1500)]) == [2, 1]


def test_modifiers_tell_apart_what_else_is_alike() -> None:
    ours = [_ours(1, modifiers=("95",)), _ours(2)]
    assert _pairs([_told(), _told(modifiers=("95",))], ours) == [2, 1]


def test_a_dropped_modifier_does_not_lose_the_line() -> None:
    (found,) = match_lines([_told()], [_ours(1, modifiers=("95",))])
    assert (found.charge_id, found.how) == (1, "code, date and charge")


def test_a_dropped_modifier_that_leaves_two_choices_fits_nothing() -> None:
    ours = [_ours(1, modifiers=("95",)), _ours(2, modifiers=("93",))]
    assert _pairs([_told()], ours) == [None]


def test_the_code_that_we_sent_counts_where_the_payer_changed_it() -> None:
    assert _pairs([_told("90834", original_procedure="90837")], [_ours(1)]) == [1]


def test_a_line_without_a_date_fits_by_code_and_charge() -> None:
    assert _pairs([_told(service_from=None)], [_ours(1)]) == [1]


def test_a_line_of_another_day_fits_nothing() -> None:
    assert _pairs([_told(service_from=date(2026, 1, 1))], [_ours(1)]) == [None]


def test_lines_that_are_alike_in_everything_are_paired_in_order() -> None:
    assert _pairs([_told(), _told()], [_ours(1), _ours(2)]) == [1, 2]


def test_one_line_too_many_fits_nothing() -> None:
    assert _pairs([_told(), _told()], [_ours(1)]) == [1, None]


def test_a_line_that_fits_nothing_makes_the_claim_wait_and_says_which() -> None:
    ours = _sent(1)
    answer = _answer(ours, lines=(_told("99999"),))
    found = match(answer, [ours])
    assert not found.is_certain
    assert found.reasons == (
        f"The claim is {ours.claim_number}, but line 1 of the remittance fits no line of it.",
    )
    assert [c.claim for c in found.candidates] == [ours]


def test_a_persons_choice_is_followed_down_to_the_lines() -> None:
    ours = _sent(1)
    answer = _answer(ours, claim_id="4711", payer_control_number="", lines=(_told(),))
    assert not match(answer, [ours]).is_certain
    chosen = match_by_hand(answer, ours)
    assert chosen.claim == ours
    assert [n.charge_id for n in chosen.lines] == [11]


def test_an_answer_without_lines_matches_the_claim_alone() -> None:
    ours = _sent(1)
    found = match(_answer(ours, lines=(), service_from=SERVED, service_to=SERVED), [ours])
    assert found.claim == ours
    assert found.lines == ()


def test_lines_that_the_payer_merged_into_one_are_found_by_their_sum() -> None:
    two = [_ours(1), _ours(2, charge=9000), _ours(3, "90785", 1500)]
    merged = _told(charge=27000)
    found = match_lines([merged, _told("90785", 1500)], two)
    assert [(n.position, n.charge_id, n.charge) for n in found] == [
        (0, 1, 18000), (0, 2, 9000), (1, 3, None),
    ]  # fmt: skip
    named = replace(merged, control_number=two[0].control_number)
    assert [n.charge_id for n in match_lines([named], two)] == [1, 2]
    assert _pairs([_told(charge=26000)], two) == [None]


def test_a_merged_line_is_spread_over_its_charges_to_the_cent() -> None:
    two = _sent(1, _ours(1), _ours(2, charge=9001))
    line = _told(charge=27001, paid=10000, adjustments=(
        Adjustment("CO", "45", 16002), Adjustment("PR", "3", 999)))  # fmt: skip
    said = _answer(two, paid=10000, lines=(line,))
    told = told_lines(said, match(said, [two]))
    assert [t.charge for t in told] == [18000, 9001]
    assert [t.charge - sum(a.amount for a in t.adjustments) - t.paid for t in told] == [0, 0]
    assert sum(t.paid for t in told) == 10000
    assert {t.position for t in told} == {0}


def test_a_part_of_a_claim_is_known_by_code_day_and_charge_where_numbers_are_lost() -> None:
    ours = _sent(1, _ours(1), _ours(2, "90785", 1500))
    part = _answer(ours, charge=1500, paid=1500, lines=(_told("90785", 1500),))
    assert match(part, [ours]).is_certain
    assert not match(replace(part, charge=1400), [ours]).is_certain

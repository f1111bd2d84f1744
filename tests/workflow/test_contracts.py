"""Contracts in the record: from a sheet to the promise on a claim's line, and its history."""

from datetime import date, timedelta

import pytest

from carethread.codes.contracts import TermKind
from carethread.record.models import ClaimLine, Contract, ContractFile, ContractTerm, Payer
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from carethread.workflow.remittances import contracts
from tests.cast import LONG_AGO, NOW, TODAY, Cast
from tests.workflow.test_post import sent_claim

SHEET = "code,credential,rate\n90837,,120\n90837,PSYD,135\n90834,,90\n"


def make_contract(cast: Cast, **more: object) -> Contract:
    fields = {"payer": cast.payer, "name": "Harbor 2025", "effective_from": LONG_AGO, **more}
    return contracts.save_contract(
        Contract(organization=cast.center, **fields), user=cast.ada, now=NOW
    )


def hand_in(contract: Contract, text: str, *, whole: bool = False) -> ContractFile:
    return contracts.hand_in(
        contract, name="rates.csv", data=text.encode(), starts=LONG_AGO, is_whole=whole,
        user=None, now=NOW,
    )  # fmt: skip


def loaded(cast: Cast, text: str = SHEET, **more: object) -> Contract:
    """A contract with the terms of that sheet."""
    contract = make_contract(cast, **more)
    contracts.load(hand_in(contract, text), user=cast.ada, now=NOW)
    return contract


def term(contract: Contract, amount: int, starts: date = TODAY, **more: object) -> ContractTerm:
    fields = {"code": "90837", "amount_cents": amount, "effective_from": starts, **more}
    return ContractTerm(organization=contract.organization, contract=contract, **fields)


def test_a_sheet_is_previewed_then_loaded_once(alder: Cast) -> None:
    contract = make_contract(alder)
    file = hand_in(contract, SHEET)
    seen = contracts.preview(file)
    assert (len(seen.plan.fresh), seen.faults) == (3, ())
    assert not ContractTerm.objects.exists(), "looking writes nothing"
    contracts.load(file, user=alder.ada, now=NOW)
    assert contract.terms.count() == 3
    with pytest.raises(Refused, match="loaded already"):
        contracts.load(file, user=alder.ada, now=NOW)
    with pytest.raises(Refused, match="says all of this"):
        contracts.load(hand_in(contract, SHEET), user=alder.ada, now=NOW)
    assert "Loaded rates.csv: 3 added, 0 changed, 0 ended, 0 as they were." in [
        event.words for event in contract.events.all()
    ]


def test_a_faulty_sheet_is_refused_whole_with_its_rows(alder: Cast) -> None:
    contract = loaded(alder)
    file = hand_in(contract, "code,rate,from\n90791,150,2026-01-01\n90791,160,2026-02-01\n9,1,\n")
    with pytest.raises(Refused) as refused:
        contracts.load(file, user=alder.ada, now=NOW)
    told = [problem.message for problem in refused.value.problems]
    assert told[0].startswith("rows 2 and 3: both hold for 90791")
    assert told[1].startswith("row 4: '9' is no procedure code")
    assert contract.terms.count() == 3
    with pytest.raises(Refused, match="cannot be read"):
        hand_in(contract, "a,b\n1,2\n")


def test_a_typed_term_ends_what_stood_the_day_before(alder: Cast) -> None:
    contract = loaded(alder)
    contracts.save_term(term(contract, 12_500), user=alder.ada, now=NOW)
    rows = contract.terms.filter(code="90837", credential="").order_by("effective_from")
    assert [(r.amount_cents, r.effective_to) for r in rows] == [
        (12_000, TODAY - timedelta(days=1)), (12_500, None),
    ]  # fmt: skip
    contracts.save_term(term(contract, 12_600), user=alder.ada, now=NOW)
    assert rows.get(amount_cents=12_500).withdrawn_at == NOW, "kept, and promises nothing"
    with pytest.raises(Refused, match="says this already"):
        contracts.save_term(term(contract, 12_600), user=alder.ada, now=NOW)
    with pytest.raises(Refused, match="only a per diem"):
        contracts.save_term(term(contract, 1, first_day=3), user=alder.ada, now=NOW)
    contracts.end_term(rows.get(amount_cents=12_600), last=TODAY, user=alder.ada, now=NOW)
    assert rows.get(amount_cents=12_600).effective_to == TODAY


def test_a_payer_has_one_contract_at_a_time(alder: Cast) -> None:
    old = loaded(alder)
    new = make_contract(alder, name="Harbor 2026", effective_from=date(2026, 1, 1))
    old.refresh_from_db()
    assert old.effective_to == date(2025, 12, 31)
    assert {t.effective_to for t in old.terms.all()} == {date(2025, 12, 31)}
    with pytest.raises(Refused, match="one contract holds at a time"):
        make_contract(alder, name="Another", effective_from=date(2025, 6, 1))
    assert new.effective_to is None


def test_the_promise_is_frozen_on_the_line_with_its_words(alder: Cast) -> None:
    contract = loaded(alder)
    sent_claim(alder)
    line = ClaimLine.objects.get()
    assert (line.expected_cents, line.expected_words) == (12_000, "90837: $120.00 a unit × 1")
    contracts.save_term(term(contract, 15_000), user=alder.ada, now=NOW)
    line.refresh_from_db()
    assert line.expected_cents == 12_000


def test_a_per_diem_knows_the_day_of_the_stay(alder: Cast) -> None:
    contract = make_contract(alder)
    tiers = {"kind": TermKind.PER_DIEM.value, "starts": LONG_AGO}
    contracts.save_term(term(contract, 1_000, last_day=56, **tiers), user=alder.ada, now=NOW)
    text = "code,rate,first day,last day\n90837,10,1,56\n90837,9,57,\n"
    contracts.load(hand_in(contract, text), user=alder.ada, now=NOW)
    sent_claim(alder)
    line = ClaimLine.objects.get()
    # Clara was admitted on January 5: March 2 is day 57.
    assert (line.expected_cents, "from day 57" in line.expected_words) == (900, True)


def test_another_payers_contract_promises_nothing(alder: Cast) -> None:
    other = staff.save_payer(Payer(organization=alder.center, name="Other", payer_id="OTHER"))
    loaded(alder, payer=other)
    sent_claim(alder)
    assert ClaimLine.objects.get().expected_cents is None

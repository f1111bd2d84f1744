"""Files that we write, before programs that are not ours."""

from importlib.metadata import distribution
from importlib.resources import files
from importlib.util import find_spec

import pytest

from carethread.x12.check import check
from carethread.x12.claim import Claim, Diagnosis
from carethread.x12.delimiters import Delimiters
from carethread.x12.remittance import Remittance
from tests.judges import oxedi_errors, pyx12_errors
from tests.x12 import make

CLAIM_FILES = {
    "one claim": make.claim_file(make.claim()),
    "a replacement for a dependent with every provider": make.claim_file(make.replacement()),
    "a secondary claim with line adjudication": make.claim_file(make.secondary()),
    "all three together": make.claim_file(),
    "twelve diagnoses and fifty lines": make.claim_file(
        make.claim(
            charge=50 * 15_000,
            diagnoses=tuple(Diagnosis("ABF" if n else "ABK", f"F1{n}20") for n in range(7))
            + tuple(Diagnosis("ABF", f"F43{n}") for n in (0, 9, 21, 22, 23)),
            lines=tuple(make.line(n) for n in range(1, 51)),
        )
    ),
}
REMITTANCES: dict[str, Remittance] = {
    "paid and denied": make.remittance(),
    "a reversal and its correction": make.remittance(make.reversal(), make.remitted_claim()),
    "nothing paid": make.remittance(
        make.denied(),
        method="NON",
        handling="H",
        amount=0,
        provider_adjustments=(),
    ),
}


@pytest.mark.parametrize("name", CLAIM_FILES)
def test_pyx12_accepts_every_837p_that_we_write(name: str) -> None:
    assert pyx12_errors(make.written(CLAIM_FILES[name])) == []


@pytest.mark.parametrize("claim", [make.institutional(), make.stay()])
def test_pyx12_accepts_an_837i_that_we_write(claim: Claim) -> None:
    data = make.written(make.claim_file(claim))
    assert pyx12_errors(data) == []
    assert check(data) == []


@pytest.mark.parametrize("name", REMITTANCES)
def test_pyx12_and_oxedi_accept_every_835_that_we_write(name: str) -> None:
    data = make.written(REMITTANCES[name])
    assert pyx12_errors(data) == []
    assert oxedi_errors(data) == []


def test_pyx12_accepts_what_we_write_with_other_delimiters() -> None:
    marks = Delimiters("|", ">", "!", "'", "\n")
    assert pyx12_errors(make.written(make.claim_file(), delimiters=marks)) == []


def test_pyx12_accepts_999_and_277ca() -> None:
    assert pyx12_errors(make.written(make.functional_ack())) == []
    assert pyx12_errors(make.written(make.claim_ack())) == []


@pytest.mark.parametrize(
    "transaction",
    [
        *CLAIM_FILES.values(),
        *REMITTANCES.values(),
        make.functional_ack(),
        make.claim_ack(),
    ],
)
def test_our_own_check_finds_nothing_in_clean_files(transaction: Remittance) -> None:
    assert check(make.written(transaction)) == []


def test_the_judges_do_refuse_a_file_that_is_wrong() -> None:
    data = make.written(make.claim_file()).replace(b"CLM*CT0000000001*150", b"CLM*CT0000000001*")
    assert pyx12_errors(data)
    assert oxedi_errors(make.written(make.remittance()).replace(b"*110*", b"*111*"))


def test_no_judge_that_we_know_reads_a_278_of_version_5010() -> None:
    """pyx12 has maps of the 278 of version 4010 alone, x12sdk knows six sets and not this one: a
    278 is judged by public samples and by our own guide (test_review). Where one of them learns it,
    this test says so, and it becomes a judge."""
    maps = [entry.name for entry in files("pyx12").joinpath("map").iterdir()]
    assert [name for name in maps if name.startswith("278") and "4010" not in name] == []
    assert find_spec("x12sdk") is not None
    models = [path for path in distribution("x12sdk").files or () if "278" in str(path)]
    assert models == []

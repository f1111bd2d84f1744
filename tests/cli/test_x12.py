"""`carethread x12` on clean, wrong, hostile and missing files."""

import json
from functools import partial
from pathlib import Path

import pytest

from carethread.x12.show import show
from tests.cli.run import carethread
from tests.x12.endless import peak_bytes
from tests.x12.make import claim, claim_file, functional_ack, remittance, remitted_claim, written

CLEAN = written(remittance(remitted_claim()))
WRONG = CLEAN.replace(b"CLP*", b"CLP*X", 1).replace(b"*7~", b"*8~")


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    (tmp_path / "era.835").write_bytes(CLEAN)
    return tmp_path / "era.835"


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    (tmp_path / "wrong.835").write_bytes(WRONG)
    return tmp_path / "wrong.835"


def test_a_clean_file_has_nothing_wrong_and_exits_0(clean: Path) -> None:
    result = carethread("x12", "check", clean)
    assert result.exit_code == 0
    assert result.stdout.strip() == f"{clean}: nothing is wrong"


def test_a_wrong_file_is_told_where_and_why_and_exits_1(wrong: Path) -> None:
    result = carethread("x12", "check", wrong)
    assert result.exit_code == 1
    assert "error" in result.stdout
    for finding in show(WRONG)[0]["findings"]:
        assert finding["id"] in result.stdout


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "empty"), (b"Dear payer,\n", "no X12"), (b"\x00\xff" * 500, "no X12")],
    ids=["empty", "a letter", "noise"],
)
def test_what_is_not_x12_says_so_and_exits_2(data: bytes, words: str) -> None:
    checked = carethread("x12", "check", "-", stdin=data)
    shown = carethread("x12", "show", "-", stdin=data)
    assert (checked.exit_code, shown.exit_code) == (2, 2)
    assert words in checked.stdout
    assert words in shown.stderr


@pytest.mark.parametrize(
    ("path", "words"), [("nowhere.835", "there is no file"), (".", "is a folder")]
)
def test_a_file_that_cannot_be_taken_is_named_and_exits_2(path: str, words: str) -> None:
    for command in ("show", "check"):
        result = carethread("x12", command, path)
        assert result.exit_code == 2
        assert words in result.stderr
        assert path in result.stderr


def test_of_several_files_the_worst_decides(clean: Path, wrong: Path) -> None:
    assert carethread("x12", "check", clean, wrong, clean).exit_code == 1
    assert carethread("x12", "check", clean, wrong, "-", stdin=b"no").exit_code == 2


def test_check_as_json_is_one_object_a_file(clean: Path, wrong: Path) -> None:
    result = carethread("x12", "check", "--json", clean, wrong)
    good, bad = json.loads(result.stdout)
    assert (good["file"], good["findings"]) == (str(clean), [])
    assert {"id", "severity", "segment", "message"} <= set(bad["findings"][0])


def test_a_file_that_cannot_be_taken_leaves_the_others_told_and_the_json_whole(wrong: Path) -> None:
    for files in ([wrong, "nowhere.835"], ["nowhere.835", wrong]):
        result = carethread("x12", "check", "--json", *files)
        told = {Path(each["file"]): each["findings"] for each in json.loads(result.stdout)}
        assert (result.exit_code, told[Path("nowhere.835")]) == (2, [])
        assert told[wrong] == show(WRONG)[0]["findings"]
        assert "there is no file nowhere.835" in result.stderr
        drawn = carethread("x12", "check", *files)
        assert (drawn.exit_code, told[wrong][0]["id"] in drawn.stdout) == (2, True)
        assert "nothing is wrong" not in drawn.stdout


def _many_bad_sets(count: int) -> bytes:
    """Sets that each say a wrong number of their own segments."""
    one = written(remittance(remitted_claim()), usage="T")
    begin, end = one.index(b"ST*"), one.index(b"GE*")
    inside = one[begin:end].replace(b"~SE*", b"~SE*9")
    sets = (
        inside.replace(b"*0001~", b"*%06d~" % n).replace(b"*0001*", b"*%06d*" % n)
        for n in range(1, count + 1)
    )
    return one[:begin] + b"".join(sets) + one[end:].replace(b"GE*1*", b"GE*%d*" % count)


def test_of_many_findings_of_a_kind_the_first_are_told_and_the_rest_counted() -> None:
    data = _many_bad_sets(1_130)
    result = carethread("x12", "check", "-", stdin=data)
    assert result.exit_code == 1
    assert result.stdout.startswith("standard input: 1,130 errors\n")
    assert result.stdout.count("  SE_COUNT  ") == 100
    assert "… and 1,030 more SE_COUNT" in result.stdout
    as_json = carethread("x12", "check", "--json", "-", stdin=data)
    [answer] = json.loads(as_json.stdout)
    assert (as_json.exit_code, len(answer["findings"])) == (1, 1_130)


def test_five_times_the_bad_sets_take_no_more_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carethread.x12.units._BLOCK", 4096)
    peaks = []
    for count in (120, 120, 600):  # what is made once and remembered counts only the first time
        path = tmp_path / f"{count}.835"
        path.write_bytes(_many_bad_sets(count))
        peaks.append(peak_bytes(partial(carethread, "x12", "check", path)))
    assert peaks[2] < 1.5 * peaks[1]


def test_show_as_json_is_what_the_library_says(clean: Path) -> None:
    assert json.loads(carethread("x12", "show", "--json", clean).stdout) == show(CLEAN)


def test_a_file_from_a_pipe_is_shown_like_one_from_the_disk() -> None:
    shown = carethread("x12", "show", "--json", "-", stdin=CLEAN)
    assert json.loads(shown.stdout) == show(CLEAN)


@pytest.mark.parametrize(
    "data", [CLEAN, written(claim_file()), written(functional_ack())], ids=["835", "837P", "999"]
)
def test_a_person_sees_every_value_that_json_has(data: bytes) -> None:
    drawn = " ".join(carethread("x12", "show", "-", stdin=data).stdout.replace("│", " ").split())
    for value in _words(show(data)):
        assert " ".join(value.split()) in drawn


def _words(value: object) -> list[str]:
    match value:
        case str() if value:
            return [value]
        case list():
            return [word for each in value for word in _words(each)]
        case dict():
            return [word for each in value.values() for word in _words(each)]
    return []


def test_a_name_from_a_file_cannot_paint_on_the_terminal() -> None:
    hostile = CLEAN.replace(b"N1*PR*", b"N1*PR*[bold red]\x1b[2J\x07", 1)
    shown = carethread("x12", "show", "-", stdin=hostile).stdout
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[bold red]" in shown


def test_of_a_long_list_a_person_sees_the_first_and_the_number_of_the_rest() -> None:
    claims = [remitted_claim(claim_id=f"CT{number:04}") for number in range(60)]
    shown = carethread("x12", "show", "-", stdin=written(remittance(*claims))).stdout
    assert "claims (60)" in shown
    assert "CT0049" in shown
    assert "CT0050" not in shown
    assert "and 10 more" in shown


@pytest.mark.parametrize("data", [CLEAN, written(claim_file()), written(functional_ack())])
def test_what_show_prints_write_turns_back_into_the_file(data: bytes) -> None:
    shown = carethread("x12", "show", "--json", "-", stdin=data).stdout_bytes
    result = carethread("x12", "write", "-", stdin=shown)
    assert (result.exit_code, result.stdout_bytes) == (0, data)


def test_write_can_name_its_file(tmp_path: Path) -> None:
    (tmp_path / "era.json").write_text(json.dumps(show(CLEAN)))
    result = carethread("x12", "write", tmp_path / "era.json", "-o", tmp_path / "era.835")
    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / "era.835").read_bytes() == CLEAN


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (json.dumps(show(CLEAN)).replace('"charge": "150.00"', '"charge": "12,5"', 1), "claims[0]"),
        ("[{", "is not JSON: "),
        ("[" * 100_000, "nested too deep"),
        ("[]", "there is no transaction set to write"),
        ("\udcff", "is not JSON: it is not text in UTF-8"),
    ],
    ids=["an amount", "half", "deep", "nothing", "not text"],
)
def test_json_that_cannot_be_written_is_told_with_its_key_and_exits_2(
    text: str, words: str
) -> None:
    result = carethread("x12", "write", "-", stdin=text.encode("utf-8", "surrogateescape"))
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""


def test_every_key_that_is_wrong_is_told_on_a_line_of_its_own() -> None:
    shown = show(CLEAN)
    shown[0]["claims"][0]["charge"] = "12,5"
    shown[0]["payment"]["date"] = "soon"
    result = carethread("x12", "write", "-", stdin=json.dumps(shown).encode())
    assert "claims[0].charge: '12,5' is not an amount" in result.stderr
    assert "payment.date: 'soon' is not a day, as 2026-12-31" in result.stderr


def test_ack_accepts_a_clean_file_with_a_999(clean: Path) -> None:
    result = carethread("x12", "ack", clean)
    [ack] = show(result.stdout_bytes)
    assert (result.exit_code, ack["type"], ack["code"]) == (0, "999", "A")
    assert (ack["sender"], ack["receiver"]) == ("HOUSE", "CENTER")
    assert [each["code"] for each in ack["sets"]] == ["A"]


def test_ack_refuses_a_wrong_file_and_exits_1(wrong: Path, tmp_path: Path) -> None:
    result = carethread("x12", "ack", wrong, "-o", tmp_path / "answer.999", "--control", 77)
    [ack] = show((tmp_path / "answer.999").read_bytes())
    assert (result.exit_code, ack["code"]) == (1, "R")
    assert ack["control"]["interchange"] == "000000077"


def test_ack_refuses_an_envelope_with_a_ta1() -> None:
    result = carethread("x12", "ack", "-", stdin=CLEAN.replace(b"IEA*1*", b"IEA*2*"))
    [word] = show(result.stdout_bytes)
    assert (result.exit_code, word["type"], word["code"]) == (1, "TA1", "R")


def test_an_acknowledgment_is_not_acknowledged() -> None:
    result = carethread("x12", "ack", "-", stdin=written(functional_ack()))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nothing to answer" in result.stderr


def test_ack_of_what_is_not_x12_exits_2() -> None:
    assert carethread("x12", "ack", "-", stdin=b"Dear payer").exit_code == 2


def test_scrub_says_by_claim_which_rule_stops_it_and_exits_1(tmp_path: Path) -> None:
    (tmp_path / "claims.837").write_bytes(written(claim_file(claim())))
    result = carethread("x12", "scrub", tmp_path / "claims.837", "--json")
    (answer,) = json.loads(result.stdout)
    told = {f["rule"]: f["severity"] for c in answer["claims"] for f in c["findings"]}
    assert result.exit_code == (1 if "stops" in told.values() else 0)
    known = tmp_path / "known.json"
    known.write_text('{"*": {"member_id_pattern": "ZZZ"}}')
    result = carethread("x12", "scrub", tmp_path / "claims.837", "--context", known)
    assert result.exit_code == 1
    assert "MEMBER_ID_REGEX" in result.stdout


@pytest.mark.parametrize("context", ["no json", "[]", '{"*": 1}', '{"*": {"today": "soon"}}'])
def test_scrub_refuses_what_it_cannot_read_with_exit_2(tmp_path: Path, context: str) -> None:
    (tmp_path / "claims.837").write_bytes(written(claim_file(claim())))
    (tmp_path / "known.json").write_text(context)
    result = carethread(
        "x12", "scrub", tmp_path / "claims.837", "--context", tmp_path / "known.json"
    )
    assert result.exit_code == 2
    assert "known.json" in result.stderr or "today" in result.stderr


def test_scrub_of_a_file_without_claims_exits_2(clean: Path) -> None:
    result = carethread("x12", "scrub", clean)
    assert result.exit_code == 2
    assert "no claim" in result.stderr

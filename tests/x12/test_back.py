"""What is shown as JSON and written again has the same segments, for every sample.

Alike are: an amount or number with and without needless zeros, one day written as a day, as a
range of it or as two days, control numbers of trailers and counts that the sender got wrong, the
ISA's passwords (which nobody is shown) and the hour of a GS.
"""

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from carethread.x12.delimiters import from_isa, split
from carethread.x12.show import show
from carethread.x12.units import tidy
from carethread.x12.unshow import write_shown
from carethread.x12.views.kinds import Invalid

SAMPLES = Path(__file__).parents[3] / "shared/samples/x12"
pytestmark = [
    pytest.mark.samples,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"{SAMPLES} is not on this machine"),
]

_MARK = "the file parts components with > and declares :, so that HC>55669 is no qualifier"
_LEVELS = "levels are numbered and announced anew: the sender's HL02 and HL04 are wrong"
OTHERWISE = {
    "835/azoner--835_mult_loops": "one day in DTM 150 and 151 is written as DTM 472",
    "835/linuxforhealth--cob-contractural-adjustment": _MARK,
    "835/linuxforhealth--managed-care": "BPR16 is 20002316, no day; SVC05 left out means 1",
    "835/linuxforhealth--secondary-payment": _MARK,
    "835/linuxforhealth--tertiary-payment": "SVC01 is HC alone, with * for : behind it",
    "835/moov-io--sample2": "BPR16 is 20990080, no day",
    "837i/imsweb--x223-test": "DTP 434 stands behind DTP 435; it is written in the guide's order",
    "837i/linuxforhealth--out-of-network-repriced-claim": _MARK,
    "837i/linuxforhealth--ppo-repriced-claim": _MARK,
    "837p/imsweb--x12_complex": _LEVELS,
    "837p/imsweb--x12_many_claims": f"{_LEVELS}; each provider stands again for every claim",
    "837p/imsweb--x12_multiple_isa": _LEVELS,
    "837p/imsweb--x12_multiple_st": _LEVELS,
    "837p/imsweb--x12_valid_different_separators": _LEVELS,
    "837p/linuxforhealth--demo.cob.2ndary.example4": _MARK,
    "837p/linuxforhealth--demo.example11": _MARK,
    "837p/linuxforhealth--demo.example12": _MARK,
    "837p/linuxforhealth--demo.example6": _MARK,
    "837p/linuxforhealth--demo.example9": _MARK,
    "837p/moov-io--sample": "the same policy, stated again for each claim, is written once",
}
"""Samples that come back otherwise, and why."""
ENVELOPE = ("ISA", "GS", "SE", "GE", "IEA")


def alike(data: bytes) -> list[str]:
    """The segments between the envelopes, as far as they mean something else."""
    text = data[data.index(b"ISA") :].decode("latin-1")
    marks = from_isa(text)
    found: list[str] = []
    for elements in split(tidy(text, marks), marks):
        if elements[0] in ENVELOPE:
            continue
        said = "*".join(":".join(map(plain, e.split(marks.component))) for e in elements)
        said = re.sub(r"^(DTP\*\d+)\*RD8\*(\d{8})-\2$", r"\1*D8*\2", said)
        found.append(re.sub(r"[*:]+$", "", said))
    return found


def plain(text: str) -> str:
    if re.fullmatch(r"-?\d*\.\d+", text):
        text = re.sub(r"^(-?)0+(?=\d)", r"\1", text.rstrip("0").rstrip("."))
        return text or "0"
    return text


NAMES = sorted(str(p.relative_to(SAMPLES).with_suffix("")) for p in SAMPLES.glob("*/*.edi"))


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_comes_back_from_its_json(name: str) -> None:
    data = (SAMPLES / f"{name}.edi").read_bytes()
    try:
        back = alike(write_shown(json.loads(json.dumps(show(data))), datetime(2026, 1, 1)))
    except Invalid:
        back = []
    assert (back == alike(data)) is (name not in OTHERWISE), OTHERWISE.get(name, "")


def test_apart_from_the_numbers_of_its_levels_the_complex_sample_comes_back_too() -> None:
    data = (SAMPLES / "837p/imsweb--x12_complex.edi").read_bytes()
    back = alike(write_shown(json.loads(json.dumps(show(data))), datetime(2026, 1, 1)))
    assert [s for s in back if s[:3] != "HL*"] == [s for s in alike(data) if s[:3] != "HL*"]

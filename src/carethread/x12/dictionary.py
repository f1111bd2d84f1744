"""The data dictionary: what type and length each element of a segment may have.

One line a segment, in order. `AN1-60` is text, `ID2-3` a code, `R1-18` a decimal number,
`N1-9` a whole number, `DT8` a day, `TM4-8` a time; one figure means exactly that length.
Parentheses hold a composite. Guides may narrow these (`<=20`), never widen them.
"""

import re
from dataclasses import dataclass
from functools import cache

_PROCEDURE = "(ID2 AN1-48 AN2 AN2 AN2 AN2 AN1-80 AN1-48)"
_CODE = "(ID1-3 AN1-30 ID2-3 AN1-35 R1-18 R1-15 AN1-30 AN1-30 ID1)"
_STATUS = "(AN1-30 AN1-30 ID2-3 ID1-3)"
_REFERENCE = "(ID2-3 AN1-50 ID2-3 AN1-50 ID2-3 AN1-50)"

_SEGMENTS = f"""
AK1 ID2 N1-9 AN1-12
AK2 ID3 AN4-9 AN1-35
AK9 ID1 N1-6 N1-6 N1-6 ID1-3 ID1-3 ID1-3 ID1-3 ID1-3
AMT ID1-3 R1-18 ID1
BHT ID4 ID2 AN1-50 DT8 TM4-8 ID2
BPR ID1-2 R1-18 ID1 ID3 ID1-10 ID2 AN3-12 ID1-3 AN1-35 AN10 AN9 ID2 AN3-12 ID1-3 AN1-35 DT8
    ID1-3 ID2 AN3-12 ID1-3 AN1-35
CAS ID1-2 {"ID1-5 R1-18 R1-15 " * 6}
CL1 ID1 ID1 ID1-2 ID1
CLM AN1-38 R1-18 ID1-2 ID1-2 (AN1-2 ID1-2 ID1) ID1 ID1 ID1 ID1 ID1
    (ID2-3 ID2-3 ID2-3 ID2 ID2-3) ID2-3 ID1 ID1-3 ID1 ID1 ID1-2 ID1 ID2 ID1-2
CLP AN1-38 ID1-2 R1-18 R1-18 R1-18 ID1-2 AN1-50 AN1-2 ID1 ID1-2 ID1-4 R1-15 R1-10 ID1
CN1 ID2 R1-18 R1-6 AN1-50 R1-6 AN1-30
CR1 ID2 R1-10 ID1 ID1 ID2 R1-15 AN1-55 AN1-55 AN1-80 AN1-80
CR2 N1-9 R1-15 ID2-3 ID2-3 ID2 R1-15 R1-15 ID1 ID1 AN1-80 AN1-80 ID1
CR3 ID1 ID2 R1-15 ID1 AN1-80
CRC ID2 ID1 ID2-3 ID2-3 ID2-3 ID2-3 ID2-3
CTP ID2 ID3 R1-17 R1-15 (ID2 R1-15 R1-10) ID3 R1-10 R1-18 ID2 AN1-10 N1-2
CTX (AN1-35 AN1-35) ID2-3 N1-6 AN1-4 (N1-2 N1-2 N1-4) (N1-4 N1-4)
CUR ID2-3 ID3 R4-10 ID2-3 ID3 ID3 {"ID3 DT8 TM4-8 " * 5}
DMG ID2-3 AN1-35 ID1 ID1 (ID1 ID1-3 AN1-30) ID1-2 ID2-3 ID1-2 R1-15 ID1-3 AN1-30
DTM ID3 DT8 TM4-8 ID2 ID2-3 AN1-35
DTP ID3 ID2-3 AN1-35
FRM AN1-20 ID1 AN1-50 DT8 R1-6
GE N1-6 N1-9
GS ID2 AN2-15 AN2-15 DT8 TM4-8 N1-9 ID1-2 AN1-12
HCP ID2 R1-18 R1-18 AN1-50 R1-9 AN1-50 R1-18 AN1-48 ID2 AN1-48 ID2 R1-15 ID2 ID1-2 ID1-2
HI {(_CODE + " ") * 12}
HL AN1-12 AN1-12 ID1-2 ID1
IEA N1-5 N9
IK3 ID2-3 N1-6 AN1-4 ID1-3
IK4 (N1-2 N1-2 N1-4) N1-4 ID1-3 AN1-99
IK5 ID1 ID1-3 ID1-3 ID1-3 ID1-3 ID1-3
ISA ID2 AN10 ID2 AN10 ID2 AN15 ID2 AN15 DT6 TM4 AN1 ID5 N9 ID1 ID1 AN1
K3 AN1-80 ID1-2 (ID2)
LIN AN1-20 {"ID2 AN1-48 " * 15}
LQ ID1-3 AN1-30
LX N1-6
MEA ID2 ID1-3 R1-20 (ID2) R1-20 R1-20 ID2 ID2 ID2 ID2-4 ID1-3 AN1-30
MIA R1-15 R1-18 R1-15 R1-18 AN1-50 R1-18 R1-18 R1-18 R1-18 R1-18 R1-18 R1-18 R1-18 R1-18
    R1-15 R1-18 R1-18 R1-18 R1-18 AN1-50 AN1-50 AN1-50 AN1-50 R1-18
MOA R1-10 R1-18 AN1-50 AN1-50 AN1-50 AN1-50 AN1-50 R1-18 R1-18
N1 ID2-3 AN1-60 ID1-2 AN2-80 ID2 ID2-3
N3 AN1-55 AN1-55
N4 AN2-30 ID2 ID3-15 ID2-3 ID1-2 AN1-30 ID1-3
NM1 ID2-3 ID1 AN1-60 AN1-35 AN1-25 AN1-10 AN1-10 ID1-2 AN2-80 ID2 ID2-3 AN1-60
NTE ID3 AN1-80
OI ID1-2 ID2 ID1 ID1 ID1 ID1
PAT ID2 ID1 ID2 ID1 ID2-3 AN1-35 ID2 R1-10 ID1
PER ID2 AN1-60 ID2 AN1-256 ID2 AN1-256 ID2 AN1-256 AN1-20
PLB AN1-50 DT8 {"(ID2 AN1-50) R1-18 " * 6}
PRV ID1-3 ID2-3 AN1-50 ID2 (AN1) ID3
PS1 AN1-50 R1-18 ID2
PWK ID2 ID1-2 N1-2 ID2-3 ID1-2 AN2-80 AN1-80 (ID2) ID1-2
QTY ID2 R1-15 (ID2) AN1-30
RDM ID1-2 AN1-60 AN1-256 (ID2) (ID2)
REF ID2-3 AN1-50 AN1-80 {_REFERENCE}
SBR ID1 ID2 AN1-50 AN1-60 ID1-3 ID1 ID1 ID2 ID1-2
SE N1-10 AN4-9
ST ID3 AN4-9 AN1-35
STC {_STATUS} DT8 ID1-2 R1-18 R1-18 DT8 ID3 DT8 AN1-16 {_STATUS} {_STATUS} AN1-264
SV1 {_PROCEDURE} R1-18 ID2 R1-15 AN1-2 ID1-2 (N1-2 N1-2 N1-2 N1-2) R1-18 ID1 ID1-2 ID1 ID1
    ID1-2 AN1-2 ID1 ID1 AN1-50 ID3-15 R1-18 ID1 ID1
SV2 AN1-48 {_PROCEDURE} R1-18 ID2 R1-15 R1-10 R1-18 ID1 ID1 ID1
SV5 {_PROCEDURE} ID2 R1-15 R1-18 R1-18 ID1 ID1
SVC {_PROCEDURE} R1-18 R1-18 AN1-48 R1-15 {_PROCEDURE} R1-15
SVD AN2-80 R1-18 {_PROCEDURE} AN1-48 R1-15 N1-6
TA1 N9 DT6 TM4 ID1 ID3
TRN ID1-2 AN1-50 AN10 AN1-50
TS2 {"R1-18 " * 19}
TS3 AN1-50 AN1-2 DT8 R1-15 {"R1-18 " * 18} R1-15 R1-18
"""


@dataclass(frozen=True, slots=True)
class Type:
    """An element's type (AN ID R N DT TM, or "" for a composite) and its shortest and longest
    value; `parts` are a composite's components."""

    name: str
    shortest: int = 0
    longest: int = 0
    parts: tuple["Type", ...] = ()


_TOKEN = re.compile(r"([A-Z]+)(\d+)(?:-(\d+))?|([()])")


def _types(text: str) -> tuple[Type, ...]:
    stack: list[list[Type]] = [[]]
    for name, shortest, longest, bracket in _TOKEN.findall(text):
        if bracket == "(":
            stack.append([])
        elif bracket == ")":
            parts = tuple(stack.pop())
            stack[-1].append(Type("", parts=parts))
        else:
            stack[-1].append(Type(name, int(shortest), int(longest or shortest)))
    return tuple(stack[0])


@cache
def segments() -> dict[str, tuple[Type, ...]]:
    """The types of every known segment's elements, by tag."""
    lines = re.sub(r"\n +", " ", _SEGMENTS.strip()).splitlines()
    return {tag: _types(rest) for tag, _, rest in (line.partition(" ") for line in lines)}

"""What nobody touched comes back byte for byte; an edited set keeps what has no field here."""

from dataclasses import replace

import pytest

from carethread.x12.claim import ClaimFile
from carethread.x12.delimiters import DEFAULT, Delimiters
from carethread.x12.reader import UnknownSet, read
from carethread.x12.remittance import Remittance
from carethread.x12.writer import rewrite, set_lines
from tests.x12 import make
from tests.x12.test_samples import ALL, SAMPLES

RICH_CLAIM = (
    b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260302*0930*^*00501"
    b"*000000001*0*P*:~GS*HC*A*B*20260302*0930*1*X*005010X222A1~ST*837*0001*005010X222A1~"
    b"BHT*0019*00*R1*20260302*0930*CH~NM1*41*2*A*****46*A~PER*IC*X*TE*8605550100*FX*8605550101~"
    b"NM1*40*2*B*****46*B~HL*1**20*1~PRV*BI*PXC*261QM0801X~CUR*85*USD~"
    b"NM1*85*2*HARBOR*****XX*1245319599~N3*1 ST*STE 2~N4*MYSTIC*CT*063550001**~REF*EI*061234567~"
    b"NM1*PE*2*PLAN*****PI*77~N3*1 AV~N4*MYSTIC*CT*06355~REF*EI*061112222~"
    b"HL*2*1*22*0~SBR*P*18*G*******CI~PAT*******01*155~NM1*IL*1*R*A****MI*W1~N3*1 ST~N4*M*CT*06355~"
    b"DMG*D8*19900517*F~NM1*PR*2*PAYER*****PI*P1~CLM*C1*150***11:B:1*Y*A*Y*Y*P*AA:::CT~"
    b"DTP*431*D8*20260101~PWK*OZ*BM***AC*DMN0012~CN1*02*550~AMT*F5*20~REF*G1*AUTH~REF*G1*AUTH2~"
    b"K3*SOME FIXED TEXT~NTE*ADD*NOTE~CR1*LB*140**A*DH*12~ZZZ*WHAT*IS:THIS~HI*ABK:F331*ABF:F411~"
    b"HI*BG:09~NM1*DN*1*F*O****XX*1922164458~NM1*P3*1*G*P****XX*1003814971~REF*G2*77~"
    b"NM1*82*1*STONE*RUTH****XX*1003814971~PRV*PE*PXC*1041C0700X~REF*G2*0098~"
    b"NM1*PW*2~N3*1 WAY~N4*MYSTIC*CT*06355~LX*1~SV1*HC:90837:95::::TALK*150*UN*1*11**1:2**Y~"
    b"CRC*70*Y*65~DTP*472*D8*20260210~REF*6R*L1~REF*G1*OTHER**2U:PAYER~LIN**N4*00409~"
    b"CTP****2*UN~REF*XZ*1~NM1*DK*1*FIELD*OMAR****XX*1922164458~SE*57*0001~GE*1*1~IEA*1*000000001~"
)


def body(data: bytes) -> list[str]:
    """The segments between ST and SE."""
    segments = data.decode().replace("\n", "").split("~")
    return segments[segments.index(next(s for s in segments if s.startswith("ST*"))) + 1 : -4]


@pytest.mark.samples
@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"{SAMPLES} is not on this machine")
@pytest.mark.parametrize("name", ALL)
def test_a_sample_that_nobody_edits_is_written_back_byte_for_byte(name: str) -> None:
    data = (SAMPLES / f"{name}.edi").read_bytes()
    assert rewrite(read(data)) == data


def test_segments_and_elements_without_a_field_come_back_in_their_place() -> None:
    document = read(RICH_CLAIM)
    assert document.findings == ()
    [file] = document.transactions
    written = set_lines(file, "0001", DEFAULT)
    expected = [s.rstrip("*") for s in body(RICH_CLAIM)]
    assert written[1:-1] == expected


def test_an_edit_changes_its_own_segment_and_no_other() -> None:
    document = read(RICH_CLAIM)
    [file] = document.transactions
    assert isinstance(file, ClaimFile)
    [claim] = file.claims
    edited = replace(
        file, claims=(replace(claim, frequency="7", original_reference="ICN9", charge=14_000),)
    )
    before, after = body(RICH_CLAIM), body(rewrite(document, [edited]))
    assert [s for s in after if s.rstrip("*") not in {x.rstrip("*") for x in before}] == [
        "CLM*C1*140***11:B:7*Y*A*Y*Y*P*AA:::CT",
        "REF*F8*ICN9",
    ]
    assert len(after) == len(before) + 1
    assert b"SE*58*0001~" in rewrite(document, [edited])


def test_an_edited_set_leaves_its_neighbours_bytes_alone() -> None:
    first, second = make.remittance(), make.remittance(make.denied())
    data = make.written(first, second)
    document = read(data)
    edited = document.transactions[1]
    assert isinstance(edited, Remittance)
    changed = replace(edited, trace="NEWTRACE")
    written = rewrite(document, [document.transactions[0], changed])
    begin, end = document.spans[0]
    assert written[:end] == data[:end]
    assert read(written).transactions[1].trace == "NEWTRACE"  # type: ignore[union-attr]
    assert read(written).findings == ()
    assert begin > 0


def test_a_claim_read_with_odd_delimiters_can_be_written_with_the_usual_ones() -> None:
    marks = Delimiters("|", ">", "!", "'", "\r\n")
    odd = RICH_CLAIM.decode().translate(str.maketrans("*:^~", "|>!'")).replace("'", "'\r\n")
    [file] = read(odd.encode()).transactions
    assert set_lines(file, "0001", DEFAULT) == set_lines(
        read(RICH_CLAIM).transactions[0], "0001", DEFAULT
    )
    assert rewrite(read(odd.encode())) == odd.encode()
    again = read(odd.encode())
    assert again.envelopes[0].delimiters == marks


def test_an_835_keeps_bank_details_summaries_and_inpatient_amounts() -> None:
    data = make.written(make.remittance())
    rich = (
        data.replace(
            b"BPR*I*105*C*ACH************20260301",
            b"BPR*I*105*C*ACH*CCP*01*011000015*DA*123*1512345678**01*011000015*DA*456*20260301",
        )
        .replace(b"LX*1~", b"LX*1~TS3*1245319599*11*20261231*1*150~TS2*2178.45~")
        .replace(b"AMT*B6*120~", b"AMT*B6*120~QTY*ZK*3~LQ*RX*75~")
        .replace(b"DTM*232", b"MIA*0***138.4*N54~DTM*232")
    )
    rich = rich.replace(b"SE*36", b"SE*41")
    document = read(rich)
    [remittance] = document.transactions
    assert isinstance(remittance, Remittance)
    assert remittance.claims[0].remarks == ("N54",)
    changed = replace(remittance, trace="T2")
    kept = [s for s in body(rewrite(document, [changed])) if not s.startswith("TRN")]
    assert kept == [s for s in body(rich) if not s.startswith("TRN")]


def test_repeated_elements_are_kept_and_need_a_separator() -> None:
    data = RICH_CLAIM.replace(b"ZZZ*WHAT*IS:THIS", b"ZZZ*WHAT*IS:THIS^AND:THAT")
    [file] = read(data).transactions
    assert "ZZZ*WHAT*IS:THIS^AND:THAT" in set_lines(file, "0001", DEFAULT)
    assert "ZZZ*WHAT*IS:THIS!AND:THAT" in set_lines(file, "0001", Delimiters(repetition="!"))
    with pytest.raises(ValueError, match="repetition separator"):
        set_lines(file, "0001", Delimiters(repetition=""))


def test_a_set_that_we_do_not_speak_is_kept_and_written() -> None:
    data = make.written(make.remittance()).replace(b"005010X221A1", b"009999X999A9")
    [unknown] = read(data).transactions
    assert isinstance(unknown, UnknownSet)
    assert unknown.kind == "835"
    assert [f.id for f in read(data).findings] == ["SET_UNKNOWN"]
    assert set_lines(unknown, "0001", DEFAULT)[1:-1] == body(data)

"""835 health care claim payment, 005010X221A1: one set is one check, EFT or advice."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, ClassVar

from carethread.x12 import values as wire
from carethread.x12.binding import Get, Place, Take, Values
from carethread.x12.bindings import BINDINGS, MANY, runs
from carethread.x12.common import Envelope, Inpatient, Kept, Outpatient, Party, Reference
from carethread.x12.delimiters import COMPONENT, Delimiters
from carethread.x12.guide import Guide, Segment, Shape, parse_loop
from carethread.x12.guides.assembly import Assembler, down, not_up, up
from carethread.x12.guides.decisions import DECISIONS
from carethread.x12.remittance import (
    InpatientTotals,
    ProviderAdjustment,
    ProviderTotals,
    Remittance,
    RemittedClaim,
    RemittedLine,
)
from carethread.x12.rendering import NOBODY, Item, render

_TEXT = """
let CAS = =CO|OA|PI|PR ! ! .*16
let NAME = name first_name middle_name - suffix
let PATIENT_ID = id_qualifier{34|HN|II|MI|MR} id
let MEMBER_ID = id_qualifier!{FI|II|MI} id!
let PROVIDER_ID = id_qualifier!{BD|BS|FI|MC|PC|SL|UP|XX} id!
let PLAN_ID = id_qualifier!{AD|FI|NI|PI|PP|XV} id!

[835 R1]
  [HEADER R1 header=Header]
    BPR R1 handling!{C|D|H|I|P|U|X} amount:cents! credit_or_debit!{C|D}
           method!{ACH|BOP|CHK|FWT|NON} payment_format{CCP|CTX} payer_bank_qualifier{01|04}
           payer_bank payer_account_qualifier{DA} payer_account originator originator_code
           payee_bank_qualifier{01|04} payee_bank payee_account_qualifier{DA|SG} payee_account
           paid_on:day!
    TRN R1 =1 trace! payer_identifier! trace_code
    CUR S1 =PR !
    REF S1 #EV @references:references !
    REF S1 #F2 @references:references !
    DTM S1 #405 production_date:day!
    [1000A R1 payer=Organization]
      N1 R1 #PR name! id_qualifier{XV} id
      N3 R1 @street:address ! .
      N4 R1 @city:address ! . . .  - - .
      REF S4 #2U|EO|HI|NF @references:references !
      PER S1 #CX . . . . . . .
      PER R> #BL @contact:contact . . . . . . .
      PER S1 #IC - =UR !
    [1000B R1 payee=Organization]
      N1 R1 #PE name! id_qualifier!{FI|XV|XX} id!
      N3 S1 @street:address ! .
      N4 S1 @city:address ! . . . - - .
      REF S> #0B|D3|PQ|TJ @references:references !
      RDM S1 =BM|EM|FT|OL . .
  [2000 S> batches=Batch*]
    LX R1 number:integer!
    [2000.TS3 S1 totals=ProviderTotals]
      TS3 R1 provider! facility_code! fiscal_period_end:day! claim_count:number! charge:cents!
             - - - - - - - msp_primary_payer:money - non_lab_charge:money - hcpcs_charge:money
             payable:money - professional_component:money msp_patient_liability:money
             patient_reimbursement:money pip_claim_count:number pip_adjustment:money
    [2000.TS2 S1 inpatient_totals=InpatientTotals]
      TS2 R1 drg:money federal_specific:money hospital_specific:money disproportionate_share:money
             capital:money indirect_teaching:money outlier_days:number day_outlier:money
             cost_outlier:money average_length_of_stay:number discharges:number
             cost_report_days:number covered_days:number non_covered_days:number
             msp_pass_through:money average_weight:number capital_fsp_drg:money
             capital_hsp_drg:money capital_dsh_drg:money
    [2100 R> claims=RemittedClaim*]
      CLP R1 claim_id! status!{1|2|3|4|19|20|21|22|23|25} charge:cents! paid:cents!
             patient_responsibility:cents
             filing_indicator!{12|13|14|15|16|17|AM|CH|DS|HM|LM|MA|MB|MC|OF|TV|VA|WC|ZZ}
             payer_control_number! facility_code frequency - drg drg_weight:number
             discharge_fraction:number
      CAS S99 @adjustments:adjustments $CAS
      [2100.patient R1 patient=Party]
        NM1 R1 #QC entity_type!{1} $NAME $PATIENT_ID
      [2100.subscriber S1 subscriber=Party]
        NM1 R1 #IL entity_type!{1|2} $NAME $MEMBER_ID
      [2100.corrected S1 corrected_patient=Party]
        NM1 R1 #74 entity_type!{1|2} $NAME id_qualifier{C} id
      [2100.rendering S1 rendering=Party]
        NM1 R1 #82 entity_type!{1|2} $NAME $PROVIDER_ID
      [2100.crossover S1 crossover_payer=Party]
        NM1 R1 #TT entity_type!{2} name! - - - - $PLAN_ID
      [2100.priority S1 priority_payer=Party]
        NM1 R1 #PR entity_type!{2} name! - - - - $PLAN_ID
      [2100.other S1 other_subscriber=Party]
        NM1 R1 #GB entity_type!{1|2} $NAME id_qualifier{FI|II|MI} id
      use MIA
      use MOA
      REF S5 #1L|1W|28|6P|9A|9C|BB|CE|EA|F8|G1|G3|IG|SY @references:references !
      REF S10 #0B|1A|1B|1C|1D|1G|1H|1J|D3|G2|LU @references:references !
      DTM S2 #232|233 @dates:service_from,service_to !
      DTM S1 #036 coverage_ended_on:day!
      DTM S1 #050 received_on:day!
      PER S2 #CX @contact:contact . ! ! . . . .
      AMT S13 #AU|D8|DY|F5|I|NL|T|T2|ZK|ZL|ZM|ZN|ZO @amounts:amounts !
      QTY S14 #CA|CD|LA|LE|NE|NR|OU|PS|VS|ZK|ZL|ZM|ZN|ZO @quantities:quantities !
      [2110 S999 lines=RemittedLine*]
        SVC R1 (procedure_qualifier!{AD|ER|HC|HP|IV|N4|N6|NU|UI|WK} procedure! modifiers*4)!
               charge:cents! paid:cents! revenue_code units:number
               (original_qualifier{AD|ER|HC|HP|IV|N4|NU|WK} original_procedure
               original_modifiers*4 original_description) original_units:number
        DTM S2 #472|150|151 @dates:service_from,service_to !
        CAS S99 @adjustments:adjustments $CAS
        REF S8 #1S|APC|BB|E9|G1|G3|LU|RB @references:references !
        REF S1 #6R control_number!
        REF S10 #0B|1A|1B|1C|1D|1G|1H|1J|D3|G2|HPI|SY|TJ @references:references !
        REF S5 #0K @references:references !
        AMT S9 #B6|KH|T|T2|ZK|ZL|ZM|ZN|ZO @amounts:amounts !
        QTY S6 #ZK|ZL|ZM|ZN|ZO @quantities:quantities !
        LQ S99 #HE @texts:remarks !
        LQ S99 #RX @texts:drug_rejections !
  [FOOTER S> footers=Footer*]
    PLB R1 @provider_adjustments:adjustments ! ! (! .)! ! (! .) . (! .) . (! .) . (! .) . (! .) .
"""


@dataclass(frozen=True, slots=True)
class Header:
    """BPR to loop 1000B."""

    handling: str
    amount: int
    credit_or_debit: str
    method: str
    paid_on: date | None
    trace: str
    payer_identifier: str
    payer: Party | None = None
    payee: Party | None = None
    production_date: date | None = None
    references: tuple[Reference, ...] = ()
    payment_format: str = ""
    payer_bank_qualifier: str = ""
    payer_bank: str = ""
    payer_account_qualifier: str = ""
    payer_account: str = ""
    originator: str = ""
    originator_code: str = ""
    payee_bank_qualifier: str = ""
    payee_bank: str = ""
    payee_account_qualifier: str = ""
    payee_account: str = ""
    trace_code: str = ""
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """LX with the provider's totals TS3 and TS2, and the claims that follow."""

    number: int
    totals: ProviderTotals | None = None
    inpatient_totals: InpatientTotals | None = None
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Footer:
    """One PLB segment."""

    adjustments: tuple[ProviderAdjustment, ...] = ()
    extra: tuple[Kept, ...] = ()


class ProviderAdjustments:
    """PLB: a provider, a fiscal year's end, and up to six pairs of reason and amount."""

    def reader(self, at: Place) -> Take:
        slot, component = at.slot, at.marks.component

        def take(values: Values, e: list[str]) -> bool | None:
            if len(e) < 5 or len(values[slot]) >= MANY:
                return False
            ends = wire.days[e[2]] if e[2] else None
            for p in range(3, len(e) - 1, 2):
                reason, _, reference = e[p].partition(component)
                if reason or e[p + 1]:
                    cents = wire.cents[e[p + 1]]
                    values[slot] += (ProviderAdjustment(e[1], ends, reason, reference, cents),)
            return None

        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        for run in runs(get(segment.target), lambda a: (a.provider, a.fiscal_period_end), 6):
            ends = run[0].fiscal_period_end
            elements = [segment.tag, run[0].provider, wire.format_day(ends) if ends else ""]
            for item in run:
                reason = f"{item.reason}{COMPONENT}{item.reference}".rstrip(COMPONENT)
                elements += [reason, wire.format_cents(item.amount)]
            yield elements


BINDINGS["provider_adjustments"] = ProviderAdjustments()

GUIDE = Guide(
    "835",
    "835",
    "005010X221A1",
    "HP",
    parse_loop(
        DECISIONS + _TEXT,
        {
            "Header": Header,
            "Batch": Batch,
            "Footer": Footer,
            "Party": Party,
            "Organization": Shape(Party, lambda party: replace(party, entity_type="2")),
            "ProviderTotals": ProviderTotals,
            "InpatientTotals": InpatientTotals,
            "Inpatient": Inpatient,
            "Outpatient": Outpatient,
            "RemittedClaim": RemittedClaim,
            "RemittedLine": RemittedLine,
        },
    ),
    also=("005010X221",),
)
_HEADER, _BATCH, _FOOTER = (GUIDE.root.find(name) for name in ("HEADER", "2000", "FOOTER"))
_CLAIM = _BATCH.find("2100")
_COMMON = [f.name for f in fields(Header)]


class RemittanceAssembler(Assembler):
    """Header, then claims one at a time, then provider adjustments."""

    loops: ClassVar = {"BPR": _HEADER, "LX": _BATCH, "CLP": _CLAIM, "PLB": _FOOTER}
    context: ClassVar = {"CLP": ("batch", "totals", "inpatient_totals")}

    def __init__(self, envelope: Envelope, marks: Delimiters) -> None:
        super().__init__(envelope, marks)
        self.header: Header | None = None
        self.batch = Batch(1)
        self.adjustments: list[ProviderAdjustment] = []

    def above(self, tag: str) -> tuple[Any, ...]:
        """A claim gets its batch's number; the first of a batch carries the batch's totals."""
        if tag != "CLP":
            return ()
        batch = self.batch
        return batch.number, batch.totals, batch.inpatient_totals

    def take(self, tag: str, value: Any) -> Iterable[Any]:
        if tag == "CLP":
            batch = self.batch
            if batch.totals or batch.inpatient_totals or batch.extra:
                self.batch = Batch(batch.number)
                value = replace(value, extra=up(batch.extra) + value.extra)
            return (value,)
        if tag == "LX":
            self.batch = value
        elif tag == "PLB":
            self.adjustments += value.adjustments
        elif self.header is None:
            self.header = value
        return ()

    def finish(self, items: tuple[Any, ...]) -> Remittance:
        head = self.header or Header("", 0, "", "", None, "", "")
        common = {name: getattr(head, name) for name in _COMMON}
        common["payer"] = head.payer or NOBODY
        common["payee"] = head.payee or NOBODY
        common["extra"] = head.extra
        return Remittance(
            envelope=self.envelope,
            claims=items,
            provider_adjustments=tuple(self.adjustments),
            **common,
        )


def compose(remittance: Remittance) -> Iterator[Item]:
    """The segments of an 835 between ST and SE."""
    head = Header(**{name: getattr(remittance, name) for name in _COMMON})
    yield from render(_HEADER, head)
    batch = 0
    for claim in remittance.claims:
        above = Batch(claim.batch, claim.totals, claim.inpatient_totals, down(claim.extra))
        if above != Batch(batch):
            batch = claim.batch
            yield from render(_BATCH, above)
        yield from render(_CLAIM, replace(claim, extra=not_up(claim.extra)))
    yield from render(_FOOTER, Footer(remittance.provider_adjustments))

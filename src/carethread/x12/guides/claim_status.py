"""277CA claim acknowledgment, 005010X214: each claim's fate before adjudication."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, ClassVar

from carethread.x12 import values as wire
from carethread.x12.acknowledgment import (
    AcknowledgedClaim,
    AcknowledgedLine,
    ClaimAck,
    ClaimStatus,
    Level,
)
from carethread.x12.binding import Get, Place, Take, Values
from carethread.x12.bindings import BINDINGS, MANY
from carethread.x12.common import Kept, Party
from carethread.x12.delimiters import COMPONENT
from carethread.x12.guide import Guide, Segment, parse_loop
from carethread.x12.guides.assembly import down, not_up, up
from carethread.x12.guides.levels import LevelAssembler, Placed, compose_levels, loops_of, tiers
from carethread.x12.rendering import Item

_TEXT = """
let ANYONE = entity_type!{1|2} name! first_name middle_name . suffix
let ORGANIZATION = entity_type!{2} name! - - - -
let MORE = - - - - - (! ! .) (! ! .)
let SERVICE = (procedure_qualifier! procedure! modifiers*4 . .)!
[277CA R1]
  [HEADER R1 header=Header]
    BHT R1 =0085 =08 reference! created_on:day! created_time! =TH
  [2000A R1 source=Source]
    HL R1 @level ! - #20 !
    [2100A R1 source=Party]
      NM1 R1 #PR|AY $ORGANIZATION id_qualifier!{46|FI|PI|XV} id!
    [2200A R1]
      TRN R1 =1 source_trace!
      DTP R1 #050 =D8 received_on:day!
      DTP R1 #009 =D8 processed_on:day!
    [2000B R1 receiver=Receiver]
      HL R1 @level ! ! #21 !
      [2100B R1 receiver=Party]
        NM1 R1 #41 $ANYONE id_qualifier!{46} id!
      [2200B R1]
        TRN R1 =2 batch_trace!
        STC R> @status:statuses (! ! .)! ! =WQ|U ! $MORE
        QTY S1 #90 accepted_count:integer!
        QTY S1 #AA rejected_count:integer!
        AMT S1 #YU accepted_amount:cents!
        AMT S1 #YY rejected_amount:cents!
      [2000C S> providers=Provider*]
        HL R1 @level ! ! #19 !
        [2100C R1 provider=Party]
          NM1 R1 #85 $ANYONE id_qualifier!{FI|SV|XX} id!
        [2200C S1]
          TRN R1 =1 provider_trace!
          STC S> @status:provider_statuses (! ! .)! . =WQ|U . $MORE
          REF S3 #0B|1G|G2|LU|SY|TJ !
          QTY S1 #QA !
          QTY S1 #QC !
          AMT S1 #YU !
          AMT S1 #YY !
        [2000D S> patients=Patient*]
          HL R1 @level ! ! #PT .
          [2100D R1 patient=Party]
            NM1 R1 #QC $ANYONE id_qualifier!{II|MI} id!
          [2200D S> claims=AcknowledgedClaim*]
            TRN R1 =2 claim_id!
            STC R> @status:statuses (! ! .)! ! =WQ|U ! $MORE .
            REF S1 #1K payer_control_number!
            REF S1 #D9 clearinghouse_number!
            REF S1 #BLT bill_type!
            DTP R1 #472 @dates:service_from,service_to ! !
            [2220D S> lines=AcknowledgedLine*]
              SVC R1 $SERVICE charge:cents! - revenue_code - - units:number
              STC R1 @status:statuses (! ! .)! ! =U - $MORE .
              REF S1 #FJ control_number!
              REF S1 #XZ prescription_number!
              DTP S1 #472 @dates:service_from,service_to ! !
"""


@dataclass(frozen=True, slots=True)
class Header:
    reference: str = ""
    created_on: date = wire.NO_DATE
    created_time: str = ""
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Loop 2000A: who answers."""

    source: Party | None = None
    source_trace: str = ""
    received_on: date | None = None
    processed_on: date | None = None
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Receiver:
    """Loop 2000B: who is answered, and the totals."""

    receiver: Party | None = None
    batch_trace: str = ""
    statuses: tuple[ClaimStatus, ...] = ()
    accepted_count: int = 0
    rejected_count: int = 0
    accepted_amount: int = 0
    rejected_amount: int = 0
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Provider:
    """Loop 2000C: whose claims."""

    provider: Party | None = None
    provider_trace: str = ""
    provider_statuses: tuple[ClaimStatus, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Patient:
    """Loop 2000D: whose claim, and the claims."""

    patient: Party | None = None
    claims: tuple[AcknowledgedClaim, ...] = ()
    extra: tuple[Kept, ...] = ()


class Statuses:
    """STC: up to three statuses, with the days, amounts, action and message that go with them."""

    def reader(self, at: Place) -> Take:
        slot, component = at.slot, at.marks.component

        def take(values: Values, e: list[str]) -> bool | None:
            if len(e) < 2 or len(values[slot]) >= MANY:
                return False
            e = e + [""] * (13 - len(e))
            first = [*_parts(e[1], component), ""]
            status = ClaimStatus(
                category=first[0],
                code=first[1],
                entity=first[2],
                action=e[3],
                amount=wire.cents[e[4]],
                effective=_day(e[2]),
                message=e[12],
                extra=tuple(_parts(text, component) for text in e[10:12] if text),
                paid=wire.cents[e[5]] if e[5] else None,
                finalized_on=_day(e[6]),
                remitted_on=_day(e[8]),
                remittance_trace=e[9],
                code_list=first[3],
            )
            values[slot] += (status,)
            return None

        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        for s in get(segment.target):
            more = [_join(parts) for parts in s.extra] + ["", ""]
            if len(s.extra) > 2:
                raise ValueError(f"STC ({segment.target}): there is room for three statuses")
            has_amount = segment.elements[3].usage != "N"
            says_amount = s.amount or (s.action and has_amount)  # even where it is 0
            yield [
                "STC",
                _join((s.category, s.code, s.entity, s.code_list)),
                _written(s.effective),
                s.action,
                wire.format_cents(s.amount) if says_amount else "",
                "" if s.paid is None else wire.format_cents(s.paid),
                _written(s.finalized_on),
                "",
                _written(s.remitted_on),
                s.remittance_trace,
                more[0],
                more[1],
                s.message,
            ]


def _parts(text: str, component: str) -> tuple[str, ...]:
    """Category, code and entity, and the code list where one is named."""
    parts = text.split(component)[:4]
    return (*parts, *[""] * (3 - len(parts)))


def _join(parts: tuple[str, ...]) -> str:
    return COMPONENT.join(parts).rstrip(COMPONENT)


def _day(text: str) -> date | None:
    return wire.days[text] if text else None


def _written(day: date | None) -> str:
    return wire.format_day(day) if day else ""


BINDINGS["status"] = Statuses()

GUIDE = Guide(
    "277CA",
    "277",
    "005010X214",
    "HN",
    parse_loop(
        _TEXT,
        {
            "Header": Header,
            "Source": Source,
            "Receiver": Receiver,
            "Provider": Provider,
            "Patient": Patient,
            "Party": Party,
            "AcknowledgedClaim": AcknowledgedClaim,
            "AcknowledgedLine": AcknowledgedLine,
        },
    ),
)
_LEVELS = tiers(
    GUIDE.root,
    ("20", "source", Source, "party=source trace=source_trace"),
    ("21", "receiver", Receiver, "party=receiver trace=batch_trace statuses=statuses"),
    ("19", "provider", Provider, "party=provider trace=provider_trace statuses=provider_statuses"),
    ("PT", "patient", Patient, "party=patient"),
)


class StatusAssembler(LevelAssembler):
    """Each claim, with its patient and its billing provider."""

    tiers: ClassVar = _LEVELS
    loops: ClassVar = loops_of(GUIDE.root, _LEVELS)
    blanks: ClassVar[dict[str, Any]] = {
        "BHT": Header(),
        "HL*20": Source(),
        "HL*21": Receiver(),
        "HL*19": Provider(),
    }
    unnamed: ClassVar = ("HL*20", "HL*21")
    apart: ClassVar = True

    def claims_of(self, patient: Patient) -> Iterator[AcknowledgedClaim]:
        extra, provider = up(patient.extra), self.other("HL*19")
        for claim in patient.claims:
            kept = extra + claim.extra
            yield replace(claim, patient=self.party("HL*PT"), provider=provider, extra=kept)
            extra = ()

    def finish(self, items: tuple[Any, ...]) -> ClaimAck:
        return ClaimAck(envelope=self.envelope, claims=items, **self.known())


def compose(ack: ClaimAck) -> Iterator[Item]:
    """The segments of a 277CA between ST and SE."""
    return compose_levels(ack, StatusAssembler, partial(_place, ack))


def _place(ack: ClaimAck, claim: AcknowledgedClaim) -> Placed:
    patient = Level("patient", claim.patient, extra=down(claim.extra))
    bare = replace(claim, extra=not_up(claim.extra))
    return [Level("provider", claim.provider or ack.provider), patient], bare

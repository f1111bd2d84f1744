"""276 claim status request and 277 response, 005010X212: the same levels, asked and answered."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, ClassVar

from carethread.x12.acknowledgment import ClaimStatus, Level
from carethread.x12.common import Kept, Party
from carethread.x12.guide import Guide, parse_loop
from carethread.x12.guides.levels import LevelAssembler, Placed, compose_levels, loops_of, tiers
from carethread.x12.rendering import NOBODY, Item
from carethread.x12.status import Member, StatusClaim, StatusLine, StatusRequest, StatusResponse
from carethread.x12.values import NO_DATE

_SHARED = """
let SERVICE = (procedure_qualifier!{AD|ER|HC|HP|IV|N4|NU|WK} procedure! modifiers*4 - -)!
let MORE_LEVEL = - - - - - (! ! . -) (! ! . -) -
let MORE = (! ! . .{RX}) (! ! . .{RX}) -
let WHO = name first_name middle_name - suffix

[2100A R1 payer=Party]
  NM1 R1 #PR entity_type!{2} name! - - - - id_qualifier!{PI|XV} id!
[2100B R1 receiver=Party]
  NM1 R1 #41 entity_type!{1|2} name first_name middle_name - - id_qualifier!{46} id!
[2100C R2 provider=Party]
  NM1 R1 #1P entity_type!{1|2} $WHO id_qualifier!{FI|SV|XX} id!
[2100D R1 member=Party]
  NM1 R1 #IL entity_type!{1|2} name! first_name middle_name - suffix id_qualifier!{24|II|MI} id!
[2100E R1 member=Party]
  NM1 R1 #QC entity_type!{1} name! first_name middle_name - suffix
"""

_ASKED = """
[2210 S> lines=StatusLine*]
  SVC R1 $SERVICE charge:cents! - revenue_code - - units:number
  REF S1 #FJ control_number!
  DTP R1 #472 @dates:service_from,service_to ! !
[2200 S> claims=StatusClaim*]
  TRN R1 =1 trace!
  REF S1 #1K payer_control_number!
  REF S1 #BLT bill_type!
  REF S1 #LU location!
  REF S1 #6P group_number!
  REF S1 #EJ patient_control_number!
  REF S1 #XZ prescription_number!
  REF S1 #D9 clearinghouse_number!
  AMT S1 #T3 charge:cents!
  DTP S1 #472 @dates:service_from,service_to ! !
  use 2210

[276 R1]
  [HEADER R1 header=Header]
    BHT R1 =0010 =13 reference! created_on:day! created_time!
  [2000A R> source=Source]
    HL R1 @level ! - #20 =1
    use 2100A
    [2000B R> receiver=Receiver]
      HL R1 @level ! ! #21 =1
      use 2100B
      [2000C R> providers=Provider*]
        HL R1 @level ! ! #19 =1
        use 2100C
        [2000D R> subscribers=Patient*]
          HL R1 @level ! ! #22 !{0|1}
          DMG S1 =D8 birth_date:day! sex{F|M}
          use 2100D
          use 2200
          [2000E S> dependents=Patient*]
            HL R1 @level ! ! #23 .
            DMG R1 =D8 birth_date:day! sex{F|M}
            use 2100E
            use 2200 R>
"""

_ANSWERED = """
[2220 S> lines=StatusLine*]
  SVC R1 $SERVICE charge:cents! paid:cents! revenue_code - - units:number!
  STC R> @status:statuses (! ! . .{RX})! ! - - - - - - - $MORE
  REF S1 #FJ control_number!
  DTP R1 #472 @dates:service_from,service_to ! !
[2200 S> claims=StatusClaim*]
  TRN R1 =2 trace!
  STC R> @status:statuses (! ! . .{RX})! ! - . . . - . . $MORE
  REF S1 #1K payer_control_number!
  REF S1 #BLT bill_type!
  REF S1 #EJ patient_control_number!
  REF S1 #XZ prescription_number!
  REF S1 #VV voucher!
  REF S1 #D9 clearinghouse_number!
  DTP S1 #472 @dates:service_from,service_to ! !
  use 2220

[277 R1]
  [HEADER R1 header=Header]
    BHT R1 =0010 =08 reference! created_on:day! created_time! =DG
  [2000A R> source=Source]
    HL R1 @level ! - #20 =1
    [2100A R1 payer=Party]
      NM1 R1 #PR entity_type!{2} name! - - - - id_qualifier!{PI|XV} id!
      PER S1 #IC @contact:contact . ! ! . . . .
    [2000B R> receiver=Answer]
      HL R1 @level ! ! #21 !{0|1}
      use 2100B
      [2200B S1]
        TRN R1 =2 receiver_trace!
        STC R> @status:receiver_statuses (! ! . -)! ! - - $MORE_LEVEL
      [2000C S> providers=Provider*]
        HL R1 @level ! ! #19 !{0|1}
        use 2100C
        [2200C S1]
          TRN R1 =1 trace!
          STC R> @status:statuses (! ! . -)! ! - - $MORE_LEVEL
        [2000D S> subscribers=Patient*]
          HL R1 @level ! ! #22 !{0|1}
          use 2100D
          use 2200
          [2000E S> dependents=Patient*]
            HL R1 @level ! ! #23 .
            use 2100E
            use 2200 R>
"""


@dataclass(frozen=True, slots=True)
class Header:
    reference: str = ""
    created_on: date = NO_DATE
    created_time: str = ""
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Loop 2000A: the payer."""

    payer: Party | None = None
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Receiver:
    """Loop 2000B of the 276: who will get the answers."""

    receiver: Party | None = None
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Loop 2000B of the 277: who gets the answers, and what is said of all."""

    receiver: Party | None = None
    receiver_trace: str = ""
    receiver_statuses: tuple[ClaimStatus, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Provider:
    """Loop 2000C: whose claims; in a 277 with what is said of the provider."""

    provider: Party | None = None
    trace: str = ""
    statuses: tuple[ClaimStatus, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Patient:
    """Loops 2000D and 2000E: a subscriber or dependent, and the claims."""

    birth_date: date | None = None
    sex: str = ""
    member: Party | None = None
    claims: tuple[StatusClaim, ...] = ()
    extra: tuple[Kept, ...] = ()


_SHAPES: dict[str, type[Any]] = {
    "Header": Header,
    "Source": Source,
    "Receiver": Receiver,
    "Answer": Answer,
    "Provider": Provider,
    "Patient": Patient,
    "Party": Party,
    "StatusClaim": StatusClaim,
    "StatusLine": StatusLine,
}
REQUEST = Guide("276", "276", "005010X212", "HR", parse_loop(_SHARED + _ASKED, _SHAPES))
RESPONSE = Guide("277", "277", "005010X212", "HN", parse_loop(_SHARED + _ANSWERED, _SHAPES))


_ASKED_LEVELS = tiers(
    REQUEST.root,
    ("20", "payer", Source, "party=payer"),
    ("21", "receiver", Receiver, "party=receiver"),
    ("19", "provider", Provider, "party=provider"),
    ("22", "subscriber", Patient, "party=member birth_date=birth_date sex=sex"),
    ("23", "dependent", Patient, "party=member birth_date=birth_date sex=sex"),
)
_ANSWERED_LEVELS = tiers(
    RESPONSE.root,
    ("20", "payer", Source, "party=payer"),
    ("21", "receiver", Answer, "party=receiver trace=receiver_trace statuses=receiver_statuses"),
    ("19", "provider", Provider, "party=provider trace=trace statuses=statuses"),
    ("22", "subscriber", Patient, "party=member birth_date=birth_date sex=sex"),
    ("23", "dependent", Patient, "party=member birth_date=birth_date sex=sex"),
)


class RequestAssembler(LevelAssembler):
    """Hands each claim who is asked, who asks, for which provider and about whom."""

    tiers: ClassVar = _ASKED_LEVELS
    loops: ClassVar = loops_of(REQUEST.root, _ASKED_LEVELS)
    blanks: ClassVar[dict[str, Any]] = {"BHT": Header(), "HL*20": Source(), "HL*21": Receiver()}
    value: ClassVar[type[Any]] = StatusRequest

    def claims_of(self, patient: Patient) -> Iterator[StatusClaim]:
        subscriber, dependent = self._member("HL*22"), self._member("HL*23")
        for claim in patient.claims:
            yield replace(
                claim,
                provider=self.party("HL*19"),
                subscriber=subscriber or Member(NOBODY),
                patient=dependent,
                payer=self.other("HL*20"),
                receiver=self.other("HL*21"),
            )

    def _member(self, tag: str) -> Member | None:
        level = self.level(tag)
        return Member(level.party, level.birth_date, level.sex, level.extra) if level else None

    def finish(self, items: tuple[Any, ...]) -> Any:
        return self.value(envelope=self.envelope, claims=items, **self.known())


class ResponseAssembler(RequestAssembler):
    tiers: ClassVar = _ANSWERED_LEVELS
    loops: ClassVar = loops_of(RESPONSE.root, _ANSWERED_LEVELS)
    blanks: ClassVar[dict[str, Any]] = {"BHT": Header(), "HL*20": Source(), "HL*21": Answer()}
    value: ClassVar[type[Any]] = StatusResponse


def compose_request(request: StatusRequest) -> Iterator[Item]:
    """The segments of a 276 between ST and SE. Neighbouring claims of one provider, one subscriber,
    one dependent share their levels."""
    return compose_levels(request, RequestAssembler, partial(_place, request))


def compose_response(response: StatusResponse) -> Iterator[Item]:
    """The same of a 277."""
    return compose_levels(response, ResponseAssembler, partial(_place, response))


def _place(whole: StatusRequest | StatusResponse, claim: StatusClaim) -> Placed:
    levels = [
        Level("payer", claim.payer or whole.payer),
        Level("receiver", claim.receiver or whole.receiver),
        Level("provider", claim.provider),
        _person("subscriber", claim.subscriber),
    ]
    return levels + ([_person("dependent", claim.patient)] if claim.patient else []), claim


def _person(level: str, who: Member) -> Level:
    return Level(level, who.party, birth_date=who.birth_date, sex=who.sex, extra=who.extra)

"""276 claim status request and 277 response, 005010X212: the same levels, asked and answered."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any, ClassVar

from carethread.x12.acknowledgment import ClaimStatus
from carethread.x12.common import Envelope, Kept, Party
from carethread.x12.delimiters import Delimiters
from carethread.x12.guide import Guide, Loop, parse_loop
from carethread.x12.guides.assembly import (
    Assembler,
    Levels,
    down,
    families,
    gather,
    not_up,
    scatter,
    up,
)
from carethread.x12.rendering import NOBODY, Item, render
from carethread.x12.status import (
    Member,
    ProviderStatus,
    StatusClaim,
    StatusLine,
    StatusRequest,
    StatusResponse,
)
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


def _loops(guide: Guide) -> dict[str, Loop]:
    names = {"BHT": "HEADER", "HL*20": "2000A", "HL*21": "2000B", "HL*19": "2000C"}
    names |= {"HL*22": "2000D", "HL*23": "2000E"}
    return {tag: guide.root.find(name) for tag, name in names.items()}


class RequestAssembler(Assembler):
    """Hands each claim who is asked, who asks, for which provider and about whom."""

    loops: ClassVar = _loops(REQUEST)
    blanks: ClassVar[dict[str, Any]] = {"BHT": Header(), "HL*20": Source(), "HL*21": Receiver()}
    value: ClassVar[type[Any]] = StatusRequest

    def __init__(self, envelope: Envelope, marks: Delimiters) -> None:
        super().__init__(envelope, marks)
        self.first: dict[str, Any] = {}
        self.now: dict[str, Any] = {}
        self.provider = NOBODY
        self.subscriber = Member(NOBODY)
        self.providers: list[ProviderStatus] = []

    def take(self, tag: str, value: Any) -> Iterable[StatusClaim]:
        if tag in ("HL*22", "HL*23"):
            return self._claims(tag, value)
        if tag == "HL*19":
            party = value.provider or NOBODY
            self.provider = replace(party, extra=party.extra + up(value.extra))
            if value.statuses or value.trace:
                self.providers.append(ProviderStatus(self.provider, value.trace, value.statuses))
        else:
            self.first.setdefault(tag, value)
            self.now[tag] = value
        return ()

    def _claims(self, tag: str, value: Patient) -> Iterator[StatusClaim]:
        member = Member(value.member or NOBODY, value.birth_date, value.sex, value.extra)
        if tag == "HL*22":
            self.subscriber = member
        for claim in value.claims:
            yield replace(
                claim,
                provider=self.provider,
                subscriber=self.subscriber,
                patient=member if tag == "HL*23" else None,
                payer=self._other("HL*20", "payer"),
                receiver=self._other("HL*21", "receiver"),
            )

    def _other(self, tag: str, name: str) -> Party | None:
        """The party of a level, where it is not the set's first."""
        now, first = self.now.get(tag), self.first.get(tag)
        return getattr(now, name) if now is not first else None

    def finish(self, items: tuple[Any, ...]) -> Any:
        known = gather(self.first, self.blanks)
        known |= {name: known[name] or NOBODY for name in ("payer", "receiver")}
        return self.value(envelope=self.envelope, claims=items, **known)


class ResponseAssembler(RequestAssembler):
    loops: ClassVar = _loops(RESPONSE)
    blanks: ClassVar[dict[str, Any]] = {"BHT": Header(), "HL*20": Source(), "HL*21": Answer()}
    value: ClassVar[type[Any]] = StatusResponse

    def finish(self, items: tuple[Any, ...]) -> StatusResponse:
        whole: StatusResponse = super().finish(items)
        return replace(whole, provider_statuses=tuple(self.providers))


def compose_request(request: StatusRequest) -> Iterator[Item]:
    """The segments of a 276 between ST and SE. Neighbouring claims of one provider, one subscriber,
    one dependent share their levels."""
    return _compose(request, RequestAssembler, [])


def compose_response(response: StatusResponse) -> Iterator[Item]:
    """The same of a 277. Providers of whom something is said, and who have no claims, come last."""
    return _compose(response, ResponseAssembler, list(response.provider_statuses))


def _compose(
    whole: Any, assembler: type[RequestAssembler], said: list[ProviderStatus]
) -> Iterator[Item]:
    loops, blanks, levels = assembler.loops, assembler.blanks, Levels()
    parts = {tag: scatter(whole, tag, blank) for tag, blank in blanks.items()}
    yield from render(loops["BHT"], parts["BHT"])
    groups = groupby(whole.claims, lambda c: (c.payer or whole.payer, c.receiver or whole.receiver))
    above: tuple[Party, Party] | None = None
    for (payer, receiver), claims in groups:
        yield from _above(payer, receiver, above, parts, levels, loops, True)
        above = (payer, receiver)
        for provider, own in groupby(claims, lambda claim: claim.provider):
            mine = next((s for s in said if s.provider == provider), ProviderStatus(provider))
            said = [s for s in said if s is not mine]
            yield from _provider(mine, list(own), levels, loops)
    if above is None:
        yield from _above(whole.payer, whole.receiver, None, parts, levels, loops, bool(said))
    for status in said:
        yield from _provider(status, [], levels, loops)


def _above(
    payer: Party,
    receiver: Party,
    before: tuple[Party, Party] | None,
    parts: dict[str, Any],
    levels: Levels,
    loops: dict[str, Loop],
    has_child: bool,
) -> Iterator[Item]:
    """The levels of the payer, where it is another than before, and of the receiver. The set's
    first ones say everything about themselves, others their names."""
    source, answer = parts["HL*20"], parts["HL*21"]
    if before is not None:
        source, answer = Source(payer), type(answer)(receiver)
    if before is None or payer != before[0]:
        yield from levels.under(1, "20", True, render(loops["HL*20"], source))
    yield from levels.under(2, "21", has_child, render(loops["HL*21"], answer))


def _provider(
    said: ProviderStatus, claims: list[StatusClaim], levels: Levels, loops: dict[str, Loop]
) -> Iterator[Item]:
    party = replace(said.provider, extra=not_up(said.provider.extra))
    provider = Provider(party, said.trace, said.statuses, down(said.provider.extra))
    yield from levels.under(3, "19", bool(claims), render(loops["HL*19"], provider))
    for family in families(claims, lambda claim: claim.subscriber):
        own = [claim for claim in family if claim.patient is None]
        others = [claim for claim in family if claim.patient is not None]
        subscriber = _patient(family[0].subscriber, own)
        yield from levels.under(4, "22", bool(others), render(loops["HL*22"], subscriber))
        for patient, group in groupby(others, lambda claim: claim.patient):
            assert patient is not None
            dependent = _patient(patient, list(group))
            yield from levels.under(5, "23", None, render(loops["HL*23"], dependent))


def _patient(member: Member, claims: list[StatusClaim]) -> Patient:
    return Patient(member.birth_date, member.sex, member.party, tuple(claims), member.extra)

"""What every set's JSON says of its envelopes, and envelopes made from it."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from carethread.x12.common import Envelope
from carethread.x12.delimiters import DEFAULT, Delimiters
from carethread.x12.reader import Group, Interchange
from carethread.x12.views.mapping import view


@dataclass(frozen=True, slots=True)
class Head:
    """The envelopes of one set, flat: ISA, GS and ST. `delimiters` are the element, component,
    repetition and segment characters and the line break behind them."""

    guide: str
    interchange: str
    group: str
    set: str
    sender: str
    receiver: str
    usage: str = "P"
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    created_on: date | None = None
    created_time: str = ""
    ack_requested: str = "0"
    functional_id: str = ""
    application_sender: str = ""
    application_receiver: str = ""
    position: int = 0
    element: str = DEFAULT.element
    component: str = DEFAULT.component
    repetition: str = DEFAULT.repetition
    segment: str = DEFAULT.segment
    line_break: str = DEFAULT.line_break


VIEW = view(
    Head,
    """
    guide control(interchange group set) sender receiver
    envelope(usage sender_qualifier receiver_qualifier created_on created_time ack_requested
             functional_id application_sender application_receiver position:integer
             delimiters(element component repetition segment line_break))
    """,
)
_SHARED = [f.name for f in fields(Envelope)]
_MARKS = [f.name for f in fields(Delimiters)]
_NOWHERE = Interchange("", "", "")


def head_of(envelope: Envelope, isa: Interchange | None, gs: Group | None) -> Head:
    """The head of a set that stands under these."""
    in_group = envelope.group and gs is not None
    return Head(
        **{name: getattr(envelope, name) for name in _SHARED},
        **_of_interchange(isa or _NOWHERE),
        functional_id=gs.functional_id if gs and in_group else "",
        application_sender=gs.sender if gs and in_group else "",
        application_receiver=gs.receiver if gs and in_group else "",
    )


def _of_interchange(isa: Interchange) -> dict[str, Any]:
    return {
        "created_on": isa.created_on,
        "created_time": isa.created_time,
        "ack_requested": isa.ack_requested,
        **{name: getattr(isa.delimiters, name) for name in _MARKS},
    }


def envelope_of(head: Head) -> Envelope:
    return Envelope(**{name: getattr(head, name) for name in _SHARED})


def interchange_of(head: Head) -> Interchange:
    """The ISA that this set stands under."""
    return Interchange(
        head.sender,
        head.receiver,
        head.interchange,
        head.usage,
        head.created_on,
        head.created_time,
        head.sender_qualifier,
        head.receiver_qualifier,
        ack_requested=head.ack_requested,
        delimiters=Delimiters(*(getattr(head, name) for name in _MARKS)),
    )


def group_of(head: Head) -> Group:
    """The GS that this set stands under."""
    return Group(
        head.interchange,
        head.group,
        head.functional_id,
        head.guide,
        0,
        0,
        0,
        head.application_sender or head.sender,
        head.application_receiver or head.receiver,
    )

"""The JSON of a 999 and of a TA1."""

from carethread.x12.acknowledgment import FunctionalAck, InterchangeAck, SegmentError, SetAck
from carethread.x12.views.mapping import view

ERROR = view(
    SegmentError,
    "tag position:integer loop code element:integer element_code value component:integer",
)
SET = view(SetAck, "kind control_number code syntax_errors errors", errors=ERROR)
FUNCTIONAL = view(
    FunctionalAck,
    """
    functional_id group code included:integer received:integer accepted:integer
    syntax_errors sets acknowledged_guide=guide
    """,
    given=("envelope",),
    sets=SET,
)
INTERCHANGE = view(InterchangeAck, "interchange code note", given=("envelope",))

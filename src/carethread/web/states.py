"""What each state is called on the screens, how it looks, and how far along the thread it is."""

from dataclasses import dataclass
from enum import StrEnum

from carethread.record.models import ClaimState


class Tone(StrEnum):
    """How a state feels. Colour follows the tone; the icon and the word say it as well."""

    GOOD = "good"
    WAIT = "wait"
    BAD = "bad"
    INFO = "info"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Words:
    """A state's word, tone and icon. `reached` is its place among a thread's six knots: signed,
    charged, left, received, accepted, answered."""

    label: str
    tone: Tone
    icon: str = ""
    reached: int = 0


CLAIM_STATES: dict[str, Words] = {
    ClaimState.HELD: Words("Held", Tone.BAD, "hand-stop", 1),
    ClaimState.READY: Words("Ready", Tone.INFO, "hourglass", 1),
    ClaimState.QUEUED: Words("Leaving", Tone.INFO, "send", 2),
    ClaimState.SENT: Words("Sent", Tone.WAIT, "send", 2),
    ClaimState.RECEIVED: Words("Received", Tone.WAIT, "building-broadcast-tower", 3),
    ClaimState.ACCEPTED: Words("Accepted", Tone.WAIT, "building-bank", 4),
    ClaimState.REJECTED: Words("Rejected", Tone.BAD, "arrow-back-up", 3),
    ClaimState.DENIED: Words("Denied", Tone.BAD, "circle-x", 5),
    ClaimState.PARTIAL: Words("Partly denied", Tone.BAD, "circle-half", 5),
    ClaimState.PAID: Words("Paid", Tone.GOOD, "circle-check", 5),
    ClaimState.CLOSED: Words("Closed", Tone.IDLE, "lock", 5),
}

_YOURS = "What only you can cure is among what came back to you."
_HAS_LEFT = (
    "The claim has left; what the payer answers shows here and, where only you can cure it, among "
    "what came back to you."
)
CLAIM_TO_AUTHOR: dict[str, str] = {
    ClaimState.QUEUED: "The claim is about to leave: its file waits to be carried.",
    ClaimState.SENT: _HAS_LEFT,
    ClaimState.RECEIVED: _HAS_LEFT,
    ClaimState.ACCEPTED: _HAS_LEFT,
    ClaimState.REJECTED: f"The claim came back before it was decided on. {_YOURS}",
    ClaimState.DENIED: f"The payer has refused the claim. {_YOURS}",
    ClaimState.PARTIAL: f"The payer has refused a part of the claim. {_YOURS}",
    ClaimState.PAID: "The payer has answered the claim.",
    ClaimState.CLOSED: "The claim is closed.",
}
"""What the author of a note is told of its claim; nothing while it waits here."""

CASE_STATES: dict[str, Words] = {
    "open": Words("Open", Tone.WAIT, "circle-dashed"),
    "answered": Words("Answered", Tone.INFO, "message-check"),
    "closed": Words("Closed", Tone.IDLE, "lock"),
}

APPEAL_STATES: dict[str, Words] = {
    "sent": Words("Sent", Tone.WAIT, "send"),
    "won": Words("Won", Tone.GOOD, "circle-check"),
    "lost": Words("Lost", Tone.BAD, "circle-x"),
    "withdrawn": Words("Withdrawn", Tone.IDLE, "arrow-back-up"),
}

DELIVERY_STATES: dict[str, Words] = {
    "built": Words("Waiting to be sent", Tone.INFO, "hourglass"),
    "uploading": Words("Uploading", Tone.INFO, "upload"),
    "uploaded": Words("Uploaded", Tone.INFO, "upload"),
    "sent": Words("Sent", Tone.GOOD, "send"),
    "received": Words("Not read yet", Tone.WAIT, "inbox"),
    "read": Words("Read", Tone.GOOD, "circle-check"),
    "untyped": Words("Waits to be typed in", Tone.WAIT, "pencil"),
    "duplicate": Words("Received before", Tone.IDLE, "copy"),
    "quarantined": Words("Quarantined", Tone.BAD, "shield-x"),
}

AUTHORIZATION_STATES: dict[str, Words] = {
    "not_required": Words("Not required", Tone.GOOD, "circle-check"),
    "draft": Words("Draft", Tone.IDLE, "circle-dashed"),
    "submitted": Words("Submitted", Tone.WAIT, "send"),
    "retro_requested": Words("Requested afterwards", Tone.WAIT, "send"),
    "pended": Words("Pended", Tone.WAIT, "hourglass"),
    "approved": Words("Approved", Tone.GOOD, "circle-check"),
    "partial": Words("Approved in part", Tone.GOOD, "circle-half"),
    "modified": Words("Approved, modified", Tone.GOOD, "circle-check"),
    "denied": Words("Denied", Tone.BAD, "circle-x"),
    "appealed": Words("Appealed", Tone.WAIT, "hourglass"),
    "peer_to_peer": Words("Peer-to-peer", Tone.WAIT, "hourglass"),
    "extended": Words("Extended", Tone.GOOD, "circle-check"),
    "exhausted": Words("Used up", Tone.BAD, "battery"),
    "expired": Words("Expired", Tone.BAD, "calendar-off"),
    "voided": Words("Voided", Tone.IDLE, "ban"),
}

APPOINTMENT_STATES: dict[str, Words] = {
    "scheduled": Words("Expected", Tone.INFO, "calendar"),
    "kept": Words("Kept", Tone.GOOD, "calendar-check"),
    "no_show": Words("No-show", Tone.IDLE, "calendar-x"),
    "cancelled": Words("Cancelled", Tone.IDLE, "calendar-off"),
}

TOOK_STATES: dict[str, Words] = {
    "unwritten": Words("No note yet", Tone.BAD, "pencil-off"),
    "draft": Words("Draft", Tone.WAIT, "pencil"),
    "amending": Words("Addendum", Tone.WAIT, "pencil"),
    "signed": Words("Signed", Tone.GOOD, "signature"),
    "no_show": APPOINTMENT_STATES["no_show"],
    "cancelled": APPOINTMENT_STATES["cancelled"],
}

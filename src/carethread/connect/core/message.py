"""What travels in a CORE envelope, whatever its form, and what its error codes mean."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

ELIGIBILITY = "X12_270_Request_005010X279A1"
"""The payload type of a question about coverage."""
REAL_TIME = "RealTime"


@dataclass(frozen=True, slots=True)
class Message:
    """One envelope. `id` is a UUID, `sent` a moment in UTC (2026-03-02T18:00:00Z); `error` is
    "Success" or a code of the rule, and only an answer has one."""

    type: str
    id: str
    sent: str
    sender: str
    receiver: str
    version: str
    payload: bytes
    mode: str = REAL_TIME
    error: str = ""
    error_words: str = ""


def question(
    type_: str, payload: bytes, *, sender: str, receiver: str, version: str, now: datetime
) -> Message:
    """A new envelope around `payload`."""
    return Message(type_, str(uuid4()), stamp(now), sender, receiver, version, payload)


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def failure(of: Message, code: str, words: str, now: datetime) -> Message:
    """The answer to a question that is not carried out."""
    return replace(
        of, type="CoreEnvelopeError", sent=stamp(now), payload=b"", error=code, error_words=words,
        sender=of.receiver, receiver=of.sender,
    )  # fmt: skip


_MISSING = {
    "PayloadType": "what kind of file it is",
    "ProcessingMode": "whether it is real time",
    "PayloadID": "its number",
    "TimeStamp": "its time",
    "SenderID": "our sender id",
    "ReceiverID": "the receiver id",
    "CORERuleVersion": "the version of the rule",
    "Payload": "the file itself",
}
_WORDS = {
    "UnAuthorized": "The payer does not let us in: check user name, password and certificate.",
    "VersionMismatch": "The payer wants another version of the CORE rule: set it to the other one.",
    "NotSupported": "The payer does not take this kind of question over this address.",
    "Sender": "The payer does not know our sender id.",
    "Receiver": "The payer's side is out of order at the moment.",
    "PayloadLengthMismatch": "The file arrived damaged at the payer.",
    "CheckSumMismatched": "The file arrived damaged at the payer.",
    "PayloadTypeNotSupported": "The payer does not take this kind of question over this address.",
    "ProcessingModeNotSupported": "The payer does not answer in real time over this address.",
}
LATER = frozenset({"Receiver", "PayloadLengthMismatch", "CheckSumMismatched"})
"""Errors after which the same question may be asked again."""


def words_of(code: str, said: str = "") -> str:
    """What an error code of the rule means, with what the payer itself says."""
    words = _WORDS.get(code, "")
    for name, plain in _MISSING.items():
        if not words and code == f"{name}Required":
            words = f"The payer misses {plain} in our envelope."
        if not words and code == f"{name}Illegal":
            words = f"The payer does not accept {plain} in our envelope."
    words = words or "The payer refused our envelope."
    detail = " ".join(said.split())[:200]
    return f"{words} ({code}{f': {detail}' if detail else ''})"

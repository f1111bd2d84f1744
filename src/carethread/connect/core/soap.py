"""The SOAP form: envelope of the rule's WSDL, the file inside it.

Version 2.2.0 carries the file as text, 4.0.0 in base64; answers are taken either way. MTOM, where
the file is an attachment beside the envelope, is not spoken: an answer in it is refused in words.
"""

import base64
import binascii
from dataclasses import fields
from xml.etree import ElementTree as Build
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as Read

from carethread.connect.contract import Refused
from carethread.connect.core.message import REAL_TIME, Message

ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
_SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_PASSWORD_TEXT = (
    "http://docs.oasis-open.org/wss/2004/01/"  # noqa: S105 - a name, no password
    "oasis-200401-wss-username-token-profile-1.0#PasswordText"
)
REQUEST, RESPONSE = "COREEnvelopeRealTimeRequest", "COREEnvelopeRealTimeResponse"
CONTENT_TYPE = 'application/soap+xml; charset=UTF-8; action="RealTimeTransaction"'
TAGS = {
    "type": "PayloadType", "mode": "ProcessingMode", "id": "PayloadID", "sent": "TimeStamp",
    "sender": "SenderID", "receiver": "ReceiverID", "version": "CORERuleVersion",
    "payload": "Payload", "error": "ErrorCode", "error_words": "ErrorMessage",
}  # fmt: skip
"""What the rule calls each value."""


def build(message: Message, element: str, username: str = "", password: str = "") -> bytes:
    """The envelope as bytes. `element` is REQUEST or RESPONSE."""
    namespace = f"http://www.caqh.org/SOAP/WSDL/CORERule{message.version}.xsd"
    Build.register_namespace("soapenv", ENVELOPE)
    root = Build.Element(f"{{{ENVELOPE}}}Envelope")
    header = Build.SubElement(root, f"{{{ENVELOPE}}}Header")
    if username:
        _sign_in(header, username, password)
    inside = Build.SubElement(
        Build.SubElement(root, f"{{{ENVELOPE}}}Body"), f"{{{namespace}}}{element}"
    )
    for name, tag in TAGS.items():
        if element == REQUEST and name in ("error", "error_words"):
            continue
        Build.SubElement(inside, tag).text = _text(message, name)
    return bytes(Build.tostring(root, encoding="utf-8", xml_declaration=True))


def _sign_in(header: Element, username: str, password: str) -> None:
    security = Build.SubElement(header, f"{{{_SECURITY}}}Security")
    token = Build.SubElement(security, f"{{{_SECURITY}}}UsernameToken")
    Build.SubElement(token, f"{{{_SECURITY}}}Username").text = username
    secret = Build.SubElement(token, f"{{{_SECURITY}}}Password", {"Type": _PASSWORD_TEXT})
    secret.text = password


def _text(message: Message, name: str) -> str:
    value = getattr(message, name)
    if name != "payload":
        return str(value)
    if message.version == "2.2.0":
        return bytes(value).decode("utf-8")
    return base64.b64encode(value).decode()


def parse(data: bytes, content_type: str = "") -> Message:
    """The message in an envelope. Refused where it is none, says "Fault", or tries what no XML of
    a payer needs (entities, document types)."""
    if "multipart/related" in content_type:
        raise Refused("the payer answers with MTOM attachments, which this connection cannot read")
    try:
        root = Read.fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise Refused("the payer's answer holds XML entities, which nothing here reads") from None
    except Build.ParseError as error:
        raise Refused(f"the payer's answer is no XML: {error}") from None
    _refuse_fault(root)
    found = {_local(each.tag): each.text or "" for each in root.iter()}
    if "PayloadType" not in found and "ErrorCode" not in found:
        raise Refused("the payer's answer is no CORE envelope")
    values = {name: found.get(tag, "") for name, tag in TAGS.items() if name != "payload"}
    values["mode"] = values["mode"] or REAL_TIME
    return Message(**values, payload=_bytes(found.get("Payload", "")))


def _refuse_fault(root: Element) -> None:
    for each in root.iter(f"{{{ENVELOPE}}}Fault"):
        words = " ".join("".join(each.itertext()).split())
        raise Refused(f"the payer refuses the envelope: {words[:300]}")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _bytes(text: str) -> bytes:
    """A payload as it was sent: X12 begins with ISA, anything else is base64."""
    plain = text.strip()
    if not plain or plain.startswith(("ISA", "TA1")):
        return plain.encode()
    try:
        return base64.b64decode(plain, validate=False)
    except (binascii.Error, ValueError):
        return plain.encode()


assert set(TAGS) == {each.name for each in fields(Message)}

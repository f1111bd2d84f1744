"""The MIME form: a multipart form, every value of the envelope a part of it."""

import re
from email import policy
from email.parser import BytesParser
from uuid import uuid4

from carethread.connect.contract import Refused
from carethread.connect.core.message import REAL_TIME, Message
from carethread.connect.core.soap import TAGS

_NAME = re.compile(r'name="?([A-Za-z]+)"?')


def build(message: Message, username: str = "", password: str = "") -> tuple[bytes, str]:
    """The form's bytes, and its content type with the boundary."""
    values = {tag: getattr(message, name) for name, tag in TAGS.items()}
    if not message.error:
        del values["ErrorCode"], values["ErrorMessage"]
    if username:
        values |= {"UserName": username, "Password": password}
    boundary = uuid4().hex
    parts = [
        b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
        % (
            boundary.encode(),
            tag.encode(),
            value if isinstance(value, bytes) else str(value).encode(),
        )
        for tag, value in values.items()
    ]
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def parse(data: bytes, content_type: str) -> Message:
    """The message in a form. Refused where it is none."""
    found = _parts(data, content_type)
    if b"PayloadType" not in found and b"ErrorCode" not in found:
        raise Refused("the payer's answer is no CORE form")
    values = {
        name: found.get(tag.encode(), b"").decode("utf-8", "replace").strip()
        for name, tag in TAGS.items()
        if name != "payload"
    }
    values["mode"] = values["mode"] or REAL_TIME
    return Message(**values, payload=found.get(b"Payload", b"").strip())


def _parts(data: bytes, content_type: str) -> dict[bytes, bytes]:
    """Parts by name, their bytes untouched."""
    head = BytesParser(policy=policy.HTTP).parsebytes(
        b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    )
    boundary = head.get_boundary()
    if not boundary:
        raise Refused("the payer's answer is no multipart form")
    found: dict[bytes, bytes] = {}
    for piece in data.split(b"--" + boundary.encode())[1:]:
        if piece.startswith(b"--"):
            break
        top, parted, body = piece.lstrip(b"\r\n").partition(b"\r\n\r\n")
        name = _NAME.search(top.decode("latin-1"))
        if parted and name:
            found[name[1].encode()] = body.removesuffix(b"\r\n")
    return found

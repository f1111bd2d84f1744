"""Questions about coverage, answered at once: `python -m carethread.sandbox.payer.endpoint FOLDER`.

Both forms of the CAQH CORE envelope, by plain HTTP on loopback alone. Its first line on stdout is
a connection's settings as JSON. It ends when its stdin closes.
"""

import json
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from carethread.connect import Refused
from carethread.connect.core import mime, soap
from carethread.connect.core.message import ELIGIBILITY, REAL_TIME, Message, failure, stamp
from carethread.sandbox.payer.books import Books, load
from carethread.sandbox.payer.eligibility import reply
from carethread.x12.eligibility import EligibilityInquiry
from carethread.x12.finding import Unreadable
from carethread.x12.reader import read
from carethread.x12.respond import acknowledge
from carethread.x12.writer import write

SENDER, RECEIVER = "ALDERROW", "SANDBOXCH"
_ANSWER = "X12_271_Response_005010X279A1"
_LARGEST = 1024 * 1024
_LARGE_FIRST_NUMBER = 900_000_000  # real time has interchange numbers of its own


class Payers:
    """Answers one message. `pause` is called before, so that a test can make it slow."""

    def __init__(self, books: Books, pause: Callable[[], None] = lambda: None) -> None:
        self.books, self.pause = books, pause
        self._number, self._lock = _LARGE_FIRST_NUMBER, threading.Lock()

    def answer(self, message: Message, now: datetime) -> Message:
        self.pause()
        if (fault := _fault(message)) is not None:
            return failure(message, *fault, now)
        return replace(
            message,
            type=_ANSWER,
            sent=stamp(now),
            sender=message.receiver,
            receiver=message.sender,
            payload=self.payload(message.payload, now),
            error="Success",
            error_words="None",
        )

    def payload(self, raw: bytes, now: datetime) -> bytes:
        """The 271; the 999 or TA1 where the question cannot be read."""
        with self._lock:
            self._number += 1
            number = self._number
        try:
            document = read(raw)
        except Unreadable:
            return b""
        asked = [t for t in document.transactions if isinstance(t, EligibilityInquiry)]
        if not asked or not document.envelopes:
            return acknowledge(raw, created=now, interchange_control=number) or b""
        return write(
            [reply(one, self.books, now) for one in asked],
            sender=document.envelopes[0].receiver,
            receiver=document.envelopes[0].sender,
            interchange_control=number,
            group_control=number,
            created=now,
        )


def _fault(message: Message) -> tuple[str, str] | None:
    if message.mode != REAL_TIME:
        return "ProcessingModeIllegal", "Only RealTime is served here"
    if message.type != ELIGIBILITY:
        return "PayloadTypeIllegal", f"{message.type} is not served here"
    if not message.payload:
        return "PayloadRequired", "There is no payload"
    return None


class Endpoint(ThreadingHTTPServer):
    """The listening socket, on loopback."""

    daemon_threads = True

    def __init__(self, payers: Payers) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.payers = payers

    def settings(self, form: str = "soap", scheme: str = "http") -> dict[str, Any]:
        """What an administrator would have typed to reach this endpoint."""
        return {
            "kind": "core",
            "url": f"{scheme}://127.0.0.1:{self.server_address[1]}/core",
            "form": form,
            "sender_id": SENDER,
            "receiver_id": RECEIVER,
        }


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= _LARGEST:
            self._send(413, "text/plain", b"")
            return
        data, kind = self.rfile.read(length), self.headers.get("Content-Type", "")
        now = datetime.now(UTC)
        try:
            if kind.startswith("multipart/form-data"):
                answer = self.server.payers.answer(mime.parse(data, kind), now)
                body, kind = mime.build(answer)
            else:
                answer = self.server.payers.answer(soap.parse(data, kind), now)
                body, kind = soap.build(answer, soap.RESPONSE), soap.CONTENT_TYPE
        except Refused as problem:
            self._send(400, "text/plain", str(problem).encode())
            return
        self._send(200, kind, body)

    def _send(self, status: int, kind: str, body: bytes) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # who asked has hung up
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: an address may name a person."""


def main() -> int:
    endpoint = Endpoint(Payers(load(Path(sys.argv[1]) / "books.json")))
    threading.Thread(target=endpoint.serve_forever, daemon=True).start()
    print(json.dumps(endpoint.settings()), flush=True)
    sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The CORE envelope in both forms: what goes over, what comes back, and what can fail."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from carethread.connect import Refused, Unreachable, core
from carethread.connect.core import mime, soap
from carethread.connect.core.message import Message, failure, question
from carethread.connect.settings import SettingsError, parse
from carethread.sandbox.payer.endpoint import Endpoint, Payers
from carethread.x12.eligibility import EligibilityResponse
from carethread.x12.reader import read
from tests.sandbox.office import ADA, BOOKS
from tests.x12 import make, make_eligibility

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)
X12 = b"ISA*00*<&>*\xc3\xa9~\nGS*HS~"
FORMS = [("soap", "2.2.0"), ("soap", "4.0.0"), ("mime", "2.2.0")]


def envelope(payload: bytes = X12, version: str = "2.2.0") -> Message:
    return question(
        core.ELIGIBILITY, payload, sender="ALDER", receiver="PAYER", version=version, now=NOW
    )


def inquiry() -> bytes:
    """A 270 about Ada of the sandbox's Harbor."""
    person = make_eligibility.subscriber(
        traces=(make_eligibility.trace("1"),),
        birth_date=ADA.birth_date,
        inquiries=(make_eligibility.ServiceInquiry(("30", "MH")),),
    )
    party = replace(person.party, name="Lovelace", first_name="Ada", id=ADA.id)
    whole = make_eligibility.inquiry(replace(person, party=party))
    source = replace(whole.sources[0], entity=make_eligibility.payer(id="HRBR1"))
    return make.written(replace(whole, sources=(source,)))


@contextmanager
def served(server: ThreadingHTTPServer) -> Iterator[ThreadingHTTPServer]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def payers() -> Iterator[Endpoint]:
    endpoint = Endpoint(Payers(BOOKS))
    with served(endpoint):
        yield endpoint


def settings(url: str, **changes: object) -> core.Settings:
    values = {"url": url, "sender_id": "ALDER", "receiver_id": "PAYER"} | changes
    return parse(core.Settings, values)


# ------------------------------------------------------------------------------- the envelope


@pytest.mark.parametrize(("form", "version"), FORMS)
def test_what_goes_into_an_envelope_comes_out_of_it(form: str, version: str) -> None:
    asked = envelope(version=version)
    if form == "soap":
        came = soap.parse(soap.build(asked, soap.REQUEST, "user", "secret"))
    else:
        came = mime.parse(*mime.build(asked, "user", "secret"))
    assert came == asked


def test_an_answer_that_failed_says_why_in_both_forms() -> None:
    told = failure(envelope(), "SenderIDIllegal", "Who are you?", NOW)
    assert soap.parse(soap.build(told, soap.RESPONSE)).error == "SenderIDIllegal"
    assert mime.parse(*mime.build(told)).error_words == "Who are you?"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>', "entities"),
        (b"<x", "no XML"),
        (b"<x/>", "no CORE envelope"),
        (
            b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault>'
            b"<e:Reason><e:Text>Not today</e:Text></e:Reason></e:Fault></e:Body></e:Envelope>",
            "Not today",
        ),
    ],
)
def test_xml_that_is_no_answer_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        soap.parse(data)


def test_a_form_without_a_boundary_is_refused() -> None:
    with pytest.raises(Refused, match="no multipart form"):
        mime.parse(b"PayloadType", "text/html")


# ------------------------------------------------------------------------------- over the wire


@pytest.mark.parametrize(("form", "version"), FORMS)
def test_a_question_is_answered_in_real_time(payers: Endpoint, form: str, version: str) -> None:
    where = settings(payers.settings()["url"], form=form, version=version)
    answer = core.ask(where, envelope(inquiry(), version))
    (said,) = read(answer.payload).transactions
    assert isinstance(said, EligibilityResponse)
    assert (answer.sender, answer.receiver) == ("PAYER", "ALDER")
    (asked,) = said.people
    assert [b.code for b in asked.patient.benefits] == ["1", "1", "B"]


def test_an_error_code_of_the_rule_is_said_in_words(payers: Endpoint) -> None:
    batch = replace(envelope(inquiry()), mode="Batch")
    with pytest.raises(Refused, match=r"whether it is real time.*ProcessingModeIllegal"):
        core.ask(settings(payers.settings()["url"]), batch)


def test_a_payer_that_takes_too_long_is_not_waited_for(payers: Endpoint) -> None:
    payers.payers.pause = lambda: time.sleep(1)
    with pytest.raises(Unreachable, match="no answer within"):
        core.ask(settings(payers.settings()["url"], timeout=0.2), envelope(inquiry()))


def test_nobody_there_means_ask_again_later() -> None:
    with pytest.raises(Unreachable, match="cannot be reached"):
        core.ask(settings("http://127.0.0.1:9/core"), envelope())


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [(503, b"later", Unreachable), (500, b"", Unreachable), (403, b"", Refused),
     (404, b"no", Refused), (302, b"", Unreachable), (200, b"<html>", Refused)],
)  # fmt: skip
def test_what_is_no_answer_is_told_apart_by_what_may_follow(
    status: int, body: bytes, kind: type[Exception]
) -> None:
    with served(_Fixed.answering(status, body)) as server, pytest.raises(kind):
        core.ask(settings(f"http://127.0.0.1:{server.server_address[1]}/"), envelope())


def test_an_answer_without_end_is_cut_off() -> None:
    with served(_Fixed.answering(200, b"x" * 10_000)) as server:
        where = settings(f"http://127.0.0.1:{server.server_address[1]}/", largest_answer=100)
        with pytest.raises(Refused, match="larger"):
            core.ask(where, envelope())


class _Fixed(BaseHTTPRequestHandler):
    @classmethod
    def answering(cls, status: int, body: bytes) -> ThreadingHTTPServer:
        kind = type("Handler", (cls,), {"status": status, "body": body})
        return ThreadingHTTPServer(("127.0.0.1", 0), kind)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        pass


# ------------------------------------------------------------------------------- https


def certificate(folder: Path) -> Path:
    """A throwaway key and certificate for 127.0.0.1 in one file, without a password."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "throwaway")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False
        )
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "both.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def secure(payers: Endpoint, tmp_path: Path) -> tuple[str, Path]:
    path = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    payers.socket = context.wrap_socket(payers.socket, server_side=True)
    return f"https://localhost:{payers.server_address[1]}/core", path


def test_over_https_the_certificate_must_be_one_that_we_trust(secure: tuple[str, Path]) -> None:
    url, path = secure
    answer = core.ask(settings(url, certificates=str(path)), envelope(inquiry()))
    assert answer.error == "Success"
    with pytest.raises(Refused, match="not trusted"):
        core.ask(settings(url), envelope(inquiry()))
    with pytest.raises(Refused, match="cannot be read"):
        core.ask(settings(url, certificates="/nowhere.pem"), envelope(inquiry()))


@pytest.mark.parametrize(
    ("url", "more"),
    [("http://payer.example/core", {}), ("ftp://127.0.0.1/", {}), ("https:///core", {}),
     ("https://u:p@payer.example/", {}), ("https://payer.example/", {"form": "rest"}),
     ("https://payer.example/", {"version": "3"})],
)  # fmt: skip
def test_settings_that_would_leak_or_cannot_work_are_refused(
    url: str, more: dict[str, object]
) -> None:
    with pytest.raises(SettingsError):
        settings(url, **more)

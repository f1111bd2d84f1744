"""One request over HTTP, with one deadline over all of it."""

import ssl
from time import monotonic

import httpx

from carethread.connect.contract import Refused, Unreachable
from carethread.connect.core import Settings, mime, soap
from carethread.connect.core.message import LATER, Message, words_of

_PERSON_MUST_ACT = frozenset({400, 401, 403, 404, 405, 407, 411, 413, 415})


def exchange(settings: Settings, message: Message) -> Message:
    """See `core.ask`."""
    password = settings.password.read() if settings.password else ""
    if settings.form == "soap":
        body = soap.build(message, soap.REQUEST, settings.username, password)
        kind = soap.CONTENT_TYPE
    else:
        body, kind = mime.build(message, settings.username, password)
    status, answered, data = _post(settings, body, kind)
    answer = _read(settings, status, answered, data)
    if answer.error not in ("", "Success"):
        words = words_of(answer.error, answer.error_words)
        raise (Unreachable if answer.error in LATER else Refused)(words)
    return answer


def _read(settings: Settings, status: int, kind: str, data: bytes) -> Message:
    """The message in a response. An envelope says more than its HTTP status, so it goes first."""
    try:
        return soap.parse(data, kind) if settings.form == "soap" else mime.parse(data, kind)
    except Refused:
        if status == 200:
            raise
        if status in _PERSON_MUST_ACT and not data.strip():
            raise Refused(f"the payer's server answers with HTTP {status}") from None
        if status in _PERSON_MUST_ACT:
            raise
        raise Unreachable(f"the payer's server answers with HTTP {status}") from None


def _post(settings: Settings, body: bytes, kind: str) -> tuple[int, str, bytes]:
    """Status, content type and body. Redirects are not followed: they would take the question, and
    whom it is about, to an address that nobody has set up."""
    until = monotonic() + settings.timeout
    try:
        with (
            httpx.Client(
                verify=_trust(settings), timeout=settings.timeout, trust_env=False
            ) as client,
            client.stream(
                "POST", settings.url, content=body, headers={"Content-Type": kind}
            ) as response,
        ):
            data = _body(settings, response, until)
            return response.status_code, response.headers.get("Content-Type", ""), data
    except httpx.TimeoutException:
        raise Unreachable(f"no answer within {settings.timeout:.0f} seconds") from None
    except httpx.HTTPError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise Refused(f"the payer's certificate is not trusted: {error}") from None
        raise Unreachable(f"the payer cannot be reached: {error}") from None


def _body(settings: Settings, response: httpx.Response, until: float) -> bytes:
    data = bytearray()
    for piece in response.iter_bytes():
        data += piece
        if len(data) > settings.largest_answer:
            raise Refused("the payer's answer is larger than largest_answer allows")
        if monotonic() > until:
            raise Unreachable(f"no whole answer within {settings.timeout:.0f} seconds")
    return bytes(data)


def _trust(settings: Settings) -> ssl.SSLContext | bool:
    if settings.url.startswith("http:"):
        return False  # on this very machine, as the settings have checked
    try:
        trust = ssl.create_default_context(cafile=settings.certificates or None)
        if settings.client_certificate:
            trust.load_cert_chain(settings.client_certificate, settings.client_key or None)
    except OSError as error:
        raise Refused(f"a certificate named in the settings cannot be read: {error}") from None
    trust.minimum_version = ssl.TLSVersion.TLSv1_2
    return trust

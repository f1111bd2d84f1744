"""One question, one answer, over HTTPS: the CAQH CORE connectivity rule in real time.

A message is an envelope of named values around the bytes of one file. It has two forms, of which
a payer may offer either: a SOAP 1.2 envelope (`soap`) or a multipart form (`mime`). The envelope's
values, their names and the error codes are the rule's own (versions 2.2.0 and 4.0.0).

Nothing here is repeated or remembered: `ask` comes back with the answer's bytes, or raises one of
the problems of `contract`.
"""

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from carethread.connect.core.message import ELIGIBILITY, Message, question
from carethread.connect.settings import Secret, SettingsError

FORMS = ("soap", "mime")
VERSIONS = ("2.2.0", "4.0.0")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True)
class Settings:
    """`url`: where to ask; https, or plain http on this very machine alone. `form`: soap or mime.
    `sender_id` and `receiver_id` as the payer assigned them. `certificates`: a file of the
    authorities to trust in place of the usual ones. `client_certificate` and `client_key`: files,
    where the payer wants ours. `timeout`: seconds for the whole answer (the rule allows 20).
    `largest_answer`: bytes; more is refused.
    """

    kind: ClassVar[str] = "core"

    url: str
    sender_id: str
    receiver_id: str
    form: str = "soap"
    version: str = "2.2.0"
    username: str = ""
    password: Secret | None = None
    certificates: str = ""
    client_certificate: str = ""
    client_key: str = ""
    timeout: float = 20.0
    largest_answer: int = 4 * 2**20

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        local = parts.hostname in _LOOPBACK
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise SettingsError("core: the setting url is not an https address", "url")
        if not parts.hostname or parts.username or parts.password:
            raise SettingsError("core: the setting url names no host, or names a password", "url")
        if self.form not in FORMS:
            raise SettingsError(f"core: the setting form is one of {', '.join(FORMS)}", "form")
        if self.version not in VERSIONS:
            known = ", ".join(VERSIONS)
            raise SettingsError(f"core: the setting version is one of {known}", "version")


def ask(settings: Settings, message: Message) -> Message:
    """Send one message and wait for its answer. Raises Unreachable (nobody answers in time: ask
    again) or Refused (a person must act)."""
    # Imported here because an HTTP client is slow to import and most commands never ask.
    from carethread.connect.core.exchange import exchange

    return exchange(settings, message)


__all__ = ["ELIGIBILITY", "FORMS", "VERSIONS", "Message", "Settings", "ask", "question"]

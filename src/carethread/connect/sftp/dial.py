"""From settings to a signed-in SSH transport, or the reason why not."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from threading import Timer

import paramiko
from paramiko.ssh_exception import AuthenticationException, IncompatiblePeer, SSHException

from carethread.connect.contract import Refused, Unreachable
from carethread.connect.sftp import Settings

KEEPALIVE_SECONDS = 15
_KEY_CLASSES = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


def dial(settings: Settings) -> paramiko.Transport:
    """Connect, check the host key, sign in. Raises Unreachable or Refused; leaves nothing open."""
    pin = _Pin(settings.host_key)
    with _explained(settings):
        line = socket.create_connection((settings.host, settings.port), settings.timeout)
        transport = paramiko.Transport(line)
    try:
        with _explained(settings), deadline(transport, settings.timeout):
            _shake_hands(transport, settings, pin)
            _sign_in(transport, settings)
            transport.set_keepalive(KEEPALIVE_SECONDS)
    except BaseException:
        transport.close()
        raise
    return transport


@contextmanager
def deadline(transport: paramiko.Transport, seconds: float) -> Iterator[None]:
    """Hang up after so long. paramiko waits for ever at some points; a closed line wakes it."""
    alarm = Timer(seconds, transport.close)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()


@contextmanager
def _explained(settings: Settings) -> Iterator[None]:
    where = f"{settings.host}:{settings.port}"
    try:
        yield
    except IncompatiblePeer as error:
        raise Refused(f"{where} has no host key or cipher that we accept: {error}") from error
    except (OSError, EOFError, SSHException) as error:
        raise Unreachable(f"{where} does not answer: {error or type(error).__name__}") from error


class _Pin:
    """The host key that the server must show: its type, and its bytes or fingerprint."""

    def __init__(self, text: str) -> None:
        words = text.split()
        if len(words) < 2:
            raise Refused("the host key is to be given as its type and key: ssh-ed25519 AAAA...")
        self.type, self.value = words[0], words[1].rstrip("=")

    def algorithms(self) -> tuple[str, ...]:
        """An RSA key signs with SHA-2 nowadays; the others are called like their type."""
        return ("rsa-sha2-512", "rsa-sha2-256") if self.type == "ssh-rsa" else (self.type,)

    def fits(self, key: paramiko.PKey) -> bool:
        shown = key.fingerprint if self.value.startswith("SHA256:") else key.get_base64()
        return key.get_name() == self.type and shown.rstrip("=") == self.value


def _shake_hands(transport: paramiko.Transport, settings: Settings, pin: _Pin) -> None:
    transport.banner_timeout = transport.handshake_timeout = settings.timeout
    transport.auth_timeout = transport.channel_timeout = settings.timeout
    try:
        # A server with several keys shows the one of the type that we ask for.
        transport.get_security_options().key_types = pin.algorithms()
    except ValueError:
        raise Refused(f"host keys of type {pin.type} are not accepted") from None
    transport.start_client(timeout=settings.timeout)
    key = transport.get_remote_server_key()
    if not pin.fits(key):
        raise Refused(
            f"{settings.host} shows another host key than the pinned one:"
            f" {key.get_name()} {key.fingerprint}. Ask them before you trust it."
        )


def _sign_in(transport: paramiko.Transport, settings: Settings) -> None:
    try:
        still_wanted = ["publickey", "password"]
        if settings.private_key is not None:
            still_wanted = transport.auth_publickey(settings.username, _private_key(settings))
        if still_wanted and settings.password is not None:
            still_wanted = transport.auth_password(settings.username, settings.password.read())
    except AuthenticationException as error:
        # paramiko also says so when the line broke or the answer did not come in time.
        if not transport.is_active() or "timeout" in str(error).lower():
            raise Unreachable(f"{settings.host} hung up while we signed in: {error}") from error
        raise Refused(f"{settings.host} does not let {settings.username} in: {error}") from error
    if still_wanted:
        raise Refused(
            f"{settings.host} wants {' and '.join(still_wanted)} from {settings.username},"
            " which the settings do not have"
        )


def _private_key(settings: Settings) -> paramiko.PKey:
    assert settings.private_key is not None
    text = f"{settings.private_key.read()}\n"
    passphrase = settings.passphrase.read() if settings.passphrase else None
    for key_class in _KEY_CLASSES:
        try:
            return key_class.from_private_key(StringIO(text), passphrase)
        except (SSHException, ValueError):
            continue
    raise Refused(
        f"{settings.private_key.place} holds no private key that can be read"
        " (OpenSSH format; is the passphrase right?)"
    )

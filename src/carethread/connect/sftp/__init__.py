"""A clearinghouse's SFTP server: Claim.MD, Office Ally, Waystar, or one's own.

The server must show the host key that was pinned when the connection was set up; we sign in
with a key, a password, or a key and then a password where both are asked for.
"""

from dataclasses import dataclass
from typing import ClassVar

from carethread.connect.contract import Connection
from carethread.connect.settings import Secret


@dataclass(frozen=True, slots=True)
class Settings:
    """`host_key`: what `ssh-keyscan HOST` prints after the host's name (`ssh-ed25519 AAAA...`),
    or the type and fingerprint that the clearinghouse publishes (`ssh-rsa SHA256:...`).
    `timeout`: seconds to wait for any one answer. `largest_file`: bytes; more is refused unread.
    """

    kind: ClassVar[str] = "sftp"

    host: str
    username: str
    host_key: str
    port: int = 22
    private_key: Secret | None = None
    passphrase: Secret | None = None
    password: Secret | None = None
    timeout: float = 30.0
    largest_file: int = 512 * 2**20

    def open(self) -> Connection:
        # Imported here because paramiko is slow to import and most commands never dial.
        from carethread.connect.sftp.connection import SftpConnection

        return SftpConnection(self)

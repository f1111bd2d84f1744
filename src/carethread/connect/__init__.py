"""Whom we talk to: a connection moves bytes with names to and from somebody's folders.

It never sees a claim. It does not decide, remember or retry: `workflow` does, with the names of
`naming` and the clock of `backoff`. Each kind of connection is one folder here, with all that
it is: `sftp/` (a clearinghouse's server), `folder/` (a directory on a disk that both share) and
`memory/` (the double that tests drive). All keep the one promise of `contract.Connection`, and
`tests/connect/test_contract.py` holds each of them to it.

A new kind is a folder with a `Settings` class, one line in `kinds.py`, one far side in
`tests/connect/conftest.py`.
"""

from carethread.connect.contract import (
    Connection,
    Missing,
    Problem,
    Refused,
    RemoteFile,
    Taken,
    Unreachable,
)
from carethread.connect.kinds import open_connection, settings_from
from carethread.connect.settings import Settings, SettingsError

__all__ = [
    "Connection",
    "Missing",
    "Problem",
    "Refused",
    "RemoteFile",
    "Settings",
    "SettingsError",
    "Taken",
    "Unreachable",
    "open_connection",
    "settings_from",
]

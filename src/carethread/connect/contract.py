"""The one promise that every kind of connection keeps, and the four ways it can fail."""

from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self


class Problem(Exception):
    """Something a connection could not do; the message is for a person and holds no secret."""


class Unreachable(Problem):
    """Try again later: nobody answers, the line broke, the disk there is full.

    What was asked may have been done all the same, only the answer got lost. Look (`size`)
    before doing it again.
    """


class Refused(Problem):
    """A person must act: wrong credentials, another host key than the pinned one, no permission.
    Trying again would only be refused again."""


class Taken(Refused):
    """The new name belongs to a file already, which is left as it is."""


class Missing(Problem):
    """There is no such file or folder."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the other side lists it: size in bytes, last change in UTC.

    The name is theirs, unchecked: ask `naming.refusal` before using it. Bytes that are not
    UTF-8 appear as backslash escapes (which `naming.refusal` refuses).
    """

    name: str
    size: int
    modified: datetime


Listing = list[RemoteFile]
"""Named here because inside a connection `list` is its method."""


class Connection(Protocol):
    """An open way to somebody's folders. A path is `folder/name`, relative to where we start."""

    def list(self, folder: str) -> Listing:
        """The files of a folder by name; not its folders, links and devices."""

    def read(self, path: str) -> bytes:
        """The whole file. One that changes while it is read is Unreachable: still being written."""

    def write(self, path: str, data: bytes) -> None:
        """Put `data` at `path`, over whatever is there, and check that all of it arrived.

        A line that breaks leaves a part of it, so write under `naming.temporary_name` and
        `rename` when it is whole. They are two calls because the caller records each.
        """

    def rename(self, old: str, new: str) -> None:
        """Give a file its new name at once. An existing file is never replaced: Taken."""

    def size(self, path: str) -> int | None:
        """Bytes at `path`; None where there is nothing."""

    def close(self) -> None:
        """Hang up. Closing twice, or what is broken already, is no problem."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Closing:
    """`with connection:` hangs up at the end. The half of the protocol that all kinds share."""

    def close(self) -> None:
        """Nothing to hang up, unless a kind says otherwise."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

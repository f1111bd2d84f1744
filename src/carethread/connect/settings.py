"""Settings of a connection: what an administrator typed, checked field by field.

A secret is never among them, only the place where it is kept.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar, get_type_hints

from carethread.connect.contract import Connection, Refused

S = TypeVar("S", bound="Named")


class SettingsError(ValueError):
    """A setting is missing, unknown or of the wrong sort; the message names it. So does `setting`,
    where it is one of those that the kind has."""

    def __init__(self, message: str, setting: str = "") -> None:
        super().__init__(message)
        self.setting = setting


class Named(Protocol):
    """The settings of one kind of connection: a frozen dataclass."""

    kind: ClassVar[str]


class Settings(Named, Protocol):
    """Those of a connection that carries files."""

    def open(self) -> Connection:
        """Dial. Raises Unreachable or Refused."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a password or key is kept: `file:/run/secrets/payer_key` or `env:PAYER_PASSWORD`.

    The secret itself is read at the moment of use and held by nobody, so that settings may be
    printed, logged and stored.
    """

    place: str

    def read(self) -> str:
        """The secret, without the line break that editors leave. Refused where it is missing."""
        scheme, _, where = self.place.partition(":")
        try:
            text = os.environ[where] if scheme == "env" else Path(where).read_text()
        except (KeyError, OSError, UnicodeDecodeError):
            raise Refused(f"the secret that {self.place} names cannot be read here") from None
        return text.rstrip("\r\n")


def parse(settings: type[S], values: Mapping[str, object]) -> S:
    """`values` (from JSON or a form) as `settings`, or a SettingsError that names the field."""
    known = {each.name: each for each in fields(settings)}  # type: ignore[arg-type]
    if unknown := sorted(set(values) - set(known) - {"kind"}):
        near = get_close_matches(unknown[0], known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        raise SettingsError(f"{settings.kind}: there is no setting {unknown[0]}; {hint}")
    for name, each in known.items():
        if each.default is MISSING and values.get(name) in (None, ""):
            raise SettingsError(f"{settings.kind}: the setting {name} is missing", name)
    hints = get_type_hints(settings)
    given = {name: value for name, value in values.items() if name in known}
    return settings(
        **{name: _converted(settings.kind, name, hints[name], given[name]) for name in given}
    )


def _converted(kind: str, name: str, wanted: Any, value: object) -> object:
    convert, expected = _CONVERSIONS[wanted]
    try:
        return convert(value)
    except (TypeError, ValueError):
        # The value is not quoted: somebody may have put a secret where its place belongs.
        raise SettingsError(f"{kind}: the setting {name} is not {expected}", name) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value.strip()


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str) or int(value) <= 0:
        raise ValueError
    return int(value)


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    seconds = float(value)
    if not 0 < seconds <= 3600:
        raise ValueError
    return seconds


def _secret(value: object) -> Secret | None:
    if value in (None, ""):
        return None
    scheme, _, where = _text(value).partition(":")
    if scheme not in ("file", "env") or not where:
        raise ValueError
    return Secret(f"{scheme}:{where}")


_CONVERSIONS: dict[Any, tuple[Callable[[object], object], str]] = {
    str: (_text, "text"),
    int: (_whole, "a whole number above zero"),
    float: (_seconds, "a number of seconds between 0 and 3600"),
    Secret | None: (_secret, "the place of a secret (file:PATH or env:NAME)"),
}

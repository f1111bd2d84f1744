"""The table of kinds: which settings make which connection."""

from collections.abc import Mapping

from carethread.connect import folder, memory, sftp
from carethread.connect.contract import Connection
from carethread.connect.settings import Settings, SettingsError, parse

KINDS: dict[str, type[Settings]] = {
    each.kind: each for each in (sftp.Settings, folder.Settings, memory.Settings)
}


def settings_from(values: Mapping[str, object]) -> Settings:
    """Settings of the kind that `values["kind"]` names; raises SettingsError, naming the field."""
    kind = str(values.get("kind", ""))
    if kind not in KINDS:
        raise SettingsError(
            f"there is no kind of connection {kind!r}; there are {', '.join(KINDS)}"
        )
    return parse(KINDS[kind], values)


def open_connection(settings: Settings) -> Connection:
    """An open connection, to be used in a `with`. Raises Unreachable or Refused."""
    return settings.open()

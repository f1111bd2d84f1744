"""Forms for the ways to clearinghouses and payers: one for each kind, with that kind's settings."""

from dataclasses import dataclass
from typing import Any

from django import forms

from carethread.connect import core, folder, sftp
from carethread.record.models import Connection
from carethread.web.rows import RowForm
from carethread.workflow.center import connections as work
from carethread.workflow.center.connecting import SETTING

_PLACE = "Its place on this machine, file:/path or env:NAME; never the secret itself."


class ConnectionForm(RowForm):
    """What goes by a connection, with why that was set."""

    reason = forms.CharField(label="Why", required=False, max_length=200)

    class Meta:
        model = Connection
        fields = ["is_active", "takes_270", "takes_276"]
        labels = {
            "is_active": "In use",
            "takes_270": "Questions about coverage (270) go this way",
            "takes_276": "Questions about claims (276) go this way",
        }

    @property
    def wanted(self) -> work.Wanted:
        said = self.cleaned_data
        return work.Wanted(*(said[name] for name in ("is_active", "takes_270", "takes_276")))


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a kind, as it is asked for."""

    name: str
    label: str
    help: str = ""
    is_needed: bool = False
    width: str = "half full-narrow"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of connection in words, with the settings that it has to be told."""

    key: str
    label: str
    words: str
    settings: tuple[Setting, ...]

    @property
    def carries_files(self) -> bool:
        return self.key != core.Settings.kind


KINDS = {
    one.key: one
    for one in (
        Kind(
            sftp.Settings.kind, "Files by SFTP",
            "What most clearinghouses offer: claims are put into one folder of their server, and "
            "answers are fetched from another.",
            (
                Setting("host", "Host", is_needed=True),
                Setting("port", "Port", "22 unless they say another."),
                Setting("username", "User name", is_needed=True),
                Setting("password", "Password", _PLACE),
                Setting("private_key", "Private key", f"In place of a password. {_PLACE}"),
                Setting("passphrase", "Passphrase of the key", _PLACE),
                Setting("host_key", "Host key", "What ssh-keyscan prints after the host's name, or "
                        "the type and fingerprint that they publish (ssh-rsa SHA256:...).",
                        is_needed=True, width=""),
            ),
        ),
        Kind(
            folder.Settings.kind, "Files in a folder",
            "A folder of this machine that the clearinghouse's own program empties and fills.",
            (Setting("root", "Path of the folder that holds both", is_needed=True, width=""),),
        ),
        Kind(
            core.Settings.kind, "Answers at once",
            "Questions about coverage, answered in seconds (CAQH CORE). It carries no claims and "
            "stands beside a connection that does.",
            (
                Setting("url", "Address", "Begins with https.", is_needed=True, width=""),
                Setting("sender_id", "We are known there as", is_needed=True),
                Setting("receiver_id", "They are", is_needed=True),
                Setting("username", "User name"),
                Setting("password", "Password", _PLACE),
            ),
        ),
    )
}  # fmt: skip


class ConnectingForm(RowForm):
    """A way as it is set up or corrected: who is at either end, and how it is reached."""

    widths = {
        "name": "half full-narrow", "receiver_name": "half full-narrow",
        "sender_id": "half full-narrow", "receiver_id": "half full-narrow",
        "outbound_folder": "half full-narrow", "inbound_folder": "half full-narrow",
        **{SETTING + each.name: each.width for kind in KINDS.values() for each in kind.settings},
    }  # fmt: skip

    class Meta:
        model = Connection
        fields = [
            "name", "receiver_name", "sender_id", "receiver_id", "outbound_folder",
            "inbound_folder", "takes_270", "takes_276",
        ]  # fmt: skip
        labels = {
            "receiver_name": "The clearinghouse's name", "sender_id": "Our id in files (ISA06)",
            "receiver_id": "Its id in files (ISA08)", "outbound_folder": "Folder for what leaves",
            "inbound_folder": "Folder for what comes",
            "takes_270": "Questions about coverage (270) go this way",
            "takes_276": "Questions about claims (276) go this way",
        }  # fmt: skip
        help_texts = {"name": "As it is called here."}

    def __init__(self, *args: Any, kind: Kind, **named: Any) -> None:
        super().__init__(*args, **named)
        self.kind = kind
        if not kind.carries_files:
            del self.fields["outbound_folder"], self.fields["inbound_folder"]
            del self.fields["takes_276"]
        for setting in kind.settings:
            self._ask_for(setting)
        settings = [SETTING + setting.name for setting in kind.settings]
        self.order_fields(["name", "receiver_name", "sender_id", "receiver_id", *settings])

    def _ask_for(self, setting: Setting) -> None:
        name = SETTING + setting.name
        self.fields[name] = forms.CharField(
            label=setting.label,
            help_text=setting.help,
            required=setting.is_needed,
            max_length=500,
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        )
        self.initial[name] = self.instance.settings.get(setting.name, "")

    def only_facts(self) -> None:
        """What goes by it is set, with a reason, on its own page."""
        for name in ("takes_270", "takes_276"):
            self.fields.pop(name, None)

    def _post_clean(self) -> None:
        asked = {setting.name: SETTING + setting.name for setting in self.kind.settings}
        kept = {key: value for key, value in self.instance.settings.items() if key not in asked}
        said = {key: self.cleaned_data.get(name) for key, name in asked.items()}
        self.instance.kind = self.kind.key
        self.instance.settings = kept | {key: value for key, value in said.items() if value}
        super()._post_clean()  # type: ignore[misc]

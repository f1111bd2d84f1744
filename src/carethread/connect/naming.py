"""Names of files: ours are deterministic, theirs are looked at twice."""

import re
import unicodedata

LONGEST_NAME = 200
_TEMPORARY_ENDINGS = (".tmp", ".part", ".partial", ".filepart")


def outbound_name(sender: str, control_number: str, kind: str, sha256: str) -> str:
    """The name of a file we send: `CARETHREAD_837P_000000017_1f3a9c0b27de.edi`.

    The same interchange (sender and control number of its ISA) with the same bytes always has
    the same name, so that sending it again after a lost answer finds it there. Letters, digits
    and underscores only: every receiver takes those. Raises ValueError where nothing is left.
    """
    parts = [_plain(sender), _plain(kind), _plain(control_number).zfill(9), sha256[:12].lower()]
    if not all(parts) or not re.fullmatch(r"[0-9a-f]{12}", parts[-1]):
        raise ValueError(f"no file name from {sender!r}, {kind!r}, {control_number!r}, {sha256!r}")
    return f"{'_'.join(parts)}.edi"


def temporary_name(name: str) -> str:
    """What a file is called while it is being written; clearinghouses ignore the ending."""
    return f"{name}.tmp"


def is_temporary(name: str) -> bool:
    """Somebody is still writing this file: leave it for the next visit."""
    return name.startswith(".") or name.lower().endswith(_TEMPORARY_ENDINGS)


def refusal(name: str) -> str | None:
    """Why a remote file's name must not be used, in plain words; None if it may be.

    A server's names are a stranger's input. Those refused here could leave the folder, hide
    what they are on a screen, or not fit in the record.
    """
    return next((reason for found, reason in _FAULTS if found(name)), None)


def _plain(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


_FAULTS = (
    (lambda name: not name.strip(), "the name is empty"),
    (lambda name: len(name) > LONGEST_NAME, f"the name is longer than {LONGEST_NAME} characters"),
    (lambda name: name in (".", ".."), "the name is a folder's"),
    (lambda name: "/" in name or "\\" in name, "the name holds a path"),
    (
        # C: control, format (such as right-to-left override), surrogate, private, unassigned.
        lambda name: any(unicodedata.category(character)[0] == "C" for character in name),
        "the name holds characters that cannot be seen",
    ),
    (lambda name: name != name.strip(), "the name begins or ends with a blank"),
)

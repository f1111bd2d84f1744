"""A group's note: the part that all of its clients share, and the part that is one client's own.

A client's chart holds both, and never the name of another client.
"""

import re
from collections.abc import Iterable, Mapping

from carethread.codes import lists

SHARED = ("topic", "intervention", "plan")
"""What is written once for the group: its topic, what was done, what comes next."""
OWN = ("participation", "response", "progress", "goal")
"""What is said of each client: how they took part, what they said and did, how it went toward
which goal of their own plan."""

_SENTENCE = re.compile(r"(?:^|[.!?:;\n]\s*[\"“(]?)\s*$")


def individual(content: Mapping[str, object]) -> bool:
    """Whether a group note says in words what this client alone said or did."""
    return bool(str(content.get("response", "")).strip())


def named_in(
    texts: Iterable[str], people: Iterable[tuple[str, str]], *, but: tuple[str, str] = ("", "")
) -> list[str]:
    """First and last names of these people that stand in the texts, in their order, each once.

    Whole words with a capital letter; `but` are names that may stand there. A name that is an
    ordinary word too ("Will", "Grace") counts only within a sentence.
    """
    allowed = {name.lower() for name in but}
    text = "\n".join(texts)
    names = dict.fromkeys(name.strip() for pair in people for name in pair if len(name.strip()) > 1)
    return [n for n in names if n.lower() not in allowed and _stands_in(n, text)]


def _stands_in(name: str, text: str) -> bool:
    for found in re.finditer(rf"\b{re.escape(name)}\b", text):
        starts_sentence = _SENTENCE.search(text[: found.start()]) is not None
        if not (starts_sentence and lists.exists("name_or_word", name.lower())):
            return True
    return False


def said_twice(own: Mapping[int, str]) -> list[tuple[int, ...]]:
    """Of what is said of each client (by any key), those of whom word for word the same is said."""
    alike: dict[str, list[int]] = {}
    for key, text in own.items():
        words = " ".join(text.lower().split())
        if words:
            alike.setdefault(words, []).append(key)
    return [tuple(keys) for keys in alike.values() if len(keys) > 1]

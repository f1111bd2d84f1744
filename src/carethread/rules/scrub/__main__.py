"""Prints docs/rules.md."""

from carethread.rules.scrub import ALL
from carethread.rules.scrub.catalogue import page

print(page(ALL), end="")

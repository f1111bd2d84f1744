"""Prints docs/rules.md; with the word `fields`, docs/payer-rules.md."""

import sys

from carethread.rules.scrub import ALL, catalogue, fields

print(fields.page() if "fields" in sys.argv[1:] else catalogue.page(ALL), end="")

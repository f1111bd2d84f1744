"""`python -m carethread` is `carethread`."""

from carethread.cli import main

main()

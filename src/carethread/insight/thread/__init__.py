"""The thread: how a note became cash, or why not, step by step, each with where to look.

`trace` takes whatever number somebody holds (a claim number, a check number, a control number,
`note 12`) and gives the thread that hangs on it. The claim page and `carethread trace` show it.
"""

from carethread.insight.thread.claim import of_claim, of_note
from carethread.insight.thread.find import Unknown, trace
from carethread.insight.thread.steps import Feel, Kind, Link, Step, Thread
from carethread.insight.thread.wire import of_check, of_file

__all__ = [
    "Feel",
    "Kind",
    "Link",
    "Step",
    "Thread",
    "Unknown",
    "of_check",
    "of_claim",
    "of_file",
    "of_note",
    "trace",
]

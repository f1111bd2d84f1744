"""What the payer was asked about a silent claim (276), and what it answered (277)."""

from collections.abc import Iterator, Sequence

from carethread.codes.claim_status import Stage
from carethread.insight.thread.steps import Feel, Kind, Link, Step
from carethread.record.models import ClaimVersion, StatusAnswer, StatusInquiry

_FEELS = {
    Stage.UNKNOWN: Feel.BAD,
    Stage.REJECTED: Feel.BAD,
    Stage.RECORDS: Feel.BAD,
    Stage.DENIED: Feel.BAD,
    Stage.PAID: Feel.GOOD,
}


def asked(versions: Sequence[ClaimVersion]) -> Iterator[Step]:
    """Questions and answers about these versions. Two queries."""
    for row in StatusInquiry.objects.filter(version__in=versions).select_related("asked_by"):
        who = f"by {row.asked_by}" if row.asked_by else "because it was silent"
        yield Step(
            Kind.ACKNOWLEDGMENT,
            "The payer was asked how it stands (276)",
            row.asked_at,
            (f"Asked {who}",),
            link=Link("file", row.file_id),
        )
    for answer in StatusAnswer.objects.filter(asked__version__in=versions):
        yield Step(
            Kind.ACKNOWLEDGMENT,
            "The payer answered (277)",
            answer.at,
            (answer.words, f"Codes {' '.join(answer.statuses)}"),
            _FEELS.get(Stage(answer.stage), Feel.DONE),
            Link("file", answer.file_id),
        )

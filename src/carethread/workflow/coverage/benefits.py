"""What a payer answers about a coverage: each person's part of a 271 finds the check that asked,
becomes its answer, and is compared with the record. A difference becomes a case for intake; the
record itself stays as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from carethread.record.models import (
    Case,
    CaseKind,
    Coverage,
    EdiFile,
    EligibilityAnswer,
    EligibilityCheck,
)
from carethread.rules import coverage as rules
from carethread.rules.coverage import Contradiction, Known, Told
from carethread.rules.inquiry import MOST_IN_A_SET, number_in, question_of
from carethread.rules.names import bare
from carethread.workflow.casework import history, strangers
from carethread.workflow.common.locks import lock
from carethread.workflow.common.quarantine import Quarantined
from carethread.workflow.common.wire_format import benefits_to_json, refusals_to_json
from carethread.x12 import benefits as x12
from carethread.x12.eligibility import Asked, EligibilityInquiry, EligibilityResponse

TOLD = (
    "outcome", "is_active", "last_name", "first_name", "birth_date", "member_id", "plan", "ends",
    "carve_out_id", "carve_out_name", "other_payer",
)  # fmt: skip
"""The columns of an answer that are what the rules call `Told`."""


def take(
    one: EligibilityResponse | EligibilityInquiry, file: EdiFile, _position: int, now: datetime
) -> None:
    """Read one set of a file. A 270, or answers to nothing that we asked, quarantine the file."""
    if isinstance(one, EligibilityInquiry):
        raise Quarantined("This 270 asks us about somebody's coverage; we are no payer.")
    _read(one, file, now)


def _read(response: EligibilityResponse, file: EdiFile, now: datetime) -> None:
    found, unknown = [], 0
    for asked in response.people:
        check = _check(question_of(asked))
        if check is None or hasattr(check, "answer"):
            unknown += 1
        else:
            found.append((check, asked))
    above = x12.gather(response).rejections
    if above and not found:
        _refuse_all(response, above, file, now)
    elif not found:
        raise Quarantined("This 271 answers no question that we have sent, or answers it again.")
    for check, asked in found:
        answer(check, asked, file, above=above, now=now)
    if unknown and found:
        strangers.told(file, unknown, CaseKind.ELIGIBILITY, "coverage_answer", now=now)


def _check(number: int | None) -> EligibilityCheck | None:
    rows = EligibilityCheck.objects.select_related("coverage__client", "coverage__payer", "answer")
    return rows.filter(number=number).first() if number else None


def _refuse_all(
    response: EligibilityResponse, above: Sequence[x12.Refusal], file: EdiFile, now: datetime
) -> None:
    """The payer refuses a whole question (its own system, or who asks): BHT03 says which."""
    waiting = _of_set(number_in(response.reference))
    if not waiting:
        raise Quarantined("This 271 refuses a question that we have not sent.")
    for check in waiting:
        _write(check, Told("refused"), file, refused=tuple(above), now=now)


def _of_set(first: int | None) -> list[EligibilityCheck]:
    """The checks without an answer that left in one set, found by the number of its first."""
    check = _check(first)
    if check is None:
        return []
    rows = EligibilityCheck.objects.filter(
        file=check.file_id, payer_id=check.payer_id, number__gte=check.number
    ).select_related("coverage__client", "coverage__payer", "answer")
    return [row for row in rows.order_by("number")[:MOST_IN_A_SET] if not hasattr(row, "answer")]


def answer(
    check: EligibilityCheck,
    asked: Asked,
    file: EdiFile,
    *,
    above: tuple[x12.Refusal, ...] = (),
    now: datetime,
) -> EligibilityAnswer:
    """Write down what the payer says about one person, and what of it a person has to look at."""
    said = x12.coverage(asked)
    told = rules.told(asked, said)
    refused = (*above, *said.rejections)
    return _write(check, told, file, said=said, refused=refused, now=now)


@transaction.atomic
def no_answer(
    check: EligibilityCheck,
    problem: str,
    *,
    now: datetime,
    outcome: str = "unanswered",
    file: EdiFile | None = None,
) -> EligibilityAnswer:
    """There is no answer that can be read, and why."""
    return _write(check, Told(outcome), file, problem=problem, now=now)


def _write(
    check: EligibilityCheck,
    told: Told,
    file: EdiFile | None,
    *,
    said: x12.Coverage | None = None,
    refused: tuple[x12.Refusal, ...] = (),
    problem: str = "",
    now: datetime,
) -> EligibilityAnswer:
    lock(Coverage.objects.filter(pk=check.coverage_id))
    found = _contradictions(check, told, refused)
    row, fresh = EligibilityAnswer.objects.get_or_create(
        organization_id=check.organization_id,
        asked=check,
        defaults={
            **{name: _fitting(getattr(told, name)) for name in TOLD},
            "file": file,
            "benefits": benefits_to_json(said) if said else {},
            "refusals": refusals_to_json(refused),
            "contradictions": [asdict(one) for one in found],
            "problem": problem[:500],
            "at": now,
        },
    )
    if fresh and told.outcome not in ("unanswered", "unreadable"):
        _open_and_close(check, found, told, now)
    return row


_LONGEST = 60
"""Names longer than this are cut: the whole stands in `benefits`."""


def _fitting(value: object) -> object:
    return value[:_LONGEST] if isinstance(value, str) else value


# ------------------------------------------------------------------------------- what it means


def _contradictions(
    check: EligibilityCheck, told: Told, refused: tuple[x12.Refusal, ...]
) -> tuple[Contradiction, ...]:
    if told.outcome == "refused":
        return rules.refusals(refused)
    before = last_answer(check.coverage, check.payer_id, but=check.pk)
    found = rules.contradictions(known(check), told, told_by(before) if before else None)
    # Who answers in the payer's place is asked about benefits; the payer itself knows the person.
    return tuple(c for c in found if check.follows_id is None or c.key in ("inactive", "plan"))


def known(check: EligibilityCheck) -> Known:
    """What the record says about the client and the policy that were asked about."""
    coverage, client = check.coverage, check.coverage.client
    payers = client.coverages.values_list("payer__payer_id", "payer__name")
    return Known(
        last_name=client.last_name,
        first_name=client.first_name,
        birth_date=client.birth_date,
        member_id=coverage.member_id,
        payer_name=check.payer_name,
        payers=frozenset(word for id_, name in payers for word in (id_, bare(name))),
    )


def told_by(row: EligibilityAnswer) -> Told:
    """The facts of an answer on record."""
    return Told(**{name: getattr(row, name) for name in TOLD})


def last_answer(
    coverage: Coverage, payer_id: str, *, but: int | None = None
) -> EligibilityAnswer | None:
    """The latest answer of that payer in which it spoke of the member."""
    return (
        EligibilityAnswer.objects.filter(
            asked__coverage=coverage, asked__payer_id=payer_id, outcome__in=rules.ANSWERED
        )
        .exclude(asked=but)
        .order_by("-pk")
        .first()
    )


def _open_and_close(
    check: EligibilityCheck, found: Iterable[Contradiction], told: Told, now: datetime
) -> None:
    """A case for each difference that has none yet; those that are gone are settled. What the
    answer before said in the same words is somebody's already, or was decided."""
    asked_of = "-" if check.follows_id is None else check.payer_id[:20]
    live = {
        case.source: case
        for case in Case.objects.filter(coverage=check.coverage, kind=CaseKind.ELIGIBILITY).exclude(
            state="closed"
        )
    }
    again = _said_before(check)
    prefix = f"eligibility:{check.coverage_id}:{asked_of}:"
    standing = set()
    for one in found:
        same = [source for source in live if source.startswith(f"{prefix}{one.key}:")]
        standing.update(same)
        if (one.key, one.value) in again:
            continue
        for source in same:
            history.told(live[source], one.words, now).save()
        if not same:
            _open(check, one, f"{prefix}{one.key}:{check.number}", now)
    ours = {source for source in live if source.startswith(prefix)}
    if told.outcome in rules.ANSWERED:
        for source in ours - standing:
            _close(live[source], check, now)


def _said_before(check: EligibilityCheck) -> set[tuple[str, str]]:
    row = (
        EligibilityAnswer.objects.filter(
            asked__coverage=check.coverage, asked__payer_id=check.payer_id
        )
        .exclude(asked=check)
        .exclude(outcome__in=("unanswered", "unreadable"))
        .order_by("-pk")
        .first()
    )
    return {(c["key"], c["value"]) for c in row.contradictions} if row else set()


def _open(check: EligibilityCheck, one: Contradiction, source: str, now: datetime) -> None:
    case, fresh = Case.objects.get_or_create(
        organization_id=check.organization_id,
        source=source[:80],
        defaults={
            "kind": CaseKind.ELIGIBILITY,
            "category": "coverage_answer",
            "owner_role": one.owner.value,
            "title": f"{check.coverage.client}: {one.words}"[:300],
            "cure": one.cure,
            "coverage": check.coverage,
            "opened_at": now,
        },
    )
    if fresh:
        words = f"Opened: {one.words} Nothing in the record was changed."
        history.told(case, words, now).save()


def _close(case: Case, check: EligibilityCheck, now: datetime) -> None:
    history.close_as(case, f"{check.payer_name}'s latest answer no longer says so.", now)

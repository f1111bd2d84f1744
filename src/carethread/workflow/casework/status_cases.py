"""Cases from what payers answer about silent claims (277). Found anew at every round from the last
answer about each claim as it last left, like those of `cases`."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import F, OuterRef, QuerySet, Subquery

from carethread.codes.claim_status import Stage
from carethread.codes.roles import Role
from carethread.record.models import Case, CaseKind, Organization, StatusAnswer
from carethread.record.policies import effective
from carethread.rules.status import EFFECTS
from carethread.rules.words import dollars
from carethread.workflow import gather
from carethread.workflow.casework import explained
from carethread.workflow.claims.claim_status import SILENT

_PREFIX = "status:"
_ASKED_AGAIN = "The payer's last answer says something else."


def opened(organization: Organization, now: datetime) -> list[Case]:
    """What has to be done about the last answers: a claim that the payer does not have, records
    that it wants, a decision whose remittance does not come."""
    today = gather.service_date(organization, now)
    last = [row for row in last_answers() if _is_due(row, organization, today)]
    known = _known(last)
    fresh = [_case(row, organization, known, now) for row in last if _opens(row, known)]
    explained.freeze(fresh, [explained.of_version(case) for case in fresh])
    return fresh


def settled() -> Iterator[tuple[Case, str]]:
    """Cases whose claim was decided, or about which the payer says something else by now."""
    live = Case.objects.exclude(state="closed").filter(source__startswith=_PREFIX)
    standing = {_source(row): row for row in last_answers()}
    for case in live.select_related("claim"):
        if case.claim is None or case.claim.state not in SILENT:
            yield case, "The claim has moved on."
        elif case.source.rpartition(":")[0] not in standing:
            yield case, _ASKED_AGAIN


def last_answers() -> "QuerySet[StatusAnswer]":
    """The last answer about each claim that still waits, as it last left."""
    last = StatusAnswer.objects.filter(asked__version=OuterRef("asked__version")).order_by("-pk")
    rows: QuerySet[StatusAnswer] = StatusAnswer.objects.filter(
        asked__version__claim__state__in=SILENT,
        asked__version=F("asked__version__claim__current"),
        pk=Subquery(last.values("pk")[:1]),
    ).select_related("asked__version__claim__payer", "asked__version__organization")
    return rows.order_by("pk")


def _is_due(row: StatusAnswer, organization: Organization, today: date) -> bool:
    effect = EFFECTS[Stage(row.stage)]
    since = row.remitted_on or row.decided_on or gather.service_date(organization, row.at)
    return bool(effect.opens) and today >= since + timedelta(days=effect.after)


def _source(row: StatusAnswer) -> str:
    return f"{_PREFIX}{row.asked.version_id}:{row.stage}"


def _known(rows: list[StatusAnswer]) -> dict[str, list[Case]]:
    """Cases that such answers have opened before, by the source that they share."""
    claims = {row.asked.version.claim_id for row in rows}
    found: dict[str, list[Case]] = {}
    for case in Case.objects.filter(claim__in=claims, source__startswith=_PREFIX).order_by("pk"):
        found.setdefault(case.source.rpartition(":")[0], []).append(case)
    return found


def _opens(row: StatusAnswer, known: dict[str, list[Case]]) -> bool:
    """No case about it is open, and none was settled since the payer said so."""
    before = known.get(_source(row), [])
    return all(case.closed_at is not None and case.closed_at < row.at for case in before)


def _case(
    row: StatusAnswer, organization: Organization, known: dict[str, list[Case]], now: datetime
) -> Case:
    claim, cause = row.asked.version.claim, EFFECTS[Stage(row.stage)].opens
    source = _source(row)
    records = cause == "documentation"
    limit = gather.filing_limit(claim.payer, claim.service_from)
    return Case(
        organization=organization,
        kind=CaseKind.DOCUMENTATION if records else CaseKind.MISSING_ACKNOWLEDGMENT,
        source=f"{source}:{len(known.get(source, ())) + 1}",
        category=cause,
        owner_role=Role.BILLER.value,
        title=_title(row, cause)[:300],
        cure=_CURES[cause],
        claim=claim,
        file=row.file,
        amount_cents=claim.charge_cents,
        opened_at=now,
        due_on=_records_due(row, organization) if records else limit,
    )


def _records_due(row: StatusAnswer, organization: Organization) -> date:
    asked = gather.service_date(organization, row.at)
    payer = row.asked.version.claim.payer_id
    days = effective("records_days", on=asked, payer_id=payer).value
    return asked + timedelta(days=days)


def _title(row: StatusAnswer, cause: str) -> str:
    payer = row.asked.version.claim.payer
    if cause == "not_found":
        return f"{payer} has no such claim: {row.words}"
    if cause == "documentation":
        return f"{payer} waits for something from us: {row.words}"
    if row.stage == Stage.DENIED.value:
        return f"{payer} says that it denied the claim; its remittance has not come: {row.words}"
    paid = f" {dollars(row.paid_cents)}" if row.paid_cents else ""
    return f"{payer} says that it has decided{paid}; its remittance has not come: {row.words}"


_CURES = {
    "not_found": "Compare with what acknowledged it. Where nothing did, send it again: it leaves "
    "as an original. Where the payer did, call it with its own number.",
    "documentation": "Send what is asked for, and keep the proof. The payer decides nothing "
    "before.",
    "remittance": "Ask the payer or the clearinghouse for the remittance; nothing is posted "
    "before it is here.",
}

"""Lines held against what was promised: what the ledger says stands of the payer's answer, net of
reversals and of what later payers said, beside what the contract promised when the line left.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q, Sum

from carethread.codes.accounts import Account
from carethread.record.models import (
    ClaimLine,
    Comparison,
    Contract,
    LineMatch,
    Organization,
    RemittedClaim,
    Transfer,
)
from carethread.record.policies import Settings
from carethread.rules.expect import Expected, expected
from carethread.rules.post import MONEY
from carethread.rules.underpaid import Answer, Compared, Tolerance, compare
from carethread.workflow import gather
from carethread.workflow.common import wire_format
from carethread.x12.remittance import REVERSAL

LATER_PAYERS = ("2", "3", "20", "21")
"""CLP02 of payers after the first: the contract with one of them says nothing of what it owes."""


def promised_lines(versions: Iterable[int]) -> list[ClaimLine]:
    """The lines of these versions for which a contract promised something when they left."""
    rows = ClaimLine.objects.filter(version__in=list(versions), expected_cents__isnull=False)
    return list(
        rows.select_related("version__claim__payer", "version__claim__practitioner",
                            "charge_version")
        .defer("version__content")
        .order_by("pk")
    )  # fmt: skip


def compared(
    lines: Sequence[ClaimLine],
    answers: Mapping[int, RemittedClaim],
    now: datetime,
    promised: Mapping[int, Expected] | None = None,
) -> list[Comparison]:
    """Each line (by id) held against what stands of its payer's answer, and kept. `promised` says
    what is promised today; without it, what was when the line left."""
    if not lines:
        return []
    standing = _standing(lines)
    units = _units_paid([line for line in lines if line.units > 1])
    rules = _Rules(lines, now)
    rows = []
    for line in lines:
        claim, charge = line.version.claim, line.charge_version.charge_id
        told = standing.get((claim.pk, charge), _Standing())
        answer = told.answer(line.charge_cents, units.get(line.pk))
        promise = (promised or {}).get(line.pk) or Expected(
            line.expected_cents or 0, line.expected_words
        )
        found = compare(
            promise.amount, max(1, line.units), answer, rules.tolerance(claim.payer_id),
            rules.sequestration(claim.payer_id, line.service_date),
        )  # fmt: skip
        rows.append(_row(line, answers[line.pk], promise, answer, found, now))
    return Comparison.objects.bulk_create(rows)


def _row(
    line: ClaimLine,
    remitted: RemittedClaim,
    promise: Expected,
    answer: Answer,
    found: Compared,
    now: datetime,
) -> Comparison:
    return Comparison(
        organization_id=line.organization_id,
        charge_id=line.charge_version.charge_id,
        claim_line=line,
        remitted_claim=remitted,
        expected_cents=promise.amount,
        allowed_cents=found.allowed,
        paid_cents=answer.paid,
        patient_cents=answer.patient,
        short_cents=found.short,
        verdict=found.verdict.value,
        cause=found.cause.value if found.cause else "",
        words=f"{found.words} {promise.reason}"[:600].strip(),
        at=now,
    )


@dataclass(slots=True)
class _Standing:
    """What stands of one claim's answers to one charge."""

    paid: int = 0
    patient: int = 0
    given_up: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def add(self, account: str, code: str, cents: int) -> None:
        """So many cents out of what the payer owed and into that account."""
        if account in MONEY:
            self.paid += cents
        elif account == Account.PATIENT_RECEIVABLE:
            self.patient += cents
        elif account in (Account.CONTRACTUAL, Account.DENIED):
            codes = self.given_up if account == Account.CONTRACTUAL else self.refused
            codes[code] = codes.get(code, 0) + cents

    def answer(self, charge: int, units: int | None) -> Answer:
        return Answer(charge, self.paid, self.patient, self.given_up, self.refused, units)


def _standing(lines: Sequence[ClaimLine]) -> dict[tuple[int, int], _Standing]:
    """By claim and charge, from the ledger: what no reversal has taken back. One query."""
    claim = "remitted_claim__match__version__claim"
    rows = (
        Transfer.objects.filter(
            Q(debit=Account.PAYER_RECEIVABLE.value) | Q(credit=Account.PAYER_RECEIVABLE.value),
            charge__in={line.charge_version.charge_id for line in lines},
            source="post",
            reverses__isnull=True,
            reversed_by__isnull=True,
            **{f"{claim}__in": {line.version.claim_id for line in lines}},
        )
        .exclude(remitted_claim__status__in=LATER_PAYERS)
        .order_by()
        .values_list(claim, "charge", "debit", "credit", "code")
        .annotate(cents=Sum("amount_cents"))
    )
    found: dict[tuple[int, int], _Standing] = defaultdict(_Standing)
    for claim_id, charge, debit, credit, code, cents in rows:
        out = credit == Account.PAYER_RECEIVABLE
        found[claim_id, charge].add(debit if out else credit, code, cents if out else -cents)
    return found


def _units_paid(lines: Sequence[ClaimLine]) -> dict[int, int]:
    """The units that the payer's newest answer says it paid for, by line."""
    found: dict[int, int] = {}
    rows = (
        LineMatch.objects.filter(LineMatch.STANDING, claim_line__in=lines)
        .exclude(remitted_line__claim__status=REVERSAL)
        .select_related("remitted_line__claim")
        .order_by("pk")
        if lines
        else ()
    )
    for row in rows:
        told = wire_format.remitted_from_json(row.remitted_line.claim.content).lines
        place = row.remitted_line.number - 1
        if 0 <= place < len(told):
            found[row.claim_line_id] = int(told[place].units)
    return found


class _Rules:
    """Tolerance and sequestration by payer, read once."""

    def __init__(self, lines: Sequence[ClaimLine], now: datetime) -> None:
        payers = {line.version.claim.payer_id for line in lines}
        organization = Organization.objects.get(pk=lines[0].organization_id)
        self.settings = Settings(gather.service_date(organization, now))
        self.contracts = list(Contract.objects.filter(payer__in=payers))

    def tolerance(self, payer_id: int) -> Tolerance:
        value = self.settings.value
        return Tolerance(
            value("underpayment_cents", payer_id=payer_id),
            value("underpayment_percent", payer_id=payer_id),
        )

    def sequestration(self, payer_id: int, on: date) -> int:
        for row in self.contracts:
            until = row.effective_to or date.max
            if row.payer_id == payer_id and row.effective_from <= on <= until:
                return row.sequestration
        return 0


# ------------------------------------------------------------------------------ contracts change


def promised_today(lines: Sequence[ClaimLine]) -> dict[int, Expected]:
    """What the contracts promise for lines that have left, as the contracts are now."""
    terms = gather.terms_of({line.version.claim.payer_id for line in lines})
    versions = {line.version_id: line.version for line in lines}
    whole: dict[int, dict[str, ClaimLine]] = defaultdict(dict)
    for row in ClaimLine.objects.filter(version__in=versions):
        whole[row.version_id][row.control_number] = row
    admitted = (
        gather.admissions(x.charge_version_id for rows in whole.values() for x in rows.values())
        if gather.asks_for_days(terms.values())
        else {}
    )
    found = {}
    for version_id, rows in whole.items():
        version = versions[version_id]
        claim = wire_format.claim_from_json(version.content)
        charged = {number: (x.charge_version_id, x.units) for number, x in rows.items()}
        services = gather.services(claim, version.claim.practitioner.credential, charged, admitted)
        promises = expected(terms.get(version.claim.payer_id, ()), services)
        for line, promise in zip(claim.lines, promises, strict=True):
            silent = Expected(0, "The contract promises nothing for it.")
            found[rows[line.control_number].pk] = promise or silent
    return found

"""Sixty days of the practice center, at the payers alone: everything that `planted` says comes of
it comes of it, nothing else does, and what the center can cure is paid once it is cured."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from carethread.rules.assemble import assemble
from carethread.rules.capture import CapturePolicy, capture
from carethread.rules.cause import cause
from carethread.rules.facts import (
    BillableCharge,
    BillingProvider,
    ClientFacts,
    CoverageFacts,
    DocumentedService,
    Provider,
)
from carethread.sandbox.payer.books import Books
from carethread.sandbox.payer.desk import Desk
from carethread.sandbox.payer.pace import Calendar
from carethread.sandbox.practice import cast, insurers, truth, world
from carethread.sandbox.practice.calendar import Visit
from carethread.sandbox.practice.clients import CLIENTS
from carethread.sandbox.practice.planted import PLANTED, InOurRecord, InTheNote, faults
from carethread.x12.acknowledgment import ClaimAck
from carethread.x12.claim import Claim
from carethread.x12.common import Address
from carethread.x12.reader import read
from carethread.x12.remittance import Remittance, RemittedClaim
from tests.judges import oxedi_errors, pyx12_errors
from tests.sandbox import office

WORLD = world.imagine(last=date(2026, 3, 2))
# DOMAIN.md's families, in the words of carc.yaml.
FAMILIES = {
    "patient", "contractual", "coding", "credential", "dx_mismatch", "dx_invalid", "dx_noncovered",
    "auth_missing", "auth_invalid", "auth_exceeded", "auth_denied", "auth_late", "auth_scope",
    "auth_expired", "data", "duplicate", "cob", "routing", "eligibility", "timely", "med_nec",
    "bundling", "non_covered", "benefit", "contract", "documentation", "network", "appeal",
}  # fmt: skip
HOME = Address("14 ORCHARD STREET", "", "MILLBROOK FALLS", "VT", "05999")
BILLING = BillingProvider(
    cast.CENTER.legal_name,
    cast.CENTER.npi,
    cast.CENTER.taxonomy,
    cast.CENTER.tin,
    replace(HOME, postal_code=cast.CENTER.postal_code),
)


@dataclass
class Lived:
    """What sixty days and some weeks brought."""

    folder: Path
    desk: Desk
    now: datetime
    sent: dict[str, tuple[Visit, Claim]] = field(default_factory=dict)
    files: int = 0

    def send(self, claims: list[Claim]) -> None:
        if claims:
            self.files += 1
            raw = office.sent(claims, self.files, self.now)
            (self.folder / f"to_payer/{self.files:04d}.edi").write_bytes(raw)

    def wait(self, days: int) -> None:
        for _ in range(days):
            self.now += timedelta(days=1)
            self.desk.attend(self.now)

    def said(self, kind: str) -> Iterator[object]:
        for path in sorted(self.folder.glob(f"from_payer/{kind}*")):
            yield from read(path.read_bytes()).transactions

    @property
    def checks(self) -> list[Remittance]:
        return [each for each in self.said("835") if isinstance(each, Remittance)]

    @property
    def decided(self) -> list[RemittedClaim]:
        return [claim for check in self.checks for claim in check.claims]

    def outcomes(self) -> dict[str, set[str]]:
        """Client -> what came of their claims, in the words of `planted`."""
        found: dict[str, set[str]] = defaultdict(set)
        for said in self.decided:
            if said.claim_id in self.sent:
                found[self._client(said.claim_id)] |= set(_denials(said))
                if said.status == "22":
                    found[self._client(said.claim_id)].add("corrected")
        for ack in self.said("277CA"):
            assert isinstance(ack, ClaimAck)
            for word in ack.claims:
                if not word.is_accepted:
                    code = word.statuses[0].code
                    found[self._client(word.claim_id)].add(f"rejected {code}")
        return found

    def _client(self, claim_id: str) -> str:
        return self.sent[claim_id][0].client.mrn


def _denials(said: RemittedClaim) -> Iterator[str]:
    for line in said.lines:
        for adjustment in line.adjustments:
            why = cause(adjustment.group, adjustment.reason, line.remarks)
            if why.counts_as_denial and adjustment.amount > 0:
                yield f"denied {adjustment.reason}"


def documented(visit: Visit, number: int, *, cured: bool = False) -> Claim | None:
    """The claim that the visit's note makes, by our own rules; as it should be, where `cured`."""
    script, client = visit.script, visit.client
    clinician = cast.BY_KEY[visit.clinician].clinician
    assert script is not None
    assert clinician is not None
    made = capture(
        DocumentedService(
            service=script.service,
            service_date=visit.day,
            credential=clinician.credential,
            minutes=int((script.ends_at - visit.starts_at).total_seconds() // 60),
            started=visit.starts_at.replace(tzinfo=None),
            ended=script.ends_at.replace(tzinfo=None),
            place_of_service=_place(visit, cured),
            telehealth=client.telehealth,
            diagnoses=client.diagnoses if cured else script.diagnoses,
        ),
        CapturePolicy(insurers.FEES),
    )
    if not made.lines:
        return None
    line = made.lines[0]
    insurer = world.insurer(client)
    charge = BillableCharge(
        charge_id=number,
        version_id=number,
        control_number=f"L{number}",
        code=line.code,
        modifiers=line.modifiers,
        amount=line.amount,
        service_date=visit.day,
        diagnoses=client.diagnoses if cured else script.diagnoses,
        client_id=client.number,
        coverage_id=client.number,
        rendering=Provider(clinician.npi, "HALE", "IMOGEN", clinician.taxonomy),
        place_of_service=_place(visit, cured),
        authorization=_authorization(visit, cured),
    )
    holder = client.subscriber
    return assemble(
        [charge],
        ClientFacts(client.last_name, client.first_name, client.birth_date, client.sex, "", HOME),
        CoverageFacts(
            insurer.name,
            insurer.payer_id,
            _member_id(visit),
            relationship=holder.relationship if holder else "18",
            subscriber=ClientFacts(
                holder.last_name, holder.first_name, holder.birth_date, holder.sex, "", HOME
            )
            if holder
            else None,
            filing_indicator=insurer.filing_indicator,
        ),
        BILLING,
        claim_id=f"T{number:06d}",
    )


def _place(visit: Visit, cured: bool) -> str:
    usual = "10" if visit.client.telehealth else "11"
    assert visit.script is not None
    return usual if cured else visit.script.place_of_service or usual


def _member_id(visit: Visit) -> str:
    corrected = [f.id_corrected for f in faults(visit.client.mrn, InOurRecord) if f.id_corrected]
    if corrected and visit.day >= WORLD.day(corrected[0]):
        return world.true_member_id(visit.client)
    return world.our_member_id(visit.client)


def _authorization(visit: Visit, cured: bool) -> str:
    rows = world.true_authorizations(visit.client, WORLD)
    for number, row in enumerate(rows):
        if row.starts <= visit.day <= row.ends:
            ours = next(iter(faults(visit.client.mrn, InOurRecord)), InOurRecord())
            wrong = number == 1 and ours.wrong_number and not cured
            return world.exchanged(row.number) if wrong else row.number
    return ""


def _undisturbed(books: Books) -> Books:
    """Without what happens to files on the way: every check comes once, and right."""
    of_claims = ("stranger", "PLB")
    kept = tuple(one for one in books.surprises if one.kind.startswith(of_claims))
    return replace(books, surprises=kept)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    folder = tmp_path_factory.mktemp("lived")
    start = datetime.combine(WORLD.first, time(21), UTC)
    lived = Lived(folder, Desk(folder, _undisturbed(truth.books(WORLD)), Calendar()), start)
    signed = defaultdict(list)
    for visit in WORLD.visits:
        if visit.script is not None and visit.script.signed_at is not None:
            signed[visit.script.signed_at.date()].append(visit)
    while lived.now.date() < WORLD.last:
        claims = []
        for visit in signed[lived.now.date()]:
            number = len(lived.sent) + 1
            if (claim := documented(visit, number)) is not None:
                lived.sent[claim.claim_id] = (visit, claim)
                claims.append(claim)
        lived.send(claims)
        lived.wait(1)
    lived.wait(40)
    return lived


def test_every_planted_denial_rejection_and_correction_comes_to_pass(lived):
    found = lived.outcomes()
    missing = [
        (one.client, one.expect)
        for one in PLANTED
        if one.expect.split()[0] in ("denied", "rejected", "corrected")
        and one.expect not in found[one.client]
    ]

    assert missing == []


def test_nothing_is_denied_or_rejected_that_was_not_planted(lived):
    planted = {(one.client, one.expect) for one in PLANTED}
    found = {(client, what) for client, all_of in lived.outcomes().items() for what in all_of}

    # The associate's roster date meets the first weeks of this client, too.
    assert found - planted <= {("AR-1037", "denied B7")}


def test_every_root_cause_family_is_produced_by_some_claim(lived):
    families = {
        cause(adjustment.group, adjustment.reason, line.remarks).category
        for said in lived.decided
        for line in said.lines
        for adjustment in line.adjustments
    }

    assert FAMILIES - families == set()


def test_the_money_of_every_kind_is_there(lived):
    reasons = {p.reason for check in lived.checks for p in check.provider_adjustments}
    statuses = {said.status for said in lived.decided}

    assert reasons >= {"WO", "L6", "FB", "CT", "CS", "50", "IR"}
    assert {"1", "4", "22"} <= statuses
    assert any(said.paid == 0 and not list(_denials(said)) for said in lived.decided)
    assert [said.claim_id for said in lived.decided if said.claim_id not in lived.sent] == [
        "B-20417"
    ]


def test_every_check_balances_and_other_programs_accept_its_file(lived):
    assert all(check.is_balanced for check in lived.checks)
    for path in lived.folder.glob("from_payer/835*"):
        assert oxedi_errors(path.read_bytes()) == []
    for path in sorted(lived.folder.glob("from_payer/835*"))[::8]:
        assert pyx12_errors(path.read_bytes()) == []


CURABLE = ["11", "167", "146", "15", "5", "16", "18", "50", "97", "252"]


def test_what_the_center_can_cure_is_paid_when_it_is_sent_corrected(lived):
    """Runs last: it goes on with the same payers."""
    numbers = {said.claim_id: said.payer_control_number for said in lived.decided}
    refused = {
        said.claim_id
        for said in lived.decided
        if any(what.split()[1] in CURABLE for what in _denials(said))
    }
    corrected = {}
    for claim_id in sorted(refused & lived.sent.keys()):
        visit, _ = lived.sent[claim_id]
        number = 900_000 + len(corrected)
        cured = documented(visit, number, cured=True)
        assert cured is not None
        corrected[cured.claim_id] = replace(
            cured, frequency="7", original_reference=numbers[claim_id]
        )
    lived.send(list(corrected.values()))
    lived.wait(30)

    came_back = {said.claim_id: said for said in lived.decided if said.claim_id in corrected}
    assert len(corrected) >= 14
    assert came_back.keys() == corrected.keys()
    assert [said.claim_id for said in came_back.values() if list(_denials(said))] == []


def test_every_fault_belongs_to_a_client_and_is_told_apart():
    known = {client.mrn for client in CLIENTS}

    assert {one.client for one in PLANTED} <= known
    for client in known:
        visits = [v for fault in faults(client, InTheNote) for v in fault.visits]
        assert len(visits) == len(set(visits)), f"{client}: two faults in one note"

"""A small payer for tests, and claims to send it.

Harbor insures Ada (deductible met, copay $20) and pays $90 of a $140 session. `sent` is the
837 of some claims; `Payer` drives a desk in this process through the days.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from carethread.sandbox.payer.books import (
    Authorization,
    Benefit,
    Books,
    Enrollment,
    Member,
    Policy,
    Rate,
    Rhythm,
    Span,
)
from carethread.sandbox.payer.books import Payer as PayerBooks
from carethread.sandbox.payer.desk import Attended, Desk
from carethread.sandbox.payer.pace import Calendar
from carethread.x12.acknowledgment import AcknowledgedClaim, ClaimAck, FunctionalAck, InterchangeAck
from carethread.x12.claim import Claim, ClaimFile, ClaimLine, Diagnosis, Subscriber
from carethread.x12.common import Address, Contact, Envelope, Party, Reference
from carethread.x12.reader import read
from carethread.x12.remittance import Remittance, RemittedClaim
from carethread.x12.writer import write

MONDAY = datetime(2026, 3, 2, 18, tzinfo=UTC)
DAY = date(2026, 2, 27)
NORA, SAM, BILLING = "1999900115", "1999900131", "1999900016"
ADA = Member("HM400000001", "Lovelace", "Ada", date(1990, 5, 17), Span(date(2025, 1, 1)))
BEN = Member("HM400000002", "Okri", "Ben", date(1979, 1, 3), Span(date(2025, 1, 1)))

HARBOR = PayerBooks(
    id="HRBR1",
    name="Harbor Mutual",
    tax_id="070000501",
    city="Port Ansley",
    state="NH",
    postal_code="039990100",
    rates=(Rate("90834", 9_000), Rate("90837", 12_000), Rate("90791", 15_000)),
    members=(ADA, BEN),
    roster=(
        Enrollment(NORA, "LCSW", "1041C0700X", Span(date(2025, 1, 1))),
        Enrollment(SAM, "ASW", "104100000X", Span(date(2025, 1, 1))),
    ),
    benefit=Benefit(copay=2_000),
    policy=Policy(filing_days=90, vague_diagnoses=("F419", "R")),
    rhythm=Rhythm(delay_days=5, spread_days=0),
)
BOOKS = Books(payers=(HARBOR,))


def books(**changes: Any) -> Books:
    """The books, with Harbor's as changed."""
    return replace(BOOKS, payers=(replace(HARBOR, **changes),))


def authorized(**changes: Any) -> PayerBooks:
    """Harbor, wanting an authorization for 90834, with one for Ada."""
    row = Authorization("A1", ADA.id, ("90834",), Span(date(2026, 1, 1), date(2026, 6, 30)), 10)
    policy = replace(HARBOR.policy, authorization_codes=("90834",))
    return replace(HARBOR, policy=policy, authorizations=(replace(row, **changes),))


def claim(claim_id: str = "CT000000001V0159", **changes: Any) -> Claim:
    """A clean claim of one session of Ada's with Nora. `line` changes the line."""
    line = ClaimLine(
        number=1,
        procedure="90834",
        charge=14_000,
        units=Decimal(1),
        service_from=DAY,
        service_to=DAY,
        pointers=(1,),
        control_number=f"L{claim_id}",
        place_of_service="11",
    )
    line = replace(line, **changes.pop("line", {}))
    member: Member = changes.pop("member", ADA)
    whole = Claim(
        kind="837P",
        claim_id=claim_id,
        charge=line.charge,
        facility_code=line.place_of_service,
        frequency="1",
        billing=Party(
            "2",
            "ALDER ROW COUNSELING LLC",
            id_qualifier="XX",
            id=BILLING,
            taxonomy="261QM0801X",
            address=Address("14 ALDER ROW", "", "MILLBROOK FALLS", "VT", "059990014"),
            references=(Reference("EI", "070000161"),),
        ),
        subscriber=Subscriber(
            Party(
                "1",
                member.last_name.upper(),
                member.first_name.upper(),
                id_qualifier="MI",
                id=member.id,
                address=Address("1 ORCHARD STREET", "", "MILLBROOK FALLS", "VT", "05999"),
            ),
            birth_date=member.birth_date,
            sex="F",
        ),
        payer=Party("2", "HARBOR MUTUAL", id_qualifier="PI", id="HRBR1"),
        diagnoses=(Diagnosis("ABK", "F411"),),
        lines=(line,),
        rendering=renderer(NORA, "1041C0700X"),
    )
    return replace(whole, **changes)


def facility(**changes: Any) -> PayerBooks:
    """Harbor with the center's facility under contract: $300 an IOP day, $500 a night by revenue
    code, 40 percent of the charge for detox."""
    known = replace(
        HARBOR,
        rates=(
            *HARBOR.rates,
            Rate("H0015", 30_000, revenue_code="0906"),
            Rate("", 50_000, revenue_code="1002"),
            Rate("H0010", 0, revenue_code="0126", percent=40),
        ),
        roster=(*HARBOR.roster, Enrollment(BILLING, "", "261QM0801X", Span(date(2025, 1, 1)))),
    )
    return replace(known, **changes)


def days(*numbers: int, claim_id: str = "CT000000009V0133", **changes: Any) -> Claim:
    """An 837I of Ada's days of intensive outpatient, so many days before `DAY` each. `line`
    changes every line."""
    on = sorted(DAY - timedelta(days=n) for n in numbers or (4, 2, 0))
    of_line = changes.pop("line", {})
    lines = tuple(
        replace(
            claim().lines[0],
            number=place,
            procedure="H0015",
            revenue_code="0906",
            charge=40_000,
            service_from=day,
            service_to=day,
            pointers=(),
            place_of_service="",
            control_number=f"L{claim_id}{place}",
        )
        for place, day in enumerate(on, start=1)
    )
    lines = tuple(replace(line, **of_line) for line in lines)
    whole = replace(
        claim(claim_id, member=changes.pop("member", ADA)),
        kind="837I",
        charge=sum(line.charge for line in lines),
        facility_code="13",
        frequency="2",
        rendering=None,
        attending=renderer(NORA, "1041C0700X"),
        diagnoses=(Diagnosis("ABK", "F1020"), Diagnosis("APR", "F1020")),
        admission_date=on[0],
        statement_from=on[0],
        statement_to=on[-1],
        admission_type="3",
        admission_source="1",
        patient_status="30",
        lines=lines,
    )
    return replace(whole, **changes)


def nights(*numbers: int, **changes: Any) -> Claim:
    """An 837I of Ada's nights in the house."""
    of_line = {"procedure": "H0018", "revenue_code": "1002", "charge": 60_000}
    whole = days(*numbers, line={**of_line, **changes.pop("line", {})})
    whole = replace(
        whole,
        facility_code="86",
        diagnoses=(Diagnosis("ABK", "F1020"), Diagnosis("ABJ", "F1020")),
    )
    return replace(whole, **changes)


def renderer(npi: str, taxonomy: str) -> Party:
    return Party("1", "HALE", "IMOGEN", id_qualifier="XX", id=npi, taxonomy=taxonomy)


def correction(of: Claim, icn: str, claim_id: str = "CT000000001V0258", **changes: Any) -> Claim:
    """A replacement (or, with `frequency` 8, a void) of a claim that the payer knows as `icn`."""
    return replace(of, claim_id=claim_id, original_reference=icn, **{"frequency": "7", **changes})


def sent(claims: Sequence[Claim], control: int = 1, at: datetime = MONDAY) -> bytes:
    """An 837 file; of one kind, as its claims are."""
    file = ClaimFile(
        envelope=Envelope("ALDERROW", "SANDBOXCH", f"{control:09d}", str(control), "0001", ""),
        submitter=Party(
            "2", "ALDER ROW", id_qualifier="46", id="ALDERROW", contact=Contact("M", "8025550114")
        ),
        receiver=Party("2", "SANDBOX", id_qualifier="46", id="SANDBOXCH"),
        created_on=at.date(),
        created_time="1800",
        reference=f"{control:09d}",
        claims=tuple(claims),
    )
    return write(
        [file],
        sender="ALDERROW",
        receiver="SANDBOXCH",
        interchange_control=control,
        group_control=control,
        created=at,
    )


class Payer:
    """A desk in this process. `now` moves on by whole days."""

    def __init__(self, folder: Path, known: Books = BOOKS, seed: int = 1) -> None:
        self.folder, self.now, self.files = folder, MONDAY, 0
        self.desk = Desk(folder, known, Calendar(seed=seed))

    def send(self, *claims: Claim) -> Attended:
        """Put these claims into one file and let the payer see it now."""
        self.files += 1
        self.drop(sent(claims, self.files, self.now), f"F{self.files:03d}.edi")
        return self.desk.attend(self.now)

    def drop(self, raw: bytes, name: str) -> None:
        (self.folder / "to_payer" / name).write_bytes(raw)

    def wait(self, days: int) -> None:
        for _ in range(days):
            self.now += timedelta(days=1)
            self.desk.attend(self.now)

    def said(self, kind: str = "") -> list[Any]:
        """Every answer so far, in the order in which they went out, read."""
        return [
            each
            for path in sorted(self.folder.glob(f"from_payer/{kind}*.edi"), key=_number)
            for each in read(path.read_bytes()).transactions
        ]

    @property
    def checks(self) -> list[Remittance]:
        return self.said("835")

    @property
    def paid_claims(self) -> list[RemittedClaim]:
        return [claim for check in self.checks for claim in check.claims]

    @property
    def words(self) -> list[AcknowledgedClaim]:
        acks: list[ClaimAck] = self.said("277CA")
        return [word for ack in acks for word in ack.claims]

    @property
    def envelopes(self) -> list[InterchangeAck]:
        return self.said("TA1")

    @property
    def groups(self) -> list[FunctionalAck]:
        return self.said("999")

    def icn(self) -> str:
        """The payer's number of the claim that it took in last."""
        return self.words[-1].payer_control_number


def _number(path: Path) -> str:
    return path.stem.rpartition("_")[2]


def outcome(said: RemittedClaim) -> tuple[str, list[str]]:
    """A remitted claim in short: its status, and its adjustments as "CO-45"."""
    adjustments = [f"{a.group}-{a.reason}" for line in said.lines for a in line.adjustments]
    return said.status, adjustments

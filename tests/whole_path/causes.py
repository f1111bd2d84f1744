"""Root causes, planted: what our record or the payer's books hold wrongly for one client each, what
the case says first, to whom it belongs, how it is cured on screen, and what the payer mends.

One center, one payer in this process, and days that pass for both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django_scopes import scope

from carethread.codes.roles import Role
from carethread.record.models import (
    Authorization,
    Case,
    Claim,
    Client,
    Connection,
    Coverage,
    EligibilityAnswer,
    EligibilityCheck,
    Payer,
    Practitioner,
    User,
)
from carethread.sandbox.payer import books
from carethread.sandbox.payer.desk import Desk
from carethread.sandbox.payer.pace import Calendar
from carethread.workflow import admit, document, receive, work
from tests.cast import (
    LONG_AGO,
    NOW,
    TODAY,
    Cast,
    draft_from,
    draft_of,
    enroll,
    make_client,
    make_practitioner,
    make_user,
    sign,
)
from tests.payers import make_connection

NORA, PIA = "1000000004", "1000000053"
BORN = date(1990, 5, 17)
ALWAYS = books.Span(LONG_AGO)
Mend = Callable[[books.Payer, books.Member], books.Payer]


def member(**changes: Any) -> Mend:
    """The payer's books hold something else of that member."""

    def mend(payer: books.Payer, one: books.Member) -> books.Payer:
        others = tuple(m for m in payer.members if m.id != one.id)
        return replace(payer, members=(*others, replace(one, **changes)))

    return mend


def authorized(**changes: Any) -> Mend:
    """The payer's books hold an authorization of that member's."""

    def mend(payer: books.Payer, one: books.Member) -> books.Payer:
        days = books.Span(date(2026, 1, 1), date(2026, 12, 31))
        row = books.Authorization(f"A{one.id}", one.id, ("90834",), days, 10)
        others = tuple(a for a in payer.authorizations if a.member_id != one.id)
        return replace(payer, authorizations=(*others, replace(row, **changes)))

    return mend


def roster(npi: str, since: date) -> Mend:
    def mend(payer: books.Payer, _one: books.Member) -> books.Payer:
        others = tuple(row for row in payer.roster if row.npi != npi)
        row = books.Enrollment(npi, "LCSW", "1041C0700X", books.Span(since))
        return replace(payer, roster=(*others, row))

    return mend


def rate(code: str) -> Mend:
    def mend(payer: books.Payer, _one: books.Member) -> books.Payer:
        return replace(payer, rates=(*payer.rates, books.Rate(code, 7_000)))

    return mend


@dataclass(frozen=True)
class Cause:
    """One root cause. `says` is part of the sentence that the case shows first; `cure` names how it
    is cured on screen ("again": the claim was right, and the payer has mended its files)."""

    category: str
    owner: Role
    says: str
    cure: str = "again"
    minutes: int = 55
    days_ago: int = 0
    note: dict[str, Any] = field(default_factory=dict)
    right: dict[str, Any] = field(default_factory=dict)
    record: str = ""
    mishap: tuple[str, ...] = ()
    planted: Mend | None = None
    mended: Mend | None = None
    rejected: bool = False


_U, _B, _I, _A, _C = (
    Role.UTILIZATION, Role.BILLER, Role.INTAKE, Role.ADMINISTRATOR, Role.CLINICIAN,
)  # fmt: skip

CAUSES: tuple[Cause, ...] = (
    Cause("dx_mismatch", _C, "The first diagnosis, F41.9, is an unspecified one.", "addendum",
          note={"diagnoses": ("F419",)}, right={"diagnoses": ("F411",)}),
    Cause("eligibility", _I, "differs from the last 271 (HH00000200) by two characters exchanged.",
          "coverage", record="wrong member id", rejected=True),
    Cause("auth_missing", _U, "page does not say that 90847 needs an authorization",
          "authorization", minutes=50, note={"service": "family_with_client"},
          mended=authorized(codes=("90847",))),
    Cause("documentation", _B, "The note documents 55 minutes; 90837 is for 53 minutes or more.",
          "packet", mishap=("CO", "252", "N706")),
    Cause("credential", _A, "Our record has Pia Pine enrolled with Harbor Health since Jan 1, 2025",
          note={"by": "pia"}, planted=roster(PIA, date(2026, 6, 1)),
          mended=roster(PIA, LONG_AGO)),
    Cause("dx_invalid", _C, "The claim says what the note says: F43.81, with F43.81 first.",
          "addendum", note={"diagnoses": ("F4381",)}, right={"diagnoses": ("F4321",)}),
    Cause("dx_noncovered", _C, "The note names F81.0 first, then F33.1.", "addendum",
          note={"diagnoses": ("F810", "F331")}, right={"diagnoses": ("F331", "F810")}),
    Cause("coding", _B, "The note says a session by video; the claim said place 11.", "question",
          note={"telehealth": "video", "place_of_service": "11"},
          right={"telehealth": "video", "place_of_service": "10"}),
    Cause("contract", _A, "The record has no rate of Harbor Health's for 90832 on that day either.",
          minutes=30, mended=rate("90832")),
    Cause("auth_invalid", _U, "Our record has authorization", minutes=45, record="authorization",
          planted=authorized(number="A0"), mended=authorized()),
    Cause("auth_scope", _U, "Our record has authorization", minutes=45, record="authorization",
          planted=authorized(codes=("90837",)), mended=authorized()),
    Cause("auth_expired", _U, "Our record has authorization", minutes=45, record="authorization",
          planted=authorized(days=books.Span(date(2026, 1, 1), date(2026, 1, 2))),
          mended=authorized()),
    Cause("auth_exceeded", _U, "By our count 1 of the 10 units of authorization", minutes=45,
          record="authorization", planted=authorized(units=0), mended=authorized()),
    Cause("auth_late", _U, "was written down here on Mar 2, 2026,", minutes=45,
          record="authorization", planted=authorized(requested_on=date(2026, 12, 1)),
          mended=authorized()),
    Cause("auth_denied", _U, "Our record has authorization", minutes=45, record="authorization",
          planted=authorized(refused=True), mended=authorized()),
    Cause("cob", _I, "The payer was never asked whether this coverage holds",
          planted=member(first_payer="Blue River"), mended=member()),
    Cause("routing", _I, "The payer was never asked whether this coverage holds",
          planted=member(carved_out_to="QUIET"), mended=member()),
    Cause("network", _I, "The payer was never asked whether this coverage holds",
          planted=member(excluded_npis=(NORA,)), mended=member()),
    Cause("benefit", _U, "We billed no other visit of 2026 before this one.",
          planted=member(visits_used=40), mended=member()),
    Cause("timely", _B, "and accepted by 277CA on", days_ago=40),
    Cause("med_nec", _U, "A signed treatment plan (from Jan 5, 2026) covers that day.",
          mishap=("CO", "50")),
    Cause("bundling", _B, "We billed no other service for this client on that day.",
          mishap=("CO", "97", "N20")),
    Cause("duplicate", _B, "No other claim of ours bills 90837 for this client on that day.",
          mishap=("OA", "18", "N522")),
    Cause("appeal", _U, "There was no earlier decision on this service that could be upheld.",
          mishap=("CO", "193")),
    Cause("data", _B, "The claim named Nora Notes, LCSW", mishap=("CO", "16")),
)  # fmt: skip


class Center:
    """The cast's center with a client for each cause, its payer at a desk in this process."""

    def __init__(self, cast: Cast, folder: Path, causes: Sequence[Cause]) -> None:
        self.cast, self.causes, self.now = cast, causes, NOW
        for name in ("to_payer", "from_payer", "archive"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.people: dict[Role, User] = {
            Role.BILLER: cast.bill, Role.INTAKE: cast.ines, Role.ADMINISTRATOR: cast.ada,
            Role.CLINICIAN: cast.nora.user,
        }  # fmt: skip
        with scope(organization=cast.center):
            una = make_user(cast.center, "Una", "Units", Role.UTILIZATION)
            self.people[Role.UTILIZATION] = una
            self.pia = make_practitioner(cast.center, "Pia", "Pine", "LCSW", PIA, "1041C0700X",
                                         Role.CLINICIAN)  # fmt: skip
            enroll(self.pia, cast.payer)
            make_connection(cast.center, kind="folder", root=str(folder))
            Connection.objects.update(receiver_id="SANDBOXCH")
            Payer.objects.filter(pk=cast.payer.pk).update(authorization_codes=["90834"])
            self.clients = {one.category: self._client(i, one) for i, one in enumerate(causes)}
            self.desk = Desk(folder, self._books(), Calendar())
            for number, one in enumerate(causes):
                self._session(number, one)

    # ---------------------------------------------------------------- planted

    def _client(self, number: int, one: Cause) -> Client:
        client, coverage, *_ = make_client(
            self.cast.center, self.cast.program, self.cast.payer, f"C{number}", "Cause",
            self._ours(number, one),
        )  # fmt: skip
        if one.record == "wrong member id":
            self._asked(coverage, self._true(number))
        if one.record == "authorization":
            admit.save_authorization(
                Authorization(
                    organization=self.cast.center, client=client, payer=self.cast.payer,
                    number=f"A{self._true(number)}", codes=["90834"], approved_units=10,
                    effective_from=date(2026, 1, 1), effective_to=date(2026, 12, 31),
                ),
                now=NOW,
            )  # fmt: skip
        return client

    def _true(self, number: int) -> str:
        return f"HH{number + 1:06d}00"

    def _ours(self, number: int, one: Cause) -> str:
        """The member id that intake typed: in one case with two digits exchanged."""
        true = self._true(number)
        return f"{true[:-3]}0{true[-3]}0" if one.record == "wrong member id" else true

    def _asked(self, coverage: Coverage, member_id: str) -> None:
        """The payer's answer about the coverage, which nobody compared."""
        file = receive.store(b"a 271", organization=self.cast.center, name="a.271", now=NOW)
        check = EligibilityCheck.objects.create(
            organization=self.cast.center, number=1, coverage=coverage, payer_id="HARBR",
            payer_name="Harbor Health", about=TODAY, connection=Connection.objects.get(),
            file=file, asked_at=NOW,
        )  # fmt: skip
        EligibilityAnswer.objects.create(
            organization=self.cast.center, asked=check, file=file, outcome="active",
            is_active=True, member_id=member_id, at=NOW,
        )  # fmt: skip

    def _day(self, number: int, one: Cause) -> datetime:
        """When the session took place: no two of Nora's at one time."""
        return NOW - timedelta(days=one.days_ago or number % 20, hours=3 + 2 * (number // 20))

    def _session(self, number: int, one: Cause) -> None:
        changes = dict(one.note)
        service = changes.pop("service", "individual")
        by: Practitioner = self.pia if changes.pop("by", "") else self.cast.nora
        note = draft_of(self.cast, starts=self._day(number, one), minutes=one.minutes, by=by,
                        client=self.clients[one.category], service=service)  # fmt: skip
        if changes:
            document.save_draft(note, draft_from(note, **changes), now=NOW)
            note.refresh_from_db()
        sign(note)

    def _books(self) -> books.Books:
        payer = books.Payer(
            id="HARBR", name="Harbor Health", tax_id="141234567", city="Albany", state="NY",
            postal_code="122071234",
            rates=(books.Rate("90837", 12_000), books.Rate("90834", 9_000),
                   books.Rate("90847", 10_000)),
            members=(),
            roster=(books.Enrollment(NORA, "LCSW", "1041C0700X", ALWAYS),
                    books.Enrollment(PIA, "LCSW", "1041C0700X", ALWAYS)),
            benefit=books.Benefit(visits_a_year=30, excluded_diagnoses=("F81",)),
            policy=books.Policy(vague_diagnoses=("F419",), unknown_diagnoses=("F4381",),
                                authorization_codes=("90834", "90847"), filing_days=35),
            rhythm=books.Rhythm(delay_days=0, spread_days=0),
        )  # fmt: skip
        mishaps = []
        for number, one in enumerate(self.causes):
            who = self._member(number)
            payer = replace(payer, members=(*payer.members, who))
            payer = one.planted(payer, who) if one.planted else payer
            if one.mishap:
                group, reason, *remarks = one.mishap
                on = self._day(number, one).date()
                mishaps.append(books.Mishap("HARBR", who.id, on, "deny", group, reason,
                                            tuple(remarks)))  # fmt: skip
        return books.Books(payers=(payer,), mishaps=tuple(mishaps))

    def _member(self, number: int) -> books.Member:
        return books.Member(self._true(number), "Cause", f"C{number}", BORN, ALWAYS)

    # ---------------------------------------------------------------- lived

    def days(self, count: int) -> None:
        for _ in range(count):
            self.now += timedelta(days=1)
            self.desk.attend(self.now)
            with scope(organization=self.cast.center):
                work.run_due(self.now, self.cast.center)

    def mend(self) -> None:
        """The payer puts right what was its own fault."""
        payer = self.desk.books.payers[0]
        for number, one in enumerate(self.causes):
            payer = one.mended(payer, self._member(number)) if one.mended else payer
        self.desk.books = replace(self.desk.books, payers=(payer,))

    def case(self, one: Cause) -> Case:
        with scope(organization=self.cast.center):
            kind = "rejection" if one.rejected else "denial"
            return (
                Case.objects.select_related("claim", "note", "author", "coverage")
                .filter(kind=kind, claim__client=self.clients[one.category])
                .earliest("pk")
            )

    def claim(self, one: Cause) -> Claim:
        with scope(organization=self.cast.center):
            return Claim.objects.get(client=self.clients[one.category])

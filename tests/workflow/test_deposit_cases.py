"""Money that is not tied out becomes a case with an owner and a day, and closes once it is."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carethread.codes.roles import Role
from carethread.insight import takebacks
from carethread.record.models import Case, EftDeposit
from carethread.workflow import follow_up
from carethread.workflow.casework import deposit_cases
from carethread.workflow.remittances import deposits
from tests.cast import Cast
from tests.payers import check
from tests.web.world import signed_in
from tests.workflow.test_deposits import bank, paid
from tests.workflow.test_post import PAID, post_check

SOON, LATE = (datetime(2026, 3, day, 15, tzinfo=UTC) for day in (18, 26))


def cases(cast: Cast, now: datetime) -> list[Case]:
    """The open cases of untied money after another round."""
    follow_up.run(cast.center, now=now)
    return list(Case.objects.filter(kind="deposit").exclude(state="closed").order_by("pk"))


def test_money_at_the_bank_that_nothing_explains_is_asked_about_after_the_days_allowed(
    alder: Cast,
) -> None:
    bank(alder, "2026-03-17,LOCKBOX,70.00", "2026-03-17,RENT,-900.00", now=SOON)
    assert cases(alder, SOON) == []
    (case,) = cases(alder, LATE)
    assert cases(alder, LATE) == [case], "a second round opens nothing twice"
    assert (case.owner_role, case.amount_cents) == (Role.BILLER, 7_000)
    assert case.title == "$70.00 came on Mar 17, 2026 and no remittance explains it"
    assert case.due_on == date(2026, 4, 2)
    assert case.cure
    assert case.explanation
    row = EftDeposit.objects.get(amount_cents=7_000)
    assert deposit_cases.about(case) == ("deposit", row.pk)
    paid(alder, "T9", 7_000)
    deposits.settle(alder.center, now=LATE)
    assert cases(alder, LATE) == []
    case.refresh_from_db()
    assert case.resolution == "The deposit is settled."
    deposits.unmatch(row.reassociation, reason="Not theirs", user=alder.bill, now=LATE)
    (again,) = cases(alder, LATE)
    assert again.pk != case.pk, "it waits anew"


def test_a_check_without_money_is_asked_about_once_the_bank_has_told_of_later_days(
    alder: Cast,
) -> None:
    remittance = paid(alder, "T1", 4_000)
    assert cases(alder, LATE) == [], "this center keeps no bank account here"
    bank(alder, "2026-03-18,CARDS,20.00", now=LATE)
    assert cases(alder, SOON + timedelta(days=3)) == [], "the bank is only two days further"
    bank(alder, "2026-03-24,FEES,-1.00", now=LATE)
    (case,) = [one for one in cases(alder, LATE) if one.amount_cents == 4_000]
    assert "has not received it" in case.title
    assert deposit_cases.about(case) == ("remittance", remittance.pk)
    bank(alder, "2026-03-25,HCCLAIMPMT TRN*1*T1*1999999999,40.00", now=LATE)
    assert 4_000 not in [one.amount_cents for one in cases(alder, LATE)]


def test_a_takeback_that_names_no_reversal_is_asked_about_and_what_is_carried_is_not(
    alder: Cast,
) -> None:
    says(alder, "T1", ("CT", -9_000), ("WO", 6_400))
    says(alder, "T2", ("CT", -9_000), ("FB", -500))
    says(alder, "T3", ("CT", -9_000), ("FB", 500))
    (case,) = cases(alder, LATE)
    assert (case.category, case.amount_cents, case.owner_role) == ("takeback", 6_400, Role.BILLER)
    page = signed_in(alder.bill).get(reverse("case", args=[case.pk])).content.decode()
    assert "It stands on the check of" in page
    assert "What it said when this was opened" not in page, "nothing was found anew"
    assert "about it any more" not in page
    follow_up.close(case, resolution="Theirs, of 2024.", user=alder.bill, now=LATE)
    assert cases(alder, LATE) == [], "what a person has settled is not asked about again"


def says(cast: Cast, trace: str, *plb: tuple[str, int], on: date | None = None) -> None:
    """A payer's check with these provider adjustments."""
    said = check(cast.center, trace=trace, plb=plb)
    assert post_check(cast, replace(said, paid_on=on or said.paid_on)) is not None


def test_a_balance_that_is_brought_forward_is_as_old_as_it_began(alder: Cast) -> None:
    began, again = date(2026, 3, 16), date(2026, 3, 22)
    says(alder, "T1", ("CT", -9_000), ("FB", 500), on=began)
    says(alder, "T2", ("CT", -9_000), ("FB", 300), on=again)
    (one,) = takebacks.carried()
    assert (one.since, one.last, one.cents) == (began, again, -800)
    (case,) = cases(alder, PAID + timedelta(days=7))
    assert case.amount_cents == 800, "the week began with the first check"
    assert case.explanation.endswith("and began on Mar 16, 2026.")
    says(alder, "T3", ("CT", -9_000), ("FB", -800), on=date(2026, 3, 23))
    assert takebacks.carried() == []
    says(alder, "T4", ("CT", -9_000), ("FB", 100), on=date(2026, 3, 24))
    (fresh,) = takebacks.carried()
    assert (fresh.since, fresh.cents) == (date(2026, 3, 24), -100), "it stood at zero between"


def test_more_that_is_taken_stands_on_the_open_case_and_after_a_close_by_hand_opens_another(
    alder: Cast,
) -> None:
    says(alder, "T1", ("CT", -9_000), ("FB", 500))
    (case,) = cases(alder, LATE)
    says(alder, "T2", ("CT", -9_000), ("FB", 300))
    assert cases(alder, LATE) == cases(alder, LATE) == [case]
    case.refresh_from_db()
    title = "Harbor Health took back $8.00 and names no reversal for it"
    assert (case.title, case.amount_cents) == (title, 800)
    assert [e.words for e in case.events.filter(words__startswith="Now:")] == [f"Now: {title}"]
    follow_up.close(case, resolution="Theirs, of 2024.", user=alder.bill, now=LATE)
    assert cases(alder, LATE) == []
    says(alder, "T3", ("CT", -9_000), ("FB", 100))
    (another,) = cases(alder, LATE)
    assert another.pk != case.pk
    assert another.amount_cents == 900


def test_however_much_waits_who_was_asked_is_read_once(alder: Cast) -> None:
    def about_cases() -> int:
        with CaptureQueriesContext(connection) as queries:
            list(deposit_cases.opened(alder.center, LATE))
        return sum('FROM "record_case"' in (query["sql"] or "") for query in queries)

    bank(alder, *(f"2026-03-17,LOCKBOX {n},{n}.00" for n in range(1, 9)), now=SOON)
    assert len(cases(alder, LATE)) == 8
    assert about_cases() == 1

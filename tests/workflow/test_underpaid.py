"""What is paid short is one case a pattern, is disputed or accepted, and closes with the money."""

from datetime import timedelta

import pytest

from carethread.record.models import (
    Case,
    Claim,
    Comparison,
    Consent,
    Match,
    PolicySetting,
    Program,
    Shortfall,
)
from carethread.workflow import admit, follow_up
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from carethread.workflow.remittances import contracts, dispute, matching, underpaid
from tests.cast import LONG_AGO, NOW, TODAY, Cast, make_client
from tests.paper.reading import words as printed
from tests.payers import answer, check, reversal
from tests.workflow.test_contracts import loaded, term
from tests.workflow.test_post import PAID, post_check, sent_claim

LATER = PAID + timedelta(days=30)


def sent(cast: Cast, number: int) -> list[Claim]:
    """So many sessions, billed and sent."""
    return [sent_claim(cast, starts=NOW - timedelta(days=n, hours=3)) for n in range(number)]


def paid_short(cast: Cast, claims: list[Claim], reduction: int = 7_800, trace: str = "T1") -> list:
    said = [answer(claim, paid=18_000 - reduction, CO_45=reduction) for claim in claims]
    post_check(cast, check(cast.center, *said, trace=trace))
    underpaid.run(cast.center, now=PAID)
    return said


def test_many_short_lines_of_a_code_are_one_case(alder: Cast) -> None:
    loaded(alder)
    claims = sent(alder, 4)
    paid_short(alder, claims[:1])
    case = Case.objects.get(kind="underpayment")
    assert case.title == (
        "Harbor Health pays 90837 $18.00 short on Mar 2, 2026: $102.00 a unit in place of $120.00"
    )
    assert case.claim == claims[0]
    paid_short(alder, claims[1:], trace="T2")
    case.refresh_from_db()
    assert Case.objects.filter(kind="underpayment").count() == 1
    assert (case.amount_cents, case.claim, case.category) == (7_200, None, "underpaid_table")
    assert case.title.startswith("Harbor Health pays 90837 $72.00 short on 4 lines")
    assert underpaid.run(alder.center, now=PAID) == 0, "nothing is compared twice"
    follow_up.run(alder.center, now=PAID)
    assert Case.objects.count() == 1
    told = Comparison.objects.earliest("pk")
    assert told.words == (
        "$102.00 a unit was allowed, $120.00 is promised. 90837: $120.00 a unit × 1"
    )


def test_a_letter_asks_for_every_open_line_by_its_claim_and_names_no_client(alder: Cast) -> None:
    loaded(alder)
    one, other = sent(alder, 2)
    paid_short(alder, [one, other])
    case = Case.objects.get(kind="underpayment")
    letter = dispute.write_letter(case, words="See section 4.", user=alder.bill, now=PAID)
    assert (letter.kind, letter.says) == ("dispute", ["2 lines, $36.00"])
    told = printed(bytes(letter.content))
    for text in ("2 services paid below our contract: $36.00 is missing", "See section 4.",
                 "$120.00", "$102.00", "Mar 2, 2026", "Mar 1, 2026", "Bill Bodkin",
                 *(claim.current.claim_number for claim in (one, other)),
                 *(claim.payer_control_number for claim in Claim.objects.all())):  # fmt: skip
        assert text in told
    assert "Clara" not in told
    assert "The amounts that you allowed are not those of our contract." in told
    assert case.title not in told, "a case's title is for us"
    assert case.events.latest("pk").words == "Made: Dispute of payment (2 lines, $36.00)."

    dispute.accept(case, reason="Settled by phone.", user=alder.bill, now=PAID)
    with pytest.raises(Refused):
        dispute.write_letter(case, words="", user=alder.bill, now=PAID)


def test_a_letter_about_a_substance_use_program_waits_for_a_consent(alder: Cast) -> None:
    loaded(alder)
    paid_short(alder, sent(alder, 1))
    Program.objects.update(is_part2=True)
    case = Case.objects.get(kind="underpayment")
    with pytest.raises(Refused, match="No consent under 42 CFR Part 2"):
        dispute.write_letter(case, words="", user=alder.bill, now=PAID)
    admit.save_consent(
        Consent(organization=alder.center, client=alder.clara, kind="part2", signed_on=LONG_AGO),
        now=PAID,
    )
    letter = dispute.write_letter(case, words="", user=alder.bill, now=PAID)
    assert "42 CFR part 2 prohibits" in printed(bytes(letter.content))
    assert letter.says == ["1 line, $18.00"]


def test_a_line_that_no_consent_lets_leave_is_left_out_and_the_case_says_so(alder: Cast) -> None:
    loaded(alder)
    dana, *_ = make_client(alder.center, alder.program, alder.payer, "Dana", "Dole", "HH00000002")
    without = sent_claim(alder, client=dana, starts=NOW - timedelta(days=5))
    paid_short(alder, [*sent(alder, 2), without])
    Program.objects.update(is_part2=True)
    admit.save_consent(
        Consent(organization=alder.center, client=alder.clara, kind="part2", signed_on=LONG_AGO),
        now=PAID,
    )
    case = Case.objects.get(kind="underpayment")
    letter = dispute.write_letter(case, words="", user=alder.bill, now=PAID)
    assert letter.says == [
        "2 lines, $36.00",
        "1 line left out without a consent under 42 CFR Part 2",
    ]
    told = printed(bytes(letter.content))
    assert "2 services paid below our contract: $36.00 is missing" in told
    assert without.current.claim_number not in told
    assert "our table" in case.title
    assert "our table" not in told, "what we doubt of our own is not the payer's to read"

    said = {"sent_on": PAID.date(), "channel": "letter", "reference": "", "words": "Section 4."}
    until = PAID.date() + timedelta(days=30)
    sent_off = dispute.dispute(case, **said, until=until, user=alder.bill, now=PAID)
    assert (sent_off.lines, sent_off.amount_cents) == (2, 3_600)
    left = case.shortfalls.get(state="open")
    assert left.comparison.claim_line.version.claim == without, "nobody was told of it"
    assert "(1 line not told of)" in case.events.latest("pk").words


def test_a_line_that_came_after_the_letter_is_not_disputed_by_it(alder: Cast) -> None:
    loaded(alder)
    one, later = sent(alder, 2)
    paid_short(alder, [one])
    case = Case.objects.get(kind="underpayment")
    dispute.write_letter(case, words="", user=alder.bill, now=PAID)
    paid_short(alder, [later], trace="T2")
    said = {"sent_on": PAID.date(), "channel": "letter", "reference": "", "words": "Section 4.",
            "until": PAID.date() + timedelta(days=30), "user": alder.bill}  # fmt: skip
    assert case.shortfalls.count() == 2
    assert dispute.dispute(case, **said, now=PAID).lines == 1
    by_phone = dispute.dispute(case, **said, now=PAID + timedelta(hours=1))
    assert by_phone.lines == 2, "no letter since: all that is open was told"


def test_a_correction_recovers_the_money_and_closes_the_case(alder: Cast) -> None:
    loaded(alder)
    one, other = sent(alder, 2)
    short = paid_short(alder, [one, other])
    case = Case.objects.get(kind="underpayment")
    dispute.dispute(
        case, sent_on=PAID.date(), channel="letter", reference="D-1", words="See section 4.",
        until=LATER.date(), user=alder.bill, now=PAID,
    )  # fmt: skip
    case.refresh_from_db()
    assert (case.state, case.due_on, case.waits_until) == ("answered", LATER.date(), LATER.date())
    good = answer(one, paid=12_000, CO_45=6_000)
    post_check(alder, check(alder.center, reversal(short[0]), good, trace="T8"))
    underpaid.run(alder.center, now=LATER)
    case.refresh_from_db()
    assert (case.state, case.amount_cents) == ("answered", 1_800)
    post_check(
        alder,
        check(
            alder.center, reversal(short[1]), answer(other, paid=11_000, CO_45=7_000), trace="T9"
        ),
    )
    underpaid.run(alder.center, now=LATER)
    rows = Shortfall.objects.order_by("pk")
    assert [(r.state, r.recovered_cents, r.short_cents) for r in rows] == [
        ("recovered", 1_800, 0), ("disputed", 800, 1_000),
    ]  # fmt: skip
    case.refresh_from_db()
    dispute.accept(case, reason="Settled by phone.", user=alder.bill, now=LATER)
    case.refresh_from_db()
    assert (case.state, case.resolution) == ("closed", "Accepted: Settled by phone.")


def test_a_case_closes_itself_when_everything_has_come(alder: Cast) -> None:
    loaded(alder)
    (claim,) = sent(alder, 1)
    (short,) = paid_short(alder, [claim])
    good = answer(claim, paid=12_000, CO_45=6_000)
    post_check(alder, check(alder.center, reversal(short), good, trace="T9"))
    underpaid.run(alder.center, now=LATER)
    case = Case.objects.get(kind="underpayment")
    assert (case.state, case.resolution) == (
        "closed", "Recovered $18.00 of $18.00 with check T9.",
    )  # fmt: skip


def test_a_posting_that_is_undone_is_short_of_nothing_until_it_is_matched_again(
    alder: Cast,
) -> None:
    loaded(alder)
    (claim,) = sent(alder, 1)
    paid_short(alder, [claim])
    row = Match.objects.get()
    matching.undo(row, reason="Another client.", user=alder.bill, now=LATER)
    underpaid.run(alder.center, now=LATER)
    assert Shortfall.objects.get().state == "taken_back"
    assert Case.objects.get(kind="underpayment").state == "closed"
    matching.match_by_hand(row, claim.current, user=alder.bill, now=LATER)
    underpaid.run(alder.center, now=LATER)
    assert [s.state for s in Shortfall.objects.order_by("pk")] == ["taken_back", "open"]
    assert Case.objects.get(kind="underpayment", state="open").amount_cents == 1_800


def test_a_posting_undone_and_matched_again_at_once_stays_the_same_open_case(alder: Cast) -> None:
    loaded(alder)
    (claim,) = sent(alder, 1)
    paid_short(alder, [claim])
    row = Match.objects.get()
    matching.undo(row, reason="A slip.", user=alder.bill, now=LATER)
    matching.match_by_hand(row, claim.current, user=alder.bill, now=LATER)
    underpaid.run(alder.center, now=LATER)
    case = Case.objects.get(kind="underpayment")
    assert (case.state, case.closed_at, case.amount_cents) == ("open", None, 1_800)
    assert Shortfall.objects.get().state == "open"


def test_our_own_wrong_table_closes_the_case_once_it_is_corrected(alder: Cast) -> None:
    contract = loaded(alder)
    paid_short(alder, sent(alder, 3))
    contracts.save_term(term(contract, 10_200, LONG_AGO), user=alder.ada, now=LATER)
    underpaid.run(alder.center, now=LATER)
    case = Case.objects.get(kind="underpayment")
    assert (case.state, case.resolution) == (
        "closed", "3 lines short by our own table, which was wrong.",
    )  # fmt: skip
    assert set(Shortfall.objects.values_list("state", "recovered_cents")) == {("ours", 0)}
    assert underpaid.run(alder.center, now=LATER) == 0


def test_what_was_refused_is_a_denial_and_not_short_as_well(alder: Cast) -> None:
    loaded(alder)
    (claim,) = sent(alder, 1)
    said = answer(claim, paid=9_500, CO_45=6_000, CO_59=2_500)
    post_check(alder, check(alder.center, said))
    follow_up.run(alder.center, now=PAID)
    underpaid.run(alder.center, now=PAID)
    assert [case.kind for case in Case.objects.all()] == ["denial"]
    assert Comparison.objects.get().verdict == "refused"


def test_the_tolerance_is_a_policy_by_payer(alder: Cast) -> None:
    loaded(alder)
    for key, value in (("underpayment_cents", 0), ("underpayment_percent", 20)):
        staff.set_policy(
            PolicySetting(organization=alder.center, key=key, value=value, payer=alder.payer,
                          effective_from=TODAY),
            now=NOW,
        )  # fmt: skip
    paid_short(alder, sent(alder, 1))
    assert not Case.objects.exists()
    paid_short(alder, [sent_claim(alder, starts=NOW - timedelta(days=9))], 8_401, trace="T2")
    assert Case.objects.get().amount_cents == 2_401


def test_a_person_says_what_was_done(alder: Cast) -> None:
    loaded(alder)
    paid_short(alder, sent(alder, 1))
    case = Case.objects.get()
    said = {"channel": "portal", "reference": "", "user": alder.bill, "now": PAID}
    day, later = PAID.date(), LATER.date()
    for more, words in (
        ({"sent_on": None, "words": "x", "until": later}, "which day"),
        ({"sent_on": later, "words": "x", "until": later}, "which day"),
        ({"sent_on": day, "words": " ", "until": later}, "what was asked"),
        ({"sent_on": day, "words": "x", "until": day}, "look at it again"),
    ):
        with pytest.raises(Refused, match=words):
            dispute.dispute(case, **said, **more)
    with pytest.raises(Refused, match="why less"):
        dispute.accept(case, reason="", user=alder.bill, now=PAID)
    dispute.accept(case, reason="A rounding.", user=alder.bill, now=PAID)
    with pytest.raises(Refused, match="no open underpayment"):
        dispute.accept(case, reason="Again.", user=alder.bill, now=PAID)


def test_what_was_accepted_does_not_come_back_unless_it_gets_worse(alder: Cast) -> None:
    loaded(alder)
    (claim,) = sent(alder, 1)
    (short,) = paid_short(alder, [claim])
    dispute.accept(Case.objects.get(), reason="Settled.", user=alder.bill, now=PAID)
    for trace, paid, cases in (("T2", 10_200, 1), ("T3", 10_000, 2)):
        again = answer(claim, paid=paid, CO_45=18_000 - paid)
        post_check(alder, check(alder.center, reversal(short), again, trace=trace))
        short = again
        underpaid.run(alder.center, now=LATER)
        assert Case.objects.filter(kind="underpayment").count() == cases
    assert Case.objects.get(state="open").amount_cents == 2_000


def test_a_line_that_is_short_for_another_cause_now_stays_in_its_case(alder: Cast) -> None:
    loaded(alder)
    (claim,) = sent(alder, 1)
    (short,) = paid_short(alder, [claim])
    again = answer(claim, paid=10_200, CO_45=6_000, CO_237=1_800)
    post_check(alder, check(alder.center, reversal(short), again, trace="T2"))
    underpaid.run(alder.center, now=LATER)
    assert Comparison.objects.latest("pk").cause == "reduction"
    assert [case.state for case in Case.objects.filter(kind="underpayment")] == ["open"]

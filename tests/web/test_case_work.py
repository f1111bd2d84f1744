"""What is done about a case on screen: given out, asked for, appealed by level, written up."""

import re
from datetime import date, timedelta
from html import escape, unescape

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django_scopes import scope

from carethread.codes.roles import Role
from carethread.insight import cases as worklist
from carethread.insight.cases import UNSETTLED, Asked
from carethread.insight.denials import EVERY, Period, denials
from carethread.record.ledger import wrong_balances
from carethread.record.models import (
    Appeal,
    Authorization,
    Case,
    CasePaper,
    Charge,
    Claim,
    ClaimState,
    Consent,
    Program,
    Transfer,
)
from carethread.web import http
from carethread.web.permissions import sees_clients
from carethread.workflow.casework import assign
from tests.cast import TODAY
from tests.paper.reading import words
from tests.web.test_settling import opened, read
from tests.web.world import LATER, NARRATIVE, Shown, signed_in


@pytest.fixture
def bill(shown: Shown) -> Browser:
    return signed_in(shown.cast.bill)


def denial_of(shown: Shown) -> Case:
    with scope(organization=shown.cast.center):
        return Case.objects.select_related("claim").get(kind="denial", source__contains=":")


def send(browser: Browser, address: str, case: Case, **said: object) -> str:
    answer = browser.post(reverse(address, args=[case.pk]), said, follow=True)
    return answer.content.decode()


def test_money_likelihood_and_deadline_order_the_list_and_duties_give_it_out(
    shown: Shown, bill: Browser
) -> None:
    soon, far = TODAY + timedelta(days=2), TODAY + timedelta(days=90)
    biller = Role.BILLER
    hopeless = opened(shown, biller, category="non_covered", amount_cents=50_000, due_on=far)
    likely = opened(shown, biller, category="data", amount_cents=40_000, due_on=far)
    urgent = opened(shown, biller, category="data", amount_cents=20_000, due_on=soon)
    lost = opened(shown, biller, category="data", amount_cents=20_000,
                  due_on=TODAY - timedelta(days=1))  # fmt: skip
    asked = Asked(kind="denial", owner=biller.value, today=TODAY)
    with scope(organization=shown.cast.center):
        assert list(worklist.cases(asked)) == [urgent, likely, lost, hopeless]
        ada = signed_in(shown.people[Role.ADMINISTRATOR])
    said = {"role": "biller", "category": "data", "payer": shown.cast.payer.pk}
    page = ada.post(reverse("duties"), {**said, "user": shown.cast.ada.pk}).content.decode()
    assert "does not have that role" in page
    ada.post(reverse("duties"), {**said, "user": shown.cast.bill.pk})
    with scope(organization=shown.cast.center):
        assert assign.by_rule(now=LATER) == 3
        assert assign.by_rule(now=LATER) == 0
        mine = list(worklist.cases(Asked(mine=shown.cast.bill, kind="denial", today=TODAY)))
        assert set(mine) >= {urgent, likely, lost, hopeless}
        urgent.refresh_from_db()
        assert urgent.assignee == shown.cast.bill
        assert hopeless.assignee is None, "everybody's"
        other = shown.people[Role.BILLER]
        theirs = worklist.cases(Asked(mine=other, kind="denial", today=TODAY))
        assert urgent not in list(theirs)
    assert "It has changed hands." in send(bill, "case_give", urgent, to=other.pk)
    assert f"{other} has it" in read(bill, "case", urgent.pk)
    assert "Given to " in read(bill, "case", urgent.pk)


def test_what_has_no_amount_counts_for_its_floor_whatever_its_deadline_and_says_so(
    shown: Shown, bill: Browser
) -> None:
    owner, soon = Role.UTILIZATION, TODAY + timedelta(days=2)
    ending = opened(shown, owner, category="auth_ending", amount_cents=0, due_on=soon)
    money = opened(shown, owner, category="auth_ending", amount_cents=10_000, due_on=soon)
    with scope(organization=shown.cast.center):
        found = worklist.cases(Asked(owner=owner.value, kind="denial", today=TODAY))
        assert [(case, case.worth) for case in found] == [(money, 40_000), (ending, 16_000)]
    assert "no amount, counts as $200.00" in read(bill, "cases")


def test_a_center_and_a_payer_say_themselves_what_comes_in_and_the_list_follows(
    shown: Shown,
) -> None:
    owner, far = Role.BILLER, TODAY + timedelta(days=90)
    coding = opened(shown, owner, category="coding", amount_cents=10_000, due_on=far)
    timely = opened(shown, owner, category="timely", amount_cents=10_000, due_on=far)
    ada, entry = signed_in(shown.cast.ada), "/tables/entry/?of=recovery/timely"

    def order() -> list[tuple[Case, int]]:
        with scope(organization=shown.cast.center):
            found = worklist.cases(Asked(owner=owner.value, kind="denial", today=TODAY))
            return [(case, case.worth) for case in found]

    def said(percent: int, **whose: object) -> str:
        text = f"{{label: Filed too late, percent: {percent}}}"
        sent = {"value": text, "effective_from": TODAY.isoformat(), "reason": "Our history."}
        return ada.post(entry, {**sent, **whose}).content.decode()

    assert order() == [(coding, 8_500), (timely, 2_500)]
    said(90)
    assert order() == [(timely, 9_000), (coding, 8_500)]
    said(10, payer=shown.cast.payer.pk)
    assert order() == [(coding, 8_500), (timely, 1_000)], "the payer's own goes before"
    assert "from 0 to 100" in said(140)
    assert "holds for every program alike" in said(50, program=shown.cast.program.pk)
    assert "Filed too late" in ada.get("/tables/").content.decode()


def test_the_list_shows_the_sentence_that_the_case_itself_shows(
    shown: Shown, bill: Browser
) -> None:
    with scope(organization=shown.cast.center):
        Case.objects.filter(kind="denial").update(explanation="What it said long ago.")
    shown_first = re.search(r'found-first">.*?<span>(.*?)</span>', read(
        bill, "case", denial_of(shown).pk), re.DOTALL)  # fmt: skip
    assert shown_first is not None
    listed = read(bill, "cases")
    assert f'<span class="why">{shown_first[1]}</span>' in listed
    assert "What it said long ago." not in listed


def test_a_refused_line_is_told_from_the_others_of_its_claim_by_its_own_day_and_code(
    shown: Shown, bill: Browser
) -> None:
    case = denial_of(shown)
    with scope(organization=shown.cast.center):
        Claim.objects.filter(pk=case.claim_id).update(service_to=TODAY + timedelta(days=6))
        charge = case.claim.charges.get()
    day = f"{charge.service_date:%b} {charge.service_date.day}, {charge.service_date:%Y}"
    assert f'{day}, <span class="code">90837</span>' in read(bill, "cases")


def test_a_refused_claim_tells_its_reason_owner_and_deadline_in_the_list_too(
    shown: Shown, bill: Browser
) -> None:
    case = denial_of(shown)
    assert case.claim is not None
    text = bill.get(reverse("claims"), {"state": case.claim.state}).content.decode()
    assert f'href="{reverse("case", args=[case.pk])}">{escape(case.title)}</a>' in text
    assert f"<span>{case.holder}</span>" in text


@pytest.mark.parametrize(
    ("address", "long"), [("case", "history"), ("claim", "thread")], ids=["case", "claim"]
)
def test_what_one_can_do_stands_before_what_is_long(
    shown: Shown, bill: Browser, address: str, long: str
) -> None:
    page = bill.get(reverse(address, args=shown.args(address))).content.decode()
    assert page.index('id="acts"') < page.index(f'id="{long}"')


def test_a_case_leads_to_those_of_the_same_client_with_the_same_cause(
    shown: Shown, bill: Browser
) -> None:
    first = denial_of(shown)
    assert "with this cause" not in read(bill, "case", first.pk)
    with scope(organization=shown.cast.center):
        other = Case.objects.create(
            organization=first.organization, kind="denial", source="denial:0",
            owner_role="biller", category=first.category, claim=first.claim,
            title="The same again", opened_at=LATER,
        )  # fmt: skip
    text = read(bill, "case", first.pk)
    assert "1 more case" in text
    (alike,) = re.findall(r'href="(/[^"]*client=[^"]*)"', text)
    found = bill.get(unescape(alike))
    assert {case.pk for case in found.context["page"].rows} == {first.pk, other.pk}
    assert "Clara Client" in found.content.decode()


def test_who_sees_no_clients_learns_no_name_by_asking_for_one(shown: Shown) -> None:
    asked = {"client": shown.cast.clara.pk, "state": "unsettled"}
    blind = [r for r, user in shown.people.items() if not sees_clients(user)]
    assert Role.ADMINISTRATOR in blind
    for role in blind:
        answer = signed_in(shown.people[role]).get(reverse("cases"), asked)
        assert answer.status_code == 403 or "Clara" not in answer.content.decode(), role


def test_duties_name_root_causes_as_people_do(shown: Shown, bill: Browser) -> None:
    page = read(bill, "duties")
    assert "Diagnosis does not fit the service" in page
    assert "Dx mismatch" not in page
    assert "Med nec" not in page


def test_the_clinical_and_the_billing_side_count_the_same_refusals(shown: Shown) -> None:
    with scope(organization=shown.cast.center):
        rows = worklist.narrowed(Asked(state="", kind="denial"))
        period = Period(date(2020, 1, 1), date(2030, 1, 1), LATER - timedelta(days=900),
                        LATER + timedelta(days=900))  # fmt: skip
        total = denials(period, EVERY).total
        assert (total.count, total.cents) == (rows.count(), sum(c.amount_cents for c in rows))
        by_clinician = denials(period, EVERY).by_clinician
        assert sum(group.count for group in by_clinician) == total.count
        in_lists = sum(t.count for t in worklist.tallies(Asked(state=UNSETTLED)))
        assert in_lists == worklist.narrowed(Asked(state=UNSETTLED)).count()


def test_an_authorization_is_asked_for_afterwards_with_what_the_claim_billed(
    shown: Shown,
) -> None:
    case = opened(shown, Role.UTILIZATION, category="auth_missing")
    una = signed_in(shown.people[Role.UTILIZATION])
    assert "Say why it is asked for only now." in send(una, "case_authorize", case, asked="")
    send(una, "case_authorize", case, asked="The card was shown late.")
    with scope(organization=shown.cast.center):
        asked = Authorization.objects.get(state="retro_requested")
        assert (asked.codes, asked.requested_units) == (["90837"], 1)
        assert asked.effective_from == shown.denied.service_from
        case.refresh_from_db()
        assert case.authorization == asked
    assert "asked already" in send(una, "case_authorize", case, asked="Once more.")


def test_only_what_the_payer_puts_on_the_patient_is_left_to_them(
    shown: Shown, bill: Browser
) -> None:
    case = denial_of(shown)
    assert "the contract does not let us" in send(bill, "case_to_patient", case, left="Asked.")
    with scope(organization=shown.cast.center):
        pk = int(case.source.partition(":")[2])
        denied = Transfer.objects.get(pk=pk)
        again = Transfer.objects.create(
            organization=shown.cast.center, debit="denied", credit="payer_receivable",
            amount_cents=1_000, code="PR-204", source="post", charge=denied.charge,
            remitted_claim=denied.remitted_claim, made_at=LATER,
        )  # fmt: skip
        Charge.objects.filter(pk=denied.charge_id).update(
            denied_cents=13_000, payer_receivable_cents=-1_000
        )
        Case.objects.filter(pk=case.pk).update(source=f"denial:{again.pk}")
    assert "The patient owes it now." in send(bill, "case_to_patient", case, left="Not covered.")
    with scope(organization=shown.cast.center):
        charge = Charge.objects.get(pk=denied.charge_id)
        assert (charge.patient_receivable_cents, charge.denied_cents) == (1_000, 12_000)
        assert wrong_balances() == []
        case.refresh_from_db()
        assert (case.state, case.claim.state) == ("closed", ClaimState.DENIED)
    assert "Say why it is taken back." in send(bill, "case_take_back", case, back=" ")
    assert "The case is open again." in send(bill, "case_take_back", case, back="A slip.")
    with scope(organization=shown.cast.center):
        charge.refresh_from_db()
        assert (charge.patient_receivable_cents, charge.denied_cents) == (0, 13_000)


def test_an_appeal_is_written_sent_lost_and_taken_to_the_next_level(
    shown: Shown, bill: Browser, monkeypatch, django_assert_max_num_queries
) -> None:
    case = denial_of(shown)
    with django_assert_max_num_queries(30):
        read(bill, "case", case.pk)
    page = read(bill, "case_papers", case.pk)
    assert "Appeal: internal appeal" in page
    assert "The claim says what the note says" in page, "our record speaks against it"
    send(bill, "case_letter", case, argument="She was in acute grief.")
    with scope(organization=shown.cast.center):
        letter = CasePaper.objects.get(case=case, kind="appeal")
    said = words(bytes(letter.content))
    number = shown.denied.current.claim_number
    for told in ("Request for internal appeal (level 1)", "CO-11", number,
                 "The claim says what the note says: F33.1", "She was in acute grief.",
                 "Alder Row LLC", "$120.00"):  # fmt: skip
        assert told in said, told
    assert NARRATIVE not in said
    pdf = bill.get(reverse("case_paper", args=[letter.pk]))
    assert pdf["Content-Type"] == "application/pdf"

    monkeypatch.setattr(http, "now", lambda: LATER + timedelta(days=20))
    assert "Not later than today" in send(bill, "case_appeal_sent", case, channel="fax")
    left = TODAY + timedelta(days=18)
    send(bill, "case_appeal_sent", case, channel="fax", sent_on=left, reference="AP-1")
    with scope(organization=shown.cast.center):
        appeal = Appeal.objects.get()
        assert (appeal.level, appeal.paper, appeal.answer_due_on) == (
            1, letter, left + timedelta(days=60),
        )  # fmt: skip
    assert "nothing to appeal now" in send(bill, "case_appeal_sent", case, channel="fax",
                                           sent_on=left)  # fmt: skip
    on = TODAY + timedelta(days=20)
    send(bill, "case_appeal_decided", case, outcome="lost", on=on, words="Upheld.")
    with scope(organization=shown.cast.center):
        case.refresh_from_db()
        assert case.state == "open"
        assert case.due_on == date(on.year, on.month + 4, on.day), "external review: four months"
    assert "Appeal: external review" in read(bill, "case_papers", case.pk)
    send(bill, "case_appeal_sent", case, channel="mail", sent_on=on)
    send(bill, "case_appeal_decided", case, outcome="won", on=on, words="Paid after all.")
    page = read(bill, "case", case.pk)
    assert "Won" in page
    with scope(organization=shown.cast.center):
        case.refresh_from_db()
        assert case.state == "answered", "until the money is here"


def test_an_appeal_says_what_was_checked_and_names_only_what_a_packet_holds(
    shown: Shown, bill: Browser
) -> None:
    case = denial_of(shown)
    with scope(organization=shown.cast.center):
        Case.objects.filter(pk=case.pk).update(category="med_nec")

    def letter() -> str:
        send(bill, "case_letter", case, argument="She was in acute grief.")
        with scope(organization=shown.cast.center):
            made = CasePaper.objects.filter(case=case, kind="appeal").order_by("pk").last()
        return words(bytes(made.content))

    page = read(bill, "case_papers", case.pk)
    assert "the letter names nothing as enclosed" in page
    assert "If the letter names anything as enclosed" in page
    said = letter()
    assert "She was in acute grief." in said
    assert "The note is signed (" in said
    for untrue in ("the goal that it served", "it can be sent to the payer", "Enclosed"):
        assert untrue not in said, untrue

    send(bill, "case_packet", case, parts=["note", "plan"])
    page = read(bill, "case_papers", case.pk)
    assert "If the letter names anything as enclosed" not in page
    said = letter()
    assert "Enclosed" in said
    assert "The treatment plan of that day" in said
    assert "The payer's decision" not in said, "the packet does not hold it"


def test_a_closed_case_stays_closed_whatever_comes_later(
    shown: Shown, bill: Browser, monkeypatch
) -> None:
    case = denial_of(shown)
    monkeypatch.setattr(http, "now", lambda: LATER + timedelta(days=20))
    on = TODAY + timedelta(days=20)
    send(bill, "case_appeal_sent", case, channel="fax", sent_on=on)
    with scope(organization=shown.cast.center):
        Case.objects.filter(pk=case.pk).update(state="closed", due_on=None)
    send(bill, "case_appeal_decided", case, outcome="lost", on=on, words="Upheld.")
    assert "This case is closed." in send(bill, "case_again", case, mended="The roster.")
    with scope(organization=shown.cast.center):
        case.refresh_from_db()
        assert (case.state, case.due_on) == ("closed", None)
        assert Appeal.objects.get().state == "lost"
        case.claim.refresh_from_db()
        assert case.claim.state == ClaimState.DENIED


def test_a_packet_holds_what_was_chosen_and_a_notes_words_only_from_its_author(
    shown: Shown, bill: Browser
) -> None:
    case = denial_of(shown)
    page = read(bill, "case_papers", case.pk)
    assert 'value="narrative"' not in page
    assert 'value="goals"' not in page
    with scope(organization=shown.cast.center):
        shown.cast.nora.user.grants.create(role=Role.BILLER)
    hers = read(signed_in(shown.cast.nora.user), "case_papers", case.pk)
    assert 'value="narrative"' in hers, "who wrote it and bills as well"
    page = send(bill, "case_packet", case, parts=["eligibility"])
    assert "The record holds nothing for" in page
    send(bill, "case_packet", case, parts=["note", "acknowledgment", "remittance", "narrative"])
    with scope(organization=shown.cast.center):
        assert not CasePaper.objects.filter(case=case).exists(), "no acknowledgment is on record"
    send(bill, "case_packet", case, parts=["note", "plan", "remittance"])
    with scope(organization=shown.cast.center):
        packet = CasePaper.objects.get(case=case)
    said = words(bytes(packet.content))
    assert "Nora Notes" in said
    assert "CO-11" in said
    assert "In force" in said, "that there is a plan"
    assert "Sleep through the night" not in said, "its goals are no biller's to read"
    assert NARRATIVE not in said

    # Its author releases the rest, from the inbox, for billing to send.
    nora = signed_in(shown.cast.nora.user)
    assert "Release this note for the payer" in read(nora, "inbox_item", shown.returned.pk)
    send(nora, "inbox_release", shown.returned)
    with scope(organization=shown.cast.center):
        released = CasePaper.objects.get(case=shown.returned, has_narrative=True)
    assert NARRATIVE in words(bytes(released.content))
    assert "Sleep through the night" in words(bytes(released.content))
    assert reverse("case_paper", args=[released.pk]) in read(bill, "case_papers", case.pk)

    # Records of a substance use program leave under a consent, with the notice of the law.
    with scope(organization=shown.cast.center):
        Program.objects.update(is_part2=True)
        Consent.objects.update(revoked_on=TODAY)
    assert "No consent under 42 CFR Part 2" in send(bill, "case_packet", case, parts=["note"])
    with scope(organization=shown.cast.center):
        Consent.objects.update(revoked_on=None)
    send(bill, "case_packet", case, parts=["note"])
    with scope(organization=shown.cast.center):
        last = CasePaper.objects.filter(case=case).latest("pk")
    assert "42 CFR part 2 prohibits" in words(bytes(last.content))

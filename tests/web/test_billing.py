"""The biller's screens: what is stuck and why, what can be done, and nothing that edits a claim."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from django.utils.html import escape
from django_scopes import scope

from carethread.insight.groups import never_opened
from carethread.record.ledger import wrong_balances
from carethread.record.models import (
    AccessEvent,
    Case,
    Charge,
    Claim,
    ClaimState,
    Client,
    Coverage,
    EdiFile,
    Match,
    Note,
)
from carethread.workflow import follow_up
from carethread.workflow.care.groups import open_session
from carethread.workflow.claims.unbilled import waiting, without_claim
from tests.cast import NOW, TODAY, signed_session
from tests.web.world import LATER, NARRATIVE, Shown, signed_in
from tests.x12.make import interchange_ack, written


@pytest.fixture
def bill(shown: Shown) -> Browser:
    return signed_in(shown.cast.bill)


def read(browser: Browser, address: str, *args: int, **asked: object) -> str:
    answer = browser.get(reverse(address, args=args), asked)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def claim(shown: Shown, row: Claim) -> Claim:
    with scope(organization=shown.cast.center):
        return Claim.objects.get(pk=row.pk)


# ------------------------------------------------------------------------------ the pipeline


def test_the_pipeline_shows_every_state_with_its_money(bill: Browser) -> None:
    page = read(bill, "pipeline")
    for words in ("Held", "Denied", "Partly denied", "Accepted", "Paid", "$180.00"):
        assert words in page
    assert "session" in page, "what is not even signed"


def test_held_claims_show_every_reason_and_where_it_is_cured(shown: Shown, bill: Browser) -> None:
    page = read(bill, "claims", state="held")
    assert "Ask about the copay." in page, "a person's reason"
    assert "The supervisor has not co-signed the note." in page, "a rule's reason"
    assert reverse("note_facts", args=[shown.waiting.note_id]) in page


NONSENSE = [("state", "nonsense"), ("age", "99"), ("payer", "x"), ("payer", "9" * 30),
            ("page", "0"), ("page", "999999999999"), ("clinician", "9" * 30)]  # fmt: skip


@pytest.mark.parametrize("asked", NONSENSE)
def test_nonsense_in_the_address_breaks_nothing(bill: Browser, asked: tuple[str, str]) -> None:
    for address in ("claims", "cases", "remittances", "unmatched", "files"):
        assert bill.get(reverse(address), dict([asked])).status_code == 200


def test_what_is_not_signed_or_not_charged_opens_as_a_list_with_ages(
    shown: Shown, bill: Browser
) -> None:
    page = read(bill, "pipeline")
    assert reverse("unsigned") in page
    assert reverse("uncharged") in page
    unsigned = read(bill, "unsigned")
    assert "Dana Dole" in unsigned
    assert "Nora Notes" in unsigned
    assert "today" in unsigned, "its age"
    with scope(organization=shown.cast.center):
        waiting = never_opened(TODAY)
        assert f"{len(waiting)} group meetings that nobody opened" in page
        assert f'{waiting[0].group.name}</td><td data-label="Clinician">' in unsigned
        assert "28 days" in unsigned, "longer than on its facilitator's day"
        open_session(waiting[0].group, waiting[0].day, user=shown.cast.nora.user, now=NOW)
        assert len(never_opened(TODAY)) == len(waiting) - 1
    with scope(organization=shown.cast.center):
        short = signed_session(shown.cast, starts=NOW - timedelta(days=3), minutes=9).version
    uncharged = read(bill, "uncharged")
    assert reverse("note_facts", args=[short.note_id]) in uncharged
    assert "9 minutes" in uncharged
    assert "3 days" in uncharged
    assert NARRATIVE not in uncharged


def test_a_charge_without_a_claim_leads_to_what_it_waits_for(shown: Shown, bill: Browser) -> None:
    with scope(organization=shown.cast.center):
        charges = list(Charge.objects.filter(claim__isnull=False, state="live").order_by("pk")[:3])
        for charge in charges:
            Charge.objects.filter(pk=charge.pk).update(claim=None)
        bare, day, soon = charges
        unbilled = {row.pk: row for row in without_claim()}
        assert unbilled.keys() >= {c.pk for c in charges}
        unbilled[bare.pk].current.coverage = None
        unbilled[day.pk].current.form = "I"
        unbilled[day.pk].service_date = date(2026, 2, 10)
        told = {one.charge.pk: one for one in waiting(unbilled.values())}
    assert told[bare.pk].lacks_coverage
    assert "Nobody is on record who insures" in told[bare.pk].words
    assert (told[day.pk].until, told[soon.pk].until) == (date(2026, 2, 15), None)
    assert "the claim is made after Feb 15" in told[day.pk].words
    assert reverse("unbilled") in read(bill, "pipeline")
    page = read(bill, "unbilled")
    assert reverse("client", args=[soon.client_id]) in page
    assert "It joins a claim in the next minutes." in page


# ------------------------------------------------------------------------------ one claim


def test_the_claim_page_shows_the_whole_thread_as_links(shown: Shown, bill: Browser) -> None:
    page = read(bill, "claim", shown.denied.pk)
    denied = claim(shown, shown.denied)
    with scope(organization=shown.cast.center):
        note = Note.objects.get(current__charges__charge__claim=denied)
        file = denied.current.file
    for address, pk in (("note_facts", note.pk), ("file", file.pk),
                        ("remittance", shown.remittance.pk)):  # fmt: skip
        assert reverse(address, args=[pk]) in page
    for words in ("Signed by Nora Notes", "90837", denied.current.claim_number, "CO-11", "Posted"):
        assert words in page
    thread = page[page.index('id="thread"') :]
    assert (
        thread.index("Signed by") < thread.index(denied.current.claim_number)
        < thread.index("CO-11")
    )  # fmt: skip


def test_a_claim_is_held_with_a_reason_and_released(shown: Shown, bill: Browser) -> None:
    pk = shown.held.pk
    bill.post(reverse("claim_release", args=[pk]))
    assert claim(shown, shown.held).state == ClaimState.READY
    assert "Leaves by itself at" in read(bill, "claim", pk)
    refused = bill.post(reverse("claim_hold", args=[pk]), {"reason": "  "})
    assert refused.status_code == 422
    assert "Say why" in refused.content.decode()
    bill.post(reverse("claim_hold", args=[pk]), {"reason": "Card looks wrong."})
    assert claim(shown, shown.held).state == ClaimState.HELD
    assert "Card looks wrong." in read(bill, "claim", pk)


def test_a_claim_that_has_left_cannot_be_held_any_more(shown: Shown, bill: Browser) -> None:
    answer = bill.post(reverse("claim_hold", args=[shown.denied.pk]), {"reason": "Wait"})
    assert "has left already" in answer.content.decode()


def test_looking_again_says_how_it_went(shown: Shown, bill: Browser) -> None:
    answer = bill.post(reverse("claim_look", args=[shown.held.pk]), follow=True)
    assert "Looked again" in answer.content.decode()


def test_a_question_lands_in_the_authors_inbox(shown: Shown, bill: Browser) -> None:
    question = "Did the session start at two?"
    bill.post(reverse("claim_return", args=[shown.held.pk]), {"question": question})
    nora = signed_in(shown.cast.nora.user)
    assert question in read(nora, "inbox")
    with scope(organization=shown.cast.center):
        case = Case.objects.get(claim=shown.held, kind="question")
    item = read(nora, "inbox_item", case.pk)
    assert "Worked on the sleep diary." in item, "the note is open beside it"
    nora.post(reverse("inbox_answer", args=[case.pk]), {"words": "Yes, at two."})
    assert "Yes, at two." in read(bill, "case", case.pk)


def test_no_screen_of_the_biller_edits_a_claim(shown: Shown, bill: Browser) -> None:
    page = read(bill, "claim", shown.held.pk)
    assert 'name="code"' not in page
    assert 'name="diagnoses"' not in page


# ------------------------------------------------------------------------------ any number


def test_any_number_finds_its_thread(shown: Shown, bill: Browser) -> None:
    denied = claim(shown, shown.denied)
    for number, url in {
        denied.current.claim_number: reverse("claim", args=[denied.pk]),
        denied.payer_control_number: reverse("claim", args=[denied.pk]),
        "T1": reverse("remittance", args=[shown.remittance.pk]),
        f"note {shown.signed.pk}": reverse("claim", args=[shown.held.pk]),
        str(denied.sequence): reverse("claim", args=[denied.pk]),
        "control 1": reverse("file", args=[shown.file.pk]),
        "other-1": reverse("unmatched_item", args=[shown.match.pk]),
    }.items():
        assert bill.get(reverse("trace"), {"q": number}).url == url, number


def test_an_unknown_number_says_what_to_try(bill: Browser) -> None:
    answer = bill.get(reverse("trace"), {"q": "<b>nothing</b>"})
    assert answer.status_code == 404
    assert "Try a claim number" in answer.content.decode()
    assert "<b>nothing</b>" not in answer.content.decode()


# ------------------------------------------------------------------------------ money that came


def test_a_check_is_proven_to_the_cent(shown: Shown, bill: Browser) -> None:
    page = read(bill, "remittance", shown.remittance.pk)
    assert "Closed to the cent" in page
    assert "the diagnosis does not support the service" in page, "why, in words"


def test_an_unmatched_payment_shows_candidates_with_their_differences(
    shown: Shown, bill: Browser
) -> None:
    page = read(bill, "unmatched_item", shown.match.pk)
    assert claim(shown, shown.stray).current.claim_number in page
    for words in ("The payer says", "OTHER-1", "We sent", "Agrees"):
        assert words in page, "side by side"


def test_a_claim_that_was_answered_is_not_paid_a_second_time(shown: Shown, bill: Browser) -> None:
    version = claim(shown, shown.denied).current_id
    answer = bill.post(
        reverse("match_choose", args=[shown.match.pk]), {"version": version}, follow=True
    )
    assert 'role="alert"' in answer.content.decode(), "the rules refuse, and the page says why"
    with scope(organization=shown.cast.center):
        assert Match.objects.get(pk=shown.match.pk).state == "waiting"


def test_a_payment_is_matched_by_hand_to_the_claim_that_it_is_for(
    shown: Shown, bill: Browser
) -> None:
    version = claim(shown, shown.stray).current
    page = read(bill, "unmatched_item", shown.match.pk)
    assert version.claim_number in page, "same patient, same day"
    chosen = bill.post(reverse("match_choose", args=[shown.match.pk]), {"version": version.pk})
    assert chosen.url == reverse("unmatched")
    with scope(organization=shown.cast.center):
        settled = Match.objects.get(pk=shown.match.pk)
        assert (settled.state, settled.user) == ("matched", shown.cast.bill)
        assert wrong_balances() == []


def test_a_claim_of_somebody_else_shows_how_it_differs_and_asks_why_it_is_meant(
    shown: Shown, bill: Browser
) -> None:
    stray = claim(shown, shown.stray)
    with scope(organization=shown.cast.center):
        Client.objects.filter(pk=stray.client_id).update(last_name="Quill")
    page = read(bill, "unmatched_item", shown.match.pk, claim=str(stray.sequence))
    card = page[page.index("Which claim is meant?") :].split("</section>")[0]
    assert card.index("Client&#x27;s name") < card.index("Claim number"), "differences first"
    assert "It is this one nevertheless" in card
    assert "It is this one<" not in card, "not with one click"
    url, sent = reverse("match_choose", args=[shown.match.pk]), {"version": stray.current_id}
    refused = bill.post(url, sent)
    assert refused.status_code == 422
    assert "Say why it is meant nevertheless." in refused.content.decode()
    assert bill.post(url, {**sent, "reason": "She has married."}).status_code == 302
    with scope(organization=shown.cast.center):
        assert "She has married." in Match.objects.get(pk=shown.match.pk).reason


def test_a_payment_is_matched_by_typing_the_claim_s_number(shown: Shown, bill: Browser) -> None:
    """Nothing of the payment leads to that claim but the biller who knows better."""
    denied = claim(shown, shown.denied)
    typed = denied.current.claim_number.lower()
    page = read(bill, "unmatched_item", shown.match.pk, claim=f" {typed} ")
    first = page[page.index("Which claim is meant?") :].split("</section>")[0]
    assert denied.current.claim_number in first, "what was typed comes first"
    for told, ours in (("OTHER-1", denied.current.claim_number), ("Feb 28, 2026", "Mar 1, 2026")):
        assert told in first, "what the payer says"
        assert ours in first, "beside what we sent"
    assert f'name="version" value="{denied.current.pk}"' in first, "one click from here"
    short = read(bill, "unmatched_item", shown.match.pk, claim=str(denied.sequence))
    assert f'name="version" value="{denied.current.pk}"' in short, "the screens' own number"


def test_the_access_log_names_every_client_whom_an_unmatched_payment_shows(
    shown: Shown, bill: Browser
) -> None:
    read(bill, "unmatched_item", shown.match.pk)
    with scope(organization=shown.cast.center):
        looks = AccessEvent.objects.filter(action="unmatched_item").values_list("client", flat=True)
        assert list(looks) == [shown.cast.clara.pk], "the candidate's"
    bill.post(reverse("match_choose", args=[shown.match.pk]), {"version": shown.stray.current_id})
    read(bill, "unmatched_item", shown.match.pk)
    with scope(organization=shown.cast.center):
        named = AccessEvent.objects.filter(action__in=["match_choose", "unmatched_item"])
        assert {event.client_id for event in named} == {shown.cast.clara.pk}
        assert named.count() == 3


@pytest.mark.parametrize("typed", ["CT999", "9" * 40, "<b>", "'"])
def test_a_number_that_is_no_claims_says_so_and_stays(
    shown: Shown, bill: Browser, typed: str
) -> None:
    page = read(bill, "unmatched_item", shown.match.pk, claim=typed)
    assert "No claim of ours that left carries" in page
    assert f'value="{escape(typed)}"' in page


@pytest.mark.parametrize("version", ["", "x", "0", "99999999"])
def test_choosing_nothing_settles_nothing(shown: Shown, bill: Browser, version: str) -> None:
    bill.post(reverse("match_choose", args=[shown.match.pk]), {"version": version})
    with scope(organization=shown.cast.center):
        assert Match.objects.get(pk=shown.match.pk).state == "waiting"


def test_a_payment_for_somebody_else_needs_a_reason(shown: Shown, bill: Browser) -> None:
    url = reverse("match_not_ours", args=[shown.match.pk])
    assert bill.post(url, {"reason": ""}).status_code == 422
    assert bill.post(url, {"reason": "Another practice."}).url == reverse("unmatched")
    assert "Not ours" in read(bill, "unmatched_item", shown.match.pk)
    assert "Everything is matched" in read(bill, "unmatched")


def test_that_a_payment_is_not_ours_can_be_taken_back(shown: Shown, bill: Browser) -> None:
    pk = shown.match.pk
    with scope(organization=shown.cast.center):
        follow_up.run(shown.cast.center, now=LATER)
        case = Case.objects.get(source=f"unmatched:{pk}")
    assert "Match it" in read(bill, "case", case.pk)
    bill.post(reverse("match_not_ours", args=[pk]), {"reason": "Another practice."})
    with scope(organization=shown.cast.center):
        case.refresh_from_db()
        assert case.state == "closed"
        assert case.resolution == f"Not ours, says {shown.cast.bill}: Another practice."
    closed = read(bill, "case", case.pk)
    assert case.resolution in closed
    assert "Match it" not in closed
    assert bill.get(reverse("trace"), {"q": "OTHER-1"}).url == reverse("unmatched_item", args=[pk])
    assert "Another practice." in read(bill, "unmatched", show="not_ours")
    page = bill.post(reverse("match_undo", args=[pk]), follow=True).content.decode()
    assert "Which claim is meant?" in page
    assert "OTHER-1" in read(bill, "unmatched")
    with scope(organization=shown.cast.center):
        follow_up.run(shown.cast.center, now=LATER)
        assert Case.objects.get(source=f"unmatched:{pk}").state == "open"


# ------------------------------------------------------------------------------ files


def upload(browser: Browser, raw: bytes, name: str = "era.835"):
    return browser.post(
        reverse("file_upload"), {"file": SimpleUploadedFile(name, raw)}, follow=True
    )


@pytest.mark.parametrize("raw", [b"", b"hello", b"ISA*00*", bytes(range(256)) * 10])
def test_a_broken_file_is_stored_and_its_fault_is_shown(
    shown: Shown, bill: Browser, raw: bytes
) -> None:
    page = upload(bill, raw)
    assert page.status_code == 200
    assert "Quarantined" in page.content.decode()
    assert "Nothing of it took effect" in page.content.decode()


@pytest.mark.parametrize("address", ["claim", "remittance", "file", "case", "unmatched_item"])
def test_a_number_beyond_all_bounds_is_not_found(bill: Browser, address: str) -> None:
    assert bill.get(reverse(address, args=[10**30])).status_code == 404


def test_a_file_that_came_in_lines_of_80_is_shown_segment_by_segment(bill: Browser) -> None:
    raw = written(interchange_ack())
    folded = b"\n".join(raw[at : at + 80] for at in range(0, len(raw), 80))
    page = upload(bill, folded).content.decode()
    for segment in raw.decode().split("~")[1:-1]:
        assert f">{segment}<" in page


def test_the_same_file_twice_is_one_file(shown: Shown, bill: Browser) -> None:
    upload(bill, b"ISA*broken")
    again = upload(bill, b"ISA*broken", name="other-name.835")
    assert "here before" in again.content.decode()
    with scope(organization=shown.cast.center):
        assert EdiFile.objects.filter(raw=b"ISA*broken").count() == 1


def test_handing_in_nothing_asks_for_a_file(bill: Browser) -> None:
    assert "Choose a file." in bill.post(reverse("file_upload")).content.decode()


def test_a_file_is_given_back_byte_for_byte(shown: Shown, bill: Browser) -> None:
    answer = bill.get(reverse("file_raw", args=[shown.file.pk]))
    assert answer.content == bytes(shown.file.raw)
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_what_is_no_answer_says_what_to_do_before_it_says_why(shown: Shown, bill: Browser) -> None:
    page = upload(bill, b"hello").content.decode()
    remedy = (
        "This is not an X12 answer (835, 999, TA1, 271, 277, 278). Ask the sender for it again."
    )
    assert 0 < page.index(remedy) < page.index("no X12 interchange")


def test_a_broken_answer_says_what_is_broken(shown: Shown, bill: Browser) -> None:
    assert "not an X12 answer" not in upload(bill, b"ISA*00*~ST*835*0001~BPR").content.decode()


def test_quarantined_files_show_reason_and_place(bill: Browser) -> None:
    assert "half.835" in read(bill, "files", show="quarantined")


# ------------------------------------------------------------------------------ cases


def test_a_case_of_money_that_is_still_owed_does_not_close_by_hand(
    shown: Shown, bill: Browser
) -> None:
    with scope(organization=shown.cast.center):
        denial = Case.objects.get(kind="denial")
    answer = bill.post(reverse("case_close", args=[denial.pk]), {"resolution": "Forget it"})
    assert "still owed" in answer.content.decode()
    bare = bill.post(reverse("case_close", args=[shown.returned.pk]), {"resolution": ""})
    assert "Say how this was settled" in bare.content.decode()
    done = bill.post(reverse("case_close", args=[shown.returned.pk]), {"resolution": "Clear now."})
    assert done.url == reverse("cases")


def test_a_cured_coverage_frees_the_claim(shown: Shown) -> None:
    ines = signed_in(shown.cast.ines)
    with scope(organization=shown.cast.center):
        coverage = Coverage.objects.get(client=shown.dana)
    url = reverse("coverage", args=[coverage.pk])
    good = {"payer": coverage.payer_id, "rank": 1, "member_id": "HH00000009", "group_number": "",
            "effective_from": "2025-01-01", "effective_to": "", "relationship": "18"}  # fmt: skip
    wrong = ines.post(url, {**good, "member_id": "12", "next": reverse("clients")})
    assert wrong.status_code == 422
    assert "look different" in wrong.content.decode()
    assert 'value="12"' in wrong.content.decode(), "what was typed is still there"
    assert ines.post(url, {**good, "next": reverse("clients")}).url == reverse("clients")
    outside = ines.post(url, {**good, "next": "https://elsewhere.example/"})
    assert outside.url == reverse("client", args=[shown.dana.pk])


def test_a_deposit_that_is_typed_twice_is_asked_about_and_one_too_many_is_void(
    shown: Shown, bill: Browser
) -> None:
    url, row = reverse("deposit_new"), shown.deposit
    sent = {"day": f"{row.day}", "amount": "50.00", "reference": "SLIP 7"}
    asked = bill.post(url, sent)
    page = " ".join(asked.content.decode().split())
    assert asked.status_code == 422
    assert "$50.00 of Mar 2, 2026, reference SLIP 7, is on record already." in page
    assert "Yes, another $50.00 came on that day" in page
    assert 'value="5000"' in page
    made = bill.post(url, {**sent, "sure": "5000"})
    assert made.status_code == 302
    pk = int(made.url.rstrip("/").rpartition("/")[2])
    void = reverse("deposit_void", args=[pk])
    assert void in read(bill, "deposit", pk)
    assert bill.post(void, {"reason": ""}).status_code == 422
    bill.post(void, {"reason": "It was the same."})
    page = read(bill, "deposit", pk)
    assert "voided it: It was the same." in page
    assert void not in page
    assert "SLIP 7" in read(bill, "deposit", row.pk)
    assert f'href="{reverse("deposit", args=[pk])}"' in read(bill, "deposits", show="void")
    assert f'href="{reverse("deposit", args=[pk])}"' not in read(bill, "deposits", show="payers")

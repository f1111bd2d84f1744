"""A remittance typed from paper has the same result as an 835, and its scan is kept."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse

from carethread.record.ledger import wrong_balances
from carethread.record.models import Claim, EdiFile, Match, Payer, Remittance, Transfer
from carethread.rules.typed_eob import TypedCheck, TypedClaim, TypedLine
from carethread.web import http
from carethread.web.http import now as clock
from carethread.workflow import receive
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from carethread.workflow.gather import submitted
from carethread.workflow.remittances import manual_eob
from carethread.x12.common import Adjustment
from tests.cast import NOW, Cast
from tests.payers import answer, check
from tests.web.world import signed_in
from tests.workflow.test_next_payer import second_policy
from tests.workflow.test_post import PAID, charge_of, post_check, sent_claim

SCAN = b"\x89PNG\r\n\x1a\n, said to be a picture"


def typed(claim: Claim, **changes: object) -> TypedCheck:
    (version,) = submitted.versions_by_id([claim.current_id])
    sent = submitted.as_submitted(version)
    taken = (Adjustment("CO", "45", 6_000), Adjustment("PR", "3", 2_000))
    line = TypedLine(sent.lines[0], 10_000, taken)
    return replace(
        TypedCheck("Harbor Health", "HARBR", "P-77", "CHK", date(2026, 3, 16), 9_500,
                   (TypedClaim(sent, (line,)),), (("WO", "OLD", 500),)),
        **changes,
    )  # fmt: skip


def moved() -> list[tuple[str, str, int, str]]:
    rows = Transfer.objects.exclude(code="CHARGE").order_by("pk")
    return list(rows.values_list("debit", "credit", "amount_cents", "code"))


def test_what_is_typed_is_posted_as_an_835_would_be(alder: Cast) -> None:
    claim = sent_claim(alder)
    scan = manual_eob.keep_scan(alder.center, SCAN, name="eob.png", now=PAID)
    assert bytes(EdiFile.objects.get(pk=scan.pk).raw) == SCAN
    assert receive.run(alder.center, now=PAID) == 0, "nobody reads a picture as X12"
    one_short = typed(claim, amount=9_499)
    with pytest.raises(Refused, match=r"come to \$95.00, the check says \$94.99"):
        manual_eob.enter(scan, one_short, [claim.current], user=alder.bill, now=PAID)
    manual_eob.enter(scan, typed(claim), [claim.current], user=alder.bill, now=PAID)
    by_hand, charge = moved(), charge_of(claim)
    assert (charge.paid_cents, charge.contractual_cents) == (10_000, 6_000)
    assert Remittance.objects.get().closed_at is not None
    with pytest.raises(Refused, match="posted before"):
        manual_eob.enter(scan, typed(claim), [claim.current], user=alder.bill, now=PAID)

    same = answer(claim, paid=10_000, CO_45=6_000, PR_3=2_000)
    twin = check(alder.center, same, trace="P-77", plb=(("WO", 500),))
    assert post_check(alder, twin) is None, "the 835 of that check comes after all"
    Transfer.objects.count()
    other = sent_claim(alder, starts=NOW.replace(day=1))
    before = len(moved())
    post_check(
        alder,
        check(alder.center, answer(other, paid=10_000, CO_45=6_000, PR_3=2_000), trace="E",
              plb=(("WO", 500),)),
    )  # fmt: skip
    assert moved()[before:] == by_hand
    assert wrong_balances() == []


def test_a_day_to_come_and_money_in_a_no_payment_are_refused_in_their_place(alder: Cast) -> None:
    claim = sent_claim(alder)
    scan = manual_eob.keep_scan(alder.center, SCAN, name="eob.png", now=PAID)

    def refused(**changes: object) -> list[tuple[str, str]]:
        with pytest.raises(Refused) as told:
            manual_eob.enter(
                scan, typed(claim, **changes), [claim.current], user=alder.bill, now=PAID
            )
        return [(one.field, one.message) for one in told.value.problems]

    tomorrow = PAID.date() + timedelta(days=1)
    assert refused(paid_on=tomorrow) == [
        ("paid_on", "Mar 17, 2026 is still to come. Type the day that stands on the check.")
    ]
    assert refused(method="NON") == [
        ("method", "It says no payment, and $95.00. Choose how that was paid, or take the amount "
         "out.")
    ]  # fmt: skip
    nothing = typed(claim, method="NON", amount=0, changes=(("WO", "OLD", 10_000),))
    assert manual_eob.enter(scan, nothing, [claim.current], user=alder.bill, now=PAID)


def test_a_biller_types_it_on_screen(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from django_scopes import scope

    monkeypatch.setattr(http, "now", lambda: PAID)
    with scope(organization=cast.center):
        claim = sent_claim(cast)
        scan = manual_eob.keep_scan(cast.center, SCAN, name="eob.png", now=clock())
        line = claim.current.lines.get()
        key = f"{claim.current_id}-{line.charge_version.charge_id}"
    browser, url = signed_in(cast.bill), f"/eob/{scan.pk}/"
    found = browser.post(url, {"do": "add", "find": claim.current.claim_number}).content.decode()
    assert f"paid-{key}" in found
    form = {
        "payer": cast.payer.pk, "method": "CHK", "trace": "P-77", "paid_on": "2026-03-16",
        "amount": "100.00", "claim": claim.current_id, f"paid-{key}": "100",
        f"adj-{key}-0-code": "co 45", f"adj-{key}-0-amount": "60", "plb-0-code": "",
    }  # fmt: skip
    tally = browser.post(url + "look/", form).content.decode()
    assert "$20.00" in tally
    assert "above the contract" in tally
    refused = browser.post(url, {**form, "do": "post"})
    assert refused.status_code == 422
    assert 'value="co 45"' in refused.content.decode(), "what was typed survives"
    more = {f"adj-{key}-1-code": "PR-3", f"adj-{key}-1-amount": "$20.00"}
    assert browser.post(url, {**form, **more, "do": "post"}).status_code == 302
    with scope(organization=cast.center):
        assert charge_of(claim).patient_receivable_cents == 2_000
        assert Match.objects.get().state == "matched"
    assert browser.get(url + "scan/").content == SCAN


def test_what_paper_leaves_to_the_next_payer_is_never_the_patients(alder: Cast) -> None:
    claim = sent_claim(alder)
    second = second_policy(alder)
    scan = manual_eob.keep_scan(alder.center, SCAN, name="eob.png", now=PAID)
    manual_eob.enter(scan, typed(claim), [claim.current], user=alder.bill, now=PAID)
    later = Claim.objects.get(after=claim)
    assert later.payer == second.payer
    charge = charge_of(claim)
    assert (charge.patient_receivable_cents, charge.payer_receivable_cents) == (0, 2_000)
    assert wrong_balances() == []


def test_a_scan_waits_to_be_typed_in_and_then_leads_to_its_check(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django_scopes import scope

    monkeypatch.setattr(http, "now", lambda: PAID)
    with scope(organization=cast.center):
        claim = sent_claim(cast)
        scan = manual_eob.keep_scan(cast.center, SCAN, name="eob.png", now=PAID)
    browser, url = signed_in(cast.bill), f"/eob/{scan.pk}/"

    def read(address: str, *args: int) -> str:
        return browser.get(reverse(address, args=args)).content.decode()

    assert "Waits to be typed in" in read("files")
    assert f'href="{url}"' in read("remittances")
    assert browser.get(url).status_code == 200
    with scope(organization=cast.center):
        check = manual_eob.enter(scan, typed(claim), [claim.current], user=cast.bill, now=PAID)
    assert "Waits to be typed in" not in read("files")
    assert f'href="{url}"' not in read("remittances")
    assert browser.get(url).url == reverse("remittance", args=[check.pk])
    assert f"{url}?another=1" in read("file", scan.pk)
    assert browser.get(f"{url}?another=1").status_code == 200


def test_a_claim_of_which_nothing_is_typed_shifts_no_money_between_the_others(
    cast: Cast,
) -> None:
    from django_scopes import scope

    with scope(organization=cast.center):
        silent, paid = sent_claim(cast, starts=NOW.replace(day=1)), sent_claim(cast)
        summit = staff.save_payer(Payer(organization=cast.center, name="Summit", payer_id="SUMMT"))
        scan = manual_eob.keep_scan(cast.center, SCAN, name="eob.png", now=clock())
        key = f"{paid.current_id}-{charge_of(paid).pk}"
    form = {
        "payer": summit.pk, "method": "CHK", "trace": "P-78", "paid_on": "2026-03-16",
        "amount": "100.00", "claim": [silent.current_id, paid.current_id], "do": "post",
        f"paid-{key}": "100", f"adj-{key}-0-code": "CO-45", f"adj-{key}-0-amount": "80",
    }  # fmt: skip
    form |= {f"sure-{silent.current_id}": "Summit", f"sure-{paid.current_id}": "Summit"}
    assert signed_in(cast.bill).post(f"/eob/{scan.pk}/", form).status_code == 302
    with scope(organization=cast.center):
        assert (charge_of(silent).paid_cents, charge_of(paid).paid_cents) == (0, 10_000)
        assert "Matched by" in Match.objects.get().reason, "the machine doubts who pays"
        with pytest.raises(ValueError, match="in their order"):
            manual_eob.enter(scan, typed(paid), [silent.current, paid.current],
                             user=cast.bill, now=PAID)  # fmt: skip


def test_a_claim_of_another_payer_is_posted_once_that_is_said(cast: Cast) -> None:
    from django_scopes import scope

    with scope(organization=cast.center):
        claim = sent_claim(cast)
        summit = staff.save_payer(Payer(organization=cast.center, name="Summit", payer_id="SUMMT"))
        scan = manual_eob.keep_scan(cast.center, SCAN, name="eob.png", now=clock())
        key = f"{claim.current_id}-{charge_of(claim).pk}"
    browser, url = signed_in(cast.bill), f"/eob/{scan.pk}/"
    asked = "This claim is Harbor Health’s, the check Summit’s."
    found = {"do": "add", "find": claim.current.claim_number}
    assert asked in browser.post(url, {**found, "payer": summit.pk}).content.decode()
    assert (
        "This claim is" not in browser.post(url, {**found, "payer": cast.payer.pk}).content.decode()
    )
    form = {
        "payer": summit.pk, "method": "CHK", "trace": "P-79", "paid_on": "2026-03-16",
        "amount": "100.00", "claim": claim.current_id, "do": "post",
        f"paid-{key}": "100", f"adj-{key}-0-code": "CO-45", f"adj-{key}-0-amount": "80",
    }  # fmt: skip
    assert (
        "is Harbor Health’s claim, not Summit’s"
        in browser.post(url + "look/", form).content.decode()
    )
    for said in ("", "Harbor Health"):
        refused = browser.post(url, {**form, f"sure-{claim.current_id}": said})
        assert (refused.status_code, asked in refused.content.decode()) == (422, True)
    with scope(organization=cast.center):
        assert not Remittance.objects.exists()
    posted = browser.post(url, {**form, f"sure-{claim.current_id}": "Summit"})
    assert posted.status_code == 302
    with scope(organization=cast.center):
        assert charge_of(claim).paid_cents == 10_000


def test_whatever_is_typed_stays_in_its_place_however_much_it_is(cast: Cast) -> None:
    from django_scopes import scope

    with scope(organization=cast.center):
        claim = sent_claim(cast)
        scan = manual_eob.keep_scan(cast.center, SCAN, name="eob.png", now=clock())
        key = f"{claim.current_id}-{charge_of(claim).pk}"
    changes = {f"plb-{n}-amount": f"1.{n:02}" for n in range(14)}
    changes |= {f"plb-{n}-code": "WO" for n in range(14)} | {"plb-14-reference": "ALONE"}
    taken = {
        f"adj-{key}-3-code": "nonsense", f"adj-{key}-3-amount": "7.77",
        f"adj-{key}-15-code": "CO-45", f"adj-{key}-15-amount": "60",
    }  # fmt: skip
    form = {"payer": cast.payer.pk, "claim": claim.current_id, **changes, **taken}
    answer = signed_in(cast.bill).post(f"/eob/{scan.pk}/", {**form, "do": "post"})
    page = answer.content.decode()
    assert answer.status_code == 422
    lost = {name: text for name, text in (changes | taken).items() if _field(page, name) != text}
    assert lost == {}
    free = (f"adj-{key}-16-code", f"adj-{key}-17-code", "plb-15-code")
    assert [_field(page, name) for name in free] == ["", "", ""]
    assert not re.search(r"nonsense</span> \w", page), "it has no words"
    assert re.search(r"CO-45</span> \w", page)


def _field(page: str, name: str) -> str | None:
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)
    return found and found[1]

"""Contracts on screen: a sheet seen before it is loaded, terms typed, short lines disputed."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django_scopes import scope

from carethread.record.models import Case, Contract, ContractTerm, Shortfall
from tests.cast import TODAY, Cast
from tests.web.world import signed_in
from tests.workflow.test_contracts import loaded
from tests.workflow.test_underpaid import paid_short, sent


def hand_in(ada: Browser, contract: Contract, text: str) -> str:
    """The page on which a handed-in sheet is previewed."""
    answer = ada.post(
        f"/contracts/{contract.pk}/sheet/",
        {"file": SimpleUploadedFile("new.csv", text.encode()), "starts": str(TODAY)},
    )
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_a_sheet_is_seen_first_and_loaded_when_confirmed(cast: Cast) -> None:
    with scope(organization=cast.center):
        contract = loaded(cast)
    ada = signed_in(cast.ada)
    bad = ada.get(hand_in(ada, contract, "code,rate\n90837,125\n90837,126\n")).content.decode()
    assert "Rows 2 and 3" in bad
    assert "Both hold for 90837" in bad
    assert "Load it" not in bad
    url = hand_in(ada, contract, "code,rate\n90837,125\n90791,150\n90834,90\n")
    seen = ada.get(url).content.decode()
    for words in ("<s>$120.00 a unit</s>", "$125.00 a unit", "$150.00 a unit", "Load it"):
        assert words in seen
    with scope(organization=cast.center):
        assert ContractTerm.objects.count() == 3
    assert ada.post(url).status_code == 302
    page = ada.get(f"/contracts/{contract.pk}/?on={TODAY}").content.decode()
    assert "$125.00 a unit" in page
    assert "Loaded new.csv: 1 added, 1 changed, 0 ended, 1 as they were." in page
    again = ada.get(f"/contracts/{contract.pk}/csv/").content
    assert ada.get(hand_in(ada, contract, again.decode())).status_code == 200
    with scope(organization=cast.center):
        file = contract.files.latest("pk")
    assert "nothing would change" in ada.get(f"/contracts/sheets/{file.pk}/").content.decode()
    nonsense = SimpleUploadedFile("x.csv", b"hello")
    sheet = {"file": nonsense, "starts": str(TODAY)}
    answer = ada.post(f"/contracts/{contract.pk}/sheet/", sheet)
    assert answer.status_code == 422
    assert "This cannot be read" in answer.content.decode()


def test_a_contract_and_its_terms_are_typed(cast: Cast) -> None:
    ada = signed_in(cast.ada)
    fresh = {
        "payer": cast.payer.pk, "name": "Harbor", "effective_from": "2025-01-01",
        "sequestered": "2", "lesser_of_charge": "on",
    }  # fmt: skip
    ada.post("/contracts/new/", fresh)
    with scope(organization=cast.center):
        contract = Contract.objects.get()
    assert contract.sequestration == 200
    url = f"/contracts/{contract.pk}/terms/new/"
    term = {"kind": "fee", "code": "90837", "effective_from": "2026-01-01"}
    refused = ada.post(url, term)
    assert (refused.status_code, "needs it" in refused.content.decode()) == (422, True)
    assert 'value="90837"' in refused.content.decode()
    ada.post(url, {**term, "amount": "120.50"})
    with scope(organization=cast.center):
        row = ContractTerm.objects.get()
    assert row.amount_cents == 12_050
    ada.post(f"/contracts/terms/{row.pk}/", {**term, "amount": "121"})
    ada.post(f"/contracts/terms/{row.pk}/end/", {"last": "2026-12-31"})
    with scope(organization=cast.center):
        rows = ContractTerm.objects.order_by("pk")
        assert [(r.amount_cents, r.withdrawn_at is None) for r in rows] == [
            (12_050, False), (12_100, True),
        ]  # fmt: skip


def test_a_biller_disputes_and_accepts_a_pattern(cast: Cast) -> None:
    with scope(organization=cast.center):
        contract = loaded(cast)
        paid_short(cast, sent(cast, 2))
        case = Case.objects.get()
    bill = signed_in(cast.bill)
    page = bill.get(f"/cases/{case.pk}/").content.decode()
    assert "Harbor Health pays 90837 $36.00 short on 2 lines" in page
    assert page.count("Clara Client") == 2
    assert bill.get(f"/cases/{case.pk}/lines/").content.decode().count("102.00") >= 2
    assert "2 of 2" in bill.get(f"/contracts/{contract.pk}/").content.decode()
    said = {"sent_on": str(TODAY), "channel": "portal", "words": "See section 4."}
    refused = bill.post(f"/cases/{case.pk}/dispute/", said)
    assert refused.status_code == 422
    assert "See section 4." in refused.content.decode()
    until = str(TODAY + timedelta(days=200))
    bill.post(f"/cases/{case.pk}/dispute/", {**said, "until": until})
    with scope(organization=cast.center):
        assert set(Shortfall.objects.values_list("state", flat=True)) == {"disputed"}
    assert "In the portal" in bill.get(f"/cases/{case.pk}/").content.decode()
    refused = bill.post(f"/cases/{case.pk}/close/", {"resolution": "Enough."})
    assert "dispute it, or accept it" in refused.content.decode()
    bill.post(f"/cases/{case.pk}/accept/", {"reason": "Not worth it."})
    with scope(organization=cast.center):
        case.refresh_from_db()
        assert (case.state, case.resolution) == ("closed", "Accepted: Not worth it.")

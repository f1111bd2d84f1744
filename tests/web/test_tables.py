"""The tables are shown with what says so, and changed by who may."""

from tests.cast import TODAY, Cast
from tests.web.world import signed_in

ENTRY = "/tables/entry/?of=levels/IOP-SUD"
SHORT = """label: intensive outpatient, substance use
form: I
basis: hours
day_minutes: 120
bundles: [{service: iop_sud_day}]
"""


def sent(text: str, **more: object) -> dict[str, object]:
    return {"value": text, "effective_from": TODAY.isoformat(), "reason": "Their manual.", **more}


def test_a_payers_entry_is_kept_and_shown_as_its_own(cast: Cast) -> None:
    ada = signed_in(cast.ada)
    answer = ada.post(ENTRY, sent(SHORT, payer=cast.payer.pk))
    assert answer.status_code == 302
    assert "Harbor Health's own" in ada.get(f"/tables/?payer={cast.payer.pk}").content.decode()
    assert "Harbor Health's own" not in ada.get("/tables/").content.decode()
    page = ada.get(f"{ENTRY}&payer={cast.payer.pk}").content.decode()
    assert "day_minutes: 120" in page
    assert "day_minutes: 180" in page, "the packaged one stands beside it"
    assert "Their manual." in page


def test_what_cannot_be_is_refused_and_what_was_typed_stays(cast: Cast) -> None:
    ada = signed_in(cast.ada)
    answer = ada.post(ENTRY, sent(SHORT.replace("hours", "census")))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "rests on hours" in page
    assert "basis: census" in page


def test_a_table_or_a_form_of_it_that_does_not_exist_is_not_found(cast: Cast) -> None:
    ada = signed_in(cast.ada)
    for key in ("prices/x", "levels/all", "levels/", "modifiers/x", "levels"):
        assert ada.get("/tables/entry/", {"of": key}).status_code == 404
    assert ada.get("/tables/entry/", {"of": "services/equine"}).status_code == 200, (
        "a new entry begins empty"
    )

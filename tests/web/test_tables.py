"""The tables are shown with what says so, and changed by who may."""

from django_scopes import scope

from carethread.record.models import PolicySetting
from carethread.workflow import staff
from tests.cast import LONG_AGO, NOW, TODAY, Cast, signed_session
from tests.web.world import signed_in

ENTRY = "/tables/entry/?of=levels/IOP-SUD"
SHORT = """label: intensive outpatient, substance use
form: I
basis: hours
bill_type: "13"
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


HORSES = """label: equine therapy
is_group: {group}
codings: [{{starts: 2020-01-01, reference: ours, lines: [{{code: H2032}}]}}]
"""
TRAINER = "{label: riding instructor, article: an, group: para, taxonomy: 171M00000X}"


def set_(cast: Cast, key: str, text: str) -> None:
    row = PolicySetting(organization=cast.center, key=key, value=text, effective_from=LONG_AGO)
    staff.set_entry(row, now=NOW)


def test_what_only_this_center_offers_is_booked_ordered_and_led_and_called_by_its_name(
    cast: Cast,
) -> None:
    with scope(organization=cast.center):
        set_(cast, "services/equine", HORSES.format(group="false"))
        set_(cast, "services/herd", HORSES.format(group="true"))
        set_(cast, "credentials/ERI", TRAINER)
        signed_session(cast, service="equine", minutes=60)
    ines, ada, nora = (signed_in(user) for user in (cast.ines, cast.ada, cast.nora.user))
    whose = f"/clients/{cast.clara.pk}/"
    for browser, address, offered in (
        (ines, f"{whose}appointment/", 'value="equine"'),
        (nora, f"{whose}plan/", 'value="equine"'),
        (nora, "/groups/new/", 'value="herd"'),
        (ada, "/practitioners/new/", 'value="ERI"'),
        (nora, whose, "Equine therapy"),
    ):
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert offered in answer.content.decode(), address

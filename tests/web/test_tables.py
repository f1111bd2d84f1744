"""The tables are shown with what says so, and changed by who may."""

import html
import re
from collections.abc import Iterator

import yaml
from django_scopes import scope

from carethread.codes.catalogue import PARTS, checked, packaged, written
from carethread.record.models import PolicySetting, User
from carethread.web.center.entry_fields import Box, as_text, read, shown
from carethread.workflow.center import staff
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
    page = ada.get(f"{ENTRY}&payer={cast.payer.pk}&as=text").content.decode()
    assert "day_minutes: 120" in page
    assert "day_minutes: 180" in page, "the packaged one stands beside it"
    assert "Their manual." in page


def test_who_only_reads_a_table_gets_no_empty_row_and_no_hint_how_to_fill_one(cast: Cast) -> None:
    def rows(user: User) -> int:
        page = signed_in(user).get("/tables/entry/", {"of": "modifiers/all"}).content.decode()
        assert ("between commas" in page) is (user == cast.ada)
        return page.count('role="group"')

    assert rows(cast.bill) == rows(cast.ada) - 1


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


def filled(page: str) -> dict[str, str]:
    """What the form of a page would send: its fields as they stand."""
    start = page.index('name="fields"')
    form = page[start : page.index("</form>", start)]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        if said.get("type") != "checkbox" or " checked" in tag:
            found[said["name"]] = html.unescape(said.get("value", ""))
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return {**found, "fields": "1", "reason": "Their manual."}


def test_every_entry_comes_back_from_its_fields_as_it_was() -> None:
    """Whatever is packaged, shown as fields and read again, is the same entry."""

    def sent(boxes: object) -> Iterator[tuple[str, str]]:
        for box in boxes:  # type: ignore[attr-defined]
            if isinstance(box, Box):
                yield box.name, box.value
            else:
                for row in box.rows:
                    yield from sent(row)

    for key, part in PARTS.items():
        entries = getattr(packaged(), key)
        for name, entry in entries.items() if part.named else [("all", entries)]:
            plain = yaml.safe_load(written(entry))
            said = dict(sent(shown(part.one, plain, named=part.named)))
            text = as_text(read(part.one, said, named=part.named))
            assert checked(key, name, text) == entry, f"{key}/{name}"


def test_an_entry_is_changed_in_its_fields_and_what_is_wrong_says_where(cast: Cast) -> None:
    ada = signed_in(cast.ada)
    form = filled(ada.get(ENTRY).content.decode())
    assert (form["day_minutes"], form["bundles.0.service"]) == ("180", "iop_sud_day")
    wrong = ada.post(ENTRY, {**form, "day_minutes": "two hours", "bundles.1.by": "group"})
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert "day_minutes" in page
    assert 'value="two hours"' in page
    more = ada.post(ENTRY, {**form, "more": "1", "day_minutes": "150"}).content.decode()
    assert 'name="bundles.4.service"' in more
    assert not PolicySetting.objects.exists()
    kept = ada.post(ENTRY, {**filled(more), "day_minutes": "150", "payer": cast.payer.pk})
    assert kept.status_code == 302
    with scope(organization=cast.center):
        (row,) = PolicySetting.objects.all()
        assert checked("levels", "IOP-SUD", row.value).day_minutes == 150
    mine = f"{ENTRY}&payer={cast.payer.pk}"
    again = {**filled(ada.get(mine).content.decode()), "again": "1", "payer": cast.payer.pk}
    assert ada.post(mine, again).status_code == 302
    assert "As fields" in ada.get(f"{mine}&as=text").content.decode()


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


def test_an_entry_that_contradicts_the_published_time_is_kept_and_told(cast: Cast) -> None:
    ada = signed_in(cast.ada)
    own = """label: individual therapy
timed: true
codings:
  - {starts: 2020-01-01, reference: our own, lines: [{code: "90837"}]}
"""
    address = "/tables/entry/?of=services/individual"
    page = ada.post(address, sent(own), follow=True).content.decode()
    told = "90837 is billed as 1 unit for 1 minute. Published: 53 minutes or more (Novitas"
    assert "Saved." in page
    assert told in page
    assert told in ada.get(address).content.decode(), "as long as it holds"
    ada.post(address, sent(own.replace('"90837"', '"90837", minimum: 53')))
    assert told not in ada.get(address).content.decode()

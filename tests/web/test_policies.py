"""What a center decides is set, and shown with the place it comes from."""

from datetime import date

import pytest
from django.test import Client as Browser
from django_scopes import scope

from carethread.record.models import PolicySetting
from carethread.record.policies import effective
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from tests.cast import TODAY, Cast
from tests.web.world import signed_in


@pytest.fixture
def ada(cast: Cast) -> Browser:
    return signed_in(cast.ada)


def setting(**values: object) -> dict[str, object]:
    return {
        "key": "group_most",
        "effective_from": TODAY.isoformat(),
        "reason": "Asked for.",
        **values,
    }


def test_a_value_for_a_payer_goes_before_one_for_the_program_and_the_centers(
    cast: Cast, ada: Browser
) -> None:
    for value, where in (
        (60, {}),
        (30, {"program": cast.program.pk}),
        (15, {"program": cast.program.pk, "payer": cast.payer.pk}),
    ):
        assert ada.post("/policies/", setting(value=value, **where)).status_code == 302
    plain = ada.get("/policies/").content.decode()
    there = ada.get(f"/policies/?program={cast.program.pk}").content.decode()
    both = ada.get(f"/policies/?program={cast.program.pk}&payer={cast.payer.pk}").content.decode()
    assert "60 clients" in plain
    assert "For the whole center" in plain
    assert "For Outpatient, set by" in there
    assert "For Harbor Health in Outpatient, set by" in both
    with scope(organization=cast.center):
        found = effective("group_most", on=date(2026, 12, 31), payer_id=cast.payer.pk)
    assert found.value == 60, "the payer's own value is for that program only"


def test_a_program_of_another_center_is_as_if_none_were_chosen(cast: Cast, ada: Browser) -> None:
    assert ada.get("/policies/?program=987654&payer=x").status_code == 200


def test_a_choice_that_does_not_exist_is_refused_with_those_that_do(
    cast: Cast, ada: Browser
) -> None:
    answer = ada.post("/policies/", setting(key="statement_days", value=9))
    assert answer.status_code == 422
    assert "7 (a week), 31 (a calendar month)" in answer.content.decode()
    with scope(organization=cast.center):
        assert not PolicySetting.objects.exists()


def test_a_pattern_that_is_none_and_a_license_that_ends_before_it_begins_are_refused(
    cast: Cast,
) -> None:
    with scope(organization=cast.center):
        cast.payer.member_id_pattern = "[("
        with pytest.raises(Refused, match="no pattern"):
            staff.save_payer(cast.payer)
        license = cast.nora.licenses.get()
        license.effective_to = date(2020, 1, 1)
        with pytest.raises(Refused, match="end after it begins"):
            staff.save_license(license)


def test_a_policy_is_set_apart_only_for_what_it_is_followed_for(cast: Cast, ada: Browser) -> None:
    for where, row in (("program", cast.program), ("payer", cast.payer)):
        answer = ada.post("/policies/", setting(key="late_entry_hours", value=5, **{where: row.pk}))
        assert answer.status_code == 422
        assert f"This policy holds for every {where} alike." in answer.content.decode()
    answer = ada.post("/policies/", setting(key="eligibility_hour", value=24))
    assert "from 0 to 23" in answer.content.decode()


def test_what_is_counted_in_cents_is_typed_in_dollars(cast: Cast, ada: Browser) -> None:
    assert "(dollars)" in ada.get("/policies/").content.decode()
    answer = ada.post("/policies/", setting(key="underpayment_cents", value="2.50"))
    assert answer.status_code == 302
    assert "$2.50" in ada.get("/policies/").content.decode()
    with scope(organization=cast.center):
        assert effective("underpayment_cents", on=TODAY).value == 250
    answer = ada.post("/policies/", setting(value="2.50"))
    assert "Give a whole number of clients." in answer.content.decode()

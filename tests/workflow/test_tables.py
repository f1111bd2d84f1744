"""A payer's own tables are followed from the signature to the claim, and for that payer alone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from carethread.codes.catalogue import packaged, written
from carethread.record.models import Appointment, Charge, Claim, Coverage, Fee, PolicySetting
from carethread.web.care.note_form import NoteForm
from carethread.web.front_desk.care_forms import AppointmentForm
from carethread.workflow import bill, document
from carethread.workflow.care import schedule
from carethread.workflow.center import staff
from carethread.workflow.claims import charging
from carethread.workflow.common.errors import Refused
from tests.cast import LONG_AGO, NOW, TODAY, Cast, draft_from, draft_of, sign, signed_session
from tests.workflow.test_program_day import MONDAY, _care, _iop_day

MODIFIERS = """
- {modifier: "95", telehealth: video}
- {modifier: HO, groups: [independent], codes: ["90837"]}
"""
SHORTER = """
label: individual therapy
timed: true
codings:
  - starts: 2020-01-01
    reference: Harbor Health, provider manual 2025
    lines: [{code: "90834", minimum: 38, maximum: 59}, {code: "90837", minimum: 60}]
"""


def set_(cast: Cast, key: str, text: str, starts: date = LONG_AGO, **where: object) -> None:
    staff.set_entry(
        PolicySetting(
            organization=cast.center, key=key, value=text, effective_from=starts, **where
        ),
        now=NOW,
    )


def test_a_payers_modifier_stands_on_its_claims_alone(alder: Cast) -> None:
    set_(alder, "modifiers/all", MODIFIERS, payer=alder.payer)
    signed_session(alder)
    assert Charge.objects.get().current.modifiers == ["HO"]


def test_another_payer_is_charged_by_the_packaged_tables(alder: Cast) -> None:
    set_(alder, "modifiers/all", MODIFIERS, payer=alder.payer)
    other = staff.save_payer(
        type(alder.payer)(organization=alder.center, name="Other", payer_id="OTHER1")
    )
    Coverage.objects.filter(client=alder.clara).update(payer=other)
    signed_session(alder)
    assert Charge.objects.get().current.modifiers == []


def test_charge_and_scrubber_follow_the_same_band(alder: Cast) -> None:
    set_(alder, "services/individual", SHORTER, payer=alder.payer)
    signed = sign(draft_of(alder, minutes=55))
    assert Charge.objects.get().current.code == "90834"
    assert {f.rule for f in signed.findings} & {"TIME_BAND", "CODE_EQ_NOTE"} == set()


def test_a_code_for_a_minute_by_ones_own_table_is_told_at_the_signature_and_on_the_claim(
    alder: Cast,
) -> None:
    own = SHORTER.replace("minimum: 38, maximum: 59", "maximum: 0").replace(", minimum: 60", "")
    set_(alder, "services/individual", own)
    signed = sign(draft_of(alder, minutes=20))
    (told,) = [f.message for f in signed.findings if f.rule == "TIME_PUBLISHED"]
    assert "1 of 90837 for 20 minutes" in told
    assert "53 minutes or more (Novitas contentId 00026768)" in told
    bill.run(alder.center, now=NOW)
    assert "TIME_PUBLISHED" in Claim.objects.get().findings.values_list("rule", flat=True)


def test_an_entry_holds_for_services_from_its_day_on(alder: Cast) -> None:
    set_(alder, "services/individual", SHORTER, TODAY + timedelta(days=1), payer=alder.payer)
    sign(draft_of(alder, minutes=55))
    assert Charge.objects.get().current.code == "90837"


def test_only_a_table_that_charging_reads_charges_what_was_not_charged(
    alder: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        staff.charging, "charge_uncharged", lambda *_, **__: asked.append("charged")
    )
    set_(alder, "recovery/timely", "{label: Too late, percent: 5}")
    set_(alder, "limits/all", "[]")
    assert asked == []
    set_(alder, "modifiers/all", MODIFIERS)
    assert asked == ["charged"]


def test_the_packaged_entry_again_ends_ones_own(alder: Cast) -> None:
    set_(alder, "services/individual", SHORTER)
    set_(alder, "services/individual", "")
    sign(draft_of(alder, minutes=55))
    assert Charge.objects.get().current.code == "90837"
    assert PolicySetting.objects.filter(key="services/individual").count() == 2


def test_a_service_that_only_this_center_offers_is_written_signed_and_charged(alder: Cast) -> None:
    own = SHORTER.replace("individual therapy", "equine therapy").replace('"90837"', "H2032")
    set_(alder, "services/equine", own)
    staff.save_fee(
        Fee(organization=alder.center, code="H2032", amount_cents=9_000, effective_from=LONG_AGO)
    )
    signed_session(alder, service="equine", minutes=60)
    assert [(c.current.code, c.current.amount_cents) for c in Charge.objects.all()] == [
        ("H2032", 9_000)
    ]


def test_a_service_that_one_payer_alone_has_is_offered_written_and_charged_for_its_clients(
    alder: Cast,
) -> None:
    own = SHORTER.replace("individual therapy", "equine therapy").replace('"90837"', "H2032")
    set_(alder, "services/equine", own, payer=alder.payer)
    staff.save_fee(
        Fee(organization=alder.center, code="H2032", amount_cents=9_000, effective_from=LONG_AGO)
    )
    wanted = Appointment(
        organization=alder.center, client=alder.clara, practitioner=alder.nora,
        program=alder.program, service="equine", starts_at=NOW - timedelta(hours=3),
        ends_at=NOW - timedelta(hours=2),
    )  # fmt: skip
    form = AppointmentForm(instance=wanted, user=alder.nora.user)
    assert ("equine", "Equine therapy") in form.fields["service"].choices
    (row,) = schedule.book(wanted, now=NOW)
    note = document.open_note(row, now=NOW)
    assert ("equine", "Equine therapy") in NoteForm(note).fields["service"].choices
    document.save_draft(note, draft_from(note), now=NOW)
    sign(note)
    assert Charge.objects.get().current.code == "H2032"
    other = staff.save_payer(
        type(alder.payer)(organization=alder.center, name="Other", payer_id="OTHER1")
    )
    Coverage.objects.filter(client=alder.clara).update(payer=other)
    wanted.pk, wanted.starts_at = None, NOW + timedelta(days=1)
    wanted.ends_at = wanted.starts_at + timedelta(hours=1)
    with pytest.raises(Refused, match="offers no equine"):
        schedule.book(wanted, now=NOW)


def test_a_credential_that_a_state_lets_practise_alone_needs_no_second_signature(
    alder: Cast,
) -> None:
    alone = "{label: master social worker, article: an, group: independent, taxonomy: 104100000X}"
    alder.sam.supervisor = None
    alder.sam.save()
    before = signed_session(alder, by=alder.sam)
    set_(alder, f"credentials/{alder.sam.credential}", alone)
    after = signed_session(alder, by=alder.sam, starts=NOW - timedelta(days=1))
    assert "NOTE_COSIGNED" in {f.rule for f in before.findings}
    assert "NOTE_COSIGNED" not in {f.rule for f in after.findings}


def test_an_entry_that_would_stop_the_next_signature_is_refused_with_its_place(
    alder: Cast,
) -> None:
    odd = SHORTER.replace("minimum: 60", "per: 15, rounding: nearest")
    with pytest.raises(Refused, match=r"lines\[2\]: rounding: 'nearest' is none of midpoint"):
        set_(alder, "services/individual", odd)
    assert not PolicySetting.objects.exists()
    sign(draft_of(alder, minutes=60))


def test_a_service_that_the_center_has_made_part_of_a_day_is_nobodys_note(alder: Cast) -> None:
    set_(alder, "services/individual", SHORTER + "is_bundle: true\n")
    with pytest.raises(Refused, match="Choose the service from the list"):
        sign(draft_of(alder))


@pytest.mark.parametrize("key", ["services/", "services", "fees/x", "modifiers/x"])
def test_a_table_that_does_not_exist_is_refused(alder: Cast, key: str) -> None:
    with pytest.raises(Refused, match="no such table"):
        set_(alder, key, "x")


def test_another_revenue_code_reaches_the_day_that_was_charged_with_the_old_one(
    alder: Cast,
) -> None:
    _iop_day(alder, _care(alder, "IOP-SUD"), MONDAY)
    entry = packaged().services["iop_sud_day"]
    coding = entry.codings[-1]
    line = replace(coding.lines[0], revenue_code="0905")
    text = written(replace(entry, codings=(replace(coding, lines=(line,)),)))
    set_(alder, "services/iop_sud_day", text)
    charging.recharge(alder.clara, now=NOW)
    charge = Charge.objects.get()
    assert (charge.current.number, charge.current.revenue_code) == (2, "0905")
    assert charge.payer_receivable_cents == 35_000
    charging.recharge(alder.clara, now=NOW)
    assert charge.versions.count() == 2

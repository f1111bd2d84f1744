"""The 278 on the real path: the request leaves as a file, the answer finds it, or waits."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from carethread.record.models import (
    Authorization,
    Case,
    Consent,
    Delivery,
    EdiFile,
    Episode,
    PolicySetting,
    Program,
)
from carethread.workflow import admit, receive
from carethread.workflow.authorizations import review
from carethread.workflow.authorize import Told
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from carethread.x12 import eligibility
from carethread.x12.reader import read
from carethread.x12.review import Decision, PatientEvent, Review
from carethread.x12.writer import write
from tests.cast import LONG_AGO, NOW, TODAY, Cast
from tests.payers import make_connection
from tests.workflow.test_program_day import _care


def asked(cast: Cast, **changes: object) -> Authorization:
    make_connection(cast.center)
    values = {
        "organization": cast.center, "client": cast.clara, "payer": cast.payer, "codes": ["90837"],
        "state": "submitted", "effective_from": TODAY, "effective_to": TODAY + timedelta(days=90),
        "requested_units": 12, "unit": "visits",
    } | changes  # fmt: skip
    return review.send(Authorization(**values), Told("278"), now=NOW)


def sent() -> Review:
    (one,) = read(bytes(EdiFile.objects.get(direction="out").raw)).transactions
    assert isinstance(one, Review)
    return one


def reply(cast: Cast, action: str, *, number: str = "", units: int = 12, **event: object) -> None:
    """The payer answers what was sent."""
    question = sent()
    decided = back(
        question,
        decision=Decision(action, number),
        delivery=eligibility.Delivery("VS", Decimal(units)),
        **event,
    )
    come(cast, replace(question, purpose="11", kind="18", event=decided), name=f"{action}.278")


def back(question: Review, **changes: object) -> PatientEvent:
    """The event of a request as an answer returns it, under our own trace."""
    assert question.event is not None
    (trace,) = question.event.traces
    return replace(question.event, traces=(replace(trace, kind="2"),), **changes)


def come(cast: Cast, answered: Review, *, name: str = "answer.278") -> None:
    control = EdiFile.objects.count() + 500
    raw = write(
        [answered], sender="PAYER", receiver="CENTER", interchange_control=control,
        group_control=control, created=NOW.replace(tzinfo=None),
    )  # fmt: skip
    file = receive.store(raw, organization=cast.center, name=name, now=NOW)
    receive.read_file(file.delivery, now=NOW)
    file.delivery.refresh_from_db()
    assert file.delivery.state == "read", file.delivery.reason


def test_a_request_leaves_as_a_278_that_reads_without_a_finding(alder: Cast) -> None:
    row = asked(alder)
    assert row.state == "submitted"
    file = EdiFile.objects.get(direction="out")
    assert file.kind == "278"
    assert file.delivery.state == "built"
    document = read(bytes(file.raw))
    assert [f.message for f in document.findings] == []
    said = sent()
    assert said.patient is not None
    assert said.patient.party.id == "HH00000001"
    assert said.event is not None
    assert [d.code for d in said.event.diagnoses] == ["F331", "F411"]
    assert said.event.delivery is not None
    assert (said.event.delivery.quantity_qualifier, said.event.delivery.quantity) == ("VS", 12)
    assert [service.professional.procedure for service in said.services] == ["90837"]


def test_a_request_names_a_programs_day_as_its_claim_will_bill_it(alder: Cast) -> None:
    asked(alder, codes=["H0015", "90834"])
    document = read(bytes(EdiFile.objects.get(direction="out").raw))
    assert [f.message for f in document.findings] == []
    day, session = sent().services
    assert (day.institutional.revenue_code, day.institutional.procedure) == ("0906", "H0015")
    assert session.professional.procedure == "90834"
    assert session.institutional is None


def test_a_request_names_a_day_as_its_payer_alone_has_it_billed(alder: Cast) -> None:
    entry = """
label: intensive outpatient day
is_bundle: true
codings:
  - starts: 2020-01-01
    reference: Harbor Health, provider manual 2025
    lines: [{code: H0015, form: I, revenue_code: "0912"}]
"""
    staff.set_entry(
        PolicySetting(
            organization=alder.center, key="services/iop_sud_day", value=entry,
            effective_from=LONG_AGO, payer=alder.payer,
        ),
        now=NOW,
    )  # fmt: skip
    asked(alder, codes=["H0015"])
    (service,) = sent().services
    assert service.institutional is not None
    assert service.institutional.revenue_code == "0912"


@pytest.mark.parametrize(
    ("action", "number", "state", "units"),
    [("A1", "H-1", "approved", 12), ("A2", "H-2", "partial", 5), ("A6", "H-3", "modified", 8),
     ("A3", "", "denied", 0), ("A4", "", "pended", 0), ("NA", "", "not_required", 0)],
)  # fmt: skip
def test_the_answer_is_applied_to_the_request_that_it_answers(
    alder: Cast, action: str, number: str, state: str, units: int
) -> None:
    row = asked(alder)
    reply(alder, action, number=number, units=units or 12)
    row.refresh_from_db()
    assert (row.state, row.number, row.approved_units) == (state, number, units)
    event = row.events.order_by("-pk")[0]
    assert (event.channel, event.file.direction) == ("278", "in")


def test_a_second_answer_that_contradicts_the_first_opens_a_case(alder: Cast) -> None:
    row = asked(alder)
    reply(alder, "A1", number="H-1")
    reply(alder, "A3")
    row.refresh_from_db()
    assert row.state == "approved"
    assert Case.objects.get().authorization == row


def test_an_answer_to_nothing_that_was_asked_is_set_aside(alder: Cast) -> None:
    asked(alder)
    raw = bytes(EdiFile.objects.get(direction="out").raw)
    file = receive.store(raw, organization=alder.center, name="stray.278", now=NOW)
    receive.read_file(file.delivery, now=NOW)
    assert Delivery.objects.get(pk=file.delivery.pk).state == "quarantined"


def test_a_request_without_a_clearinghouse_is_refused_and_leaves_nothing(alder: Cast) -> None:
    row = Authorization(
        organization=alder.center, client=alder.clara, payer=alder.payer, state="submitted",
        effective_from=TODAY, effective_to=TODAY, requested_units=1,
    )  # fmt: skip
    with pytest.raises(Refused, match="no clearinghouse"):
        review.send(row, Told("278"), now=NOW)
    assert not Authorization.objects.exists()


# ------------------------------------------------------------------------------- of which care


@pytest.fixture
def protected(alder: Cast) -> Episode:
    """Clara is in outpatient care, and since today in a substance use program under Part 2."""
    episode = _care(alder, "IOP-SUD")
    episode.program.is_part2 = True
    staff.save_program(episode.program)
    return episode


def diagnoses() -> list[str]:
    event = sent().event
    assert event is not None
    return [one.code for one in event.diagnoses]


@pytest.mark.parametrize(
    "scope", [{"codes": ["90837"]}, {"codes": [], "level_of_care": "OP"}, {"codes": []}]
)
def test_a_request_tells_the_diagnoses_of_the_care_that_it_is_for(
    alder: Cast, protected: Episode, scope: dict[str, object]
) -> None:
    asked(alder, **scope)
    assert diagnoses() == ["F331", "F411"]


@pytest.mark.parametrize(
    "scope",
    [
        {"codes": ["H0015"]},
        {"codes": [], "level_of_care": "IOP-SUD"},
        {"codes": ["90837", "H0015"]},
    ],
)
def test_a_request_for_substance_use_care_leaves_under_a_consent_alone(
    alder: Cast, protected: Episode, scope: dict[str, object]
) -> None:
    with pytest.raises(Refused, match="No consent under 42 CFR Part 2"):
        asked(alder, **scope)
    assert not Authorization.objects.exists()
    assert not EdiFile.objects.exists()


def test_under_a_consent_it_tells_that_programs_diagnoses(alder: Cast, protected: Episode) -> None:
    admit.save_consent(
        Consent(organization=alder.center, client=alder.clara, kind="part2",
                program=protected.program, signed_on=LONG_AGO), now=NOW
    )  # fmt: skip
    asked(alder, codes=["H0015"])
    assert diagnoses() == ["F1020"]


def test_a_request_for_other_care_never_borrows_a_substance_use_programs_diagnoses(
    alder: Cast, protected: Episode
) -> None:
    alder.episode.diagnoses.update(resolved_on=TODAY)
    with pytest.raises(Refused, match="no diagnosis yet for this care"):
        asked(alder, codes=["90837"])


def test_before_an_admission_a_request_tells_what_other_care_knows_but_not_the_protected(
    alder: Cast, protected: Episode
) -> None:
    asked(alder, codes=["S9480"], level_of_care="IOP-MH")
    assert diagnoses() == ["F331", "F411"]


@pytest.fixture
def house(alder: Cast) -> Program:
    """A second substance use program, which asks for Clara before she comes."""
    return staff.save_program(
        Program(organization=alder.center, site=alder.site, name="House", form="I",
                level_of_care="RES-3.5", is_part2=True)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("agreed", "told"), [({"house"}, ["F331", "F411"]), ({"house", "before"}, ["F1020"])]
)
def test_before_an_admission_another_substance_use_programs_diagnoses_need_a_consent_for_both(
    alder: Cast, protected: Episode, house: Program, agreed: set[str], told: list[str]
) -> None:
    programs = {"house": house, "before": protected.program}
    for name in agreed:
        admit.save_consent(
            Consent(organization=alder.center, client=alder.clara, kind="part2",
                    program=programs[name], signed_on=LONG_AGO), now=NOW
        )  # fmt: skip
    asked(alder, codes=[], level_of_care="RES-3.5")
    assert diagnoses() == told


def test_an_answer_that_grants_one_service_and_refuses_another_waits_for_a_person(
    alder: Cast,
) -> None:
    row = asked(alder, codes=["90837", "90834"])
    question = sent()
    services = tuple(
        replace(service, decision=Decision(action, f"N{action}"))
        for service, action in zip(question.services, ("A1", "A3"), strict=True)
    )
    come(alder, replace(question, purpose="11", kind="18", event=back(question), services=services))
    row.refresh_from_db()
    assert row.state == "submitted"
    assert Case.objects.get().category == "auth_contradiction"

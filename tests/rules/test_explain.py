"""Each root cause is explained by a sentence about our own record, or the record speaks against
the refusal."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carethread.codes import adjustments, rejections
from carethread.rules.assemble import assemble
from carethread.rules.explain import EXPLAINERS, explain
from carethread.rules.explain.evidence import (
    Ack,
    Answer,
    Approval,
    Billed,
    Client,
    Days,
    Evidence,
    NoteFacts,
    Plan,
    Policy,
    Refusal,
    Renderer,
)
from carethread.rules.explain.words import difference
from tests.rules.people import CENTER, CLARA, HARBOR, NORA, SERVED, charge

OPEN = Days(date(2025, 1, 1))


def days(number: int) -> date:
    """So many days after the service."""
    return SERVED + timedelta(days=number)


def sent(authorization: str = "", **of_charge: object):
    made = charge(authorization=authorization, **of_charge)
    return assemble([made], CLARA, HARBOR, CENTER, claim_id="CT000000001V0159")


def evidence(category: str, **changes: object) -> Evidence:
    """A refused hour of Nora's, in which everything is in order but for the `changes`."""
    claim = changes.pop("sent", None) or sent()
    whole = Evidence(
        category=category,
        reason="",
        remarks=(),
        payer="Harbor Health",
        sent=claim,
        line=claim.lines[0],
        first_sent_on=days(1),
        filing_limit=days(90),
        client=Client("Cole", "Clara", date(1990, 5, 17)),
        policy=Policy("Harbor Health", "HH1234567", 1, OPEN),
        renderer=Renderer("Nora Nolan", NORA.npi, NORA.taxonomy, "LCSW", (OPEN,), (OPEN,)),
        note=NoteFacts(("F331", "F411"), 55, "", "11", SERVED),
        policies=(Policy("Harbor Health", "HH1234567", 1, OPEN),),
        answer=Answer(days(-3), True, member_id="HH1234567"),
        plans=(Plan(OPEN, date(2025, 1, 1)),),
    )
    return replace(whole, **changes)


def approval(**changes: object) -> Approval:
    row = Approval("A-77120", "approved", Days(days(-60), days(60)), 10, 4, "units", ("90837",))
    return replace(row, **changes)


WANTED = {"wants_authorization": ("90837",)}
APPROVED = {"sent": sent("A-77120"), "approvals": (approval(),)}
AGAIN = Billed("CT000000002V0136", "90837", SERVED, "Nora Nolan", "paid", 12_000, days(9), "EFT1")
ACCEPTED = Ack("277CA", days(2), True, "CT000000001V0159", "ICN77")

SENTENCES: list[tuple[str, dict[str, object], str]] = [
    ("eligibility", {"answer": Answer(days(9), False, ends=days(-4))},
     "coverage ended on Feb 26, 2026, 4 days before the service."),
    ("eligibility", {"answer": Answer(days(9), True, starts=days(7))},
     "coverage began on Mar 9, 2026, 7 days after the service."),
    ("eligibility", {"answer": Answer(days(9), member_id="HH1234568")},
     "The member id on the claim (HH1234567) differs from the last 271 (HH1234568) by one "
     "character."),
    ("eligibility", {"answer": Answer(days(9), member_id="HH1234576")},
     "by two characters exchanged."),
    ("eligibility", {"answer": Answer(days(9), birth_date=date(1990, 5, 7))},
     "has the birth date May 7, 1990; the record says May 17, 1990."),
    ("eligibility", {"answer": None}, "was never asked"),
    ("cob", {"answer": Answer(days(9), other_payer="Blue River")}, "names Blue River as another"),
    ("routing", {"answer": Answer(days(9), carve_out="Quietwater")},
     "has Quietwater handle behavioral health in Harbor Health's place."),
    ("benefit", {"answer": Answer(days(9), visits_left=0),
                 "billed": (replace(AGAIN, day=days(-7)),)},
     "We billed visits on 1 earlier day of 2026. The 271 of Mar 11, 2026 had 0 left."),
    ("network", {"answer": Answer(days(9), in_network=False)}, "we are out of network"),
    ("auth_missing", WANTED, "The claim carried no number, and none was ever asked for."),
    ("auth_missing", {}, "Harbor Health's page does not say that 90837 needs an authorization"),
    ("auth_missing", {**WANTED, "approvals": (approval(),)},
     "The claim carried no number, though authorization A-77120 covers the day."),
    ("auth_missing", {"approvals": (approval(days=Days(days(-60), days(-3))),)},
     "The authorization A-77120 ended 3 days before the service (on Feb 27, 2026)."),
    ("auth_invalid", {**APPROVED, "sent": sent("A-77102")},
     "The claim carried A-77102; the authorization on record is A-77120: they differ by two "
     "characters exchanged."),
    ("auth_exceeded", {**APPROVED, "approvals": (approval(used=10),)},
     "All 10 units of authorization A-77120 are used: 10 by our count."),
    ("auth_scope", {**APPROVED, "approvals": (approval(codes=("90834",)),)},
     "Authorization A-77120 is for 90834; the claim billed 90837."),
    ("auth_scope", {**APPROVED, "approvals": (approval(rendering="Vera Vance"),)},
     "is for Vera Vance; Nora Nolan rendered it."),
    ("auth_late", {**APPROVED, "approvals": (approval(asked_on=days(5)),)},
     "was written down here on Mar 7, 2026, 5 days after the service."),
    ("auth_denied", {"approvals": (approval(number="", state="denied"),)},
     "The payer refused the request for"),
    ("auth_expired", {**APPROVED, "approvals": (approval(days=Days(days(-60), days(-1))),)},
     "ended 1 day before the service"),
    ("credential", {"renderer": Renderer("Nora Nolan", NORA.npi, NORA.taxonomy, "LCSW",
                                         (Days(days(14)),), (OPEN,))},
     "Nora Nolan is not enrolled with Harbor Health on that day; the enrollment starts 2 weeks "
     "later, on Mar 16, 2026."),
    ("credential", {"renderer": Renderer("Nora Nolan", "1000000012", NORA.taxonomy, "LCSW",
                                         (OPEN,), (OPEN,))},
     "The claim named Nora Nolan by NPI 1245319599; the record says 1000000012 now."),
    ("contract", {}, "has no rate of Harbor Health's for 90837"),
    ("dx_mismatch", {"note": NoteFacts(("F332",), 55, "", "11", SERVED, days(12))},
     "The note says F33.2 since its addendum of Mar 14, 2026; the claim said F33.1 and F41.1."),
    ("dx_mismatch", {"sent": sent(diagnoses=("F419",), pointers=(1,)),
                     "note": NoteFacts(("F419",), 55, "", "11", SERVED)},
     "The first diagnosis, F41.9, is an unspecified one."),
    ("dx_invalid", {"sent": sent(diagnoses=("F33",), pointers=(1,)),
                    "note": NoteFacts(("F33",), 55, "", "11", SERVED)}, "F33 could not be billed"),
    ("dx_noncovered", {}, "The note names F33.1 first, then F41.1."),
    ("coding", {"note": NoteFacts(("F331", "F411"), 55, "video", "10", SERVED)},
     "The note says a session by video; the claim said place 11."),
    ("units", {"note": NoteFacts(("F331", "F411"), 45, "", "11", SERVED)},
     "The note documents 45 minutes; 90837 is for 53 minutes or more."),
    ("bundling", {"billed": (replace(AGAIN, code="90847"),)},
     "On the same day we billed 90847 (Nora Nolan, paid)."),
    ("med_nec", {"plans": (Plan(Days(days(-90), days(-10)), days(-90)),)},
     "No treatment plan covers that day: the last one ended 10 days before."),
    ("documentation", {"note": NoteFacts(("F331",), 55, "", "11", SERVED, cosigned=False)},
     "but the supervisor has not co-signed it."),
    ("appeal", {"refusals": (Refusal("CO-50", days(20)),)},
     "The payer refused the same service on Mar 22, 2026 (CO-50)."),
    ("duplicate", {"billed": (AGAIN,)},
     "An earlier claim for the same service (CT000000002V0136) was paid on Mar 11, 2026 by EFT1: "
     "$120.00."),
    ("timely", {"first_sent_on": days(102),
                "note": NoteFacts(("F331",), 55, "", "11", days(35))},
     "12 days after the filing limit (May 31, 2026). Its note was signed 5 weeks after the "
     "session."),
    ("data", {"policy": Policy("Harbor Health", "HH7654321", 1, OPEN), "answer": None},
     "The member id has been corrected since the claim left: HH1234567 then, HH7654321 now"),
    ("not_found", {}, "No acknowledgment of CT000000001V0159 is on record"),
]  # fmt: skip


@pytest.mark.parametrize(("category", "changes", "words"), SENTENCES)
def test_the_record_explains_a_refusal_in_one_sentence(category, changes, words) -> None:
    first, *_ = explain(evidence(category, **changes))
    assert words in first.words
    assert first.explains


AGAINST: list[tuple[str, dict[str, object], str]] = [
    ("eligibility", {}, "coverage was active: the payer contradicts itself."),
    ("cob", {}, "The record knows no other insurer on that day"),
    ("auth_scope", APPROVED, "Our record has authorization A-77120 for that day and service"),
    ("auth_exceeded", APPROVED, "By our count 4 of the 10 units"),
    ("credential", {}, "Our record has Nora Nolan enrolled with Harbor Health since Jan 1, 2025"),
    ("contract", {"promised": 12_000}, "promised $120.00 for 90837"),
    ("dx_mismatch", {}, "The claim says what the note says: F33.1 and F41.1, with F33.1 first."),
    ("med_nec", {}, "A signed treatment plan (from Jan 1, 2025) covers that day."),
    ("documentation", {}, "The note documents 55 minutes; 90837 is for 53 minutes or more."),
    ("duplicate", {}, "No other claim of ours bills 90837 for this client on that day."),
    ("timely", {"acks": (ACCEPTED,)},
     "and accepted by 277CA on Mar 4, 2026 as ICN77: that is the proof."),
    ("appeal", {}, "There was no earlier decision on this service that could be upheld."),
    ("not_found", {"acks": (ACCEPTED,)}, "It was accepted by 277CA on Mar 4, 2026 as ICN77."),
]  # fmt: skip


OUR_OWN_THOUGHTS = ("can be sent", "payer must have", "the payer", "the proof", "on record.",
                    "written down here")  # fmt: skip


def test_a_payer_is_told_the_fact_and_not_what_we_make_of_it() -> None:
    told = [
        one.to_payer
        for category, changes, _ in [*AGAINST, ("timely", {}, "")]
        for one in explain(evidence(category, **changes))
        if one.explains is False
    ]
    assert "The note is signed (Mar 2, 2026)." in told
    assert [words for words in told for thought in OUR_OWN_THOUGHTS if thought in words] == []
    weak = [one for one in explain(evidence("timely", first_sent_on=days(99))) if one.explains]
    assert [one.to_payer for one in weak] == [""], "what explains the refusal is for us alone"


def test_what_is_only_good_to_know_stands_last() -> None:
    *_, last = explain(evidence("bundling"))
    assert last.words.startswith("The claim billed 90837 with no modifier at place 11")
    assert last.explains is None


@pytest.mark.parametrize(("category", "changes", "words"), AGAINST)
def test_what_speaks_against_a_refusal_is_said_as_well(category, changes, words) -> None:
    against = [one.words for one in explain(evidence(category, **changes)) if one.explains is False]
    assert any(words in one for one in against), against


def test_every_root_cause_that_refuses_money_has_its_explainers() -> None:
    reasons = adjustments.reasons().values()
    refused = {r.category for r in reasons if r.denial and not r.contractual}
    refused |= {one.category for one in rejections.REJECTIONS.values()}
    assert refused <= set(EXPLAINERS)


def test_what_is_not_of_the_center_alone_is_kept_from_who_sets_it_up() -> None:
    for category, changes, _ in [*SENTENCES, *AGAINST]:
        for found in explain(evidence(category, **changes)):
            speaks_of_client = any(word in found.words for word in ("member id", "F33", "HH1"))
            assert found.private or not speaks_of_client, found.words


@given(st.text("AB1", min_size=1, max_size=8), st.text("AB1", min_size=1, max_size=8))
def test_the_same_number_differs_in_nothing_and_difference_has_no_direction(one, other) -> None:
    assert difference(one, one) == ""
    assert difference(one, f" {one}-") == ""
    assert difference(one, other) == difference(other, one)

"""Role × address × method, for one's own organization and for another: every cell is asserted.

The table is written out once more here, by hand: who changes `permissions.DOORS` has to say so
twice. C clinician, S supervisor, I intake, U utilization, B biller, D director, K compliance,
O owner, A administrator.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django_scopes import scope

from carethread.codes.roles import Role
from carethread.record.models import AccessEvent, Practitioner, User
from carethread.web.permissions import DOORS
from tests.cast import Cast, make_user
from tests.paper.reading import words
from tests.web.world import NARRATIVE, Shown, everything, signed_in

LETTERS = dict(zip("CSIUBDKOA", Role, strict=True))
assert LETTERS["K"] is Role.COMPLIANCE

#       address              GET         POST
TABLE = """
        home                 CSIUBDKOA   -
        day                  CS          -
        note_open            C           C
        note                 C           -
        note_draft           C           C
        note_sign            C           C
        note_addendum        C           C
        note_benefits        C           -
        note_discard         C           C
        note_signed          C           -
        claim_facts          IU          -
        skips                BDKO        -
        note_facts           BDKO        -
        diagnosis_search     CS          -
        inbox                CS          -
        inbox_item           C           -
        inbox_answer         C           C
        cosign_queue         S           -
        cosign               S           S
        groups               CSI         -
        group_new            CSI         CSI
        group                CSI         CSI
        group_member         CSI         -
        group_join           CSI         CSI
        group_leave          CSI         CSI
        group_open           C           C
        group_session        C           -
        group_preview        C           -
        group_times          C           C
        group_lead           C           C
        group_all_here       C           C
        group_shared         C           C
        group_sign           C           C
        walk_in              C           C
        walk_in_search       C           -
        attendance           C           -
        attendance_mark      C           C
        attendance_times     C           C
        attendance_part      C           C
        attendance_remove    C           C
        attendance_correct   C           C
        cosign_return        S           S
        program_days         CSIUB       -
        census               CSIUB       CSIU
        leave                CIUB        CIU
        discharge            CIUB        CIU
        summary              C           -
        summary_amend        C           C
        summary_draft        C           C
        summary_sign         C           C
        client_account       IB          -
        payment_new          IB          IB
        plan_agree           IB          IB
        plan_end             B           B
        payment              IB          -
        receipt              IB          -
        payment_apply        B           B
        payment_void         B           B
        payment_refund       B           B
        payments             BDKO        -
        balances             BDKO        -
        statements           B           -
        statements_run       B           B
        statements_print     B           -
        statement            IB          -
        statement_preview    IB          -
        credits              BDKO        -
        refund_payer         B           B
        claim_next           B           B
        claim_leave          B           B
        pipeline             BDKO        -
        cash                 BDKO        -
        connections          BA          -
        connection           BA          A
        connection_new       A           A
        connection_edit      A           A
        desk                 IU          -
        appointment_arrive   IU          IU
        appointment_not_arrived IU       IU
        claims               BDKO        -
        claim                BDKO        -
        claim_hold           B           B
        claim_release        B           B
        claim_look           B           B
        claim_return         B           B
        claim_status_ask     B           B
        case_give            B           B
        case_authorize       B           B
        case_charge          B           B
        case_order           B           B
        case_bill_next       B           B
        case_to_patient      B           B
        case_take_back       B           B
        case_papers          B           -
        case_letter          B           B
        case_packet          B           B
        case_appeal_sent     B           B
        case_appeal_decided  B           B
        case_paper           B           -
        duties               BA          BA
        duty_drop            BA          BA
        inbox_release        C           C
        awaited              BDKO        -
        claim_skip           BDKO        BDKO
        remittances          BDKO        -
        remittance           BDKO        -
        eob_new              B           B
        eob                  B           B
        eob_look             B           B
        eob_scan             B           -
        deposits             BDKO        -
        deposit_new          B           B
        deposit              BDKO        -
        deposit_match        B           B
        deposit_other        B           B
        deposit_unmatch      B           B
        deposit_void         B           B
        unmatched            B           -
        unmatched_item       B           -
        match_choose         B           B
        match_not_ours       B           B
        match_undo           B           B
        match_unpost         B           B
        unsigned             BDKO        -
        uncharged            BDKO        -
        unbilled             BDKO        -
        files                B           -
        file                 B           -
        file_raw             B           -
        file_again           B           B
        file_upload          B           B
        cases                IUBDKOA     -
        case                 BDKO        -
        case_close           B           B
        case_again           B           B
        case_wait            B           B
        case_ask             B           B
        case_give_up         BDKO        BDKO
        case_dispute_letter  B           B
        case_dispute         B           B
        case_accept          B           B
        case_lines_csv       BDKO        -
        trace                BDKO        -
        denials              BDKO        -
        utilization          IUB         -
        clients              CSIUB       -
        client               CIUB        -
        client_new           I           I
        client_edit          I           I
        form_check           IUA         IUA
        coverage_new         IU          IU
        coverage             IUB         IU
        eligibility          CIUB        -
        eligibility_check    CIUB        CIUB
        eligibility_panel    CIUB        -
        authorization_new    IU          IU
        authorization        IUB         IU
        plan_new             C           C
        order_new            C           C
        certification_new    C           C
        plan                 CIUB        C
        consent_new          IU          IU
        consent_revoke       IU          IU
        admission_new        IU          IU
        admission            IU          IU
        diagnosis_new        CIU         CIU
        diagnosis            CIU         CIU
        diagnosis_options    CSIU        -
        appointment_new      CIU         CIU
        appointment          CSIU        CSIU
        appointment_cancel   CSIU        CSIU
        appointment_missed   CSIU        CSIU
        first_steps          OA          -
        practitioners        BA          -
        practitioner         BA          A
        enrollment_new       A           A
        center_enrollment_new A          A
        license_new          A           A
        payers               BA          -
        payer                BA          A
        contracts            BDKOA       -
        contract             BDKOA       -
        contract_csv         BDKOA       -
        contract_new         A           A
        contract_edit        A           A
        contract_import      A           A
        contract_file        A           A
        term_new             A           A
        term                 A           A
        term_end             A           A
        organization         BA          A
        fees                 BA          A
        policies             BDKOA       A
        tables               BDKOA       -
        table_entry          BDKOA       A
        rules                BDKOA       -
        rule_new             BA          BA
        rule                 BA          BA
        rule_clone           BA          BA
        rule_built_in        BDKOA       BA
        practitioner_new     A           A
        payer_new            A           A
        users                A           -
        user_new             A           A
        user                 A           A
        user_password        A           A
        user_active          A           A
        sites                A           -
        site_new             A           A
        site                 A           A
        program_new          A           A
        program              A           A
        access_log           KA          -
        access_log_csv       KA          -
        changes              KA          -
        account_reauthenticate  CSIUBDKOA  CSIUBDKOA
        account_change_password CSIUBDKOA  CSIUBDKOA
        mfa_reauthenticate      CSIUBDKOA  CSIUBDKOA
        mfa_index               CSIUBDKOA  -
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]


def may(letters: str, role: Role) -> bool:
    return any(LETTERS[letter] is role for letter in letters.replace("-", ""))


def status(browser: Browser, address: str, args: list[int], method: str) -> int:
    url = reverse(address, args=args)
    return int((browser.get(url) if method == "GET" else browser.post(url)).status_code)


@pytest.fixture
def briefly_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal without its page, which test_pages looks at: most of a long walk's time."""
    for number in (403, 404):
        plain = partial(_plain, status=number)
        monkeypatch.setattr(f"carethread.config.urls.handler{number}", plain, raising=False)


def _plain(request: HttpRequest, exception: Exception, status: int) -> HttpResponse:
    return HttpResponse(status=status)


@pytest.mark.usefixtures("briefly_refused")
@pytest.mark.parametrize("role", Role)
def test_each_role_opens_exactly_what_the_table_says(role: Role, shown: Shown) -> None:
    browser, wrong = signed_in(shown.people[role]), []
    for address, get, post in ROWS:
        for method, letters in (("GET", get), ("POST", post)):
            with undone():
                got = status(browser, address, shown.args(address), method)
            opened = got in (200, 302, 422)
            if opened != may(letters, role) or (not opened and got != 403):
                wrong.append((address, method, got))
    assert wrong == []


@contextmanager
def undone() -> Iterator[None]:
    """What an address does is taken back, so that the next one finds the same world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def outsiders(cast: Cast) -> dict[Role, User]:
    """In another organization, somebody for each role; the clinical ones are practitioners."""
    people = {}
    with scope(organization=cast.elsewhere):
        for number, role in enumerate(Role):
            user = make_user(cast.elsewhere, role.capitalize(), "Elsewhere", role)
            Practitioner.objects.create(
                organization=cast.elsewhere, user=user, first_name="X", last_name=role.value,
                npi=f"20000000{number:02d}", taxonomy="1041C0700X", credential="LCSW",
            )  # fmt: skip
            people[role] = user
    return people


@pytest.mark.usefixtures("briefly_refused")
def test_what_belongs_to_another_organization_does_not_exist(shown: Shown) -> None:
    wrong = []
    for role, user in outsiders(shown.cast).items():
        browser = signed_in(user)
        for address in (name for name, door in DOORS.items() if door.reach):
            for method in ("GET", "POST"):
                got = status(browser, address, shown.args(address), method)
                expected = 404 if DOORS[address].roles(method) & {role} else 403
                if got != expected:
                    wrong.append((role.value, address, method, got))
    assert wrong == []


def test_who_is_not_signed_in_is_sent_to_sign_in(shown: Shown, client: Browser) -> None:
    for address, *_ in ROWS:
        url = reverse(address, args=shown.args(address))
        for answer in (client.get(url), client.post(url)):
            assert answer.status_code == 302, address
            assert answer.url.startswith(reverse("account_login")), address


def every_address() -> set[str]:
    def walk(patterns: list[object]) -> set[str]:
        names: set[str] = set()
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                names |= walk(pattern.url_patterns)
            elif isinstance(pattern, URLPattern):
                names.add(str(pattern.name))
        return names

    return walk(get_resolver().url_patterns)


def test_every_address_has_a_door() -> None:
    assert every_address() == set(DOORS)


def test_every_door_that_is_not_open_stands_in_the_table_above() -> None:
    closed = {name for name, door in DOORS.items() if not door.open}
    second_factor = {name for name in closed if "totp" in name or "recovery" in name}
    assert closed - second_factor == {row[0] for row in ROWS}


def test_every_address_that_names_a_thing_says_who_reaches_it() -> None:
    for pattern in get_resolver().url_patterns:
        for inner in getattr(pattern, "url_patterns", [pattern]):
            if isinstance(inner, URLPattern) and inner.pattern.converters:
                assert DOORS[str(inner.name)].reach is not None, inner.name


def test_an_address_without_a_door_is_refused(cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr(
        "carethread.web.middleware.DOORS", {k: v for k, v in DOORS.items() if k != "day"}
    )
    assert signed_in(cast.nora.user).get(reverse("day")).status_code == 403


ACTS = [address for address, door in DOORS.items() if door.page]


def test_asking_for_an_address_that_only_acts_leads_to_its_page(shown: Shown) -> None:
    assert {row[0] for row in ROWS} >= set(ACTS)
    for address in ACTS:
        door, page = DOORS[address], DOORS[DOORS[address].page]
        assert door.post <= page.get, f"{address}: its page is closed to who acts"
        users = [u for role, u in shown.people.items() if role in door.post]
        args = shown.args(address)
        answers = (signed_in(user).get(reverse(address, args=args)) for user in users)
        answer = next(answer for answer in answers if answer.status_code != 403)
        assert answer.url == reverse(door.page, args=args if page.reach else []), address


def test_every_address_that_only_acts_has_a_page() -> None:
    assert {a for a, door in DOORS.items() if door.post and not door.page and not door.get} == set()


# --------------------------------------------------------------------- things of one's own


def test_a_colleagues_note_and_inbox_stay_closed(shown: Shown) -> None:
    vera = signed_in(shown.cast.vera.user)
    for address in ("note", "note_signed", "inbox_item"):
        assert vera.get(reverse(address, args=shown.args(address))).status_code == 403
    for address in ("note_open", "note_draft", "note_sign", "note_addendum", "inbox_answer"):
        assert vera.post(reverse(address, args=shown.args(address))).status_code == 403


def test_a_supervisor_reads_what_supervisees_wrote_and_changes_nothing(shown: Shown) -> None:
    sue = signed_in(shown.sue.user)
    note = shown.waiting.note_id
    page = sue.get(reverse("note_signed", args=[note]))
    assert NARRATIVE in page.content.decode()
    assert sue.post(reverse("note_addendum", args=[note])).status_code == 403


def test_a_clinician_sees_the_clients_whom_they_treat_and_no_others(shown: Shown) -> None:
    sam = signed_in(shown.cast.sam.user)
    assert sam.get(reverse("client", args=[shown.dana.pk])).status_code == 403
    assert "Dole" not in sam.get(reverse("clients")).content.decode()
    nora = signed_in(shown.cast.nora.user)
    assert nora.get(reverse("client", args=[shown.dana.pk])).status_code == 200


def _said(page: HttpResponse) -> str:
    """What a page says; of a printed one what is on the paper (a scan here has none)."""
    if page.headers["Content-Type"] == "application/pdf" and b"%%EOF" in page.content:
        return words(page.content)
    return str(page.content.decode())


NOT_CARE = [role for role in Role if role not in (Role.CLINICIAN, Role.SUPERVISOR)]


@pytest.mark.parametrize("role", NOT_CARE)
def test_nobody_outside_care_ever_reads_the_narrative(role: Role, shown: Shown) -> None:
    browser = signed_in(shown.people[role])
    seen = 0
    for address, get, _ in ROWS:
        if may(get, role):
            page = browser.get(reverse(address, args=shown.args(address)), follow=True)
            assert NARRATIVE not in _said(page), address
            seen += 1
    assert seen > 3


def test_a_biller_sees_a_plans_dates_and_not_its_goals(shown: Shown) -> None:
    url = reverse("plan", args=[shown.cast.plan.pk])
    assert "Sleep through the night" not in signed_in(shown.cast.bill).get(url).content.decode()
    assert "Sleep through the night" in signed_in(shown.cast.nora.user).get(url).content.decode()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("coverage", "Intake or utilization review corrects this."),
        ("plan", "The clinician or the supervisor corrects this."),
        ("payer", "The administrator corrects this."),
        ("practitioner", "The administrator corrects this."),
    ],
)
def test_who_may_only_look_reads_first_who_corrects_it(
    address: str, words: str, shown: Shown
) -> None:
    url = reverse(address, args=shown.args(address))
    page = signed_in(shown.cast.bill).get(url).content.decode()
    assert 0 < page.index(words) < page.index('class="fields"')
    (owner, *_) = (u for role, u in shown.people.items() if role in DOORS[address].post)
    assert words not in signed_in(owner).get(url).content.decode()


# --------------------------------------------------------------------- the access log


def test_every_look_at_a_client_is_written_down(shown: Shown) -> None:
    signed_in(shown.cast.bill).get(reverse("claim", args=[shown.held.pk]))
    with scope(organization=shown.cast.center):
        event = AccessEvent.objects.latest("pk")
    assert (event.user, event.action, event.status) == (shown.cast.bill, "claim", 200)
    assert event.client == shown.cast.clara


def test_refusals_are_written_down_too(shown: Shown) -> None:
    signed_in(shown.cast.bill).get(reverse("note_signed", args=[shown.signed.pk]))
    signed_in(shown.cast.oscar).get(reverse("claim", args=[shown.held.pk]))
    with scope(organization=shown.cast.center):
        assert AccessEvent.objects.latest("pk").status == 403
    with scope(organization=shown.cast.elsewhere):
        event = AccessEvent.objects.latest("pk")
    assert (event.user, event.status, event.client) == (shown.cast.oscar, 404, None)


def test_the_world_of_these_tests_has_somebody_for_each_role(cast: Cast) -> None:
    shown = everything(cast)
    assert {role: user.roles for role, user in shown.people.items()} == {
        role: frozenset({role}) for role in Role
    }

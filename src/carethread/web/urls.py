"""Addresses of the screens, by role. `permissions.DOORS` says who may open which."""

from django.urls import URLPattern, URLResolver, include, path

from carethread.web import (
    accounts,
    administration,
    billing,
    cases,
    clinician,
    files,
    home,
    intake,
    leadership,
    note,
    remittances,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    # the clinician
    path("day/", clinician.day, name="day"),
    path("appointments/<int:appointment_id>/note/", clinician.note_open, name="note_open"),
    path("notes/<int:note_id>/", note.note, name="note"),
    path("notes/<int:note_id>/draft/", note.note_draft, name="note_draft"),
    path("notes/<int:note_id>/sign/", note.note_sign, name="note_sign"),
    path("notes/<int:note_id>/addendum/", note.note_addendum, name="note_addendum"),
    path("notes/<int:note_id>/signed/", note.note_signed, name="note_signed"),
    path("notes/<int:note_id>/facts/", note.note_facts, name="note_facts"),
    path("diagnoses/", note.diagnosis_search, name="diagnosis_search"),
    path("returned/", clinician.inbox, name="inbox"),
    path("returned/<int:case_id>/", clinician.inbox_item, name="inbox_item"),
    path("returned/<int:case_id>/answer/", clinician.inbox_answer, name="inbox_answer"),
    path("cosign/", clinician.cosign_queue, name="cosign_queue"),
    path("cosign/<int:version_id>/", clinician.cosign, name="cosign"),
    # the biller
    path("billing/", billing.pipeline, name="pipeline"),
    path("claims/", billing.claims, name="claims"),
    path("claims/<int:claim_id>/", billing.claim, name="claim"),
    path("claims/<int:claim_id>/hold/", billing.claim_hold, name="claim_hold"),
    path("claims/<int:claim_id>/release/", billing.claim_release, name="claim_release"),
    path("claims/<int:claim_id>/look/", billing.claim_look, name="claim_look"),
    path("claims/<int:claim_id>/return/", billing.claim_return, name="claim_return"),
    path("find/", billing.trace, name="trace"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<int:case_id>/", cases.case, name="case"),
    path("cases/<int:case_id>/close/", cases.case_close, name="case_close"),
    path("remittances/", remittances.remittances, name="remittances"),
    path("remittances/<int:remittance_id>/", remittances.remittance, name="remittance"),
    path("unmatched/", remittances.unmatched, name="unmatched"),
    path("unmatched/<int:match_id>/", remittances.unmatched_item, name="unmatched_item"),
    path("unmatched/<int:match_id>/choose/", remittances.match_choose, name="match_choose"),
    path("unmatched/<int:match_id>/not-ours/", remittances.match_not_ours, name="match_not_ours"),
    path("files/", files.files, name="files"),
    path("files/new/", files.file_upload, name="file_upload"),
    path("files/<int:file_id>/", files.file, name="file"),
    path("files/<int:file_id>/raw/", files.file_raw, name="file_raw"),
    # leadership
    path("denials/", leadership.denials, name="denials"),
    # intake and utilization
    path("clients/", intake.clients, name="clients"),
    path("clients/new/", intake.client_new, name="client_new"),
    path("clients/<int:client_id>/", intake.client, name="client"),
    path("clients/<int:client_id>/edit/", intake.client_edit, name="client_edit"),
    path("clients/<int:client_id>/coverage/", intake.coverage_new, name="coverage_new"),
    path("coverage/<int:coverage_id>/", intake.coverage, name="coverage"),
    path(
        "clients/<int:client_id>/authorization/", intake.authorization_new, name="authorization_new"
    ),
    path("authorizations/<int:authorization_id>/", intake.authorization, name="authorization"),
    path("clients/<int:client_id>/plan/", intake.plan_new, name="plan_new"),
    path("plans/<int:plan_id>/", intake.plan, name="plan"),
    path("clients/<int:client_id>/consent/", intake.consent_new, name="consent_new"),
    # administration
    path("practitioners/", administration.practitioners, name="practitioners"),
    path("practitioners/<int:practitioner_id>/", administration.practitioner, name="practitioner"),
    path(
        "practitioners/<int:practitioner_id>/enrollment/",
        administration.enrollment_new,
        name="enrollment_new",
    ),
    path(
        "practitioners/<int:practitioner_id>/license/",
        administration.license_new,
        name="license_new",
    ),
    path("payers/", administration.payers, name="payers"),
    path("payers/<int:payer_id>/", administration.payer, name="payer"),
    path("organization/", administration.organization, name="organization"),
    path("fees/", administration.fees, name="fees"),
    path("policies/", administration.policies, name="policies"),
    # one's own account
    path("account/", include(accounts.urlpatterns)),
]

"""Clients and what has to be right about them: identity, coverage, authorizations, plans."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from carethread.insight import eligibility
from carethread.insight.client import alike, chart, named
from carethread.insight.turns import policy_facts
from carethread.record.models import (
    Client,
    Consent,
    Coverage,
    TreatmentPlan,
)
from carethread.rules.next_payer import misplaced
from carethread.rules.words import day
from carethread.web import http
from carethread.web.care import benefits
from carethread.web.center.accounts import proof_of_who_signs
from carethread.web.editing import edit
from carethread.web.front_desk.flow import Flow, flow, page_of, url_of
from carethread.web.http import Request
from carethread.web.pages import page
from carethread.web.permissions import sees_narrative
from carethread.web.reach import clients_of, reads
from carethread.web.row_forms import (
    ClientForm,
    ConsentForm,
    CoverageForm,
    PlanForm,
    RevocationForm,
)
from carethread.workflow import admit


def clients(request: Request) -> HttpResponse:
    """The clients that this user may look at, by name or record number."""
    asked = request.GET.get("q", "").strip()
    rows = named(clients_of(request.user), asked).order_by("last_name", "first_name", "pk")
    found = page(request, rows)
    http.shows(request, (row.pk for row in found.rows))
    return render(request, "intake/clients.html", {"asked": asked, "page": found})


def client(request: Request, row: Client) -> HttpResponse:
    """One client: who pays, what care there is, what took place, and what is to come."""
    found = chart(row, http.now())
    mine = [one for one in found.took if one.note and reads(request.user, one.note.author)]
    return render(
        request,
        "intake/client.html",
        {
            "client": row,
            "today": http.today(),
            "chart": found,
            "misplaced": [
                words for _, words in misplaced(map(policy_facts, found.coverages), http.today())
            ],
            "benefits": benefits.of(_in_force(found.coverages), request.user),
            "mine": {one.note.pk for one in mine if one.note},
            "drafts": {
                one.note.pk
                for one in mine
                if one.note
                and one.appointment
                and one.note.author.user_id == request.user.pk
                and one.note.status == "draft"
            },
        },
    )


def _in_force(rows: list[Coverage]) -> list[Coverage]:
    """Those that may still pay: nobody asks about what has ended."""
    today = http.today()
    return [row for row in rows if row.effective_to is None or row.effective_to >= today]


def client_new(request: Request) -> HttpResponse:
    """A new client."""
    fresh = Client(organization=request.user.organization, mrn=admit.next_number())
    sent = http.sent(request)
    form = ClientForm(sent, instance=fresh, asks=bool(sent) and _is_named(request))
    others = alike(form.instance) if sent else []
    http.shows(request, (other.pk for other in others))
    return edit(
        request,
        form,
        lambda: admit.register(
            form.instance, another=bool(form.cleaned_data.get("another")), now=http.now()
        ),
        heading="New client",
        back=reverse("clients"),
        flow=flow(request, None, "client_new"),
        after=lambda: url_of("coverage_new", form.instance),
        shown={"alike": others},
    )


def _is_named(request: Request) -> bool:
    """Whether somebody of the name that was typed is on record."""
    first, last = (request.POST.get(name, "").strip() for name in ("first_name", "last_name"))
    return Client.objects.filter(first_name__iexact=first, last_name__iexact=last).exists()


def client_edit(request: Request, row: Client) -> HttpResponse:
    """A client's identity and address."""
    form = ClientForm(http.sent(request), instance=row)
    return edit(
        request,
        form,
        lambda: admit.save_client(form.instance, now=http.now()),
        heading="Identity and address",
        over=row.name,
        back=page_of(row),
    )


def coverage_new(request: Request, row: Client) -> HttpResponse:
    """A further policy of a client; with whom the plan names for behavioral health, if it does."""
    fresh = Coverage(organization=row.organization, client=row, rank=row.coverages.count() + 1)
    carved_out = eligibility.carved_out(row, http.today())
    words = _AT_SAVING
    if carved_out is not None:
        plan, fresh.payer = carved_out
        for name in _OF_THE_PERSON:
            setattr(fresh, name, getattr(plan, name))
        words = (
            f"{plan.payer.name} says that {fresh.payer.name} handles behavioral health. Filled in "
            "from that policy: compare it with the card. Keep its order: the case of a refusal "
            "puts it first in one click."
        )
    return _coverage(request, fresh, "New coverage", flow(request, row, "coverage_new"), words)


_AT_SAVING = "Claims that wait for this are computed anew when you save."
_OF_THE_PERSON = (
    "member_id", "relationship", "subscriber_first_name", "subscriber_last_name",
    "subscriber_birth_date", "subscriber_sex", "effective_from",
)  # fmt: skip


def coverage(request: Request, row: Coverage) -> HttpResponse:
    """One policy. Claims that wait for it are computed anew when it is saved."""
    return _coverage(request, row, "Coverage")


def _coverage(
    request: Request,
    row: Coverage,
    heading: str,
    steps: Flow | None = None,
    words: str = _AT_SAVING,
) -> HttpResponse:
    form = CoverageForm(http.sent(request), instance=row)
    return edit(
        request,
        form,
        lambda: admit.save_coverage(form.instance, now=http.now()),
        heading=heading,
        over=row.client.name,
        words=words,
        back=page_of(row.client),
        flow=steps,
        shown={"benefits": benefits.of([row], request.user).get(row.pk) if row.pk else None},
    )


def plan_new(request: Request, row: Client) -> HttpResponse:
    """A treatment plan; of the one program that the client is in, where it is one."""
    fresh = TreatmentPlan(organization=row.organization)
    stays = row.episodes.filter(discharged_on=None)[:2]
    if len(stays) == 1:
        fresh.episode, fresh.effective_from = stays[0], http.today()
    return _plan(request, fresh, row, "New treatment plan")


def plan(request: Request, row: TreatmentPlan) -> HttpResponse:
    """One treatment plan; its goals only for those who treat."""
    return _plan(request, row, row.episode.client, "Treatment plan")


def _plan(request: Request, row: TreatmentPlan, client: Client, heading: str) -> HttpResponse:
    form = PlanForm(http.sent(request), instance=row, client=client)
    if not sees_narrative(request.user):
        form.without_goals()
    return edit(
        request,
        form,
        lambda: _save_plan(request, form),
        heading=heading,
        over=client.name,
        words="A service needs an active, signed plan to be billed.",
        back=page_of(client),
        fixed=_signed_words(row),
    )


def _signed_words(row: TreatmentPlan) -> str:
    """By whom and when it was signed, and how late; empty while it is not."""
    if row.signed_at is None:
        return ""
    at = timezone.localtime(row.signed_at)
    late = (at.date() - row.effective_from).days
    after = f", {late} days after it took effect" if late > 1 else ""
    return (
        f"Signed on {day(at)} at {at:%-I:%M %p} by {row.signed_by}{after}. It stays as it "
        "is; write a new one to change it."
    )


def _save_plan(request: Request, form: PlanForm) -> TreatmentPlan:
    if not form.cleaned_data.get("sign"):
        return admit.save_plan(form.instance)
    proof = proof_of_who_signs(request)
    # Read anew: a proof that is younger than the moment of signing proves nothing.
    return admit.sign_plan(form.instance, user=request.user, proof=proof, now=http.now())


def consent_new(request: Request, row: Client) -> HttpResponse:
    """A consent as it was signed."""
    fresh = Consent(organization=row.organization, client=row)
    form = ConsentForm(http.sent(request), instance=fresh)
    return edit(
        request,
        form,
        lambda: admit.save_consent(form.instance, now=http.now()),
        heading="New consent",
        over=row.name,
        back=page_of(row),
        flow=flow(request, row, "consent_new"),
    )


def consent_revoke(request: Request, row: Consent) -> HttpResponse:
    """The client takes a consent back."""
    fixed = f"It was revoked on {day(row.revoked_on)}." if row.revoked_on else ""
    form = RevocationForm(http.sent(request), instance=row)
    return edit(
        request,
        form,
        lambda: admit.revoke(form.instance, form.cleaned_data["revoked_on"], now=http.now()),
        heading="Revoke a consent",
        over=row.client.name,
        words=f"Signed on {day(row.signed_on)}, {_told(row)}. From the day on which the client "
        "takes it back, nothing more leaves under it; what has left stays.",
        done="Revoked. Claims that rest on it alone stay here.",
        verb="Revoke it",
        back=page_of(row.client),
        fixed=fixed,
    )


def _told(row: Consent) -> str:
    """Who may be told of what."""
    who = row.payer.name if row.payer else "all of the client's payers"
    return f"for {row.program}, to {who}" if row.program else f"for every program, to {who}"

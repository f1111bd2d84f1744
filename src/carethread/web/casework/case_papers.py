"""Letters, record packets and appeals of a case."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from carethread.record.models import Case, CasePaper
from carethread.web import http
from carethread.web.casework.case_forms import DecidedForm, PacketForm, SentForm
from carethread.web.forms import WordsForm, attempt
from carethread.web.http import Request
from carethread.workflow.casework import appeals, explained, papers
from carethread.workflow.casework.appeals import Sent
from carethread.workflow.common.errors import refuse


def case_papers(request: Request, row: Case) -> HttpResponse:
    """What was written and sent for a case, and writing more."""
    return _page(request, row)


def case_letter(request: Request, row: Case) -> HttpResponse:
    """Write the letter of the next level's appeal."""
    form = _argument(request)

    def write() -> CasePaper:
        level = appeals.next_level(row)
        if level is None or not appeals.can_appeal(row):
            raise refuse("There is nothing to appeal now.")
        return papers.write_appeal(row, level, words=form.words, user=request.user, now=http.now())

    return _done(request, row, "argument", form, write, "The letter is below.")


def case_packet(request: Request, row: Case) -> HttpResponse:
    """Make a packet of the parts that the payer asked for."""
    form = _packet(row, request, request.POST)
    return _done(
        request,
        row,
        "packet",
        form,
        lambda: papers.make_packet(row, form.chosen, user=request.user, now=http.now()),
        "The packet is below.",
    )


def case_appeal_sent(request: Request, row: Case) -> HttpResponse:
    """The appeal has left."""
    form = SentForm(request.POST)
    on, channel, reference = form.said
    letter = row.papers.filter(kind="appeal").order_by("-pk").first()
    return _done(
        request,
        row,
        "sent",
        form,
        lambda: appeals.send(
            row, Sent(on, channel, reference, letter), user=request.user, now=http.now()
        ),
        "Noted. The case comes back when an answer is due.",
    )


def case_appeal_decided(request: Request, row: Case) -> HttpResponse:
    """The payer has answered the appeal that is under way."""
    form = DecidedForm(request.POST)
    won, on, words = form.said

    def decide() -> object:
        under_way = row.appeals.filter(state="sent").first()
        if under_way is None:
            raise refuse("No appeal is under way.")
        return appeals.decide(
            under_way, won=won, on=on, words=words, user=request.user, now=http.now()
        )

    return _done(request, row, "decided", form, decide, "Noted.")


def case_paper(request: Request, row: CasePaper) -> HttpResponse:  # noqa: ARG001
    """The paper itself."""
    answer = HttpResponse(bytes(row.content), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{row.kind}-{row.pk}.pdf"'
    return answer


def _argument(request: Request | None = None) -> WordsForm:
    return WordsForm(
        request.POST if request else None,
        name="argument",
        label="What you add in your own words",
        hint="The letter has the claim, the decision and the facts of our record already. Why the "
        "care was needed is yours to say.",
    )


def _packet(row: Case, request: Request, data: QueryDict | None = None) -> PacketForm:
    allowed = row.claim is not None and papers.may_release(row.claim, request.user)
    return PacketForm(data, category=row.category, may_release=allowed)


def _done(
    request: Request,
    row: Case,
    name: str,
    form: BaseForm,
    step: Callable[[], object],
    words: str,
) -> HttpResponse:
    if attempt(form, step) is None:
        return _page(request, row, **{name: form})
    messages.success(request, words)
    return redirect("case_papers", row.pk)


def _page(request: Request, row: Case, **sent: BaseForm) -> HttpResponse:
    under_way = row.appeals.filter(state="sent").first()
    level = appeals.next_level(row) if appeals.can_appeal(row) else None
    forms = {
        "argument": _argument(),
        "packet": _packet(row, request),
        "sent": SentForm(),
        "decided": DecidedForm(),
        **sent,
    }
    return render(
        request,
        "billing/case_papers.html",
        {
            "case": row,
            "facts": [one.to_payer for one in explained.of_case(row) if one.to_payer],
            "enclosed": papers.enclosed(row),
            "level": level,
            "left": (level.until - http.today()).days if level and level.until else None,
            "under_way": under_way,
            "appeals": row.appeals.order_by("level"),
            "papers": papers.of_claim(row),
            "forms": forms,
        },
        status=422 if sent else 200,
    )

"""What a prescriber signs for a client besides notes: laboratory orders, certificates of need."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse

from carethread.codes.limits import laboratory
from carethread.record.models import Certification, Client, Episode, LabOrder, Practitioner
from carethread.web import http
from carethread.web.center.accounts import proof_of_who_signs
from carethread.web.editing import edit
from carethread.web.http import Request
from carethread.web.rows import ChoiceOf, RowForm
from carethread.workflow.care import orders
from carethread.workflow.common.errors import refuse


class _SignedForm(RowForm):
    """A row that is signed as it is written, for a client in one of the programs."""

    episode = ChoiceOf(Episode, label="Program")
    reason = forms.CharField(
        label="Why the client needs it",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="The signature bears this moment, and what you sign stays as it is.",
    )
    widths = {"code": "third full-narrow", "effective_from": "third full-narrow",
              "effective_to": "third full-narrow", "password": "half full-narrow"}  # fmt: skip

    def __init__(self, *args: Any, client: Client, **named: Any) -> None:
        super().__init__(*args, **named)
        episode = self.fields["episode"]
        assert isinstance(episode, ChoiceOf)
        episode.offer(
            Episode.objects.filter(client=client).select_related("client", "program__site")
        )


class OrderForm(_SignedForm):
    code = forms.ChoiceField(label="Test", choices=[(c, c) for c in sorted(laboratory())])

    class Meta:
        model = LabOrder
        fields = ["code", "effective_from", "effective_to", "reason"]
        labels = {"effective_from": "From", "effective_to": "Until"}

    field_order = ["episode", "code", "effective_from", "effective_to", "reason", "password"]


class CertificationForm(_SignedForm):
    class Meta:
        model = Certification
        fields = ["episode", "effective_from", "effective_to", "reason"]
        labels = {"effective_from": "From", "effective_to": "Until"}

    field_order = ["episode", "effective_from", "effective_to", "reason", "password"]


def order_new(request: Request, row: Client) -> HttpResponse:
    """A laboratory order, signed at once."""
    fresh = LabOrder(organization=row.organization, client=row, effective_from=http.today())
    form = OrderForm(http.sent(request), instance=fresh, client=row)

    def sign() -> LabOrder:
        proof = _sign(request, fresh)
        program = form.cleaned_data["episode"].program
        return orders.order(fresh, program, user=request.user, proof=proof)

    return _page(request, row, form, sign, "New laboratory order",
                 "A laboratory test is billed when a signed order covers its day.")  # fmt: skip


def certification_new(request: Request, row: Client) -> HttpResponse:
    """A certificate that a client needs a program, signed at once."""
    fresh = Certification(organization=row.organization, effective_from=http.today())
    form = CertificationForm(http.sent(request), instance=fresh, client=row)

    def certify() -> Certification:
        return orders.certify(fresh, user=request.user, proof=_sign(request, fresh))

    return _page(request, row, form, certify, "New certification",
                 "That the client needs a day program, for its longest span at most.")  # fmt: skip


def _sign(request: Request, row: LabOrder | Certification) -> Any:
    """The proof of who signs, and their name and this moment on the row."""
    who: Practitioner | None = getattr(request.user, "practitioner", None)
    if who is None:
        raise refuse("Only somebody who may prescribe signs this.", "password")
    proof = proof_of_who_signs(request)
    # Read anew: a proof that is younger than the moment of signing proves nothing.
    row.practitioner, row.signed_at = who, http.now()
    return proof


def _page(
    request: Request, client: Client, form: RowForm, save: Any, heading: str, words: str
) -> HttpResponse:
    return edit(
        request, form, save, heading=heading, over=client.name, words=words, verb="Sign",
        done="Signed.", back=reverse("client", args=[client.pk]),
    )  # fmt: skip

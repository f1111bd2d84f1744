"""Forms for the rows that people maintain. They check what was typed and write nothing:
`workflow` keeps the row, and what it refuses is shown at the field."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q

from carethread.codes.levels import levels
from carethread.record.models import (
    Authorization,
    AuthorizationState,
    Client,
    Consent,
    Coverage,
    Episode,
    Fee,
    Group,
    License,
    Organization,
    Payer,
    PayerEnrollment,
    Practitioner,
    Program,
    Site,
    TreatmentPlan,
    User,
)
from carethread.record.models.authorization import CHANNELS
from carethread.record.models.chart import TELEHEALTH
from carethread.rules.authorize import BY_ITSELF, MOVES
from carethread.web import http
from carethread.web.forms import DayField, TimeInput
from carethread.web.rows import ChoiceOf, LinesField, ListField, OneOrEvery, RowForm
from carethread.workflow import gather

CODES_HINT = "Procedure codes, separated by commas."
_DATES = {"effective_from": "half full-narrow", "effective_to": "half full-narrow"}


class ClientForm(RowForm):
    another = forms.BooleanField(
        label="This is somebody else, with the same name and birth date", required=False
    )
    checks = "client"
    widths = {
        "mrn": "third full-narrow", "birth_date": "third", "sex": "third", "first_name": "half",
        "last_name": "half", "city": "half", "state": "quarter", "postal_code": "quarter",
        "phone": "third full-narrow",
    }  # fmt: skip

    class Meta:
        model = Client
        fields = [
            "first_name", "last_name", "birth_date", "sex", "mrn", "line1", "line2", "city",
            "state", "postal_code", "phone",
        ]  # fmt: skip
        help_texts = {"phone": "Ten digits.", "postal_code": "Five or nine digits."}

    def __init__(self, *args: Any, asks: bool = False, **named: Any) -> None:
        super().__init__(*args, **named)
        if not asks:
            del self.fields["another"]


class CoverageForm(RowForm):
    checks = "coverage"
    payer = ChoiceOf(Payer)
    widths = {
        **_DATES, "payer": "half full-narrow", "rank": "half full-narrow",
        "member_id": "half full-narrow", "group_number": "half full-narrow",
        "subscriber_first_name": "half", "subscriber_last_name": "half",
        "subscriber_birth_date": "half", "subscriber_sex": "half",
    }  # fmt: skip

    class Meta:
        model = Coverage
        fields = [
            "payer", "rank", "member_id", "group_number", "effective_from", "effective_to",
            "relationship", "subscriber_first_name", "subscriber_last_name",
            "subscriber_birth_date", "subscriber_sex",
        ]  # fmt: skip
        labels = {
            "rank": "Order", "effective_from": "From", "effective_to": "Until",
            "relationship": "The client is the subscriber's",
        }  # fmt: skip
        help_texts = {
            "rank": "1 is asked first.",
            "member_id": "As on the card, without spaces.",
            "effective_to": "Empty while it holds.",
            "subscriber_last_name": "Only where somebody else holds the policy.",
        }


class AuthorizationForm(RowForm):
    """A request or an answer, with how it was said. `state` offers what may follow."""

    payer = ChoiceOf(Payer)
    extends = ChoiceOf(Authorization, required=False, help_text="What this one continues.")
    facility = ChoiceOf(Site, required=False, help_text="Only where the payer names one.")
    rendering = ChoiceOf(Practitioner, required=False, help_text="Only where the payer names one.")
    codes = ListField(label="For codes", required=False, help_text=CODES_HINT)
    level_of_care = forms.ChoiceField(required=False)
    channel = forms.ChoiceField(
        label="How it was said", choices=[c for c in CHANNELS if c[0] != "system"]
    )
    contact = forms.CharField(label="With whom", required=False, max_length=120)
    reference = forms.CharField(label="Their reference", required=False, max_length=60)
    words = forms.CharField(
        label="What was said",
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    widths = {
        **_DATES, "payer": "half full-narrow", "state": "half full-narrow",
        "number": "half full-narrow", "extends": "half full-narrow", "codes": "half full-narrow",
        "level_of_care": "half full-narrow", "facility": "half full-narrow",
        "rendering": "half full-narrow", "unit": "third", "requested_units": "third",
        "approved_units": "third", "daily_cap": "third", "weekly_cap": "third",
        "monthly_cap": "third", "next_review_on": "half full-narrow",
        "channel": "half full-narrow", "contact": "half full-narrow",
        "reference": "half full-narrow",
    }  # fmt: skip

    class Meta:
        model = Authorization
        fields = [
            "payer", "state", "number", "extends", "effective_from", "effective_to", "unit",
            "requested_units", "approved_units", "codes", "level_of_care", "facility",
            "rendering", "daily_cap", "weekly_cap", "monthly_cap", "next_review_on",
        ]  # fmt: skip
        labels = {"effective_from": "From", "effective_to": "Until", "requested_units": "Asked for",
                  "approved_units": "Approved"}  # fmt: skip
        help_texts = {"number": "Empty until the payer gives one."}

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        row = self.instance
        state, level_of_care, extends = (
            self.fields[name] for name in ("state", "level_of_care", "extends")
        )
        assert isinstance(state, forms.ChoiceField)
        assert isinstance(level_of_care, forms.ChoiceField)
        assert isinstance(extends, ChoiceOf)
        was = row.state if row.pk else ""
        offered = {was} | MOVES[was] - BY_ITSELF
        state.choices = [c for c in AuthorizationState.choices if c[0] in offered]
        level_of_care.choices = [
            ("", "Any"), *((key, known.label) for key, known in levels().items())
        ]  # fmt: skip
        extends.offer(Authorization.objects.filter(client=row.client_id).exclude(pk=row.pk))


class PlanForm(RowForm):
    episode = ChoiceOf(Episode, label="Program")
    services = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Which services it orders; none means every one.",
    )
    goals = LinesField(required=False, help_text="One on a line.")
    sign = forms.BooleanField(label="I sign this plan now", required=False)
    password = forms.CharField(
        label="Your password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="Only to sign. The signature bears this moment, and the plan stays as it is.",
    )
    widths = {**_DATES, "password": "half full-narrow"}

    class Meta:
        model = TreatmentPlan
        fields = ["episode", "effective_from", "effective_to", "services", "goals"]
        labels = {"effective_from": "From", "effective_to": "Until"}

    def __init__(self, *args: Any, client: Client, **named: Any) -> None:
        super().__init__(*args, **named)
        episode, ordered = self.fields["episode"], self.fields["services"]
        assert isinstance(episode, ChoiceOf)
        assert isinstance(ordered, forms.MultipleChoiceField)
        episode.offer(Episode.objects.filter(client=client).select_related("client", "program"))
        offered = gather.offered(http.today()).services
        ordered.choices = [(key, service.title) for key, service in offered.items()]
        if self.instance.signed_at:
            del self.fields["sign"], self.fields["password"]

    def without_goals(self) -> None:
        """What a plan tells stays with those who treat; its dates and services do not."""
        del self.fields["goals"]


class ConsentForm(RowForm):
    program = OneOrEvery(Program, "Every program")
    payer = OneOrEvery(
        Payer,
        "All of the client’s payers",
        label="Who may receive it",
        help_text="The payer that the consent names: no other is told. All of them only where it "
        "says so, as in “my health plans and third-party payers” (42 CFR 2.31).",
    )
    kind = forms.ChoiceField(
        choices=[("part2", "To disclose substance use records for payment (42 CFR Part 2)")]
    )
    widths = {"signed_on": "third", "expires_on": "third", "revoked_on": "third"}

    class Meta:
        model = Consent
        fields = ["kind", "program", "payer", "signed_on", "expires_on", "revoked_on"]

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        payer = self.fields["payer"]
        assert isinstance(payer, ChoiceOf)
        payer.offer(Payer.objects.order_by("name"))


class RevocationForm(RowForm):
    """The day on which a client took a consent back."""

    revoked_on = DayField(label="Revoked on")
    widths = {"revoked_on": "third"}

    class Meta:
        model = Consent
        fields = ["revoked_on"]

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.initial["revoked_on"] = self.instance.revoked_on or http.today()


class PractitionerForm(RowForm):
    checks = "practitioner"
    supervisor = ChoiceOf(Practitioner, required=False)
    user = ChoiceOf(User, required=False, label="Signs in as")
    credential = forms.ChoiceField()
    widths = {
        "first_name": "half", "last_name": "half", "npi": "half full-narrow",
        "taxonomy": "half full-narrow",
    }  # fmt: skip

    class Meta:
        model = Practitioner
        fields = [
            "first_name", "last_name", "credential", "npi", "taxonomy", "supervisor", "user"
        ]  # fmt: skip
        labels = {"npi": "NPI"}

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        supervisor, user = self.fields["supervisor"], self.fields["user"]
        assert isinstance(supervisor, ChoiceOf)
        assert isinstance(user, ChoiceOf)
        others = Practitioner.objects.exclude(pk=self.instance.pk)
        supervisor.offer(others.order_by("last_name", "first_name"))
        unlinked = Q(practitioner=None, is_active=True) | Q(pk=self.instance.user_id)
        mine = User.objects.filter(unlinked, organization=self.instance.organization_id)
        user.offer(mine.order_by("last_name", "first_name"))
        field, known = self.fields["credential"], gather.tables(http.today()).credentials
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "Choose"),
            *((key, f"{key}, {one.label}") for key, one in known.items()),
        ]


class EnrollmentForm(RowForm):
    payer = ChoiceOf(Payer)
    widths = _DATES

    class Meta:
        model = PayerEnrollment
        fields = ["payer", "effective_from", "effective_to"]
        labels = {"effective_from": "On its roster from", "effective_to": "Until"}


class LicenseForm(RowForm):
    widths = {**_DATES, "credential": "third", "state": "third", "number": "third"}

    class Meta:
        model = License
        fields = ["credential", "state", "number", "effective_from", "effective_to"]
        labels = {"effective_from": "Valid from", "effective_to": "Until"}


class PayerForm(RowForm):
    authorization_codes = ListField(
        label="Codes that need an authorization", required=False, help_text=CODES_HINT
    )
    widths = {
        "name": "half full-narrow", "payer_id": "half full-narrow", "kind": "half full-narrow",
        "filing_indicator": "half full-narrow", "member_id_pattern": "half full-narrow",
        "timely_filing_days": "half full-narrow",
    }  # fmt: skip

    class Meta:
        model = Payer
        fields = [
            "name", "payer_id", "kind", "filing_indicator", "member_id_pattern",
            "timely_filing_days", "requires_enrollment", "authorization_codes",
        ]  # fmt: skip
        labels = {
            "payer_id": "Payer id on the wire",
            "member_id_pattern": "How its member ids look",
            "timely_filing_days": "Days to file a claim",
            "requires_enrollment": "It keeps a roster: practitioners must be enrolled",
        }
        help_texts = {
            "member_id_pattern": r"A pattern, such as HH\d{8} for HH and eight digits.",
            "timely_filing_days": "Empty: what is usual for its kind.",
            "filing_indicator": "SBR09: CI commercial, MC Medicaid, MB Medicare, BL Blues.",
        }


class OrganizationForm(RowForm):
    widths = {
        "name": "half full-narrow", "legal_name": "half full-narrow", "tin": "third",
        "npi": "third", "taxonomy": "third", "city": "half", "state": "quarter",
        "postal_code": "quarter", "contact_name": "half", "phone": "half",
    }  # fmt: skip

    class Meta:
        model = Organization
        fields = [
            "name", "legal_name", "tin", "npi", "taxonomy", "line1", "line2", "city", "state",
            "postal_code", "contact_name", "phone", "time_zone",
        ]  # fmt: skip
        help_texts = {"postal_code": "Nine digits: payers want ZIP+4 of the billing provider."}


class FeeForm(RowForm):
    amount = forms.DecimalField(
        label="Dollars a unit", min_value=Decimal("0.01"), max_digits=8, decimal_places=2
    )
    widths = {**_DATES, "code": "half", "amount": "half"}

    class Meta:
        model = Fee
        fields = ["code", "amount", "effective_from", "effective_to"]
        labels = {"effective_from": "From", "effective_to": "Until"}

    def _post_clean(self) -> None:
        if "amount" in self.cleaned_data:
            self.instance.amount_cents = int(self.cleaned_data["amount"] * 100)
        super()._post_clean()  # type: ignore[misc]


WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class GroupForm(RowForm):
    program = ChoiceOf(Program)
    service = forms.ChoiceField()
    facilitator = ChoiceOf(Practitioner)
    co_facilitator = ChoiceOf(Practitioner, label="Co-facilitator", required=False)
    weekdays = forms.TypedMultipleChoiceField(
        label="Meets on",
        required=False,
        coerce=int,
        choices=list(enumerate(WEEKDAYS)),
        widget=forms.CheckboxSelectMultiple,
    )
    starts_at = forms.TimeField(label="From", widget=TimeInput())
    widths = {
        "name": "half full-narrow", "program": "half full-narrow", "service": "half full-narrow",
        "facilitator": "half full-narrow", "co_facilitator": "half full-narrow",
        "telehealth": "half full-narrow", "starts_at": "third", "minutes": "third",
        "capacity": "third",
    }  # fmt: skip

    class Meta:
        model = Group
        fields = [
            "name", "program", "service", "telehealth", "facilitator", "co_facilitator",
            "weekdays", "starts_at", "minutes", "capacity", "is_active",
        ]  # fmt: skip
        labels = {
            "minutes": "Minutes", "capacity": "At most", "telehealth": "How",
            "is_active": "It still meets",
        }  # fmt: skip

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        service, how = self.fields["service"], self.fields["telehealth"]
        assert isinstance(service, forms.ChoiceField)
        assert isinstance(how, forms.ChoiceField)
        how.choices = TELEHEALTH
        offered = gather.tables(http.today()).services
        service.choices = [(key, one.title) for key, one in offered.items() if one.is_group]
        for name in ("facilitator", "co_facilitator"):
            field = self.fields[name]
            assert isinstance(field, ChoiceOf)
            field.offer(Practitioner.objects.order_by("last_name", "first_name", "pk"))

"""An explanation of benefits on paper, typed beside its scan and balanced as one types."""

from collections import defaultdict
from dataclasses import dataclass, field

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from carethread.codes.adjustments import provider_reasons, reasons
from carethread.insight.looks import clients_in
from carethread.insight.unmatched import named
from carethread.record.models import ClaimVersion, EdiFile, Payer
from carethread.rules.bank_file import cents
from carethread.rules.cause import cause
from carethread.rules.match_lines import SubmittedLine
from carethread.rules.typed_eob import METHODS, STATUSES, TypedCheck, TypedClaim, TypedLine
from carethread.web import http
from carethread.web.forms import attempt
from carethread.web.http import Request
from carethread.workflow.common.errors import Problem, Refused
from carethread.workflow.gather import submitted
from carethread.workflow.remittances import manual_eob
from carethread.x12.common import Adjustment

_MOST_CLAIMS = 60
_SLOTS = 2  # empty adjustments that every line offers beside those that are filled


class ScanForm(forms.Form):
    """The paper's picture."""

    file = forms.FileField(
        label="Scan of the EOB",
        help_text="PDF, PNG or JPEG. It is kept as it is, and shown beside what you type.",
        error_messages={"required": "Choose the scan.", "empty": "This file is empty."},
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,image/png,image/jpeg"}),
    )


def eob_new(request: Request) -> HttpResponse:
    """First the scan: what is typed is typed from it."""
    form = ScanForm(http.sent(request), request.FILES if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        scan = attempt(
            form,
            lambda: manual_eob.keep_scan(
                request.user.organization, given.read(), name=given.name, now=http.now()
            ),
        )
        if scan is not None:
            return redirect("eob", scan.pk)
    return render(
        request, "billing/eob_new.html", {"form": form}, status=422 if form.errors else 200
    )


def eob_scan(request: Request, row: EdiFile) -> HttpResponse:
    """The scan itself, for the browser to show."""
    http.shows(request, clients_in(row))
    raw = bytes(row.raw)
    answer = HttpResponse(raw, content_type=manual_eob.media_type(raw) or "application/pdf")
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def eob(request: Request, row: EdiFile) -> HttpResponse:
    """The form. Its buttons add a claim, leave one out, look again, or post all of it. A scan from
    which a check is posted leads to that check; `?another=1` to the form for another."""
    if request.method == "GET" and "another" not in request.GET:
        posted = row.remittances.order_by("-pk").first()
        if posted is not None:
            return redirect("remittance", posted.pk)
    sheet = _Sheet(http.sent(request) or QueryDict())
    pressed = request.POST.get("do", "")
    http.shows(request, (version.claim.client_id for version in sheet.versions))
    if pressed == "post":
        done = _posted(request, row, sheet)
        if done is not None:
            return done
    return _form(request, row, sheet)


def eob_look(request: Request, row: EdiFile) -> HttpResponse:
    """What is left to explain of what is typed so far: asked for as one types."""
    sheet = _Sheet(request.POST)
    http.shows(request, (version.claim.client_id for version in sheet.versions))
    return render(request, "billing/_eob_tally.html", {"scan": row, "sheet": sheet})


def _posted(request: Request, scan: EdiFile, sheet: "_Sheet") -> HttpResponse | None:
    if sheet.wrong:
        return None
    try:
        check = manual_eob.enter(
            scan, sheet.typed, sheet.answered, user=request.user, now=http.now()
        )
    except Refused as refused:
        sheet.wrong = list(refused.problems)
        return None
    messages.success(request, f"Check {check.trace} is posted.")
    return redirect("remittance", check.pk)


def _form(request: Request, scan: EdiFile, sheet: "_Sheet") -> HttpResponse:
    refused = request.POST.get("do") == "post" and bool(sheet.wrong)
    return render(
        request,
        "billing/eob.html",
        {
            "scan": scan,
            "is_picture": manual_eob.media_type(bytes(scan.raw)).startswith("image/"),
            "sheet": sheet,
            "payers": Payer.objects.order_by("name"),
            "methods": METHODS,
            "statuses": STATUSES,
            "known": sorted(reasons()),
            "changes": sorted(provider_reasons()),
            "refused": refused,
        },
        status=422 if refused else 200,
    )


# ---------------------------------------------------------------- what is typed


@dataclass
class Slot:
    """One adjustment: its fields and what was typed into them."""

    name: str
    code: str = ""
    amount: str = ""
    reference: str = ""
    words: str = ""
    adjustment: Adjustment | None = None

    @property
    def is_filled(self) -> bool:
        return bool(self.code or self.amount or self.reference)


@dataclass
class Row:
    """One line of a claim as the form shows it."""

    line: SubmittedLine
    name: str
    paid: str
    typed: TypedLine
    slots: list[Slot] = field(default_factory=list)


@dataclass
class Answered:
    """One claim as the form shows it."""

    version: ClaimVersion
    status: str
    number: str
    rows: list[Row]
    typed: TypedClaim
    is_anothers: bool = False


class _Sheet:
    """The form as it was typed, read once: `typed` is what it says, `wrong` what cannot be read."""

    def __init__(self, data: QueryDict) -> None:
        self.data = data
        self.wrong: list[Problem] = []
        self.unknown = ""
        self._numbers = _numbers(data)
        self.versions = self._versions()
        self.claims = [self._claim(version) for version in self.versions]
        self.changes = self._changes()
        payer = self._payer()
        self.typed = TypedCheck(
            payer_name=payer.name if payer else "",
            payer_id=payer.payer_id if payer else "",
            trace=self.text("trace"),
            method=self.text("method"),
            paid_on=http.day(self.text("paid_on")),
            amount=self._cents("amount"),
            claims=tuple(one.typed for one in self.claims if one.typed.lines),
            changes=tuple(
                (slot.code.upper(), slot.reference, self._cents(f"{slot.name}-amount"))
                for slot in self.changes
                if slot.code
            ),
        )
        for one in self.claims:
            one.is_anothers = payer is not None and self.typed.is_anothers(one.typed)
        if data and payer is None:
            self.wrong.append(Problem("payer", "Choose who paid."))

    def text(self, name: str) -> str:
        return str(self.data.get(name, "")).strip()

    @property
    def answered(self) -> list[ClaimVersion]:
        """The claims of which something is typed, as `typed` has them."""
        return [one.version for one in self.claims if one.typed.lines]

    @property
    def total(self) -> int:
        """What the claims less the changes come to, in cents."""
        return self.typed.amount - self.typed.left

    @property
    def problems(self) -> dict[str, str]:
        return {problem.field: problem.message for problem in self.wrong}

    def _payer(self) -> Payer | None:
        return Payer.objects.filter(pk=http.number(self.text("payer")) or 0).first()

    def _versions(self) -> list[ClaimVersion]:
        """The claims on the form, with the one that is added, without the one that is left out."""
        pressed = self.text("do")
        sent = (http.number(pk) for pk in self.data.getlist("claim"))
        dropped = http.number(pressed.removeprefix("drop-"))
        ids = [pk for pk in sent if pk and pk != dropped]
        if pressed == "add" and (asked := self.text("find")):
            found = named(asked)
            self.unknown = "" if found else asked
            ids += [found.pk] if found and found.pk not in ids else []
        by_id = {row.pk: row for row in submitted.versions_by_id(ids[:_MOST_CLAIMS])}
        return [by_id[pk] for pk in ids if pk in by_id]

    def _claim(self, version: ClaimVersion) -> Answered:
        sent = submitted.as_submitted(version)
        rows = [self._row(version, line) for line in sent.lines]
        status = self.text(f"status-{version.pk}") or "1"
        number = self.text(f"number-{version.pk}")
        told = tuple(row.typed for row in rows if row.paid or row.typed.adjustments)
        sure = self.text(f"sure-{version.pk}")
        typed = TypedClaim(sent, told, status, number, sure)
        return Answered(version, status, number, rows, typed)

    def _row(self, version: ClaimVersion, line: SubmittedLine) -> Row:
        name = f"{version.pk}-{line.charge_id}"
        remarks = tuple(self.text(f"remarks-{name}").upper().replace(",", " ").split())[:5]
        slots, more = self._slots(f"adj-{name}", empty=_SLOTS)
        for slot in slots:
            slot.adjustment = self._adjustment(slot)
            if said := slot.adjustment:
                slot.words = cause(said.group, said.reason, remarks).words
        taken = tuple(slot.adjustment for slot in slots if slot.adjustment)
        typed = TypedLine(line, self._cents(f"paid-{name}"), taken, remarks)
        return Row(line, name, self.text(f"paid-{name}"), typed, slots + more)

    def _slots(self, prefix: str, *, empty: int) -> tuple[list[Slot], list[Slot]]:
        """Those that are filled, each under the name that it was sent by, and free ones after."""
        numbers = sorted(self._numbers.get(prefix, ()))
        sent = (self._slot(f"{prefix}-{n}") for n in numbers)
        free = max(numbers, default=-1) + 1
        more = [Slot(f"{prefix}-{n}") for n in range(free, free + empty)]
        return [slot for slot in sent if slot.is_filled], more

    def _slot(self, name: str) -> Slot:
        code, amount, reference = (
            self.text(f"{name}-{part}") for part in ("code", "amount", "reference")
        )
        return Slot(name, code, amount, reference)

    def _changes(self) -> list[Slot]:
        filled, more = self._slots("plb", empty=1)
        for slot in filled:
            known = provider_reasons().get(slot.code.upper())
            slot.words = known.words if known else "a change that we have no words for"
        return filled + more

    def _adjustment(self, slot: Slot) -> Adjustment | None:
        group, _, reason = slot.code.upper().replace(" ", "-").partition("-")
        if group not in ("CO", "PR", "OA", "PI", "CR") or not reason or len(reason) > 5:
            self.wrong.append(
                Problem(f"{slot.name}-code", f"“{slot.code}” is no code: type it as CO-45.")
            )
            return None
        return Adjustment(group, reason, self._cents(f"{slot.name}-amount"))

    def _cents(self, name: str) -> int:
        if not (text := self.text(name)):
            return 0
        try:
            return cents(text)
        except ValueError:
            self.wrong.append(Problem(name, f"“{text}” is no amount."))
            return 0


def _numbers(data: QueryDict) -> dict[str, set[int]]:
    """The slots of each line and of the check that were sent: `plb-3-code` is the check’s."""
    found: dict[str, set[int]] = defaultdict(set)
    for key in data:
        prefix, *rest = key.rsplit("-", 2)
        number = http.number(rest[0]) if rest else None
        if number is not None:
            found[prefix].add(number)
    return found

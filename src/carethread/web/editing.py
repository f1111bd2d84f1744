"""One way to edit a row: show its form, try the step, keep what was typed when it is refused."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.web.forms import attempt
from carethread.web.front_desk.flow import Flow
from carethread.web.http import Request, way_back
from carethread.web.permissions import corrected_by, may
from carethread.web.rows import RowForm


def saves(request: Request, form: RowForm, save: Callable[[], object]) -> bool:
    """Whether something was sent, it can be read, and the step kept it."""
    return request.method == "POST" and form.is_valid() and attempt(form, save) is not None


def edit(
    request: Request,
    form: RowForm,
    save: Callable[[], object],
    *,
    heading: str,
    back: str,
    over: str = "",
    words: str = "",
    done: str = "Saved.",
    verb: str = "Save",
    template: str = "parts/edit.html",
    shown: Mapping[str, object] | None = None,
    flow: Flow | None = None,
    after: Callable[[], str] | None = None,
    fixed: str = "",
) -> HttpResponse:
    """The page of one row. After saving: to where the user came from (`next`), else `back`.

    `over` stands above the heading, `words` under it; a `template` of
    its own may show more (`shown`). Who may only look sees the values, and who
    corrects them. Where the row is a step of intake, its `flow` says what follows;
    `after` says it where only the saved row knows. `fixed` says why
    nobody changes it any more; `verb` is what the button does.
    """
    back = way_back(request, flow.after if flow and flow.after else back)
    if saves(request, form, save):
        if done:
            messages.success(request, done)
        return redirect(after() if after else back)
    return edit_page(
        request, form, heading=heading, back=back, over=over, words=words, template=template,
        shown=shown, flow=flow, fixed=fixed, verb=verb,
    )  # fmt: skip


def edit_page(
    request: Request,
    form: RowForm,
    *,
    heading: str,
    back: str,
    over: str = "",
    words: str = "",
    template: str = "parts/edit.html",
    shown: Mapping[str, object] | None = None,
    flow: Flow | None = None,
    fixed: str = "",
    verb: str = "Save",
) -> HttpResponse:
    """The form as it stands, with what was refused; only to look at for whom may not save."""
    address = request.resolver_match.view_name if request.resolver_match else ""
    may_change = may(request.user, address, "POST")
    may_save = may_change and not fixed
    if not may_save:
        form.only_show()
    return render(
        request,
        template,
        {
            **(shown or {}),
            "form": form,
            "heading": heading,
            "over": over,
            "words": words,
            "back": back,
            "flow": flow,
            "verb": verb,
            "may_save": may_save,
            "corrected_by": fixed if may_change else f"{corrected_by(address)} {fixed}",
        },
        status=422 if form.errors else 200,
    )

"""Groups: what the center runs, who leads it, when it meets, who is on the roster."""

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from carethread.insight import groups as meetings
from carethread.record.models import Episode, Group, GroupMember, Practitioner
from carethread.web import http
from carethread.web.editing import edit
from carethread.web.forms import told
from carethread.web.http import Request
from carethread.web.permissions import may
from carethread.web.reach import open_among
from carethread.web.row_forms import GroupForm
from carethread.workflow.care import groups as steps
from carethread.workflow.common.errors import refuse


def groups(request: Request) -> HttpResponse:
    """Every group of the center."""
    return render(request, "groups/groups.html", {"groups": meetings.groups()})


def group_new(request: Request) -> HttpResponse:
    """Set up a group."""
    row = Group(organization=request.user.organization)
    me: Practitioner | None = getattr(request.user, "practitioner", None)
    if me is not None:
        row.facilitator = me
    form = GroupForm(http.sent(request), instance=row)
    return edit(
        request,
        form,
        lambda: steps.save_group(form.instance),
        heading="New group",
        over="Groups",
        words="Its roster is filled on its own page, once it is saved.",
        back=reverse("groups"),
        after=lambda: reverse("group", args=[form.instance.pk]),
    )


def group(request: Request, row: Group) -> HttpResponse:
    """One group: what it is, its roster, and the sessions that it has held."""
    form = GroupForm(http.sent(request), instance=row)
    today = http.today()
    members = list(_members(row))
    http.shows(request, (member.episode.client_id for member in members))
    there = {member.episode_id for member in members if member.ends_on is None}
    return edit(
        request,
        form,
        lambda: steps.save_group(form.instance),
        heading=Group.objects.get(pk=row.pk).name,
        over="Groups",
        back=reverse("groups"),
        template="groups/group.html",
        shown={
            "group": row,
            "today": today,
            "members": members,
            "opens": open_among(request.user, request.shown),
            "others": steps.in_program(row, today)
            .exclude(pk__in=there)
            .order_by("client__last_name", "client__first_name", "pk"),
            "sessions": meetings.recent(row, today) if may(request.user, "group_session") else [],
            "leads": request.user.pk
            in {person.user_id for person in (row.facilitator, row.co_facilitator) if person},
        },
    )


def _members(row: Group) -> list[GroupMember]:
    """The roster by name; who has left it last."""
    rows = row.members.select_related("episode__client", "group")
    return list(
        rows.order_by(
            F("ends_on").desc(nulls_first=True),
            "episode__client__last_name",
            "episode__client__first_name",
            "pk",
        )
    )


def group_join(request: Request, row: Group) -> HttpResponse:
    """Put a client of the program on the roster."""
    asked = http.number_sent(request, "episode")
    episode = Episode.objects.select_related("client").filter(pk=asked).first()

    def join() -> GroupMember:
        if episode is None:
            raise refuse("Choose somebody from the list.")
        return steps.join(row, episode, http.day_sent(request))

    member = told(request, join)
    if member is not None:
        messages.success(request, f"{member.episode.client.name} is on the roster.")
    return redirect("group", row.pk)


def group_member(_request: Request, row: GroupMember) -> HttpResponse:
    """Somebody on a roster: shown on their group's page."""
    return redirect("group", row.group_id)


def group_leave(request: Request, row: GroupMember) -> HttpResponse:
    """Take a client off the roster."""
    told(request, lambda: steps.leave(row, http.day_sent(request)))
    return redirect("group", row.group_id)


def group_open(request: Request, row: Group) -> HttpResponse:
    """The session of a day: opened now, or the one that was opened before."""
    day = http.day_sent(request)
    session = told(request, lambda: steps.open_session(row, day, user=request.user, now=http.now()))
    return redirect("group_session", session.pk) if session else redirect("group", row.pk)

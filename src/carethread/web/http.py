"""The request as the screens know it: signed in, within one organization, its subject found."""

from collections.abc import Iterable
from datetime import date, datetime, time
from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from carethread.codes.catalogue import Catalogue
from carethread.record.models import User
from carethread.workflow import gather

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Days that can be reckoned from, before and after, in whatever time zone."""


class Request(HttpRequest):
    """A request that has passed the middleware, which calls each view with what its address
    names: a view of `/claims/12/` is `def claim(request: Request, row: Claim)`."""

    user: User
    htmx: HtmxDetails
    shown: frozenset[int]  # clients shown beside the subject, for the access log
    tables: Catalogue  # what the center offers; see `offered`


def shows(request: Request, clients: Iterable[int | None]) -> None:
    """Tell the access log whose data a screen shows beside its subject, by the clients' ids."""
    request.shown = frozenset(getattr(request, "shown", ())) | {pk for pk in clients if pk}


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form sent; None where it was only asked for."""
    return request.POST if request.method == "POST" else None


def now() -> datetime:
    """The one clock of the screens."""
    return timezone.now()


def today() -> date:
    """Today where care is given (the middleware has activated the organization's time zone)."""
    return timezone.localdate(now())


def midnight(on: date | None = None) -> datetime:
    """The start of a day (today, if none is named) where care is given."""
    return timezone.make_aware(datetime.combine(on or today(), time.min))


def day_asked(request: HttpRequest, name: str = "on") -> date:
    """The day that the address asks for; today where it asks for none, or for nonsense."""
    return day(request.GET.get(name, "")) or today()


def day_sent(request: HttpRequest, name: str = "on") -> date:
    """The day that a form sent; today where it sent none, or nonsense."""
    return day(request.POST.get(name, "")) or today()


def day(text: str) -> date | None:
    """A day of the calendar that people mean; None for anything else."""
    try:
        read = date.fromisoformat(text)
    except ValueError:
        return None
    return read if FIRST_DAY <= read <= LAST_DAY else None


def number_asked(request: HttpRequest, name: str) -> int | None:
    """A number in the address; None where there is none, or nonsense."""
    return number(request.GET.get(name, ""))


def number_sent(request: HttpRequest, name: str) -> int:
    """A number that a form sent; 0, which is no row's, where there is none, or nonsense."""
    return number(request.POST.get(name, "")) or 0


def numbers_sent(request: HttpRequest, name: str) -> list[int]:
    """The numbers that a form sent under one name, as of boxes that were ticked."""
    return [found for text in request.POST.getlist(name) if (found := number(text))]


def number(text: str) -> int | None:
    """A number that a database can hold; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def offered(request: Request) -> Catalogue:
    """What the center offers today, for whichever payer, read once a request."""
    known: Catalogue | None = getattr(request, "tables", None)
    request.tables = known or gather.offered(today())
    return request.tables


def address_of(request: HttpRequest) -> str:
    """The caller's network address."""
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def way_back(request: HttpRequest, otherwise: str) -> str:
    """The page that the user came from (`next`), if it is one of ours; else `otherwise`."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if asked and url_has_allowed_host_and_scheme(asked, {request.get_host()}):
        return urlsplit(asked)._replace(scheme="", netloc="").geturl()
    return otherwise

"""The two base classes of the record: rows that belong to one organization, and rows for ever."""

from typing import TYPE_CHECKING

from django.db import models
from django_scopes import ScopedManager

from carethread.record.models.organization import Organization


class Scoped(models.Model):
    """A row of one organization. Asking for any without naming the organization is refused
    (django-scopes raises `ScopeError`): tenant scoping fails closed."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")

    if TYPE_CHECKING:  # django-scopes is untyped; to a type checker it is a plain manager.
        objects = models.Manager()
    else:
        objects = ScopedManager(organization="organization")

    class Meta:
        abstract = True


class AppendOnly(Scoped):
    """A row that others have relied on: the database refuses UPDATE and DELETE (see `guards`)."""

    class Meta:
        abstract = True

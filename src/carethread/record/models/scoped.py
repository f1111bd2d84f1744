"""The two base classes of the record: rows that belong to one organization, and rows for ever."""

from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import models
from django_scopes import ScopedManager, get_scope

from carethread.record.models.organization import Organization


def _manager() -> Any:
    """django-scopes' manager, which narrows a model to an organization once and not for every
    question. Anything but one organization is left to django-scopes, or refused by it."""
    scoped: Any = ScopedManager(organization="organization")

    class Prepared(type(scoped)):  # type: ignore[misc]
        def get_queryset(self) -> "models.QuerySet[Any]":
            active = get_scope()
            organization = active.get("organization") if active.get("_enabled") else None
            if hasattr(self, "_override_scope") or not isinstance(organization, Organization):
                return super().get_queryset()  # type: ignore[no-any-return]
            return _narrowed(self.model, organization.pk).using(self._db)

    return Prepared()


@lru_cache(maxsize=10_000)
def _narrowed(model: type[models.Model], organization: int) -> "models.QuerySet[Any]":
    """One organization's rows. Never asked itself: what leaves here are copies."""
    return models.QuerySet(model).filter(organization=organization)


class Scoped(models.Model):
    """A row of one organization. Asking for any without naming the organization is refused
    (django-scopes raises `ScopeError`): tenant scoping fails closed."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")

    if TYPE_CHECKING:  # django-scopes is untyped; to a type checker it is a plain manager.
        objects = models.Manager()
    else:
        objects = _manager()

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Django's own check of each field. A row that this one names and that is at hand was read
        from the database: it is not looked up there again."""
        at_hand = {
            field.name
            for field in self._meta.concrete_fields
            if isinstance(field, models.ForeignKey)
            and field.is_cached(self)
            and getattr(self, field.attname)
        }
        super().clean_fields({*(exclude or ()), *at_hand})


class AppendOnly(Scoped):
    """A row that others have relied on: the database refuses UPDATE and DELETE (see `guards`)."""

    class Meta:
        abstract = True

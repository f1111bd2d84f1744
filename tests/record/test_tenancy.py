"""One organization's rows are invisible to another, and to code that names none."""

import pytest
from django.apps import apps
from django_scopes import ScopeError, scope

from carethread.record.models import Claim, Client, Organization, RoleGrant, Scoped, User
from tests.cast import Cast

SHARED = {Organization, User, RoleGrant}


def test_asking_without_an_organization_is_refused(cast: Cast) -> None:
    with pytest.raises(ScopeError):
        Client.objects.count()


def test_another_organizations_rows_are_not_there(cast: Cast) -> None:
    with scope(organization=cast.elsewhere):
        assert not Client.objects.filter(pk=cast.clara.pk).exists()
        assert not Claim.objects.exists()
    with scope(organization=cast.center):
        assert Client.objects.filter(pk=cast.clara.pk).exists()


def test_every_model_of_the_record_belongs_to_an_organization() -> None:
    unscoped = {
        model
        for model in apps.get_app_config("record").get_models()
        if not issubclass(model, Scoped) and not model._meta.auto_created
    }
    assert unscoped == SHARED

"""The screens' clock stands still, shortly after what the tests' people did."""

import pytest
from django.core.cache import cache

from carethread.web import http
from tests.cast import Cast
from tests.support import kept
from tests.web.world import LATER, Shown, everything


@pytest.fixture(autouse=True)
def _frozen(monkeypatch: pytest.MonkeyPatch, settings) -> None:
    monkeypatch.setattr(http, "now", lambda: LATER)
    cache.clear()  # what the sign-in counted for an earlier test
    settings.WHITENOISE_AUTOREFRESH = True  # each new browser would list every static file


@pytest.fixture
def shown(cast: Cast) -> Shown:
    """One of everything, with nobody's scope active."""
    return kept.copy("shown") or everything(cast)


kept.world("shown", everything)

"""A round of the worker: a step that fails keeps nothing else from being done."""

from typing import Never

import pytest

from carethread.record.models import Claim, Organization
from carethread.workflow import work
from tests.cast import NOW, Cast, signed_session


def fails(_organization: Organization, *, now: object) -> Never:
    raise RuntimeError("a fault of ours")


def test_a_step_that_fails_keeps_neither_the_next_one_nor_others_from_theirs(
    alder: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_session(alder)
    monkeypatch.setattr(work, "_STEPS", (("authorized", fails), *work._STEPS))
    done = work.run_due(NOW)
    assert done.billed == 1
    assert Claim.objects.count() == 1


def test_a_round_for_one_center_says_what_failed(
    alder: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "_STEPS", (("authorized", fails), *work._STEPS))
    with pytest.raises(RuntimeError, match="a fault of ours"):
        work.run_due(NOW, alder.center)

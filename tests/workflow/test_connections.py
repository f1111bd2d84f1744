"""Claims leave by one connection: a second one that would carry nothing is refused."""

import pytest

from carethread.record.models import Connection
from carethread.workflow import staff
from carethread.workflow.errors import Refused
from tests.cast import Cast
from tests.payers import make_connection


def test_a_second_active_connection_is_refused_with_what_to_do(alder: Cast) -> None:
    first = make_connection(alder.center)
    with pytest.raises(Refused, match="Deactivate it first"):
        make_connection(alder.center)
    staff.save_connection(first)  # itself again is no second one
    first.is_active = False
    staff.save_connection(first)
    assert make_connection(alder.center).is_active
    first.is_active = True
    with pytest.raises(Refused):
        staff.save_connection(first)
    assert Connection.objects.filter(is_active=True).count() == 1

"""Several workers that are killed at random instants post what one posts undisturbed (PostgreSQL).

The same with a hundred thousand claims and five hundred kills: `python -m tests.faults.posting`.
"""

from tests.faults import posting
from tests.support import parts

CLAIMS, KILLS, WORKERS = 300, 25, 3


def test_several_workers_killed_again_and_again_post_what_one_does() -> None:
    parts.requires("postgres")
    one, several = posting.compared(CLAIMS, KILLS, WORKERS, in_a_check=15, pause=0.08)
    assert several["killed at work"] > KILLS / 2, "they were done before they could be killed"
    assert one["fell over"] == several["fell over"] == 0
    assert one["wrong balances"] == several["wrong balances"] == []
    assert one["remitted"] == CLAIMS + 2 * 2 * 10, "each claim once, and twenty taken back"
    assert one["digest"] == several["digest"]

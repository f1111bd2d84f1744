"""`carethread open`: asked on a terminal, told by options elsewhere; all of it or nothing."""

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest
from django_scopes import scope

from carethread.codes.roles import Role
from carethread.record.models import AccountEvent, Organization, User
from tests.cast import Cast
from tests.cli.run import carethread, command, elsewhere, environment

SAID = {
    "--name": "Elm House", "--legal-name": "Elm House Counseling LLC", "--npi": "1999912342",
    "--tax-id": "14-1234567", "--taxonomy": "261qm0801x", "--street": "12 Alder Row",
    "--city": "Albany", "--state": "ny", "--zip-code": "12207-1234", "--contact": "Bea Biller",
    "--phone": "(518) 555-0100", "--first-name": "Ann", "--last-name": "Able",
    "--email": "Ann@Elm.example",
}  # fmt: skip
OPTIONS = [word for pair in SAID.items() for word in pair]


def but(**changed: str) -> list[str]:
    """The options with some said otherwise; an empty one is not said."""
    said = SAID | {f"--{key.replace('_', '-')}": value for key, value in changed.items()}
    return [word for option, value in said.items() if value for word in (option, value)]


def password_in(printed: str) -> str:
    (found,) = re.findall(r"password +(\S+)", printed)
    return str(found)


@pytest.mark.django_db
def test_a_center_and_its_first_administrator_are_there_with_numbers_as_people_write_them() -> None:
    opened = carethread("open", *OPTIONS)
    assert opened.exit_code == 0, opened.stderr
    for told in ("Elm House is open", "http://127.0.0.1:8000/", "carethread serve",
                 "carethread work"):  # fmt: skip
        assert told in opened.stdout
    center = Organization.objects.get()
    assert (center.tin, center.taxonomy, center.state) == ("141234567", "261QM0801X", "NY")
    assert (center.postal_code, center.phone) == ("122071234", "5185550100")
    assert (center.time_zone, center.line2) == ("America/New_York", "")
    ann = User.objects.get()
    assert (ann.email, ann.roles) == ("ann@elm.example", {Role.OWNER, Role.ADMINISTRATOR})
    assert ann.must_change_password
    assert ann.check_password(password_in(opened.stdout))
    with scope(organization=center):
        assert AccountEvent.objects.get().words == "Invited as administrator, owner."


@pytest.mark.django_db
def test_everything_that_is_missing_or_wrong_is_named_at_once_and_nothing_is_made() -> None:
    wrong = carethread(
        "open", *but(npi="1999912343", state="New York", zip_code="12207", city="", email="ann",
                     taxonomy="clinic", time_zone="Mars/Olympus")
    )  # fmt: skip
    assert wrong.exit_code == 2
    for told in ("--npi: This is not an NPI", "--state: Two capital letters", "--zip-code: The bil",
                 "--city: This is missing", "--email: Enter a valid", "--taxonomy: A taxonomy",
                 "--time-zone: There is no such time zone", "no center is opened"):  # fmt: skip
        assert told in wrong.stderr, told
    assert "--name" not in wrong.stderr
    assert not Organization.objects.exists()


@pytest.mark.django_db
def test_opened_twice_it_is_there_once_and_its_password_stays() -> None:
    first = carethread("open", *OPTIONS)
    again = carethread("open", *OPTIONS)
    assert again.exit_code == 2
    assert "--npi: A center with this NPI is on record already." in again.stderr
    assert User.objects.get().check_password(password_in(first.stdout))
    other = carethread("open", *but(email="other@elm.example"))
    assert other.exit_code == 2, "another address does not make it another center"
    assert Organization.objects.count() == 1


def test_beside_another_center_a_further_one_opens_and_its_people_are_its_own(cast: Cast) -> None:
    taken = carethread("open", *but(email=cast.bill.email))
    assert "--email: User with this Email already exists." in taken.stderr
    assert not Organization.objects.filter(name="Elm House").exists(), "both or neither"
    assert carethread("open", *OPTIONS).exit_code == 0
    assert User.objects.get(email="ann@elm.example").organization.name == "Elm House"


def test_on_a_terminal_what_is_not_said_is_asked_and_asked_again_with_the_reason(
    tmp_path: Path,
) -> None:
    ours, theirs = pty.openpty()
    said = but(city="", state="")
    opening = subprocess.Popen(
        command("open", *said), env=environment(tmp_path, COLUMNS="100"), stdin=theirs,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    os.write(ours, b"\n\nAlbany\nN\nNY\n\n")
    printed, _ = opening.communicate(timeout=300)
    assert opening.returncode == 0, printed
    for told in ("This is missing", "Two capital letters, as in NY", "Time zone [America/New_York]",
                 "Elm House is open"):  # fmt: skip
        assert told in printed, printed
    assert "Tax id" not in printed, "what was said is not asked"
    os.close(ours)
    os.close(theirs)
    assert "is on record already" in elsewhere(tmp_path, "open", *OPTIONS).stderr

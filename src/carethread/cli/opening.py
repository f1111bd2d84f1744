"""`carethread open`: a center of one's own. What is not said as an option is asked for."""

import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from carethread.cli import ready
from carethread.cli.console import FAILED, err, fail, out
from carethread.rules.words import unparted

if TYPE_CHECKING:
    from carethread.record.models import Organization, User

Asked = list[tuple["Question", "Organization | User"]]
ADDRESS = "http://127.0.0.1:8000/"
"""Where `carethread serve` answers when nothing else is said."""


def _capitals(text: str) -> str:
    return text.strip().upper()


@dataclass(frozen=True, slots=True)
class Question:
    """One fact: its option, the field that it fills, how it is asked for, and what helps."""

    key: str
    field: str
    asked: str
    help: str = ""
    tidy: Callable[[str], str] = str.strip
    default: str = ""
    is_needed: bool = True

    @property
    def option(self) -> str:
        return f"--{self.key.replace('_', '-')}"

    @property
    def words(self) -> str:
        return f"{self.asked}. {self.help}".strip()


_CENTER = (
    Question("name", "name", "The center's name", "As its own people say it."),
    Question("legal_name", "legal_name", "Its legal name", "As the IRS and payers have it."),
    Question("npi", "npi", "Billing NPI", "The organization's own (type 2), not a person's.",
             unparted),
    Question("tax_id", "tin", "Tax id (EIN)", "Nine digits.", unparted),
    Question(
        "taxonomy", "taxonomy", "Taxonomy code",
        "What sort of provider that NPI is enrolled as; npiregistry.cms.hhs.gov shows yours. "
        "261QM0801X: mental health clinic; 261QR0405X: substance use clinic; "
        "324500000X: residential substance use; 251S00000X: community agency.",
        _capitals,
    ),
    Question("street", "line1", "Street", "Where payers have it, and no post office box."),
    Question("suite", "line2", "Suite", "If there is one.", is_needed=False),
    Question("city", "city", "City"),
    Question("state", "state", "State", "Two letters.", _capitals),
    Question("zip_code", "postal_code", "ZIP+4", "All nine digits: payers want them.", unparted),
    Question("contact", "contact_name", "Contact", "Whom a payer asks about a claim."),
    Question("phone", "phone", "The contact's phone", "Ten digits.", unparted),
    Question(
        "time_zone", "time_zone", "Time zone", "As in America/Chicago.", default="America/New_York"
    ),
)  # fmt: skip
_FIRST = (
    Question("first_name", "first_name", "First name", "Of the first administrator."),
    Question("last_name", "last_name", "Last name", "Of the first administrator."),
    Question("email", "email", "Email", "The first administrator signs in with it.",
             lambda text: text.strip().lower()),
)  # fmt: skip


def _option(key: str) -> Any:
    """The option of a question, with the question's words for help."""
    (asked,) = (each for each in (*_CENTER, *_FIRST) if each.key == key)
    return typer.Option(asked.option, help=asked.words, show_default=False)


def open_center(
    name: Annotated[str, _option("name")] = "",
    legal_name: Annotated[str, _option("legal_name")] = "",
    npi: Annotated[str, _option("npi")] = "",
    tax_id: Annotated[str, _option("tax_id")] = "",
    taxonomy: Annotated[str, _option("taxonomy")] = "",
    street: Annotated[str, _option("street")] = "",
    suite: Annotated[str, _option("suite")] = "",
    city: Annotated[str, _option("city")] = "",
    state: Annotated[str, _option("state")] = "",
    zip_code: Annotated[str, _option("zip_code")] = "",
    contact: Annotated[str, _option("contact")] = "",
    phone: Annotated[str, _option("phone")] = "",
    time_zone: Annotated[str, _option("time_zone")] = "",
    first_name: Annotated[str, _option("first_name")] = "",
    last_name: Annotated[str, _option("last_name")] = "",
    email: Annotated[str, _option("email")] = "",
) -> None:
    """Open a center: the organization and its first administrator. Asks for what is not said."""
    said: dict[str, str] = dict(locals())
    ready.make_record()
    from django.contrib.auth.hashers import make_password

    from carethread.record.models import Organization, User
    from carethread.workflow.center import opening
    from carethread.workflow.common.errors import Refused

    center, first = Organization(), User()
    asked: Asked = [*((each, center) for each in _CENTER), *((each, first) for each in _FIRST)]
    (_ask if can_ask() else _take)(asked, said)
    password = secrets.token_urlsafe(12)
    try:
        opening.open_center(
            center, first, password_hash=make_password(password), now=datetime.now(UTC)
        )
    except Refused as refused:
        fail(str(refused), FAILED)
    _tell(center, first, password)


def can_ask() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty()


def _take(asked: Asked, said: Mapping[str, str]) -> None:
    """Fill in what was said; ends the command with everything that is missing or wrong."""
    wrong = {
        question.option: fault
        for question, row in asked
        if (fault := _fill(question, row, said[question.key] or question.default))
    }
    for option, fault in wrong.items():
        err.print(f"{option}: {fault}", markup=False)
    if wrong:
        fail("no center is opened: these options are missing or wrong")


def _ask(asked: Asked, said: Mapping[str, str]) -> None:
    """Fill in what was said and ask for the rest; what is wrong is asked again, with the reason."""
    for question, row in asked:
        answer = said[question.key] or _answer(question)
        while fault := _fill(question, row, answer):
            err.print(f"  {fault}", style="red", markup=False)
            answer = _answer(question)


def _answer(question: Question) -> str:
    if question.help:
        out.print(f"\n{question.help}", style="dim", markup=False)
    return str(
        typer.prompt(question.asked, default=question.default, show_default=bool(question.default))
    )


def _fill(question: Question, row: "Organization | User", answer: str) -> str:
    """Put the answer into its field; what is wrong with it, if anything."""
    from carethread.workflow.center import opening

    tidy = question.tidy(answer)
    if not tidy:
        return "This is missing." if question.is_needed else ""
    setattr(row, question.field, tidy)
    return " ".join(opening.faults(row, question.field))


def _tell(center: "Organization", first: "User", password: str) -> None:
    """What to do next. The password is told here and kept nowhere."""
    lines = (
        f"{center} is open.",
        "",
        f"  sign in at   {ADDRESS}",
        f"  as           {first.email}",
        f"  password     {password}   (shown this once; you choose your own at once)",
        "",
        "Now run, side by side:",
        "",
        "  carethread serve   the screens",
        "  carethread work    makes claims, sends files, reads answers",
    )
    out.print("\n".join(lines), markup=False, highlight=False)

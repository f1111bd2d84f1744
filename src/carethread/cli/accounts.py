"""`carethread password`: a new password for somebody who has forgotten theirs."""

import secrets
from typing import Annotated

import typer

from carethread.cli.console import FAILED, fail, out


def password(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The account's address.")],
) -> None:
    """Give an account a new password and print it. It ends that user's sessions."""
    from carethread.cli import ready

    ready.set_up_record()
    from django.contrib.auth.hashers import make_password

    from carethread.record.models import User
    from carethread.workflow.center import staff

    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        fail(f"no account has the address {email}", FAILED)
    fresh = secrets.token_urlsafe(15)
    staff.set_password(user, make_password(fresh))
    out.print(f"The new password of {user.email} is: {fresh}", markup=False, highlight=False)

"""How a step says no: with the field and the remedy, so that a form can show it in its place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something cannot be done. `field` is the form's field, empty for the whole."""

    field: str
    message: str


class Refused(Exception):
    """A step did nothing, for these reasons. All of them at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = list(problems)


def refuse(message: str, field: str = "") -> Refused:
    """A refusal for one reason."""
    return Refused(Problem(field, message))

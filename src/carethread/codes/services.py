"""What a center offers, and which procedure code each service becomes. Table: services.yaml."""

from dataclasses import dataclass, field
from datetime import date
from functools import cache

from carethread.codes.credentials import Group
from carethread.codes.tables import keyed, listed, on


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A code and when it fits.

    `minimum` to `maximum` are minutes (maximum None: no end). `per` > 0 makes units of so
    many minutes, by the rule named in `rounding`; otherwise the code is charged once.
    `level` is the medical-decision level that calls for it whatever the minutes. `form` is P
    (837P) or I (837I, with its `revenue_code`). No `groups`: whoever renders it.
    """

    code: str
    groups: tuple[Group, ...] = ()
    form: str = "P"
    revenue_code: str = ""
    minimum: int = 0
    maximum: int | None = None
    per: int = 0
    rounding: str = "midpoint"
    level: str = ""

    def may_be_by(self, group: Group) -> bool:
        """Whether somebody of this group may render it."""
        return not self.groups or group in self.groups

    def holds(self, minutes: int) -> bool:
        """Whether so many minutes fall into this code's band."""
        return self.minimum <= minutes and (self.maximum is None or minutes <= self.maximum)

    @property
    def band(self) -> str:
        """The band in words: "38 to 52 minutes"."""
        if self.maximum is not None:
            return f"{self.minimum} to {self.maximum} minutes"
        return f"{self.minimum} minutes or more" if self.minimum else "any length"


@dataclass(frozen=True, slots=True)
class Coding:
    """How a service is coded from `starts` to `ends`: the first line that fits."""

    starts: date
    lines: tuple[CodeLine, ...]
    reference: str
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """One kind of service. `timed`: start and stop must be documented. `needs_plan`: a treatment
    plan must order it. `is_group`: one clinician serves several clients at one time.
    `is_bundle`: a day or week that follows from other services; nobody documents it by itself."""

    label: str
    codings: tuple[Coding, ...]
    timed: bool = False
    needs_plan: bool = True
    is_group: bool = False
    is_bundle: bool = False

    @property
    def title(self) -> str:
        """Its label at the head of a line: "Individual therapy"."""
        return self.label[:1].upper() + self.label[1:]


@dataclass(frozen=True, slots=True)
class AddOn:
    """A code that only stands beside one of its `bases`.

    `measure` is the fact that calls for it: `minutes`, `therapy_minutes` or
    `interactive_complexity`. With `per`, only minutes `beyond` that many make units.
    """

    code: str
    label: str
    measure: str
    bases: tuple[str, ...]
    starts: date
    reference: str
    ends: date | None = None
    minimum: int = 1
    maximum: int | None = None
    beyond: int = 0
    per: int = 0
    rounding: str = "midpoint"


@cache
def services() -> dict[str, Service]:
    """The packaged catalogue by service kind."""
    return keyed("services", "services", Service)


@cache
def add_ons() -> tuple[AddOn, ...]:
    """The packaged add-on codes."""
    return listed("services", "add_ons", AddOn)


def coding(service: Service, day: date) -> Coding | None:
    """How that service is coded on that day."""
    return on(service.codings, day)


@dataclass(frozen=True, slots=True)
class CodeUse:
    """What a catalogue says of one code: its lines, who may render it, whether it is timed."""

    lines: tuple[CodeLine, ...] = ()
    groups: frozenset[Group] = field(default_factory=frozenset)
    timed: bool = False

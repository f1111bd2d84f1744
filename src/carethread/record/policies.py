"""Which value of a policy is in force, and which entries of the tables, and where they come from.

Both are settings: a policy's key is its name, an entry's its table and name ("services/group").
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from carethread.codes.catalogue import Catalogue, Entry, overridden
from carethread.codes.policies import POLICIES
from carethread.record.compiled import compiled
from carethread.record.models import PolicySetting

AGAIN = "packaged"
"""The value of an entry that takes the packaged one again."""


@dataclass(frozen=True, slots=True)
class Effective:
    """A policy's value in force; `setting` is the row that says so, None for the default."""

    value: int
    setting: PolicySetting | None


def effective(
    key: str, *, on: date, program_id: int | None = None, payer_id: int | None = None
) -> Effective:
    """The most particular setting whose date has come: payer, then program, then organization.

    Raises KeyError for a policy that does not exist.
    """
    default = POLICIES[key].default
    rows = _settings(key=key, on=on, program=program_id, payer=payer_id)
    best = max(rows, key=_particular, default=None)
    return Effective(default if best is None else int(best.value), best)


@compiled
def _settings(
    key: str, on: date, program: int | None, payer: int | None
) -> "QuerySet[PolicySetting]":
    return PolicySetting.objects.filter(
        Q(program_id=program) | Q(program__isnull=True),
        Q(payer_id=payer) | Q(payer__isnull=True),
        key=key,
        effective_from__lte=on,
    )


def _particular(row: PolicySetting) -> tuple[bool, bool, date, int]:
    """The most particular setting last; of two alike the later."""
    return (row.payer_id is not None, row.program_id is not None, row.effective_from, row.pk)


class Settings:
    """Every setting whose date has come, read once: for many claims at a time."""

    def __init__(self, on: date) -> None:
        self.on = on
        self._rows = sorted(_all_settings(on=on), key=_particular)

    def of(self, *, program_id: int | None, payer_id: int | None) -> dict[str, int]:
        """What has been set for that program and payer; policies that nobody set are left out."""
        rows = self._rows_of(program_id, payer_id)
        return {key: int(row.value) for key, row in rows.items() if key in POLICIES}

    def value(self, key: str, *, program_id: int | None = None, payer_id: int | None = None) -> int:
        """A policy's value for that program and payer, or for the whole center."""
        return self.of(program_id=program_id, payer_id=payer_id).get(key, POLICIES[key].default)

    def tables(self, on: date, *, program_id: int | None, payer_id: int | None) -> Catalogue:
        """The tables in force for that program and payer on a day."""
        rows = self.entries(program_id=program_id, payer_id=payer_id, on=on).items()
        return overridden(tuple(_entry(key, row) for key, row in sorted(rows)))

    @property
    def differ_by_payer(self) -> bool:
        """Whether any table has an entry for a payer."""
        return any(row.payer_id and row.key not in POLICIES for row in self._rows)

    def payers_with(self, part: str) -> list[int]:
        """Payers for which an entry of that table is set."""
        rows = (row for row in self._rows if row.key.startswith(f"{part}/"))
        return sorted({row.payer_id for row in rows if row.payer_id})

    def offered(self, on: date) -> Catalogue:
        """The center's tables, and in them the services that a program or payer alone has: for
        lists and names, never for money."""
        rows = self.entries(program_id=None, payer_id=None, on=on)
        known = overridden(tuple(_entry(key, row) for key, row in sorted(rows.items())))
        for row in self._rows:
            part, _, name = row.key.partition("/")
            if part == "services" and name not in known.services and row.effective_from <= on:
                rows.setdefault(row.key, row)
        return overridden(tuple(_entry(key, row) for key, row in sorted(rows.items())))

    def entries(
        self, *, program_id: int | None, payer_id: int | None, on: date = date.max
    ) -> dict[str, PolicySetting]:
        """The entries of tables that are set for that program and payer, by "table/name"."""
        rows = self._rows_of(program_id, payer_id, on)
        return {key: row for key, row in rows.items() if key not in POLICIES}

    def in_force(self, *, program_id: int | None, payer_id: int | None) -> dict[str, Effective]:
        """Every policy's value for that program and payer, with the row that says so."""
        rows = self._rows_of(program_id, payer_id)
        return {
            key: Effective(int(rows[key].value), rows[key])
            if key in rows
            else Effective(policy.default, None)
            for key, policy in POLICIES.items()
        }

    def _rows_of(
        self, program_id: int | None, payer_id: int | None, on: date = date.max
    ) -> dict[str, PolicySetting]:
        """The most particular row of each key, which stands last."""
        return {
            row.key: row
            for row in self._rows
            if row.program_id in (None, program_id)
            and row.payer_id in (None, payer_id)
            and row.effective_from <= on
        }


@compiled
def _all_settings(on: date) -> "QuerySet[PolicySetting]":
    return PolicySetting.objects.filter(effective_from__lte=on)


def _entry(key: str, row: PolicySetting) -> Entry:
    part, name = key.split("/", 1)
    return Entry(part, name, "" if row.value == AGAIN else str(row.value))

"""Code tables of their owners into the record: looked at first, then kept with the file's hash.

Of PTP and MUE only rows of codes that the center can bill are kept: a whole quarter holds two
million pairs, of which a behavioral-health center meets some hundreds.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from carethread.codes.catalogue import packaged
from carethread.codes.limits import dated_codes, laboratory
from carethread.codes.published import Entry, Published, parse
from carethread.record.models import (
    Fee,
    LoadedRow,
    LoadedTable,
    Organization,
    User,
)
from carethread.workflow.common.errors import refuse

_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Preview:
    """What loading would keep of a file."""

    published: Published
    entries: tuple[Entry, ...]


def look(kind: str, data: bytes) -> Preview:
    """Read the file and choose what would be kept. Writes nothing. Raises `NotSuchAFile`."""
    published = parse(kind, data)
    return Preview(published, _kept(kind, published.entries))


def _kept(kind: str, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    if kind in ("carc", "rarc", "leie"):
        return entries
    ours = _our_codes()
    paired = kind == "ptp"
    chosen = (e for e in entries if e.code in ours and (not paired or e.other in ours))
    unique = {(e.code, e.other, e.starts): e for e in chosen}
    return tuple(unique.values())


def _our_codes() -> frozenset[str]:
    """Codes that the catalogue makes, those of our tables, those that the center has fees for."""
    fees = Fee.objects.values_list("code", flat=True).distinct()
    tables = packaged()
    added = (a.code for a in tables.add_ons)
    own = {*tables.uses, *tables.day_codes}
    return frozenset({*own, *added, *laboratory(), *dated_codes(), *fees})


@transaction.atomic
def load(
    organization: Organization,
    kind: str,
    data: bytes,
    *,
    name: str,
    starts: date,
    user: User | None = None,
    now: datetime,
) -> LoadedTable:
    """Keep what the file holds from that day on; the same kind's rows before are replaced. Refused
    for the same file twice."""
    digest = hashlib.sha256(data).hexdigest()
    last = LoadedTable.objects.filter(kind=kind).order_by("-pk").first()
    if last is not None and last.sha256 == digest:
        raise refuse("This very file is loaded already.")
    seen = look(kind, data)
    _keep_rows(organization, kind, seen.entries, starts)
    return LoadedTable.objects.create(
        organization=organization,
        kind=kind,
        effective_from=starts,
        name=name[:200],
        sha256=digest,
        read=seen.published.read,
        kept=len(seen.entries),
        user=user,
        at=now,
    )


def _keep_rows(
    organization: Organization, kind: str, entries: tuple[Entry, ...], starts: date
) -> None:
    LoadedRow.objects.filter(kind=kind).delete()
    rows = (
        LoadedRow(
            organization=organization,
            kind=kind,
            code=e.code,
            other=e.other,
            value=e.value,
            flag=e.flag,
            words=e.words,
            effective_from=e.starts or starts,
            effective_to=e.ends,
        )
        for e in entries
    )
    LoadedRow.objects.bulk_create(rows, batch_size=_BATCH)

"""The whole center in one place: the record, a real OpenSSH server, a payer in its own process.

Time is told to all of them: the screens, the worker, the payer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django_scopes import scope

from carethread.record.models import Appointment, Connection, EdiFile
from carethread.sandbox import processes
from carethread.sandbox.payer import books
from carethread.web import http
from carethread.workflow import admit, work
from tests.cast import LONG_AGO, NOW, Cast, build
from tests.judges import oxedi_errors, pyx12_errors
from tests.payers import make_connection
from tests.support.sshd import SshServer

HARBOR = books.Payer(
    id="HARBR", name="Harbor Health", tax_id="141234567", city="Albany", state="NY",
    postal_code="122071234",
    rates=(books.Rate("90837", 12_000), books.Rate("90834", 9_000)),
    members=(books.Member("HH00000001", "Client", "Clara", date(1990, 5, 17)),),
    roster=(
        books.Enrollment("1000000004", "LCSW", "1041C0700X", books.Span(LONG_AGO)),
        books.Enrollment("1000000012", "PSYD", "103TC0700X", books.Span(LONG_AGO)),
    ),
    benefit=books.Benefit(copay=2_000),
    policy=books.Policy(vague_diagnoses=("F331",)),
    rhythm=books.Rhythm(delay_days=5, spread_days=0),
)  # fmt: skip


@dataclass
class World:
    """What a walk through the whole path needs."""

    cast: Cast
    now: datetime
    payer: processes.PayerProcess
    browser: Browser

    def days(self, count: float) -> None:
        """Time passes: each half day the worker does what is due and the payer hears the time."""
        for _ in range(int(count * 2)):
            self.now += timedelta(hours=12)
            work.run_due(self.now, self.cast.center)
            self.payer.tick(self.now)
            work.run_due(self.now, self.cast.center)

    def appointment(self, hours_ago: float = 3, minutes: int = 55) -> Appointment:
        with scope(organization=self.cast.center):
            starts = self.now - timedelta(hours=hours_ago)
            return admit.schedule(
                Appointment(
                    organization=self.cast.center, client=self.cast.clara,
                    practitioner=self.cast.nora, program=self.cast.program, service="individual",
                    starts_at=starts, ends_at=starts + timedelta(minutes=minutes),
                )
            )  # fmt: skip

    def judge_every_file(self) -> int:
        """No judge has anything against any file that went either way; how many were judged."""
        with scope(organization=self.cast.center):
            files = list(EdiFile.objects.all())
        judged = 0
        for file in files:
            raw = bytes(file.raw)
            if file.direction == "out":
                assert pyx12_errors(raw) == [], file.name
                judged += 1
            elif b"ST*835" in raw:
                assert pyx12_errors(raw) == [], file.name
                assert oxedi_errors(raw) == [], file.name
                judged += 1
        return judged


@contextmanager
def living(sshd: SshServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world, with its payer's process running on the OpenSSH server's folders."""
    cast = build()
    folder: Path = sshd.files
    books.save(books.Books(payers=(HARBOR,)), folder / "books.json")
    wire: dict[str, Any] = sshd.settings()
    with scope(organization=cast.center):
        make_connection(cast.center, **wire)
        Connection.objects.update(receiver_id="SANDBOXCH")
    with processes.payer(folder) as payer:
        world = World(cast, NOW, payer, Browser())
        monkeypatch.setattr(http, "now", lambda: world.now)
        yield world

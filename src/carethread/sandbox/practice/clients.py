"""The people in care, one line each in clients.csv: forty who come for sessions, and those of the
programs (`programs` says when they are there). All of them are invented."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

OUTPATIENT = ("main", "river", "recovery")


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who holds the policy where it is not the client; `relationship` is the client's to them."""

    first_name: str
    last_name: str
    birth_date: date
    sex: str
    relationship: str


@dataclass(frozen=True, slots=True)
class Client:
    """Who they are, who pays, whom they see. `insurer`, `program` and `clinician` are keys;
    a session of `minutes` every `weeks` weeks (0 in a program, which has its own days);
    `diagnoses` ranked, without a point."""

    mrn: str
    first_name: str
    last_name: str
    birth_date: date
    sex: str
    insurer: str
    clinician: str
    program: str
    diagnoses: tuple[str, ...]
    minutes: int
    weeks: int
    telehealth: str
    subscriber: Subscriber | None

    @property
    def city(self) -> tuple[str, str]:
        """Where they live, with its ZIP code: near the place where they are in care."""
        at_main = self.program == "main"
        return ("Millbrook Falls", "05999") if at_main else ("Wrenbury", "05998")

    @property
    def number(self) -> int:
        """The digits of the record number, from which member id and address are made."""
        return int(self.mrn[3:])


def _read() -> tuple[Client, ...]:
    with Path(__file__).with_name("clients.csv").open(newline="") as file:
        return tuple(_client(row) for row in csv.DictReader(file))


def _client(row: dict[str, str]) -> Client:
    return Client(
        mrn=row["mrn"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        birth_date=date.fromisoformat(row["birth_date"]),
        sex=row["sex"],
        insurer=row["insurer"],
        clinician=row["clinician"],
        program=row["program"],
        diagnoses=tuple(row["diagnoses"].split()),
        minutes=int(row["minutes"]),
        weeks=int(row["weeks"]),
        telehealth=row["telehealth"],
        subscriber=_subscriber(row) if row["subscriber"] else None,
    )


def _subscriber(row: dict[str, str]) -> Subscriber:
    first, _, last = row["subscriber"].partition(" ")
    born = date.fromisoformat(row["subscriber_birth_date"])
    return Subscriber(first, last, born, row["subscriber_sex"], row["relationship"])


_ALL = _read()
CLIENTS = tuple(client for client in _ALL if client.program in OUTPATIENT)
OUTSIDERS = tuple(client for client in _ALL if client.program == "fen")
PARTICIPANTS = tuple(c for c in _ALL if c not in CLIENTS and c not in OUTSIDERS)

"""Says whether a PostgreSQL server answers: `python -m tests.support.postgres URL`; and gives a
test a database of its own on it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg

SERVER = os.environ.get("CARETHREAD_TEST_PG", "postgres://root@127.0.0.1:5432/carethread")


@contextmanager
def fresh_database(name: str) -> Iterator[str]:
    """The address of an empty database of that name, dropped at the end."""
    server = urlsplit(SERVER)
    name = f"{name}_{os.getpid()}"
    admin = urlunsplit(("postgresql", server.netloc, "/postgres", "", ""))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit((server.scheme, server.netloc, f"/{name}", "", ""))
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def complaint(url: str) -> str:
    """Why `url`'s server cannot be used, or nothing. Asked at its `postgres` database, because
    the test database is only about to be made."""
    server = urlsplit(url)
    try:
        psycopg.connect(
            urlunsplit(("postgresql", server.netloc, "/postgres", "", "")), connect_timeout=5
        ).close()
    except psycopg.OperationalError as error:
        return f"{server.hostname}:{server.port or 5432} does not answer: {error}"
    return ""


if __name__ == "__main__":
    if reason := complaint(sys.argv[1]):
        print(reason)
        sys.exit(1)

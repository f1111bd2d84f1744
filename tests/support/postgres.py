"""Says whether a PostgreSQL server answers (`python -m tests.support.postgres URL`); makes and
drops databases on it, for which its own database `postgres` is asked."""

import os
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg

SERVER = os.environ.get("CARETHREAD_TEST_PG", "postgres://root@127.0.0.1:5432/carethread")


def create(server: str, name: str, template: str = "template1") -> str:
    """Make the database, in place of one of that name; its address."""
    drop(server, name)
    _tell(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def rename(server: str, name: str, new: str) -> None:
    _tell(server, f"ALTER DATABASE {name} RENAME TO {new}")


def drop(server: str, name: str) -> None:
    _tell(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def names(server: str, start: str) -> set[str]:
    """The databases whose names start so."""
    with _admin(server) as connection:
        rows = connection.execute("SELECT datname FROM pg_database").fetchall()
    return {name for (name,) in rows if name.startswith(start)}


def _tell(server: str, statement: str) -> None:
    with _admin(server) as connection:
        connection.execute(statement.encode())


def _admin(server: str, **how: int) -> psycopg.Connection:
    url = urlsplit(server)._replace(scheme="postgresql", path="/postgres")
    return psycopg.connect(urlunsplit(url), autocommit=True, **how)


def complaint(url: str) -> str:
    """Why `url`'s server cannot be used, or nothing."""
    try:
        _admin(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        server = urlsplit(url)
        return f"{server.hostname}:{server.port or 5432} does not answer: {error}"
    return ""


if __name__ == "__main__":
    if reason := complaint(sys.argv[1]):
        print(reason)
        sys.exit(1)

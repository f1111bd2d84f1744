"""Says whether a PostgreSQL server answers: `python -m tests.support.postgres URL`."""

import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg


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

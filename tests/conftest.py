"""Plumbing that every folder of tests shares. The cast and the record have their own files."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as settings_of_django
from django.db import connection, connections
from django.test import TransactionTestCase
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from tests.cast import alder, cast
from tests.support import guards, kept, migrated, parts
from tests.support.sshd import SshServer

__all__ = ["alder", "cast"]  # fixtures for every folder

# A slow machine is no failure: speeds are measured by `make bench`, never by a test.
# What a change has to pass is the same each time; a run by hand draws anew.
settings.register_profile(
    "carethread", deadline=None, derandomize="CARETHREAD_REQUIRE" in os.environ
)
settings.load_profile("carethread")

_DATABASE_FIXTURES = frozenset({"db", "transactional_db", "live_server"})
_DATABASE_MARKERS = ("django_db", "database")


def pytest_configure() -> None:
    # Hashing is slow on purpose, which no test is about.
    settings_of_django.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database",
        action="store_true",
        help="run only what touches the database (pure tests, and what the browser shows of the "
        "same pages, have run on SQLite already)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--only-database"):
        return
    pure = [item for item in items if not _touches_database(item)]
    config.hook.pytest_deselected(items=pure)
    items[:] = [item for item in items if _touches_database(item)]


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look through it again and again, which
    is a seventh of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _touches_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("browser"):
        return False
    return (
        any(item.get_closest_marker(marker) for marker in _DATABASE_MARKERS)
        or not _DATABASE_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))
        or issubclass(getattr(item, "cls", None) or object, TransactionTestCase)
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    kept.prepare(item)
    for part in ("browser", "sshd", "samples"):
        if item.get_closest_marker(part):
            parts.requires(part)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The database that `django_db_modify_db_settings` has put there is not made once more."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A migrated database; neither engine waits for the disk.

    SQLite is in a file, as it is served. In memory every thread of the live server would share
    one connection, and one request's insert could lose its answer to another's.
    """
    default = settings_of_django.DATABASES["default"]
    if "postgresql" in default["ENGINE"]:
        default["OPTIONS"]["options"] = "-c synchronous_commit=off"
        name = connection.creation._get_test_db_name()
        with migrated.database(os.environ["DATABASE_URL"], name):
            yield
            connections.close_all()
    else:
        path = tmp_path_factory.mktemp("database") / "test.sqlite3"
        default["TEST"]["NAME"] = str(path)
        options = default["OPTIONS"]
        options["init_command"] = options["init_command"].replace("FULL", "OFF")
        migrated.file(path)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    kept.ready(django_db_blocker)
    yield
    kept.end_all()


@pytest.fixture(scope="session", autouse=True)
def _guards_let_tests_start_clean() -> Iterator[None]:
    """A test that commits ends with an emptied database: lift the guards for that moment only."""
    kind = type(connection.ops)
    flush = kind.execute_sql_flush

    def flush_unguarded(self: Any, statements: Any) -> Any:
        with guards.lifted(self.connection):
            return flush(self, statements)

    kind.execute_sql_flush = flush_unguarded
    yield
    kind.execute_sql_flush = flush


@pytest.fixture(scope="session")
def _chromium() -> Iterator[Browser]:
    """Started once for all tests, since starting costs more than most of them."""
    path = parts.requires("browser")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread; the ORM calls beside it are not inside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def chrome(_chromium: Browser) -> Iterator[Browser]:
    """Headless chromium; the windows that the test opens are closed after it."""
    yield _chromium
    for context in _chromium.contexts:
        context.close()


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of other people's X12 files (835, 837p, 999, 277ca ...)."""
    return parts.requires("samples")


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[SshServer]:
    """A real OpenSSH server with empty to_payer/ and from_payer/, stopped at the end."""
    with SshServer.running(parts.requires("sshd"), tmp_path / "sshd") as server:
        yield server

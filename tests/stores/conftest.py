"""Databases for the tests: an SQLite file always, a PostgreSQL database of its own where a server runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

import rasa_fixes
from stores import journal

rasa_fixes.apply()

SERVER = os.environ.get("TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


@pytest.fixture(autouse=True)
def own_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Journals of a test go to a folder of the test."""
    monkeypatch.setattr(journal.tempfile, "gettempdir", lambda: str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of an empty PostgreSQL database that is dropped after the session."""
    server = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    name = f"neckwise_test_{os.getpid()}"
    try:
        with server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    except sa.exc.OperationalError:
        pytest.skip("no PostgreSQL server here (TEST_POSTGRESQL_URL)")
    yield str(sa.engine.make_url(SERVER).set(database=name))
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/conversations.db"
    return str(request.getfixturevalue("postgresql"))

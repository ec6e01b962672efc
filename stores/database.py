"""The connection to the database of conversations: one code path for SQLite and PostgreSQL."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.pool import QueuePool

from stores.schema import REVISION

MIGRATIONS = Path(__file__).parent / "migrations"
WAIT_SECONDS = 3
MIGRATION_LOCK = 7_115_005  # any number, as long as all processes use the same


def open_engine(url: str) -> Engine:
    """An engine for `url`, with limits on every wait. Nothing is connected yet."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _open_sqlite(address)
    return sa.create_engine(
        address,
        pool_size=8,
        max_overflow=8,
        pool_timeout=WAIT_SECONDS,
        pool_use_lifo=True,
        connect_args={
            "connect_timeout": WAIT_SECONDS,
            "tcp_user_timeout": WAIT_SECONDS * 1000,
            "options": f"-c statement_timeout={WAIT_SECONDS * 1000} -c lock_timeout={WAIT_SECONDS * 1000}",
        },
    )


def _open_sqlite(address: sa.engine.URL) -> Engine:
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    # Connections are kept: the last one to be closed would write the whole log back, at every turn.
    engine = sa.create_engine(
        address,
        poolclass=QueuePool,
        pool_timeout=WAIT_SECONDS,
        connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say so, below
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten

    @sa.event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        # A reader that turns writer would fail at once where another writes; so writers say what they are.
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Sets the journal that lets readers and a writer work at once. Raises OperationalError where the file stays locked.

    The change needs the file alone, and SQLite does not wait for that: where several processes make a new file together,
    all but one are told at once that it is locked.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)  # only while a new file is being made


def forget_the_log(engine: Engine) -> None:
    """Empties SQLite's log of writes, which would keep what was deleted until it is written over.

    Where others are writing at this moment that is left to SQLite, which does it later; another database needs none of it.
    """
    if engine.dialect.name != "sqlite":
        return
    # What is asked for is deleted already: whatever goes wrong here must not say that it is not.
    with contextlib.suppress(sqlite3.Error, sa.exc.SQLAlchemyError):
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA busy_timeout=100")  # the event loop waits for it
            try:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                cursor.execute(f"PRAGMA busy_timeout={WAIT_SECONDS * 1000}")
        finally:
            connection.close()


def migrate(engine: Engine) -> None:
    """Creates or upgrades the tables, once, however many processes start together.

    Raises what the database raises where it is not there, and `SchemaIsNewer` where the tables are of a later
    version of this program.
    """
    with engine.connect() as connection:
        if _revision(connection) == REVISION:
            return
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL lock_timeout = 60000; SET LOCAL statement_timeout = 60000")
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        found = _revision(connection)
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if found is not None and found not in known:
            raise SchemaIsNewer(f"The tables are of revision {found}, which this version does not know.")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


class SchemaIsNewer(RuntimeError):
    """The database was written by a later version of this program."""


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("neckwise_schema"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM neckwise_schema").scalar()
    return None if found is None else str(found)

"""A PostgreSQL database of its own and a Redis, for several processes of the assistant."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator

import sqlalchemy as sa

POSTGRESQL = os.environ.get("TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


@contextlib.contextmanager
def shared() -> Iterator[dict[str, str]]:
    """Settings that name an empty PostgreSQL database, dropped afterwards, and the Redis of this machine."""
    server = sa.create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    name = f"neckwise_{uuid.uuid4().hex[:12]}"
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        url = sa.engine.make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)
        yield {"DATABASE_URL": url, "REDIS_URL": REDIS}
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        server.dispose()

"""The tables. A change here needs a migration under `migrations/versions` and the new `REVISION`."""

from __future__ import annotations

import sqlalchemy as sa

REVISION = "0001"

metadata = sa.MetaData()

# One row a conversation. `head` holds the events that rebuild the state before the window, which begins
# after the event numbered `window_start`; `version` grows by one with every write.
conversations = sa.Table(
    "neckwise_conversations",
    metadata,
    sa.Column("sender_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("last_event", sa.Integer, nullable=False),
    sa.Column("window_start", sa.Integer, nullable=False),
    sa.Column("head", sa.Text, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("updated_at", sa.Float, nullable=False, index=True),
    sqlite_with_rowid=False,
)

# Every event of a conversation, numbered from 1. `write_id` names the write that brought it.
events = sa.Table(
    "neckwise_events",
    metadata,
    sa.Column("sender_id", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("write_id", sa.Text, nullable=False),
    sa.Column("type_name", sa.Text, nullable=False),
    sa.Column("timestamp", sa.Float, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

# Events that are to be sent on, written in the transaction of the turn and deleted once the broker has them.
outbox = sa.Table(
    "neckwise_outbox",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("sender_id", sa.Text, nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
)

"""Run by Alembic: brings the database of `config.attributes["connection"]` to the wanted revision."""

from __future__ import annotations

from alembic import context

from stores.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="neckwise_schema",
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
